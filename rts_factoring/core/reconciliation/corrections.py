"""What a row posts that was posted before and now states something else: the difference alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date as Date
from decimal import Decimal
from typing import NamedTuple

from ..model import Event, Outcome, Policy, Position, Receivable, ReportKind, ReportTerms
from ..money import ZERO
from ..reports.lines import DEDUCTIONS, MONEY, ReportLine
from .adjusted import in_other_words
from .funding_effects import funding
from .payment_effects import payment
from .positions import advance
from .posted_rows import Difference, PostedRow, differences
from .posting_matrix import Effect
from .results import RowDecision
from .row_effects import RowResult, blocked, booked, purchase_amounts

# What a smaller amount of an event is.
_OPPOSITE = {
	Event.PAYMENT: Event.PAYMENT_REMOVED,
	Event.PARTIAL: Event.PAYMENT_REMOVED,
	Event.SHORT_PAY: Event.PAYMENT_REMOVED,
	Event.OVER_PAY: Event.PAYMENT_REMOVED,
	Event.FEE: Event.FEE_REVERSAL,
	Event.FEE_REVERSAL: Event.FEE,
	Event.CHARGEBACK: Event.CHARGEBACK_REVERSAL,
	Event.CHARGEBACK_REVERSAL: Event.CHARGEBACK,
}
_SIGNED = frozenset((Event.RESERVE_RELEASE, Event.CHARGE))


class WaitingRow(NamedTuple):
	"""A row that has not been posted: `amounts` by the names in `_FACTS`, those that could be read."""

	event: Event | None
	date: Date | None
	batch: str
	amounts: dict[str, Decimal]


# Where the rows of a payment report state their amounts: columns that say the same thing in other words stand together.
_FACTS = (("paid", "chargeback"), ("fee",), ("released",))


def replaces(kind: ReportKind, line: ReportLine, batch: str, waiting: WaitingRow) -> bool:
	"""Whether a posted row can be the corrected form of one that waits, of the same invoice and check: a purchase of a purchase, what
	RTS kept of one payout of the same, and in payment reports the same event, or one of an unknown type, of the same day."""
	if kind is ReportKind.PURCHASE:
		if line.event is not waiting.event:
			return False
		return line.event is Event.PURCHASE or bool(batch and batch == waiting.batch)
	if waiting.date and line.date != waiting.date:
		return False
	if line.event and waiting.event and in_other_words(line.event) is not in_other_words(waiting.event):
		return False
	for names in _FACTS:
		stated = sum((getattr(line, name) or ZERO for name in names), ZERO)
		waited = sum((waiting.amounts.get(name, ZERO) for name in names), ZERO)
		if stated and waited:
			return (stated > 0) == (waited > 0)
	return not any(waiting.amounts.values())


def correction(
	kind: ReportKind,
	line: ReportLine,
	posted: PostedRow,
	receivable: Receivable | None,
	position: Position | None,
	policy: Policy,
	decision: RowDecision,
	terms: ReportTerms,
	tolerance: Decimal,
) -> RowResult:
	"""The difference between a row and the posted one it repeats. Without one in its amounts the row is a duplicate."""
	found = differences(line, posted)
	if not found:
		return RowResult(Outcome.DUPLICATE, "posted_before")
	if kind is ReportKind.PURCHASE:
		if line.event is Event.PURCHASE:
			return _of_purchase(line, posted, receivable, policy)
		change = line.with_amounts(
			dict.fromkeys(MONEY) | {field: now - before for field, before, now in found}
		)
		return funding(change, receivable, position, policy, tolerance, decision)
	effects: list[Effect] = []
	decision = replace(decision, event=None)
	for change in _changes(line, found):
		if change.event is None:
			return blocked("conflicting_amounts")
		result = payment(change, receivable, position, policy, decision, terms)
		if result.outcome is not Outcome.MATCHED:
			return result
		effects += result.effects
		if position:
			position = advance(position, policy, *result.effects)
	return RowResult(Outcome.MATCHED, None, tuple(effects))


def _of_purchase(
	line: ReportLine, posted: PostedRow, receivable: Receivable | None, policy: Policy
) -> RowResult:
	"""A purchase of what is new, which may be nothing but a fee."""
	before, after = purchase_amounts(_as_posted(line, posted)), purchase_amounts(line)
	amounts = {name: after[name] - before[name] for name in after}
	amounts |= {"due": amounts["purchased"], "credit": ZERO}
	kept = sum((amounts[name] for name in DEDUCTIONS), ZERO)
	amounts["other"] += amounts["purchased"] - kept - amounts["net"]
	amounts["difference"] = amounts.pop("recovered") + amounts.pop("unclear")
	invoice_no = receivable.invoice_no if receivable else None
	effect = Effect(Event.PURCHASE, amounts, invoice_no, line.row, line.date)
	return booked((effect,), receivable, policy)


def _as_posted(line: ReportLine, posted: PostedRow) -> ReportLine:
	"""The line as it was read when it was posted. An amount of 0 may then have been an empty cell."""
	amounts: dict[str, Decimal | None] = dict(zip(MONEY, posted.amounts, strict=True))
	for name in ("purchased", "net", "advance"):
		amounts[name] = amounts[name] or None
	if not amounts["reserve"] and amounts["advance"] is not None:
		plain = purchase_amounts(line.with_amounts(amounts))
		taken = sum((plain[name] for name in DEDUCTIONS), ZERO)
		if amounts["net"] is None or amounts["net"] != plain["purchased"] - taken:
			amounts["reserve"] = None
	return line.with_amounts(amounts)


def _changes(line: ReportLine, found: tuple[Difference, ...]) -> Iterator[ReportLine]:
	"""The difference in each column as a row of its own."""
	nothing = line._replace(problems=()).with_amounts(dict.fromkeys(MONEY))
	for field, before, now in found:
		amount = now - before
		if field == "paid":
			yield _row_of(nothing, line.event, "paid", amount)
		elif field == "fee":
			yield nothing._replace(event=Event.FEE, fee=amount)
		elif field == "released":
			yield nothing._replace(event=Event.RESERVE_RELEASE, released=amount)
		elif field == "chargeback":
			yield _row_of(nothing, Event.CHARGEBACK, "chargeback", amount)


def _row_of(nothing: ReportLine, event: Event | None, field: str, amount: Decimal) -> ReportLine:
	if event and amount < 0 and event not in _SIGNED:
		event, amount = _OPPOSITE.get(event), -amount
	return nothing._replace(event=event).with_amounts({field: amount})
