"""Factoring Adjustments: the events of a report row without a report, corrections of posted rows, a change of policy."""

from __future__ import annotations

from functools import partial

import frappe
from frappe import _
from frappe.utils import escape_html, get_link_to_form, getdate

from rts_factoring.core.model import Event, InvoiceState, Policy
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.reconciliation.adjustments import (
	AdjustedLine,
	AdjustmentLine,
	PostedEntry,
	adjust,
	refuse_sent_again,
	refuse_too_early,
)
from rts_factoring.core.reconciliation.matching import Receivables
from rts_factoring.core.reconciliation.positions import state_of
from rts_factoring.core.reconciliation.reasons import explain
from rts_factoring.core.reconciliation.vouchers import to_vouchers
from rts_factoring.services.accounting import (
	adjustment_lines,
	adjustment_payments,
	effects,
	histories,
	journal_entries,
	journal_rows,
	ledger,
	ledger_sums,
	lookups,
	openings,
	outstanding,
	policy_changes,
	posting_lock,
	sources,
	undo_checks,
)
from rts_factoring.services.accounting.adjustment_lines import POLICY_CHANGE
from rts_factoring.services.accounting.sources import Source
from rts_factoring.services.common import files, locks
from rts_factoring.services.common.errors import core_errors_as_frappe
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import invoice_state, receivables

DOCTYPE = sources.ADJUSTMENT
LINE = f"{DOCTYPE} Line"


def validate(doc) -> None:
	"""Fill in what follows from the rest, and refuse lines that say nothing."""
	agreement = settings.require_any(doc.company)
	doc.currency = agreement.currency or frappe.get_cached_value("Company", doc.company, "default_currency")
	if doc.purpose == POLICY_CHANGE:
		policy_changes.fill(doc, agreement)
	else:
		doc.new_policy = None
	if doc.purpose == openings.PURPOSE:
		openings.fill(doc, agreement)
	else:
		openings.clear(doc)
	if not doc.lines and not (doc.purpose == openings.PURPOSE and openings.rest_effects(doc)):
		frappe.throw(_("Add a line for each thing that happened."), title=_("No Lines"))
	if doc.purpose != openings.PURPOSE:
		doc.report_import = None
	adjustment_lines.check(doc)


def on_update(doc) -> None:
	if doc.evidence:
		files.take_over([doc.evidence], doc.doctype, doc.name)


def before_submit(doc) -> None:
	posting_lock.lock(doc.company)


def on_submit(doc) -> None:
	"""Post all lines or none."""
	with locks.refused_when_busy(doc.name), core_errors_as_frappe():
		if doc.purpose == POLICY_CHANGE:
			policy_changes.check(doc)
		is_opening = doc.purpose == openings.PURPOSE
		if is_opening:
			openings.check(doc)
		policy, adjusted = _adjusted(doc)
		if problems := _problems(adjusted):
			texts = (problem["text"] for problem in problems)
			frappe.throw("<br>".join(texts), title=_("Cannot Be Posted"))
		posted = [(line.line.row, effect) for line in adjusted for effect in line.effects]
		if is_opening:
			posted += [(0, effect) for effect in openings.rest_effects(doc)]
		with outstanding.deferred():
			effects.write(
				source_of(doc), policy, posted, lambda _day: getdate(doc.posting_date), partial(_remark, doc)
			)
		_set_states(source_of(doc))
		if is_opening:
			openings.take_over(doc)
			openings.bill_through_factor(doc)
		if doc.purpose == POLICY_CHANGE:
			policy_changes.set_policy(doc, doc.new_policy)


def source_of(doc) -> Source:
	"""The adjustment as the writer of the books knows it."""
	lines = {row.idx: row.name for row in doc.lines}
	return Source(DOCTYPE, doc.name, doc.company, doc.currency, None, lines)


def preview(doc) -> dict:
	"""What a submit would do now: `entries`, with day and rows per role account, and the `problems` of lines that cannot be
	posted. Nothing is written."""
	with core_errors_as_frappe():
		policy, adjusted = _adjusted(doc)
		made = [effect for line in adjusted for effect in line.effects]
		is_opening = doc.purpose == openings.PURPOSE
		if is_opening:
			made += openings.rest_effects(doc)
		postings = effects.to_postings(doc.company, policy, made, lambda _day: getdate(doc.posting_date))
	agreement = settings.require_any(doc.company)
	found = {
		"entries": [
			{"day": voucher.day, "rows": journal_rows.by_account(voucher, agreement)}
			for voucher in to_vouchers(postings)
		],
		"problems": _problems(adjusted),
	}
	if is_opening:
		if rows := openings.taking_over_rows(doc):
			found["entries"].append({"day": getdate(doc.posting_date), "rows": rows})
		found["balances"] = [
			{"role": each.role.value, "stated": float(each.stated), "held": float(each.held)}
			| {"difference": float(each.difference)}
			for each in openings.compared(doc, made)
		]
	return found


