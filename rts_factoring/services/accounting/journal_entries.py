"""Make Journal Entries from effects: few and short, each balanced and linked to the document it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import (
	get_accounting_dimensions,
	get_checks_for_pl_and_bs_accounts,
)
from erpnext.accounts.general_ledger import check_freezing_date
from frappe import _
from frappe.model.base_document import get_controller

from rts_factoring.core.model import Leg, Role
from rts_factoring.core.money import ZERO
from rts_factoring.core.reconciliation.posting_matrix import by_role
from rts_factoring.services.accounting import outstanding, sources
from rts_factoring.services.accounting.protection import own_posting
from rts_factoring.services.accounting.sources import Source
from rts_factoring.services.company.settings import ACCOUNT_FIELDS

# ERPNext submits a Journal Entry of more than 100 rows in a background job; at most this many of ours name an invoice,
# the other roles take at most two rows each.
INVOICE_ROWS = 80
_INVOICE_ROLES = (Role.RECEIVABLE, Role.CUSTOMER_CREDIT)


@dataclass(frozen=True)
class JournalPosting:
	"""The legs of one effect, its posting date, and the ledger entry it belongs to (an index of the caller)."""

	index: int
	day: date
	legs: tuple[Leg, ...]


@dataclass(frozen=True)
class Voucher:
	day: date
	postings: tuple[JournalPosting, ...]


@dataclass
class _Part:
	"""A voucher being filled; `rows` are its rows that name an invoice: role, invoice, whether a debit."""

	postings: list[JournalPosting]
	rows: set[tuple[Role, str | None, bool]]

	def has_room_for(self, rows: set[tuple[Role, str | None, bool]]) -> bool:
		"""Whether there is room, and no invoice would be on both sides. ERPNext compares the credits of an entry with what
		the invoice owed before, and ignores its debits."""
		both = any(
			role is Role.RECEIVABLE and (role, name, not debit) in self.rows for role, name, debit in rows
		)
		return not both and len(self.rows | rows) <= INVOICE_ROWS


def to_vouchers(postings: Iterable[JournalPosting]) -> list[Voucher]:
	"""One voucher per day, or more where a day has too many invoices, or debits and credits the same one. An invoice's postings
	keep their order. Postings without legs get no voucher."""
	vouchers: list[Voucher] = []
	for day, of_day in sorted(_by_day(postings).items()):
		parts: list[_Part] = []
		full = 0  # parts before this one have no room
		last: dict[str | None, int] = {}
		for posting in of_day:
			rows = {
				(leg.role, leg.invoice_no, leg.debit > 0)
				for leg in posting.legs
				if leg.role in _INVOICE_ROLES
			}
			number = max((full if rows else 0, *(last.get(name, 0) for _role, name, _debit in rows)))
			while number < len(parts) and not parts[number].has_room_for(rows):
				number += 1
			if number == len(parts):
				parts.append(_Part([], set()))
			parts[number].postings.append(posting)
			parts[number].rows |= rows
			last |= dict.fromkeys((name for _role, name, _debit in rows), number)
			while full < len(parts) and len(parts[full].rows) >= INVOICE_ROWS:
				full += 1
		vouchers += [Voucher(day, tuple(part.postings)) for part in parts]
	return vouchers


def _by_day(postings: Iterable[JournalPosting]) -> dict[date, list[JournalPosting]]:
	days: dict[date, list[JournalPosting]] = {}
	for posting in postings:
		if posting.legs:
			days.setdefault(posting.day, []).append(posting)
	return days


def post(voucher: Voucher, agreement, *, source: Source, remark: str) -> str:
	"""Insert and submit the Journal Entry of one voucher; returns its name. Raises if ERPNext did not submit it.

	Inside `outstanding.deferred` the invoices are updated later. An invoice that an earlier voucher named is updated before,
	because ERPNext compares what it owes.
	"""
	entry = {
		"voucher_type": "Journal Entry",
		"posting_date": voucher.day,
		"user_remark": remark,
		source.journal_field: source.name,
	}
	rows = _rows(voucher, agreement)
	outstanding.update_now({row["reference_name"] for row in rows if row.get("reference_name")})
	return _submit(agreement, entry, rows)


def post_rows(agreement, entry: dict, amounts: Iterable[tuple[str, Decimal]]) -> str:
	"""The same for an entry with these values, of accounts without parties and their amounts, debit positive."""
	dimensions = _dimensions(agreement)
	rows = []
	for name, amount in amounts:
		side = "debit_in_account_currency" if amount > 0 else "credit_in_account_currency"
		rows.append({"account": name, side: float(abs(amount)), **dimensions})
	return _submit(agreement, entry, rows)


def _submit(agreement, entry: dict, rows: list[dict]) -> str:
	doc = _new_entry({"doctype": "Journal Entry", "company": agreement.company, **entry})
	if agreement.journal_naming_series:
		doc.naming_series = agreement.journal_naming_series
	for row in rows:
		doc.append("accounts", row)
	doc.flags.ignore_permissions = True
	doc.flags.factoring = True
	with own_posting(), _few_at_once():
		doc.submit()  # inserts it as submitted: a draft would be written and validated twice
	if doc.docstatus != 1:
		frappe.throw(
			_("ERPNext did not submit Journal Entry {0}, so nothing was posted. See the Error Log.").format(
				doc.name
			)
		)
	return doc.name


@contextmanager
def _few_at_once() -> Iterator[None]:
	"""Forget what Frappe notes inside as being saved. It notes a document before the document has its name, never finds that note
	again, and looks through all of them whenever a ledger entry is saved: cost would grow with the square of a report's rows."""
	before = list(frappe.flags.currently_saving)
	try:
		yield
	finally:
		frappe.flags.currently_saving[:] = before


