"""Each debtor by the invoices RTS bought in a period: days to pay, short pays, chargebacks, holds, cost, and its part of what is open."""

from frappe import _

from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report import columns as col
from rts_factoring.services.company import settings
from rts_factoring.services.views import debtors

CHARTED = 10  # debtors


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	if not settings.find(company):
		return columns(), [], _("{0} is not set up for factoring.").format(company)
	rows = debtors.scorecard(company, *col.period(filters))
	currency = col.in_currency(company, rows)
	for row in rows:
		row["trend"] = f"{row['trend']:+.1f}" if row["trend"] is not None else None
	return columns(), rows, None, chart(rows, currency)


def columns() -> list[dict]:
	return [
		col.customer(),
		col.figure("invoices", _("Invoices"), 90),
		col.money("purchased", _("Purchased")),
		col.money("open", _("Open with RTS"), 140),
		col.figure("share", _("Share of Open (%)"), 160),
		col.figure("days", _("Days from Purchase"), 170),
		col.figure("invoice_days", _("Days from Invoice"), 150),
		col.figure("trend", _("Trend in Days"), 130),
		col.figure("short_pays", _("Short Pays"), 110),
		col.money("short_paid", _("Short Paid")),
		col.figure("chargebacks", _("Chargebacks"), 120),
		col.money("charged_back", _("Charged Back"), 130),
		col.figure("held", _("Held"), 80),
		col.figure("denied", _("Denied"), 90),
		col.money("fee", _("Fees of Paid Invoices"), 180),
		col.figure("rate", _("Rate a Year (%)"), 150),
		col.currency(),
	]


def chart(rows, currency: str) -> dict | None:
	shown = [row for row in rows if row["open"]][:CHARTED]
	if not shown:
		return None
	return {
		"data": {
			"labels": [row["customer"] for row in shown],
			"datasets": [{"name": _("Open with RTS"), "values": [float(row["open"]) for row in shown]}],
		},
		"type": "bar",
		"fieldtype": "Currency",
		"options": "currency",
		"currency": currency,
	}
