"""What RTS holds on the day the app begins: positions and balances, stated against Temporary Opening."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from typing import NamedTuple

from ..model import Event, InvoiceStanding, Policy, Position, Receivable, Role
from ..money import ZERO
from .posting_matrix import Effect
from .row_effects import RowResult, blocked, booked

# The roles that an opening states, and 1 where a debit balance is positive.
SIDES = {Role.RESERVE: 1, Role.CLEARING: 1, Role.ADVANCES: -1, Role.CASH_ADVANCES: -1}


@dataclass(frozen=True, slots=True)
class OpeningPosition:
	"""One invoice at RTS: bought, still open there, and held back in the reserve for it."""

	row: int
	financed: Decimal
	open: Decimal
	reserve: Decimal = ZERO
	date: Date | None = None


def opening(stated: OpeningPosition, receivable: Receivable, position: Position, policy: Policy) -> RowResult:
	"""The effect that sets an invoice's position. Under a sale, what the invoice still owes of it leaves our books too.

	Borrowed on, our books must still expect from the customer what RTS has to collect, or no payment could settle it.
	"""
	if position.is_bought:
		return blocked("opening_known")
	if position.batch:
		return blocked("opening_in_batch")
	if stated.date and receivable.invoice_date > stated.date:
		return blocked("opening_before_invoice")
	if receivable.standing is not InvoiceStanding.OPEN:
		return blocked(receivable.standing.value)
	if stated.open <= ZERO:
		return blocked("opening_nothing_open")
	if stated.open > stated.financed:
		return blocked("opening_open_above_financed")
	if stated.financed > receivable.amount:
		return blocked("opening_above_invoice")
	expected = max(receivable.open_amount, ZERO)
	if policy is Policy.BORROWING and stated.open > expected:
		return blocked("opening_not_outstanding")
	due = min(stated.open, expected) if policy is Policy.SALE else ZERO
	amounts = {
		"purchased": stated.financed,
		"open": stated.open,
		"collected": stated.financed - stated.open,
		"reserve": stated.reserve,
		"due": due,
	}
	amounts["opening"] = stated.reserve - (stated.open if policy is Policy.BORROWING else due)
	effect = Effect(Event.OPENING, amounts, receivable.invoice_no, stated.row, stated.date)
	return booked((effect,), receivable, policy)


def opening_balances(
	reserve: Decimal, clearing: Decimal, lent: Decimal, day: Date | None = None
) -> tuple[Effect, ...]:
	"""The effect of the balances that no invoice carries: the rest of the reserve, clearing, cash advances."""
	amounts = {"reserve": reserve, "clearing": clearing, "lent": lent}
	if not any(amounts.values()):
		return ()
	amounts["opening"] = reserve + clearing - lent
	return (Effect(Event.OPENING, amounts, date=day),)


class HeldBalance(NamedTuple):
	"""What an account of the books holds of a role before the opening, in the role's own sign."""

	role: Role
	account: str
	amount: Decimal


class RoleBalance(NamedTuple):
	"""What RTS says of a role, and what the accounts named for it hold. The difference stays on Temporary Opening."""

	role: Role
	stated: Decimal
	held: Decimal

	@property
	def difference(self) -> Decimal:
		return self.stated - self.held


def compare_balances(stated: Mapping[Role, Decimal], held: Iterable[HeldBalance]) -> list[RoleBalance]:
	"""Each role of an opening that RTS or the books have an amount of."""
	sums = dict.fromkeys(SIDES, ZERO)
	for balance in held:
		sums[balance.role] += balance.amount
	return [
		RoleBalance(role, stated.get(role, ZERO), amount)
		for role, amount in sums.items()
		if stated.get(role, ZERO) or amount
	]
