"""What Factoring Adjustments have posted before a report says it: the row then waits instead of posting it twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date as Date
from decimal import Decimal
from typing import NamedTuple

from ..model import NEEDS_INVOICE, OWN_EVENTS, Event
from ..reports.lines import DEDUCTIONS, ReportLine

Fact = tuple[str, Decimal]  # what happened, and its size
NEAR_DAYS = 45  # an amount without an invoice means the same thing only within so many days

# Events that say the same thing in other words.
_SAME = {
	Event.PARTIAL: Event.PAYMENT,
	Event.SHORT_PAY: Event.PAYMENT,
	Event.OVER_PAY: Event.PAYMENT,
	Event.BUYOUT: Event.CHARGEBACK,
	Event.RECOVERY: Event.CHARGEBACK,
	Event.PAYOUT_FEE: Event.FEE,
	Event.CHARGE: Event.FEE,
	Event.PAYOUT_CHARGE: Event.FEE,
}
_BESIDE = {"chargeback": Event.CHARGEBACK, "fee": Event.FEE, "released": Event.RESERVE_RELEASE}
_BESIDE_PURCHASE = {
	"fee": Event.FEE,
	"other": Event.FEE,
	"repaid": Event.ADVANCE_REPAID,
	"recovered": Event.CHARGEBACK,
}
# What a person may have entered without the invoice that the report names, or with one where the report names none.
_OF_ANY_INVOICE = {_SAME.get(event, event).value for event in Event if event not in NEEDS_INVOICE}


class Adjusted(NamedTuple):
	"""A line of a submitted adjustment that stands for no report row yet. `bought_again` is the day on which RTS bought its invoice once
	more after it: what happens after that day is another story."""

	name: str
	invoice_no: str
	date: Date | None
	facts: frozenset[Fact]
	bought_again: Date | None = None


def in_other_words(event: Event) -> Event:
	"""The event that says the same thing as this one."""
	return _SAME.get(event, event)


def facts_of(line: ReportLine) -> frozenset[Fact]:
	"""What a row says happened: its event with its amount, and what stands beside a payment."""
	if line.event is None or line.event in OWN_EVENTS:
		return frozenset()
	event = in_other_words(line.event)
	if event is Event.PURCHASE:
		amounts = [line.invoice_amount if line.purchased is None else line.purchased]
	else:
		amounts = [line.paid, line.chargeback, line.fee, line.released, line.net]
		amounts += [getattr(line, name) for name in DEDUCTIONS]
	found = {(event.value, abs(amount)) for amount in amounts if amount}
	if event is Event.PAYMENT:
		found = {(event.value, abs(line.paid))} if line.paid else set()
		found |= _beside(line, _BESIDE)
	return frozenset(found)


def _beside(line: ReportLine, columns: Mapping[str, Event]) -> set[Fact]:
	return {(of.value, abs(amount)) for name, of in columns.items() if (amount := getattr(line, name))}


class AdjustedBefore:
	"""Lays rows beside the lines of adjustments; each line stands for one row.

	A fee, charge or release counts too where only one of both names an invoice. Such a line also keeps a row waiting that says
	the same of its own invoice: two rows that wait do less harm than one that posts twice.
	"""

	def __init__(self, lines: Iterable[Adjusted]):
		self._by_invoice: dict[str, list[Adjusted]] = {}
		self._elsewhere: dict[bool, list[Adjusted]] = {True: [], False: []}
		for line in lines:
			self._by_invoice.setdefault(line.invoice_no, []).append(line)
			if facts := frozenset(fact for fact in line.facts if fact[0] in _OF_ANY_INVOICE):
				self._elsewhere[bool(line.invoice_no)].append(line._replace(facts=facts))

	def take(self, row: ReportLine, invoice_no: str) -> str:
		"""The name of the line that has posted what this row says; "" when there is none."""
		own, others = self._by_invoice.get(invoice_no, []), self._elsewhere[not invoice_no]
		if not own and not others:
			return ""
		facts: Set[Fact] = facts_of(row)
		if row.event is Event.PURCHASE:
			facts |= _beside(row, _BESIDE_PURCHASE)
		for lines, at_any_time in ((own, bool(invoice_no)), (others, False)):
			for line in lines:
				if _is_past(line, row):
					continue
				if line.facts & facts and (at_any_time or _are_near(line.date, row.date)):
					lines.remove(line)
					return line.name
		return ""


def _is_past(line: Adjusted, row: ReportLine) -> bool:
	return line.bought_again is not None and row.date is not None and row.date > line.bought_again


def _are_near(one: Date | None, other: Date | None) -> bool:
	return one is None or other is None or abs((one - other).days) <= NEAR_DAYS
