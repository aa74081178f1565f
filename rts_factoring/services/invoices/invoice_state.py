"""The app's fields on a Sales Invoice: groups of states, and the only functions that write these fields."""

from collections.abc import Collection, Iterable

import frappe

from rts_factoring.core.eligibility import Reason
from rts_factoring.core.model import InvoiceState
from rts_factoring.services.common.errors import translate
from rts_factoring.services.invoices.receivables import LOCK_CHUNK, chunks

PRE_SUBMISSION_STATES = (
	"",
	InvoiceState.NOT_FACTORED.value,
	InvoiceState.NOT_READY.value,
	InvoiceState.QUEUED.value,
)
RESENDABLE_STATES = (
	*PRE_SUBMISSION_STATES,
	InvoiceState.HELD.value,
)  # may go with a batch, or with another one
# Billed by us now. A person may send the invoice again under its number: after a credit review, or to be bought once more.
OURS_AGAIN_STATES = (InvoiceState.DENIED.value, InvoiceState.CHARGED_BACK.value)
BOUGHT_STATES = (
	InvoiceState.FINANCED.value,
	InvoiceState.PARTLY_PAID.value,
	InvoiceState.COMPLETED.value,
	InvoiceState.CHARGED_BACK.value,
)
STATE_FIELDS = ("factoring_status", "factoring_reasons", "factoring_batch")
MAX_LIVE_UPDATES = 50  # when more invoices change at once, open forms are not updated


def awaiting_delivery(names: Collection[str]) -> set[str]:
	"""The invoices whose packet is in the files of a submitted batch that is not delivered yet. They are as good as sent."""
	invoice = frappe.qb.DocType("Sales Invoice")
	row, batch = frappe.qb.DocType("Factoring Batch Invoice"), frappe.qb.DocType("Factoring Batch")
	waiting = set()
	for part in chunks(sorted(set(names))):
		query = (
			frappe.qb.from_(invoice)
			.join(row)
			.on((row.parent == invoice.factoring_batch) & (row.sales_invoice == invoice.name))
			.join(batch)
			.on((batch.name == row.parent) & (batch.docstatus == 1))
			.select(invoice.name)
			.where(invoice.name.isin(part) & row.packet.isnotnull() & (row.packet != ""))
			.where(row.outcome.isnull() | (row.outcome == ""))
		)
		waiting |= {name for (name,) in query.run()}
	return waiting


def still_in(batch: str, names: Collection[str]) -> list[str]:
	"""Those of the invoices that are in this batch, and did not go on in another."""
	found: list[str] = []
	for part in chunks(sorted(names)):
		filters = {"name": ("in", part), "factoring_batch": batch}
		found += frappe.get_all("Sales Invoice", filters=filters, pluck="name", order_by="name", limit=0)
	return found


def mark_not_ready(invoice: str, problems: Iterable[Reason]) -> None:
	"""Mark an invoice as Not Ready because of its packet. It is checked again when its documents change."""
	write_fields(
		[invoice], factoring_status=InvoiceState.NOT_READY.value, factoring_reasons=reasons_as_text(problems)
	)


def write_fields(invoices: Collection[str], **values) -> None:
	"""Set the app's fields of these invoices and update open forms. Modified date and versions do not change."""
	table = frappe.qb.DocType("Sales Invoice")
	for part in chunks(invoices, LOCK_CHUNK):
		query = frappe.qb.update(table).where(table.name.isin(part))
		for fieldname, value in values.items():
			query = query.set(table[fieldname], value)
		query.run()
	for name in invoices:
		frappe.clear_document_cache("Sales Invoice", name)
	if len(invoices) <= MAX_LIVE_UPDATES:
		for name in invoices:
			frappe.publish_realtime(
				"doc_update",
				{"doctype": "Sales Invoice", "name": name},
				doctype="Sales Invoice",
				docname=name,
				after_commit=True,
			)


def reasons_as_text(reasons: Iterable[Reason]) -> str:
	"""A line each in the site's language, as lists and other systems read them; the form says them in the user's."""
	lang = frappe.db.get_default("lang") or "en"
	return "\n".join(
		f"{translate(reason.text, lang)} {translate(reason.fix, lang)}".strip() for reason in reasons
	)
