"""Bank entries as people and ERPNext's bank reconciliation make them: which payouts one deposits, found and checked as it is saved."""

from __future__ import annotations

from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import escape_html, get_link_to_form

from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import sources
from rts_factoring.services.accounting.deposits import in_currency
from rts_factoring.services.accounting.payout_balances import (
	BANK_TYPES,
	TABLE,
	is_within,
	left_of_adjustments,
	open_payouts,
)
from rts_factoring.services.common.errors import throw_not_found
from rts_factoring.services.company import settings


def recognise(entry) -> None:
	"""A new entry, bank against clearing, that moves what is left of exactly one import or adjustment is its deposit. Tell the user
	so."""
	if not entry.is_new() or entry.get(TABLE) or _is_ours(entry):
		return
	moved = _moved(entry)
	if not moved or not _is_at_bank(entry):
		return
	found = [
		(sources.IMPORT, row["report_import"]) for row in open_payouts(entry.company) if row["left"] == moved
	]
	adjusted = left_of_adjustments(entry.company)
	found += [(sources.ADJUSTMENT, name) for name, left in adjusted.items() if left == moved]
	if len(found) == 1:
		doctype, name = found[0]
		entry.append(TABLE, {sources.LEDGER_FIELDS[doctype]: name, "amount": float(moved)})
		frappe.msgprint(
			_("This entry was linked to the payout of {0}, of which exactly this amount was left.").format(
				get_link_to_form(doctype, name)
			),
			alert=True,
		)


def check_links(entry) -> None:
	"""Throw where the payouts that an entry names are not those of its company, or come to more than it moves."""
	rows = entry.get(TABLE) or []
	if not rows:
		return
	if _is_ours(entry):
		frappe.throw(_("An entry of a report, or of money held for the factor, deposits no payout."))
	for row in rows:
		if bool(row.report_import) == bool(row.factoring_adjustment):
			frappe.throw(
				_(
					"Row {0} of the table Payouts must name a Report Import or a Factoring Adjustment, not both."
				).format(row.idx)
			)
	for doctype, fieldname in sources.LEDGER_FIELDS.items():
		_check_named(entry, [row for row in rows if row.get(fieldname)], doctype, fieldname)
	_refuse_corrections(entry, rows)
	moved, total = _moved(entry), sum((money(row.amount) for row in rows), ZERO)
	if not is_within(total, moved):
		frappe.throw(
			_("The table Payouts adds up to {0}, but the entry moves {1} of the clearing account.").format(
				in_currency(entry.company, total), in_currency(entry.company, moved)
			),
			title=_("Payouts"),
		)


def _check_named(entry, rows: list, doctype: str, fieldname: str) -> None:
	names = [row.get(fieldname) for row in rows]
	if len(set(names)) < len(names):
		frappe.throw(
			_("The table Payouts names {0} twice. Put its amounts into one row.").format(
				escape_html(next(name for name in names if names.count(name) > 1))
			)
		)
	filters = {"name": ("in", names or [""]), "company": entry.company}
	known = dict(frappe.get_all(doctype, filters=filters, fields=["name", "docstatus"], as_list=True))
	for row in rows:
		name = row.get(fieldname)
		if name not in known:
			throw_not_found(row, fieldname)
		if known[name] != 1:
			frappe.throw(_("{0} is not submitted.").format(get_link_to_form(doctype, name)))


def _refuse_corrections(entry, rows: list) -> None:
	corrections = sources.corrections(entry.company)
	for row in rows:
		if corrected := corrections.get(row.factoring_adjustment):
			frappe.throw(
				_("{0} corrects the payout of {1}. Name that import in the table Payouts instead.").format(
					row.factoring_adjustment, get_link_to_form(sources.IMPORT, corrected)
				)
			)


def _is_ours(entry) -> bool:
	"""Whether the app made the entry for something else than a payout."""
	return bool(entry.factoring_report_import or entry.factoring_adjustment or entry.factoring_is_held)


def _moved(entry) -> Decimal:
	"""What an entry takes off the clearing account; zero where its company has none."""
	agreement = settings.find(entry.company)
	clearing = agreement and agreement.clearing_account
	return sum(
		(money(row.credit or 0) - money(row.debit or 0) for row in entry.accounts if row.account == clearing),
		ZERO,
	)


def _is_at_bank(entry) -> bool:
	accounts = {row.account for row in entry.accounts}
	return any(frappe.get_cached_value("Account", name, "account_type") in BANK_TYPES for name in accounts)
