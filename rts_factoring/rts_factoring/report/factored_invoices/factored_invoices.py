"""Each invoice RTS has bought, with its advance, reserve, fee, what was paid, and what is open."""

from frappe import _
from frappe.utils import date_diff, flt, today

from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report.columns import currency_column, figure, in_currency, money
from rts_factoring.services.views import statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	rows = statements.factored_invoices(company, filters.get("state"), filters.get("customer"))
	for row in rows:
		row.age = date_diff(today(), row.posting_date) if flt(row.open_change) else None
	return columns(), rows, None, chart(rows, in_currency(company, rows))


def columns() -> list[dict]:
	return [
		{
			"fieldname": "sales_invoice",
			"label": _("Invoice"),
			"fieldtype": "Link",
			"options": "Sales Invoice",
			"width": 160,
		},
		{
			"fieldname": "customer",
			"label": _("Customer"),
			"fieldtype": "Link",
			"options": "Customer",
			"width": 180,
		},
		{"fieldname": "factoring_status", "label": _("Status"), "fieldtype": "Data", "width": 110},
		{
			"fieldname": "factoring_batch",
			"label": _("Batch"),
			"fieldtype": "Link",
			"options": "Factoring Batch",
			"width": 140,
		},
		{"fieldname": "posting_date", "label": _("Invoice Date"), "fieldtype": "Date", "width": 100},
		money("grand_total", _("Invoiced")),
		money("purchased", _("Purchased")),
		money("clearing", _("Paid Out by RTS")),
		money("reserve", _("Reserve")),
		money("fee", _("Fee")),
		money("collected", _("Paid by Customer")),
		money("charged_back", _("Charged Back")),
		money("open_change", _("Open with RTS")),
		money("outstanding_amount", _("Outstanding in Books")),
		figure("age", _("Age in Days"), 90),
		currency_column(),
	]


def chart(rows, currency: str) -> dict | None:
	by_state: dict[str, float] = {}
	for row in rows:
		by_state[row.factoring_status] = by_state.get(row.factoring_status, 0) + flt(row.purchased)
	if not by_state:
		return None
	return {
		"data": {
			"labels": [_(state) for state in by_state],
			"datasets": [{"values": list(by_state.values())}],
		},
		"type": "bar",
		"fieldtype": "Currency",
		"options": "currency",
		"currency": currency,
	}
