"""Reads the file of an import, and writes what it says about itself on the document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import zip_longest
from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import escape_html, getdate

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.model import ReportKind
from rts_factoring.core.money import text
from rts_factoring.core.reconciliation.identity import check_identity
from rts_factoring.core.reports.cells import to_text
from rts_factoring.core.reports.header import Header
from rts_factoring.core.reports.layout import ReportLayout
from rts_factoring.core.reports.lines import ReportLine
from rts_factoring.core.reports.metadata import ReportMetadata
from rts_factoring.core.reports.report import Report, parse_report
from rts_factoring.core.reports.sheets import Spreadsheet
from rts_factoring.core.reports.spreadsheet import read
from rts_factoring.services.accounting import lookups
from rts_factoring.services.common import files
from rts_factoring.services.company import alerts, layouts, settings


def report_content(doc) -> bytes:
	"""The file's bytes. Throws when they changed after they were first read."""
	data = files.content(frappe.get_doc("File", {"file_url": doc.file, **_attached(doc)}))
	if doc.docstatus == 1 and hashlib.sha256(data).hexdigest() != doc.file_sha256:
		frappe.throw(
			_("The file {0} was changed after it was read. Import the original again.").format(
				escape_html(doc.file)
			)
		)
	return data


def has_original(doc) -> bool:
	"""Whether the file is there, with the bytes that the import was read from."""
	try:
		return hashlib.sha256(report_content(doc)).hexdigest() == doc.file_sha256
	except (OSError, frappe.ValidationError):
		return False


def cells_of(doc, row_no: int) -> list[str]:
	"""The cells of a sheet row as they are in the file; none where the file is gone."""
	if not has_original(doc):
		return []
	sheets = _spreadsheet(doc, report_content(doc)).sheets
	rows = next((sheet.rows for sheet in sheets if sheet.name == doc.sheet), [])
	return [to_text(cell) for row in rows[row_no - 1 : row_no] for cell in row]


def _attached(doc) -> dict:
	attached = {"attached_to_doctype": "Report Import", "attached_to_name": doc.name}
	return (
		attached if not doc.is_new() and frappe.db.exists("File", {"file_url": doc.file, **attached}) else {}
	)


def layout_snapshot(layout: ReportLayout) -> str:
	return json.dumps(layout.to_dict(), indent=1)


def column_titles(header: Header, rows: list[list]) -> list[str]:
	"""What stands above each column of the sheet; a header of two lines is one text."""
	lines = [number for number in (header.upper_row, header.row) if number]
	texts = [[to_text(cell) for cell in rows[number - 1]] for number in lines]
	return [" ".join(text for text in column if text) for column in zip_longest(*texts, fillvalue="")]


class ReportFile(NamedTuple):
	"""A report, and the cells of its sheet as they are in the file."""

	report: Report
	rows: list[list]


def read_report(doc) -> ReportFile:
	"""The import's file, read by its layout. Raises FileRefused."""
	return _parse(doc, spreadsheet(doc))


def read_and_identify(doc, data: bytes) -> ReportFile:
	"""The same for a new file, and its metadata are written on the document. When the company comes from the file, the file
	is parsed again if that company has its own layout."""
	contents = _spreadsheet(doc, data)
	file = _parse(doc, contents)
	company_chosen = bool(doc.company)
	apply_identity(doc, file.report)
	if not company_chosen and file.report.layout not in layouts_of(doc):
		file = _parse(doc, contents)
		apply_identity(doc, file.report)
	return file


def spreadsheet(doc) -> Spreadsheet:
	"""The import's file with all its sheets. Raises FileRefused."""
	return _spreadsheet(doc, report_content(doc))


def _spreadsheet(doc, data: bytes) -> Spreadsheet:
	return read(data, doc.file.rsplit("/", 1)[-1])


def _parse(doc, contents: Spreadsheet) -> ReportFile:
	kind = ReportKind(doc.kind.lower()) if doc.kind else None
	report = parse_report(contents, kind, layouts_of(doc))
	return ReportFile(report, next(sheet.rows for sheet in contents.sheets if sheet.name == report.sheet))


