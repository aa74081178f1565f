"""What comes from the factor in the next weeks, how fast debtors pay, and what the factor's money costs a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .money import ZERO

WEEKS = 4
YEAR = 365  # days; simple interest
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ExpectedAmount:
	"""An amount and the day it is expected on; None where nobody can say."""

	amount: Decimal
	day: date | None


@dataclass(frozen=True, slots=True)
class Outlook:
	"""Amounts by the week they are expected in. `due` was expected before the first week, `later` comes after the last one."""

	due: Decimal
	weeks: tuple[Decimal, ...]
	later: Decimal
	undated: Decimal

	@property
	def total(self) -> Decimal:
		return sum(self.weeks, self.due + self.later + self.undated)

	def __add__(self, other: Outlook) -> Outlook:
		weeks = tuple(one + two for one, two in zip(self.weeks, other.weeks, strict=True))
		return Outlook(self.due + other.due, weeks, self.later + other.later, self.undated + other.undated)


def outlook(expected: Iterable[ExpectedAmount], today: date, weeks: int = WEEKS) -> Outlook:
	"""The amounts by week; the first week is today and the six days after it."""
	due = later = undated = ZERO
	by_week = [ZERO] * weeks
	for item in expected:
		if item.day is None:
			undated += item.amount
			continue
		number = (item.day - today).days // 7
		if number < 0:
			due += item.amount
		elif number < weeks:
			by_week[number] += item.amount
		else:
			later += item.amount
	return Outlook(due, tuple(by_week), later, undated)


def week_starts(today: date, weeks: int = WEEKS) -> list[date]:
	return [today + timedelta(weeks=number) for number in range(weeks)]


def reserve_releases(
	held: Iterable[ExpectedAmount], balance: Decimal, today: date, weeks: int = WEEKS
) -> Outlook:
	"""When the reserve comes back: what is held of open invoices on the day each debtor usually pays, and the rest of the balance
	at once. The rest is that of invoices which debtors have paid; it is negative where the factor took more from the reserve.
	The total is always the balance."""
	found = outlook(held, today, weeks)
	return Outlook(found.due + balance - found.total, found.weeks, found.later, found.undated)


def median(counts: Mapping[int, int]) -> Decimal | None:
	"""The median of numbers given as number → how often; None of none.

	>>> median({30: 2, 45: 1, 90: 1})
	Decimal('37.5')
	"""
	total = sum(counts.values())
	if not total:
		return None
	low = high = None
	seen = 0
	for number in sorted(counts):
		seen += counts[number]
		if low is None and seen * 2 >= total:
			low = number
		if seen * 2 > total:
			high = number
			break
	assert low is not None and high is not None
	return Decimal(low + high) / 2


def yearly_rate(fee: Decimal, advance_days: Decimal) -> Decimal | None:
	"""The fee as simple interest a year, in percent; `advance_days` is the sum of each advance times its days. None where no money
	was out for a day.

	>>> yearly_rate(Decimal(30), Decimal(950) * 40)
	Decimal('28.82')
	"""
	if advance_days <= 0:
		return None
	return (fee / advance_days * YEAR * 100).quantize(_CENT)


def share(part: Decimal, whole: Decimal) -> Decimal | None:
	"""A part in percent of the whole."""
	return (part / whole * 100).quantize(Decimal("0.1")) if whole > 0 else None
