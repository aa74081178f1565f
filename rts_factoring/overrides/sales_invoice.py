"""What happens to factoring when a Sales Invoice is saved, submitted or cancelled."""

import frappe
from frappe import _

from rts_factoring.core.model import InvoiceState
from rts_factoring.services.accounting import protection
from rts_factoring.services.invoices import document_checks, documents, invoice_state, number_keys, readiness
from rts_factoring.services.views import timeline

APP_FIELDS = (*invoice_state.STATE_FIELDS, "factoring_notice", "factoring_packet", "factoring_packet_key")
RELEASED_STATES = (InvoiceState.HELD.value, InvoiceState.DENIED.value)
WATCHED = ("factoring_method", "factoring_load_no", "po_no", "due_date")


def validate(doc, method=None):
	protection.restore_app_fields(doc, APP_FIELDS)
	protection.check_credit_note(doc)
	documents.check_new_files(doc)
	number_keys.fill(doc)


def before_update_after_submit(doc, method=None):
	protection.restore_app_fields(doc, APP_FIELDS)
	documents.check_new_files(doc)
	readiness.check_method_change(doc)
	number_keys.fill(doc)


def on_update(doc, method=None):
	documents.take_over(doc)
	_judge_new_documents(doc)


def on_submit(doc, method=None):
	protection.open_credit_task(doc)
	readiness.update_readiness([doc.name])
	_show(doc)


def on_update_after_submit(doc, method=None):
	documents.take_over(doc)
	_judge_new_documents(doc)
	before = doc.get_doc_before_save()
	if before and (
		_documents(doc) != _documents(before) or any(doc.get(f) != before.get(f) for f in WATCHED)
	):
		readiness.update_readiness([doc.name], include_held=[doc.name])
		_show(doc)


def before_cancel(doc, method=None):
	"""An invoice in a batch is with the factor, or about to be."""
	batch, state = frappe.db.get_value(
		"Sales Invoice", doc.name, ["factoring_batch", "factoring_status"], for_update=True
	)
	if batch and state not in RELEASED_STATES:
		frappe.throw(
			_("{0} is in factoring batch {1}. First take it out of the batch, or cancel the batch.").format(
				frappe.bold(doc.name), frappe.get_desk_link("Factoring Batch", batch)
			),
			title=_("With the Factor"),
		)
	protection.refuse_cancel(doc.name)


def on_cancel(doc, method=None):
	# A batch that holds it as held or denied is history, and no reason against cancelling.
	doc.ignore_linked_doctypes = (*(doc.get("ignore_linked_doctypes") or ()), "Factoring Batch")
	invoice_state.write_fields([doc.name], factoring_status="", factoring_reasons="")
	_show(doc)


def timeline_content(doctype: str, name: str) -> list[dict]:
	"""Factoring events for the form's timeline, for users who may read batches."""
	return timeline.of_invoice(name) if frappe.has_permission("Factoring Batch", "read") else []


def dashboard_data(data: dict) -> dict:
	"""The factoring documents on the invoice's *Connections* tab."""
	names = {"Factoring Ledger Entry": "sales_invoice", "Report Import Line": "sales_invoice"}
	data.setdefault("non_standard_fieldnames", {}).update(names)
	data.setdefault("internal_links", {})["Factoring Batch"] = "factoring_batch"
	data.setdefault("transactions", []).append(
		{"label": _("Factoring"), "items": ["Factoring Batch", *names]}
	)
	return data


def _show(doc):
	doc.update(frappe.db.get_value("Sales Invoice", doc.name, APP_FIELDS, as_dict=True))


def _documents(doc):
	return [(row.kind, row.file, row.readable or 0) for row in doc.get("factoring_documents") or ()]


def _judge_new_documents(doc) -> None:
	before = doc.get_doc_before_save()
	if _documents(doc) and (not before or _documents(doc) != _documents(before)):
		document_checks.judge_later(doc.name)
