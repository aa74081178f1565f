"""Columns that our reports share, and the period they are asked for."""

from datetime import date

from frappe import _
from frappe.utils import getdate

from rts_factoring.services.views import statements


def period(filters: dict) -> tuple[date, date]:
	"""First and last day of a report."""
	return getdate(filters.get("from_date")), getdate(filters.get("to_date"))


def as_of(filters: dict) -> date | None:
	"""The day a report is asked for; None means with all that is posted."""
	return getdate(filters["as_of"]) if filters.get("as_of") else None


def link(fieldname: str, label: str, doctype: str, width: int = 150) -> dict:
	return {"fieldname": fieldname, "label": label, "fieldtype": "Link", "options": doctype, "width": width}


def day(fieldname: str, label: str) -> dict:
	return {"fieldname": fieldname, "label": label, "fieldtype": "Date", "width": 100}


def words(fieldname: str, label: str, width: int) -> dict:
	return {"fieldname": fieldname, "label": label, "fieldtype": "Data", "width": width}


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
	"""Days or a rate. As text, because Frappe's total row adds up every number field."""
	return words(fieldname, label, width) | {"align": "right"}


def currency() -> dict:
	"""Hidden: it tells Frappe how to write the amounts of a row."""
	return link("currency", _("Currency"), "Currency") | {"hidden": 1}


def invoice(width: int = 150) -> dict:
	return link("sales_invoice", _("Invoice"), "Sales Invoice", width)


def customer(width: int = 180) -> dict:
	return link("customer", _("Customer"), "Customer", width)


def in_currency(company: str, rows: list[dict]) -> str:
	"""Write the company's currency on the rows and return it, for the chart."""
	name = statements.currency(company)
	for row in rows:
		row["currency"] = name
	return name
