"""From judged rows to the books: ledger entries and journal entries in one transaction, all or nothing."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from rts_factoring.core.model import InvoiceState, Outcome
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.posting import legs
from rts_factoring.services import (
	deposits,
	figures,
	followups,
	imports,
	journal,
	ledger,
	periods,
	queue,
	receivables,
	rows,
	settings,
	staging,
)
from rts_factoring.services.errors import told_to_the_user


def post(name: str) -> int:
	"""Post every row of a submitted import that needs no decision and was not posted yet; returns how many.

	Runs in the caller's transaction, after those of other imports of the company (see ledger.lock). Running it again
	posts nothing twice.
	"""
	ledger.lock(frappe.db.get_value("Report Import", name, "company", for_update=True))
	doc = frappe.get_doc("Report Import", name, for_update=True)
	if doc.docstatus != 1:
		return 0
	with told_to_the_user():
		report, _rows = imports._read(doc, imports.content(doc))
		result = imports.judge(doc, report)
	done = staging.posted_rows(name)
	lines = [line for line in result.lines if line.line.row not in done]
	staging.update(doc, lines)
	ready = [line for line in lines if line.effects or line.outcome in (*staging.POSTS, Outcome.IGNORED)]
	_write(doc, result, ready)
	staging.mark_posted(doc, ready)
	_set_states(doc, result, ready)
	staging.supersede(doc, [line for line in ready if line.effects])
	followups.open_tasks(doc, ready)
	if not done:
		followups.tell_posted(doc, len(ready))
	doc.db_set(figures.summary(doc, result) | {"status": "Posted", "error": None}, update_modified=False)
	rows.forget_progress(name)
	imports._tell(doc)
	return len(ready)


def _write(doc, result, ready) -> None:
	agreed = settings.require(doc.company)
	effects = [(line, effect) for line in ready for effect in line.effects]
	found = _postings(doc, result.policy, [effect for _line, effect in effects])
	periods.refuse_closed(doc.company, {posting.day for posting in found if posting.legs})
	vouchers: dict[int, str] = {}
	for voucher in journal.split(found):
		rows.tell_progress(doc.name, len(vouchers), len(found))
		name = journal.post(voucher, agreed, report_import=doc.name, remark=_remark(doc, voucher))
		vouchers |= {posting.index: name for posting in voucher.postings}
	lines = {
		row.row_no: row.name
		for row in frappe.get_all(
			"Report Import Line", filters={"report_import": doc.name}, fields=["name", "row_no"], limit=0
		)
	}
	invoices = {effect.invoice_no for _line, effect in effects if effect.invoice_no}
	customers = {row.name: row.customer for row in receivables.rows(invoices)}
	ledger.write(
		[
			{
				"posting_date": posting.day,
				"company": doc.company,
				"currency": doc.currency,
				"event": effect.event.value,
				"policy": result.policy.value.title(),
				"sales_invoice": effect.invoice_no,
				"customer": customers.get(effect.invoice_no),
				"batch": doc.batch,
				"report_import": doc.name,
				"report_import_line": lines.get(line.line.row),
				"journal_entry": vouchers.get(posting.index),
				**ledger.entry(effect, result.policy),
				"is_reversal": 0,
				"reverses": None,
			}
			for posting, (line, effect) in zip(found, effects, strict=True)
		]
	)


def _postings(doc, policy, effects) -> list[journal.Posting]:
	return journal.in_order(
		journal.Posting(index, imports.posting_day(doc, effect.date), tuple(legs(policy, effect)))
		for index, effect in enumerate(effects)
	)


def _remark(doc, voucher) -> str:
	invoices = {leg.invoice_no for posting in voucher.postings for leg in posting.legs if leg.invoice_no}
	name = doc.name
	if doc.batch:
		name += ", " + _("batch {0}").format(doc.batch)
	elif doc.period_from and doc.period_to:
		name += ", " + _("period {0} to {1}").format(doc.period_from, doc.period_to)
	return _("RTS {0} report {1}: {2} invoices").format(_(doc.kind.lower()), name, len(invoices))


_BATCH_OUTCOME = {Outcome.HELD: "Held", Outcome.DENIED: "Denied", Outcome.PENDING: "Pending"}


def _set_states(doc, result, ready) -> None:
	"""Invoices take the state of their position; held and denied ones also keep RTS's reason, on themselves and the batch."""
	moved = {line.receivable.invoice_no for line in ready if line.receivable} & result.positions.keys()
	states = {name: result.positions[name].state for name in moved}
	ledger.set_states(
		{name: state for name, state in states.items() if state is not InvoiceState.NOT_FACTORED}
	)
	by_reason: dict[tuple[str, str], list[str]] = {}
	for line in ready:
		outcome = _BATCH_OUTCOME.get(line.outcome, "Financed" if line.effects else "")
		if line.receivable and outcome:
			by_reason.setdefault((outcome, line.reason or ""), []).append(line.receivable.invoice_no)
	for (outcome, reason), invoices in by_reason.items():
		if outcome in ("Held", "Denied"):
			queue.write(invoices, factoring_reasons=reason)
		if doc.batch and doc.kind == "Purchase":
			_set_batch_rows(doc.batch, invoices, outcome, reason)


def _set_batch_rows(batch: str, invoices: list[str], outcome: str, reason: str = "") -> None:
	row = frappe.qb.DocType("Factoring Batch Invoice")
	for part in receivables.chunks(invoices):
		frappe.qb.update(row).set(row.outcome, outcome).set(row.reason, reason).where(
			(row.parent == batch) & row.sales_invoice.isin(part)
		).run()


