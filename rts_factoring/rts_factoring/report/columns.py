"""Columns that our reports share, and the period they are asked for."""

from datetime import date

from frappe import _
from frappe.utils import getdate

from rts_factoring.services.views import statements

LETTER, BESIDE = 8, 30  # pixels: of a letter of a heading, and beside it


def period(filters: dict) -> tuple[date, date]:
	"""First and last day of a report."""
	return getdate(filters.get("from_date")), getdate(filters.get("to_date"))


def as_of(filters: dict) -> date | None:
	"""The day a report is asked for; None means with all that is posted."""
	return getdate(filters["as_of"]) if filters.get("as_of") else None


def column(fieldname: str, label: str, fieldtype: str, width: int, **more: object) -> dict:
	"""At least as wide as its heading, in whichever language, with the arrow for sorting beside it."""
	width = max(width, LETTER * len(label) + BESIDE)
	return {"fieldname": fieldname, "label": label, "fieldtype": fieldtype, "width": width, **more}


def link(fieldname: str, label: str, doctype: str, width: int = 170) -> dict:
	return column(fieldname, label, "Link", width, options=doctype)


def day(fieldname: str, label: str) -> dict:
	return column(fieldname, label, "Date", 115)


def words(fieldname: str, label: str, width: int) -> dict:
	return column(fieldname, label, "Data", width)


def money(fieldname: str, label: str, width: int = 120) -> dict:
	"""An amount in the row's currency (see in_currency)."""
	return column(fieldname, label, "Currency", width, options="currency")


def count(fieldname: str, label: str) -> dict:
	return column(fieldname, label, "Int", 80)


def figure(fieldname: str, label: str, width: int = 110) -> dict:
	"""Days or a rate, which no total row adds up: as text for Frappe's server, and marked for its table."""
	return words(fieldname, label, width) | {"align": "right", "disable_total": 1}


def currency() -> dict:
	"""Hidden: it tells Frappe how to write the amounts of a row."""
	return link("currency", _("Currency"), "Currency") | {"hidden": 1}


def invoice(width: int = 150) -> dict:
	return link("sales_invoice", _("Invoice"), "Sales Invoice", width)


def customer(width: int = 220) -> dict:
	return link("customer", _("Customer"), "Customer", width)


def in_currency(company: str, rows: list[dict]) -> str:
	"""Write the company's currency on the rows and return it, for the chart."""
	name = statements.currency(company)
	for row in rows:
		row["currency"] = name
	return name
