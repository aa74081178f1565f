"""What a matched row of a payment report does to its invoice: effects to post, or the reason why the row must wait.

There is one function per kind of row. Each checks its conditions in the order an accountant would. What RTS says happened
is a fact: where our books cannot take all of it, the row waits for one look, and then posts the rest to the customer's
credit or to the account for differences.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ..model import (
	DEFAULT_TERMS,
	Event,
	InvoiceStanding,
	InvoiceState,
	Outcome,
	Policy,
	Position,
	Receivable,
	ReportTerms,
)
from ..money import ZERO
from ..reports.lines import ReportLine
from .fee_effects import Happened, Row, fee_or_charge, one_of, reserve_release, unexplained, with_fee
from .positions import advance
from .posted_rows import amounts_of
from .posting_matrix import Effect
from .results import NO_DECISION, RowDecision
from .row_effects import RowResult, blocked, booked, holds

_NO_POSITION = Position("")


def payment(
	line: ReportLine,
	receivable: Receivable | None,
	position: Position | None,
	policy: Policy,
	decision: RowDecision = NO_DECISION,
	terms: ReportTerms = DEFAULT_TERMS,
) -> RowResult:
	"""A row of a payment report. A fee, a release or a chargeback beside a payment is an effect of its own.

	RTS's word alone writes nothing off: a person sets that type.
	"""
	if line.event is None:
		return blocked("unknown_type")
	if line.event is Event.WRITE_OFF and not decision.event:
		return blocked("needs_decision")
	standing = receivable.standing if receivable else InvoiceStanding.OPEN
	happened = _RULES[line.event](Row(line, position or _NO_POSITION, policy, terms, decision, standing))
	if isinstance(happened, str):
		return blocked(happened)
	if not happened:
		return RowResult(
			Outcome.IGNORED, "nothing_paid" if line.event is Event.NON_PAYMENT else "fee_counted"
		)
	invoice_no = receivable.invoice_no if receivable else None
	effects = tuple(Effect(event, amounts, invoice_no, line.row, line.date) for event, amounts in happened)
	return booked(effects, receivable, policy)


def _taken(row: Row, amount: Decimal, rest: str = "credit") -> dict[str, Decimal] | str:
	"""How a credit to the customer divides: `due`, what the invoice still owes, and the `rest`. A rest needs a look."""
	outstanding = max(row.position.outstanding, ZERO)
	due = min(amount, outstanding)
	if due == amount:
		return {"due": due}
	if row.standing is not InvoiceStanding.OPEN:
		reason = row.standing.value
	else:
		reason = "exceeds_outstanding" if outstanding else "paid"
	return {"due": due, rest: amount - due} if row.accepted(reason) else reason


def _not_bought(position: Position) -> str:
	"""RTS may have bought an invoice that it has; for another one, the payment can only be a non-factored one."""
	sent = position.state in (InvoiceState.SUBMITTED, InvoiceState.HELD)
	return "awaiting_purchase" if sent else "not_purchased"


def _paid(row: Row) -> str | Happened:
	amount, position, line = row.paid, row.position, row.line
	if not position.is_bought:
		return _not_bought(position)
	if not holds(position):
		return "charged_back"
	if amount <= 0:
		return "negative_amount" if amount else "missing_amount"
	if position.open <= 0 and line.event is not Event.OVER_PAY:
		return "already_paid"
	if amount > position.open:
		if line.event in (Event.PARTIAL, Event.SHORT_PAY):
			return "exceeds_open"
		return "conflicting_amounts" if line.chargeback else with_fee(row, _over(row))
	rest = position.open - amount
	short = line.event is Event.SHORT_PAY  # then RTS has charged back all of the rest
	if line.chargeback and (not 0 < line.chargeback <= rest or (short and line.chargeback != rest)):
		return "conflicting_amounts"
	if short and rest and not line.chargeback:
		return _short(row, rest)
	taken = _taken(row, amount) if row.policy is Policy.BORROWING else {}
	if isinstance(taken, str):
		return taken
	happened: Happened = [(Event.PAYMENT, {"paid": amount, **taken})]
	if line.chargeback:
		happened.append((Event.CHARGEBACK, {"amount": line.chargeback}))
	return with_fee(row, happened)


def _over(row: Row) -> Happened:
	"""More than RTS had bought: our books' outstanding amount is paid, and the rest is the customer's credit."""
	amount, position = row.paid, row.position
	over = amount - position.open
	credited = amount if row.policy is Policy.BORROWING else over
	due = min(credited, max(position.outstanding, ZERO))
	amounts = {"paid": amount, "open": position.open, "over": over, "due": due, "credit": credited - due}
	return [(Event.OVER_PAY, amounts)]


def _short(row: Row, rest: Decimal) -> str | Happened:
	"""The invoice is closed at RTS, which takes the rest from the reserve. A rest within the tolerance is given up; a larger
	one is the customer's to pay to us."""
	allowed = rest if rest <= row.terms.short_pay_tolerance else ZERO
	amounts = {"paid": row.paid, "open": row.position.open, "short": rest, "allowed": allowed}
	if row.policy is Policy.SALE:
		amounts["billed"] = rest - allowed
	else:
		if row.position.outstanding < row.paid + allowed:
			amounts["allowed"] = allowed = ZERO  # a credit note has closed it in our books
		taken = _taken(row, row.paid + allowed)
		if isinstance(taken, str):
			return taken
		amounts |= taken
	return with_fee(row, [(Event.SHORT_PAY, amounts)])


