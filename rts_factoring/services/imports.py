"""Report imports: read and judged when saved, posted when submitted, undone as a whole when cancelled.

The file is the source at every step: it is read again (and its hash compared) before anything is posted, so what was
previewed and what is posted come from the same bytes through the same code.
"""

from __future__ import annotations

import hashlib
import json

import frappe
from frappe import _
from frappe.model import display_fieldtypes
from frappe.utils import add_to_date, get_link_to_form, getdate, now_datetime

from rts_factoring.core.book import Reconciliation, reconcile
from rts_factoring.core.cells import to_text
from rts_factoring.core.errors import FileRefused, Sentence
from rts_factoring.core.identity import check_identity
from rts_factoring.core.layout import ReportLayout
from rts_factoring.core.matching import digits
from rts_factoring.core.model import ReportKind
from rts_factoring.core.money import text
from rts_factoring.core.report import Report, type_report
from rts_factoring.core.spreadsheet import read
from rts_factoring.services import figures, layouts, ledger, postings, settings, staging
from rts_factoring.services.errors import Overtaken, told_to_the_user

AT_ONCE = 400  # rows that are staged or posted while the user waits; more go to a background job
STUCK_AFTER = 10  # minutes in Reading or Posting; only a job leaves an import there


# Report Import ----------------------------------------------------------------------------------------------------


def validate(doc) -> None:
	"""Read the file and say what it is; refuse what does not fit before anything is written."""
	_keep_ours(doc)
	if doc.docstatus != 0 or not doc.file:
		return
	if not _changed(doc):
		return
	with told_to_the_user():
		data = content(doc)
		doc.file_sha256 = hashlib.sha256(data).hexdigest()
		_refuse_same_bytes(doc)
		report, _rows = _read(doc, data)
		_identify(doc, report)
	doc.check_permission("create" if doc.is_new() else "write")  # the file may have named the company
	doc.status = "Reading"
	doc.error = None
	doc.flags.factoring_stage = True


def on_update(doc) -> None:
	if not doc.flags.factoring_stage:
		return
	doc.flags.factoring_stage = False
	if doc.line_count > AT_ONCE:
		_enqueue("stage", doc.name)
	else:
		stage(doc.name)
		doc.reload()


def before_submit(doc) -> None:
	"""What is posted is what was shown: the rows as they were judged, by the layout they were judged with."""
	if doc.status not in ("Ready", "Failed"):
		frappe.throw(_("The file is still being read. Submit when the status is Ready."))
	if _changed(doc):
		frappe.throw(_("Save the changes first, so that the rows are judged by them."))
	if any(_snapshot(layout) == doc.layout_snapshot for layout in layouts_of(doc, live=True)):
		return
	frappe.throw(
		_(
			"The Report Layout was changed after the rows were judged. Press Judge Again, look at the rows, then submit."
		),
		title=_("Layout Changed"),
	)


def on_submit(doc) -> None:
	"""Post what needs no decision: now, or in the background when there is much of it."""
	doc.db_set("status", "Posting", update_modified=False)
	if doc.matched_count + doc.held_count + doc.denied_count > AT_ONCE:
		_enqueue("post", doc.name)
	else:
		postings.post(doc.name)
		doc.reload()


def before_cancel(doc) -> None:
	ledger.lock(doc.company)
	postings.refuse_undo(doc)


def on_cancel(doc) -> None:
	doc.ignore_linked_doctypes = ("Journal Entry", "GL Entry", "Factoring Ledger Entry", "Report Import Line")
	postings.undo(doc)


def on_trash(doc) -> None:
	staging.delete(doc.name)


# Report Import Line -----------------------------------------------------------------------------------------------


def validate_line(doc) -> None:
	if not doc.is_new() and not doc.flags.factoring:
		frappe.throw(_("Rows are decided on their Report Import, not edited."))


def on_trash_line(doc) -> None:
	if not doc.flags.factoring:
		frappe.throw(_("Rows are deleted with their Report Import."))


# Use cases --------------------------------------------------------------------------------------------------------


def stage(name: str) -> None:
	"""Read, match and store every row of a draft import. Safe to run again."""
	doc = frappe.get_doc("Report Import", name)
	if doc.docstatus != 0:
		return
	with told_to_the_user():
		report, rows = _read(doc, content(doc))
		decided = staging.take_decisions(name)
		staging.delete(name)
		result = judge(doc, report, decided=False)
	staging.insert(doc, result.lines, [[to_text(cell) for cell in row] for row in rows])
	if staging.put_back(name, decided):
		result = judge(doc, report)
		staging.update(doc, result.lines)
	doc.db_set(
		figures.summary(doc, result)
		| {"status": "Ready", "batch": result.batch or None, "layout_snapshot": _snapshot(report.layout)},
		update_modified=False,
	)
	_tell(doc)


