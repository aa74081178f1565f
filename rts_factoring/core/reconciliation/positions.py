"""How each event changes the position of an invoice, and which state follows from the amounts."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

from ..model import Event, InvoiceState, Policy, Position, Role
from ..money import ZERO
from .posting_matrix import MATRIX, Effect, Entry

# How the position moves, whatever the policy: field of Position → (sign, name of the amount).
MOVES: dict[Event, tuple[tuple[str, int, str], ...]] = {
	Event.PURCHASE: (
		("purchased", 1, "purchased"),
		("open", 1, "purchased"),
		("fee", 1, "fee"),
		("purchase_fee", 1, "fee"),
		("holdback", 1, "reserve"),
		("sold_again", 1, "sold_again"),
	),
	Event.PAYMENT: (("open", -1, "paid"), ("collected", 1, "paid")),
	Event.SHORT_PAY: (("open", -1, "open"), ("collected", 1, "paid"), ("short", 1, "short")),
	Event.OVER_PAY: (("open", -1, "open"), ("collected", 1, "paid"), ("over", 1, "over")),
	Event.PAYMENT_REMOVED: (
		("open", 1, "reopened"),
		("collected", -1, "paid"),
		("over", -1, "over"),
		("credit", -1, "difference"),  # used by the customer, and a difference from then on
		("credit_used", -1, "difference"),
	),
	Event.CHARGEBACK: (("open", -1, "amount"), ("charged_back", 1, "amount")),
	Event.CHARGEBACK_REVERSAL: (
		("open", 1, "amount"),
		("charged_back", -1, "charged_back"),
		("short", -1, "short"),
	),
	Event.NON_FACTORED: (
		("non_factored", 1, "paid"),
		("credit", 1, "difference"),
		("credit_used", 1, "difference"),
	),
	Event.WRITE_OFF: (("open", -1, "amount"),),
	Event.BUYOUT: (("open", -1, "amount"), ("charged_back", 1, "amount")),
	Event.RECOVERY: (("open", -1, "amount"), ("charged_back", 1, "amount")),
	Event.DIRECT_PAYMENT: (("open", -1, "paid"), ("collected", 1, "paid")),
	Event.RESERVE_RELEASE: (("holdback", -1, "amount"),),
	Event.FEE: (("fee", 1, "amount"),),
	Event.PAYOUT_FEE: (("fee", 1, "amount"),),
	Event.FEE_REVERSAL: (("fee", -1, "amount"),),
	Event.OPENING: (
		("purchased", 1, "purchased"),
		("open", 1, "open"),
		("collected", 1, "collected"),
		("holdback", 1, "reserve"),
	),
	Event.REVERSAL: (
		*((name, 1, name) for name in ("purchased", "collected", "charged_back", "open", "fee")),
		*((name, 1, name) for name in ("over", "short", "purchase_fee", "holdback", "sold_again")),
		("non_factored", 1, "non_factored"),
	),
}


def advance(position: Position, policy: Policy, *effects: Effect) -> Position:
	"""The position after some effects. Its state follows from the amounts."""
	amounts = {name: getattr(position, name) for name in _AMOUNTS}
	for effect in effects:
		for name, sign, amount in _ALL_MOVES[effect.event, policy]:
			# Zeros are not made anew: each would be kept once more, and of 100,000 invoices that counts.
			if moved := effect.amounts.get(amount):
				amounts[name] = amounts[name] + (moved if sign > 0 else -moved) or ZERO
	ours_again = amounts["charged_back"] - amounts["sold_again"]
	state = _state(position.state, amounts["purchased"], amounts["open"], amounts["collected"], ours_again)
	return Position(position.invoice_no, state, position.batch, **amounts)


_AMOUNTS = tuple(
	field.name for field in fields(Position) if field.name not in ("invoice_no", "state", "batch")
)


# Accounts whose balance per invoice the position keeps: field, and 1 where a debit adds to it.
_KEPT = {
	Role.RECEIVABLE: ("outstanding", 1),
	Role.RESERVE: ("reserve", 1),
	Role.CUSTOMER_CREDIT: ("credit", -1),
	Role.CUSTOMER_DEDUCTIONS: ("allowed", 1),
}


def _moves(event: Event, entry: Entry) -> tuple[tuple[str, int, str], ...]:
	sides = ((1, entry.debit), (-1, entry.credit))
	booked = [
		(field, sign * adds, name)
		for sign, side in sides
		for role, name in side.items()
		if role in _KEPT
		for field, adds in (_KEPT[role],)
	]
	return (*MOVES.get(event, ()), *booked)


_ALL_MOVES = {(event, policy): _moves(event, entry) for (event, policy), entry in MATRIX.items()}


# What an invoice that was charged back becomes when it goes out again, until RTS buys it once more.
_SENT_AGAIN = (
	InvoiceState.NOT_FACTORED,
	InvoiceState.NOT_READY,
	InvoiceState.QUEUED,
	InvoiceState.SUBMITTED,
	InvoiceState.HELD,
	InvoiceState.DENIED,
)


def _state(
	state: InvoiceState, purchased: Decimal, open_: Decimal, collected: Decimal, ours_again: Decimal
) -> InvoiceState:
	"""The state of a purchased invoice follows from its amounts. Other invoices keep theirs."""
	if purchased <= 0:
		return state
	if open_ > 0:
		return InvoiceState.PARTLY_PAID if collected > 0 else InvoiceState.FINANCED
	if ours_again > 0:
		return state if state in _SENT_AGAIN else InvoiceState.CHARGED_BACK
	return InvoiceState.COMPLETED


def is_possible(purchased: Decimal, open_: Decimal, collected: Decimal, charged_back: Decimal) -> bool:
	"""Whether an invoice can have these amounts: none below zero, and no more open than was bought and not given back."""
	return min(collected, charged_back, open_) >= ZERO and open_ <= purchased - charged_back


def state_of(position: Position) -> InvoiceState:
	return _state(
		position.state,
		position.purchased,
		position.open,
		position.collected,
		position.charged_back - position.sold_again,
	)
