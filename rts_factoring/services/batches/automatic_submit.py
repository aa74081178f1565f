"""Batches that are submitted automatically: at a time of day, or when enough invoices are queued."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import frappe
from frappe import _
from frappe.utils import cint, get_time, getdate, now_datetime

from rts_factoring.core.errors import FactoringError
from rts_factoring.services.batches import factoring_batch, schedule_files
from rts_factoring.services.common import background, logs
from rts_factoring.services.common.errors import plain_text
from rts_factoring.services.company import alerts, settings, site_binding
from rts_factoring.services.invoices import readiness

DAILY = ("Daily at a Time", "Both")
BY_COUNT = ("When Enough Invoices Are Queued", "Both")
ACTION = "Submit"
WATCHED = ("enabled", "auto_submit", "auto_submit_time")


def steps() -> list[Callable[[], None]]:
	"""For each company, a step that enqueues a job when its batch is due."""
	return [partial(submit_due, company) for company in settings.factored_companies()]


def submit_due(company: str) -> None:
	agreement = settings.find(company)
	if not site_binding.problem(agreement) and is_due(agreement, now_datetime()):
		background.enqueue_once(
			"rts_factoring.services.batches.automatic_submit.submit_queued",
			queue="long",
			job_id=f"rts_factoring:auto_submit:{company}",
			company=company,
		)


def is_due(agreement, now: datetime) -> bool:
	"""Whether the company wants a batch at `now`; its queue is counted only if the answer depends on it."""
	if _day_due(agreement, now):
		return True
	when, wanted = agreement.auto_submit, cint(agreement.auto_submit_count)
	return when in BY_COUNT and wanted > 0 and len(factoring_batch.queued(agreement.company)) >= wanted


def start_from_now(doc) -> None:
	"""A daily time that was just set first applies the next time it comes, not for earlier days."""
	now, before = now_datetime(), doc.get_doc_before_save()
	changed = not before or [_comparable(before, field) for field in WATCHED] != [
		_comparable(doc, field) for field in WATCHED
	]
	time = _comparable(doc, "auto_submit_time")
	if doc.auto_submit in DAILY and changed and time is not None and now.time() < time:
		yesterday = now.date() - timedelta(days=1)
		doc.last_auto_submit = max(getdate(doc.last_auto_submit or yesterday), yesterday)


def submit_queued(company: str) -> list[str]:
	"""The job: one submitted batch of all queued invoices (it splits itself). The settings' row is the lock.

	Invoices that are no longer ready are left out. A batch that is refused is tried again at each tick, and the managers
	are notified once.
	"""
	name = frappe.db.get_value(settings.DOCTYPE, {"company": company}, "name", for_update=True)
	agreement = frappe.get_doc(settings.DOCTYPE, name)
	now = now_datetime()
	if not agreement.enabled or not is_due(agreement, now):
		return []
	readiness.update_readiness(factoring_batch.queued(company))
	if not is_due(agreement, now):
		return []
	day = _day_due(agreement, now)
	attempt = logs.Attempt(ACTION, company)
	frappe.db.savepoint("auto_submit")
	try:
		doc = _submit(agreement, factoring_batch.queued(company))
	except (frappe.ValidationError, FactoringError) as error:
		frappe.db.rollback(save_point="auto_submit")
		frappe.clear_messages()
		_notify_once(company, attempt, plain_text(error))
		return []
	if doc:
		attempt.values["batch"] = doc.name
		attempt.succeeded(_("became {0}").format(doc.name))
	if day:
		agreement.db_set("last_auto_submit", day, update_modified=False)
	return [doc.name] if doc else []


def _submit(agreement, invoices: list[str]):
	if not invoices:
		return None
	doc = factoring_batch.create(agreement.company, schedule_files.first_of_each_name(agreement, invoices))
	doc.submit()
	return doc


def _day_due(agreement, now: datetime) -> date | None:
	"""The day whose daily batch is still to be made: today's once its time has come, else one that was missed."""
	time = _comparable(agreement, "auto_submit_time")
	if agreement.auto_submit not in DAILY or time is None:
		return None
	came_today, done = now.time() >= time, agreement.last_auto_submit
	day = now.date() if came_today else now.date() - timedelta(days=1)
	if not done:
		return day if came_today else None  # nothing was missed before the first
	return day if getdate(done) < day else None


def _comparable(doc, field: str):
	"""As it compares, whether it comes from a form or from the database. Midnight is a time, and false as a timedelta."""
	value = doc.get(field)
	if field != "auto_submit_time":
		return str(value or "")
	return None if value in (None, "") else get_time(value)


def _notify_once(company: str, attempt: logs.Attempt, message: str) -> None:
	last = logs.latest_entry(ACTION, company)
	if last and last.message == message:
		return
	attempt.refused(message)
	alerts.notify_managers(
		company,
		_("The queued invoices of {0} could not be submitted automatically").format(company),
		message,
		settings.DOCTYPE,
		company,
		"batch_failed",
	)
