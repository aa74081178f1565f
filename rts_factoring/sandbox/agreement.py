"""What the sandbox factor agrees to, what goes other than smoothly, and what it bought and was paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from rts_factoring.core.money import ZERO, money


@dataclass(frozen=True, slots=True)
class Agreement:
	"""What the factor keeps of a purchase; rates are fractions of the invoice, `wire_fee` is per batch."""

	reserve: Decimal = Decimal("0.05")
	fee: Decimal = Decimal("0.03")
	wire_fee: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Scenario:
	"""What goes other than smoothly, by invoice number; empty is a month without surprises."""

	held: Mapping[str, str] = field(default_factory=dict)  # reason
	denied: Mapping[str, str] = field(default_factory=dict)  # reason
	pending: frozenset[str] = frozenset()
	short_pay: Mapping[str, Decimal] = field(default_factory=dict)  # amount the debtor paid
	partial: Mapping[str, Decimal] = field(default_factory=dict)  # paid now; the rest in the next period
	over_pay: Mapping[str, Decimal] = field(default_factory=dict)
	chargeback: Mapping[str, str] = field(default_factory=dict)  # reason
	unpaid: frozenset[str] = frozenset()  # not paid in any period


@dataclass(frozen=True, slots=True)
class Purchase:
	"""One line of a schedule and what the factor made of it."""

	batch: str
	client_number: str
	invoice_no: str
	customer: str
	po_no: str
	invoice_date: date
	amount: Decimal
	status: str = "Processed"
	reason: str = ""
	purchased: Decimal = ZERO
	fee: Decimal = ZERO
	reserve: Decimal = ZERO
	other: Decimal = ZERO
	purchase_date: date | None = None
	collected: Decimal = ZERO  # of the debtor, so far
	closed: bool = False

	@property
	def net(self) -> Decimal:
		return money(self.purchased - self.fee - self.reserve - self.other)


@dataclass(frozen=True, slots=True)
class Payment:
	"""One line of a payment report."""

	purchase: Purchase
	type: str
	amount: Decimal
	payment_date: date
	check_no: str = ""
	reserve_released: Decimal | None = None
	description: str = ""
