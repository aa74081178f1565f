"""Report rows that were posted: what a later report is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from ..model import Event
from ..money import ZERO
from ..reports.lines import MONEY, ReportLine


@dataclass(frozen=True, slots=True)
class PostedRow:
	"""A report row that was posted, or ignored by a person. `fingerprint` stands for its cells as they are in the file.

	`name` is its document. `corrects` names the posted row of which this one posted only the difference.
	"""

	identity: str
	occurrence: int
	fingerprint: str = ""
	batch: str = ""
	invoice_no: str = ""  # as in the file
	payment_ref: str = ""
	word: str = ""
	event: Event | None = None
	amounts: tuple[Decimal, ...] = ()  # in the order of MONEY
	row: int = 0
	report_import: str = ""
	name: str = ""
	corrects: str = ""
	is_ignored: bool = False
	is_corrected: bool = False  # by a Factoring Adjustment


class Difference(NamedTuple):
	"""An amount that a row states otherwise than when it was posted."""

	field: str
	posted: Decimal
	stated: Decimal


def differences(line: ReportLine, posted: PostedRow) -> tuple[Difference, ...]:
	return tuple(
		Difference(name, before, now)
		for name, before, now in zip(MONEY, posted.amounts, amounts_of(line), strict=True)
		if before != now
	)


def amounts_of(line: ReportLine) -> tuple[Decimal, ...]:
	"""The amounts that can move money, in the order of MONEY. An empty cell counts as 0."""
	return tuple(getattr(line, name) or ZERO for name in MONEY)


def posted_row(
	line: ReportLine, identity: str, occurrence: int, fingerprint: str = "", **more: Any
) -> PostedRow:
	return PostedRow(
		identity,
		occurrence,
		fingerprint,
		invoice_no=line.invoice_no,
		payment_ref=line.payment_ref,
		word=line.word,
		event=line.event,
		amounts=amounts_of(line),
		row=line.row,
		**more,
	)
