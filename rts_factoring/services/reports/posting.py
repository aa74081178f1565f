"""Post matched rows: ledger entries and journal entries in one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import frappe
from frappe import _

from rts_factoring.core.model import InvoiceState, Outcome, Policy
from rts_factoring.core.reconciliation.posting_matrix import Effect
from rts_factoring.core.reconciliation.vouchers import to_vouchers
from rts_factoring.services.accounting import (
	effects,
	journal_rows,
	ledger_sums,
	outstanding,
	periods,
	posting_lock,
	sources,
)
from rts_factoring.services.accounting.sources import Source
from rts_factoring.services.batches import batch_status
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import invoice_state
from rts_factoring.services.reports import (
	follow_up_tasks,
	progress,
	reconciling,
	report_lines,
	statement_comparison,
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
	posted = [(line.line.row, effect) for line in ready for effect in line.effects]
	with outstanding.deferred():
		write_effects(doc, result.policy, posted)
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


def write_effects(doc, policy: Policy, posted: Sequence[tuple[int, Effect]]) -> None:
	"""Write journal and ledger entries of an import: its effects, each with the number of its row."""
	effects.write(
		source_of(doc),
		policy,
		posted,
		periods.day_finder(doc),
		partial(_remark, doc),
		partial(progress.show_progress, doc.name),
	)


def source_of(doc) -> Source:
	"""The import as the writer of the books knows it."""
	lines = report_lines.names_by_row(doc.name)
	return Source(sources.IMPORT, doc.name, doc.company, doc.currency, doc.batch, lines)


def _remark(doc, voucher) -> str:
	invoices = {leg.invoice_no for posting in voucher.postings for leg in posting.legs if leg.invoice_no}
	name = doc.name
	if doc.batch:
		name += ", " + _("batch {0}").format(doc.batch)
	elif doc.period_from and doc.period_to:
		name += ", " + _("period {0} to {1}").format(doc.period_from, doc.period_to)
	return _("RTS {0} report {1}: {2} invoices").format(_(doc.kind.lower()), name, len(invoices))


def _set_states(doc, result, ready) -> None:
	"""Write the state of each position to its invoice: of one that RTS has not bought, only that it is held or denied. These also get
	RTS's reason, on invoice and batch."""
	moved = {line.receivable.invoice_no for line in ready if line.receivable} & result.positions.keys()
	positions = {name: result.positions[name] for name in moved}
	ledger_sums.set_states(
		{
			name: position.state
			for name, position in positions.items()
			if position.is_bought or position.state in (InvoiceState.HELD, InvoiceState.DENIED)
		}
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
	if doc.kind in statement_comparison.KINDS:
		return []
	result = reconciling.reconcile_file(doc)
	agreement = settings.require_any(doc.company)
	postings = effects.to_postings(doc.company, result.policy, result.effects, periods.day_finder(doc))
	return [
		{"day": voucher.day, "rows": journal_rows.by_account(voucher, agreement)}
		for voucher in to_vouchers(postings)
	]
