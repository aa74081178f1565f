"""The agreement's rates against what RTS took, invoice by invoice."""

from frappe import _
from frappe.utils import getdate

from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report.columns import currency_column, in_currency, money
from rts_factoring.services.views import statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	start, end = getdate(filters.get("from_date")), getdate(filters.get("to_date"))
	rows = statements.expected_against_actual(company, start, end)
	if filters.get("only_differences"):
		rows = [row for row in rows if row.fee_difference or row.reserve_difference]
	in_currency(company, rows)
	return columns(), rows


def columns() -> list[dict]:
	return [
		{"fieldname": "posting_date", "label": _("Purchased On"), "fieldtype": "Date", "width": 100},
		{
			"fieldname": "sales_invoice",
			"label": _("Invoice"),
			"fieldtype": "Link",
			"options": "Sales Invoice",
			"width": 150,
		},
		{
			"fieldname": "customer",
			"label": _("Customer"),
			"fieldtype": "Link",
			"options": "Customer",
			"width": 180,
		},
		{
			"fieldname": "batch",
			"label": _("Batch"),
			"fieldtype": "Link",
			"options": "Factoring Batch",
			"width": 140,
		},
		money("purchased", _("Purchased")),
		money("expected_fee", _("Fee Expected")),
		money("fee", _("Fee Taken")),
		money("fee_difference", _("Fee Difference")),
		money("expected_reserve", _("Reserve Expected")),
		money("reserve", _("Reserve Taken")),
		money("reserve_difference", _("Reserve Difference")),
		money("charges", _("Other Deductions")),
		money("clearing", _("Paid Out")),
		currency_column(),
	]
