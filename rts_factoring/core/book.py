"""A subsidiary's factoring book, and what one report does to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from . import settlement
from .errors import FileRefused, Sentence
from .identity import Period, check_identity, identity_of, other_subsidiaries
from .layout import NEEDS_INVOICE, Event
from .matching import Match, Matcher, Receivables
from .model import InvoiceState, Leg, Outcome, Policy, Position, Receivable, ReportKind
from .posting import Effect, advance, legs
from .report import Report, ReportLine

DONE = frozenset((Outcome.MATCHED, Outcome.IGNORED))  # a row that comes again is a duplicate of these


@dataclass
class Book:
	"""What one company and RTS hold against each other. `batches` are live: batch number → invoices sent in it; `companies`
	are all subsidiaries, so that a file or row that names another one is told.

	`posted_rows` holds identity and occurrence of the report rows that have had their effect (or were ignored by a person).
	"""

	company: str
	policy: Policy
	client_number: str = ""
	currency: str = ""
	companies: frozenset[str] = frozenset()
	batches: dict[str, tuple[str, ...]] = field(default_factory=dict)
	positions: dict[str, Position] = field(default_factory=dict)
	posted_rows: set[tuple[str, int]] = field(default_factory=set)

	def __post_init__(self):
		self._batch_of = {invoice: batch for batch, invoices in self.batches.items() for invoice in invoices}

	def batch_of(self, invoice_no: str) -> str:
		"""The batch the invoice was last sent in, if any."""
		known = self.positions.get(invoice_no)
		return known.batch if known else self._batch_of.get(invoice_no, "")

	def position(self, receivable: Receivable) -> Position:
		"""The invoice's position; one never bought stands at what our books still expect of it."""
		known = self.positions.get(receivable.invoice_no)
		if known is not None:
			return known
		batch = self._batch_of.get(receivable.invoice_no, "")
		state = InvoiceState.SUBMITTED if batch else InvoiceState.NOT_FACTORED
		return Position(receivable.invoice_no, state, batch, outstanding=receivable.open_amount)

	def commit(self, result: Reconciliation) -> None:
		"""Take over what a reconciliation found. Until then it changed nothing."""
		self.positions.update(result.positions)
		for line in result.lines:
			if line.outcome in DONE:
				self.posted_rows.add((line.identity, line.occurrence))


@dataclass(frozen=True, slots=True)
class Decision:
	"""What a person decided about a row: which invoice it means, what type it is, or that it is ignored."""

	invoice_no: str = ""
	event: Event | None = None
	ignore: str = ""  # the reason


@dataclass(frozen=True, slots=True)
class ReconciledLine:
	"""`identity` is the row's content, the same in every report that repeats it; `occurrence` tells genuine twins apart."""

	line: ReportLine
	outcome: Outcome
	reason: str | None
	rule: str
	receivable: Receivable | None
	effects: tuple[Effect, ...]
	identity: str
	occurrence: int

	@property
	def invoice_no(self) -> str | None:
		return self.receivable.invoice_no if self.receivable else self.line.invoice_no or None


@dataclass(frozen=True)
class Reconciliation:
	report: Report
	company: str
	policy: Policy
	batch: str
	lines: tuple[ReconciledLine, ...]
	missing: tuple[str, ...]  # in the batch but not in the report
	positions: dict[str, Position]  # of the invoices it moves, as they are afterwards

	@property
	def effects(self) -> list[Effect]:
		return [effect for line in self.lines for effect in line.effects]

	@property
	def legs(self) -> list[Leg]:
		return [leg for effect in self.effects for leg in legs(self.policy, effect)]

	def count(self) -> Counter:
		return Counter(line.outcome for line in self.lines)


def reconcile(
	report: Report,
	receivables: Receivables,
	book: Book,
	batch: str = "",
	decisions: Mapping[int, Decision] | None = None,
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
		book: Book,
		batch: str,
		decisions: Mapping[int, Decision],
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

	def _recognise(self, line: ReportLine, identity: str, decision: Decision) -> tuple[str, int, bool]:
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

	def _match(self, line: ReportLine, decision: Decision) -> Match:
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
			what = Sentence(
				"Its invoices are of batch {0}, none is of {1}.", ", ".join(sorted(batches)), self.batch
			)
			raise FileRefused(
				"wrong_batch", what, "Choose the batch this report is about.", self.report.file_name
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


_UNDECIDED = Decision()
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
