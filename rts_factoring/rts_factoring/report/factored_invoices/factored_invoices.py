"""Each invoice RTS has bought, with its advance, reserve, fee, what was paid, and what is open."""

from frappe import _
from frappe.utils import date_diff, flt, today

from rts_factoring.permissions import require_company
from rts_factoring.services import statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	rows = statements.factored_invoices(company, filters.get("state"), filters.get("customer"))
	for row in rows:
		row.age = date_diff(today(), row.posting_date) if flt(row.open_change) else None
	return columns(), rows, None, chart(rows)


def columns() -> list[dict]:
	money = {"fieldtype": "Currency", "width": 120}
	return [
		{"fieldname": "sales_invoice", "label": _("Invoice"), "fieldtype": "Link", "options": "Sales Invoice", "width": 160},
		{"fieldname": "customer", "label": _("Customer"), "fieldtype": "Link", "options": "Customer", "width": 180},
		{"fieldname": "factoring_status", "label": _("Status"), "fieldtype": "Data", "width": 110},
		{"fieldname": "factoring_batch", "label": _("Batch"), "fieldtype": "Link", "options": "Factoring Batch", "width": 140},
		{"fieldname": "posting_date", "label": _("Invoice Date"), "fieldtype": "Date", "width": 100},
		{"fieldname": "grand_total", "label": _("Invoiced"), **money},
		{"fieldname": "purchased", "label": _("Purchased"), **money},
		{"fieldname": "clearing", "label": _("Paid Out by RTS"), **money},
		{"fieldname": "reserve", "label": _("Reserve"), **money},
		{"fieldname": "fee", "label": _("Fee"), **money},
		{"fieldname": "collected", "label": _("Paid by Customer"), **money},
		{"fieldname": "charged_back", "label": _("Charged Back"), **money},
		{"fieldname": "open_change", "label": _("Open with RTS"), **money},
		{"fieldname": "outstanding_amount", "label": _("Outstanding in Books"), **money},
		{"fieldname": "age", "label": _("Age in Days"), "fieldtype": "Int", "width": 90},
	]


def chart(rows) -> dict | None:
	by_state: dict[str, float] = {}
	for row in rows:
		by_state[row.factoring_status] = by_state.get(row.factoring_status, 0) + flt(row.purchased)
	if not by_state:
		return None
	return {
		"data": {"labels": [_(state) for state in by_state], "datasets": [{"values": list(by_state.values())}]},
		"type": "bar",
		"fieldtype": "Currency",
	}
