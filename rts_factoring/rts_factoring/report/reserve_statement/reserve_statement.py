"""The reserve RTS holds: opening balance, every movement, closing balance; to lay beside RTS's own statement."""

from frappe import _
from frappe.utils import getdate

from rts_factoring.core.model import Role
from rts_factoring.core.money import money as cents
from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report.columns import currency_column, in_currency, money
from rts_factoring.services.views import statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	start, end = getdate(filters.get("from_date")), getdate(filters.get("to_date"))
	balance = statements.ledger_sums(company, before=start)["reserve"]
	rows = [{"event": _("Opening balance"), "balance": balance, "bold": 1}]
	for row in statements.movements(company, Role.RESERVE, start, end):
		amount = cents(row.amount)
		balance += amount
		row.event = _(row.event.replace("_", " ").capitalize()) + (
			f" ({_('undone')})" if row.is_reversal else ""
		)
		rows.append({**row, "held": max(amount, 0), "released": max(-amount, 0), "balance": balance})
	rows.append({"event": _("Closing balance"), "balance": balance, "bold": 1})
	return columns(), rows, None, chart(rows, in_currency(company, rows))


def columns() -> list[dict]:
	return [
		{"fieldname": "posting_date", "label": _("Date"), "fieldtype": "Date", "width": 100},
		{"fieldname": "event", "label": _("What"), "fieldtype": "Data", "width": 180},
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
			"width": 170,
		},
		money("held", _("Into Reserve"), 130),
		money("released", _("Out of Reserve"), 130),
		money("balance", _("Balance"), 130),
		{
			"fieldname": "report_import",
			"label": _("Report Import"),
			"fieldtype": "Link",
			"options": "Report Import",
			"width": 140,
		},
		{
			"fieldname": "journal_entry",
			"label": _("Journal Entry"),
			"fieldtype": "Link",
			"options": "Journal Entry",
			"width": 150,
		},
		currency_column(),
	]


def chart(rows, currency: str) -> dict | None:
	dated = {str(row["posting_date"]): float(row["balance"]) for row in rows if row.get("posting_date")}
	if not dated:
		return None
	return {
		"data": {"labels": list(dated), "datasets": [{"name": _("Reserve"), "values": list(dated.values())}]},
		"type": "line",
		"fieldtype": "Currency",
		"options": "currency",
		"currency": currency,
	}
