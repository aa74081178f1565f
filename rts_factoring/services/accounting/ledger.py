"""The factoring ledger: what each import or adjustment did to each invoice and to the reserve. Entries are only ever added.

Positions, balances and invoice states are sums over it (see ledger_sums).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import getdate, now

from rts_factoring.core.model import Policy, Role
from rts_factoring.core.money import ZERO
from rts_factoring.core.reconciliation.positions import MOVES
from rts_factoring.core.reconciliation.posting_matrix import Effect, legs
from rts_factoring.services.accounting import daily_totals
from rts_factoring.services.accounting.sources import (
	ADJUSTMENT,
	IMPORT,
	LEDGER_FIELDS,
	LINE_FIELDS,
	Source,
)
from rts_factoring.services.common.inserts import insert_many

DOCTYPE = "Factoring Ledger Entry"
ROLES = tuple(role.value for role in Role)
# What an entry does to an invoice whatever the policy: in a position → in the ledger.
POLICY_FREE_COLUMNS = {
	"purchased": "purchased",
	"collected": "collected",
	"charged_back": "charged_back",
	"open": "open_change",
	"over": "over_paid",
	"short": "short_paid",
	"purchase_fee": "purchase_fee",
	"holdback": "holdback",
	"sold_again": "sold_again",
}
POSITION_FIELDS = {column: field for field, column in POLICY_FREE_COLUMNS.items()}
AMOUNTS = (*ROLES, *POLICY_FREE_COLUMNS.values())  # the columns that a mirror image turns
_COPIED = (
	*("posting_date", "company", "currency", "event", "policy", "sales_invoice", "customer", "batch"),
	*(*LEDGER_FIELDS.values(), *LINE_FIELDS.values(), "journal_entry", "is_reversal"),
)


def validate(doc) -> None:
	"""Refuse every change: only postings write entries."""
	if not doc.is_new():
		frappe.throw(
			_(
				"Factoring Ledger Entries cannot be changed. Cancel the document that made them, or correct it."
			)
		)


def on_trash(doc) -> None:
	frappe.throw(_("Factoring Ledger Entries cannot be deleted. Cancel the document that made them."))


def entry_amounts(effect: Effect, policy: Policy) -> dict[str, Decimal]:
	"""Amount columns of one effect: per role debit minus credit, and what it means whatever the policy."""
	row = dict.fromkeys(AMOUNTS, ZERO)
	for leg in legs(policy, effect):
		row[leg.role.value] += leg.debit - leg.credit
	for name, sign, amount in MOVES.get(effect.event, ()):
		if name in POLICY_FREE_COLUMNS:
			row[POLICY_FREE_COLUMNS[name]] += sign * effect.amounts.get(amount, ZERO)
	return row


def write(rows: Sequence[dict]) -> None:
	"""Insert entries in bulk, and add them to the sums of their days; all rows have the same keys. The caller has the
	company's posting lock."""
	if not rows:
		return
	audit, user = now(), frappe.session.user
	fixed = {"creation": audit, "modified": audit, "owner": user, "modified_by": user, "docstatus": 0}
	fields = ["name", *fixed, *rows[0]]
	insert_many(
		"Factoring Ledger Entry",
		fields,
		((frappe.generate_hash(length=10), *fixed.values(), *row.values()) for row in rows),
	)
	daily_totals.add(rows)


def reverse(source: Source) -> list[str]:
	"""Add the mirror image of every entry of a document; returns the invoices it touched."""
	entries, day = entries_of(source), _day_of_cancel()
	write(
		[
			{key: -value if key in AMOUNTS else value for key, value in row.items() if key != "name"}
			| {"is_reversal": int(not row.is_reversal), "reverses": row.name, **day}
			for row in entries
		]
	)
	return sorted({row.sales_invoice for row in entries if row.sales_invoice})


def _day_of_cancel() -> dict[str, date]:
	"""The day of mirror images where ERPNext keeps its ledger immutable: then it dates its own on the day of the cancel."""
	is_kept = frappe.get_meta("Accounts Settings").has_field("enable_immutable_ledger")
	if not is_kept or not frappe.db.get_single_value("Accounts Settings", "enable_immutable_ledger"):
		return {}
	return {"posting_date": getdate(frappe.form_dict.get("posting_date"))}


def entries_of(source: Source, **filters) -> list:
	"""What a document that was not cancelled has posted, oldest first: all columns that a mirror image copies."""
	return frappe.get_all(
		"Factoring Ledger Entry",
		filters={source.ledger_field: source.name, **filters},
		fields=["name", *_COPIED, *AMOUNTS],
		limit=0,
		order_by="creation, name",
	)


def live(table):
	"""A query on the ledger, under this name, for entries of documents that were not cancelled. Their sums are what stands; an
	entry that a Factoring Adjustment took back is among them, and so is its mirror."""
	report, adjustment = frappe.qb.DocType(IMPORT), frappe.qb.DocType(ADJUSTMENT)
	query = frappe.qb.from_(table).left_join(report).on(report.name == table.report_import)
	query = query.left_join(adjustment).on(adjustment.name == table.factoring_adjustment)
	return query.where((report.docstatus == 1) | (adjustment.docstatus == 1))


def in_force(table):
	"""The same without entries that a Factoring Adjustment took back, and without their mirrors."""
	query = live(table).where(table.is_reversal == 0)
	return query.where(table.name.notin(_taken_back()))


def in_force_of(company: str, table):
	"""The same for all entries of a company, of which few documents were cancelled: those are named instead of joined."""
	query = frappe.qb.from_(table).where((table.company == company) & (table.is_reversal == 0))
	for doctype, fieldname in LEDGER_FIELDS.items():
		if cancelled := frappe.get_all(doctype, {"company": company, "docstatus": 2}, pluck="name"):
			query = query.where(table[fieldname].isnull() | table[fieldname].notin(cancelled))
	taken_back = [name for (name,) in _taken_back(company).run()]
	return query.where(table.name.notin(taken_back)) if taken_back else query


def _taken_back(company: str | None = None):
	"""A query for the entries that adjustments took back."""
	mirror = frappe.qb.DocType("Factoring Ledger Entry").as_("mirror")
	adjustment = frappe.qb.DocType(ADJUSTMENT).as_("taking")
	query = frappe.qb.from_(mirror).inner_join(adjustment).on(adjustment.name == mirror.factoring_adjustment)
	query = query.where((adjustment.docstatus == 1) & mirror.reverses.isnotnull())
	return (query.where(adjustment.company == company) if company else query).select(mirror.reverses)
