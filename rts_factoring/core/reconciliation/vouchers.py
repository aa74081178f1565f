"""Effects to vouchers, the journal entries to be: few and short, each of one day, in an order that ERPNext takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..model import Leg, Role

# ERPNext submits a Journal Entry of more than 100 rows in a background job; at most this many of ours name an invoice,
# the other roles take at most two rows each.
INVOICE_ROWS = 80
INVOICE_ROLES = (Role.RECEIVABLE, Role.CUSTOMER_CREDIT)


@dataclass(frozen=True)
class JournalPosting:
	"""The legs of one effect, its posting date, and the ledger entry it belongs to (an index of the caller)."""

	index: int
	day: date
	legs: tuple[Leg, ...]


@dataclass(frozen=True)
class Voucher:
	day: date
	postings: tuple[JournalPosting, ...]


@dataclass
class _Part:
	"""A voucher being filled; `rows` are its rows that name an invoice: role, invoice, whether a debit."""

	postings: list[JournalPosting]
	rows: set[tuple[Role, str | None, bool]]

	def has_room_for(self, rows: set[tuple[Role, str | None, bool]]) -> bool:
		"""Whether there is room, and no invoice would be on both sides. ERPNext compares the credits of an entry with what
		the invoice owed before, and ignores its debits."""
		both = any(
			role is Role.RECEIVABLE and (role, name, not debit) in self.rows for role, name, debit in rows
		)
		return not both and len(self.rows | rows) <= INVOICE_ROWS


def to_vouchers(postings: Iterable[JournalPosting]) -> list[Voucher]:
	"""One voucher per day, or more where a day has too many invoices, or debits and credits the same one. An invoice's postings
	keep their order. Postings without legs get no voucher."""
	return [
		Voucher(day, tuple(part.postings))
		for day, of_day in sorted(_by_day(postings).items())
		for part in _parts(of_day)
	]


def _parts(of_day: Iterable[JournalPosting]) -> list[_Part]:
	"""Each posting goes to the first part that has room, and to none before the last posting of its invoices."""
	parts: list[_Part] = []
	full = 0  # parts before this one have no room
	last: dict[str | None, int] = {}
	for posting in of_day:
		rows = {
			(leg.role, leg.invoice_no, leg.debit > 0) for leg in posting.legs if leg.role in INVOICE_ROLES
		}
		number = max((full if rows else 0, *(last.get(name, 0) for _role, name, _debit in rows)))
		while number < len(parts) and not parts[number].has_room_for(rows):
			number += 1
		if number == len(parts):
			parts.append(_Part([], set()))
		parts[number].postings.append(posting)
		parts[number].rows |= rows
		last |= dict.fromkeys((name for _role, name, _debit in rows), number)
		while full < len(parts) and len(parts[full].rows) >= INVOICE_ROWS:
			full += 1
	return parts


def _by_day(postings: Iterable[JournalPosting]) -> dict[date, list[JournalPosting]]:
	days: dict[date, list[JournalPosting]] = {}
	for posting in postings:
		if posting.legs:
			days.setdefault(posting.day, []).append(posting)
	return days
