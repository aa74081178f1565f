"""Columns that our reports share."""

from frappe import _

from rts_factoring.services.views import statements


def currency_column() -> dict:
	"""Hidden: it tells Frappe how to write the amounts of a row."""
	return {
		"fieldname": "currency",
		"label": _("Currency"),
		"fieldtype": "Link",
		"options": "Currency",
		"hidden": 1,
	}


def money(fieldname: str, label: str, width: int = 120) -> dict:
	"""An amount in the row's currency (see in_currency)."""
	return {
		"fieldname": fieldname,
		"label": label,
		"fieldtype": "Currency",
		"options": "currency",
		"width": width,
	}


def figure(fieldname: str, label: str, width: int = 110) -> dict:
	"""Days or a rate: a number that means nothing added up, which is what Frappe's total row does with number fields."""
	return {"fieldname": fieldname, "label": label, "fieldtype": "Data", "align": "right", "width": width}


def in_currency(company: str, rows: list[dict]) -> str:
	"""Write the company's currency on the rows and return it, for the chart."""
	currency = statements.currency(company)
	for row in rows:
		row["currency"] = currency
	return currency
