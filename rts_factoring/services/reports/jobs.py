"""The background steps of an import; each may run again.

A step is one transaction: a worker that is killed, at any time, leaves the import as it was before the step. Its time limit
grows with the number of rows, and a step that met its limit all the same runs again with twice the time.
"""

from __future__ import annotations

import frappe
from frappe.utils import add_to_date, cint, now_datetime

from rts_factoring.services.common import background
from rts_factoring.services.reports import posting, progress, reconciling

STUCK_AFTER = 10  # minutes in Reading or Posting; only a job leaves an import there
TIMEOUT = 3600  # seconds, and for each row SECONDS_PER_ROW more; posting needs a fraction of it
SECONDS_PER_ROW = 0.5


def enqueue_step(step: str, name: str, patience: int = 1) -> None:
	"""Enqueue a step once the transaction is committed; its limit is `patience` times the usual one."""
	rows = cint(frappe.db.get_value("Report Import", name, "line_count"))
	background.enqueue_unless_waiting(
		f"rts_factoring.services.reports.jobs.{step}_job",
		job_id=_job_id(step, name),
		queue="long",
		timeout=int(TIMEOUT + SECONDS_PER_ROW * rows) * patience,
		name=name,
		patience=patience,
	)


def resume_stuck() -> None:
	"""Enqueue steps again that a worker did not finish, because it was killed or met too many deadlocks. A job that is still
	running is not started twice."""
	long_ago = add_to_date(now_datetime(), minutes=-STUCK_AFTER)
	for status, docstatus in (("Reading", 0), ("Posting", 1)):
		filters = {"status": status, "docstatus": docstatus, "modified": ("<", long_ago)}
		for row in frappe.get_all("Report Import", filters=filters, fields=["name", "layout_snapshot"]):
			step = "post" if docstatus else "stage" if row.layout_snapshot else "read"
			if not background.is_unfinished(_job_id(step, row.name)):
				enqueue_step(step, row.name)


def _job_id(step: str, name: str) -> str:
	return f"report-import-{step}-{name}"


def read_job(name: str, patience: int = 1) -> None:
	_run_step("read", _read, name, patience)


def stage_job(name: str, patience: int = 1) -> None:
	_run_step("stage", reconciling.stage_rows, name, patience)


def post_job(name: str, patience: int = 1) -> None:
	frappe.db.rollback()  # a new transaction, which reads nothing before it has the lock
	_run_step("post", posting.post, name, patience)


def _read(name: str) -> None:
	"""Read a file that was too large to be read while a person waited."""
	doc = frappe.get_doc("Report Import", name)
	if doc.docstatus == 0:
		doc.flags.factoring_read_again = doc.flags.factoring_in_background = True
		doc.save()


def _run_step(step: str, run, name: str, patience: int) -> None:
	"""Run one background step in one transaction. If it fails, nothing is saved but the reason on the import."""
	background.run_step(
		lambda: run(name),
		with_more_time=lambda: enqueue_step(step, name, patience * 2),
		failed=lambda error: progress.mark_failed(name, error),
	)
