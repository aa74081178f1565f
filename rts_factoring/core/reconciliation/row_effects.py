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
from ..reports.lines import DEDUCTIONS, ReportLine
from .posting_matrix import Effect, legs
from .results import NO_DECISION, RowDecision

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
		"differs_from_invoice",
		"unread_money",
		"unclear_deduction",
		"recovery_unclear",
		"recovered_before",
		"adjusted_before",
		"before_opening",
	)
)
WITHOUT_FEE = "without_fee"  # accepted: the fee beside the payment is the one stated at purchase
# Amounts of a purchase of which nobody knows yet what they are; once accepted they are differences.
_UNCLEAR = {"recovered": "recovery_unclear", "unclear": "unclear_deduction"}
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
	"""A purchase. P less all that RTS keeps must equal N within `tolerance`. A cent of rounding goes to charges, because
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
	if reason := _doubtful(line, amounts, receivable, outstanding, tolerance, decision):
		return blocked(reason)
	amounts["due"] = min(purchased, outstanding)
	amounts["credit"] = purchased - amounts["due"]
	rounding = amounts["net"] - (purchased - sum((amounts[name] for name in DEDUCTIONS), ZERO))
	amounts["difference"] = sum((amounts.pop(name) for name in _UNCLEAR), ZERO)
	if abs(rounding) > tolerance:
		if "arithmetic" not in decision.accepted:
			return blocked("arithmetic")
		amounts["difference"] -= rounding
	else:
		amounts["other"] -= rounding
	if twice:
		amounts = _paid_out_twice(amounts)
	elif position.charged_back > position.sold_again:
		amounts["sold_again"] = min(purchased, position.charged_back - position.sold_again)
	effect = Effect(Event.PURCHASE, amounts, receivable.invoice_no, line.row, line.date)
	return booked((effect,), receivable, policy)


def _doubtful(
	line: ReportLine,
	amounts: dict[str, Decimal],
	receivable: Receivable,
	outstanding: Decimal,
	tolerance: Decimal,
	decision: RowDecision,
) -> str:
	"""Why the amounts of a purchase need a look that nobody has given them yet."""
	reasons = [reason for name, reason in _UNCLEAR.items() if amounts[name]]
	if amounts["purchased"] > outstanding and receivable.standing is InvoiceStanding.OPEN:
		reasons.insert(0, "exceeds_invoice" if outstanding else "paid")
	elif _differs(line, receivable, outstanding, tolerance):
		reasons.insert(0, "differs_from_invoice")
	return next((reason for reason in reasons if reason not in decision.accepted), "")


def _differs(line: ReportLine, receivable: Receivable, outstanding: Decimal, tolerance: Decimal) -> bool:
	"""Whether RTS has another amount for the invoice than we do. That it buys less of the right amount is its decision."""
	stated = line.invoice_amount if line.invoice_amount is not None else line.purchased
	return stated is not None and all(
		abs(stated - ours) > tolerance for ours in (receivable.amount, outstanding)
	)


def _paid_out_twice(amounts: dict[str, Decimal]) -> dict[str, Decimal]:
	"""A second purchase of what RTS holds already: RTS owes nothing for it and will take its money back."""
	return amounts | {
		"purchased": ZERO,
		"due": ZERO,
		"credit": ZERO,
		"difference": amounts["difference"] - amounts["purchased"],
	}


def _without_forecast(line: ReportLine, terms: ReportTerms) -> ReportLine:
	"""The row without a fee that it only announces: RTS takes it at payment, and the net is not reduced by it."""
	if terms.fees_stated_in is not FeesStatedIn.PAYMENT or not line.fee:
		return line
	without = line._replace(fee=None)
	amounts = purchase_amounts(without._replace(net=None))
	return without if line.net in (None, amounts["net"]) else line


def purchase_amounts(line: ReportLine) -> dict[str, Decimal]:
	"""Purchased, net and what RTS keeps as the row states them, or as they follow where it leaves a column out."""
	purchased = (line.invoice_amount if line.purchased is None else line.purchased) or ZERO
	amounts = {name: getattr(line, name) or ZERO for name in DEDUCTIONS}
	if line.reserve is None and line.advance is not None:
		amounts["reserve"] = purchased - line.advance
	net = purchased - sum(amounts.values(), ZERO) if line.net is None else line.net
	return {"purchased": purchased, **amounts, "net": net}


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
