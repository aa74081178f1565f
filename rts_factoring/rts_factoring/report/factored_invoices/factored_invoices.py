"""Each invoice RTS has bought, with its advance, reserve, fee, what was paid, and what is open; by age, and as of a date."""

from frappe import _
from frappe.utils import flt, getdate

from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report import columns as col
from rts_factoring.services.company import settings
from rts_factoring.services.views import ageing, statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	day = col.as_of(filters)
	rows = statements.factored_invoices(company, filters.get("state"), filters.get("customer"), day)
	ageing.add_ageing(rows, settings.require_any(company), day or getdate())
	if filters.get("due_within"):
		rows = _due_within(rows, int(filters["due_within"]))
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
		col.figure("bucket", _("Age Group"), 90),
		col.day("buyback_on", _("Buyback On")),
		col.figure("recourse_days", _("Days to Buyback"), 110),
		col.figure("share", _("Debtor's Share of Open (%)"), 120),
		col.currency(),
	]


def _due_within(rows: list, days: int) -> list:
	due = [row for row in rows if row.get("recourse_days") is not None and row.recourse_days <= days]
	return sorted(due, key=lambda row: row.recourse_days)


def chart(rows, currency: str) -> dict | None:
	"""What is open by age; without open invoices nothing."""
	groups = ageing.by_bucket(rows)
	if not any(groups.values()):
		return None
	return {
		"data": {
			"labels": list(groups),
			"datasets": [{"name": _("Open with RTS"), "values": [flt(amount) for amount in groups.values()]}],
		},
		"type": "bar",
		"fieldtype": "Currency",
		"options": "currency",
		"currency": currency,
	}
