"""Report and schedule layouts as documents, to and from the dataclasses of the core."""

from dataclasses import replace
from decimal import Decimal

import frappe
from frappe import _

from rts_factoring.core.errors import FactoringError
from rts_factoring.core.model import ReportKind
from rts_factoring.core.reports.inspection import describe
from rts_factoring.core.reports.layout import (
	DEFAULT_LAYOUTS,
	ReportLayout,
	normalise_header,
	normalise_word,
)
from rts_factoring.core.reports.presets import PRESETS
from rts_factoring.core.reports.report import read_report
from rts_factoring.core.schedule import example
from rts_factoring.core.schedule.layout import DEFAULT_LAYOUT, Column, ScheduleLayout
from rts_factoring.services.common import files
from rts_factoring.services.common.errors import as_frappe_error, translate
from rts_factoring.services.company import settings

DEFAULT_NAMES = {
	ReportKind.PURCHASE: "RTS Purchase Report",
	ReportKind.PAYMENT: "RTS Payment Report",
	ReportKind.OPEN_INVOICES: "RTS Open Invoices",
	ReportKind.RESERVE: "RTS Reserve Statement",
}
DEFAULT_SCHEDULE = DEFAULT_LAYOUT.name
SETTINGS_FIELDS = {
	"Purchase": "purchase_report_layout",
	"Payment": "payment_report_layout",
	"Open Invoices": "open_invoices_layout",
	"Reserve": "reserve_statement_layout",
}
DELIMITERS = {"Comma": ",", "Semicolon": ";", "Tab": "\t", "Pipe": "|", "Fixed Width": ""}
# Deductions that an earlier release read as charges.
MOVED_FIELDS = ("advance_repaid", "recovery_amount", "unclear_deductions")
SHOWN = 20  # rows of a file that a layout is tried on
LINE_ENDS = {"CRLF": "\r\n", "LF": "\n"}
_SHARED_FIELDS = (
	*("header", "as_zip", "quoting", "encoding", "bom", "date_format", "amounts"),
	*("schedule_pattern", "packet_pattern", "zip_pattern", "remote_folder"),
)
_CHECK_FIELDS = ("header", "as_zip", "bom")
_COLUMN_FIELDS = ("field", "title", "constant", "required", "width", "pad", "align", "cut")


def create_defaults() -> None:
	"""The shipped layouts, where they are missing; edited ones are left alone."""
	for kind, layout in DEFAULT_LAYOUTS.items():
		if not frappe.db.exists("Report Layout", DEFAULT_NAMES[kind]):
			report_layout_document(layout, DEFAULT_NAMES[kind]).insert(ignore_permissions=True)
	for layout in PRESETS:
		if not frappe.db.exists("Report Layout", layout.name):
			report_layout_document(layout, layout.name).insert(ignore_permissions=True)
	if not frappe.db.exists("Schedule Layout", DEFAULT_SCHEDULE):
		schedule_layout_document(DEFAULT_LAYOUT).insert(ignore_permissions=True)


def report_layout(name: str) -> ReportLayout:
	"""The Report Layout of that name. Raises LayoutError when it contradicts itself."""
	return _to_report_layout(frappe.get_cached_doc("Report Layout", name))


def layouts_by_header(company: str | None) -> list[ReportLayout]:
	"""The layouts that are chosen by a file's header: the company's own, then the shared ones. While the company is not known,
	all that the user may read."""
	rows = frappe.get_list if not company else frappe.get_all
	companies = {"company": ("in", [company, ""])} if company else {}
	found = rows(
		"Report Layout", {"by_header": 1, **companies}, ["name", "company"], order_by="name", limit=0
	)
	return [report_layout(row.name) for row in sorted(found, key=lambda row: not row.company)]


def schedule_layout(name: str | None) -> ScheduleLayout:
	"""The Schedule Layout of that name, the shipped one without a name. Raises LayoutError."""
	return _to_schedule_layout(frappe.get_cached_doc("Schedule Layout", name)) if name else DEFAULT_LAYOUT


