"""Background jobs that wait once, or run once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import frappe
from frappe.utils.background_jobs import get_job_status, is_job_enqueued
from rq.job import JobStatus
from rq.timeouts import BaseTimeoutException

from rts_factoring.services.common import locks
from rts_factoring.services.common.errors import StaleReadError

UNFINISHED = (JobStatus.QUEUED, JobStatus.STARTED)
LOST_LOCK = (frappe.QueryDeadlockError, frappe.QueryTimeoutError, StaleReadError, locks.BusyError)


def enqueue_once(method: str, *, job_id: str, **options) -> None:
	"""Enqueue a job unless one of this name waits or runs. Asked first, because Frappe writes an error to its log for a job
	that it does not enqueue again."""
	if not is_job_enqueued(job_id):
		frappe.enqueue(method, job_id=job_id, deduplicate=True, **options)


def is_unfinished(job_id: str) -> bool:
	"""Whether a job of this name, or the one that follows it, waits or runs."""
	return any(get_job_status(name) in UNFINISHED for name in _names(job_id))


def _names(job_id: str) -> tuple[str, str]:
	return job_id, f"{job_id}:again"


def enqueue_unless_waiting(method: str, *, job_id: str, **options) -> None:
	"""Enqueue a job once this transaction is committed, unless one of this name waits for a worker. One that runs may have
	read what this transaction changes, so another one follows it."""

	def enqueue() -> None:
		names = (*_names(job_id), f"{job_id}:{frappe.generate_hash(length=10)}")
		statuses = [get_job_status(name) for name in names]
		if JobStatus.QUEUED not in statuses:
			free = next(
				name for name, status in zip(names, statuses, strict=True) if status not in UNFINISHED
			)
			frappe.enqueue(method, job_id=free, deduplicate=True, **options)

	frappe.db.after_commit.add(enqueue)


def run_step(
	work: Callable[[], object],
	*,
	with_more_time: Callable[[], object],
	failed: Callable[[Exception], object],
) -> None:
	"""Do a job's work in one transaction. A step that lost a lock runs again, as Frappe does it; one that met its time limit is
	enqueued `with_more_time`. If it fails, nothing is saved but what `failed` records."""
	try:
		work()
	except LOST_LOCK as error:
		raise frappe.RetryBackgroundJobError from error  # Frappe rolls back and runs the job again
	except BaseTimeoutException:
		frappe.db.rollback()
		with_more_time()
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job; what follows a commit is to be enqueued
	except Exception as error:
		frappe.db.rollback()
		failed(error)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job; the work itself was rolled back
		raise


def run_each(steps: Iterable[Callable[[], object]]) -> None:
	"""Run steps, each in a transaction of its own; one that fails stops no other. What went wrong is in the Error Log."""
	for step in steps:
		try:
			step()
			frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a scheduled job; the steps are independent
		except Exception:
			frappe.db.rollback()
			function = getattr(step, "func", step)
			frappe.log_error(title=f"{function.__module__}.{function.__name__}")
			frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a scheduled job; the log of the error must stay
