"""Factoring Adjustments: the events of a report row without a report, corrections of posted rows, a change of policy."""

from __future__ import annotations

from functools import partial

import frappe
from frappe import _
from frappe.utils import escape_html, formatdate, get_link_to_form, getdate

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
from rts_factoring.services.accounting import (
	adjustment_lines,
	adjustment_payments,
	effects,
	histories,
	journal_entries,
	ledger,
	lookups,
	openings,
	outstanding,
	posting_lock,
	sources,
	undoing,
)
from rts_factoring.services.accounting.adjustment_lines import POLICY_CHANGE
from rts_factoring.services.accounting.sources import Source
from rts_factoring.services.common import files, locks
from rts_factoring.services.common.errors import core_errors_as_frappe
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import invoice_state, receivables

DOCTYPE = sources.ADJUSTMENT
LINE = f"{DOCTYPE} Line"
# Columns of the ledger that have another name than the field of Position.
_FIELDS = {"open_change": "open", "over_paid": "over", "short_paid": "short"}


def validate(doc) -> None:
	"""Fill in what follows from the rest, and refuse lines that say nothing."""
	agreement = settings.require_any(doc.company)
	doc.currency = agreement.currency or frappe.get_cached_value("Company", doc.company, "default_currency")
	if doc.purpose == POLICY_CHANGE:
		_fill_policy_change(doc, agreement)
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


def _fill_policy_change(doc, agreement) -> None:
	if doc.new_policy == agreement.policy:
		frappe.throw(_("The policy is {0} already.").format(_(agreement.policy)), title=_("Change of Policy"))
	open_positions = _open_positions(doc.company)
	if not open_positions:
		frappe.throw(
			_("No invoice is open with RTS, so nothing is restated. Change the policy in the settings."),
			title=_("Change of Policy"),
		)
	doc.set("lines", [])
	for position in open_positions:
		row = {"event": "Policy Change", "sales_invoice": position.invoice_no, "amount": float(position.open)}
		doc.append("lines", row)


def on_update(doc) -> None:
	if doc.evidence:
		files.take_over([doc.evidence], doc.doctype, doc.name)


def before_submit(doc) -> None:
	posting_lock.lock(doc.company)


def on_submit(doc) -> None:
	"""Post all lines or none."""
	with locks.refused_when_busy(doc.name), core_errors_as_frappe():
		if doc.purpose == POLICY_CHANGE:
			_check_policy_change(doc)
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
			_set_policy(doc, doc.new_policy)


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
			{"day": voucher.day, "rows": journal_entries.by_account(voucher, agreement)}
			for voucher in journal_entries.to_vouchers(postings)
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
	back = undoing.with_factor_again([entry for each in adjusted for entry in each.line.entries])
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
			{_FIELDS.get(name, name): money(entry[name] or 0) for name in ledger.AMOUNTS},
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
	positions = ledger.positions(source.company, sorted(invoices))
	states = {}
	for row in receivables.rows(invoices):
		position = positions.get(row.name)
		if position and position.is_bought:
			states[row.name] = state_of(position)
		elif row.factoring_status in invoice_state.BOUGHT_STATES:
			states[row.name] = InvoiceState.SUBMITTED if row.factoring_batch else InvoiceState.NOT_FACTORED
	ledger.set_states(states)


def _check_policy_change(doc) -> None:
	"""The lines are the open positions as they are now, and nothing was posted after the day of the change."""
	stated = {row.sales_invoice: money(row.amount) for row in doc.lines}
	if stated != {position.invoice_no: position.open for position in _open_positions(doc.company)}:
		frappe.throw(
			_(
				"What is open with RTS has changed since these lines were made. Save the document, then submit it."
			),
			title=_("Change of Policy"),
		)
	latest = frappe.get_all(
		"Factoring Ledger Entry",
		{"company": doc.company, "posting_date": (">", doc.posting_date)},
		["posting_date"],
		order_by="posting_date desc",
		limit=1,
	)
	if latest:
		frappe.throw(
			_(
				"Entries up to {0} are posted under the policy {1}. Choose that day or a later one, or cancel what was posted after {2} first."
			).format(
				formatdate(latest[0].posting_date),
				_(settings.require_any(doc.company).policy),
				formatdate(doc.posting_date),
			),
			title=_("Change of Policy"),
		)


def _set_policy(doc, policy: str) -> None:
	agreement = settings.require_any(doc.company)
	before = agreement.policy
	frappe.db.set_value(settings.DOCTYPE, agreement.name, "policy", policy)
	frappe.clear_document_cache(settings.DOCTYPE, agreement.name)
	agreement.add_comment("Info", _("Policy {0} → {1} by {2}").format(_(before), _(policy), doc.name))


def before_cancel(doc) -> None:
	"""Refuse while something builds on it, or its payment is recorded."""
	posting_lock.lock(doc.company)
	undoing.refuse(source_of(doc))
	if doc.purpose == POLICY_CHANGE:
		_refuse_posted_since(doc)
	recorded = adjustment_payments.bank_entries(doc.name)
	if recorded:
		frappe.throw(
			_(
				"The payment for this adjustment is recorded. Cancel its bank entry first, or delete it when it is a draft: {0}."
			).format(", ".join(get_link_to_form("Journal Entry", name) for name in recorded)),
			title=_("Cannot Be Undone Yet"),
		)


def _refuse_posted_since(doc) -> None:
	"""What was posted under the new policy stands in the way of going back to the old one."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	rows = (
		ledger.live(table)
		.where((table.company == doc.company) & (table.policy == doc.new_policy))
		.where((table.creation > doc.creation) & table.sales_invoice.isnotnull())
		.select(*(table[name] for name in sources.LEDGER_FIELDS.values()))
		.distinct()
		.run(as_dict=True)
	)
	since = sorted({owner for row in rows if (owner := sources.source_of(row))} - {(DOCTYPE, doc.name)})
	if since:
		frappe.throw(
			_("These documents were posted under the new policy. Cancel them first: {0}.").format(
				sources.links(since)
			),
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
			_set_policy(doc, under)
		_set_states(source)


def _open_positions(company: str) -> list:
	positions = ledger.positions(company).values()
	return sorted((each for each in positions if each.open > ZERO), key=lambda each: each.invoice_no)


def closing_lines(company: str) -> list[dict]:
	"""Lines that end everything with RTS: each open position bought out, cash advances repaid, the reserve paid out or made
	good. What they leave on clearing is what is paid to RTS, or by it."""
	lines = [
		{"event": "Buyout", "sales_invoice": position.invoice_no, "amount": float(position.open)}
		for position in _open_positions(company)
	]
	sums = ledger.balances(company, ("reserve", "cash_advances"))
	if sums["reserve"] > ZERO:
		lines.append({"event": "Reserve Release", "amount": float(sums["reserve"])})
	if sums["reserve"] < ZERO:
		lines.append({"event": "Reserve Settlement", "amount": float(-sums["reserve"])})
	if sums["cash_advances"] < ZERO:
		lines.append({"event": "Advance Repaid", "amount": float(-sums["cash_advances"])})
	return lines