def _removed(row: Row) -> str | Happened:
	"""A payment that RTS takes back. First goes what was paid to RTS while it had nothing open of the invoice, then what was more than
	the purchase, where the amount needs it."""
	amount, position = abs(row.paid), row.position
	passed = min(amount, max(position.non_factored, ZERO))
	if not passed and not position.is_bought:
		return _not_bought(position)
	if not amount:
		return "missing_amount"
	happened: Happened = []
	if passed:
		turned = _non_factored_back(row, passed)
		if isinstance(turned, str):
			return turned
		happened.append(turned)
		position = advance(position, row.policy, Effect(*turned))
		row, amount = row._replace(position=position), amount - passed
	beyond = max(amount - position.collected, ZERO)
	if beyond and not row.accepted("not_collected"):
		return "not_collected"
	amount -= beyond
	over = max(position.over, ZERO)
	if over and amount != over:
		over = max(amount - (position.collected - over), ZERO)
	reopened = amount - over
	credits = _credits_taken_back(row, reopened, over)
	if isinstance(credits, str):
		return credits
	if amount:
		amounts = {"paid": amount, "reopened": reopened, "over": over} | credits
		happened.append((Event.PAYMENT_REMOVED, amounts))
	if beyond:
		happened.append((Event.DIFFERENCE, {"amount": beyond}))
	return with_fee(row, happened)


def _non_factored_back(row: Row, amount: Decimal) -> str | tuple[Event, dict[str, Decimal]]:
	"""The mirror of a payment of an invoice of which RTS had nothing open: the customer's credit as far as it gave one."""
	given = max(row.position.credit, ZERO)
	credit = min(amount, given)
	difference = max(credit - max(given - row.position.credit_used, ZERO), ZERO)
	if difference and not row.accepted("credit_used"):
		return "credit_used"
	amounts = {
		"paid": amount,
		"due": amount - credit,
		"credit": credit - difference,
		"difference": difference,
	}
	return Event.NON_FACTORED, {name: -value for name, value in amounts.items()}


def _credits_taken_back(row: Row, reopened: Decimal, over: Decimal) -> dict[str, Decimal] | str:
	"""What the payment had become of our books, mirrored: the customer's credit as far as it gave one, else the invoice. A
	credit that the customer has used meanwhile is a difference, which needs a look."""
	position = row.position
	given = max(position.credit, ZERO)
	of_over = min(over, given)
	of_rest = (
		min(reopened, max(given - max(position.over, ZERO), ZERO)) if row.policy is Policy.BORROWING else ZERO
	)
	total = over + (reopened if row.policy is Policy.BORROWING else ZERO)
	credit = of_over + of_rest
	difference = max(credit - max(given - position.credit_used, ZERO), ZERO)
	if difference and not row.accepted("credit_used"):
		return "credit_used"
	return {"due": total - credit, "credit": credit - difference, "difference": difference}


def _charged_back(row: Row) -> str | Happened:
	"""A chargeback, or a buyout: we pay RTS for the invoice, while a chargeback is taken from the reserve.

	RTS may state a chargeback less the reserve it holds for the invoice, or together with a fee that ran until then.
	"""
	line, position = row.line, row.position
	event = line.event or Event.CHARGEBACK
	amount = _of_open(row)
	if isinstance(amount, str):
		return amount
	if position.open <= 0:
		if not row.accepted("nothing_open") or event is Event.BUYOUT:
			return "nothing_open"
		return with_fee(row, [(Event.DIFFERENCE, {"amount": amount})])
	if amount > position.open:
		if event is Event.BUYOUT:
			return "exceeds_open"
		if not row.accepted("chargeback_exceeds_open"):
			return "chargeback_exceeds_open"
		fee = amount - position.open
		if line.fee == fee:  # which its column states once more
			row = row._replace(line=line._replace(fee=None))
		return with_fee(row, [(event, {"amount": position.open}), (Event.FEE, {"amount": fee})])
	happened: Happened = [(event, {"amount": amount})]
	if (
		event is Event.CHARGEBACK
		and 0 < position.holdback == position.open - amount
		and not row.decision.event
	):
		if not row.accepted("net_of_reserve"):
			return "net_of_reserve"
		happened.append((event, {"amount": position.holdback}))
	return with_fee(row, happened)


