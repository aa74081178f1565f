"""Whether the reports of a factor cover every day: gaps, overlaps, and one that never came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

SATURDAY = 5
GRACE = 2  # working days that a report may be late


class Frequency(str, Enum):
	"""How often the factor sends its payment report."""

	UNKNOWN = ""
	DAILY = "Daily"
	WEEKLY = "Weekly"
	TWO_WEEKS = "Every Two Weeks"
	MONTHLY = "Monthly"


_DAYS = {Frequency.DAILY: 1, Frequency.WEEKLY: 7, Frequency.TWO_WEEKS: 14}


@dataclass(frozen=True, slots=True)
class Period:
	"""The days that one report covers, both included."""

	name: str
	first: date
	last: date


@dataclass(frozen=True, slots=True)
class Break:
	"""Where two reports that follow each other do not join, with the days between or in both."""

	before: str
	after: str
	first: date
	last: date
	is_gap: bool


def breaks(periods: Iterable[Period]) -> list[Break]:
	"""Gaps and overlaps, in order. Days between two reports that are no working days are no gap.

	>>> week = Period("A", date(2026, 11, 2), date(2026, 11, 6))
	>>> breaks([week, Period("B", date(2026, 11, 9), date(2026, 11, 13))])
	[]
	"""
	found: list[Break] = []
	reached: Period | None = None
	for period in sorted(periods, key=lambda each: (each.first, each.last, each.name)):
		if reached is not None:
			if period.first <= reached.last:
				last = min(period.last, reached.last)
				found.append(Break(reached.name, period.name, period.first, last, is_gap=False))
			elif _working_days(reached.last, period.first - timedelta(days=1)):
				first, last = reached.last + timedelta(days=1), period.first - timedelta(days=1)
				found.append(Break(reached.name, period.name, first, last, is_gap=True))
		if reached is None or period.last > reached.last:
			reached = period
	return found


def missing_since(last: date | None, frequency: Frequency, day: date) -> date | None:
	"""The last day of the period whose report is late on `day`, when the last report covers the days up to `last`. None when no
	report is late, or nobody said how often they come."""
	if last is None or frequency is Frequency.UNKNOWN:
		return None
	due = next_end(last, frequency)
	return due if _working_days(due, day) > GRACE else None


def is_uncovered(last: date, until: date) -> bool:
	"""Whether working days up to `until` lie after the last day that a report covers."""
	return last < until and _working_days(last, until) > 0


def next_end(last: date, frequency: Frequency) -> date:
	"""The last day of the period after one that ends on `last`. A daily report covers working days."""
	if frequency is Frequency.MONTHLY:
		first = last + timedelta(days=1)
		return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
	end = last + timedelta(days=_DAYS[frequency])
	while frequency is Frequency.DAILY and end.weekday() >= SATURDAY:
		end += timedelta(days=1)
	return end


def _working_days(after: date, until: date) -> int:
	"""Mondays to Fridays after one day, up to another and with it."""
	days = (until - after).days
	return sum((after + timedelta(days=number)).weekday() < SATURDAY for number in range(1, days + 1))
