"""A statement of the factor beside the books as of its day, row by row: what differs, and the likely cause. Nothing is posted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from ..model import Outcome
from ..money import ZERO
from ..reports.lines import ReportLine
from ..reports.report import Report
from .matching import Match, Matcher
from .results import ReconciledLine

NEAR = timedelta(days=10)  # RTS and our books may date one movement so far apart


@dataclass(frozen=True, slots=True)
class InvoiceBooks:
	"""What the books have of one invoice: open with RTS as of the statement's day and by all entries."""

	open: Decimal = ZERO
	open_now: Decimal = ZERO
	is_bought: bool = False  # by the statement's day
	waits: bool = False  # a row of a report about it waits for a decision


class Movement(NamedTuple):
	"""A ledger entry that moves the reserve. `source` is the document that made it."""

	name: str
	day: Date
	amount: Decimal
	invoice_no: str = ""
	source: str = ""


class Compared(NamedTuple):
	"""The rows of a statement beside the books, and what stands in the books alone: invoices, or names of movements."""

	lines: tuple[ReconciledLine, ...]
	stated: Decimal
	ours: Decimal
	alone: tuple[str, ...]

	@property
	def difference(self) -> Decimal:
		return self.stated - self.ours


NO_BOOKS = InvoiceBooks()
MOVED_ALONE = "statement_reserve_not_there"


def compare_open_invoices(report: Report, matcher: Matcher, books: Mapping[str, InvoiceBooks]) -> Compared:
	"""What RTS says is open of each invoice, beside our books. `books` has every invoice that is open or named."""
	seen: set[str] = set()
	lines = []
	stated = ZERO
	for line in report.lines:
		stated += line.balance or ZERO
		match = matcher.match(line)
		lines.append(_open_row(line, match, books, seen))
		if match.receivable and match.outcome is Outcome.MATCHED:
			seen.add(match.receivable.invoice_no)
	alone = tuple(sorted(name for name, each in books.items() if each.open and name not in seen))
	return Compared(tuple(lines), stated, sum((each.open for each in books.values()), ZERO), alone)


def _open_row(
	line: ReportLine, match: Match, books: Mapping[str, InvoiceBooks], seen: set[str]
) -> ReconciledLine:
	receivable = match.receivable
	if line.problems:
		return _row(line, line.problems[0], match)
	stated = line.balance or ZERO
	if receivable is None or match.outcome is not Outcome.MATCHED:
		reason = "statement_unknown" if receivable is None else match.reason or "statement_unknown"
		return _row(line, reason, match, stated, ZERO)
	if receivable.invoice_no in seen:
		return _row(line, "statement_twice", match, stated, ZERO)
	known = books.get(receivable.invoice_no, NO_BOOKS)
	return _row(line, cause(stated, known) if stated != known.open else None, match, stated, known.open)


def cause(stated: Decimal, books: InvoiceBooks) -> str:
	"""The likely cause why RTS has `stated` open of an invoice, and our books something else."""
	if books.waits:
		return "statement_row_waits"
	if books.open_now == stated:
		return "statement_dated_later"
	if not books.is_bought:
		return "statement_not_bought"
	return "statement_not_there" if books.open < stated else "statement_not_here"


def why_alone(books: InvoiceBooks) -> str:
	"""Why an invoice is open in our books and not in the statement."""
	if books.waits:
		return "statement_row_waits"
	return "statement_not_listed" if books.open_now else "statement_dated_later"


def _row(
	line: ReportLine,
	reason: str | None,
	match: Match,
	stated: Decimal | None = None,
	ours: Decimal | None = None,
) -> ReconciledLine:
	"""A row that agrees with the books has no reason."""
	outcome = Outcome.DIFFERS if reason else Outcome.MATCHED
	return ReconciledLine(
		line, outcome, reason, match.rule, match.receivable, (), "", 0, stated=stated, ours=ours
	)


