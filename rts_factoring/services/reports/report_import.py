"""Report imports: read and matched when saved, posted when submitted, undone as a whole when cancelled.

The file is the source at every step: it is read again (and its hash compared) before anything is posted, so what was
previewed and what is posted come from the same bytes through the same code.
"""

from __future__ import annotations

import hashlib

import frappe
from frappe import _
from frappe.model import display_fieldtypes
from frappe.utils import get_link_to_form

from rts_factoring.services.accounting import ledger
from rts_factoring.services.common import files
from rts_factoring.services.common.errors import core_errors_as_frappe
from rts_factoring.services.reports import jobs, posting, reading, reconciling, report_lines, undo

AT_ONCE = 400  # rows that are staged or posted while the user waits; more go to a background job


def validate(doc) -> None:
	"""Read the file and fill in what it is about. A file that does not fit is refused before anything is written."""
	_restore_app_fields(doc)
	if doc.docstatus != 0 or not doc.file:
		return
	if not _input_changed(doc):
		return
	with core_errors_as_frappe():
		data = reading.report_content(doc)
		doc.file_sha256 = hashlib.sha256(data).hexdigest()
		_refuse_same_bytes(doc)
		doc.flags.factoring_file = reading.read_and_identify(doc, data)
	doc.check_permission("create" if doc.is_new() else "write")  # the file may have named the company
	doc.status = "Reading"
	doc.error = None


def on_update(doc) -> None:
	if doc.file:
		files.take_over([doc.file], doc.doctype, doc.name)
	"""Stage the rows of a file that was read anew: now, or in the background when there are many."""
	file = doc.flags.pop("factoring_file", None)
	if not file:
		return
	if doc.line_count > AT_ONCE:
		jobs.enqueue_step("stage", doc.name)
	else:
		reconciling.stage_rows(doc.name, file)
		doc.reload()


def before_submit(doc) -> None:
	"""Refuse to post anything else than was shown: the rows as matched, by the layout they were read with."""
	if doc.status not in ("Ready", "Failed"):
		frappe.throw(_("The file is still being read. Submit when the status is Ready."))
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
	"""Post the rows that need no decision: now, or in the background when there are many."""
	doc.db_set("status", "Posting", update_modified=False)
	if doc.matched_count + doc.held_count + doc.denied_count > AT_ONCE:
		jobs.enqueue_step("post", doc.name)
	else:
		posting.post(doc.name)
		doc.reload()


def before_cancel(doc) -> None:
	ledger.lock(doc.company)
	undo.refuse_undo(doc)


def on_cancel(doc) -> None:
	doc.ignore_linked_doctypes = ("Journal Entry", "GL Entry", "Factoring Ledger Entry", "Report Import Line")
	undo.undo(doc)


def on_trash(doc) -> None:
	report_lines.delete(doc.name)


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
	doc.db_set("status", "Posting", update_modified=False)
	on_submit(doc)


def _input_changed(doc) -> bool:
	before = doc.get_doc_before_save()
	return (
		not before
		or bool(doc.flags.factoring_read_again)
		or any(
			before.get(field) != doc.get(field) for field in ("file", "layout", "kind", "company", "batch")
		)
	)


def _restore_app_fields(doc) -> None:
	"""Keep the read-only fields as they are in the database, whatever a browser sends."""
	if before := doc.get_doc_before_save():
		for field in doc.meta.fields:
			if field.read_only and field.fieldtype not in display_fieldtypes:
				doc.set(field.fieldname, before.get(field.fieldname))


def _refuse_same_bytes(doc) -> None:
	same = frappe.db.get_value(
		"Report Import",
		{"file_sha256": doc.file_sha256, "docstatus": ("<", 2), "name": ("!=", doc.name or "")},
	)
	if same:
		if frappe.has_permission("Report Import", "read", doc=same):
			message = _("This file was imported before: {0}.").format(get_link_to_form("Report Import", same))
		else:
			message = _("This file was imported before, for a company that you may not see.")
		frappe.throw(
			message,
			title=_("File Imported Before"),
		)
