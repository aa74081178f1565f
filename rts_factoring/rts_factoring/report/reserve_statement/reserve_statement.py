"""The reserve RTS holds: opening balance, every movement, closing balance. Compare it with RTS's own statement."""

from frappe import _
from frappe.utils import formatdate

from rts_factoring.core.model import Role
from rts_factoring.core.money import money as cents
from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report import columns as col
from rts_factoring.services.accounting import ledger_sums
from rts_factoring.services.views import statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	start, end = col.period(filters)
	balance = ledger_sums.of_company(company, before=start, only=("reserve",))["reserve"]
	rows = [{"event": _("Opening balance"), "balance": balance, "bold": 1}]
	for row in statements.movements(company, Role.RESERVE, start, end):
		amount = cents(row.amount)
		balance += amount
		row.event = _(row.event.replace("_", " ").capitalize()) + (
			f" ({_('undone')})" if row.is_reversal else ""
		)
		rows.append({**row, "held": max(amount, 0), "released": max(-amount, 0), "balance": balance})
	rows.append({"event": _("Closing balance"), "balance": balance, "bold": 1})
	return columns(), rows, None, chart(rows, col.in_currency(company, rows))


def columns() -> list[dict]:
	return [
		col.day("posting_date", _("Date")),
		col.words("event", _("What"), 180),
		col.invoice(),
		col.customer(),
		col.money("held", _("Into Reserve"), 130),
		col.money("released", _("Out of Reserve"), 130),
		col.money("balance", _("Balance"), 130),
		col.link("report_import", _("Report Import"), "Report Import", 150),
		col.link("factoring_adjustment", _("Adjustment"), "Factoring Adjustment", 140),
		col.link("journal_entry", _("Journal Entry"), "Journal Entry"),
		col.currency(),
	]


def chart(rows, currency: str) -> dict | None:
	dated = {row["posting_date"]: float(row["balance"]) for row in rows if row.get("posting_date")}
	if not dated:
		return None
	# A whole date would be cut under the chart, to the year alone
	days = [formatdate(day, "MMM d") for day in dated]
	return {
		"data": {"labels": days, "datasets": [{"name": _("Reserve"), "values": list(dated.values())}]},
		"type": "line",
		"fieldtype": "Currency",
		"options": "currency",
		"currency": currency,
	}
