"""Taking a whole company of this site away, as if it had never been. Only the rehearsal is removed so.

A document belongs to the company when its field `company` says so. With it go its rows, its files, and what Frappe keeps about it:
comments, versions, messages, tasks. What other documents say of it is listed before, and stops the removal.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import frappe

Documents = dict[str, set[str]]  # DocType → names
PART = 500  # names in one statement
SHOWN = 10
# What Frappe keeps about a document: DocType, and the fields that name the document's type and name.
RECORDS = (
	("Access Log", "export_from", "reference_document"),
	("Activity Log", "reference_doctype", "reference_name"),
	("Comment", "reference_doctype", "reference_name"),
	("Communication", "reference_doctype", "reference_name"),
	("Communication Link", "link_doctype", "link_name"),
	("Deleted Document", "deleted_doctype", "deleted_name"),
	("Document Follow", "ref_doctype", "ref_docname"),
	("Document Share Key", "reference_doctype", "reference_docname"),
	("DocShare", "share_doctype", "share_name"),
	("Email Queue", "reference_doctype", "reference_name"),
	("Energy Point Log", "reference_doctype", "reference_name"),
	("Error Log", "reference_doctype", "reference_name"),
	("File", "attached_to_doctype", "attached_to_name"),
	("Notification Log", "document_type", "document_name"),
	("Tag Link", "document_type", "document_name"),
	("ToDo", "reference_type", "reference_name"),
	("Version", "ref_doctype", "docname"),
	("View Log", "reference_doctype", "reference_name"),
)
KEPT_BY_FRAPPE = frozenset(record for record, _type, _name in RECORDS)


@dataclass(frozen=True, slots=True)
class _Field:
	"""A field that names another document. `of` is what it names: a DocType, or for a dynamic link the field that says it."""

	doctype: str
	fieldname: str
	of: str


def documents_of(company: str) -> Documents:
	"""Every document of the company, itself included. Rows of other documents that name it are not among them."""
	found: Documents = {"Company": {company}} if frappe.db.exists("Company", company) else {}
	for doctype in _with_company(is_table=0):
		if names := frappe.get_all(doctype, filters={"company": company}, pluck="name", limit=0):
			found[doctype] = set(names)
	return found


def named_by_others(owned: Documents) -> list[tuple[str, str]]:
	"""Documents outside of `owned` that name one of them, as DocType and name. At most a few of each."""
	company, tables = next(iter(owned.get("Company", {""}))), set(_with_company(is_table=1))
	everything = set().union(*owned.values())
	found: dict[tuple[str, str], None] = {}
	for field in _fields("Link", owned):
		for part in _parts(owned[field.of]):
			found |= dict.fromkeys(_owners(field, {field.fieldname: ("in", part)}, owned, company, tables))
	for field in _fields("Dynamic Link"):
		for part in _parts(everything):
			rows = {field.of: ("in", list(owned)), field.fieldname: ("in", part)}
			found |= dict.fromkeys(_owners(field, rows, owned, company, tables))
	found |= dict.fromkeys(_singles(owned))
	found |= dict.fromkeys(("Fiscal Year", name) for name in _years_of(company))
	return sorted(found)


def remove(owned: Documents) -> None:
	"""Delete them with all that belongs to them; what is on disk is removed once the transaction is committed."""
	company = next(iter(owned.get("Company", {""})))
	for doctype in _with_company(is_table=1):
		frappe.db.delete(doctype, {"company": company})
	files = _delete_records(owned, company)
	for doctype, names in owned.items():
		_delete(doctype, names)
	_give_numbers_back(owned)
	_forget_default(company)
	frappe.db.after_commit.add(lambda: _remove_from_disk(files))
	frappe.db.after_commit.add(frappe.clear_cache)


def _delete(doctype: str, names: Collection[str]) -> None:
	for part in _parts(names):
		for table in frappe.get_meta(doctype).get_table_fields():
			if table.options in _stored():
				frappe.db.delete(table.options, {"parent": ("in", part), "parenttype": doctype})
		frappe.db.delete("__Auth", {"doctype": doctype, "name": ("in", part)})
		frappe.db.delete("__global_search", {"doctype": doctype, "name": ("in", part)})
		frappe.db.delete(doctype, {"name": ("in", part)})
		for name in part:
			frappe.clear_document_cache(doctype, name)


def _delete_records(owned: Documents, company: str) -> set[str]:
	"""Delete what Frappe keeps about the documents; returns the addresses of their files."""
	addresses: set[str] = set()
	for record, type_field, name_field in RECORDS:
		if record not in _stored() or not frappe.db.has_column(record, name_field):
			continue
		names: set[str] = set()
		for doctype, documents in owned.items():
			for part in _parts(documents):
				filters = {type_field: doctype, name_field: ("in", part)}
				names |= set(frappe.get_all(record, filters=filters, pluck="name", limit=0))
		if record == "File":
			names |= set(
				frappe.get_all("File", filters={"factoring_company": company}, pluck="name", limit=0)
			)
			for part in _parts(names):
				addresses |= set(frappe.get_all("File", {"name": ("in", part)}, pluck="file_url"))
		if record == "Deleted Document":
			quoted = frappe.as_json(company)
			filters = {"data": ("like", f'%"company": {quoted}%')}
			names |= set(frappe.get_all(record, filters=filters, pluck="name", limit=0))
		_delete(record, names)
	return addresses


def _remove_from_disk(addresses: Collection[str]) -> None:
	"""Frappe stores equal files once, so one that another document has stays."""
	for address in addresses:
		folder = {"/private/files": "private", "/files": "public"}.get(os.path.dirname(address or ""))
		if folder and not frappe.db.exists("File", {"file_url": address}):
			Path(frappe.get_site_path(folder, "files", os.path.basename(address))).unlink(missing_ok=True)


def _give_numbers_back(owned: Documents) -> None:
	"""A naming series whose last numbers were the removed documents' goes on where it was before."""
	used: dict[str, set[int]] = {}
	for names in owned.values():
		for name in names:
			if match := re.fullmatch(r"(.*?)(\d+)", name):
				used.setdefault(match.group(1), set()).add(int(match.group(2)))
	series = frappe.qb.DocType("Series")
	for part in _parts(used):
		rows = frappe.qb.from_(series).select(series.name, series.current).where(series.name.isin(part))
		for prefix, current in rows.for_update().run():
			before = current
			while current and current in used[prefix]:
				current -= 1
			if not current:
				frappe.qb.from_(series).delete().where(series.name == prefix).run()
			elif current != before:
				frappe.qb.update(series).set(series.current, current).where(series.name == prefix).run()


