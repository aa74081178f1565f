"""The factoring status of one invoice, for forms and other systems."""

from collections.abc import Callable, Collection

import frappe
from frappe import _
from frappe.utils import getdate

from rts_factoring.core.eligibility import Reason
from rts_factoring.core.model import InvoiceState
from rts_factoring.core.money import ZERO, money, text
from rts_factoring.services.accounting import ledger_sums
from rts_factoring.services.common.errors import plain_text, translate
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import (
	document_checks,
	document_pictures,
	invoice_state,
	readiness,
	receivables,
)
from rts_factoring.services.views import timeline

# Field of the schedule → field of the Sales Invoice.
FIELDS_OF_INVOICE = {"po_no": "po_no", "load_no": "factoring_load_no"}
POSITION_AMOUNTS = ("purchased", "collected", "charged_back", "open", "fee", "reserve")


def state(invoice: str) -> dict:
	"""Status, reasons, warnings about its documents, batch, and what the factor bought, collected and still has open; amounts as text."""
	fields = ["name", "company", "currency", "outstanding_amount"]
	fields += ["factoring_status", "factoring_reasons", "factoring_batch"]
	row = frappe.db.get_value("Sales Invoice", invoice, fields, as_dict=True)
	position = ledger_sums.positions(row.company, [invoice]).get(invoice)
	return {
		"invoice": row.name,
		"company": row.company,
		"status": row.factoring_status or InvoiceState.NOT_FACTORED.value,
		"reasons": (row.factoring_reasons or "").splitlines(),
		"warnings": document_checks.warnings([row.name]).get(row.name, []),
		"batch": row.factoring_batch,
		"currency": row.currency,
		"outstanding": text(money(row.outstanding_amount or 0)),
		**{name: text(getattr(position, name) if position else ZERO) for name in POSITION_AMOUNTS},
	}


def overview(invoice: str) -> dict:
	"""What the form shows: the state, `purchased_on` and `days` since then while something is open, `story`, the newest event
	first (`creation` and `content`, safe HTML), and the `documents` as pictures."""
	shown = state(invoice)
	purchased_on = frappe.db.get_value(
		"Factoring Ledger Entry",
		{"sales_invoice": invoice, "purchased": (">", 0), "is_reversal": 0},
		"posting_date",
		order_by="posting_date desc",
	)
	is_open = purchased_on and money(shown["open"]) != ZERO
	story = [
		{"creation": str(event["creation"] or ""), "content": event["content"]}
		for event in timeline.of_invoice(invoice)
	]
	return {
		**shown,
		"purchased_on": str(purchased_on or ""),
		"days": (getdate() - purchased_on).days if is_open else None,
		"story": sorted(story, key=lambda event: event["creation"], reverse=True),
		"documents": document_pictures.pictures(invoice),
	}


def reasons(invoice: str) -> list[dict]:
	"""Why the invoice is not ready: `text`, `fix`, and the `doctype` and `name` of the document to fix, or the `field` of the
	invoice.

	Reasons from its packet or from RTS are kept as text. Those of the rules are worked out again.
	"""
	row = receivables.rows([invoice])[0]
	kept = (row.factoring_reasons or "").splitlines()
	if row.docstatus != 1 or (row.factoring_status or "") not in invoice_state.PRE_SUBMISSION_STATES:
		return [{"text": text, "fix": ""} for text in kept]
	verdict = readiness.check_invoices([row])[invoice]
	current = [
		{
			"code": reason.code,
			"text": translate(reason.text),
			"fix": translate(reason.fix),
			**_place(reason, row),
		}
		for reason in verdict.reasons
	]
	said = invoice_state.reasons_as_text(verdict.reasons).splitlines()
	return current + [{"text": text, "fix": ""} for text in kept if current == [] and text not in said]


def _place(reason: Reason, row) -> dict:
	code = reason.code
	if reason.field in FIELDS_OF_INVOICE:
		return {"field": FIELDS_OF_INVOICE[reason.field]}
	if code in ("company_off", "no_client_number", "small"):
		return {
			"doctype": settings.DOCTYPE,
			"name": frappe.db.get_value(settings.DOCTYPE, {"company": row.company}) or "",
		}
	if code in ("excluded", "schedule"):
		return {"doctype": "Customer", "name": row.customer}
	if code == "no_notice":
		return {"doctype": "Notice of Assignment", "name": ""}
	return {}


def in_bulk(invoices: Collection[str], action: Callable[[str], object]) -> dict:
	"""Run `action` on each invoice. One that is refused does not stop the others. Returns names done, and refused with the
	reason."""
	done, refused = [], []
	for number, name in enumerate(invoices):
		point = f"factoring_bulk_{number}"
		frappe.db.savepoint(point)
		try:
			action(name)
			done.append(name)
		except (frappe.ValidationError, frappe.PermissionError) as error:
			frappe.db.rollback(save_point=point)
			frappe.clear_last_message()
			# Frappe's own refusals say nothing
			reason = plain_text(error) or _("You have no permission for this.")
			refused.append({"invoice": name, "reason": reason})
	return {"done": done, "refused": refused}
