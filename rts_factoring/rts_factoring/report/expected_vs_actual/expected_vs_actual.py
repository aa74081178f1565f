"""Per invoice, what RTS should take by the agreement's rates and what it took."""

from frappe import _

from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report import columns as col
from rts_factoring.services.views import statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	start, end = col.period(filters)
	rows = statements.expected_against_actual(company, start, end)
	if filters.get("only_differences"):
		rows = [row for row in rows if row.fee_difference or row.reserve_difference]
	col.in_currency(company, rows)
	return columns(), rows


def columns() -> list[dict]:
	return [
		col.day("posting_date", _("Purchased On")),
		col.invoice(),
		col.customer(),
		col.link("batch", _("Batch"), "Factoring Batch", 140),
		col.money("purchased", _("Purchased")),
		col.money("expected_fee", _("Fee Expected")),
		col.money("fee", _("Fee Taken")),
		col.money("fee_difference", _("Fee Difference")),
		col.money("expected_reserve", _("Reserve Expected")),
		col.money("reserve", _("Reserve Taken")),
		col.money("reserve_difference", _("Reserve Difference")),
		col.money("charges", _("Other Deductions")),
		col.money("clearing", _("Paid Out")),
		col.currency(),
	]
