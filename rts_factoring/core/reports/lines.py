"""The parsed lines of a report, and whether its totals are the sums of its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from ..model import Event, Outcome
from ..money import ZERO


class ReportLine(NamedTuple):
	"""One row with content. Amounts are as in the report (negative stays negative), None is an empty cell.

	`status` belongs to purchase reports, `event` to payment reports. `problems` are reason codes, the worst first.
	"""

	row: int
	invoice_no: str
	event: Event | None
	status: Outcome | None
	problems: tuple[str, ...]
	word: str  # status or type as the report spells it
	reason: str  # reason or description, as the report spells it
	debtor_name: str
	debtor_code: str
	po_no: str
	client_no: str
	batch_ref: str
	payment_ref: str
	payment_type: str
	date: Date | None
	invoice_date: Date | None
	invoice_amount: Decimal | None
	purchased: Decimal | None
	advance: Decimal | None
	fee: Decimal | None
	reserve: Decimal | None
	other: Decimal | None
	repaid: Decimal | None
	recovered: Decimal | None
	unclear: Decimal | None
	net: Decimal | None
	paid: Decimal | None
	released: Decimal | None
	chargeback: Decimal | None
	balance: Decimal | None
	unread: Decimal | None  # amounts in columns that the layout does not know

	def with_amounts(self, amounts: Mapping[str, Decimal | None]) -> ReportLine:
		"""The line with other amounts, by the names in AMOUNTS."""
		changed: dict[str, Any] = {**amounts}
		return self._replace(**changed)


AMOUNTS: tuple[str, ...] = ("invoice_amount", "purchased", "advance", "fee", "reserve", "other")
AMOUNTS += ("repaid", "recovered", "unclear", "net", "paid", "released", "chargeback", "balance", "unread")

# The amounts that can move money. With the advance a row may state its reserve.
MONEY = tuple(name for name in AMOUNTS if name not in ("invoice_amount", "balance", "unread"))
# What RTS keeps of a funding.
DEDUCTIONS = ("fee", "reserve", "other", "repaid", "recovered", "unclear")

# Field of the layout → attribute of the line, where the names differ.
ATTRIBUTE = {
	"purchased_amount": "purchased",
	"advance_amount": "advance",
	"fee_amount": "fee",
	"reserve_amount": "reserve",
	"other_deductions": "other",
	"advance_repaid": "repaid",
	"recovery_amount": "recovered",
	"unclear_deductions": "unclear",
	"net_amount": "net",
	"amount_paid": "paid",
	"reserve_released": "released",
	"chargeback_amount": "chargeback",
	"purchase_date": "date",
	"payment_date": "date",
	"status": "word",
	"transaction_type": "word",
	"description": "reason",
}


class UnreadCell(NamedTuple):
	"""The cell behind a problem of a line: an unknown word, or a date or amount that cannot be read."""

	problem: str
	column: str  # its header
	value: str  # as a person sees it


class TotalRow(NamedTuple):
	row: int
	label: str
	amounts: dict[str, Decimal]


class TotalDifference(NamedTuple):
	"""A total in the report that is not the sum of its rows."""

	row: int
	field: str
	stated: Decimal
	added: Decimal


def find_total_differences(
	lines: Sequence[ReportLine], totals: Sequence[TotalRow], tolerance: Decimal
) -> list[TotalDifference]:
	"""Totals that no sum explains. A total may cover all rows so far, the rows since the total before it, or the last rows
	that share a check or a debtor."""
	differences: list[TotalDifference] = []
	position = 0
	so_far = dict.fromkeys((name for total in totals for name in total.amounts), ZERO)
	for total in totals:
		start = position
		while position < len(lines) and lines[position].row < total.row:
			position += 1
		since = lines[start:position]
		groups = [since, _trailing(since, "payment_ref"), _trailing(since, "debtor_name")]
		for name in so_far:
			so_far[name] += _sum(since, name)
		for name, stated in total.amounts.items():
			if abs(stated - so_far[name]) <= tolerance:
				continue
			if all(abs(stated - _sum(group, name)) > tolerance for group in groups):
				differences.append(TotalDifference(total.row, name, stated, so_far[name]))
	return differences


def _sum(lines: Sequence[ReportLine], name: str) -> Decimal:
	return sum(filter(None, map(attrgetter(name), lines)), ZERO)  # a large report has millions of these


def _trailing(lines: Sequence[ReportLine], group: str) -> Sequence[ReportLine]:
	"""The last lines that share one value of `group`."""
	start = len(lines) if lines and getattr(lines[-1], group) else 0
	while start and getattr(lines[start - 1], group) == getattr(lines[-1], group):
		start -= 1
	return lines[start:] if start else lines
