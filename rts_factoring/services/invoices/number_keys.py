"""Keys of an invoice's numbers, kept beside the invoice and indexed, so that a number spelt otherwise in a report is found
without reading every invoice. Two numbers that a rule of core.reconciliation.matching may take for one have one key."""

from __future__ import annotations

from collections.abc import Callable, Collection

import frappe

from rts_factoring.core.reconciliation.matching import digits, exact, normalised
from rts_factoring.services.invoices.receivables import chunks

LENGTH = 40  # longer keys are cut: they find more candidates, and the rules choose
NUMBER, PO, LOAD = "factoring_number_key", "factoring_po_key", "factoring_load_key"
FIELDS = (NUMBER, PO, LOAD)


def of_number(invoice_no: str) -> str:
	return digits(exact(invoice_no))[:LENGTH]


def of_reference(number: str | None) -> str:
	"""The key of a PO or load number."""
	return normalised(number or "")[:LENGTH]


def fill(doc) -> None:
	"""Set the keys of a Sales Invoice that is saved."""
	doc.update(_keys(doc.name or "", doc.get("po_no"), doc.get("factoring_load_no")))


def candidates(company: str, numbers: Collection[str], references: Collection[str]) -> set[str]:
	"""Invoices of the company that may be meant by one of these invoice numbers, or by a PO or load number."""
	found = _with_key(company, NUMBER, numbers, of_number)
	for field in (PO, LOAD):
		found |= _with_key(company, field, references, of_reference, empty=False)
	return found


def fill_missing() -> None:
	"""Set the keys of the invoices that have none, those of before the app was installed."""
	table = "`tabSales Invoice`"
	letters = "left(lower(regexp_replace(ifnull({0}, ''), '[^0-9a-zA-Z]', '')), %(length)s)"
	# nosemgrep: frappe-using-db-sql -- the text holds our own names only
	frappe.db.sql(
		f"update {table} set {PO} = {letters.format('po_no')}, {LOAD} = {letters.format('factoring_load_no')},"  # nosec B608 # own names
		f" {NUMBER} = left(trim(leading '0' from regexp_replace(name, '[^0-9]', '')), %(length)s)"
		f" where {NUMBER} is null and concat_ws('', name, po_no, factoring_load_no) not regexp '[^ -~]'",
		{"length": LENGTH},
	)
	rest = frappe.get_all(
		"Sales Invoice",
		filters={NUMBER: ("is", "not set")},
		fields=["name", "po_no", "factoring_load_no"],
		limit=0,
	)
	for row in rest:
		values = _keys(row.name, row.po_no, row.factoring_load_no)
		frappe.db.set_value("Sales Invoice", row.name, values, update_modified=False)


def _keys(name: str, po_no: str | None, load_no: str | None) -> dict[str, str]:
	return {NUMBER: of_number(name), PO: of_reference(po_no), LOAD: of_reference(load_no)}


def _with_key(
	company: str, field: str, numbers: Collection[str], key: Callable[[str], str], empty: bool = True
) -> set[str]:
	invoice = frappe.qb.DocType("Sales Invoice")
	keys = {key(number) for number in numbers} - (set() if empty else {""})
	found: set[str] = set()
	for part in chunks(sorted(keys)):
		query = frappe.qb.from_(invoice).where((invoice.company == company) & invoice[field].isin(part))
		found |= {name for (name,) in query.select(invoice.name).run()}
	return found
