"""The agreement's rates against what RTS took, invoice by invoice."""

from frappe import _
from frappe.utils import getdate

from rts_factoring.permissions import require_company
from rts_factoring.services import statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	start, end = getdate(filters.get("from_date")), getdate(filters.get("to_date"))
	rows = statements.expected_against_actual(company, start, end)
	if filters.get("only_differences"):
		rows = [row for row in rows if row.fee_difference or row.reserve_difference]
	return columns(), rows


def columns() -> list[dict]:
	money = {"fieldtype": "Currency", "width": 120}
	return [
		{"fieldname": "posting_date", "label": _("Purchased On"), "fieldtype": "Date", "width": 100},
		{"fieldname": "sales_invoice", "label": _("Invoice"), "fieldtype": "Link", "options": "Sales Invoice", "width": 150},
		{"fieldname": "customer", "label": _("Customer"), "fieldtype": "Link", "options": "Customer", "width": 180},
		{"fieldname": "batch", "label": _("Batch"), "fieldtype": "Link", "options": "Factoring Batch", "width": 140},
		{"fieldname": "purchased", "label": _("Purchased"), **money},
		{"fieldname": "expected_fee", "label": _("Fee Expected"), **money},
		{"fieldname": "fee", "label": _("Fee Taken"), **money},
		{"fieldname": "fee_difference", "label": _("Fee Difference"), **money},
		{"fieldname": "expected_reserve", "label": _("Reserve Expected"), **money},
		{"fieldname": "reserve", "label": _("Reserve Taken"), **money},
		{"fieldname": "reserve_difference", "label": _("Reserve Difference"), **money},
		{"fieldname": "charges", "label": _("Other Deductions"), **money},
		{"fieldname": "clearing", "label": _("Paid Out"), **money},
	]
