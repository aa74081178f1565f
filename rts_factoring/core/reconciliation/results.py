"""What a person decided about a row, and the result of reconciling a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..model import Event, Leg, Outcome, Policy, Position, Receivable
from ..reports.lines import ReportLine
from ..reports.report import Report
from .posting_matrix import Effect, legs


@dataclass(frozen=True, slots=True)
class RowDecision:
	"""What a person decided about a row: which invoice it means, what type it is, that it is ignored, or that it is posted
	although it waits for one of the reasons in `accepted`."""

	invoice_no: str = ""
	event: Event | None = None
	ignore: str = ""  # the reason
	accepted: frozenset[str] = frozenset()


NO_DECISION = RowDecision()


@dataclass(frozen=True, slots=True)
class ReconciledLine:
	"""`identity` stands for the row's content and is the same in every report that repeats the row. `occurrence` counts the
	rows of one report with the same content."""

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

	def count(self) -> Counter[Outcome]:
		return Counter(line.outcome for line in self.lines)
