"""What the lines of a Factoring Adjustment post: the events of report rows, said by a person, by the same rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date as Date
from decimal import Decimal
from typing import Any, NamedTuple

from ..model import FUNDING_EVENTS, NEEDS_INVOICE, Event, FeesStatedIn, Outcome, Policy, Position, Receivable
from ..money import ZERO
from ..reports.lines import ReportLine
from .factoring_ledger import FactoringLedger
from .funding_effects import funding
from .matching import Receivables
from .openings import OpeningPosition, opening
from .payment_effects import payment
from .positions import advance, is_possible
from .posting_matrix import Effect, Reversed
from .results import RowDecision
from .row_effects import ACCEPTABLE, RowResult, blocked, booked, purchase


class PostedEntry(NamedTuple):
	"""A ledger entry to take back: its amounts by role and by field of Position, debit positive."""

	name: str
	event: Event
	policy: Policy
	invoice_no: str | None
	amounts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
	"""`amount` is what the event is about: paid, charged back, bought. `amounts` stand beside it, by the names of ReportLine.

	`accept` posts it although a report row would wait for a person's look. `entries` are what a REVERSAL takes back.
	"""

	row: int
	event: Event
	invoice_no: str = ""
	date: Date | None = None
	amount: Decimal = ZERO
	amounts: Mapping[str, Decimal] = field(default_factory=dict)
	accept: bool = False
	entries: Sequence[PostedEntry] = ()


class AdjustedLine(NamedTuple):
	"""`reason` says why the line cannot be posted; then it has no effects."""

	line: AdjustmentLine
	effects: tuple[Effect, ...]
	reason: str = ""


def adjust(
	lines: Iterable[AdjustmentLine], receivables: Receivables, ledger: FactoringLedger
) -> list[AdjustedLine]:
	"""What each line posts, in their order: each moves the positions that the next ones find. Nothing is written."""
	ledger.load([receivable.invoice_no for receivable in receivables.all])
	positions: dict[str, Position] = {}
	adjusted = []
	for line in lines:
		result = _result_of(line, receivables, ledger, positions)
		for effect in result.effects:
			if effect.invoice_no and (receivable := receivables.get(effect.invoice_no)):
				position = _position(receivable, ledger, positions)
				positions[effect.invoice_no] = advance(position, ledger.policy, effect)
		adjusted.append(
			AdjustedLine(line, result.effects, "" if result.effects else result.reason or "no_effect")
		)
	broken: set[str | None] = {name for name, position in positions.items() if not _is_possible(position)}
	return [_unless_built_on(each, broken, receivables, ledger) for each in adjusted]


def _unless_built_on(
	adjusted: AdjustedLine, broken: Set[str | None], receivables: Receivables, ledger: FactoringLedger
) -> AdjustedLine:
	"""A row is not taken back alone when what is left of its invoice's history is impossible."""
	if adjusted.line.event is Event.REVERSAL:
		for name in broken & {effect.invoice_no for effect in adjusted.effects}:
			receivable = receivables.get(name or "")
			if receivable and _is_possible(ledger.position(receivable)):
				return AdjustedLine(adjusted.line, (), "built_on")
	return adjusted


def refuse_too_early(
	adjusted: Iterable[AdjustedLine], bought: Mapping[str, Date], day: Date
) -> list[AdjustedLine]:
	"""Nothing happens to an invoice before the day on which RTS bought it, but a purchase."""
	return [
		AdjustedLine(each.line, (), "before_purchase")
		if each.effects and bought.get(each.line.invoice_no, day) > day
		else each
		for each in adjusted
	]


def refuse_sent_again(adjusted: Iterable[AdjustedLine], chargebacks: Set[str]) -> list[AdjustedLine]:
	"""These chargebacks are not taken back: their invoices are with RTS a second time, and would be open there twice."""
	return [
		AdjustedLine(each.line, (), "sent_again")
		if each.effects and chargebacks & {entry.name for entry in each.line.entries}
		else each
		for each in adjusted
	]


def _is_possible(position: Position) -> bool:
	return is_possible(position.purchased, position.open, position.collected, position.charged_back)


def _position(receivable: Receivable, ledger: FactoringLedger, known: Mapping[str, Position]) -> Position:
	return known.get(receivable.invoice_no) or ledger.position(receivable)


def _result_of(
	line: AdjustmentLine, receivables: Receivables, ledger: FactoringLedger, positions: Mapping[str, Position]
) -> RowResult:
	if line.event is Event.REVERSAL:
		if not line.entries:
			return blocked("nothing_to_reverse")
		return _reversed(line, receivables, ledger, positions)
	receivable = receivables.get(line.invoice_no) if line.invoice_no else None
	if receivable is None and (line.invoice_no or line.event in NEEDS_INVOICE):
		return blocked("unknown_invoice" if line.invoice_no else "missing_invoice")
	if receivable and receivable.company != ledger.company:
		return blocked("other_subsidiary")
	if receivable and ledger.currency and receivable.currency != ledger.currency:
		return blocked("other_currency")
	position = _position(receivable, ledger, positions) if receivable else None
	return _by_rule(line, receivable, position, ledger)