def compare_reserve(
	report: Report,
	matcher: Matcher,
	movements: Sequence[Movement],
	opening: Decimal,
	as_of: Date,
	waiting: Iterable[str] = (),
) -> Compared:
	"""The movements of a reserve statement beside those of our books, and both balances.

	`movements` are those of the statement's days and NEAR around them, `opening` is our balance before them. `waiting` are
	invoices of which a row of a report waits.
	"""
	waits = frozenset(waiting)
	matches = [_match(line, matcher) for line in report.lines]
	found = _found(report.lines, matches, movements)
	first = min((line.date for line in report.lines if line.date), default=None)
	lines, begun = [], False
	balance: Decimal | None = None
	for line, match in zip(report.lines, matches, strict=True):
		moved = movement_of(line)
		balance = line.balance if line.balance is not None else balance
		if line.problems:
			lines.append(_row(line, line.problems[0], match))
		elif moved is None:
			day = line.date or (as_of if begun else None)
			ours = opening + _until(movements, day or first, inclusive=day is not None)
			reason = None if line.balance == ours else "statement_balance"
			lines.append(_row(line, reason, match, line.balance, ours))
		else:
			begun = True
			lines.append(_moved_row(line, moved, match, line.row in found, waits))
	used = {name for names in found.values() for name in names}
	alone = tuple(
		each.name for each in movements if each.name not in used and first and first <= each.day <= as_of
	)
	ours = opening + _until(movements, as_of, inclusive=True)
	return Compared(tuple(lines), ours if balance is None else balance, ours, alone)


def _moved_row(
	line: ReportLine, moved: Decimal, match: Match, is_found: bool, waits: frozenset[str]
) -> ReconciledLine:
	if is_found or not moved:
		return _row(line, None, match, moved, moved)
	name = match.receivable.invoice_no if match.receivable else ""
	reason = "statement_row_waits" if name in waits else "statement_reserve_not_here"
	return _row(line, reason, match, moved, ZERO)


def movement_of(line: ReportLine) -> Decimal | None:
	"""What a row of a reserve statement adds to the reserve; None for a row that only states a balance."""
	if line.reserve is None and line.released is None:
		return None
	return (line.reserve or ZERO) - (line.released or ZERO)


def _match(line: ReportLine, matcher: Matcher) -> Match:
	return matcher.match(line) if line.invoice_no else Match(Outcome.MATCHED)


def _until(movements: Iterable[Movement], day: Date | None, inclusive: bool) -> Decimal:
	return sum(
		(each.amount for each in movements if day and (each.day < day or (inclusive and each.day == day))),
		ZERO,
	)


def _found(
	lines: Sequence[ReportLine], matches: Sequence[Match], movements: Sequence[Movement]
) -> dict[int, tuple[str, ...]]:
	"""Row → the movements of our books that it means: one of its amount near its day, that of its invoice first; else all that
	are left of one document, where RTS states a batch in one row."""
	free: dict[str, Movement] = {each.name: each for each in movements}
	by_amount: dict[Decimal, list[Movement]] = {}
	for each in movements:
		by_amount.setdefault(each.amount, []).append(each)
	found: dict[int, tuple[str, ...]] = {}
	for line, match in zip(lines, matches, strict=True):
		moved = movement_of(line)
		if not moved or line.date is None:
			continue
		name = match.receivable.invoice_no if match.receivable else ""
		near = [
			each
			for each in by_amount.get(moved, ())
			if each.name in free
			and abs(each.day - line.date) <= NEAR
			and (not name or each.invoice_no in ("", name))
		]
		if near:
			day = line.date
			best = min(near, key=lambda each: (each.invoice_no != name, abs(each.day - day), each.name))
			del free[best.name]
			found[line.row] = (best.name,)
	for line in lines:
		moved = movement_of(line)
		if not moved or line.date is None or line.row in found or line.invoice_no:
			continue
		by_source: dict[tuple[str, Date], list[Movement]] = {}
		for each in free.values():
			if each.source and abs(each.day - line.date) <= NEAR:
				by_source.setdefault((each.source, each.day), []).append(each)
		for of_source in by_source.values():
			if sum((each.amount for each in of_source), ZERO) == moved:
				found[line.row] = tuple(each.name for each in of_source)
				for each in of_source:
					del free[each.name]
				break
	return found
