"""Invoices: queued or not, with their documents, their state, and what keeps one from being ready."""

import frappe

from rts_factoring.api.access import USERS, readable, require_invoice
from rts_factoring.services.invoices import documents, readiness
from rts_factoring.services.views import document_state, invoice_status


@frappe.whitelist(methods=["POST"])
def queue_invoice(invoice: str) -> dict:
	"""Set the invoicing method to Factoring; the state says whether the invoice is complete."""
	require_invoice(invoice, "write")
	readiness.set_invoicing_method(invoice, "Factoring")
	readiness.requeue(invoice)
	return invoice_status.state(invoice)


@frappe.whitelist(methods=["POST"])
def unqueue_invoice(invoice: str) -> dict:
	"""Set the invoicing method to Direct. Refused once the invoice is in a batch."""
	require_invoice(invoice, "write")
	readiness.set_invoicing_method(invoice, "Direct")
	return invoice_status.state(invoice)


@frappe.whitelist(methods=["POST"])
def attach_document(invoice: str, file_url: str, kind: str | None = None, note: str | None = None) -> dict:
	"""Add an uploaded file to the invoice's documents; without a kind it is guessed from the file name."""
	doc = require_invoice(invoice, "write")
	documents.attach(doc, file_url, kind, note)
	return invoice_status.state(invoice)


@frappe.whitelist(methods=["POST"])
def attach_documents(invoice: str, file_urls: list[str] | str) -> list[dict]:
	"""Add several uploaded files at once, each with the kind guessed from its name; returns what was added."""
	return documents.attach_all(require_invoice(invoice, "write"), frappe.parse_json(file_urls))


@frappe.whitelist(methods=["POST"])
def queue_invoices(invoices: list[str] | str) -> dict:
	"""Queue several; `done`, and `refused` with the reason of each."""
	frappe.only_for(USERS)
	return invoice_status.in_bulk(frappe.parse_json(invoices), queue_invoice)


@frappe.whitelist(methods=["POST"])
def unqueue_invoices(invoices: list[str] | str) -> dict:
	"""Set several to Direct; `done`, and `refused` with the reason of each."""
	frappe.only_for(USERS)
	return invoice_status.in_bulk(frappe.parse_json(invoices), unqueue_invoice)


@frappe.whitelist()
def get_reasons(invoice: str) -> list[dict]:
	"""Why the invoice is not ready, and how to fix it."""
	require_invoice(invoice, "read")
	return invoice_status.reasons(invoice)


@frappe.whitelist()
def get_invoice_state(invoice: str) -> dict:
	"""State, reasons, batch, and what the factor bought, collected and still has open."""
	return invoice_status.state(require_invoice(invoice, "read").name)


@frappe.whitelist()
def get_invoice_overview(invoice: str) -> dict:
	"""The same with the day it was bought, the days since, its story, and its documents as small pictures."""
	return invoice_status.overview(require_invoice(invoice, "read").name)


@frappe.whitelist()
def get_document_warnings(doctype: str, name: str) -> dict:
	"""Documents that contradict their invoice or cannot be read, and how far the checks and packets are: of one Sales Invoice,
	or of all of a Factoring Batch."""
	if doctype == "Sales Invoice":
		invoices = [require_invoice(name, "read").name]
	else:
		invoices = [row.sales_invoice for row in readable("Factoring Batch", name).invoices]
	return document_state.state(name, invoices)
