"""What a person decided about a row, and the result of reconciling a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from ..model import Event, Leg, Outcome, Policy, Position, Receivable
from ..money import ZERO
from ..reports.lines import ReportLine
from ..reports.report import Report
from .posted_rows import Difference, PostedRow, differences
from .posting_matrix import Effect, legs

GENUINE = "genuine"  # accepted: the row only looks like one that was posted


@dataclass(frozen=True, slots=True)
class RowDecision:
	"""What a person decided about a row: which invoice it means, what type it is, that it is ignored, or that it is posted
	although it waits for one of the reasons in `accepted`."""

	invoice_no: str = ""
	event: Event | None = None
	ignore: str = ""  # the reason
	accepted: frozenset[str] = frozenset()

	@property
	def is_genuine(self) -> bool:
		"""A person says that a row that looks like a posted one is a row of its own."""
		return GENUINE in self.accepted


NO_DECISION = RowDecision()


@dataclass(frozen=True, slots=True)
class ReconciledLine:
	"""`identity` is the same in every report that repeats the row. `occurrence` tells rows of one identity apart. `posted` is
	the row posted before that this one repeats, or says otherwise."""

	line: ReportLine
	outcome: Outcome
	reason: str | None
	rule: str
	receivable: Receivable | None
	effects: tuple[Effect, ...]
	identity: str
	occurrence: int
	posted: PostedRow | None = None
	adjusted: str = ""  # the line of a Factoring Adjustment that has posted it
	stated: Decimal | None = (
		None  # the balance, or the movement of a reserve statement, that is compared with `ours`
	)
	ours: Decimal | None = None

	@property
	def difference(self) -> Decimal:
		"""What the row states above our books; 0 where nothing is compared."""
		return ZERO if self.stated is None or self.ours is None else self.stated - self.ours

	@property
	def differences(self) -> tuple[Difference, ...]:
		"""What the row states otherwise than the one posted before."""
		return differences(self.line, self.posted) if self.posted else ()

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
