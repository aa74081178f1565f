"""The terms of factoring, as enums and frozen dataclasses. Amounts are Decimal in the company's currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from .money import ZERO


class ReportKind(str, Enum):
	PURCHASE = "purchase"  # what RTS bought of one batch
	PAYMENT = "payment"  # what debtors paid RTS in a period
	OPEN_INVOICES = "open invoices"  # an aging: what is open of each invoice, as of a day
	RESERVE = "reserve"  # what moved the reserve, and its balance

	@property
	def is_statement(self) -> bool:
		"""A statement posts nothing: it is laid beside the books as of its day."""
		return self in (ReportKind.OPEN_INVOICES, ReportKind.RESERVE)


class Policy(str, Enum):
	"""How a purchase is booked. The accountant chooses it for each subsidiary."""

	BORROWING = "borrowing"
	SALE = "sale"


class Role(str, Enum):
	"""The accounts a posting names; mapped to ledger accounts per subsidiary."""

	CLEARING = "clearing"  # what RTS owes us for payouts
	RESERVE = "reserve"  # held back by RTS
	FEE = "fee"
	CHARGES = "charges"  # wires and the like
	ADVANCES = "advances"  # liability: financed, not yet collected
	RECEIVABLE = "receivable"  # the invoice's own debit-to account, against the invoice
	CUSTOMER_CREDIT = "customer_credit"  # the same account, unallocated
	CASH_ADVANCES = "cash_advances"  # liability: lent beside invoices (fuel card), repaid from fundings
	CUSTOMER_DEDUCTIONS = "customer_deductions"  # expense: short pays within the tolerance
	DIFFERENCES = "differences"  # what RTS states and neither the invoice nor the customer can take
	OPENING = "opening"  # ERPNext's Temporary Opening, against which day one is stated


class Outcome(str, Enum):
	"""What became of a report row."""

	MATCHED = "matched"
	SUGGESTED = "suggested"  # a person must confirm the invoice
	UNMATCHED = "unmatched"
	BLOCKED = "blocked"  # the reason says why
	HELD = "held"
	DENIED = "denied"
	PENDING = "pending"
	DUPLICATE = "duplicate"  # posted by an earlier import
	IGNORED = "ignored"  # by a person's decision
	DIFFERS = "differs"  # of a statement: our books say otherwise


class InvoiceState(str, Enum):
	NOT_FACTORED = "Not Factored"
	NOT_READY = "Not Ready"
	QUEUED = "Queued"
	SUBMITTED = "Submitted"
	HELD = "Held"
	DENIED = "Denied"
	FINANCED = "Financed"
	PARTLY_PAID = "Partly Paid"
	COMPLETED = "Completed"
	CHARGED_BACK = "Charged Back"


# The factor has the invoice and is not done with it.
WITH_FACTOR = frozenset(
	(InvoiceState.SUBMITTED, InvoiceState.HELD, InvoiceState.FINANCED, InvoiceState.PARTLY_PAID)
)


class InvoiceStanding(str, Enum):
	"""The state of an invoice in our own books, apart from factoring."""

	OPEN = "open"
	DRAFT = "draft"
	CANCELLED = "cancelled"
	RETURNED = "returned"


class CustomerStanding(str, Enum):
	"""Whether our books take an entry that names the customer."""

	OPEN = "open"
	DISABLED = "customer_disabled"
	FROZEN = "customer_frozen"


@dataclass(frozen=True, slots=True)
class Receivable:
	"""A Sales Invoice as the factor sees it. `outstanding` is its outstanding amount in our books."""

	invoice_no: str
	company: str
	customer: str
	amount: Decimal
	invoice_date: date
	client_number: str = ""
	customer_mc: str = ""
	customer_code: str = ""  # the debtor's own code at the factor
	po_no: str = ""
	load_no: str = ""
	due_date: date | None = None
	outstanding: Decimal | None = None
	standing: InvoiceStanding = InvoiceStanding.OPEN
	currency: str = "USD"
	customer_standing: CustomerStanding = CustomerStanding.OPEN

	@property
	def open_amount(self) -> Decimal:
		return self.amount if self.outstanding is None else self.outstanding


@dataclass(frozen=True, slots=True)
class Position:
	"""What RTS and we owe each other on one invoice, from its ledger entries.

	`open` is bought and not yet collected or charged back. `outstanding` is the receivable in our books.
	"""

	invoice_no: str
	state: InvoiceState = InvoiceState.NOT_FACTORED
	batch: str = ""
	outstanding: Decimal = ZERO
	purchased: Decimal = ZERO
	open: Decimal = ZERO
	collected: Decimal = ZERO
	charged_back: Decimal = ZERO
	sold_again: Decimal = ZERO  # of what was charged back, what was bought once more
	fee: Decimal = ZERO
	reserve: Decimal = ZERO  # change of the reserve balance caused by this invoice
	over: Decimal = ZERO  # collected beyond what RTS had bought
	short: Decimal = ZERO  # closed by short pays, taken from the reserve
	allowed: Decimal = ZERO  # of what the customer owes, given up: within the tolerance, or written off
	non_factored: Decimal = ZERO  # paid to RTS while it had nothing open of the invoice
	credit: Decimal = ZERO  # given to the customer because of this invoice
	credit_used: Decimal = ZERO  # of it, what the customer has used
	purchase_fee: Decimal = ZERO  # stated by purchase reports
	holdback: Decimal = ZERO  # kept back at purchase and not yet released

	@property
	def is_bought(self) -> bool:
		return self.purchased > 0


class Leg(NamedTuple):
	"""One side of a journal entry; exactly one of debit and credit is positive."""

	role: Role
	debit: Decimal = ZERO
	credit: Decimal = ZERO
	invoice_no: str | None = None


class FeesStatedIn(str, Enum):
	"""Which report says what RTS takes as its fee; a fee in the other one is the same fee again."""

	UNKNOWN = ""
	PURCHASE = "Purchase Report"
	PAYMENT = "Payment Report"
	BOTH = "Both, Add Up"


@dataclass(frozen=True, slots=True)
class ReportTerms:
	"""How a factor reports to one company, as its settings say. A short pay up to the tolerance closes the invoice."""

	fees_stated_in: FeesStatedIn = FeesStatedIn.UNKNOWN
	charges_from_payout: bool = False
	short_pay_tolerance: Decimal = ZERO


DEFAULT_TERMS = ReportTerms()


class Event(str, Enum):
	"""What happened to an invoice or to the reserve. The first comes from purchase reports, the others from payment reports."""

	PURCHASE = "purchase"
	PAYMENT = "payment"
	PARTIAL = "partial"
	SHORT_PAY = "short_pay"
	OVER_PAY = "over_pay"
	CHARGEBACK = "chargeback"
	CHARGEBACK_REVERSAL = "chargeback_reversal"
	RESERVE_RELEASE = "reserve_release"
	FEE = "fee"
	FEE_REVERSAL = "fee_reversal"
	CHARGE = "charge"
	PAYMENT_REMOVED = "payment_removed"
	NON_FACTORED = "non_factored"
	WRITE_OFF = "write_off"
	DIRECT_PAYMENT = "direct_payment"
	BUYOUT = "buyout"  # no word of a report means it, until a layout is taught one
	RESERVE_SETTLEMENT = "reserve_settlement"  # kept from a funding to make the reserve good
	ADVANCE_REPAID = "advance_repaid"  # a fuel or cash advance, repaid from a funding
	RECOVERY = "recovery"  # a chargeback or buyback, kept from a funding
	PAYOUT_FEE = "payout_fee"  # kept from a payout, not taken from the reserve
	PAYOUT_CHARGE = "payout_charge"
	DIFFERENCE = "difference"  # taken from the reserve, and nothing in our books to set against it
	NON_PAYMENT = "non_payment"  # the debtor paid nothing, which moves nothing
	REST_WRITTEN_OFF = "rest_written_off"  # a short-paid rest that a person gives up; no row says it
	REVERSAL = "reversal"  # the mirror of a posted ledger entry, which keeps the event of that one
	POLICY_CHANGE = "policy_change"  # an open position is stated under the other policy
	OPENING = "opening"  # what RTS holds on day one


# Only purchase reports have rows of these: RTS kept money of a funding for something older.
FUNDING_EVENTS = frozenset((Event.RESERVE_SETTLEMENT, Event.ADVANCE_REPAID, Event.RECOVERY))
# The types of rows of purchase reports that are no purchases: what RTS kept of the payout.
DEDUCTION_EVENTS = FUNDING_EVENTS | {Event.FEE, Event.CHARGE}

# No row of a report says these.
OWN_EVENTS = frozenset((Event.REST_WRITTEN_OFF, Event.REVERSAL, Event.POLICY_CHANGE, Event.OPENING))

# What moves only the accounts between RTS and us may be about no invoice. Every other event is about one.
NEEDS_INVOICE = frozenset(Event) - {
	Event.RESERVE_RELEASE,
	Event.FEE,
	Event.FEE_REVERSAL,
	Event.CHARGE,
	Event.RESERVE_SETTLEMENT,
	Event.ADVANCE_REPAID,
	Event.PAYOUT_FEE,
	Event.PAYOUT_CHARGE,
	Event.DIFFERENCE,
	Event.REVERSAL,
	Event.OPENING,
}
