"""What Factoring Adjustments have posted before a report says it: the row then waits instead of posting it twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date
from decimal import Decimal
from typing import NamedTuple

from ..model import OWN_EVENTS, Event
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
	Event.PAYOUT_CHARGE: Event.CHARGE,
}
_BESIDE = {"chargeback": Event.CHARGEBACK, "fee": Event.FEE, "released": Event.RESERVE_RELEASE}


class Adjusted(NamedTuple):
	"""A line of a submitted adjustment that stands for no report row yet."""

	name: str
	invoice_no: str
	date: Date | None
	facts: frozenset[Fact]


def facts_of(line: ReportLine) -> frozenset[Fact]:
	"""What a row says happened: its event with its amount, and what stands beside a payment."""
	if line.event is None or line.event in OWN_EVENTS:
		return frozenset()
	event = _SAME.get(line.event, line.event)
	if event is Event.PURCHASE:
		amounts = [line.invoice_amount if line.purchased is None else line.purchased]
	else:
		amounts = [line.paid, line.chargeback, line.fee, line.released, line.net]
		amounts += [getattr(line, name) for name in DEDUCTIONS]
	found = {(event.value, abs(amount)) for amount in amounts if amount}
	if event is Event.PAYMENT:
		found = {(event.value, abs(line.paid))} if line.paid else set()
		found |= {(of.value, abs(amount)) for name, of in _BESIDE.items() if (amount := getattr(line, name))}
	return frozenset(found)


class AdjustedBefore:
	"""Lays rows beside the lines of adjustments; each line stands for one row."""

	def __init__(self, lines: Iterable[Adjusted]):
		self._by_invoice: dict[str, list[Adjusted]] = {}
		for line in lines:
			self._by_invoice.setdefault(line.invoice_no, []).append(line)

	def take(self, row: ReportLine, invoice_no: str) -> str:
		"""The name of the line that has posted what this row says; "" when there is none."""
		lines = self._by_invoice.get(invoice_no)
		if not lines:
			return ""
		facts = facts_of(row)
		for line in lines:
			if line.facts & facts and (invoice_no or _are_near(line.date, row.date)):
				lines.remove(line)
				return line.name
		return ""


def _are_near(one: Date | None, other: Date | None) -> bool:
	return one is None or other is None or abs((one - other).days) <= NEAR_DAYS