def preview(name: str) -> list[dict]:
	"""The journal entries a submit would make now: day, and per role account, debit and credit. Nothing is written."""
	doc = frappe.get_doc("Report Import", name)
	with told_to_the_user():
		report, _rows = imports._read(doc, imports.content(doc))
		result = imports.judge(doc, report)
	agreed = settings.require(doc.company)
	found = _postings(doc, result.policy, result.effects)
	return [
		{"day": voucher.day, "rows": journal.by_account(voucher, agreed)} for voucher in journal.split(found)
	]


def refuse_undo(doc) -> None:
	"""Throws with what to do first when an import cannot be undone now."""
	later = built_upon_by(doc.name)
	if later:
		frappe.throw(
			_("Later imports build on this one. Cancel them first, newest first: {0}.").format(
				", ".join(get_link_to_form("Report Import", name) for name in later)
			),
			title=_("Cannot be undone yet"),
		)
	_refuse_other_policy(doc)
	recorded = deposits.entries(doc.name)
	if recorded:
		frappe.throw(
			_(
				"The deposit of this import is recorded. Cancel its bank entry first, or delete it when it is a draft: {0}."
			).format(", ".join(get_link_to_form("Journal Entry", name) for name in recorded)),
			title=_("Cannot be undone yet"),
		)


def _refuse_other_policy(doc) -> None:
	"""What was posted under one policy would leave open positions under the other, which cannot close them."""
	found = frappe.db.get_value("Factoring Ledger Entry", {"report_import": doc.name}, "policy")
	today = frappe.db.get_value(settings.DOCTYPE, doc.company, "policy")
	if found and found != today:
		frappe.throw(
			_(
				"{0} was posted under the policy {1}; today it is {2}. Set the policy back to {1}, cancel, and change it again."
			).format(doc.name, _(found), _(today)),
			title=_("Cannot be undone yet"),
		)


def built_upon_by(name: str) -> list[str]:
	"""Submitted imports that build on this one, newest first: they posted to an invoice of it after it did.

	Rows that were decided late may stand on both sides of another import's. Such two build on each other only where an
	invoice could not be without the one that goes.
	"""
	found: dict[str, datetime] = {}
	for entries in _by_invoice(name).values():
		times: dict[str, list[datetime]] = {}
		for entry in entries:
			times.setdefault(entry.report_import, []).append(entry.creation)
		own = times.pop(name)
		for other, others in times.items():
			mixed = min(others) < max(own)
			if max(others) > min(own) and not (mixed and _stands_without(name, entries)):
				found[other] = max(*others, found.get(other, others[0]))
	return sorted(found, key=found.__getitem__, reverse=True)


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
	found: dict[str, list] = {}
	for row in rows:
		found.setdefault(row.sales_invoice, []).append(row)
	return {
		invoice: entries
		for invoice, entries in found.items()
		if any(entry.report_import == name for entry in entries)
	}


def _stands_without(name: str, entries: list) -> bool:
	"""Whether the other imports' entries alone are a history an invoice can have."""
	rest = [entry for entry in entries if entry.report_import != name]
	purchased, open_, collected, charged_back = (
		money(sum(money(entry[field]) for entry in rest))
		for field in ("purchased", "open_change", "collected", "charged_back")
	)
	return min(collected, charged_back, open_) >= ZERO and open_ <= purchased - charged_back


def undo(doc) -> None:
	"""Cancel the journal entries, mirror the ledger entries, free the rows, and give the invoices their states back."""
	journal.cancel_of_import(doc.name)
	touched = set(ledger.reverse(doc.name))
	marked = frappe.get_all(
		"Report Import Line",
		filters={"report_import": doc.name, "posted": 1, "outcome": ("in", ("held", "denied", "pending"))},
		fields=["sales_invoice", "outcome"],
		limit=0,
	)
	touched |= {row.sales_invoice for row in marked if row.sales_invoice}
	concerned = _concerned_by_undo(doc)
	staging.release(doc.name)
	staging.give_way(doc)
	followups.close_tasks(doc)
	states = ledger.states_from_ledger(doc.company, doc.batch, touched)
	ledger.set_states(states)
	waiting = [name for name, state in states.items() if state is InvoiceState.SUBMITTED]
	queue.write(waiting, factoring_reasons="")  # why RTS held or denied them
	if doc.batch and doc.kind == "Purchase":
		_set_batch_rows(doc.batch, sorted(touched), "Submitted")
	doc.db_set("status", "Cancelled", update_modified=False)
	for name in concerned:
		_judge_again(name)
		followups.tell_released(doc, name)


def _judge_again(name: str) -> None:
	"""When its file cannot be read now, the import says so; the undoing of another does not wait for that."""
	try:
		imports.judge_again(name)
	except frappe.ValidationError as error:
		frappe.clear_last_message()
		imports.fail(name, error)


def _concerned_by_undo(doc) -> list[str]:
	"""Submitted imports with rows that this one had posted before them, or had superseded: those rows count again."""
	own = frappe.qb.DocType("Report Import Line")
	line, parent = frappe.qb.DocType("Report Import Line").as_("line"), frappe.qb.DocType("Report Import")
	posted = (
		frappe.qb.from_(own)
		.select(own.identity)
		.where((own.report_import == doc.name) & own.posted_key.isnotnull())
	)
	repeated = (line.outcome == Outcome.DUPLICATE.value) & line.identity.isin(posted)
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
