"""Amounts in columns that a layout does not know. A row with one waits until a person says what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from ..money import ZERO
from .cells import BadCell, to_amount, to_text
from .header import Header
from .lines import ATTRIBUTE
from .sheets import Row

_LARGEST = 1_000_000  # a longer number without cents is a phone number or an ID


def unread_amounts(
	body: Sequence[Row], header: Header, columns: Mapping[str, list[Any]]
) -> dict[int, list[Decimal | None]]:
	"""By column the amount of each row that stands in it unread, None where there is nothing.

	`columns` has what was read. A second column of a field that one column fills counts where the two differ.
	"""
	found: dict[int, list[Decimal | None]] = {}
	for column in header.unread:
		amounts = _amounts(body, column)
		if _holds_amounts(body, column, amounts):
			found[column] = [amount or None for amount in amounts]
	for column, name in header.restated.items():
		read = columns[ATTRIBUTE.get(name, name)]
		of_check = _sums_by_check(columns.get("payment_ref"), read)
		amounts = _amounts(body, column)
		rows = zip(read, of_check, amounts, strict=True)
		found[column] = [None if amount in (own, total) else amount or None for own, total, amount in rows]
	return found


def added_up(count: int, unread: Mapping[int, list[Decimal | None]]) -> list[Decimal | None]:
	"""For each of `count` rows the sum of what is unread in it, None where there is nothing."""
	sums: list[Decimal | None] = [None] * count
	for amounts in unread.values():
		for place, amount in enumerate(amounts):
			if amount:
				sums[place] = (sums[place] or ZERO) + amount
	return sums


def _sums_by_check(checks: list[str] | None, read: list[Decimal | None]) -> list[Decimal | None]:
	"""For each row what was read in all rows of its check: a `Check Amount` may stand on each of them."""
	if checks is None:
		return [None] * len(read)
	totals: dict[str, Decimal] = {}
	for check, amount in zip(checks, read, strict=True):
		totals[check] = totals.get(check, ZERO) + (amount or ZERO)
	return [totals[check] if check else None for check in checks]


def _amounts(body: Sequence[Row], column: int) -> list[Decimal | None]:
	memo: dict[Any, Decimal | None] = {}
	amounts = []
	for row in body:
		cell = row[column]
		key = (cell, type(cell))
		if key not in memo:
			memo[key] = _amount(cell)
		amounts.append(memo[key])
	return amounts


def _amount(cell: object) -> Decimal | None:
	try:
		amount = to_amount(cell)
	except BadCell:
		return None
	if amount is None or (amount == amount.to_integral_value() and abs(amount) >= _LARGEST):
		return None
	return amount


def _holds_amounts(body: Sequence[Row], column: int, amounts: Sequence[Decimal | None]) -> bool:
	"""Whether at least half of the cells with a text are amounts, and they are not just the numbers of the rows."""
	given = [amount for amount in amounts if amount is not None]
	if not any(given):
		return False
	if len(given) > 2 and all(after - before == 1 for before, after in pairwise(given)):
		return False
	return 2 * len(given) >= sum(1 for row in body if to_text(row[column]))
