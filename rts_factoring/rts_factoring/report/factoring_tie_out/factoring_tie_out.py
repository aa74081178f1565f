"""Ledger = journal = invoices, per role: the difference is 0.00 at any time, or something is wrong."""

from frappe import _

from rts_factoring.permissions import require_company
from rts_factoring.services import statements


def execute(filters=None):
	company = require_company((filters or {}).get("company"))
	rows = statements.tie_out(company)
	wrong = [row for row in rows if row["difference"]]
	message = (
		_("{0} figures differ; see the column Difference.").format(len(wrong))
		if wrong
		else _("Ledger, journal and invoices agree to the cent.")
	)
	return columns(), rows, message


def columns() -> list[dict]:
	money = {"fieldtype": "Currency", "width": 150}
	return [
		{"fieldname": "role", "label": _("Role"), "fieldtype": "Data", "width": 230},
		{"fieldname": "account", "label": _("Account"), "fieldtype": "Data", "width": 230},
		{"fieldname": "ledger", "label": _("Factoring Ledger"), **money},
		{"fieldname": "journal", "label": _("Journal or Invoices"), **money},
		{"fieldname": "difference", "label": _("Difference"), **money},
		{"fieldname": "balance", "label": _("Account Balance"), **money},
		{"fieldname": "others", "label": _("Of Which Other Entries"), **money},
	]