def _by_rule(
	line: AdjustmentLine, receivable: Receivable | None, position: Position | None, ledger: FactoringLedger
) -> RowResult:
	policy = ledger.policy
	if line.event is Event.OPENING:
		return _opened(line, receivable, position, policy)
	decision = RowDecision(event=line.event, accepted=ACCEPTABLE if line.accept else frozenset())
	row = as_report_line(line)
	if receivable and position:
		if line.event is Event.POLICY_CHANGE:
			return booked((_restated(line, position, policy),), receivable, policy)
		if line.event is Event.PURCHASE:
			return purchase(row, receivable, position, policy, ZERO, decision)
	if line.event in FUNDING_EVENTS:
		return funding(row, receivable, position, policy, ZERO, decision)
	terms = replace(ledger.terms, fees_stated_in=FeesStatedIn.BOTH, charges_from_payout=False)
	return payment(row, receivable, position, policy, decision, terms)


def _opened(
	line: AdjustmentLine, receivable: Receivable | None, position: Position | None, policy: Policy
) -> RowResult:
	if receivable is None or position is None:
		return blocked("missing_invoice")
	held = line.amounts.get("reserve", ZERO)
	financed = line.amounts.get("financed", ZERO) or line.amount
	stated = OpeningPosition(line.row, financed, line.amount, held, line.date)
	return opening(stated, receivable, position, policy)


def as_report_line(line: AdjustmentLine) -> ReportLine:
	"""The line as a report would state it."""
	values: dict[str, Any] = dict.fromkeys(ReportLine._fields)
	values |= dict.fromkeys(("word", "reason", "debtor_name", "debtor_code", "po_no", "client_no"), "")
	values |= dict.fromkeys(("batch_ref", "payment_ref", "payment_type"), "")
	values |= {"row": line.row, "invoice_no": line.invoice_no, "event": line.event, "date": line.date}
	values |= {"problems": (), "status": Outcome.MATCHED if line.event is Event.PURCHASE else None}
	values |= {name: amount for name, amount in line.amounts.items() if amount}
	if line.amount:
		if line.event in FUNDING_EVENTS:
			values["net"] = -line.amount
		else:
			values[_COLUMN.get(line.event, "paid")] = line.amount
	return ReportLine(**values)


FEE_EVENTS = frozenset((Event.FEE, Event.CHARGE, Event.PAYOUT_FEE, Event.PAYOUT_CHARGE))
# A minus turns these: a release taken back, a charge given back.
SIGNED_EVENTS = FUNDING_EVENTS | FEE_EVENTS | {Event.RESERVE_RELEASE, Event.DIFFERENCE}
# In which column of a report the amount of an event stands, where it is not the payment.
_COLUMN = {Event.PURCHASE: "purchased", Event.DIFFERENCE: "chargeback", **dict.fromkeys(FEE_EVENTS, "fee")}


def _reversed(
	line: AdjustmentLine, receivables: Receivables, ledger: FactoringLedger, known: Mapping[str, Position]
) -> RowResult:
	"""The mirror of posted entries, the newest first. What they opened or closed under the other policy is restated."""
	policy = ledger.policy
	effects = []
	positions = dict(known)
	for entry in line.entries:
		amounts = {name: -amount for name, amount in entry.amounts.items()}
		if entry.event is Event.NON_FACTORED:
			amounts["non_factored"] = amounts["reserve"]
		reverses = Reversed(entry.name, entry.event)
		made = [Effect(Event.REVERSAL, amounts, entry.invoice_no, line.row, line.date, reverses)]
		receivable = receivables.get(entry.invoice_no or "")
		if receivable:
			position = advance(_position(receivable, ledger, positions), policy, *made)
			if (opened := amounts.get("open", ZERO)) and entry.policy is not policy:
				made.append(_restated_back(line, position, policy, opened))
				position = advance(position, policy, made[-1])
			positions[receivable.invoice_no] = position
		effects += made
	return RowResult(Outcome.MATCHED, None, tuple(effects))


def _restated_back(line: AdjustmentLine, position: Position, policy: Policy, opened: Decimal) -> Effect:
	"""What a taken back entry has opened or closed under the other policy, under this one."""
	credit = _credit_part(abs(opened), position, (policy is Policy.BORROWING) == (opened < ZERO))
	sign = -1 if opened > ZERO else 1
	amounts = {"amount": -opened, "due": sign * (abs(opened) - credit), "credit": sign * credit}
	return Effect(Event.POLICY_CHANGE, amounts, position.invoice_no, line.row, line.date)


def _restated(line: AdjustmentLine, position: Position, policy: Policy) -> Effect:
	"""The open position under the other policy."""
	amount = position.open
	credit = _credit_part(amount, position, policy is Policy.BORROWING)
	amounts = {"amount": amount, "due": amount - credit, "credit": credit}
	return Effect(Event.POLICY_CHANGE, amounts, line.invoice_no, line.row, line.date)


def _credit_part(amount: Decimal, position: Position, is_sold: bool) -> Decimal:
	"""How much of a restated amount is the customer's credit. When sold, what our books do not expect of the invoice; when borrowed
	on, what is left of the credit that it has."""
	if is_sold:
		return amount - min(amount, max(position.outstanding, ZERO))
	given = position.credit - position.credit_used - max(position.over, ZERO)
	return min(amount, max(given, ZERO))