def judge(doc, report: Report, decided: bool = True) -> Reconciliation:
	"""The report against the books as they are now, with what people decided."""
	own = staging.posted_rows(doc.name) if decided else set()
	lines = [line for line in report.lines if line.row not in own]
	numbers = {line.invoice_no for line in lines if line.invoice_no}
	decisions = staging.decisions(doc.name) if decided else {}
	numbers |= {decision.invoice_no for decision in decisions.values() if decision.invoice_no}
	days = {line.date for line in report.lines if line.date}
	book = ledger.load_book(doc.company, report.kind.value, days)
	return reconcile(report, ledger.receivables_named(numbers), book, doc.batch or "", decisions)


def judge_again(name: str) -> None:
	"""Bring the rows up to date after a decision, a change of the books or, in a draft, of the layout. Nothing is posted."""
	doc = frappe.get_doc("Report Import", name)
	if doc.docstatus == 2:
		return
	with told_to_the_user():
		report, _rows = _read(doc, content(doc))
		if doc.docstatus == 0 and _snapshot(report.layout) != doc.layout_snapshot:
			doc.flags.factoring_read_again = True
			doc.save()  # which reads the file by the layout as it is now, and keeps the decisions
			return
		result = judge(doc, report)
	staging.update(doc, result.lines)
	doc.db_set(figures.summary(doc, result), update_modified=False)
	_tell(doc)


def post_waiting(name: str) -> None:
	"""Post rows of a submitted import that were decided, or can go now; also resumes a posting that failed."""
	doc = frappe.get_doc("Report Import", name)
	if doc.docstatus != 1:
		frappe.throw(_("Submit the import first."))
	doc.db_set("status", "Posting", update_modified=False)
	on_submit(doc)


# Reading ----------------------------------------------------------------------------------------------------------


def content(doc) -> bytes:
	"""The file's bytes; refuses when they are not those that were read first."""
	file = frappe.get_doc("File", {"file_url": doc.file, **_attached(doc)}) if doc.file else None
	data = file.get_content()
	data = data.encode() if isinstance(data, str) else data
	if doc.docstatus == 1 and hashlib.sha256(data).hexdigest() != doc.file_sha256:
		frappe.throw(
			_("The file {0} was changed after it was read. Import the original again.").format(doc.file)
		)
	return data


def _attached(doc) -> dict:
	attached = {"attached_to_doctype": "Report Import", "attached_to_name": doc.name}
	return (
		attached if not doc.is_new() and frappe.db.exists("File", {"file_url": doc.file, **attached}) else {}
	)


def _changed(doc) -> bool:
	before = doc.get_doc_before_save()
	return (
		not before
		or bool(doc.flags.factoring_read_again)
		or any(
			before.get(field) != doc.get(field) for field in ("file", "layout", "kind", "company", "batch")
		)
	)


def _keep_ours(doc) -> None:
	"""What the app wrote on the import stays as it wrote it, whatever a browser sends."""
	if before := doc.get_doc_before_save():
		for field in doc.meta.fields:
			if field.read_only and field.fieldtype not in display_fieldtypes:
				doc.set(field.fieldname, before.get(field.fieldname))


def _snapshot(layout: ReportLayout) -> str:
	return json.dumps(layout.to_dict(), indent=1)


def _read(doc, data: bytes) -> tuple[Report, list[list]]:
	file_name = doc.file.rsplit("/", 1)[-1]
	book = read(data, file_name)
	kind = ReportKind(doc.kind.lower()) if doc.kind else None
	report = type_report(book, kind, layouts_of(doc))
	return report, next(sheet.rows for sheet in book.sheets if sheet.name == report.sheet)


def layouts_of(doc, live: bool = False) -> list[ReportLayout]:
	"""The layout kept with the import once it is submitted; before that (and when `live`) the one chosen, else the company's
	or the shipped."""
	if doc.docstatus == 1 and doc.layout_snapshot and not live:
		return [ReportLayout.from_dict(json.loads(doc.layout_snapshot))]
	if doc.layout:
		return [layouts.report_layout(doc.layout)]
	return [layouts.report_layout(name) for name in _chosen_layouts(doc).values()]


def _chosen_layouts(doc) -> dict[ReportKind, str]:
	"""Per kind the layout the company's settings name, else the shipped one."""
	fields = {ReportKind.PURCHASE: "purchase_report_layout", ReportKind.PAYMENT: "payment_report_layout"}
	agreed = settings.find(doc.company) if doc.company else None
	return {
		kind: (agreed and agreed.get(field)) or layouts.DEFAULT_NAMES[kind] for kind, field in fields.items()
	}


def layout_name(doc) -> str:
	return doc.layout or _chosen_layouts(doc)[ReportKind(doc.kind.lower())]


