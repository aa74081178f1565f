"""The lines of a Factoring Adjustment, checked before they are saved: amounts, invoices and rows of their company."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import formatdate, getdate

from rts_factoring.core.model import Event
from rts_factoring.core.reconciliation.adjustments import FEE_EVENTS, SIGNED_EVENTS
from rts_factoring.services.accounting import openings
from rts_factoring.services.common.errors import throw_not_found

POLICY_CHANGE = "Change of Policy"  # its lines are made by the app


def check(doc) -> None:
	"""Refuse lines that say nothing, that another company owns, or that take back the same row."""
	_check_company(doc)
	taken_back: dict[str, int] = {}
	for row in doc.lines:
		row.currency = doc.currency
		_check_amounts(row)
		if row.event == "Policy Change" and doc.purpose != POLICY_CHANGE:
			frappe.throw(_line(row, _("Choose the purpose Change of Policy, which makes these lines.")))
		if row.event == openings.PURPOSE and doc.purpose != openings.PURPOSE:
			frappe.throw(_line(row, _("Choose the purpose Opening for lines of this event.")))
		if row.event != "Reversal":
			row.report_import_line = None
			continue
		row.sales_invoice = None
		_check_row_to_take_back(doc, row)
		if earlier := taken_back.get(row.report_import_line):
			frappe.throw(
				_line(row, _("It takes back the same row as line {0}. Remove one of them.").format(earlier)),
				title=_("Taken Back Twice"),
			)
		taken_back[row.report_import_line] = row.idx


def _check_company(doc) -> None:
	"""What belongs to another company is answered as if it did not exist."""
	names = {row.sales_invoice for row in doc.lines if row.sales_invoice}
	filters = {"name": ("in", sorted(names) or [""]), "company": doc.company}
	own = set(frappe.get_all("Sales Invoice", filters, pluck="name", limit=0))
	for row in doc.lines:
		if row.sales_invoice and row.sales_invoice not in own:
			throw_not_found(row, "sales_invoice")


def _check_row_to_take_back(doc, row) -> None:
	line = frappe.db.get_value(
		"Report Import Line",
		row.report_import_line,
		["company", "posted", "row_no", "report_import"],
		as_dict=True,
	)
	if row.report_import_line and (not line or line.company != doc.company):
		throw_not_found(row, "report_import_line")
	if not line:
		frappe.throw(_line(row, _("Choose a row of a report of {0}.").format(doc.company)))
	doc.report_import = doc.report_import or line.report_import
	if not line.posted:
		frappe.throw(
			_line(row, _("Row {0} is not posted, so there is nothing to take back.").format(line.row_no))
		)
	days = frappe.get_all(
		"Factoring Ledger Entry", {"report_import_line": row.report_import_line}, pluck="posting_date"
	)
	if days and getdate(doc.posting_date) < max(days):
		frappe.throw(
			_line(
				row,
				_("The row was posted on {0}. Posting Date cannot be earlier.").format(formatdate(max(days))),
			),
			title=_("Posting Date"),
		)


def _check_amounts(row) -> None:
	"""Amounts beside the one of the line that its event has not, are not kept; a minus is taken only where it has a meaning."""
	event = Event(frappe.scrub(row.event)) if row.event else None
	if event in FEE_EVENTS:
		row.fee = 0
	if event is Event.OPENING:
		return
	row.financed = 0
	if event is not Event.PURCHASE:
		row.reserve = row.other = row.repaid = row.net = 0
	if (row.amount or 0) < 0 and event not in SIGNED_EVENTS:
		frappe.throw(
			_line(
				row, _("Enter the amount without a minus, and choose the event that says which way it goes.")
			),
			title=_("Amount"),
		)


def _line(row, text: str) -> str:
	return _("Line {0}: {1}").format(row.idx, text)
