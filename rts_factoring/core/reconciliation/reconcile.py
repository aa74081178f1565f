"""What one report does to a subsidiary's factoring ledger, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import FileRefused
from ..model import NEEDS_INVOICE, Event, InvoiceState, Outcome, Position, Receivable, ReportKind
from ..reports.lines import ReportLine
from ..reports.report import Report
from .factoring_ledger import FactoringLedger
from .identity import check_identity, identity_of, other_subsidiaries
from .matching import Match, Matcher, Receivables
from .payment_effects import payment
from .positions import advance
from .results import NO_DECISION, ReconciledLine, Reconciliation, RowDecision
from .row_effects import DEDUCTIONS, RowResult, blocked, deduction, purchase


def reconcile(
	report: Report,
	receivables: Receivables,
	ledger: FactoringLedger,
	batch: str = "",
	decisions: Mapping[int, RowDecision] | None = None,
) -> Reconciliation:
	"""What the report's rows mean and would post, in their order. Nothing changes until `ledger.commit`.

	Raises FileRefused when the report is not of this client or batch (see check_identity).
	"""
	batch = check_identity(report, ledger, batch, receivables.companies)
	return _Reconciler(report, receivables, ledger, batch, decisions or {}).result()


class _Reconciler:
	"""One report against one ledger. Each row in turn is recognised and matched, gets its effects, and moves the position
	of its invoice."""

	def __init__(
		self,
		report: Report,
		receivables: Receivables,
		ledger: FactoringLedger,
		batch: str,
		decisions: Mapping[int, RowDecision],
	):
		self.report = report
		self.receivables = receivables
		self.ledger = ledger
		self.batch = batch
		self.decisions = decisions
		self.invoices = ledger.batches.get(batch, ())
		other_companies = other_subsidiaries(ledger, receivables.companies)
		self.matcher = Matcher(
			receivables, ledger.company, self.invoices, ledger.client_number, other_companies
		)
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
			self.report, self.ledger.company, self.ledger.policy, self.batch, lines, missing, moved
		)

	def _reconciled(self, line: ReportLine, identity: str) -> ReconciledLine:
		decision = self.decisions.get(line.row, NO_DECISION)
		if decision.event:
			line = line._replace(event=decision.event, problems=_remaining_problems(line, decision.event))
		identity, occurrence, posted = self._recognise(line, identity, decision)
		match = self._match(line, decision)
		if posted:
			result = RowResult(Outcome.DUPLICATE, "posted_before")
		elif decision.ignore:
			result = RowResult(Outcome.IGNORED, decision.ignore)
		else:
			result = self._result_of(line, match, decision)
			if result.effects or result.outcome in _STATE_OF_OUTCOME:
				self._move(match.receivable, result)
		return ReconciledLine(
			line,
			result.outcome,
			result.reason,
			match.rule,
			match.receivable,
			result.effects,
			identity,
			occurrence,
		)

	def _recognise(self, line: ReportLine, identity: str, decision: RowDecision) -> tuple[str, int, bool]:
		"""Identity, occurrence, and whether the row was posted before: as it is, as its word was spelt before the layout learnt
		it, or with the type that a person now sets and a later report stated."""
		posted = self.ledger.posted_rows
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
		if not decision.invoice_no or self.matcher.names_other_company(line):
			if decision.event in DEDUCTIONS and self.report.kind is ReportKind.PURCHASE:
				return Match(Outcome.MATCHED, None, None, "decided")
			return self.matcher.match(line)
		chosen = self.receivables.get(decision.invoice_no)
		if chosen is None or chosen.company != self.ledger.company:
			return Match(Outcome.BLOCKED, chosen, "other_subsidiary" if chosen else "unknown_invoice")
		return Match(Outcome.MATCHED, chosen, None, "decided")

	def _result_of(self, line: ReportLine, match: Match, decision: RowDecision) -> RowResult:
		problems = line.problems
		if match.receivable:
			problems = tuple(problem for problem in problems if problem != "missing_invoice")
		if problems:
			return blocked(problems[0])
		if match.outcome is not Outcome.MATCHED:
			return RowResult(match.outcome, match.reason)
		receivable = match.receivable
		if receivable and self.ledger.currency and receivable.currency != self.ledger.currency:
			return blocked("other_currency")
		position = self._position(receivable) if receivable else None
		policy, terms = self.ledger.policy, self.ledger.terms
		if self.report.kind is ReportKind.PAYMENT:
			return payment(line, receivable, position, policy, decision, terms)
		if receivable is None or position is None:
			return deduction(line, self.report.layout.tolerance)
		tolerance = self.report.layout.tolerance
		return purchase(line, receivable, position, policy, tolerance, decision, terms)

	def _position(self, receivable: Receivable) -> Position:
		known = self.positions.get(receivable.invoice_no)
		if known is None:
			known = self.positions[receivable.invoice_no] = self.ledger.position(receivable)
		return known

	def _move(self, receivable: Receivable | None, result: RowResult) -> None:
		if receivable is None:
			return
		position = self._position(receivable)
		if result.effects:
			position = advance(position, self.ledger.policy, *result.effects)
		if result.outcome in _STATE_OF_OUTCOME:
			position = replace(position, state=_STATE_OF_OUTCOME[result.outcome])
		self.positions[receivable.invoice_no] = position
		self.moved.add(receivable.invoice_no)

	def _refuse_other_batch(self, lines: Sequence[ReconciledLine]) -> None:
		"""A purchase report whose invoices all went out in other batches than the one chosen is about those."""
		if not self.batch or self.report.kind is not ReportKind.PURCHASE:
			return
		invoices = {
			line.receivable.invoice_no
			for line in lines
			if line.receivable and line.reason != "other_subsidiary"
		}
		batches = {self.ledger.batch_of(invoice_no) for invoice_no in invoices}
		if invoices and "" not in batches and not invoices & self.matcher.batch:
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
		certain = {
			line.receivable.invoice_no
			for line in lines
			if line.receivable and line.outcome in _CERTAIN_OUTCOMES
		}
		batches = {self.ledger.batch_of(invoice_no) for invoice_no in certain}
		if len(batches) == 1 and (batch := batches.pop()) in self.ledger.batches:
			self.batch, self.invoices = batch, self.ledger.batches[batch]

	def _missing(self, lines: Sequence[ReconciledLine]) -> tuple[str, ...]:
		"""Invoices of the batch that no row of a purchase report means. A suggestion does not count."""
		if self.report.kind is not ReportKind.PURCHASE:
			return ()
		named = {
			line.receivable.invoice_no
			for line in lines
			if line.receivable and line.outcome not in _UNCERTAIN_OUTCOMES
		}
		return tuple(invoice for invoice in self.invoices if invoice not in named)


_CERTAIN_OUTCOMES = frozenset((Outcome.MATCHED, Outcome.HELD, Outcome.DENIED, Outcome.PENDING))
_UNCERTAIN_OUTCOMES = frozenset((Outcome.SUGGESTED, Outcome.IGNORED))
_STATE_OF_OUTCOME = {Outcome.HELD: InvoiceState.HELD, Outcome.DENIED: InvoiceState.DENIED}


def _remaining_problems(line: ReportLine, event: Event) -> tuple[str, ...]:
	"""The problems of a row after a person has set its type."""
	solved = {"unknown_type", "both_signs"} | (set() if event in NEEDS_INVOICE else {"missing_invoice"})
	problems = [problem for problem in line.problems if problem not in solved]
	if event in NEEDS_INVOICE and not line.invoice_no and "missing_invoice" not in problems:
		problems.append("missing_invoice")
	return tuple(problems)
