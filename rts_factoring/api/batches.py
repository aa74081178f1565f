"""Batches: made of queued invoices, previewed, followed, and downloaded."""

import frappe
from frappe import _

from rts_factoring.api.access import check_company, readable, require_invoice
from rts_factoring.services.batches import batch_status, downloads, factoring_batch, schedule_files
from rts_factoring.services.invoices import readiness


@frappe.whitelist()
def get_queued_invoices(
	company: str,
	customer: str | None = None,
	from_date: str | None = None,
	to_date: str | None = None,
	min_amount: float = 0,
) -> dict:
	"""Invoices for a new batch, those in other batches, and those that are not ready, with the reasons."""
	frappe.has_permission("Factoring Batch", "create", throw=True)
	check_company(company)
	return readiness.invoices_for_batch(company, customer, from_date, to_date, min_amount)


@frappe.whitelist(methods=["POST"])
def send_now(invoice: str) -> str:
	"""Submit a batch of this one invoice; returns its name."""
	require_invoice(invoice, "write")
	frappe.has_permission("Factoring Batch", "submit", throw=True)
	return factoring_batch.send_now(invoice).name


@frappe.whitelist(methods=["POST"])
def make_batch(invoices: list[str] | str) -> str:
	"""Make a draft batch of these queued invoices of one company; returns its name."""
	names = frappe.parse_json(invoices)
	companies = {require_invoice(name, "read").company for name in names}
	if len(companies) != 1:
		frappe.throw(_("Choose invoices of one company; each subsidiary sends batches of its own."))
	frappe.has_permission("Factoring Batch", "create", throw=True)
	return factoring_batch.create(companies.pop(), names).name


@frappe.whitelist()
def get_batch_state(batch: str) -> dict:
	"""Status, attempts, error and the state of each file."""
	return batch_status.progress(readable("Factoring Batch", batch).name)


@frappe.whitelist()
def download_batch(batch: str) -> None:
	"""The files of a batch as one zip."""
	name, content = downloads.of_batch(readable("Factoring Batch", batch).name)
	frappe.local.response.filename = name
	frappe.local.response.filecontent = content
	frappe.local.response.type = "download"


@frappe.whitelist()
def preview_schedule(batch: str) -> str:
	"""The schedule as it would be sent."""
	return schedule_files.preview(readable("Factoring Batch", batch))
