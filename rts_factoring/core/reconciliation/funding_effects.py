"""Rows of a purchase report that are no purchases: what RTS kept of the payout for something older, or gave back with it.

Each posts against clearing, so that clearing equals the deposit.
"""

from __future__ import annotations

from decimal import Decimal

from ..model import Event, Policy, Position, Receivable
from ..money import ZERO
from ..reports.lines import DEDUCTIONS, ReportLine
from .posting_matrix import Effect
from .results import NO_DECISION, RowDecision
from .row_effects import RowResult, blocked, booked, holds

_NO_POSITION = Position("")
# The columns that a row of this type explains by itself, by the amount of a purchase that they are.
_COLUMN = {Event.FEE: "fee", Event.CHARGE: "other", Event.DIFFERENCE: "difference"}


def funding(
	line: ReportLine,
	receivable: Receivable | None,
	position: Position | None,
	policy: Policy,
	tolerance: Decimal,
	decision: RowDecision = NO_DECISION,
) -> RowResult:
	"""What RTS kept, by the type of the row. The net of the payout says how much, else the amounts of the row do."""
	kept = _kept(line, tolerance)
	if isinstance(kept, str):
		return blocked(kept)
	if line.event in _COLUMN:
		happened = [(Event.PURCHASE, _nothing_bought(line, kept))]
	elif line.event is Event.RECOVERY:
		recovered = _recovered(kept, position or _NO_POSITION, decision)
		if isinstance(recovered, str):
			return blocked(recovered)
		happened = recovered
	else:
		happened = [(line.event or Event.RESERVE_SETTLEMENT, {"amount": kept})]
	invoice_no = receivable.invoice_no if receivable else None
	effects = tuple(Effect(event, amounts, invoice_no, line.row, line.date) for event, amounts in happened)
	return booked(effects, receivable, policy)


def _kept(line: ReportLine, tolerance: Decimal) -> Decimal | str:
	"""What RTS kept of the payout; negative when it gave something back."""
	stated = sum((getattr(line, name) or ZERO for name in DEDUCTIONS), ZERO)
	if line.net:
		differs = stated and abs(abs(stated) - abs(line.net)) > tolerance
		return "arithmetic" if differs else -line.net
	amount = stated or abs(line.purchased or ZERO)
	if amount and line.net is not None:  # a payout of which nothing was kept
		return "arithmetic"
	return amount or "missing_amount"


def _nothing_bought(line: ReportLine, kept: Decimal) -> dict[str, Decimal]:
	"""A purchase of nothing. What stands in a column of its own is that; the rest is what the row's type says."""
	own = _COLUMN[line.event or Event.FEE]
	amounts = {name: getattr(line, name) or ZERO for name in ("fee", "reserve", "other", "repaid")}
	amounts = dict.fromkeys(amounts, ZERO) if own == "difference" else amounts
	amounts[own] = amounts.get(own, ZERO) + kept - sum(amounts.values(), ZERO)
	return {"purchased": ZERO, **amounts, "net": -kept}


def _recovered(
	kept: Decimal, position: Position, decision: RowDecision
) -> list[tuple[Event, dict[str, Decimal]]] | str:
	"""A chargeback or buyback of an invoice, kept from a funding instead of taken from the reserve."""
	if not position.is_bought:
		return "not_purchased"
	if kept < 0:
		if -kept > position.charged_back:
			return _unexplained("not_charged_back", kept, decision)
		return [(Event.RECOVERY, {"amount": kept})]
	if position.open <= 0:
		if position.charged_back + position.short <= 0:
			return _unexplained("nothing_open", kept, decision)
		if "recovered_before" not in decision.accepted:
			return "recovered_before"
		return [(Event.RESERVE_SETTLEMENT, {"amount": kept})]
	if kept > position.open:
		if "chargeback_exceeds_open" not in decision.accepted:
			return "chargeback_exceeds_open"
		fee = {"amount": kept - position.open}
		return [(Event.RECOVERY, {"amount": position.open}), (Event.PAYOUT_FEE, fee)]
	if not holds(position):
		return "charged_back"
	happened = [(Event.RECOVERY, {"amount": kept})]
	if 0 < position.holdback == position.open - kept and not decision.event:
		if "net_of_reserve" not in decision.accepted:
			return "net_of_reserve"
		happened.append((Event.CHARGEBACK, {"amount": position.holdback}))
	return happened


def _unexplained(
	reason: str, kept: Decimal, decision: RowDecision
) -> list[tuple[Event, dict[str, Decimal]]] | str:
	if reason not in decision.accepted:
		return reason
	return [(Event.PURCHASE, {"difference": kept, "net": -kept})]