def preview_file(doc, file_url: str) -> dict:
	"""What each column and the first rows of a file become with this layout, saved or not; or the `problem`, as a sentence.
	Nothing is written."""
	file = frappe.get_doc("File", {"file_url": file_url})
	file.check_permission("read")
	try:
		layout = replace(_to_report_layout(doc), by_header=False)
		description = describe(read_report(files.content(file), file.file_name, layout.kind, [layout]))
	except FactoringError as error:
		return _as_problem(error)
	shown = description["lines"][:SHOWN]
	rows = {line["row"] for line in shown}
	problems = [
		problem | {"text": translate(problem["text"])}
		for problem in description["problems"]
		if problem["row"] in rows
	]
	return description | {"lines": shown, "line_count": len(description["lines"]), "problems": problems}


def preview_schedule(doc) -> dict[str, str]:
	"""A made-up batch written with this layout, saved or not; or its `problem`, as a sentence."""
	try:
		return example.preview(_to_schedule_layout(doc))
	except FactoringError as error:
		return _as_problem(error)
	except UnicodeEncodeError:
		return {"problem": _("{0} cannot write the names of the example.").format(doc.encoding)}


def _as_problem(error: FactoringError) -> dict[str, str]:
	return {"problem": f"{translate(error.message)} {translate(error.hint)}".strip()}


def add_word(name: str, listed: str, word: str, means: str, company: str) -> None:
	"""Add one word of a status or type to a layout."""
	_add_row(name, "words", {"list": listed, "word": word, "means": means}, ("list", "word"), company)


def add_header(name: str, field: str, text: str, company: str) -> None:
	"""Add one header text of a field to a layout. It may have been one of another field."""
	_add_row(name, "headers", {"field": field, "text": text}, ("field", "text"), company)


def _add_row(name: str, table: str, row: dict, key: tuple[str, ...], company: str) -> None:
	"""Users limited to some companies may not change a shared layout, so their company gets its own copy."""
	doc = frappe.get_doc("Report Layout", name)
	if any(_says_the_same(known, row, key) for known in doc.get(table)):
		return
	if not doc.company and not doc.has_permission("write"):
		return _add_row(_company_copy(doc, company), table, row, key, company)
	if table == "headers":
		_remove_header(doc, row["text"])
	doc.append(table, row)
	doc.save()


def _says_the_same(known, row: dict, key: tuple[str, ...]) -> bool:
	return all(known.get(field).casefold() == row[field].casefold() for field in key)


def _remove_header(doc, text: str) -> None:
	doc.headers = [row for row in doc.headers if normalise_header(row.text) != normalise_header(text)]


def complete_layout(doc, layout: ReportLayout) -> None:
	"""Add to a layout made by an earlier release what `layout` knows, and move the deductions that now have a field of their
	own. Texts and words that a person has added keep their meaning."""
	moved = {
		normalise_header(text): field for field in MOVED_FIELDS for text in layout.headers.get(field, ())
	}
	for row in doc.headers:
		if row.field == "other_deductions":
			row.field = moved.get(normalise_header(row.text), row.field)
	known = {normalise_header(row.text) for row in doc.headers}
	for field, texts in layout.headers.items():
		for text in texts:
			if normalise_header(text) not in known:
				known.add(normalise_header(text))
				doc.append("headers", {"field": field, "text": text})
	words = {(row.list, normalise_word(row.word)) for row in doc.words}
	for listed, meanings in (("Status", layout.statuses), ("Type", layout.types)):
		for word, meaning in meanings.items():
			if (listed, normalise_word(word)) not in words:
				doc.append("words", {"list": listed, "word": word, "means": meaning.value})


def _company_copy(shared, company: str) -> str:
	"""The company's copy of a shared layout. The company's settings use it from then on."""
	name = f"{shared.name} - {frappe.get_cached_value('Company', company, 'abbr')}"
	if not frappe.db.exists("Report Layout", name):
		copy = frappe.copy_doc(shared)
		copy.update({"layout_name": name, "company": company})
		copy.insert()
		frappe.msgprint(
			_("{0} is shared by all companies. The new word was added to a copy for {1}, named {2}.").format(
				frappe.bold(shared.name), frappe.bold(company), frappe.bold(name)
			),
			alert=True,
		)
	agreement, field = settings.find(company), SETTINGS_FIELDS[shared.kind]
	if (agreement.get(field) or DEFAULT_NAMES[ReportKind(shared.kind.lower())]) == shared.name:
		agreement.check_permission("write")
		frappe.get_doc(settings.DOCTYPE, agreement.name).db_set(field, name)
	return name


