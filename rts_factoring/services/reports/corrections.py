"""Correct a posted row: a draft adjustment that takes back what it posted and posts it right."""

from __future__ import annotations

from datetime import date

import frappe
from frappe import _
from frappe.query_builder.functions import Max
from frappe.utils import getdate

from rts_factoring.core.model import FUNDING_EVENTS, Event, Outcome
from rts_factoring.core.reconciliation.adjustments import SIGNED_EVENTS
from rts_factoring.services.accounting import adjustments, ledger, periods
from rts_factoring.services.batches import batch_status
from rts_factoring.services.invoices import invoice_state
from rts_factoring.services.reports import follow_up_tasks, report_lines, row_pages, undo

# Where a row has the amount of its event, the first that is filled, and what stands beside it.
_AMOUNTS = ("paid", "chargeback", "fee", "reserve_released", "net", "purchased", "invoice_amount")
_BESIDE = {"fee": "fee", "released": "reserve_released", "chargeback": "chargeback"}
_OF_PURCHASE = ("fee", "reserve", "other", "repaid", "net")


def correct(doc, row_no: int, reason: str) -> str:
	"""Make a draft adjustment of one posted row, dated in the first open period and never before the row; returns its name.

	Its first line takes back what stands of the row; the last says the same as the row, for a person to change. Where a later
	report has stated the row otherwise, so that it posted the difference, all of them are taken back, and the last line says
	what the newest states. Nothing of the imports changes.
	"""
	if not (reason or "").strip():
		frappe.throw(_("Say why row {0} is corrected.").format(row_no))
	rows = frappe.get_all(
		row_pages.DOCTYPE,
		filters={"report_import": doc.name, "row_no": row_no},
		fields=["name", *row_pages.FIELDS, "decided_event"],
		limit=1,
	)
	days = {name: day for name in _versions(rows[0].name) if (day := _posted_on(name))} if rows else {}
	if not days or rows[0].name not in days:
		frappe.throw(
			_("Nothing stands that row {0} has posted, so there is nothing to take back.").format(row_no),
			title=_("Nothing to Correct"),
		)
	adjustment = frappe.new_doc(adjustments.DOCTYPE)
	adjustment.update(
		{
			"purpose": "Correction",
			"company": doc.company,
			"posting_date": periods.first_open(doc.company, getdate(max(days.values()))),
			"reason": reason.strip(),
			"report_import": doc.name,
		}
	)
	for name in days:
		adjustment.append("lines", {"event": "Reversal", "report_import_line": name})
	newest = frappe.get_all(row_pages.DOCTYPE, {"name": next(iter(days))}, list(row_pages.FIELDS))[0]
	adjustment.append("lines", _right_line(newest))
	adjustment.insert()
	return adjustment.name


def _versions(line: str) -> list[str]:
	"""The posted rows that state the same thing as this one, the newest first: the first of them, and those that posted a difference."""
	is_difference = {"posted": 1, "outcome": Outcome.MATCHED.value}
	found: list[str] = []
	first: str | None = line
	while first and first not in found:
		found.append(first)
		first = frappe.db.get_value(row_pages.DOCTYPE, {"name": first, **is_difference}, "duplicate_of")
	while more := frappe.get_all(
		row_pages.DOCTYPE,
		{"duplicate_of": ("in", found), "name": ("not in", found), **is_difference},
		pluck="name",
	):
		found += more
	entries = frappe.get_all(
		"Factoring Ledger Entry",
		{"report_import_line": ("in", found), "is_reversal": 0},
		pluck="report_import_line",
		order_by="creation desc, name",
		limit=0,
	)
	return list(dict.fromkeys(entries))


def _posted_on(line: str) -> date | None:
	"""The last day on which something stands that a row has posted; None when nothing does."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = ledger.in_force(table).where(table.report_import_line == line)
	((day,),) = query.select(Max(table.posting_date)).run()
	return day


def stands(line: str) -> bool:
	"""Whether something stands that a row has posted."""
	return _posted_on(line) is not None


def _right_line(row) -> dict:
	"""The row as a line of an adjustment; a person changes what is wrong."""
	event = Event(row.event_type)
	line: dict = {"event": frappe.unscrub(event.value), "sales_invoice": row.sales_invoice}
	if event is Event.PURCHASE:
		line["amount"] = row.purchased or row.invoice_amount
		return line | {name: row[name] for name in _OF_PURCHASE}
	name = next((name for name in _AMOUNTS if row[name]), "paid")
	line["amount"] = -row.net if event in FUNDING_EVENTS and row.net else abs(row[name])
	if event in SIGNED_EVENTS - FUNDING_EVENTS and name != "paid":
		line["amount"] = row[name]
	beside = {field: row[column] for field, column in _BESIDE.items() if column != name}
	return line | ({} if event in FUNDING_EVENTS else beside)


def show_on_batches(doc) -> None:
	"""The batch of an invoice whose purchase an adjustment made, took back or, when cancelled, left as before shows it."""
	entries = ledger.entries_of(adjustments.source_of(doc))
	invoices = {row.sales_invoice for row in entries if row.purchased}
	for invoice in frappe.get_all(
		"Sales Invoice",
		{"name": ("in", sorted(invoices) or [""]), "factoring_batch": ("is", "set")},
		["name", "factoring_batch", "factoring_status"],
		limit=0,
	):
		is_bought = invoice.factoring_status in invoice_state.BOUGHT_STATES
		outcome = "Financed" if is_bought else "Submitted"
		batch_status.set_batch_rows(invoice.factoring_batch, [invoice.name], outcome)


def after_cancel(doc) -> None:
	"""Batches and reports follow the cancel of an adjustment."""
	show_on_batches(doc)
	_reopen_ignored(doc)


def _reopen_ignored(doc) -> None:
	"""Rows that a person ignored because this adjustment had posted them wait again, now that it is cancelled."""
	lines = {line.name for line in doc.lines}
	ignored = frappe.get_all(
		row_pages.DOCTYPE,
		{"company": doc.company, "resolution": "Ignored", "adjustment_line": ("is", "set")},
		["name", "report_import", "adjustment_line"],
		order_by="report_import",
		limit=0,
	)
	rows = [row for row in ignored if row.adjustment_line in lines]
	report_lines.wait_again([row.name for row in rows])
	for name in dict.fromkeys(row.report_import for row in rows):
		undo.update_rows(name)
		follow_up_tasks.notify_released(doc, name)


def of_row(line: str) -> list[dict]:
	"""The adjustments that take back a row and were not cancelled: name, and whether submitted."""
	row, parent = frappe.qb.DocType(adjustments.LINE), frappe.qb.DocType(adjustments.DOCTYPE)
	query = (
		frappe.qb.from_(row)
		.inner_join(parent)
		.on(parent.name == row.parent)
		.where((row.report_import_line == line) & (parent.docstatus < 2))
		.orderby(parent.creation)
		.select(parent.name, parent.docstatus)
	)
	return [{"name": name, "submitted": docstatus == 1} for name, docstatus in query.distinct().run()]
