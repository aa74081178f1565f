"""Report imports: read and matched when saved, posted when submitted, undone as a whole when cancelled.

The file is the source at every step: it is read again (and its hash compared) before anything is posted, so what was
previewed and what is posted come from the same bytes through the same code.
"""

from __future__ import annotations

import hashlib
from functools import partial

import frappe
from frappe import _
from frappe.model import display_fieldtypes
from frappe.utils import get_link_to_form

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.reports.mapping import MAPPABLE
from rts_factoring.services.accounting import posting_lock
from rts_factoring.services.common import files, locks
from rts_factoring.services.common.errors import core_errors_as_frappe, translate
from rts_factoring.services.company import settings
from rts_factoring.services.reports import (
	column_mapping,
	jobs,
	posting,
	provenance,
	reading,
	received,
	reconciling,
	report_lines,
	statement_comparison,
	undo,
)

AT_ONCE = 400  # rows that are staged or posted while the user waits; more go to a background job
READ_AT_ONCE = 5_000_000  # bytes that are read while the user waits


class ImportedBeforeError(frappe.ValidationError):
	"""The same bytes were imported before."""

	code = "imported_before"


def validate(doc) -> None:
	"""Read the file and fill in what it is about. A file that does not fit is refused before anything is written."""
	_restore_app_fields(doc)
	provenance.fill(doc)
	if doc.docstatus != 0 or not doc.file:
		return
	if not _input_changed(doc):
		return
	doc.read_request = frappe.generate_hash(length=10)  # a job that reads the file as it was before gives way
	doc.status = "Reading"
	doc.error = None
	with core_errors_as_frappe(partial(column_mapping.action, doc)):
		data = reading.report_content(doc)
		doc.file_sha256 = hashlib.sha256(data).hexdigest()
		if _is_read_later(doc, data):
			return
		try:
			doc.flags.factoring_file = reading.read_and_identify(doc, data)
		except FileRefused as refusal:
			if not (doc.flags.factoring_keep_unread and refusal.code in MAPPABLE):
				raise
			_keep_unread(doc, refusal)
	doc.check_permission("create" if doc.is_new() else "write")  # the file may have named the company
	_refuse_same_bytes(doc)


def _is_read_later(doc, data: bytes) -> bool:
	"""Whether a background job reads the file, because it is large and a person waits for the answer."""
	if len(data) <= READ_AT_ONCE or not locks.is_request():
		return False
	doc.company = doc.company or _only_company()
	if not doc.company:
		frappe.throw(
			_("The file is large, so it is read in the background. Choose the company it is for."),
			title=_("Company"),
		)
	_refuse_same_bytes(doc)
	doc.flags.factoring_read_later = True
	doc.layout_snapshot = None
	doc.line_count = 0
	return True


def _only_company() -> str:
	"""The company that factors, where the user sees one alone: which of several a file is for is known once it is read."""
	companies = frappe.get_list(settings.DOCTYPE, pluck="company", limit=2)
	return companies[0] if len(companies) == 1 else ""


def _keep_unread(doc, refusal: FileRefused) -> None:
	"""A draft without rows, so that a person can say what the columns of its file are."""
	doc.status = "Failed"
	doc.error = f"{translate(refusal.message)} {translate(refusal.hint)}"[:500]
	doc.layout_snapshot = None
	doc.line_count = 0


def on_update(doc) -> None:
	"""Stage the rows of a file that was read anew: now, or in the background when there are many."""
	if doc.file:
		files.take_over([doc.file], doc.doctype, doc.name)
	if doc.flags.pop("factoring_read_later", False):
		jobs.enqueue_step("read", doc.name)
		return
	file = doc.flags.pop("factoring_file", None)
	if not file:
		return
	if doc.line_count > AT_ONCE and not doc.flags.factoring_in_background:
		jobs.enqueue_step("stage", doc.name)
	else:
		reconciling.stage_rows(doc.name, file)
		doc.reload()


