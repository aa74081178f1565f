"""Undo everything that an import posted."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from rts_factoring.core.model import InvoiceState
from rts_factoring.services.accounting import (
	journal_entries,
	ledger,
	ledger_sums,
	payout_balances,
	undo_checks,
)
from rts_factoring.services.batches import batch_status
from rts_factoring.services.invoices import invoice_state
from rts_factoring.services.reports import follow_up_tasks, posting, progress, reconciling, report_lines


def refuse_undo(doc) -> None:
	"""Throw when an import cannot be undone yet, with what to do first."""
	undo_checks.refuse(posting.source_of(doc))
	recorded = payout_balances.entries(doc.name)
	if recorded:
		frappe.throw(
			_(
				"The deposit of this import is recorded. Cancel its bank entry, delete it when it is a draft, or take this import out of its table Payouts: {0}."
			).format(", ".join(get_link_to_form("Journal Entry", name) for name in recorded)),
			title=_("Cannot Be Undone Yet"),
		)


def undo(doc) -> None:
	"""Cancel the journal entries, reverse the ledger entries, release the rows, and restore the states of the invoices."""
	source = posting.source_of(doc)
	journal_entries.cancel_of(source)
	touched = set(ledger.reverse(source))
	marked = frappe.get_all(
		"Report Import Line",
		filters={"report_import": doc.name, "posted": 1, "outcome": ("in", ("held", "denied", "pending"))},
		fields=["sales_invoice", "outcome"],
		limit=0,
	)
	touched |= {row.sales_invoice for row in marked if row.sales_invoice}
	to_update = _imports_to_update(doc)
	report_lines.release_keys(doc.name)
	report_lines.reopen_superseded(doc)
	follow_up_tasks.close_tasks(doc)
	states = ledger_sums.states_from_ledger(doc.company, doc.batch, touched)
	ledger_sums.set_states(states)
	waiting = [name for name, state in states.items() if state is InvoiceState.SUBMITTED]
	invoice_state.write_fields(waiting, factoring_reasons="")  # why RTS held or denied them
	if doc.batch and doc.kind == "Purchase":
		batch_status.set_batch_rows(doc.batch, invoice_state.still_in(doc.batch, touched), "Submitted")
	doc.db_set("status", "Cancelled", update_modified=False)
	for name in to_update:
		update_rows(name)
		follow_up_tasks.notify_released(doc, name)


def update_rows(name: str) -> None:
	"""Update an import's rows. If its file cannot be read, that is recorded on it and does not stop the undo of another document."""
	try:
		reconciling.update_rows(name)
	except frappe.ValidationError as error:
		frappe.clear_last_message()
		progress.mark_failed(name, error)


def _imports_to_update(doc) -> list[str]:
	"""Submitted imports with rows that duplicate rows of this one, or were superseded by it. Those rows count again."""
	own = frappe.qb.DocType("Report Import Line")
	line, parent = frappe.qb.DocType("Report Import Line").as_("line"), frappe.qb.DocType("Report Import")
	posted = (
		frappe.qb.from_(own)
		.select(own.name)
		.where((own.report_import == doc.name) & own.posted_key.isnotnull())
	)
	repeated = (line.posted == 0) & line.duplicate_of.isin(posted)
	superseded = (line.resolution == "Superseded") & (line.resolution_reason == doc.name)
	rows = (
		frappe.qb.from_(line)
		.inner_join(parent)
		.on(parent.name == line.report_import)
		.where((parent.company == doc.company) & (parent.kind == doc.kind) & (parent.docstatus == 1))
		.where((parent.name != doc.name) & (repeated | superseded))
		.select(parent.name)
		.distinct()
		.orderby(parent.name)
		.run()
	)
	return [name for (name,) in rows]
