"""Journal Entries of the app: posted, each linked to the document it comes from, and cancelled with that document alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import frappe
from erpnext.accounts.general_ledger import check_freezing_date
from frappe import _
from frappe.model.base_document import get_controller

from rts_factoring.core.reconciliation.vouchers import Voucher
from rts_factoring.services.accounting import journal_rows, outstanding, sources
from rts_factoring.services.accounting.protection import own_posting
from rts_factoring.services.accounting.sources import Source


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
	rows = journal_rows.of_voucher(voucher, agreement)
	outstanding.update_now({row["reference_name"] for row in rows if row.get("reference_name")})
	return _submit(agreement, entry, rows)


def post_rows(agreement, entry: dict, amounts: Iterable[tuple[str, Decimal]]) -> str:
	"""The same for an entry with these values, of accounts without parties and their amounts, debit positive."""
	dimensions = journal_rows.dimensions_of(agreement)
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
