"""On which day something is posted to an invoice, so that what RTS had of it is possible as of every day.

on the books: chargeback 11/10        a later report: its reversal, dated 11/08        posted: 11/10
"""

from __future__ import annotations

from datetime import date as Date
from decimal import Decimal
from typing import NamedTuple

from ..money import ZERO
from .positions import MOVES, is_possible
from .posting_matrix import Effect


class Change(NamedTuple):
	"""What an effect adds to what RTS has of its invoice."""

	purchased: Decimal = ZERO
	open: Decimal = ZERO
	collected: Decimal = ZERO
	charged_back: Decimal = ZERO

	def plus(self, other: Change) -> Change:
		return Change(*(one + two for one, two in zip(self, other, strict=True)))


NOTHING = Change()


def change_of(effect: Effect) -> Change:
	moved = dict.fromkeys(Change._fields, ZERO)
	for name, sign, amount in MOVES.get(effect.event, ()):
		if name in moved:
			moved[name] += sign * effect.amounts.get(amount, ZERO)
	return Change(**moved)


class History:
	"""What happened to one invoice, day by day. `first_bought` is the first day on which RTS had it, where somebody says so."""

	def __init__(self, first_bought: Date | None = None) -> None:
		self.first_bought = first_bought
		self._days: dict[Date, Change] = {}

	def add(self, day: Date, change: Change) -> None:
		self._days[day] = self._days.get(day, NOTHING).plus(change)

	def first_possible(self, day: Date, change: Change) -> Date:
		"""`day`, or the first later one from which on the change makes no day's amounts impossible. Where every day is, it is `day`."""
		later = sorted(each for each in self._days if each > day)
		if not later or not any(change):
			return day
		total = NOTHING
		for each, moved in self._days.items():
			total = total.plus(moved) if each <= day else total
		totals = [total]
		for each in later:
			totals.append(totals[-1].plus(self._days[each]))
		first = None
		for each, total in reversed(list(zip((day, *later), totals, strict=True))):
			if is_possible(*total) and not is_possible(*total.plus(change)):
				break
			first = each
		return first or day
