"""What RTS has not sent or we have not recorded: reports, purchase reports of batches, deposits of fundings."""

from frappe import _

from rts_factoring.permissions import require_company
from rts_factoring.rts_factoring.report import columns as col
from rts_factoring.services.views import completeness


def execute(filters=None):
	filters = filters or {}
	company = require_company(filters.get("company"))
	rows = [row | {"kind": _(row["kind"])} for row in completeness.find(company, col.as_of(filters))]
	message = None if rows else _("Nothing is missing that the settings ask for.")
	col.in_currency(company, rows)
	return columns(), rows, message


def columns() -> list[dict]:
	return [
		col.words("kind", _("What"), 150),
		col.day("day", _("Date")),
		col.words("text", _("Details"), 560),
		col.money("amount", _("Amount")),
		# no link: Frappe would ask for the permission to read DocTypes
		col.words("doctype", _("Document Type"), 120) | {"hidden": 1},
		{
			"fieldname": "name",
			"label": _("Document"),
			"fieldtype": "Dynamic Link",
			"options": "doctype",
			"width": 160,
		},
		col.currency(),
	]
