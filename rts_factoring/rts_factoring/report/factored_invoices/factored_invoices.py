"""Each invoice RTS has bought, with its advance, reserve, fee, what was paid, and what is open."""

from frappe import _
from frappe.utils import flt, getdate

from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report import columns as col
from rts_factoring.services.views import statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	rows = statements.factored_invoices(company, filters.get("state"), filters.get("customer"))
	today = getdate()
	for row in rows:
		row.age = (today - row.posting_date).days if flt(row.open_change) else None
	return columns(), rows, None, chart(rows, col.in_currency(company, rows))


def columns() -> list[dict]:
	return [
		col.invoice(160),
		col.customer(),
		col.words("factoring_status", _("Status"), 110),
		col.link("factoring_batch", _("Batch"), "Factoring Batch", 140),
		col.day("posting_date", _("Invoice Date")),
		col.money("grand_total", _("Invoiced")),
		col.money("purchased", _("Purchased")),
		col.money("clearing", _("Paid Out by RTS")),
		col.money("reserve", _("Reserve")),
		col.money("fee", _("Fee")),
		col.money("collected", _("Paid by Customer")),
		col.money("charged_back", _("Charged Back")),
		col.money("open_change", _("Open with RTS")),
		col.money("outstanding_amount", _("Outstanding in Books")),
		col.figure("age", _("Age in Days"), 90),
		col.currency(),
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
