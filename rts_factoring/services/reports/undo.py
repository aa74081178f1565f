"""Undo everything that an import posted."""

from __future__ import annotations

from datetime import date, datetime

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from rts_factoring.core.model import InvoiceState
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import deposits, journal_entries, ledger, periods
from rts_factoring.services.batches import batch_status
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import invoice_state
from rts_factoring.services.reports import follow_up_tasks, progress, reconciling, report_lines

_WITH_RTS_AGAIN = [InvoiceState.QUEUED.value, InvoiceState.SUBMITTED.value, InvoiceState.HELD.value]


def refuse_undo(doc) -> None:
	"""Throw when an import cannot be undone yet, with what to do first."""
	later = later_imports(doc.name)
	if later:
		frappe.throw(
			_("Later imports build on this one. Cancel them first, newest first: {0}.").format(
				", ".join(get_link_to_form("Report Import", name) for name in later)
			),
			title=_("Cannot Be Undone Yet"),
		)
	_refuse_other_policy(doc)
	_refuse_sent_again(doc)
	periods.refuse_closed_month(doc.company, _first_day(doc))
	recorded = deposits.entries(doc.name)
	if recorded:
		frappe.throw(
			_(
				"The deposit of this import is recorded. Cancel its bank entry first, or delete it when it is a draft: {0}."
			).format(", ".join(get_link_to_form("Journal Entry", name) for name in recorded)),
			title=_("Cannot Be Undone Yet"),
		)


def _first_day(doc) -> date | None:
	entries = {"report_import": doc.name, "is_reversal": 0}
	rows = frappe.get_all(
		"Factoring Ledger Entry", entries, pluck="posting_date", order_by="posting_date", limit=1
	)
	return rows[0] if rows else None


def _refuse_other_policy(doc) -> None:
	"""Throw when the policy changed since the posting: the other policy could not close these positions."""
	posted_under = frappe.db.get_value("Factoring Ledger Entry", {"report_import": doc.name}, "policy")
	today = frappe.db.get_value(settings.DOCTYPE, doc.company, "policy")
	if posted_under and posted_under != today:
		frappe.throw(
			_(
				"{0} was posted under the policy {1}, and the policy is {2} now. Set it back to {1}, cancel the import, then change it again."
			).format(doc.name, _(posted_under), _(today)),
			title=_("Cannot Be Undone Yet"),
		)


def _refuse_sent_again(doc) -> None:
	"""An invoice that was charged back and is in the queue or in another batch cannot be open with the old one again."""
	entry, invoice = frappe.qb.DocType("Factoring Ledger Entry"), frappe.qb.DocType("Sales Invoice")
	sent_again = (
		frappe.qb.from_(entry)
		.inner_join(invoice)
		.on(invoice.name == entry.sales_invoice)
		.where((entry.report_import == doc.name) & (entry.charged_back > 0) & (entry.is_reversal == 0))
		.where(invoice.factoring_status.isin(_WITH_RTS_AGAIN))
		.select(invoice.name)
		.distinct()
		.orderby(invoice.name)
		.run()
	)
	if sent_again:
		frappe.throw(
			_(
				"This import charged back {0}, which was queued or sent again since. Take it out of its batch and unqueue it first."
			).format(", ".join(name for (name,) in sent_again)),
			title=_("Cannot be undone yet"),
		)


def later_imports(name: str) -> list[str]:
	"""Submitted imports that build on this one, newest first: they posted to an invoice of it after it did.

	Rows that were decided late may come before and after those of another import. Then the other builds on this one only
	if an invoice's history is impossible without this one.
	"""
	latest_entry: dict[str, datetime] = {}
	for entries in _by_invoice(name).values():
		times: dict[str, list[datetime]] = {}
		for entry in entries:
			times.setdefault(entry.report_import, []).append(entry.creation)
		own = times.pop(name)
		for other, others in times.items():
			mixed = min(others) < max(own)
			if max(others) > min(own) and not (mixed and _is_possible_without(name, entries)):
				latest_entry[other] = max(*others, latest_entry.get(other, others[0]))
	return sorted(latest_entry, key=latest_entry.__getitem__, reverse=True)


def _by_invoice(name: str) -> dict[str, list]:
	"""Ledger entries in force on the invoices of an import, its own and others'."""
	own = frappe.qb.DocType("Factoring Ledger Entry")
	entry = frappe.qb.DocType("Factoring Ledger Entry").as_("entry")
	rows = (
		ledger.in_force(entry)
		.where(
			entry.sales_invoice.isin(
				frappe.qb.from_(own).select(own.sales_invoice).where(own.report_import == name)
			)
		)
		.select(entry.sales_invoice, entry.report_import, entry.creation)
		.select(entry.purchased, entry.open_change, entry.collected, entry.charged_back)
		.run(as_dict=True)
	)
	by_invoice: dict[str, list] = {}
	for row in rows:
		by_invoice.setdefault(row.sales_invoice, []).append(row)
	return {
		invoice: entries
		for invoice, entries in by_invoice.items()
		if any(entry.report_import == name for entry in entries)
	}


def _is_possible_without(name: str, entries: list) -> bool:
	"""Whether an invoice can have the history that is left without this import."""
	rest = [entry for entry in entries if entry.report_import != name]
	purchased, open_, collected, charged_back = (
		money(sum(money(entry[field]) for entry in rest))
		for field in ("purchased", "open_change", "collected", "charged_back")
	)
	return min(collected, charged_back, open_) >= ZERO and open_ <= purchased - charged_back


def undo(doc) -> None:
	"""Cancel the journal entries, reverse the ledger entries, release the rows, and restore the states of the invoices."""
	journal_entries.cancel_of_import(doc.name)
	touched = set(ledger.reverse(doc.name))
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
	states = ledger.states_from_ledger(doc.company, doc.batch, touched)
	ledger.set_states(states)
	waiting = [name for name, state in states.items() if state is InvoiceState.SUBMITTED]
	invoice_state.write_fields(waiting, factoring_reasons="")  # why RTS held or denied them
	if doc.batch and doc.kind == "Purchase":
		batch_status.set_batch_rows(doc.batch, sorted(touched), "Submitted")
	doc.db_set("status", "Cancelled", update_modified=False)
	for name in to_update:
		_update_rows(name)
		follow_up_tasks.notify_released(doc, name)


def _update_rows(name: str) -> None:
	"""Update an import's rows. If its file cannot be read, that is recorded on it and does not stop the undo of the other."""
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
