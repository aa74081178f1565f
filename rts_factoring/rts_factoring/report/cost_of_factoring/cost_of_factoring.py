"""What factoring costs per month and customer: fees, charges, days to pay, and the yearly rate."""

from frappe import _

from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report import columns as col
from rts_factoring.services.views import costs


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	rows = costs.costs(company, *col.period(filters))
	return columns(), rows, None, chart(rows, col.in_currency(company, rows))


def columns() -> list[dict]:
	return [
		col.words("month", _("Month"), 90),
		col.customer(),
		col.money("purchased", _("Purchased"), 130),
		col.money("fee", _("Fees"), 130),
		col.money("charges", _("Charges"), 130),
		col.money("cost", _("Cost"), 130),
		col.figure("share", _("Cost of Purchases (%)"), 120),
		col.figure("days", _("Days to Pay"), 110),
		col.figure("rate", _("Rate a Year (%)"), 120),
		col.currency(),
	]


def chart(rows, currency: str) -> dict | None:
	months: dict[str, list[float]] = {}
	for row in rows:
		sums = months.setdefault(row["month"], [0.0, 0.0])
		sums[0] += float(row["fee"])
		sums[1] += float(row["charges"])
	if not months:
		return None
	return {
		"data": {
			"labels": list(months),
			"datasets": [
				{"name": _("Fees"), "values": [fee for fee, _charges in months.values()]},
				{"name": _("Charges"), "values": [charges for _fee, charges in months.values()]},
			],
		},
		"type": "bar",
		"barOptions": {"stacked": 1},
		"fieldtype": "Currency",
		"options": "currency",
		"currency": currency,
	}
