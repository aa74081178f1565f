"""Adjustments of many lines are posted, and taken back, by a job: a request that takes a minute is cut off by the server.

A draft that waits stays a draft until all of it is posted, and a job that is killed, at any time, leaves it as it was.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import add_to_date, now_datetime

from rts_factoring.services.accounting import adjustments, posting_lock
from rts_factoring.services.common import background, locks
from rts_factoring.services.common.documents import saved_document
from rts_factoring.services.common.errors import plain_text

AT_ONCE = 300  # lines that are posted while a person waits: about five seconds under sale
STUCK_AFTER = 10  # minutes after which a job that is nowhere is enqueued again
TIMEOUT = 3600  # seconds, and for each line SECONDS_PER_LINE more; posting needs a fraction of it
SECONDS_PER_LINE = 0.5
RUNNING = {"submit": "Posting", "cancel": "Cancelling"}
_JOB = "rts_factoring.services.accounting.adjustment_jobs.run_job"


def is_due(doc) -> bool:
	"""Whether a job does it, because there are many lines and a person waits for the answer."""
	return len(doc.lines) > AT_ONCE and locks.is_request() and not doc.flags.factoring_in_background


def start_submit(doc):
	"""Save the draft and let a job post it, as this user."""
	doc.check_permission("submit")
	doc.docstatus = 0
	doc.flags.factoring_job = True
	doc.job_status = RUNNING["submit"]
	doc.job_error = None
	doc.save()
	_enqueue(doc.name, "submit", len(doc.lines))
	message = _("{0} lines are posted in the background. The form shows when they are.")
	frappe.msgprint(message.format(len(doc.lines)), alert=True)
	return doc


def start_cancel(doc):
	"""Let a job take it back, as this user."""
	saved = saved_document(doc, "cancel")
	refuse_running(saved)
	if saved.docstatus != 1:
		frappe.throw(_("Only a submitted document can be cancelled."))
	saved.db_set({"job_status": RUNNING["cancel"], "job_error": None})
	_enqueue(saved.name, "cancel", len(saved.lines))
	message = _("{0} lines are taken back in the background. The form shows when they are.")
	frappe.msgprint(message.format(len(saved.lines)), alert=True)
	return doc.reload()


def validate(doc) -> None:
	"""Refuse changes while a job is at work. A save forgets what the last one met."""
	if not doc.is_new():
		refuse_running(doc)
	if not doc.flags.factoring_job:
		doc.job_status = doc.job_error = None


def refuse_running(doc) -> None:
	"""Throw when a job is to post the adjustment or to take it back. The job itself passes."""
	if doc.flags.factoring_in_background:
		return
	locks.take(doc.doctype, doc.name)
	if frappe.db.get_value(doc.doctype, doc.name, "job_status", for_update=True) in RUNNING.values():
		frappe.throw(
			_(
				"{0} is being posted or taken back in the background. Wait until the form shows that it is done."
			).format(doc.name),
			title=_("In the Background"),
		)


def run_job(name: str, action: str, patience: int = 1) -> None:
	"""Post an adjustment or take it back, in one transaction. If it fails, nothing is saved but the reason on the adjustment."""
	frappe.db.rollback()  # a new transaction, which reads nothing before it has the lock
	background.run_step(
		lambda: _run(name, action),
		with_more_time=lambda: _enqueue(name, action, patience=patience * 2),
		failed=lambda error: _mark_failed(name, error),
	)
	_tell(name)


def resume_stuck() -> None:
	"""Enqueue jobs again that a worker did not finish. One that is still running is not started twice."""
	long_ago = add_to_date(now_datetime(), minutes=-STUCK_AFTER)
	for action, status in RUNNING.items():
		filters = {"job_status": status, "modified": ("<", long_ago)}
		for name in frappe.get_all(adjustments.DOCTYPE, filters, pluck="name"):
			if not background.is_unfinished(_job_id(name)):
				_enqueue(name, action)


def _enqueue(name: str, action: str, lines: int = 0, patience: int = 1) -> None:
	lines = lines or frappe.db.count(adjustments.LINE, {"parent": name})
	background.enqueue_unless_waiting(
		_JOB,
		job_id=_job_id(name),
		queue="long",
		timeout=int(TIMEOUT + SECONDS_PER_LINE * lines) * patience,
		name=name,
		action=action,
		patience=patience,
	)


def _job_id(name: str) -> str:
	return f"factoring-adjustment-{name}"


def _run(name: str, action: str) -> None:
	fields = ["company", "job_status", "modified_by"]
	found = frappe.db.get_value(adjustments.DOCTYPE, name, fields, as_dict=True, for_update=True)
	if not found or found.job_status != RUNNING[action]:
		return  # deleted, or done by another job
	posting_lock.lock(found.company)
	frappe.set_user(found.modified_by)  # whoever asked for it, also when the scheduler resumes it
	doc = frappe.get_doc(adjustments.DOCTYPE, name)
	doc.flags.factoring_job = doc.flags.factoring_in_background = True
	doc.job_status = None
	if action == "submit":
		doc._submit()
	else:
		doc._cancel()


def _mark_failed(name: str, error: Exception) -> None:
	message = plain_text(error) or type(error).__name__
	values = {"job_status": "Failed", "job_error": message[:500]}
	frappe.db.set_value(adjustments.DOCTYPE, name, values, update_modified=False)
	_tell(name)


def _tell(name: str) -> None:
	doctype = adjustments.DOCTYPE
	frappe.publish_realtime(
		"factoring_adjustment", {"name": name}, doctype=doctype, docname=name, after_commit=True
	)