def before_submit(doc) -> None:
	"""Refuse to post anything else than was shown: the rows as matched, by the layout they were read with."""
	if doc.status not in ("Ready", "Failed"):
		frappe.throw(_("The file is still being read. Submit when the status is Ready."))
	if not doc.layout_snapshot:
		frappe.throw(_("The file could not be read. Attach it again, or another one."), title=_("Not Read"))
	if _input_changed(doc):
		frappe.throw(_("Save the changes first, so that the rows are read with them."))
	if any(
		reading.layout_snapshot(layout) == doc.layout_snapshot
		for layout in reading.layouts_of(doc, live=True)
	):
		return
	frappe.throw(
		_(
			"The Report Layout was changed after the rows were read. Press Update Rows, look at the rows, then submit."
		),
		title=_("Layout Changed"),
	)


def on_submit(doc) -> None:
	"""Post the rows that need no decision: now, or in the background when there are many or another report is being posted."""
	if doc.kind in statement_comparison.KINDS:  # nothing is posted
		reconciling.update_rows(doc.name)
		doc.db_set("status", "Compared", update_modified=False)
		return
	doc.db_set("status", "Posting", update_modified=False)
	is_long = doc.matched_count + doc.held_count + doc.denied_count > AT_ONCE
	if is_long or (locks.is_request() and posting_lock.is_locked(doc.company)):
		jobs.enqueue_step("post", doc.name)
	else:
		with locks.refused_when_busy(doc.name):
			posting.post(doc.name)
		doc.reload()


def before_cancel(doc) -> None:
	if doc.kind in statement_comparison.KINDS:
		return
	posting_lock.lock(doc.company)
	undo.refuse_undo(doc)


def on_cancel(doc) -> None:
	doc.ignore_linked_doctypes = ("Journal Entry", "GL Entry", "Factoring Ledger Entry", "Report Import Line")
	if doc.kind in statement_comparison.KINDS:
		doc.db_set("status", "Cancelled", update_modified=False)
		return
	with locks.refused_when_busy(doc.name):
		undo.undo(doc)


def on_trash(doc) -> None:
	report_lines.delete(doc.name)
	received.forget_import(doc.name)


def validate_line(doc) -> None:
	if not doc.is_new() and not doc.flags.factoring:
		frappe.throw(_("Rows cannot be edited. Decide them on their Report Import."))


def on_trash_line(doc) -> None:
	if not doc.flags.factoring:
		frappe.throw(_("Rows cannot be deleted alone. Delete their Report Import."))


def post_waiting(name: str) -> None:
	"""Post rows of a submitted import that were decided, or can go now; also resumes a posting that failed."""
	doc = frappe.get_doc("Report Import", name)
	if doc.docstatus != 1:
		frappe.throw(_("Submit the import first."))
	if doc.kind in statement_comparison.KINDS:
		frappe.throw(_("A statement posts nothing. Press Update Rows to compare it again."))
	doc.db_set("status", "Posting", update_modified=False)
	on_submit(doc)


def _input_changed(doc) -> bool:
	before = doc.get_doc_before_save()
	return (
		not before
		or bool(doc.flags.factoring_read_again)
		or any(
			before.get(field) != doc.get(field)
			for field in ("file", "layout", "kind", "company", "batch", "as_of")
		)
	)


def _restore_app_fields(doc) -> None:
	"""Keep the read-only fields as they are in the database, whatever a browser sends."""
	if before := doc.get_doc_before_save():
		for field in doc.meta.fields:
			if field.read_only and field.fieldtype not in display_fieldtypes:
				doc.set(field.fieldname, before.get(field.fieldname))


def _refuse_same_bytes(doc) -> None:
	"""The same file twice in a company, or in two that the person sees. What other companies imported is nobody's business."""
	found = frappe.get_all(
		"Report Import",
		filters={"file_sha256": doc.file_sha256, "docstatus": ("<", 2), "name": ("!=", doc.name or "")},
		fields=["name", "company"],
	)
	is_person = locks.is_request()
	for row in found:
		visible = is_person and frappe.has_permission("Report Import", "read", doc=row.name)
		if row.company == doc.company or visible:
			frappe.throw(
				_("This file was imported before: {0}.").format(get_link_to_form("Report Import", row.name)),
				ImportedBeforeError,
				title=_("File Imported Before"),
			)
