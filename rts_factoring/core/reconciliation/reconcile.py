"""What one report does to a subsidiary's factoring ledger, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import FileRefused
from ..model import NEEDS_INVOICE, Event, InvoiceState, Outcome, Position, Receivable, ReportKind
from ..reports.lines import ReportLine
from ..reports.report import Report
from . import settlement
from .factoring_ledger import FactoringLedger
from .identity import Period, check_identity, identity_of, other_subsidiaries
from .matching import Match, Matcher, Receivables
from .positions import advance
from .posting_matrix import Effect
from .results import ReconciledLine, Reconciliation, RowDecision


def reconcile(
	report: Report,
	receivables: Receivables,
	book: FactoringLedger,
	batch: str = "",
	decisions: Mapping[int, RowDecision] | None = None,
	period: Period | None = None,
) -> Reconciliation:
	"""What the report's rows mean and would post, in the order they stand. Nothing changes until `book.commit`.

	Raises FileRefused when the report is not of this client, batch or period (see check_identity).
	"""
	batch = check_identity(report, book, batch, period, receivables.companies)
	return _Reconciler(report, receivables, book, batch, decisions or {}).result()


class _Reconciler:
	"""One report against one book: each row in turn is recognised, matched, settled, and moves the invoice's position."""

	def __init__(
		self,
		report: Report,
		receivables: Receivables,
		book: FactoringLedger,
		batch: str,
		decisions: Mapping[int, RowDecision],
	):
		self.report = report
		self.receivables = receivables
		self.book = book
		self.batch = batch
		self.decisions = decisions
		self.invoices = book.batches.get(batch, ())
		others = other_subsidiaries(book, receivables.companies)
		self.matcher = Matcher(receivables, book.company, self.invoices, book.client_number, others)
		self.positions: dict[str, Position] = {}  # as they are after the rows so far
		self.moved: set[str] = set()
		self.identities = [identity_of(report.kind, line) for line in report.lines]
		self.as_typed = Counter(self.identities)
		self.seen: Counter[str] = Counter()  # rows so far of each identity
		self.decided: Counter[str] = Counter()  # the same of rows whose type a person set

	def result(self) -> Reconciliation:
		lines = tuple(map(self._reconciled, self.report.lines, self.identities))
		self._refuse_other_batch(lines)
		self._take_batch_of_rows(lines)
		missing = self._missing(lines)
		moved = {invoice_no: self.positions[invoice_no] for invoice_no in self.moved}
		return Reconciliation(
			self.report, self.book.company, self.book.policy, self.batch, lines, missing, moved
		)

	def _reconciled(self, line: ReportLine, identity: str) -> ReconciledLine:
		decision = self.decisions.get(line.row, _UNDECIDED)
		if decision.event:
			line = line._replace(event=decision.event, problems=_solved(line, decision.event))
		identity, occurrence, posted = self._recognise(line, identity, decision)
		match = self._match(line, decision)
		if posted:
			outcome, reason, effects = Outcome.DUPLICATE, "posted_before", ()
		elif decision.ignore:
			outcome, reason, effects = Outcome.IGNORED, decision.ignore, ()
		else:
			outcome, reason, effects = self._settle(line, match, bool(decision.event))
			if effects or outcome in _STATES:
				self._move(match.receivable, outcome, effects)
		return ReconciledLine(
			line, outcome, reason, match.rule, match.receivable, effects, identity, occurrence
		)

	def _recognise(self, line: ReportLine, identity: str, decision: RowDecision) -> tuple[str, int, bool]:
		"""Identity, occurrence, and whether the row was posted before: as it stands, as its word was spelt before the layout
		learnt it, or as a later report told its type that a person now sets."""
		posted = self.book.posted_rows
		if posted and line.word:
			spelt = identity_of(self.report.kind, line, known=False)
			if spelt != identity and (spelt, self.seen[spelt] + 1) in posted:
				self.seen[spelt] += 1
				return spelt, self.seen[spelt], True
		if posted and decision.event:
			typed = identity_of(self.report.kind, line)
			self.decided[typed] += typed != identity
			occurrence = self.as_typed[typed] + self.decided[typed]
			if typed != identity and (typed, occurrence) in posted:
				return typed, occurrence, True
		self.seen[identity] += 1
		return identity, self.seen[identity], (identity, self.seen[identity]) in posted

	def _match(self, line: ReportLine, decision: RowDecision) -> Match:
		if not decision.invoice_no or self.matcher.is_foreign(line):
			if decision.event in settlement.DEDUCTIONS and self.report.kind is ReportKind.PURCHASE:
				return Match(Outcome.MATCHED, None, None, "decided")
			return self.matcher.match(line)
		chosen = self.receivables.get(decision.invoice_no)
		if chosen is None or chosen.company != self.book.company:
			return Match(Outcome.BLOCKED, chosen, "other_subsidiary" if chosen else "unknown_invoice")
		return Match(Outcome.MATCHED, chosen, None, "decided")

	def _settle(self, line: ReportLine, match: Match, decided: bool) -> settlement.Settled:
		problems = line.problems
		if match.receivable:
			problems = tuple(problem for problem in problems if problem != "missing_invoice")
		if problems:
			return settlement.blocked(problems[0])
		if match.outcome is not Outcome.MATCHED:
			return settlement.Settled(match.outcome, match.reason)
		receivable = match.receivable
		if receivable and self.book.currency and receivable.currency != self.book.currency:
			return settlement.blocked("other_currency")
		position = self._position(receivable) if receivable else None
		if self.report.kind is ReportKind.PURCHASE and receivable is None:
			return settlement.deduction(line, self.report.layout.tolerance)
		if self.report.kind is ReportKind.PURCHASE:
			return settlement.purchase(
				line, receivable, position, self.book.policy, self.report.layout.tolerance
			)
		return settlement.payment(line, receivable, position, self.book.policy, decided)

	def _position(self, receivable: Receivable) -> Position:
		known = self.positions.get(receivable.invoice_no)
		if known is None:
			known = self.positions[receivable.invoice_no] = self.book.position(receivable)
		return known

	def _move(self, receivable: Receivable | None, outcome: Outcome, effects: tuple[Effect, ...]) -> None:
		if receivable is None:
			return
		position = self._position(receivable)
		if effects:
			position = advance(position, self.book.policy, *effects)
		if outcome in _STATES:
			position = replace(position, state=_STATES[outcome])
		self.positions[receivable.invoice_no] = position
		self.moved.add(receivable.invoice_no)

	def _refuse_other_batch(self, lines: Sequence[ReconciledLine]) -> None:
		"""A purchase report whose invoices all went out in other batches than the one chosen is about those."""
		if not self.batch or self.report.kind is not ReportKind.PURCHASE:
			return
		found = {
			line.receivable.invoice_no
			for line in lines
			if line.receivable and line.reason != "other_subsidiary"
		}
		batches = {self.book.batch_of(invoice_no) for invoice_no in found}
		if found and "" not in batches and not found & self.matcher.batch:
			raise FileRefused(
				"wrong_batch.rows",
				where=self.report.file_name,
				batches=", ".join(sorted(batches)),
				chosen=self.batch,
			)

	def _take_batch_of_rows(self, lines: Sequence[ReconciledLine]) -> None:
		"""A purchase report that names no batch is about the one all its invoices were sent in."""
		if self.batch or self.report.kind is not ReportKind.PURCHASE:
			return
		sure = {line.receivable.invoice_no for line in lines if line.receivable and line.outcome in _SURE}
		found = {self.book.batch_of(invoice_no) for invoice_no in sure}
		if len(found) == 1 and (batch := found.pop()) in self.book.batches:
			self.batch, self.invoices = batch, self.book.batches[batch]

	def _missing(self, lines: Sequence[ReconciledLine]) -> tuple[str, ...]:
		"""Invoices of the batch that no row of a purchase report surely means; a suggestion is not sure."""
		if self.report.kind is not ReportKind.PURCHASE:
			return ()
		sure = {
			line.receivable.invoice_no for line in lines if line.receivable and line.outcome not in _UNSURE
		}
		return tuple(invoice for invoice in self.invoices if invoice not in sure)


_UNDECIDED = RowDecision()
_SURE = frozenset((Outcome.MATCHED, Outcome.HELD, Outcome.DENIED, Outcome.PENDING))
_UNSURE = (Outcome.SUGGESTED, Outcome.IGNORED)
_STATES = {Outcome.HELD: InvoiceState.HELD, Outcome.DENIED: InvoiceState.DENIED}


def _solved(line: ReportLine, event: Event) -> tuple[str, ...]:
	"""The problems that remain once a person has said what the row is."""
	solved = {"unknown_type", "both_signs"} | (set() if event in NEEDS_INVOICE else {"missing_invoice"})
	problems = [problem for problem in line.problems if problem not in solved]
	if event in NEEDS_INVOICE and not line.invoice_no and "missing_invoice" not in problems:
		problems.append("missing_invoice")
	return tuple(problems)
