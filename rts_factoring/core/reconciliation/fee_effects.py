"""What a row is judged by, and the fees, charges and reserve releases of a payment report: alone, or beside something else."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, TypeAlias

from ..model import Event, FeesStatedIn, InvoiceStanding, Policy, Position, ReportTerms
from ..money import ZERO
from ..reports.lines import ReportLine
from .results import RowDecision
from .row_effects import WITHOUT_FEE

Happened: TypeAlias = list[tuple[Event, dict[str, Decimal]]]  # events, each with its amounts by name


class Row(NamedTuple):
	"""A row and what it is judged by."""

	line: ReportLine
	position: Position
	policy: Policy
	terms: ReportTerms
	decision: RowDecision
	standing: InvoiceStanding

	@property
	def paid(self) -> Decimal:
		return self.line.paid or ZERO

	def accepted(self, reason: str) -> bool:
		return reason in self.decision.accepted


def with_fee(row: Row, happened: Happened) -> str | Happened:
	"""The fee and the reserve release on a row about something else. A fee that the purchase report stated is not counted
	again."""
	fee, released = row.line.fee, row.line.released
	repeats = _repeats(row, fee or ZERO)
	if repeats and repeats != WITHOUT_FEE:
		return repeats
	happened = list(happened)
	if fee and not repeats:
		event, amount = (Event.FEE, fee) if fee > 0 else (Event.FEE_REVERSAL, -fee)
		happened.append((event, {"amount": amount}))
	if released:
		happened.append((Event.RESERVE_RELEASE, {"amount": released}))
	return happened


def _repeats(row: Row, fee: Decimal) -> str:
	"""Whether a fee is the one that a purchase report stated before: "" when it counts, WITHOUT_FEE when it does not, and
	a reason to wait when nobody has said so."""
	stated, stated_in = row.position.purchase_fee, row.terms.fees_stated_in
	if fee <= 0 or stated <= 0 or stated_in is FeesStatedIn.BOTH or row.accepted("fee_repeats"):
		return ""
	if stated_in is FeesStatedIn.PURCHASE or row.accepted(WITHOUT_FEE):
		return WITHOUT_FEE
	return "fee_repeats" if fee == stated else ""


def fee_or_charge(row: Row) -> str | Happened:
	"""A fee, its reversal or a charge. The row's type says which way it goes, and a minus in the fee column turns it, as it
	does beside a payment. In the payment column fees have either sign."""
	line = row.line
	amount = one_of(line.fee, line.paid)
	if isinstance(amount, str):
		return amount
	event = line.event or Event.FEE
	if event is Event.CHARGE and row.terms.charges_from_payout and not row.decision.event:
		event = Event.PAYOUT_CHARGE
	if line.fee and line.fee < 0 and event is not Event.FEE_REVERSAL:
		event, amount = (Event.FEE_REVERSAL, amount) if event is Event.FEE else (event, -amount)
	beside = row._replace(line=line._replace(fee=None))
	if event is Event.FEE and (repeats := _repeats(row, amount)):
		return with_fee(beside, []) if repeats == WITHOUT_FEE else repeats
	return with_fee(beside, [(event, {"amount": amount})])


def reserve_release(row: Row) -> str | Happened:
	"""A negative release is one taken back."""
	line = row.line
	amount = one_of(line.released, line.paid)
	if isinstance(amount, str):
		return amount
	signed = amount if (line.released or line.paid or ZERO) > 0 else -amount
	happened: Happened = [(Event.RESERVE_RELEASE, {"amount": signed})]
	line = line._replace(released=None)
	if line.fee and row.terms.charges_from_payout:
		happened.append((Event.PAYOUT_FEE, {"amount": line.fee}))
		line = line._replace(fee=None)
	return with_fee(row._replace(line=line), happened)


def unexplained(row: Row) -> str | Happened:
	"""What RTS took from the reserve (a fee, a chargeback, a negative payment) or put into it (a payment), unexplained."""
	line = row.line
	amount = (line.fee or ZERO) + (line.chargeback or ZERO) - (line.paid or ZERO)
	if not amount:
		return "missing_amount"
	return with_fee(row._replace(line=line._replace(fee=None)), [(Event.DIFFERENCE, {"amount": amount})])


def one_of(*amounts: Decimal | None) -> Decimal | str:
	"""The one amount that is given, without its sign, or the reason why there is not one."""
	sizes = {abs(amount) for amount in amounts if amount}
	if len(sizes) > 1:
		return "conflicting_amounts"
	return sizes.pop() if sizes else "missing_amount"
