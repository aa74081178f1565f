"""The status of a batch and of its rows, and the messages about it. Every other batch module builds on this one."""

from collections.abc import Iterable

import frappe
from frappe.utils import now_datetime

from rts_factoring.core.eligibility import Reason
from rts_factoring.core.model import InvoiceState
from rts_factoring.services.invoices import invoice_state
from rts_factoring.services.invoices.receivables import LOCK_CHUNK, chunks

DOCTYPE = "Factoring Batch"
DRAFT, QUEUED, SENDING, DELIVERED = "Draft", "Queued", "Sending", "Delivered"
READY, FAILED, CANCELLED = "Ready to Download", "Failed", "Cancelled"
RELEASED_OUTCOMES = ("Held", "Denied", "Returned")  # outcomes of rows whose invoice is no longer in the batch


class ClaimLost(Exception):
	"""Another job took the batch over, or it was cancelled."""


def return_invoice(invoice: str, reason: str, problems: Iterable[Reason] = ()) -> None:
	"""Take an invoice that was not sent out of its submitted batch; the others of the batch go on."""
	batch = frappe.db.get_value("Sales Invoice", invoice, "factoring_batch", for_update=True)
	frappe.db.set_value(
		"Factoring Batch Invoice",
		{"parent": batch, "sales_invoice": invoice},
		{"outcome": "Returned", "reason": reason},
		update_modified=False,
	)
	invoice_state.write_fields([invoice], factoring_batch=None)
	invoice_state.mark_not_ready(invoice, problems or [Reason("returned", reason)])


def mark_submitted(batch: str) -> None:
	"""Everything was delivered: the invoices are with the factor now."""
	table = frappe.qb.DocType("Factoring Batch Invoice")
	frappe.qb.update(table).set(table.outcome, "Submitted").where(
		(table.parent == batch) & (table.outcome.isnull() | (table.outcome == ""))
	).run()
	invoices = frappe.get_all(
		"Sales Invoice",
		filters={"factoring_batch": batch, "factoring_status": InvoiceState.QUEUED.value},
		pluck="name",
	)
	invoice_state.write_fields(invoices, factoring_status=InvoiceState.SUBMITTED.value)


def mark_seen(batch: str) -> None:
	"""The batch was seen at the factor, so the one that waits for it may be sent."""
	frappe.db.set_value(DOCTYPE, batch, "seen_on", now_datetime(), update_modified=False)
	clear_wait(batch)


def clear_wait(batch: str) -> None:
	frappe.db.set_value(
		DOCTYPE, {"split_from": batch, "docstatus": 1}, "next_attempt_on", None, update_modified=False
	)


def progress(batch: str) -> dict:
	"""How far the delivery is, for forms and other systems."""
	fields = [
		"name",
		"company",
		"docstatus",
		"status",
		"attempts",
		"next_attempt_on",
		"delivered_on",
		"error",
	]
	row = frappe.db.get_value(DOCTYPE, batch, fields, as_dict=True)
	files = frappe.get_all(
		"Factoring Batch File",
		filters={"parent": batch},
		fields=["file_name", "kind", "size", "state", "delivered_on", "error"],
		order_by="idx",
	)
	invoices = frappe.get_all(
		"Factoring Batch Invoice",
		filters={"parent": batch},
		fields=["sales_invoice", "amount", "outcome", "reason", "packet"],
		order_by="idx",
	)
	return {
		**row,
		"files": files,
		"invoices": invoices,
		"packets_made": sum(bool(line.packet) for line in invoices),
		"files_delivered": sum(file.state == "Delivered" for file in files),
	}


def show_progress(batch: str, what: str, state: str, after_commit: bool = False) -> None:
	"""Notify whoever has the batch open. A form opened later gets the same from `progress`."""
	frappe.publish_realtime(
		"factoring_batch_progress",
		{"batch": batch, "what": what, "state": state},
		doctype=DOCTYPE,
		docname=batch,
		after_commit=after_commit,
	)


def set_batch_rows(batch: str, invoices: list[str], outcome: str, reason: str = "") -> None:
	"""Write what became of invoices of a batch. Rows are changed by name: a condition on the batch would also lock the gap
	behind its rows, where the next batch inserts its own."""
	row, wanted = frappe.qb.DocType("Factoring Batch Invoice"), set(invoices)
	rows = frappe.get_all(
		"Factoring Batch Invoice", filters={"parent": batch}, fields=["name", "sales_invoice"], limit=0
	)
	for part in chunks([line.name for line in rows if line.sales_invoice in wanted], LOCK_CHUNK):
		frappe.qb.update(row).set(row.outcome, outcome).set(row.reason, reason).where(
			row.name.isin(part)
		).run()
