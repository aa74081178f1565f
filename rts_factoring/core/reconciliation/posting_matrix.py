"""The posting matrix: what each event does to the books under each policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..errors import PostingError
from ..model import Event, Leg, Policy, Role
from ..money import ZERO, text

BORROWING, SALE = Policy.BORROWING, Policy.SALE
CLEARING, RESERVE, FEE, CHARGES = Role.CLEARING, Role.RESERVE, Role.FEE, Role.CHARGES
ADVANCES, RECEIVABLE, CUSTOMER_CREDIT = Role.ADVANCES, Role.RECEIVABLE, Role.CUSTOMER_CREDIT
CUSTOMER_DEDUCTIONS, DIFFERENCES = Role.CUSTOMER_DEDUCTIONS, Role.DIFFERENCES
CASH_ADVANCES, OPENING = Role.CASH_ADVANCES, Role.OPENING


class Reversed(NamedTuple):
	"""The ledger entry that a REVERSAL takes back, and its event."""

	entry: str
	event: Event


class Effect(NamedTuple):
	"""One thing that happened, with its amounts by name (see MATRIX). All are positive in the usual case; one that is left
	out is zero."""

	event: Event
	amounts: dict[str, Decimal]
	invoice_no: str | None = None
	row: int = 0
	date: date | None = None
	reverses: Reversed | None = None


class Entry(NamedTuple):
	"""Role → name of the amount, on either side."""

	debit: dict[Role, str]
	credit: dict[Role, str]


NOTHING = Entry({}, {})  # state only
# What RTS keeps of a funding, each to its own account.
_KEPT = {RESERVE: "reserve", FEE: "fee", CHARGES: "other", CASH_ADVANCES: "repaid", DIFFERENCES: "difference"}

# purchased P, reserve R, fee F, other O, net N = P-F-R-O, less a cash advance repaid; paid A of open X; short = X-A; over = A-X. Of what an entry credits
# to the customer, due is the part our books still expect of the invoice, credit the part they do not; held is what a debtor
# paid us and we keep for RTS. A short pay is billed to the customer again, or allowed within the tolerance; what was allowed is
# billed once its reserve is given back. difference is what
# neither the invoice nor the customer can take. A payment removed is reopened at RTS, but for what was over. The policy of a
# policy change is the one that ends. An opening is stated against Temporary Opening (opening), which the balances that the
# books hold already clear again. A reversal has the amounts of the entry it takes back by their roles, the signs turned.
MATRIX: dict[tuple[Event, Policy], Entry] = {
	(Event.PURCHASE, BORROWING): Entry(_KEPT | {CLEARING: "net"}, {ADVANCES: "purchased"}),
	(Event.PURCHASE, SALE): Entry(_KEPT | {CLEARING: "net"}, {RECEIVABLE: "due", CUSTOMER_CREDIT: "credit"}),
	(Event.PAYMENT, BORROWING): Entry({ADVANCES: "paid"}, {RECEIVABLE: "due", CUSTOMER_CREDIT: "credit"}),
	(Event.PAYMENT, SALE): NOTHING,
	(Event.SHORT_PAY, BORROWING): Entry(
		{ADVANCES: "open", CUSTOMER_DEDUCTIONS: "allowed"},
		{RECEIVABLE: "due", CUSTOMER_CREDIT: "credit", RESERVE: "short"},
	),
	(Event.SHORT_PAY, SALE): Entry(
		{RECEIVABLE: "billed", CUSTOMER_DEDUCTIONS: "allowed"}, {RESERVE: "short"}
	),
	(Event.OVER_PAY, BORROWING): Entry(
		{ADVANCES: "open", RESERVE: "over"}, {RECEIVABLE: "due", CUSTOMER_CREDIT: "credit"}
	),
	(Event.OVER_PAY, SALE): Entry({RESERVE: "over"}, {RECEIVABLE: "due", CUSTOMER_CREDIT: "credit"}),
	(Event.PAYMENT_REMOVED, BORROWING): Entry(
		{RECEIVABLE: "due", CUSTOMER_CREDIT: "credit", DIFFERENCES: "difference"},
		{ADVANCES: "reopened", RESERVE: "over"},
	),
	(Event.PAYMENT_REMOVED, SALE): Entry(
		{RECEIVABLE: "due", CUSTOMER_CREDIT: "credit", DIFFERENCES: "difference"}, {RESERVE: "over"}
	),
	(Event.CHARGEBACK, BORROWING): Entry({ADVANCES: "amount"}, {RESERVE: "amount"}),
	(Event.CHARGEBACK, SALE): Entry({RECEIVABLE: "amount"}, {RESERVE: "amount"}),
	(Event.CHARGEBACK_REVERSAL, BORROWING): Entry(
		{RESERVE: "amount", RECEIVABLE: "allowed"}, {ADVANCES: "amount", CUSTOMER_DEDUCTIONS: "allowed"}
	),
	(Event.CHARGEBACK_REVERSAL, SALE): Entry(
		{RESERVE: "amount"}, {RECEIVABLE: "due", CUSTOMER_CREDIT: "credit", CUSTOMER_DEDUCTIONS: "allowed"}
	),
	(Event.WRITE_OFF, BORROWING): Entry({ADVANCES: "amount"}, {RECEIVABLE: "due", DIFFERENCES: "difference"}),
	(Event.WRITE_OFF, SALE): NOTHING,
	(Event.DIRECT_PAYMENT, BORROWING): Entry(
		{ADVANCES: "paid", CLEARING: "held"}, {RESERVE: "paid", RECEIVABLE: "due", CUSTOMER_CREDIT: "credit"}
	),
	(Event.DIRECT_PAYMENT, SALE): Entry({CLEARING: "paid"}, {RESERVE: "paid"}),
	(Event.BUYOUT, BORROWING): Entry({ADVANCES: "amount"}, {CLEARING: "amount"}),
	(Event.BUYOUT, SALE): Entry({RECEIVABLE: "amount"}, {CLEARING: "amount"}),
	(Event.RECOVERY, BORROWING): Entry({ADVANCES: "amount"}, {CLEARING: "amount"}),
	(Event.RECOVERY, SALE): Entry({RECEIVABLE: "amount"}, {CLEARING: "amount"}),
	(Event.OPENING, BORROWING): Entry(
		{RESERVE: "reserve", CLEARING: "clearing"},
		{ADVANCES: "open", CASH_ADVANCES: "lent", OPENING: "opening"},
	),
	(Event.OPENING, SALE): Entry(
		{RESERVE: "reserve", CLEARING: "clearing"},
		{RECEIVABLE: "due", CASH_ADVANCES: "lent", OPENING: "opening"},
	),
	(Event.POLICY_CHANGE, BORROWING): Entry(
		{ADVANCES: "amount"}, {RECEIVABLE: "due", CUSTOMER_CREDIT: "credit"}
	),
	(Event.POLICY_CHANGE, SALE): Entry({RECEIVABLE: "due", CUSTOMER_CREDIT: "credit"}, {ADVANCES: "amount"}),
} | {
	(event, policy): entry
	for policy in Policy
	for event, entry in (
		(Event.FEE, Entry({FEE: "amount"}, {RESERVE: "amount"})),
		(Event.FEE_REVERSAL, Entry({RESERVE: "amount"}, {FEE: "amount"})),
		(Event.CHARGE, Entry({CHARGES: "amount"}, {RESERVE: "amount"})),
		(Event.RESERVE_RELEASE, Entry({CLEARING: "amount"}, {RESERVE: "amount"})),
		(Event.RESERVE_SETTLEMENT, Entry({RESERVE: "amount"}, {CLEARING: "amount"})),
		(Event.ADVANCE_REPAID, Entry({CASH_ADVANCES: "amount"}, {CLEARING: "amount"})),
		(
			Event.NON_FACTORED,
			Entry(
				{RESERVE: "paid"},
				{RECEIVABLE: "due", CUSTOMER_CREDIT: "credit", DIFFERENCES: "difference"},
			),
		),
		(Event.PAYOUT_FEE, Entry({FEE: "amount"}, {CLEARING: "amount"})),
		(Event.PAYOUT_CHARGE, Entry({CHARGES: "amount"}, {CLEARING: "amount"})),
		(Event.REST_WRITTEN_OFF, Entry({CUSTOMER_DEDUCTIONS: "amount"}, {RECEIVABLE: "amount"})),
		(Event.DIFFERENCE, Entry({DIFFERENCES: "amount"}, {RESERVE: "amount"})),
		(Event.REVERSAL, Entry({role: role.value for role in Role}, {})),
	)
}


def legs(policy: Policy, effect: Effect) -> list[Leg]:
	"""The journal legs of one effect. Raises PostingError if there is no rule, or debits and credits differ."""
	entry = MATRIX.get((effect.event, policy))
	if entry is None:
		raise PostingError("no_posting_rule", event=repr(effect.event.value))
	entry_legs = [
		_leg(role, side * amount, effect.invoice_no)
		for side, named in ((1, entry.debit), (-1, entry.credit))
		for role, name in named.items()
		if (amount := effect.amounts.get(name, ZERO))
	]
	difference = sum((leg.debit - leg.credit for leg in entry_legs), ZERO)
	if difference:
		event = effect.event.value
		if effect.invoice_no:
			raise PostingError(
				"unbalanced.invoice", event=event, invoice=effect.invoice_no, difference=text(difference)
			)
		raise PostingError("unbalanced", event=event, difference=text(difference))
	return entry_legs


def _leg(role: Role, amount: Decimal, invoice_no: str | None) -> Leg:
	"""A positive `amount` is a debit, a negative one a credit."""
	if amount > 0:
		return Leg(role, debit=amount, invoice_no=invoice_no)
	return Leg(role, credit=-amount, invoice_no=invoice_no)


def by_role(entry_legs: Iterable[Leg]) -> dict[Role, tuple[Decimal, Decimal]]:
	"""Debit and credit sums per role, in the order of the roles' names."""
	sums: dict[Role, tuple[Decimal, Decimal]] = {}
	for leg in entry_legs:
		debit, credit = sums.get(leg.role, (ZERO, ZERO))
		sums[leg.role] = (debit + leg.debit, credit + leg.credit)
	return {role: sums[role] for role in sorted(sums, key=lambda role: role.value)}
