"""Compares ledger, journal and invoices per role. Any difference other than 0.00 is an error."""

from frappe import _

from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report import columns as col
from rts_factoring.services.views import overview, statements


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	rows = [*statements.tie_out(company, col.as_of(filters)), overview.tie_out_row(company)]
	wrong = [row for row in rows if row["difference"]]
	message = (
		_("{0} amounts differ. See the column Difference.").format(len(wrong))
		if wrong
		else _("Ledger, journal and invoices agree to the cent.")
	)
	col.in_currency(company, rows)
	return columns(), rows, message


def columns() -> list[dict]:
	return [
		col.words("role", _("Role"), 320),
		col.words("account", _("Account"), 215),
		col.money("ledger", _("Factoring Ledger"), 125),
		col.money("journal", _("Journal or Invoices"), 145),
		col.money("difference", _("Difference"), 115),
		col.money("balance", _("Account Balance"), 130),
		col.money("others", _("Of Which Other Entries"), 165),
		col.currency(),
	]
