"""Pages of an import's rows, so that a form opens as fast with 100,000 rows as with ten."""

from __future__ import annotations

import json

import frappe
from frappe import _
from frappe.utils import fmt_money

from rts_factoring.core.money import money
from rts_factoring.core.reconciliation.reasons import explain
from rts_factoring.core.reports.lines import UnreadCell
from rts_factoring.core.reports.problems import explained
from rts_factoring.services.common.errors import translate
from rts_factoring.services.reports import progress, report_lines, short_paid_rests

LIMIT = 200
FIELDS = (
	*("row_no", "outcome", "reason", "rule", "sales_invoice", "invoice_no", "debtor", "po_no", "payment_ref"),
	*("event_type", "word", "description", "date", "invoice_amount", "purchased", "fee", "reserve", "other"),
	*("repaid", "recovered", "unclear", "unread", "parts"),
	*("net", "paid", "reserve_released", "chargeback", "resolution", "resolution_reason", "decided_by"),
	*("posted", "duplicate_of", "differences"),
)


def page(report_import: str, outcome: str = "", start: int = 0, length: int = 50) -> dict:
	"""`rows` from `start`, of one outcome (`waiting` is every one that needs a decision), `counts` per outcome and how many
	are `waiting`; also the import's `status`, and its `progress` while it posts."""
	filters: dict = {"report_import": report_import}
	if outcome == "waiting":
		filters |= {"outcome": ("in", list(report_lines.WAITING_OUTCOMES)), "posted": 0}
	elif outcome:
		filters["outcome"] = outcome
	rows = frappe.get_all(
		"Report Import Line",
		filters=filters,
		fields=list(FIELDS),
		order_by="row_no",
		start=max(int(start), 0),
		limit=min(max(int(length), 1), LIMIT),
	)
	_add_posted_before(rows)
	_add_amounts_compared(rows)
	_add_rests(rows)
	for row in rows:
		meaning, remedy = explain(row.reason or "")
		row.parts = json.loads(row.parts or "{}")
		row.update({"meaning": _(meaning) if meaning else "", "remedy": _(remedy) if remedy else ""})
		if unread := row.parts.pop(report_lines.UNREAD, None):
			row.meaning = translate(explained(row.reason, (UnreadCell(*cell) for cell in unread)))
	counts = report_lines.count_outcomes(report_import)
	status = frappe.db.get_value("Report Import", report_import, "status")
	return {
		"rows": rows,
		"counts": counts,
		"waiting": sum(counts.get(outcome, 0) for outcome in report_lines.WAITING_OUTCOMES),
		"status": status,
		"progress": progress.posting_progress(report_import) if status == "Posting" else None,
	}


def _add_rests(rows: list) -> None:
	"""To each posted row whose invoice RTS has closed, what the customer still owes of it (`rest`)."""
	owed = short_paid_rests.rests({row.sales_invoice for row in rows if row.posted and row.sales_invoice})
	for row in rows:
		row.rest = float(owed.get(row.sales_invoice, 0)) if row.posted else 0


def _add_amounts_compared(rows: list) -> None:
	"""To each purchase of another amount than the invoice, both amounts and what financing is missing (`compared`)."""
	differing = [row for row in rows if row.reason == "differs_from_invoice" and row.sales_invoice]
	amounts = dict(
		frappe.get_all(
			"Sales Invoice",
			filters={"name": ("in", [row.sales_invoice for row in differing] or [""])},
			fields=["name", "grand_total"],
			as_list=True,
			limit=0,
		)
	)
	for row in differing:
		ours, theirs = money(amounts[row.sales_invoice]), money(row.invoice_amount or row.purchased)
		missing = ours - money(row.purchased or row.invoice_amount)
		row.compared = _("{0} in our books, {1} in the report. Not financed: {2}.").format(
			*(fmt_money(amount) for amount in (ours, theirs, missing))
		)


def _add_posted_before(rows: list) -> None:
	"""To each row that repeats a posted one, where that stands (`before`), and what it states otherwise (`differences`)."""
	names = {row.duplicate_of for row in rows if row.duplicate_of}
	before = {
		row.name: {"report_import": row.report_import, "row_no": row.row_no}
		for row in frappe.get_all(
			"Report Import Line",
			filters={"name": ("in", sorted(names) or [""])},
			fields=["name", "report_import", "row_no"],
			limit=0,
		)
	}
	for row in rows:
		row.before = before.get(row.duplicate_of)
		row.differences = json.loads(row.differences or "[]")