def _forget_default(company: str) -> None:
	frappe.defaults.clear_default("company", value=company)
	if frappe.db.get_single_value("Global Defaults", "default_company", cache=False) == company:
		frappe.db.set_single_value("Global Defaults", "default_company", "")


def _owners(
	field: _Field, rows: Mapping, owned: Documents, company: str, tables: Collection[str]
) -> Iterator[tuple[str, str]]:
	"""The documents that have these rows and are not removed themselves."""
	is_table = _stored()[field.doctype]
	fields = ["name", field.fieldname, *(["parent", "parenttype"] if is_table else [])]
	fields += [field.of] if field.of in rows else []
	fields += ["company"] if field.doctype in tables and "company" not in fields else []
	for row in frappe.get_all(field.doctype, filters=rows, fields=fields, limit=SHOWN * 10, order_by="name"):
		named = (row[field.of] if field.of in rows else field.of, row[field.fieldname])
		if named[1] not in owned.get(named[0], ()) or (is_table and row.get("company") == company):
			continue
		owner = (row.parenttype, row.parent) if is_table else (field.doctype, row.name)
		if owner[1] and owner[0] not in KEPT_BY_FRAPPE and owner[1] not in owned.get(owner[0], ()):
			yield owner


def _singles(owned: Documents) -> Iterator[tuple[str, str]]:
	"""Settings of the site that name one of them. The site's default company is forgotten with it."""
	singles = frappe.get_all("DocType", {"issingle": 1, "is_virtual": 0}, pluck="name", limit=0)
	filters = {"fieldtype": "Link", "options": ("in", [*owned]), "parent": ("in", singles)}
	for link in frappe.get_all("DocField", filters, ["parent", "fieldname", "options"], limit=0):
		value = frappe.db.get_single_value(link.parent, link.fieldname, cache=False)
		if value in owned[link.options] and link.fieldname != "default_company":
			yield link.parent, ""


def _years_of(company: str) -> set[str]:
	"""Fiscal years of this company alone. Without it they would be those of every company."""
	rows = frappe.get_all("Fiscal Year Company", fields=["parent", "company"], limit=0)
	return {row.parent for row in rows} - {row.parent for row in rows if row.company != company}


def _with_company(is_table: int) -> list[str]:
	"""DocTypes with a field `company` that names a company."""
	fields = _fields("Link", ("Company",))
	return sorted(
		{
			field.doctype
			for field in fields
			if field.fieldname == "company" and _stored()[field.doctype] == is_table
		}
	)


def _fields(fieldtype: str, of: Collection[str] = ()) -> list[_Field]:
	"""Fields of this type, in DocTypes that have a table; `of` names what links lead to."""
	filters = {"fieldtype": fieldtype, **({"options": ("in", [*of])} if of else {})}
	rows = frappe.get_all("DocField", filters=filters, fields=["parent", "fieldname", "options"], limit=0)
	rows += frappe.get_all(
		"Custom Field", filters=filters, fields=["dt as parent", "fieldname", "options"], limit=0
	)
	found = [_Field(row.parent, row.fieldname, row.options) for row in rows if row.parent in _stored()]
	found = [field for field in found if field.doctype not in KEPT_BY_FRAPPE]
	if fieldtype == "Link":
		return [field for field in found if frappe.db.has_column(field.doctype, field.fieldname)]
	return [field for field in found if frappe.db.has_column(field.doctype, field.of)]


def _stored() -> dict[str, int]:
	"""DocTypes with a table of their own, and whether their rows belong to another document."""
	if not hasattr(frappe.local, "rts_factoring_stored"):
		tables = set(frappe.db.get_tables())
		rows = frappe.get_all("DocType", {"issingle": 0, "is_virtual": 0}, ["name", "istable"], limit=0)
		frappe.local.rts_factoring_stored = {
			row.name: row.istable for row in rows if f"tab{row.name}" in tables
		}
	return frappe.local.rts_factoring_stored


def _parts(names: Collection[str]) -> Iterator[list[str]]:
	ordered = sorted(names)
	for start in range(0, len(ordered), PART):
		yield ordered[start : start + PART]
