"""What one report does to a subsidiary's factoring ledger, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import FileRefused
from ..model import NEEDS_INVOICE, Event, InvoiceState, Outcome, Position, Receivable, ReportKind
from ..reports.lines import ReportLine
from ..reports.report import Report
from .corrections import correction
from .factoring_ledger import FactoringLedger
from .funding_effects import funding
from .identity import check_identity, other_subsidiaries
from .matching import Match, Matcher, Receivables
from .payment_effects import payment
from .positions import advance
from .posted_rows import PostedRow
from .recognition import Recognised, recognise
from .results import NO_DECISION, ReconciledLine, Reconciliation, RowDecision
from .row_effects import RowResult, blocked, holds, purchase


def reconcile(
	report: Report,
	receivables: Receivables,
	ledger: FactoringLedger,
	batch: str = "",
	decisions: Mapping[int, RowDecision] | None = None,
	report_import: str = "",
) -> Reconciliation:
	"""What the report's rows mean and would post, in their order. Nothing changes until `ledger.commit`.

	`report_import` is the import that the report belongs to, where it may have posted some of these rows itself.

	Raises FileRefused when the report is not of this client or batch (see check_identity), or is a statement, which posts
	nothing (see statements).
	"""
	if report.kind.is_statement:
		raise FileRefused(f"wrong_kind.{report.kind.name.lower()}", where=report.file_name)
	batch = check_identity(report, ledger, batch, receivables.companies)
	ledger.load([receivable.invoice_no for receivable in receivables.all])
	return _Reconciler(report, receivables, ledger, batch, decisions or {}).result(report_import)


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
		names = [receivable.invoice_no for receivable in receivables.all]
		self.adjusted = ledger.adjusted_before(names)
		self.openings = ledger.openings(names)
		self.positions: dict[str, Position] = {}  # as they are after the rows so far
		self.moved: set[str] = set()

	def result(self, report_import: str) -> Reconciliation:
		batch = batch_key = self.batch
		if self.report.kind is ReportKind.PURCHASE and not batch:
			batches = self._batches_of_rows()
			batch = batches[0] if len(batches) == 1 else ""
			batch_key = "+".join(batches) or self.report.metadata.batch
		recognised = recognise(
			self.report, batch, batch_key, self.ledger.posted_before, self.decisions, report_import
		)
		lines = tuple(map(self._reconciled, self.report.lines, recognised))
		self._refuse_other_batch(lines)
		self._take_batch_of_rows(lines)
		missing = self._missing(lines)
		moved = {invoice_no: self.positions[invoice_no] for invoice_no in self.moved}
		return Reconciliation(
			self.report, self.ledger.company, self.ledger.policy, self.batch, lines, missing, moved
		)

	def _reconciled(self, line: ReportLine, recognised: Recognised) -> ReconciledLine:
		decision = self.decisions.get(line.row, NO_DECISION)
		if decision.event:
			problems = _remaining_problems(line, decision.event, self.report.kind)
			line = line._replace(event=decision.event, problems=problems)
		match = self._match(line, decision)
		posted = recognised.posted
		if posted and not recognised.is_same and self._is_bought_again(line, match):
			posted = None
		adjusted = "" if posted and recognised.is_same else self._adjusted(line, match)
		if posted and recognised.is_same:
			result = RowResult(Outcome.DUPLICATE, "ignored_before" if posted.is_ignored else "posted_before")
		elif decision.ignore:
			result = RowResult(Outcome.IGNORED, decision.ignore)
		elif adjusted and ADJUSTED_BEFORE not in decision.accepted:
			result = blocked(ADJUSTED_BEFORE)
		elif posted and (reason := _differs(posted)) not in decision.accepted:
			result = blocked(reason)
		else:
			before = posted if posted and not posted.is_ignored else None
			result = self._result_of(line, match, decision, before)
			if result.effects and self._is_opened(line, match) and BEFORE_OPENING not in decision.accepted:
				result = blocked(BEFORE_OPENING)
			if result.effects or result.outcome in _STATE_OF_OUTCOME:
				self._move(match.receivable, result)
		open_after = None
		if result.effects and line.balance is not None and match.receivable:
			open_after = self._position(match.receivable).open
		return ReconciledLine(
			line,
			result.outcome,
			result.reason,
			match.rule,
			match.receivable,
			result.effects,
			recognised.identity,
			recognised.occurrence,
			posted,
			adjusted,
			line.balance if open_after is not None else None,
			open_after,
		)

	def _adjusted(self, line: ReportLine, match: Match) -> str:
		"""The line of an adjustment that has posted what the row says."""
		if match.receivable is None and (line.invoice_no or match.outcome is not Outcome.MATCHED):
			return ""
		return self.adjusted.take(line, match.receivable.invoice_no if match.receivable else "")

	def _is_opened(self, line: ReportLine, match: Match) -> bool:
		"""Whether the row happened up to the day of an opening, which states the amounts as they were after it."""
		if line.event is Event.PURCHASE or not line.date:
			return False
		day = self.openings.get(match.receivable.invoice_no if match.receivable else "")
		return day is not None and line.date <= day

	def _is_bought_again(self, line: ReportLine, match: Match) -> bool:
		"""Whether RTS has given back the invoice of a purchase, so that it can only be bought anew."""
		if line.event is not Event.PURCHASE or match.receivable is None:
			return False
		return not holds(self._position(match.receivable))

	def _match(self, line: ReportLine, decision: RowDecision) -> Match:
		if not decision.invoice_no or self.matcher.names_other_company(line):
			match = self.matcher.match(line)
			needs_none = decision.event and decision.event not in NEEDS_INVOICE
			if needs_none and match.receivable is None and self.report.kind is ReportKind.PURCHASE:
				return Match(Outcome.MATCHED, None, None, "decided")
			return match
		chosen = self.receivables.get(decision.invoice_no)
		if chosen is None or chosen.company != self.ledger.company:
			return Match(Outcome.BLOCKED, chosen, "other_subsidiary" if chosen else "unknown_invoice")
		return Match(Outcome.MATCHED, chosen, None, "decided")

	def _result_of(
		self, line: ReportLine, match: Match, decision: RowDecision, posted: PostedRow | None
	) -> RowResult:
		problems = line.problems
		if "unread_money" in decision.accepted or _moves_no_money(line):
			problems = tuple(problem for problem in problems if problem != "unread_money")
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
		if posted:
			kind = self.report.kind
			tolerance = self.report.layout.tolerance
			return correction(kind, line, posted, receivable, position, policy, decision, terms, tolerance)
		if self.report.kind is ReportKind.PAYMENT:
			return payment(line, receivable, position, policy, decision, terms)
		tolerance = self.report.layout.tolerance
		if line.event is not Event.PURCHASE or receivable is None or position is None:
			return funding(line, receivable, position, policy, tolerance, decision)
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
			if line.receivable and line.reason != "other_subsidiary" and line.line.event is Event.PURCHASE
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
			if line.receivable and line.outcome in _CERTAIN_OUTCOMES and line.line.event is Event.PURCHASE
		}
		batches = {self.ledger.batch_of(invoice_no) for invoice_no in certain}
		if len(batches) == 1 and (batch := batches.pop()) in self.ledger.batches:
			self.batch, self.invoices = batch, self.ledger.batches[batch]

	def _batches_of_rows(self) -> list[str]:
		"""The batches that the invoices of a purchase report without a batch were sent in."""
		purchases = (line for line in self.report.lines if line.event is Event.PURCHASE)
		matches = map(self.matcher.match, purchases)
		certain = {
			match.receivable.invoice_no
			for match in matches
			if match.outcome is Outcome.MATCHED and match.receivable
		}
		return sorted({self.ledger.batch_of(invoice_no) for invoice_no in certain} - {""})

	def _missing(self, lines: Sequence[ReconciledLine]) -> tuple[str, ...]:
		"""Invoices of the batch that no row of a purchase report means. A suggestion does not count."""
		if self.report.kind is not ReportKind.PURCHASE:
			return ()
		named = {
			line.receivable.invoice_no
			for line in lines
			if line.receivable
			and line.outcome not in _UNCERTAIN_OUTCOMES
			and line.line.event is Event.PURCHASE
		}
		return tuple(invoice for invoice in self.invoices if invoice not in named)


ADJUSTED_BEFORE = "adjusted_before"
BEFORE_OPENING = "before_opening"
_CERTAIN_OUTCOMES = frozenset((Outcome.MATCHED, Outcome.HELD, Outcome.DENIED, Outcome.PENDING))
_UNCERTAIN_OUTCOMES = frozenset((Outcome.SUGGESTED, Outcome.IGNORED))
_STATE_OF_OUTCOME = {Outcome.HELD: InvoiceState.HELD, Outcome.DENIED: InvoiceState.DENIED}


def _differs(posted: PostedRow) -> str:
	"""Why a row waits that says something else than it did when it was posted."""
	if posted.is_corrected:
		return "corrected_before"
	return "ignored_differently" if posted.is_ignored else "posted_differently"


def _moves_no_money(line: ReportLine) -> bool:
	"""A purchase that RTS has not made: what stands in its columns is a forecast."""
	return line.event is Event.PURCHASE and line.status not in (None, Outcome.MATCHED)


def _remaining_problems(line: ReportLine, event: Event, kind: ReportKind) -> tuple[str, ...]:
	"""The problems of a row after a person has set its type."""
	solved = {"unknown_type", "both_signs"} | (set() if event in NEEDS_INVOICE else {"missing_invoice"})
	if kind is ReportKind.PURCHASE:
		solved |= {"unknown_status", "missing_amount"}  # of a purchase, which the row is not
	problems = [problem for problem in line.problems if problem not in solved]
	if event in NEEDS_INVOICE and not line.invoice_no and "missing_invoice" not in problems:
		problems.append("missing_invoice")
	return tuple(problems)