def refuse_other_company(doc, *fieldnames: str) -> None:
	"""Refuse a link to the layout of another company."""
	for fieldname in fieldnames:
		field = doc.meta.get_field(fieldname)
		company = doc.get(fieldname) and frappe.db.get_value(field.options, doc.get(fieldname), "company")
		if company and company != doc.get("company"):
			frappe.throw(
				_(
					"{0}: {1} is the layout of another company. Choose a shared layout, or one of this company."
				).format(
					frappe.bold(_(field.label)), frappe.bold(frappe.utils.escape_html(doc.get(fieldname)))
				)
			)


def validate_report_layout(doc) -> None:
	try:
		_to_report_layout(doc)
	except FactoringError as error:
		raise as_frappe_error(error) from error


def validate_schedule_layout(doc) -> None:
	try:
		_to_schedule_layout(doc)
	except FactoringError as error:
		raise as_frappe_error(error) from error


def report_layout_document(layout: ReportLayout, name: str):
	"""A new, unsaved Report Layout that says the same as `layout`."""
	doc = frappe.new_doc("Report Layout")
	doc.update(
		{
			"layout_name": name,
			"company": "",  # shared; None would be filled with the user's default company
			"kind": layout.kind.value.title(),
			"date_order": layout.date_order,
			"tolerance": float(layout.tolerance),
			"deductions_negative": int(layout.deductions_negative),
			"by_header": int(layout.by_header),
		}
	)
	for field, texts in layout.headers.items():
		for text in texts:
			doc.append("headers", {"field": field, "text": text})
	for kind, words in (("Status", layout.statuses), ("Type", layout.types)):
		for word, meaning in words.items():
			doc.append("words", {"list": kind, "word": word, "means": meaning.value})
	return doc


def schedule_layout_document(layout: ScheduleLayout):
	"""A new, unsaved Schedule Layout that says the same as `layout`."""
	doc = frappe.new_doc("Schedule Layout")
	plain = layout.as_dict()
	doc.update({key: plain[key] for key in _SHARED_FIELDS})
	doc.update(
		{"layout_name": layout.name, "company": ""}
	)  # shared; None would become the user's default company
	doc.delimiter = _key(DELIMITERS, layout.delimiter)
	doc.line_end = _key(LINE_ENDS, layout.line_end)
	for column in plain["columns"]:
		doc.append("columns", {key: column[key] for key in _COLUMN_FIELDS})
	return doc


def _to_report_layout(doc) -> ReportLayout:
	headers: dict[str, tuple[str, ...]] = {}
	for row in doc.headers:
		headers[row.field] = (*headers.get(row.field, ()), row.text)
	return ReportLayout.from_dict(
		{
			"kind": doc.kind.lower(),
			"name": doc.layout_name,
			"headers": headers,
			"statuses": {row.word: row.means for row in doc.words if row.list == "Status"},
			"types": {row.word: row.means for row in doc.words if row.list == "Type"},
			"date_order": doc.date_order,
			"tolerance": str(Decimal(repr(float(doc.tolerance or 0)))),
			"deductions_negative": bool(doc.deductions_negative),
			"by_header": bool(doc.by_header),
		}
	)


def _to_schedule_layout(doc) -> ScheduleLayout:
	plain = {key: doc.get(key) for key in _SHARED_FIELDS}
	plain |= {key: bool(plain[key]) for key in _CHECK_FIELDS}
	plain["remote_folder"] = plain["remote_folder"] or ""
	columns = tuple(
		Column(
			field=row.field,
			title=row.title or "",
			constant=row.constant or "",
			required=bool(row.required),
			width=int(row.width or 0),
			pad=row.pad or " ",
			align=row.align or "left",
			cut=bool(row.cut),
		)
		for row in doc.columns
	)
	return ScheduleLayout(
		name=doc.layout_name,
		columns=columns,
		delimiter=DELIMITERS[doc.delimiter],
		line_end=LINE_ENDS[doc.line_end],
		**plain,
	)


def _key(table: dict, value):
	return next(key for key, known in table.items() if known == value)
