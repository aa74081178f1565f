"""A layout made by a person: what the columns of a file are, tried on the file, and saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import frappe
from frappe import _

from rts_factoring.core.errors import FactoringError
from rts_factoring.core.model import ReportKind
from rts_factoring.core.reports.layout import (
	DATE_ORDERS,
	DEDUCTION_FIELDS,
	DEFAULT_LAYOUTS,
	NOT_COUNTED,
	ReportLayout,
	normalise_header,
)
from rts_factoring.core.reports.mapping import (
	MAPPABLE,
	FileColumns,
	Trial,
	examples,
	file_columns,
	mapped_layout,
	try_layout,
)
from rts_factoring.core.reports.sheets import Spreadsheet
from rts_factoring.core.reports.spreadsheet import read
from rts_factoring.services.common import files
from rts_factoring.services.common.errors import core_errors_as_frappe, translate
from rts_factoring.services.company import layouts
from rts_factoring.services.reports import reading

DOCTYPE = "Report Layout"


def action(doc, error: FactoringError) -> dict | None:
	"""The button of a refusal: the dialog that maps the columns of the file, for those who may save a layout."""
	if error.code not in MAPPABLE or not frappe.has_permission(DOCTYPE, "create"):
		return None
	args = {field: doc.get(field) for field in ("kind", "company", "batch") if doc.get(field)}
	args |= {"file_url": doc.file, **({} if doc.is_new() else {"report_import": doc.name})}
	return {"label": _("Map Columns"), "client_action": "rts_factoring.map_columns", "args": args}


def columns(file_url: str, kind: str, company: str, sheet: str, row: int) -> dict:
	"""The columns of a file with examples and what each may be. Without a kind, the one that knows most of them."""
	spreadsheet = _spreadsheet(file_url)
	kinds = [ReportKind(kind.lower())] if kind else list(DEFAULT_LAYOUTS)
	found = [(one, file_columns(spreadsheet, _base(one, company), sheet, row)) for one in kinds]
	chosen, shown = max(found, key=lambda pair: sum(bool(column.field) for column in pair[1].columns))
	return {
		"kind": chosen.value.title(),
		"kinds": [one.value.title() for one in DEFAULT_LAYOUTS],
		"fields": fields_of(chosen),
		"required": [list(names) for names in _base(chosen, company).required],
		"date_orders": list(DATE_ORDERS),
		"date_order": _base(chosen, company).date_order,
		"layout_name": _new_name(chosen, company),
		**_shown(shown),
	}


def columns_of_import(doc) -> list[dict]:
	"""The columns of an import that was read, with examples, what each was read as, and whether the layout can be taught it."""
	if not doc.layout_snapshot:
		return []
	with core_errors_as_frappe():
		report, rows = reading.read_report(doc)
	header = report.header
	field_of = {column: field for field, columns in header.columns.items() for column in columns}
	return [
		{
			"text": text,
			"examples": list(examples(rows, header.row, column)),
			"field": field_of.get(column, ""),
			"teachable": text in header.teachable,
		}
		for column, text in header.texts.items()
	]


def attempt(file_url: str, kind: str, fields: Mapping[str, str], company: str, date_order: str) -> dict:
	"""What a layout of these columns makes of the file. `fields` has header texts and the field of each."""
	try:
		layout = _mapped(ReportKind(kind.lower()), fields, company, date_order)
	except FactoringError as refusal:
		return shown_trial(Trial(refusal=refusal))
	return shown_trial(try_layout(_spreadsheet(file_url), layout))


def save(kind: str, fields: Mapping[str, str], company: str, date_order: str, name: str) -> str:
	"""Save these columns as a layout of the company that is chosen by its header. Returns its name."""
	if frappe.db.exists(DOCTYPE, name):
		frappe.throw(
			_("There is a layout named {0}. Choose another name.").format(frappe.utils.escape_html(name))
		)
	with core_errors_as_frappe():
		layout = replace(_mapped(ReportKind(kind.lower()), fields, company, date_order), name=name)
	doc = layouts.report_layout_document(layout, name)
	doc.company = company
	doc.insert()
	return doc.name


def fields_of(kind: ReportKind) -> list[str]:
	"""What a column of such a report may be, in the order of the shipped layout."""
	deductions = DEDUCTION_FIELDS if kind is ReportKind.PURCHASE else ()
	return list(dict.fromkeys((*DEFAULT_LAYOUTS[kind].headers, *deductions, NOT_COUNTED)))


def with_headers(layout: ReportLayout, fields: Mapping[str, str]) -> ReportLayout:
	"""The layout with other fields for some header texts."""
	new = {normalise_header(text) for text in fields}
	headers = {
		field: tuple(text for text in texts if normalise_header(text) not in new)
		for field, texts in layout.headers.items()
	}
	for text, field in fields.items():
		headers[field] = (*headers.get(field, ()), text)
	return replace(layout, headers=headers)


def shown_trial(trial: Trial) -> dict:
	refusal = trial.refusal
	return {
		"rows": trial.rows,
		"problems": [translate(problem) for problem in trial.problems],
		"refusal": f"{translate(refusal.message)} {translate(refusal.hint)}" if refusal else "",
	}


def _shown(found: FileColumns) -> dict:
	return {
		"sheet": found.sheet,
		"sheets": list(found.sheets),
		"row": found.row,
		"columns": [
			{"text": column.text, "examples": list(column.examples), "field": column.field}
			for column in found.columns
		],
	}


def _mapped(kind: ReportKind, fields: Mapping[str, str], company: str, date_order: str) -> ReportLayout:
	base = replace(_base(kind, company), date_order=date_order)
	return mapped_layout(base, "", fields)


def _base(kind: ReportKind, company: str) -> ReportLayout:
	return layouts.report_layout(reading.chosen_layouts(company)[kind])


def _new_name(kind: ReportKind, company: str) -> str:
	"""A name that no layout has yet."""
	short = company and frappe.get_cached_value("Company", company, "abbr")
	parts = [_("{0} Report").format(_(kind.value.title())), short or ""]
	name, number = " - ".join(filter(None, parts)), 1
	while frappe.db.exists(DOCTYPE, name if number == 1 else f"{name} {number}"):
		number += 1
	return name if number == 1 else f"{name} {number}"


def _spreadsheet(file_url: str) -> Spreadsheet:
	file = frappe.get_doc("File", {"file_url": file_url})
	file.check_permission("read")
	with core_errors_as_frappe():
		return read(files.content(file), file.file_name)
