"""Batches that submit themselves: at a time of day, or when enough invoices are queued."""

import frappe
from frappe.utils import cint, get_time, getdate, now_datetime

from rts_factoring.services import batches, settings

DAILY = ("Daily at a Time", "Both")
BY_COUNT = ("When Enough Invoices Are Queued", "Both")


def submit_due() -> None:
	"""Enqueue a job for each company whose batch is due now."""
	for company in settings.factored_companies():
		if is_due(settings.find(company), now_datetime()):
			frappe.enqueue(
				"rts_factoring.services.automation.submit_queued",
				queue="long",
				job_id=f"rts_factoring:auto_submit:{company}",
				deduplicate=True,
				company=company,
			)


def is_due(company_settings, now) -> bool:
	"""Whether the company wants a batch at `now`; its queue is counted only if the answer depends on it."""
	when = company_settings.auto_submit or "Never"
	if when in DAILY and company_settings.auto_submit_time:
		done = company_settings.last_auto_submit
		if now.time() >= get_time(company_settings.auto_submit_time) and (
			not done or getdate(done) < now.date()
		):
			return True
	wanted = cint(company_settings.auto_submit_count)
	return when in BY_COUNT and wanted > 0 and len(batches.queued(company_settings.company)) >= wanted


def submit_queued(company: str) -> list[str]:
	"""The job: one submitted batch of all queued invoices (it splits itself). The settings' row is the lock."""
	name = frappe.db.get_value(settings.DOCTYPE, {"company": company}, "name", for_update=True)
	company_settings = frappe.get_doc(settings.DOCTYPE, name)
	now = now_datetime()
	if not company_settings.enabled or not is_due(company_settings, now):
		return []
	company_settings.db_set("last_auto_submit", now.date(), update_modified=False)
	invoices = batches.queued(company)
	if not invoices:
		return []
	doc = batches.create(company, invoices)
	doc.submit()
	return [doc.name]