def _identify(doc, report: Report) -> None:
	"""Put what the file says about itself on the document; refuse where it contradicts what the user chose."""
	facts = report.facts
	doc.kind = report.kind.value.title()
	doc.company = doc.company or _company_of(report)
	if not frappe.db.exists("Subsidiary Factoring Settings", doc.company):
		raise FileRefused(
			"no_settings",
			Sentence("{0} has no Subsidiary Factoring Settings.", doc.company),
			"Create them first.",
		)
	book = ledger.load_book(doc.company, report.kind.value)
	doc.batch = check_identity(report, book, doc.batch or "") or None
	doc.currency = book.currency
	doc.client_number = facts.client_number or book.client_number
	doc.period_from, doc.period_to = facts.period or (None, None)
	doc.run_date = facts.run_date
	doc.sheet, doc.header_row = report.sheet, report.header.row
	doc.line_count = len(report.lines)
	doc.layout_snapshot = _snapshot(report.layout)
	doc.unknown_columns = json.dumps(report.header.unknown)
	doc.control_totals = json.dumps(
		[
			{
				"row": total.row,
				"label": total.label,
				**{name: text(value) for name, value in total.amounts.items()},
			}
			for total in report.totals
		]
	)
	doc.differences = json.dumps(
		[
			{"row": d.row, "field": d.field, "stated": text(d.stated), "added": text(d.added)}
			for d in report.differences
		]
	)


def _company_of(report: Report) -> str:
	numbers = {
		digits(number): company
		for company, number in frappe.get_all(
			"Subsidiary Factoring Settings", fields=["company", "client_number"], as_list=True
		)
		if number
	}
	found = numbers.get(digits(report.facts.client_number or ""))
	if not found:
		raise FileRefused(
			"unknown_client",
			Sentence(
				"No subsidiary has the client number {0} that the file names.",
				f"{report.facts.client_number!r}",
			),
			"Choose the company.",
			report.file_name,
		)
	return found


def _refuse_same_bytes(doc) -> None:
	same = frappe.db.get_value(
		"Report Import",
		{"file_sha256": doc.file_sha256, "docstatus": ("<", 2), "name": ("!=", doc.name or "")},
	)
	if same:
		known = frappe.has_permission("Report Import", "read", doc=same)
		frappe.throw(
			_("This file was imported before: {0}.").format(
				get_link_to_form("Report Import", same) if known else _("you may not see by whom")
			),
			title=_("The same file again"),
		)


# Jobs -------------------------------------------------------------------------------------------------------------


def _enqueue(step: str, name: str) -> None:
	frappe.enqueue(
		f"rts_factoring.services.imports.{step}_job",
		queue="long",
		timeout=3600,
		job_id=f"report-import-{step}-{name}",
		deduplicate=True,
		enqueue_after_commit=True,
		name=name,
	)


def resume_stuck() -> None:
	"""Enqueue again what a worker began and did not end: it was killed, or met a deadlock too often. Each step may run
	again, and a job that is still at work is not doubled."""
	long_ago = add_to_date(now_datetime(), minutes=-STUCK_AFTER)
	for step, status, docstatus in (("stage", "Reading", 0), ("post", "Posting", 1)):
		filters = {"status": status, "docstatus": docstatus, "modified": ("<", long_ago)}
		for name in frappe.get_all("Report Import", filters=filters, pluck="name"):
			_enqueue(step, name)


def _tell(doc) -> None:
	frappe.publish_realtime(
		"factoring_report_import",
		{"name": doc.name},
		doctype="Report Import",
		docname=doc.name,
		after_commit=True,
	)


def stage_job(name: str) -> None:
	_job(stage, name)


def post_job(name: str) -> None:
	frappe.db.rollback()  # a new transaction, which reads nothing before it has the lock
	_job(postings.post, name)


def _job(step, name: str) -> None:
	"""One background step in one transaction: all of it, or nothing and the reason on the import."""
	try:
		step(name)
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError, Overtaken) as error:
		raise frappe.RetryBackgroundJobError from error  # Frappe rolls back and runs the job again
	except Exception as error:
		frappe.db.rollback()
		fail(name, error)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job; the work itself was rolled back
		raise


def fail(name: str, error: Exception) -> None:
	"""Note on the import that a background step did not succeed; the work itself was rolled back."""
	message = getattr(error, "message", None) or str(error) or type(error).__name__
	frappe.db.set_value("Report Import", name, {"status": "Failed", "error": message[:500]})
	frappe.publish_realtime("factoring_report_import", {"name": name}, doctype="Report Import", docname=name)


def posting_day(doc, day):
	"""The day an effect is posted: as the user set it, else the row's, else the report's, else today."""
	return getdate(doc.posting_date or day or doc.run_date or None)
