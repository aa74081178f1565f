"""What a matched report row does to its invoice: effects to post, or the reason why the row must wait.

There is one function per kind of row. Each checks its conditions in the order an accountant would.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from ..model import CustomerStanding, Event, InvoiceStanding, Outcome, Policy, Position, Receivable, Role
from ..money import ZERO
from ..reports.lines import ReportLine
from .posting_matrix import Effect, legs

DEDUCTIONS = frozenset((Event.FEE, Event.CHARGE))  # rows of a purchase report that are about no invoice

Happened: TypeAlias = list[tuple[Event, dict[str, Decimal]]]  # events, each with its amounts by name
NO_POSITION = Position("")
_TAKES_NO_ENTRY = (InvoiceStanding.DRAFT, InvoiceStanding.CANCELLED)


class RowResult(NamedTuple):
	outcome: Outcome
	reason: str | None = None
	effects: tuple[Effect, ...] = ()


def blocked(reason: str) -> RowResult:
	return RowResult(Outcome.BLOCKED, reason)


def purchase(
	line: ReportLine, receivable: Receivable, position: Position, policy: Policy, tolerance: Decimal
) -> RowResult:
	"""A row of a purchase report. P-F-R-O must equal N within `tolerance`. A cent of rounding goes to charges, because
	the bank will show N."""
	if line.status is Outcome.PENDING:
		return RowResult(Outcome.PENDING, line.reason or None)
	if _holds(position):
		return blocked("already_purchased")
	if line.status is Outcome.MATCHED and receivable.standing is not InvoiceStanding.OPEN:
		return blocked(receivable.standing.value)
	if not position.batch:
		return blocked("not_submitted")
	if line.status is None:
		return blocked("unknown_status")
	if line.status is not Outcome.MATCHED:
		return RowResult(line.status, line.reason or None)
	amounts = purchase_amounts(line)
	purchased = amounts["purchased"]
	if purchased <= 0:
		return blocked("negative_amount" if purchased else "missing_amount")
	if position.outstanding <= 0:
		return blocked("paid")
	if purchased > position.outstanding:
		return blocked("exceeds_invoice")
	rounding = amounts["net"] - (purchased - amounts["fee"] - amounts["reserve"] - amounts["other"])
	if abs(rounding) > tolerance:
		return blocked("arithmetic")
	amounts["other"] -= rounding
	effect = Effect(Event.PURCHASE, amounts, receivable.invoice_no, line.row, line.date)
	return _booked((effect,), receivable, policy)


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


def payment(
	line: ReportLine,
	receivable: Receivable | None,
	position: Position | None,
	policy: Policy,
	decided: bool = False,
) -> RowResult:
	"""A row of a payment report. A fee, a release or a chargeback beside a payment is an effect of its own.

	`decided` says that a person set the row's type: RTS's word alone writes nothing off.
	"""
	if line.event is None:
		return blocked("unknown_type")
	if line.event is Event.DIRECT_PAYMENT or (line.event is Event.WRITE_OFF and not decided):
		return blocked("needs_decision")
	happened = _RULES[line.event](line, position or NO_POSITION, policy)
	standing = receivable.standing if receivable else InvoiceStanding.OPEN
	if isinstance(happened, str):
		standing_explains = (
			happened in ("paid", "exceeds_outstanding") and standing is not InvoiceStanding.OPEN
		)
		return blocked(standing.value if standing_explains else happened)
	invoice_no = receivable.invoice_no if receivable else None
	effects = tuple(Effect(event, amounts, invoice_no, line.row, line.date) for event, amounts in happened)
	return _booked(effects, receivable, policy)


def _booked(effects: tuple[Effect, ...], receivable: Receivable | None, policy: Policy) -> RowResult:
	"""Matched, unless an entry would name an invoice or a customer that takes none. Effects that only move RTS's accounts
	name neither."""
	roles = {leg.role for effect in effects for leg in legs(policy, effect)}
	if receivable and Role.RECEIVABLE in roles and receivable.standing in _TAKES_NO_ENTRY:
		return blocked(receivable.standing.value)
	names_customer = bool(roles & {Role.RECEIVABLE, Role.CUSTOMER_CREDIT})
	if receivable and names_customer and receivable.customer_standing is not CustomerStanding.OPEN:
		return blocked(receivable.customer_standing.value)
	return RowResult(Outcome.MATCHED, None, effects)


def _holds(position: Position) -> bool:
	"""RTS has bought the invoice and not given all of it back."""
	return position.purchased > position.charged_back


def _beyond(amount: Decimal, position: Position) -> str | None:
	"""Why our books cannot take a credit of `amount` on the invoice."""
	if amount <= position.outstanding:
		return None
	return "paid" if position.outstanding <= 0 else "exceeds_outstanding"


def _paid(line: ReportLine, position: Position, policy: Policy) -> str | Happened:
	amount = line.paid or ZERO
	if not position.is_bought:
		return "not_purchased"
	if not _holds(position):
		return "charged_back"
	if amount <= 0:
		return "negative_amount" if amount else "missing_amount"
	if position.open <= 0 and line.event is not Event.OVER_PAY:
		return "already_paid"
	if amount > position.open:
		if line.event in (Event.PARTIAL, Event.SHORT_PAY):
			return "exceeds_open"
		return (
			"conflicting_amounts"
			if line.chargeback
			else _over(amount, position, policy) + _fee_and_release(line)
		)
	if policy is Policy.BORROWING and (reason := _beyond(amount, position)):
		return reason
	rest = position.open - amount
	if line.chargeback:
		closed = line.event is Event.SHORT_PAY  # then RTS has charged back all of the rest
		if not 0 < line.chargeback <= rest or (closed and line.chargeback != rest):
			return "conflicting_amounts"
		return [
			(Event.PAYMENT, {"paid": amount}),
			(Event.CHARGEBACK, {"amount": line.chargeback}),
			*_fee_and_release(line),
		]
	if line.event is Event.SHORT_PAY and rest:
		return [
			(Event.SHORT_PAY, {"paid": amount, "open": position.open, "short": rest}),
			*_fee_and_release(line),
		]
	return [(Event.PAYMENT, {"paid": amount}), *_fee_and_release(line)]


def _over(amount: Decimal, position: Position, policy: Policy) -> Happened:
	"""More than RTS had bought: our books' outstanding amount is paid, and the rest is the customer's credit."""
	over = amount - position.open
	booked = amount if policy is Policy.BORROWING else over
	due = min(booked, max(position.outstanding, ZERO))
	amounts = {"paid": amount, "open": position.open, "over": over, "due": due, "credit": booked - due}
	return [(Event.OVER_PAY, amounts)]


def _removed(line: ReportLine, position: Position, policy: Policy) -> str | Happened:
	amount = abs(line.paid or ZERO)
	if not position.is_bought:
		return "not_purchased"
	if not amount:
		return "missing_amount"
	if amount > position.collected:
		return "not_collected"
	if position.open + amount > position.purchased - position.charged_back:
		return "exceeds_purchase"  # an over pay came back: what became the customer's credit is for a person to undo
	return [(Event.PAYMENT_REMOVED, {"paid": amount}), *_fee_and_release(line)]


def _charged_back(line: ReportLine, position: Position, policy: Policy) -> str | Happened:
	"""A chargeback, or a buyout: we pay RTS for the invoice, while a chargeback is taken from the reserve."""
	amount = _of_open(line, position)
	event = line.event or Event.CHARGEBACK
	return amount if isinstance(amount, str) else [(event, {"amount": amount}), *_fee_and_release(line)]


def _written_off(line: ReportLine, position: Position, policy: Policy) -> str | Happened:
	"""RTS bears the loss (without recourse): nothing comes in, and nothing is owed."""
	amount = _of_open(line, position)
	if isinstance(amount, str):
		return amount
	if policy is Policy.BORROWING and (reason := _beyond(amount, position)):
		return reason
	return [(Event.WRITE_OFF, {"amount": amount}), *_fee_and_release(line)]


def _of_open(line: ReportLine, position: Position) -> Decimal | str:
	"""How much of the open amount the row takes away, or why it cannot."""
	amount = _one_of(line.chargeback, line.paid)
	if not position.is_bought:
		return "not_purchased"
	if isinstance(amount, str):
		return amount
	if not _holds(position):
		return "charged_back"
	if position.open <= 0:
		return "already_paid"
	return "exceeds_open" if amount > position.open else amount


def _chargeback_reversed(line: ReportLine, position: Position, policy: Policy) -> str | Happened:
	amount = _one_of(line.chargeback, line.paid)
	if isinstance(amount, str):
		return amount
	if amount > position.charged_back:
		return "not_charged_back"
	if policy is Policy.SALE and (reason := _beyond(amount, position)):
		return reason
	return [(Event.CHARGEBACK_REVERSAL, {"amount": amount}), *_fee_and_release(line)]


def _non_factored(line: ReportLine, position: Position, policy: Policy) -> str | Happened:
	amount = line.paid or ZERO
	if _holds(position) and position.open > 0:
		return "still_factored"
	if amount <= 0:
		return "negative_amount" if amount else "missing_amount"
	if reason := _beyond(amount, position):
		return reason
	return [(Event.NON_FACTORED, {"paid": amount}), *_fee_and_release(line)]


def _fee_and_release(line: ReportLine) -> Happened:
	"""The fee and the reserve release on a row about something else."""
	happened: Happened = []
	if line.fee:
		happened.append((Event.FEE if line.fee > 0 else Event.FEE_REVERSAL, {"amount": abs(line.fee)}))
	if line.released:
		happened.append((Event.RESERVE_RELEASE, {"amount": line.released}))
	return happened


def _fee(line: ReportLine, position: Position, policy: Policy) -> str | Happened:
	"""A fee, its reversal or a charge. The row's type says which way it goes, and a minus in the fee column turns it, as it
	does beside a payment. In the payment column fees have either sign."""
	amount = _one_of(line.fee, line.paid)
	if isinstance(amount, str):
		return amount
	event = line.event or Event.FEE
	if line.fee and line.fee < 0 and event is not Event.FEE_REVERSAL:
		event, amount = (Event.FEE_REVERSAL, amount) if event is Event.FEE else (event, -amount)
	return [(event, {"amount": amount}), *_fee_and_release(line._replace(fee=None))]


def _release(line: ReportLine, position: Position, policy: Policy) -> str | Happened:
	"""A negative release is one taken back."""
	amount = _one_of(line.released, line.paid)
	if isinstance(amount, str):
		return amount
	signed = amount if (line.released or line.paid or ZERO) > 0 else -amount
	return [(Event.RESERVE_RELEASE, {"amount": signed}), *_fee_and_release(line._replace(released=None))]


def _one_of(*amounts: Decimal | None) -> Decimal | str:
	"""The one amount that is given, without its sign, or the reason why there is not one."""
	sizes = {abs(amount) for amount in amounts if amount}
	if len(sizes) > 1:
		return "conflicting_amounts"
	return sizes.pop() if sizes else "missing_amount"


_RULES: dict[Event, Callable[[ReportLine, Position, Policy], str | Happened]] = {
	Event.PAYMENT: _paid,
	Event.PARTIAL: _paid,
	Event.SHORT_PAY: _paid,
	Event.OVER_PAY: _paid,
	Event.PAYMENT_REMOVED: _removed,
	Event.CHARGEBACK: _charged_back,
	Event.BUYOUT: _charged_back,
	Event.WRITE_OFF: _written_off,
	Event.CHARGEBACK_REVERSAL: _chargeback_reversed,
	Event.NON_FACTORED: _non_factored,
	Event.FEE: _fee,
	Event.FEE_REVERSAL: _fee,
	Event.CHARGE: _fee,
	Event.RESERVE_RELEASE: _release,
}