def _adjusted(doc) -> tuple[Policy, list[AdjustedLine]]:
	"""The policy that is posted under, and what each line posts."""
	lines = [_core_line(doc, row) for row in doc.lines]
	names = {line.invoice_no for line in lines if line.invoice_no}
	names |= {entry.invoice_no for line in lines for entry in line.entries if entry.invoice_no}
	found = Receivables(
		receivables.to_receivable(row)
		for row in receivables.rows(names, company=doc.company)
		if not row.is_return
	)
	factoring_ledger = lookups.load_ledger(doc.company, "payment")
	adjusted = adjust(lines, found, factoring_ledger)
	bought = histories.first_bought(
		doc.company, {each.line.invoice_no for each in adjusted if each.line.event is not Event.PURCHASE}
	)
	adjusted = refuse_too_early(adjusted, bought, getdate(doc.posting_date))
	back = undo_checks.with_factor_again([entry for each in adjusted for entry in each.line.entries])
	return factoring_ledger.policy, refuse_sent_again(adjusted, back)


def _core_line(doc, row) -> AdjustmentLine:
	entries = _entries_to_take_back(doc, row) if row.event == "Reversal" else ()
	return lookups.adjustment_line(row, getdate(doc.posting_date), entries)


def _entries_to_take_back(doc, row) -> list[PostedEntry]:
	"""What stands of the ledger entries of a report row, the newest first."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	rows = (
		ledger.in_force(table)
		.where((table.report_import_line == row.report_import_line) & (table.company == doc.company))
		.orderby(table.creation, order=frappe.qb.desc)
		.orderby(table.name)
		.select(table.name, table.event, table.policy, table.sales_invoice, table.posting_date)
		.select(*(table[name] for name in ledger.AMOUNTS))
		.run(as_dict=True)
	)
	return [
		PostedEntry(
			entry.name,
			Event(entry.event),
			Policy(entry.policy.lower()),
			entry.sales_invoice,
			{ledger.POSITION_FIELDS.get(name, name): money(entry[name] or 0) for name in ledger.AMOUNTS},
		)
		for entry in rows
	]


def _problems(adjusted: list[AdjustedLine]) -> list[dict]:
	"""What keeps lines from being posted, in the user's words; texts are safe HTML."""
	problems = []
	for line in adjusted:
		if line.reason:
			meaning, remedy = explain(line.reason)
			text = _("Line {0}: {1}").format(line.line.row, f"{_(meaning)} {_(remedy)}".strip())
			problems.append({"line": line.line.row, "text": escape_html(text)})
	return problems


def _remark(doc, voucher) -> str:
	return _("{0}, {1}: {2}").format(doc.name, _(doc.purpose), doc.reason)


def _set_states(source: Source) -> None:
	"""Write the state that follows from the ledger to each invoice that a document names: of one that was bought before, that of its
	batch. Whether RTS holds or has denied one that it never bought does not change."""
	invoices = {row.sales_invoice for row in ledger.entries_of(source) if row.sales_invoice}
	positions = ledger_sums.positions(source.company, sorted(invoices))
	states = {}
	for row in receivables.rows(invoices):
		position = positions.get(row.name)
		if position and position.is_bought:
			states[row.name] = state_of(position)
		elif row.factoring_status in invoice_state.BOUGHT_STATES:
			states[row.name] = InvoiceState.SUBMITTED if row.factoring_batch else InvoiceState.NOT_FACTORED
	ledger_sums.set_states(states)


def before_cancel(doc) -> None:
	"""Refuse while something builds on it, or its payment is recorded."""
	posting_lock.lock(doc.company)
	undo_checks.refuse(source_of(doc))
	if doc.purpose == POLICY_CHANGE:
		policy_changes.refuse_posted_since(doc)
	recorded = adjustment_payments.bank_entries(doc.name)
	if recorded:
		frappe.throw(
			_(
				"The payment for this adjustment is recorded. Cancel its bank entry first, or delete it when it is a draft: {0}."
			).format(", ".join(get_link_to_form("Journal Entry", name) for name in recorded)),
			title=_("Cannot Be Undone Yet"),
		)


def on_cancel(doc) -> None:
	"""Cancel the journal entries, add the mirror of the ledger entries, and restore states and policy."""
	doc.ignore_linked_doctypes = ("Journal Entry", "GL Entry", "Factoring Ledger Entry")
	source = source_of(doc)
	with locks.refused_when_busy(doc.name):
		under = frappe.db.get_value("Factoring Ledger Entry", {source.ledger_field: doc.name}, "policy")
		journal_entries.cancel_of(source)
		if doc.purpose == openings.PURPOSE:
			openings.give_back(doc)
		ledger.reverse(source)
		if doc.purpose == POLICY_CHANGE:
			policy_changes.set_policy(doc, under)
		_set_states(source)


def closing_lines(company: str) -> list[dict]:
	"""Lines that end everything with RTS: each open position bought out, cash advances repaid, the reserve paid out or made
	good. What they leave on clearing is what is paid to RTS, or by it."""
	lines = [
		{"event": "Buyout", "sales_invoice": position.invoice_no, "amount": float(position.open)}
		for position in ledger_sums.open_positions(company)
	]
	sums = ledger_sums.of_company(company, only=("reserve", "cash_advances"))
	if sums["reserve"] > ZERO:
		lines.append({"event": "Reserve Release", "amount": float(sums["reserve"])})
	if sums["reserve"] < ZERO:
		lines.append({"event": "Reserve Settlement", "amount": float(-sums["reserve"])})
	if sums["cash_advances"] < ZERO:
		lines.append({"event": "Advance Repaid", "amount": float(-sums["cash_advances"])})
	return lines
