"""From judged rows to the books: ledger entries and journal entries in one transaction, all or nothing."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from rts_factoring.core.model import InvoiceState, Outcome
from rts_factoring.core.posting import legs
from rts_factoring.services import (
	figures,
	followups,
	imports,
	journal,
	ledger,
	periods,
	queue,
	receivables,
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
	imports._tell(doc)
	return len(ready)


def _write(doc, result, ready) -> None:
	agreed = settings.require(doc.company)
	effects = [(line, effect) for line in ready for effect in line.effects]
	found = _postings(doc, result.policy, [effect for _line, effect in effects])
	periods.refuse_closed(doc.company, {posting.day for posting in found if posting.legs})
	vouchers: dict[int, str] = {}
	for voucher in journal.split(found):
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
	about = _("batch {0}").format(doc.batch) if doc.batch else _("period {0} to {1}").format(doc.period_from, doc.period_to)
	return _("RTS {0} report {1}, {2}: {3} invoices").format(_(doc.kind.lower()), doc.name, about, len(invoices))


_BATCH_OUTCOME = {Outcome.HELD: "Held", Outcome.DENIED: "Denied", Outcome.PENDING: "Pending"}


def _set_states(doc, result, ready) -> None:
	"""Invoices take the state of their position; held and denied ones also keep RTS's reason, on themselves and the batch."""
	moved = {line.receivable.invoice_no for line in ready if line.receivable} & result.positions.keys()
	states = {name: result.positions[name].state for name in moved}
	ledger.set_states({name: state for name, state in states.items() if state is not InvoiceState.NOT_FACTORED})
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
	return [{"day": voucher.day, "rows": journal.by_account(voucher, agreed)} for voucher in journal.split(found)]


def refuse_if_built_upon(doc) -> None:
	"""An import is undone only when no later one builds on its invoices."""
	later = built_upon_by(doc.name)
	if later:
		frappe.throw(
			_("Later imports build on this one. Cancel them first, newest first: {0}.").format(
				", ".join(get_link_to_form("Report Import", name) for name in later)
			),
			title=_("Cannot be undone yet"),
		)


def built_upon_by(name: str) -> list[str]:
	"""Submitted imports that posted to an invoice of this one after it did, newest first."""
	entry = frappe.qb.DocType("Factoring Ledger Entry")
	later = frappe.qb.DocType("Factoring Ledger Entry").as_("later")
	parent = frappe.qb.DocType("Report Import")
	rows = (
		frappe.qb.from_(entry)
		.inner_join(later)
		.on((later.sales_invoice == entry.sales_invoice) & (later.creation > entry.creation))
		.inner_join(parent)
		.on((parent.name == later.report_import) & (parent.docstatus == 1))
		.where((entry.report_import == name) & (later.report_import != name))
		.where((entry.is_reversal == 0) & (later.is_reversal == 0))
		.select(parent.name, parent.creation)
		.distinct()
		.run()
	)
	return [found for found, _created in sorted(rows, key=lambda row: row[1], reverse=True)]


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
	staging.release(doc.name)
	staging.give_way(doc)
	followups.close_tasks(doc)
	ledger.set_states(ledger.states_from_ledger(doc.company, doc.batch, touched))
	if doc.batch and doc.kind == "Purchase":
		_set_batch_rows(doc.batch, sorted(touched), "Submitted")
	doc.db_set("status", "Cancelled", update_modified=False)
