"""An opening from RTS's list of open invoices: its lines, the invoices that are not in ERPNext, and an empty list to fill."""

from __future__ import annotations

import io

import frappe
from frappe import _
from frappe.utils import flt, formatdate
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from rts_factoring.core.model import ReportKind
from rts_factoring.services.accounting import openings

KIND = ReportKind.OPEN_INVOICES.value.title()
TEMPLATE = ("Invoice #", "Customer", "Invoice Amount", "Financed", "Open Balance", "Reserve")
LISTED = 200  # unknown invoices that a form shows
_FIELDS = ("row_no", "invoice_no", "sales_invoice", "debtor", "balance", "purchased", "reserve", "reason")


def make(report_import: str):
	"""A new, unsaved opening from the rows of a list of open invoices that name an invoice of the company."""
	statement = _statement(report_import)
	opening = frappe.new_doc("Factoring Adjustment")
	opening.update(
		{
			"purpose": openings.PURPOSE,
			"company": statement.company,
			"posting_date": statement.as_of,
			"reason": _("Opening by RTS's list of open invoices as of {0}").format(
				formatdate(statement.as_of)
			),
			"report_import": statement.name,
		}
	)
	known = openings.known_invoices(statement.company)
	for row in _rows(report_import):
		if row.sales_invoice and row.sales_invoice not in known and flt(row.balance) > 0:
			opening.append("lines", _line(row))
	return opening


def _line(row) -> dict:
	financed = max(flt(row.purchased), flt(row.balance))
	return openings.line(row.sales_invoice, "", financed, flt(row.balance), flt(row.reserve))


def unknown(report_import: str) -> dict:
	"""Rows of a list of open invoices whose invoice is not in ERPNext: how many, what is open of them, and the first of them."""
	_statement(report_import)
	rows = [row for row in _rows(report_import) if not row.sales_invoice]
	return {
		"count": len(rows),
		"open": sum(flt(row.balance) for row in rows),
		"rows": [
			{"row": row.row_no, "invoice": row.invoice_no, "debtor": row.debtor, "open": row.balance}
			for row in rows[:LISTED]
		],
	}


def _statement(report_import: str):
	doc = frappe.get_doc("Report Import", report_import)
	if doc.kind != KIND:
		frappe.throw(_("Choose an import of the kind {0}.").format(_(KIND)))
	return doc


def _rows(report_import: str) -> list:
	filters = {"report_import": report_import}
	return frappe.get_all("Report Import Line", filters, list(_FIELDS), order_by="row_no", limit=0)


def template() -> bytes:
	"""An empty list of open invoices as .xlsx, with the headers that the shipped layout reads."""
	book = Workbook()
	sheet = book.create_sheet("Open Invoices", 0)
	del book["Sheet"]
	sheet.append(TEMPLATE)
	for number, title in enumerate(TEMPLATE, 1):
		sheet.cell(1, number).font = Font(bold=True)
		sheet.column_dimensions[get_column_letter(number)].width = max(len(title) + 4, 14)
	sheet.freeze_panes = "A2"
	found = io.BytesIO()
	book.save(found)
	return found.getvalue()
