"""What factoring costs: fees and charges per month and customer, days to pay, and the rate a year they amount to."""

from frappe import _
from frappe.utils import getdate

from rts_factoring.permissions import require_company
from rts_factoring.services import statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	rows = statements.costs(company, getdate(filters.get("from_date")), getdate(filters.get("to_date")))
	return columns(), rows, None, chart(rows)


def columns() -> list[dict]:
	money = {"fieldtype": "Currency", "width": 130}
	return [
		{"fieldname": "month", "label": _("Month"), "fieldtype": "Data", "width": 90},
		{"fieldname": "customer", "label": _("Customer"), "fieldtype": "Link", "options": "Customer", "width": 200},
		{"fieldname": "purchased", "label": _("Purchased"), **money},
		{"fieldname": "fee", "label": _("Fees"), **money},
		{"fieldname": "charges", "label": _("Charges"), **money},
		{"fieldname": "cost", "label": _("Cost"), **money},
		{"fieldname": "share", "label": _("Cost of Purchases (%)"), "fieldtype": "Percent", "width": 120},
		{"fieldname": "days", "label": _("Days to Pay"), "fieldtype": "Float", "precision": 1, "width": 110},
		{"fieldname": "rate", "label": _("Rate a Year (%)"), "fieldtype": "Percent", "width": 120},
	]


def chart(rows) -> dict | None:
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
	}
