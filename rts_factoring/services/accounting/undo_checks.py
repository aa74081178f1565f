"""What stands in the way of undoing a document that posted: what builds on it, another policy, an invoice sent again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder.functions import Max
from frappe.utils import formatdate

from rts_factoring.core.model import InvoiceState, Outcome
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.reconciliation.adjustments import PostedEntry
from rts_factoring.core.reconciliation.positions import is_possible
from rts_factoring.services.accounting import ledger, periods, sources
from rts_factoring.services.accounting.sources import Source
from rts_factoring.services.company import settings

Document = tuple[str, str]  # DocType and name

WITH_RTS_AGAIN = [InvoiceState.QUEUED.value, InvoiceState.SUBMITTED.value, InvoiceState.HELD.value]
_TABLE = "Factoring Ledger Entry"


def refuse(source: Source) -> None:
	"""Throw when a document cannot be undone yet, with what to do first."""
	_refuse_later(source)
	_refuse_other_policy(source)
	_refuse_sent_again(source)
	_refuse_closed_month(source)


def _refuse_later(source: Source) -> None:
	later = later_documents(source)
	if later:
		frappe.throw(
			_("Later documents build on this one. Cancel them first, newest first: {0}.").format(
				sources.links(later)
			),
			title=_("Cannot Be Undone Yet"),
		)


def _refuse_other_policy(source: Source) -> None:
	"""Throw when the policy changed since the posting: the other policy could not close the positions that would be open
	again. The adjustment that changes the policy posts under the old one itself."""
	if _changes_policy(source):
		return
	today = frappe.db.get_value(settings.DOCTYPE, source.company, "policy")
	filters = {source.ledger_field: source.name, "sales_invoice": ("is", "set"), "policy": ("!=", today)}
	posted_under = frappe.db.get_value(_TABLE, filters, "policy")
	if posted_under:
		change = frappe.get_all(
			sources.ADJUSTMENT,
			{"company": source.company, "docstatus": 1, "new_policy": today},
			pluck="name",
			order_by="posting_date desc, creation desc",
			limit=1,
		)
		what = (
			_("Cancel {0}, which changed it").format(sources.links([(sources.ADJUSTMENT, change[0])]))
			if change
			else _("Set it back to {0}").format(_(posted_under))
		)
		frappe.throw(
			_(
				"{0} was posted under the policy {1}, and the policy is {2} now. {3}; or leave the document as it is, and correct its rows."
			).format(source.name, _(posted_under), _(today), what),
			title=_("Cannot Be Undone Yet"),
		)


def _refuse_closed_month(source: Source) -> None:
	"""Throw when entries are part of a month that a submitted Factoring Close has frozen, or of a period that ERPNext has closed:
	of entries with a journal entry it says so itself."""
	filters = {source.ledger_field: source.name}
	first = frappe.get_all(_TABLE, filters, pluck="posting_date", order_by="posting_date", limit=1)
	periods.refuse_closed_month(source.company, first[0] if first else None)
	without_journal = filters | {"journal_entry": ("is", "not set")}
	days = frappe.get_all(
		_TABLE, without_journal, pluck="posting_date", distinct=True, order_by="posting_date"
	)
	for day in days:
		if periods.erpnext_closed_until(source.company, day):
			frappe.throw(
				_(
					"The books of {0} are closed on {1}, where {2} has changed what RTS has of an invoice. Open that period first, or correct the rows."
				).format(source.company, formatdate(day), source.name),
				title=_("Closed Period"),
			)


def _changes_policy(source: Source) -> bool:
	return source.doctype == sources.ADJUSTMENT and bool(
		frappe.db.get_value(source.doctype, source.name, "new_policy")
	)


def _refuse_sent_again(source: Source) -> None:
	"""An invoice that was charged back and is in the queue or in another batch cannot be open with the old one again."""
	entry, invoice = frappe.qb.DocType(_TABLE), frappe.qb.DocType("Sales Invoice")
	sent_again = (
		frappe.qb.from_(entry)
		.inner_join(invoice)
		.on(invoice.name == entry.sales_invoice)
		.where((entry[source.ledger_field] == source.name) & (entry.charged_back > 0))
		.where(invoice.factoring_status.isin(WITH_RTS_AGAIN))
		.select(invoice.name)
		.distinct()
		.orderby(invoice.name)
		.run()
	)
	if sent_again:
		frappe.throw(
			_(
				"{0} charged back {1}, which was queued or sent again since. Take it out of its batch and unqueue it first."
			).format(source.name, ", ".join(name for (name,) in sent_again)),
			title=_("Cannot Be Undone Yet"),
		)


def with_factor_again(taken_back: Collection[PostedEntry]) -> set[str]:
	"""The chargebacks among the entries that are taken back, after which the invoice was queued, sent or bought once more. A purchase
	that is taken back together with them does not count."""
	charged_back = {
		entry.name: entry.invoice_no for entry in taken_back if entry.amounts["charged_back"] > ZERO
	}
	if not charged_back:
		return set()
	invoices = sorted({name for name in charged_back.values() if name})
	states = dict(
		frappe.get_all(
			"Sales Invoice", {"name": ("in", invoices)}, ["name", "factoring_status"], as_list=True, limit=0
		)
	)
	own, later = frappe.qb.DocType(_TABLE), frappe.qb.DocType(_TABLE).as_("later")
	rows = (
		ledger.in_force(later)
		.inner_join(own)
		.on((own.sales_invoice == later.sales_invoice) & (later.creation > own.creation))
		.where(own.name.isin(sorted(charged_back)) & (later.purchased > 0))
		.select(own.name, later.name)
		.run()
	)
	together = {entry.name for entry in taken_back}
	bought = {name for name, purchase in rows if purchase not in together}
	return bought | {name for name, invoice in charged_back.items() if states.get(invoice) in WITH_RTS_AGAIN}


def later_documents(source: Source) -> list[Document]:
	"""Submitted imports and adjustments that build on this one, newest first: they posted to an invoice of it after it did, took
	back an entry of it, or posted only the difference to a row of it.

	Rows that were decided late may come before and after those of another import. Then the other builds on this one only
	if an invoice's history is impossible without this one.
	"""
	own_document = (source.doctype, source.name)
	latest_entry: dict[Document, datetime] = dict(_taken_back_by(source)) | dict(_restated_by(source))
	for entries in _by_invoice(source).values():
		times: dict[Document, list[datetime]] = {}
		for entry in entries:
			times.setdefault(entry.document, []).append(entry.creation)
		own = times.pop(own_document)
		for other, others in times.items():
			mixed = min(others) < max(own)
			if max(others) > min(own) and not (mixed and _is_possible_without(own_document, entries)):
				latest_entry[other] = max(*others, latest_entry.get(other, others[0]))
	return sorted(latest_entry, key=latest_entry.__getitem__, reverse=True)


def _taken_back_by(source: Source) -> list[tuple[Document, datetime]]:
	"""The adjustments that took back entries of a document, and when."""
	own, mirror = frappe.qb.DocType(_TABLE), frappe.qb.DocType(_TABLE).as_("mirror")
	rows = (
		ledger.live(mirror)
		.inner_join(own)
		.on(own.name == mirror.reverses)
		.where(own[source.ledger_field] == source.name)
		.orderby(mirror.creation)
		.select(mirror.factoring_adjustment, mirror.creation)
		.run()
	)
	return [((sources.ADJUSTMENT, name), creation) for name, creation in rows if name != source.name]


def _restated_by(source: Source) -> list[tuple[Document, datetime]]:
	"""The imports that stated a row of this one otherwise and posted the difference alone, and when."""
	if source.doctype != sources.IMPORT:
		return []
	line, entry = "Report Import Line", frappe.qb.DocType(_TABLE)
	own, row = frappe.qb.DocType(line), frappe.qb.DocType(line).as_("restated")
	rows = (
		ledger.live(entry)
		.inner_join(row)
		.on(row.name == entry.report_import_line)
		.inner_join(own)
		.on(own.name == row.duplicate_of)
		.where((own.report_import == source.name) & (row.report_import != source.name))
		.where((own.outcome == Outcome.MATCHED.value) & (row.outcome == Outcome.MATCHED.value))
		.groupby(entry.report_import)
		.select(entry.report_import, Max(entry.creation))
		.run()
	)
	return [((sources.IMPORT, name), creation) for name, creation in rows]


def _by_invoice(source: Source) -> dict[str, list]:
	"""Live ledger entries on the invoices of a document, its own and others'."""
	own, entry = frappe.qb.DocType(_TABLE), frappe.qb.DocType(_TABLE).as_("entry")
	rows = (
		ledger.live(entry)
		.where(
			entry.sales_invoice.isin(
				frappe.qb.from_(own).select(own.sales_invoice).where(own[source.ledger_field] == source.name)
			)
		)
		.select(
			entry.sales_invoice, entry.creation, *(entry[name] for name in sources.LEDGER_FIELDS.values())
		)
		.select(entry.purchased, entry.open_change, entry.collected, entry.charged_back)
		.run(as_dict=True)
	)
	by_invoice: dict[str, list] = {}
	for row in rows:
		row.document = sources.source_of(row)
		by_invoice.setdefault(row.sales_invoice, []).append(row)
	own_document = (source.doctype, source.name)
	return {
		invoice: entries
		for invoice, entries in by_invoice.items()
		if any(entry.document == own_document for entry in entries)
	}


def _is_possible_without(document: Document, entries: list) -> bool:
	"""Whether an invoice can have the history that is left without this document."""
	rest = [entry for entry in entries if entry.document != document]
	fields = ("purchased", "open_change", "collected", "charged_back")
	return is_possible(*(money(sum(money(entry[field]) for entry in rest)) for field in fields))
