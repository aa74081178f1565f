"""What the form of an invoice or a batch shows of documents: what is doubtful about them, and how far the checks are."""

from collections.abc import Sequence

import frappe

from rts_factoring.core.model import InvoiceState
from rts_factoring.services.invoices import document_checks, documents, packet_progress, page_checks
from rts_factoring.services.invoices.receivables import chunks


def state(name: str, invoices: Sequence[str]) -> dict:
	"""`warnings` (invoice and texts), how many of the `documents` are `judged`, how many of the `queued` invoices have their
	`packets`, and the packets in the `making`. `name` is of the document that is looked at: what is not judged yet is now."""
	rows = [row for found in documents.attached(invoices).values() for row in found]
	waiting = page_checks.not_judged(rows)
	if waiting:
		document_checks.judge_now(name, sorted({row.parent for row in waiting}))
	found = document_checks.warnings(invoices)
	queued = _queued(invoices)
	return {
		"warnings": [{"invoice": one, "texts": found[one]} for one in invoices if one in found],
		"documents": len(rows),
		"judged": len(rows) - len(waiting),
		"queued": len(queued),
		"packets": sum(bool(packet) for packet in queued),
		"making": packet_progress.current(invoices),
	}


def _queued(invoices: Sequence[str]) -> list[str | None]:
	"""The packet of each queued invoice, or None."""
	return [
		packet
		for part in chunks(invoices)
		for packet in frappe.get_all(
			"Sales Invoice",
			filters={"name": ("in", part), "factoring_status": InvoiceState.QUEUED.value, "docstatus": 1},
			pluck="factoring_packet",
		)
	]