class _ReportEntry:
	"""What an entry of a report does otherwise than the site's Journal Entry, whose class it is put before."""

	reference_totals: dict[str, float]
	reference_types: dict[str, str]

	def check_credit_limit(self) -> None:
		"""A bounced check or a chargeback is not a new sale, and has happened already."""

	def validate_invoices(self) -> None:
		"""Compare with what each invoice owes by one query; Frappe 16 loads every invoice whole. ERPNext says what is wrong."""
		names = [name for name, doctype in self.reference_types.items() if doctype == "Sales Invoice"]
		owed = frappe.get_all(
			"Sales Invoice",
			filters={"name": ("in", names), "docstatus": 1},
			fields=["name", "outstanding_amount"],
			limit=0,
		)
		enough = {row.name for row in owed if self.reference_totals[row.name] <= row.outstanding_amount}
		if enough != set(self.reference_types):
			super().validate_invoices()  # type: ignore[misc]


def _new_entry(values: dict):
	return type("ReportEntry", (_ReportEntry, get_controller("Journal Entry")), {})(values)


def _rows(voucher: Voucher, agreement) -> list[dict]:
	sums: dict[tuple[Role, str | None, bool], Decimal] = {}
	for posting in voucher.postings:
		for leg in posting.legs:
			key = (leg.role, leg.invoice_no if leg.role in _INVOICE_ROLES else None, leg.debit > 0)
			sums[key] = sums.get(key, ZERO) + leg.debit + leg.credit
	dimensions = _dimensions(agreement)
	invoices = _invoice_accounts({name for _role, name, _side in sums if name}, list(dimensions))
	rows = []
	for (role, name, is_debit), amount in sums.items():
		row: dict[str, str | float | None] = dict(dimensions)
		if role in _INVOICE_ROLES:
			invoice = invoices[name]
			row |= {"account": invoice.debit_to, "party_type": "Customer", "party": invoice.customer}
			row |= {field: invoice[field] for field in dimensions if invoice.get(field)}
			if role is Role.RECEIVABLE:
				row |= {"reference_type": "Sales Invoice", "reference_name": name}
		else:
			row["account"] = account(agreement, role)
		row["debit_in_account_currency" if is_debit else "credit_in_account_currency"] = float(amount)
		rows.append(row)
	return rows


def by_account(voucher: Voucher, agreement) -> list[dict]:
	"""Per role: account, debit, credit and how many invoices; what a person checks before posting."""
	sums = by_role(leg for posting in voucher.postings for leg in posting.legs)
	invoices = {leg.invoice_no for posting in voucher.postings for leg in posting.legs if leg.invoice_no}
	return [
		{
			"role": role.value,
			"account": _("each invoice's own")
			if role in _INVOICE_ROLES
			else _account_if_any(agreement, role),
			"debit": float(debit),
			"credit": float(credit),
			"invoices": len(invoices) if role in _INVOICE_ROLES else 0,
		}
		for role, (debit, credit) in sums.items()
	]


def _account_if_any(agreement, role: Role) -> str:
	return account(agreement, role) if role is Role.OPENING else agreement.get(ACCOUNT_FIELDS[role]) or ""


def account(agreement, role: Role) -> str:
	"""The account of a role. Raises with what to set up when there is none."""
	if role is Role.OPENING:
		return _temporary_account(agreement.company)
	field = ACCOUNT_FIELDS[role]
	name = agreement.get(field)
	if not name:
		frappe.throw(
			_(
				"{0} has no account for {1}. Choose one in its Subsidiary Factoring Settings, then post the report."
			).format(agreement.company, _(agreement.meta.get_label(field)))
		)
	return name