def _written_off(row: Row) -> str | Happened:
	"""RTS bears the loss (without recourse): nothing comes in, and nothing is owed."""
	amount = _of_open(row)
	if isinstance(amount, str):
		return amount
	if row.position.open <= 0:
		return "already_paid"
	if amount > row.position.open:
		return "exceeds_open"
	taken = _taken(row, amount, "difference") if row.policy is Policy.BORROWING else {}
	if isinstance(taken, str):
		return taken
	return with_fee(row, [(Event.WRITE_OFF, {"amount": amount, **taken})])


def _of_open(row: Row) -> Decimal | str:
	"""The amount of a row that takes away of the open amount, or why it cannot."""
	amount = one_of(row.line.chargeback, row.line.paid)
	if not row.position.is_bought:
		return _not_bought(row.position)
	if isinstance(amount, str):
		return amount
	return amount if holds(row.position) else "charged_back"


def _chargeback_reversed(row: Row) -> str | Happened:
	"""RTS gives back what it charged, for a chargeback or a short pay, and the invoice is open with it again. What we had given up of a
	short pay, the customer owes again."""
	amount = one_of(row.line.chargeback, row.line.paid)
	if isinstance(amount, str):
		return amount
	position = row.position
	charged_back = min(amount, max(position.charged_back, ZERO))
	short = min(amount - charged_back, max(position.short, ZERO))
	beyond = amount - charged_back - short
	if beyond and not row.accepted("not_charged_back"):
		return "not_charged_back"
	amount -= beyond
	allowed = min(short, max(position.allowed, ZERO))
	taken = _taken(row, amount - allowed) if row.policy is Policy.SALE else {}
	if isinstance(taken, str):
		return taken
	amounts = {"amount": amount, "charged_back": charged_back, "short": short, "allowed": allowed, **taken}
	happened: Happened = [(Event.CHARGEBACK_REVERSAL, amounts)] if amount else []
	if beyond:
		happened.append((Event.DIFFERENCE, {"amount": -beyond}))
	return with_fee(row, happened)


def _non_factored(row: Row) -> str | Happened:
	amount = row.paid
	if amount < 0 and row.position.non_factored > 0:
		return _removed(row)
	if holds(row.position) and row.position.open > 0:
		return "still_factored"
	if amount <= 0:
		return "negative_amount" if amount else "missing_amount"
	taken = _taken(row, amount)
	return (
		taken if isinstance(taken, str) else with_fee(row, [(Event.NON_FACTORED, {"paid": amount, **taken})])
	)


def _paid_to_us(row: Row) -> str | Happened:
	"""The debtor paid us; RTS takes the amount from the reserve, and its invoice is closed. What our books show as paid
	already was booked against the invoice, not held for the factor."""
	amount, position = row.paid or row.line.chargeback or ZERO, row.position
	if not row.decision.event and not row.accepted("direct_payment"):
		return "direct_payment"
	if not position.is_bought:
		return _not_bought(position)
	if amount <= 0:
		return "negative_amount" if amount else "missing_amount"
	if not holds(position) or position.open <= 0:
		return "already_paid" if holds(position) else "charged_back"
	if amount > position.open:
		return "exceeds_open"
	if row.policy is Policy.SALE:
		return with_fee(row, [(Event.DIRECT_PAYMENT, {"paid": amount})])
	booked_on_invoice = position.outstanding <= 0 and row.standing is InvoiceStanding.OPEN
	taken = {} if booked_on_invoice else _taken(row, amount)
	if isinstance(taken, str):
		return taken
	amounts = {"paid": amount, "held": sum(taken.values(), ZERO), **taken}
	return with_fee(row, [(Event.DIRECT_PAYMENT, amounts)])


def _nothing_paid(row: Row) -> str | Happened:
	"""RTS says that the debtor has not paid. A row with money says something else."""
	return "conflicting_amounts" if any(amounts_of(row.line)) else []


_RULES: dict[Event, Callable[[Row], str | Happened]] = {
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
	Event.DIRECT_PAYMENT: _paid_to_us,
	Event.FEE: fee_or_charge,
	Event.FEE_REVERSAL: fee_or_charge,
	Event.CHARGE: fee_or_charge,
	Event.PAYOUT_FEE: fee_or_charge,
	Event.PAYOUT_CHARGE: fee_or_charge,
	Event.RESERVE_RELEASE: reserve_release,
	Event.DIFFERENCE: unexplained,
	Event.NON_PAYMENT: _nothing_paid,
}