def layouts_of(doc, live: bool = False) -> list[ReportLayout]:
	"""The layout saved with the import once it is submitted. Before that, and when `live`, the chosen one, else the company's
	or the shipped ones, and those that are chosen by a file's header."""
	if doc.docstatus == 1 and doc.layout_snapshot and not live:
		return [named(ReportLayout.from_dict(json.loads(doc.layout_snapshot)))]
	if doc.layout:
		return [named(layouts.report_layout(doc.layout))]
	usual = [named(layouts.report_layout(name)) for name in chosen_layouts(doc.company).values()]
	names = {layout.name for layout in usual}
	return [*usual, *(one for one in layouts.layouts_by_header(doc.company) if one.name not in names)]


def named(layout: ReportLayout) -> ReportLayout:
	"""A layout that was chosen by its name, so that the header need not choose it."""
	return replace(layout, by_header=False)


def chosen_layouts(company: str | None) -> dict[ReportKind, str]:
	"""Per kind the layout the company's settings name, else the shipped one."""
	agreement = settings.find(company) if company else None
	return {
		kind: (agreement and agreement.get(layouts.SETTINGS_FIELDS[kind.value.title()]))
		or layouts.DEFAULT_NAMES[kind]
		for kind in ReportKind
	}


def layout_name(doc) -> str:
	"""The layout by which a draft was read."""
	read_by = json.loads(doc.layout_snapshot or "{}")
	if not doc.layout and read_by.get("by_header"):
		return read_by["name"]
	return doc.layout or chosen_layouts(doc.company)[ReportKind(doc.kind.lower())]


def apply_identity(doc, report: Report) -> None:
	"""Write the report's metadata on the document. Refused where it contradicts what the user chose."""
	metadata = report.metadata
	doc.kind = report.kind.value.title()
	doc.company = doc.company or _company_of(report)
	if not settings.find(doc.company):
		raise FileRefused("no_settings", company=doc.company)
	factoring_ledger = lookups.load_ledger(doc.company, report.kind.value)
	doc.batch = check_identity(report, factoring_ledger, doc.batch or "") or None
	doc.currency = factoring_ledger.currency
	doc.client_number = metadata.client_number or factoring_ledger.client_number
	doc.period_from, doc.period_to = metadata.period or (None, None)
	doc.run_date = metadata.run_date
	if report.kind.is_statement:
		doc.as_of = doc.as_of or statement_day(metadata, report.lines)
	else:
		doc.as_of = None
	doc.sheet, doc.header_row = report.sheet, report.header.row
	doc.line_count = len(report.lines)
	doc.layout_snapshot = layout_snapshot(report.layout)
	doc.unknown_columns = json.dumps(report.header.teachable)
	doc.control_totals = json.dumps(
		[
			{"row": total.row, "label": total.label}
			| {name: text(value) for name, value in total.amounts.items()}
			for total in report.totals
		]
	)
	doc.differences = json.dumps(
		[
			{"row": d.row, "field": d.field, "stated": text(d.stated), "added": text(d.added)}
			for d in report.total_differences
		]
	)


def statement_day(metadata: ReportMetadata, lines: Iterable[ReportLine]) -> date:
	"""The day a statement is of: as its title says, else the end of its period, its last row, or today."""
	period = metadata.period[1] if metadata.period else None
	return metadata.run_date or period or max((line.date for line in lines if line.date), default=getdate())


def _company_of(report: Report) -> str:
	"""The company whose client number the file states, among those that the user may see: a live agreement before one that
	ended. Of a file that states none, the company that the user works for."""
	client, where = report.metadata.client_number, report.file_name
	if not client and (usual := settings.usual_company()):
		return usual
	if not client:
		raise FileRefused("unknown_client.not_stated", where=where)
	for enabled in (True, False):
		companies = settings.companies_of_client(client, enabled)
		visible = [company for company in companies if alerts.can_access(frappe.session.user, company)]
		if len(visible) > 1:
			raise FileRefused("unknown_client.ambiguous", where=where, client=client)
		if visible:
			return visible[0]
	raise FileRefused("unknown_client.number", where=where, client=client)