def _temporary_account(company: str) -> str:
	"""ERPNext's Temporary Opening, against which day one is stated."""
	filters = {"company": company, "account_type": "Temporary", "is_group": 0, "disabled": 0}
	name = frappe.db.get_value("Account", filters, order_by="creation")
	if not name:
		frappe.throw(
			_(
				"{0} has no account of the type Temporary, against which ERPNext states openings. Create one, named Temporary Opening."
			).format(company)
		)
	return name


def _invoice_accounts(names: set[str], dimensions: list[str]) -> dict:
	known = [
		field
		for field in dimensions
		if field != "cost_center" and frappe.get_meta("Sales Invoice").has_field(field)
	]
	rows = frappe.get_all(
		"Sales Invoice",
		filters={"name": ("in", list(names))} if names else {"name": ""},
		fields=["name", "debit_to", "customer", "cost_center", *known],
		limit=0,
	)
	return {row.name: row for row in rows}


def _dimensions(agreement) -> dict[str, str | None]:
	"""Cost center and accounting dimensions of a row: from the settings, else the company's defaults. Those of an invoice take
	precedence."""
	defaults = {
		row.fieldname: row.default_dimension
		for row in get_checks_for_pl_and_bs_accounts() or ()
		if row.company == agreement.company
	}
	values = {
		"cost_center": agreement.cost_center
		or frappe.get_cached_value("Company", agreement.company, "cost_center")
	}
	return values | {
		field: agreement.get(field) or defaults.get(field) for field in get_accounting_dimensions()
	}


def bank_rows(agreement, bank_account: str, amount: float) -> list[dict]:
	"""Rows of an entry, bank against clearing; a negative amount is paid by us."""
	clearing = account(agreement, Role.CLEARING)
	sides = (bank_account, clearing) if amount > 0 else (clearing, bank_account)
	return two_rows(agreement, *sides, abs(amount))


def two_rows(agreement, debit: str, credit: str, amount: float) -> list[dict]:
	"""Rows of an entry, one account against another, with the dimensions of the settings."""
	dimensions = _dimensions(agreement)
	return [
		{"account": debit, "debit_in_account_currency": amount, **dimensions},
		{"account": credit, "credit_in_account_currency": amount, **dimensions},
	]


def cancel_of(source: Source) -> list[str]:
	"""Cancel every Journal Entry that a document made, newest first; returns their names. An entry of another company, or one
	that the factoring ledger does not know, is not touched."""
	made = frappe.get_all(
		"Factoring Ledger Entry", filters={source.ledger_field: source.name}, pluck="journal_entry", limit=0
	)
	names = frappe.get_all(
		"Journal Entry",
		filters={
			source.journal_field: source.name,
			"docstatus": 1,
			"company": source.company,
			"name": ("in", sorted({name for name in made if name}) or [""]),
		},
		pluck="name",
		order_by="creation desc",
		limit=0,
	)
	with outstanding.deferred():
		for name in names:
			cancel(name)
	return names


def cancel(name: str) -> None:
	"""Cancel one entry of the app. Raises when ERPNext did not."""
	doc = frappe.get_doc("Journal Entry", name)
	_refuse_frozen(doc)
	doc.flags.ignore_permissions = True
	doc.flags.factoring = True
	with own_posting(), _few_at_once():
		doc.cancel()
	if doc.docstatus != 2:
		frappe.throw(
			_("ERPNext did not cancel Journal Entry {0}, so nothing was undone. See the Error Log.").format(
				name
			)
		)


def _refuse_frozen(doc) -> None:
	"""Refuse a day of frozen accounts by ERPNext's own rule. When an entry is cancelled, ERPNext 16.9 asks it without the company,
	and so lets the cancel through."""
	if frappe.get_meta("Company").has_field("accounts_frozen_till_date"):
		check_freezing_date(doc.posting_date, doc.company)


def refuse_reversal(doc) -> None:
	"""Refuse ERPNext's Reverse Journal Entry: it would undo the journal of an import or adjustment and not its ledger."""
	if owner := sources.of_journal_entry(doc.get("reversal_of")):
		frappe.throw(
			_(
				"Journal Entry {0} belongs to {1} and cannot be reversed alone. Cancel that document to undo all its entries."
			).format(doc.reversal_of, sources.label(*owner)),
			title=_("Factoring"),
		)


def refuse_single_cancel(doc) -> None:
	"""Refuse to cancel a Journal Entry of an import or adjustment without that document."""
	owner = sources.claimed(doc)
	if owner and not doc.flags.factoring:
		frappe.throw(
			_(
				"This entry belongs to {0} and cannot be cancelled alone. Cancel that document to undo all its entries."
			).format(sources.label(*owner)),
			title=_("Factoring"),
		)
