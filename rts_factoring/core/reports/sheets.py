"""A spreadsheet file in memory: sheets of cells, and the limits on what is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from ..errors import FileRefused


@dataclass(frozen=True, slots=True)
class Limits:
	"""Limits of one report. A real one of 100,000 rows × 12 columns has about 8 MB, and 60 MB unpacked."""

	bytes: int = 40_000_000
	unpacked: int = 120_000_000  # bytes of all parts, and of all shared texts each time one is used
	rows: int = 200_000
	columns: int = 512
	cells: int = 2_500_000  # filled cells, in all sheets
	area: int = 4_000_000  # rows × columns, in all sheets
	sheets: int = 50
	members: int = 2_000
	text: int = 32_767  # Excel's own limit for one cell


class MissingValue:
	"""A cell with a formula whose result was never saved. Its value cannot be known."""

	__slots__ = ()

	def __repr__(self) -> str:
		return "formula without a saved value"

	__str__ = __repr__


FORMULA_WITHOUT_VALUE = MissingValue()


Row: TypeAlias = list[Any]  # cells: a text, number, date, truth value or FORMULA_WITHOUT_VALUE


@dataclass(slots=True)
class Sheet:
	"""`rows[i]` is row i+1 of the sheet. All rows are equally long, empty cells are ''."""

	name: str
	rows: list[Row]
	hidden: bool = False


EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)  # day 0 of Excel's two calendars


@dataclass(slots=True)
class Spreadsheet:
	"""`epoch` is the day from which the numbers of cells without a date format count."""

	file_name: str
	sheets: list[Sheet] = field(default_factory=list)
	epoch: date = EPOCH_1900


def too_large(what: str, file_name: str, most: int, count: int = 0, part: str = "") -> FileRefused:
	"""The error for a file beyond a limit; `what` is the variant of the message."""
	return FileRefused(f"too_large.{what}", where=file_name, most=f"{most:,}", count=f"{count:,}", part=part)
