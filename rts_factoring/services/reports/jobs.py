"""The background steps of an import; each may run again."""

from __future__ import annotations

import frappe
from frappe.utils import add_to_date, now_datetime

from rts_factoring.services.common.errors import StaleReadError
from rts_factoring.services.reports import posting, progress, reconciling

STUCK_AFTER = 10  # minutes in Reading or Posting; only a job leaves an import there


def enqueue_step(step: str, name: str) -> None:
	frappe.enqueue(
		f"rts_factoring.services.reports.jobs.{step}_job",
		queue="long",
		timeout=3600,
		job_id=f"report-import-{step}-{name}",
		deduplicate=True,
		enqueue_after_commit=True,
		name=name,
	)


def resume_stuck() -> None:
	"""Enqueue steps again that a worker did not finish, because it was killed or met too many deadlocks. A job that is still
	running is not started twice."""
	long_ago = add_to_date(now_datetime(), minutes=-STUCK_AFTER)
	for step, status, docstatus in (("stage", "Reading", 0), ("post", "Posting", 1)):
		filters = {"status": status, "docstatus": docstatus, "modified": ("<", long_ago)}
		for name in frappe.get_all("Report Import", filters=filters, pluck="name"):
			enqueue_step(step, name)


def stage_job(name: str) -> None:
	_run_step(reconciling.stage_rows, name)


def post_job(name: str) -> None:
	frappe.db.rollback()  # a new transaction, which reads nothing before it has the lock
	_run_step(posting.post, name)


def _run_step(step, name: str) -> None:
	"""Run one background step in one transaction. If it fails, nothing is saved but the reason on the import."""
	try:
		step(name)
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError, StaleReadError) as error:
		raise frappe.RetryBackgroundJobError from error  # Frappe rolls back and runs the job again
	except Exception as error:
		frappe.db.rollback()
		progress.mark_failed(name, error)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job; the work itself was rolled back
		raise
