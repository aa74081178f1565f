"""What a matched row of a purchase report does to its invoice: effects to post, or the reason why the row must wait."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from ..model import (
	DEFAULT_TERMS,
	CustomerStanding,
	Event,
	FeesStatedIn,
	InvoiceStanding,
	Outcome,
	Policy,
	Position,
	Receivable,
	ReportTerms,
	Role,
)
from ..money import ZERO
from ..reports.lines import ReportLine
from .posting_matrix import Effect, legs
from .results import NO_DECISION, RowDecision

DEDUCTIONS = frozenset((Event.FEE, Event.CHARGE))  # rows of a purchase report that are about no invoice

# Where a person's look is all that lacks: once accepted, the row posts what RTS says.
ACCEPTABLE = frozenset(
	(
		"already_purchased",
		"paid",
		"returned",
		"exceeds_outstanding",
		"exceeds_invoice",
		"not_submitted",
		"arithmetic",
		"net_of_reserve",
		"chargeback_exceeds_open",
		"nothing_open",
		"not_collected",
		"not_charged_back",
		"credit_used",
		"direct_payment",
		"fee_repeats",
		"posted_differently",
		"ignored_differently",
	)
)
WITHOUT_FEE = "without_fee"  # accepted: the fee beside the payment is the one stated at purchase
_TAKES_NO_ENTRY = (InvoiceStanding.DRAFT, InvoiceStanding.CANCELLED)


class RowResult(NamedTuple):
	outcome: Outcome
	reason: str | None = None
	effects: tuple[Effect, ...] = ()


def blocked(reason: str) -> RowResult:
	return RowResult(Outcome.BLOCKED, reason)


def purchase(
	line: ReportLine,
	receivable: Receivable,
	position: Position,
	policy: Policy,
	tolerance: Decimal,
	decision: RowDecision = NO_DECISION,
	terms: ReportTerms = DEFAULT_TERMS,
) -> RowResult:
	"""A row of a purchase report. P-F-R-O must equal N within `tolerance`. A cent of rounding goes to charges, because
	the bank will show N."""
	if line.status is Outcome.PENDING:
		return RowResult(Outcome.PENDING, line.reason or None)
	twice = holds(position)
	if twice and (line.status is not Outcome.MATCHED or "already_purchased" not in decision.accepted):
		return blocked("already_purchased")
	standing = receivable.standing
	taken_back = line.status is Outcome.MATCHED and standing is not InvoiceStanding.OPEN
	if taken_back and standing.value not in decision.accepted:
		return blocked(standing.value)
	if not position.batch and "not_submitted" not in decision.accepted:
		return blocked("not_submitted")
	if line.status is None:
		return blocked("unknown_status")
	if line.status is not Outcome.MATCHED:
		return RowResult(line.status, line.reason or None)
	amounts = purchase_amounts(_without_forecast(line, terms))
	purchased = amounts["purchased"]
	if purchased <= 0:
		return blocked("negative_amount" if purchased else "missing_amount")
	outstanding = max(position.outstanding, ZERO)
	if twice:
		outstanding = purchased  # names no invoice
	if purchased > outstanding and standing is InvoiceStanding.OPEN:
		reason = "exceeds_invoice" if outstanding else "paid"
		if reason not in decision.accepted:
			return blocked(reason)
	amounts["due"] = min(purchased, outstanding)
	amounts["credit"] = purchased - amounts["due"]
	rounding = amounts["net"] - (purchased - amounts["fee"] - amounts["reserve"] - amounts["other"])
	if abs(rounding) > tolerance:
		if "arithmetic" not in decision.accepted:
			return blocked("arithmetic")
		amounts["difference"] = -rounding
	else:
		amounts["other"] -= rounding
	if twice:
		amounts = _paid_out_twice(amounts)
	effect = Effect(Event.PURCHASE, amounts, receivable.invoice_no, line.row, line.date)
	return booked((effect,), receivable, policy)


def _paid_out_twice(amounts: dict[str, Decimal]) -> dict[str, Decimal]:
	"""A second purchase of what RTS holds already: RTS owes nothing for it and will take its money back."""
	return amounts | {
		"purchased": ZERO,
		"due": ZERO,
		"credit": ZERO,
		"difference": amounts.get("difference", ZERO) - amounts["purchased"],
	}


def _without_forecast(line: ReportLine, terms: ReportTerms) -> ReportLine:
	"""The row without a fee that it only announces: RTS takes it at payment, and the net is not reduced by it."""
	if terms.fees_stated_in is not FeesStatedIn.PAYMENT or not line.fee:
		return line
	without = line._replace(fee=None)
	amounts = purchase_amounts(without._replace(net=None))
	return without if line.net in (None, amounts["net"]) else line


def deduction(line: ReportLine, tolerance: Decimal) -> RowResult:
	"""A row of a purchase report that is about no invoice: a fee or charge that RTS kept from the payout. It posts as a
	purchase of nothing, so that clearing still equals the deposit."""
	amounts = dict.fromkeys(("purchased", "fee", "reserve", "other"), ZERO)
	amounts |= {name: value for name in ("fee", "reserve", "other") if (value := getattr(line, name))}
	taken = amounts["fee"] + amounts["reserve"] + amounts["other"]
	if not taken and line.net:
		taken = amounts["fee" if line.event is Event.FEE else "other"] = -line.net
	if not taken:
		return blocked("missing_amount")
	if line.net is not None and abs(line.net + taken) > tolerance:
		return blocked("arithmetic")
	effect = Effect(Event.PURCHASE, amounts | {"net": -taken}, None, line.row, line.date)
	return RowResult(Outcome.MATCHED, None, (effect,))


def purchase_amounts(line: ReportLine) -> dict[str, Decimal]:
	"""Purchased, fee, reserve, other and net as the row states them, or as they follow where it leaves a column out."""
	purchased = (line.invoice_amount if line.purchased is None else line.purchased) or ZERO
	fee, reserve, other = line.fee or ZERO, line.reserve, line.other or ZERO
	if reserve is None:
		reserve = ZERO if line.advance is None else purchased - line.advance
	net = purchased - fee - reserve - other if line.net is None else line.net
	return {"purchased": purchased, "fee": fee, "reserve": reserve, "other": other, "net": net}


def booked(effects: tuple[Effect, ...], receivable: Receivable | None, policy: Policy) -> RowResult:
	"""Matched, unless an entry would name an invoice or a customer that takes none. Effects that only move RTS's accounts
	name neither."""
	roles = {leg.role for effect in effects for leg in legs(policy, effect)}
	if receivable and Role.RECEIVABLE in roles and receivable.standing in _TAKES_NO_ENTRY:
		return blocked(receivable.standing.value)
	names_customer = bool(roles & {Role.RECEIVABLE, Role.CUSTOMER_CREDIT})
	if receivable and names_customer and receivable.customer_standing is not CustomerStanding.OPEN:
		return blocked(receivable.customer_standing.value)
	return RowResult(Outcome.MATCHED, None, effects)


def holds(position: Position) -> bool:
	"""RTS has bought the invoice and not given all of it back."""
	return position.purchased > position.charged_back
