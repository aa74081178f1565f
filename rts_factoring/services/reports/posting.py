"""Post matched rows: ledger entries and journal entries in one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.utils import getdate

from rts_factoring.core.model import InvoiceState, Outcome, Policy
from rts_factoring.core.reconciliation.posting_matrix import Effect, legs
from rts_factoring.services.accounting import journal_entries, ledger, outstanding, periods, posting_lock
from rts_factoring.services.batches import batch_status
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import invoice_state, receivables
from rts_factoring.services.reports import (
	follow_up_tasks,
	progress,
	reconciling,
	report_lines,
	totals,
)

_BATCH_OUTCOME = {Outcome.HELD: "Held", Outcome.DENIED: "Denied", Outcome.PENDING: "Pending"}


def post(name: str) -> int:
	"""Post every row of a submitted import that needs no decision and was not posted yet; returns how many.

	Runs in the caller's transaction, one import of a company at a time (see posting_lock.lock). Running it again posts nothing
	twice.
	"""
	posting_lock.lock(frappe.db.get_value("Report Import", name, "company", for_update=True))
	doc = frappe.get_doc("Report Import", name, for_update=True)
	if doc.docstatus != 1:
		return 0
	result = reconciling.reconcile_file(doc)
	done = report_lines.posted_rows(name)
	lines = [line for line in result.lines if line.line.row not in done]
	report_lines.update(doc, lines)
	ready = [
		line
		for line in lines
		if line.effects or line.outcome in (*report_lines.POSTABLE_OUTCOMES, Outcome.IGNORED)
	]
	effects = [(line.line.row, effect) for line in ready for effect in line.effects]
	with outstanding.deferred():
		write_effects(doc, result.policy, effects)
		report_lines.mark_posted(doc, ready)
		report_lines.supersede(doc, [line for line in ready if line.effects])
		follow_up_tasks.open_tasks(doc, ready)
		if not done:
			follow_up_tasks.notify_posted(doc, len(ready))
	_set_states(doc, result, ready)
	doc.db_set(totals.summary(doc, result) | {"status": "Posted", "error": None}, update_modified=False)
	progress.clear_progress(name)
	progress.notify(doc)
	return len(ready)


def write_effects(doc, policy: Policy, effects: Sequence[tuple[int, Effect]]) -> None:
	"""Write journal and ledger entries of an import: its effects, each with the number of its row."""
	agreement = settings.require(doc.company)
	postings = _postings(doc, policy, [effect for _row, effect in effects])
	periods.refuse_closed(doc.company, {posting.day for posting in postings if posting.legs})
	vouchers: dict[int, str] = {}
	with outstanding.deferred():
		for voucher in journal_entries.to_vouchers(postings):
			progress.show_progress(doc.name, len(vouchers), len(postings))
			remark = _remark(doc, voucher)
			name = journal_entries.post(voucher, agreement, report_import=doc.name, remark=remark)
			vouchers |= {posting.index: name for posting in voucher.postings}
	lines = report_lines.names_by_row(doc.name)
	invoices = {effect.invoice_no for _row, effect in effects if effect.invoice_no}
	customers = {row.name: row.customer for row in receivables.rows(invoices)}
	ledger.write(
		[
			{
				"posting_date": posting.day,
				"company": doc.company,
				"currency": doc.currency,
				"event": effect.event.value,
				"policy": policy.value.title(),
				"sales_invoice": effect.invoice_no,
				"customer": customers.get(effect.invoice_no),
				"batch": doc.batch,
				"report_import": doc.name,
				"report_import_line": lines.get(row),
				"journal_entry": vouchers.get(posting.index),
				**ledger.entry_amounts(effect, policy),
				"is_reversal": 0,
				"reverses": None,
			}
			for posting, (row, effect) in zip(postings, effects, strict=True)
		]
	)


def _postings(doc, policy, effects) -> list[journal_entries.JournalPosting]:
	return journal_entries.date_in_order(
		journal_entries.JournalPosting(index, posting_day(doc, effect.date), tuple(legs(policy, effect)))
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


def _set_states(doc, result, ready) -> None:
	"""Write the state of each position to its invoice. Held and denied ones also get RTS's reason, on invoice and batch."""
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
			invoice_state.write_fields(invoices, factoring_reasons=reason)
		if doc.batch and doc.kind == "Purchase":
			batch_status.set_batch_rows(doc.batch, invoices, outcome, reason)


def preview(name: str) -> list[dict]:
	"""The journal entries a submit would make now: day, and per role account, debit and credit. Nothing is written."""
	doc = frappe.get_doc("Report Import", name)
	result = reconciling.reconcile_file(doc)
	agreement = settings.require(doc.company)
	postings = _postings(doc, result.policy, result.effects)
	return [
		{"day": voucher.day, "rows": journal_entries.by_account(voucher, agreement)}
		for voucher in journal_entries.to_vouchers(postings)
	]


def posting_day(doc, day):
	"""The day an effect is posted: as the user set it, else the row's, else the report's, else today."""
	return getdate(doc.posting_date or day or doc.run_date or None)
