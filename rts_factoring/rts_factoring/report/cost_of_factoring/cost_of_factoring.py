"""What factoring costs: fees and charges per month and customer, days to pay, and the rate a year they amount to."""

from frappe import _
from frappe.utils import getdate

from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report.columns import currency_column, figure, in_currency, money
from rts_factoring.services.views import statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	rows = statements.costs(company, getdate(filters.get("from_date")), getdate(filters.get("to_date")))
	return columns(), rows, None, chart(rows, in_currency(company, rows))


def columns() -> list[dict]:
	return [
		{"fieldname": "month", "label": _("Month"), "fieldtype": "Data", "width": 90},
		{
			"fieldname": "customer",
			"label": _("Customer"),
			"fieldtype": "Link",
			"options": "Customer",
			"width": 200,
		},
		money("purchased", _("Purchased"), 130),
		money("fee", _("Fees"), 130),
		money("charges", _("Charges"), 130),
		money("cost", _("Cost"), 130),
		figure("share", _("Cost of Purchases (%)"), 120),
		figure("days", _("Days to Pay"), 110),
		figure("rate", _("Rate a Year (%)"), 120),
		currency_column(),
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
