"""Which rows of a report were posted before. A layout that learns, another spelling or another order does not change the
answer.

Rows are compared as multisets, from certain to likely, so that genuine twins both count:

    the report has     posted before      the result
    fee 5, fee 5       fee 5              the first is a duplicate, the second is new
    400, released 50   400                posted before with something else: it waits for a person
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from ..model import Outcome, ReportKind
from ..reports.layout import normalise_word
from ..reports.lines import ReportLine
from ..reports.report import Report
from .identity import bare_number, bare_reference, identity_of, is_other_series
from .matching import normalised
from .posted_rows import PostedRow, amounts_of
from .results import NO_DECISION, RowDecision


class Recognised(NamedTuple):
	"""`posted` is the row that was posted before. With `is_same` False this one says something else than it did."""

	identity: str
	occurrence: int
	posted: PostedRow | None = None
	is_same: bool = False


def recognise(
	report: Report,
	batch: str,
	batch_key: str,
	find: Callable[[Sequence[str], Sequence[str]], Iterable[PostedRow]],
	decisions: Mapping[int, RowDecision],
	report_import: str = "",
) -> list[Recognised]:
	"""For each line its identity, its occurrence, and the row posted before that it repeats, if any.

	`batch` is what a purchase report is about, "" where that is not known; `batch_key` stands for it in any case. `find`
	gives the posted rows with any of these identities or fingerprints. `report_import` is the import of the report: a row
	that it posted itself stands for the same row.
	"""
	identities = [identity_of(report.kind, line, batch_key) for line in report.lines]
	posted = list(find(identities, report.fingerprints))
	if posted:
		corrected = {row.corrects for row in posted} - {""}
		posted = sorted(
			(row for row in posted if not row.name or row.name not in corrected),
			key=lambda row: (row.identity, row.occurrence),
		)
	pairs = _Pairing(report, batch, identities, decisions, report_import).pairs(posted)
	next_one = Counter[str]()
	for row in posted:
		next_one[row.identity] = max(next_one[row.identity], row.occurrence)
	recognised = []
	for place, identity in enumerate(identities):
		if pair := pairs.get(place):
			before, is_same = pair
			if is_same:
				recognised.append(Recognised(before.identity, before.occurrence, before, True))
				continue
		next_one[identity] += 1
		recognised.append(Recognised(identity, next_one[identity], pair[0] if pair else None))
	return recognised


class _Pairing:
	"""Pairs the lines of one report with posted rows, each at most once."""

	def __init__(
		self,
		report: Report,
		batch: str,
		identities: Sequence[str],
		decisions: Mapping[int, RowDecision],
		report_import: str,
	):
		self.report = report
		self.batch = batch
		self.identities = identities
		self.decisions = decisions
		self.report_import = report_import
		self.is_purchase = report.kind is ReportKind.PURCHASE
		self.found: dict[int, tuple[PostedRow, bool]] = {}

	def pairs(self, posted: Sequence[PostedRow]) -> dict[int, tuple[PostedRow, bool]]:
		"""Place of a line → its posted row, and whether it is the same in all that counts."""
		if not posted:
			return {}
		own = {
			row.row: row for row in posted if self.report_import and row.report_import == self.report_import
		}
		for place, line in enumerate(self.report.lines):
			if line.row in own:
				self.found[place] = (own[line.row], True)
		self.rest = [row for row in posted if row.row not in own or row.report_import != self.report_import]
		self.places = [
			place
			for place, line in enumerate(self.report.lines)
			if place not in self.found and not self._decision(line).is_genuine
		]
		self._pair(True, self._typed, _by_word, _of_one_series)
		self._pair(True, self._typed, _by_event, _of_one_series)
		self._pair(True, self._as_in_the_file, _by_amounts)
		self._pair(False, self._as_in_the_file, _by_nothing)
		self._pair(False, self._typed, _by_nothing, self._similar)
		self._pair(False, self._loosely, _by_nothing, self._similar, _number)
		if self.is_purchase:
			self._pair(False, self._fingerprint, _by_nothing, self._of_unclear_batch)
		return self.found

	def _decision(self, line: ReportLine) -> RowDecision:
		return self.decisions.get(line.row, NO_DECISION)

	def _pair(
		self,
		is_same: bool,
		of_line: Callable[[int | PostedRow], Hashable],
		more: Callable[[ReportLine | PostedRow], Hashable],
		accept: Callable[[ReportLine, PostedRow], bool] | None = None,
		invoice: Callable[[ReportLine | PostedRow], str] = lambda _row: "",
	) -> None:
		"""Pair what has equal keys, in order. `of_line` makes one from a line's place or from a posted row, `more` adds to it.
		`invoice` says which invoice a row is about, where `accept` takes no two of them: so it is asked of few."""
		by_key: dict[Hashable, _InOrder] = defaultdict(_InOrder)
		for row in self.rest:
			if key := of_line(row):
				by_key[key, more(row)].add(row, invoice(row))
		if not by_key:
			return
		used: set[int] = set()
		left: list[int] = []
		for place in self.places:
			line = self._decided(place)
			rows = by_key.get((of_line(place), more(line)))
			match = rows.take(invoice(line), partial(accept, line) if accept else None) if rows else None
			if match is None:
				left.append(place)
				continue
			used.add(id(match))
			self.found[place] = (match, is_same)
		self.places = left
		self.rest = [row for row in self.rest if id(row) not in used]

	def _decided(self, place: int) -> ReportLine:
		line = self.report.lines[place]
		event = self._decision(line).event
		return line._replace(event=event) if event else line

	def _typed(self, of: int | PostedRow) -> Hashable:
		row: ReportLine | PostedRow = of if isinstance(of, PostedRow) else self.report.lines[of]
		identity = of.identity if isinstance(of, PostedRow) else self.identities[of]
		return identity, bare_number(row.invoice_no), bare_reference(row.payment_ref)

	def _loosely(self, of: int | PostedRow) -> Hashable:
		"""Without the check number and, in payment reports, the invoice: their columns may have been learnt since."""
		return of.identity if isinstance(of, PostedRow) else self.identities[of]

	def _fingerprint(self, of: int | PostedRow) -> str:
		return of.fingerprint if isinstance(of, PostedRow) else self.report.fingerprints[of]

	def _as_in_the_file(self, of: int | PostedRow) -> Hashable:
		batch = of.batch if isinstance(of, PostedRow) else self.batch
		fingerprint = self._fingerprint(of)
		return fingerprint and (fingerprint, normalised(batch) if self.is_purchase else "")

	def _of_unclear_batch(self, line: ReportLine, row: PostedRow) -> bool:
		return not self.batch or not row.batch

	def _similar(self, line: ReportLine, row: PostedRow) -> bool:
		"""Whether two rows of one identity can be the same one: no two invoices or checks, and something that speaks for it."""
		if row.is_ignored or not _of_one_series(line, row):
			return False
		invoices = {bare_number(line.invoice_no), bare_number(row.invoice_no)} - {""}
		references = {bare_reference(line.payment_ref), bare_reference(row.payment_ref)} - {""}
		if len(invoices) > 1 or len(references) > 1:
			return False
		words = {normalise_word(line.word), normalise_word(row.word)} - {""}
		if self.is_purchase:
			if line.status is not Outcome.MATCHED:
				return False
		elif len(words) > 1 and line.event is not row.event:
			return False
		shared = any(
			before and before == now for before, now in zip(row.amounts, amounts_of(line), strict=True)
		)
		return shared or (len(words) == 1 and (self.is_purchase or bool(invoices)))


class _InOrder:
	"""Posted rows, of which the first that fits is taken: a row about the same invoice, or about none."""

	def __init__(self) -> None:
		self._by_invoice: dict[str, dict[int, PostedRow]] = defaultdict(dict)
		self._count = 0

	def add(self, row: PostedRow, invoice: str) -> None:
		self._by_invoice[invoice][self._count] = row
		self._count += 1

	def take(self, invoice: str, accept: Callable[[PostedRow], bool] | None) -> PostedRow | None:
		"""`invoice` "" fits rows about any."""
		first: tuple[int, str] | None = None
		for name in {invoice, ""} if invoice else self._by_invoice:
			rows = self._by_invoice.get(name, {})
			place = next((place for place, row in rows.items() if accept is None or accept(row)), None)
			if place is not None and (first is None or place < first[0]):
				first = (place, name)
		return self._by_invoice[first[1]].pop(first[0]) if first else None


def _of_one_series(line: ReportLine, row: PostedRow) -> bool:
	return line.invoice_no == row.invoice_no or not is_other_series(line.invoice_no, row.invoice_no)


def _number(row: ReportLine | PostedRow) -> str:
	return bare_number(row.invoice_no)


def _amounts(row: ReportLine | PostedRow) -> tuple[Decimal, ...]:
	return row.amounts if isinstance(row, PostedRow) else amounts_of(row)


def _by_word(row: ReportLine | PostedRow) -> Hashable:
	return normalise_word(row.word), _amounts(row)


def _by_event(row: ReportLine | PostedRow) -> Hashable:
	return row.event, _amounts(row)


def _by_amounts(row: ReportLine | PostedRow) -> Hashable:
	return _amounts(row)


def _by_nothing(row: ReportLine | PostedRow) -> Hashable:
	return None
