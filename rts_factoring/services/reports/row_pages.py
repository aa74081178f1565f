"""Pages of an import's rows, so that a form opens as fast with 100,000 rows as with ten."""

from __future__ import annotations

import json
import re

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum
from frappe.utils import flt, fmt_money
from pypika import Criterion, Table

from rts_factoring.core.model import Outcome
from rts_factoring.core.money import money
from rts_factoring.core.reconciliation.reasons import explain
from rts_factoring.core.reports.lines import UnreadCell
from rts_factoring.core.reports.problems import explained
from rts_factoring.services.accounting import adjustments
from rts_factoring.services.common.errors import translate
from rts_factoring.services.reports import progress, report_lines, short_paid_rests

DOCTYPE = "Report Import Line"
_LINE = Table(f"tab{DOCTYPE}")
LIMIT = 200
_SUMMED = {"Payment": "paid", "Open Invoices": "balance", "Reserve": "difference"}  # of each outcome, by kind
SEARCHED = ("invoice_no", "sales_invoice", "debtor", "payment_ref", "po_no")
FIELDS = (
	*("name", "row_no", "outcome", "reason", "rule", "sales_invoice", "invoice_no", "debtor", "po_no"),
	*("payment_ref", "event_type", "word", "description", "date", "invoice_amount", "purchased", "fee"),
	*("reserve", "other", "repaid", "recovered", "unclear", "unread", "parts", "net", "paid"),
	*("reserve_released", "chargeback", "resolution", "resolution_reason", "decided_by", "decided_on"),
	*("posted", "duplicate_of", "differences", "adjustment_line", "currency"),
	*("balance", "ours", "difference"),
)


def page(
	report_import: str, outcome: str = "", start: int = 0, length: int = 50, search: str = "", row: int = 0
) -> dict:
	"""`rows` from `start`, or of the page that has the row numbered `row`: of one outcome (`waiting` is every one that needs
	a decision) and with `search` in the invoice's number, the debtor or a reference; how many such rows there are (`total`).

	Of the whole import: `counts` and `sums` (of what RTS bought or collected) per outcome, how many rows are `waiting`, its
	`status`, and its `progress` while it posts.
	"""
	asked = _asked(report_import, outcome, search)
	length = min(max(int(length), 1), LIMIT)
	if row:
		start = _count(asked.where(_LINE.row_no < int(row))) // length * length
	start = max(int(start), 0)
	shown = (
		asked.select(_LINE.row_no).orderby(_LINE.row_no).offset(start).limit(length).run()
	)  # the index has it
	rows = _rows(report_import, [row_no for (row_no,) in shown])
	kind, status = frappe.db.get_value("Report Import", report_import, ["kind", "status"])
	counts, sums = _totals(report_import, _SUMMED.get(kind, "purchased"))
	waiting = sum(counts.get(outcome, 0) for outcome in report_lines.WAITING_OUTCOMES)
	return {
		"rows": complete(rows),
		"start": start,
		"total": _count(asked) if outcome or search else sum(counts.values()),
		"counts": counts,
		"sums": sums,
		"waiting": waiting,
		"status": status,
		"progress": progress.posting_progress(report_import) if status == "Posting" else None,
	}


def complete(rows: list) -> list:
	"""The rows with what a person reads of them beside the stored values."""
	_add_posted_before(rows)
	told = _adjustments({row.adjustment_line for row in rows if row.adjustment_line})
	_add_amounts_compared(rows)
	_add_rests(rows)
	_add_balances_compared(rows)
	for row in rows:
		is_own = (
			row.outcome == "ignored" and row.resolution == "Ignored"
		)  # then it stands in `resolution_reason`
		meaning, remedy = explain("" if is_own else row.reason or "")
		row.adjustment = told.get(row.pop("adjustment_line"))
		row.parts = json.loads(row.parts or "{}")
		row.update({"meaning": _(meaning) if meaning else "", "remedy": _(remedy) if remedy else ""})
		if unread := row.parts.pop(report_lines.UNREAD, None):
			row.meaning = translate(explained(row.reason, (UnreadCell(*cell) for cell in unread)))
	return rows


def _adjustments(lines: set[str]) -> dict[str, str]:
	"""Line of a Factoring Adjustment → the adjustment."""
	filters = {"name": ("in", sorted(lines))}
	return dict(frappe.get_all(adjustments.LINE, filters, ["name", "parent"], as_list=True)) if lines else {}


def _asked(report_import: str, outcome: str, search: str):
	"""The query of the rows that a page shows some of."""
	query = frappe.qb.from_(_LINE).where(_LINE.report_import == report_import)
	if outcome == "waiting":
		query = query.where(_LINE.outcome.isin(report_lines.WAITING_OUTCOMES) & (_LINE.posted == 0))
	elif outcome:
		query = query.where(_LINE.outcome == outcome)
	if plain := re.sub(r"([\\%_])", r"\\\1", search.strip()):
		query = query.where(Criterion.any(_LINE[name].like(f"%{plain}%") for name in SEARCHED))
	return query


def _rows(report_import: str, numbers: list[int]) -> list:
	query = frappe.qb.from_(_LINE).where(_LINE.report_import == report_import)
	query = query.where(_LINE.row_no.isin(numbers or [0])).orderby(_LINE.row_no)
	return query.select(*(_LINE[name] for name in FIELDS)).run(as_dict=True)


def _count(query) -> int:
	((number,),) = query.select(Count("*")).run()
	return int(number)


def _totals(report_import: str, amount: str) -> tuple[dict[str, int], dict[str, float]]:
	"""Per outcome how many rows have it, and the sum of one of their amounts."""
	query = frappe.qb.from_(_LINE).where(_LINE.report_import == report_import).groupby(_LINE.outcome)
	found = query.select(_LINE.outcome, Count("*"), Sum(_LINE[amount])).run()
	counts = {outcome: int(count) for outcome, count, _sum in found}
	return counts, {outcome: flt(total) for outcome, _count_of, total in found}


def _add_rests(rows: list) -> None:
	"""To each posted row whose invoice RTS has closed, what the customer still owes of it (`rest`)."""
	owed = short_paid_rests.rests({row.sales_invoice for row in rows if row.posted and row.sales_invoice})
	for row in rows:
		row.rest = float(owed.get(row.sales_invoice, 0)) if row.posted else 0


def _add_balances_compared(rows: list) -> None:
	"""To each payment whose stated balance is not what our books have open after the row, both of them (`note`)."""
	for row in rows:
		row.note = ""
		if row.difference and row.outcome != Outcome.DIFFERS.value:
			row.note = _("RTS's balance is {0}. Our books have {1} open after this row.").format(
				fmt_money(row.balance, currency=row.currency), fmt_money(row.ours, currency=row.currency)
			)


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
			DOCTYPE,
			filters={"name": ("in", sorted(names) or [""])},
			fields=["name", "report_import", "row_no"],
			limit=0,
		)
	}
	for row in rows:
		row.before = before.get(row.duplicate_of)
		row.differences = json.loads(row.differences or "[]")
