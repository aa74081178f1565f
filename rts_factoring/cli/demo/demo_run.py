"""What a run of the demo leaves behind, for the page, the workbook and the tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from rts_factoring.core.eligibility import Reason
from rts_factoring.core.model import InvoiceState, Leg, Policy, ReportKind, Role
from rts_factoring.core.money import ZERO
from rts_factoring.core.reconciliation.factoring_ledger import FactoringLedger
from rts_factoring.core.reconciliation.posting_matrix import by_role, legs
from rts_factoring.core.reconciliation.results import Reconciliation

from .example import Load, Subsidiary


@dataclass(frozen=True)
class StateChange:
	"""A state that an invoice came into, and why."""

	day: date
	state: InvoiceState
	note: str = ""


@dataclass(frozen=True)
class SentFile:
	"""A file of a batch. `arrived`: it appeared at the factor once, with the same SHA-256."""

	name: str
	size: int
	sha256: str
	pages: int = 0  # 0 is the schedule
	arrived: bool = False


@dataclass(frozen=True)
class SentBatch:
	name: str
	day: date
	folder: Path
	invoices: tuple[str, ...]
	amount: Decimal
	files: tuple[SentFile, ...]

	@property
	def packets(self) -> tuple[SentFile, ...]:
		return tuple(file for file in self.files if file.pages)

	@property
	def size(self) -> int:
		return sum(file.size for file in self.files)


@dataclass(frozen=True)
class ImportedReport:
	"""A report that came back, as read and posted. `entry` numbers its journal entry."""

	result: Reconciliation
	day: date
	path: Path
	entry: str

	@property
	def is_purchase(self) -> bool:
		return self.result.report.kind is ReportKind.PURCHASE


@dataclass(frozen=True)
class PostedLeg:
	"""One leg of a journal entry and the report row it comes from."""

	day: date
	entry: str
	file: str
	row: int
	event: str
	leg: Leg


@dataclass(frozen=True)
class ControlFigure:
	"""An amount from two sources, which must agree."""

	ours: str
	our_amount: Decimal
	theirs: str
	their_amount: Decimal

	@property
	def agrees(self) -> bool:
		return self.our_amount == self.their_amount


@dataclass(frozen=True)
class SafetyCheck:
	"""Something that must not work, attempted."""

	attempt: str
	answer: str
	passed: bool


@dataclass
class SubsidiaryRun:
	"""One subsidiary's side of the run."""

	subsidiary: Subsidiary
	loads: list[Load]
	ledger: FactoringLedger
	folder: Path
	histories: dict[str, list[StateChange]] = field(default_factory=dict)
	reasons: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
	batches: list[SentBatch] = field(default_factory=list)
	imports: list[ImportedReport] = field(default_factory=list)
	posted_legs: list[PostedLeg] = field(default_factory=list)

	def add_state(self, invoice_no: str, day: date, state: InvoiceState, note: str = "") -> None:
		self.histories.setdefault(invoice_no, []).append(StateChange(day, state, note))

	def state(self, invoice_no: str) -> InvoiceState | None:
		history = self.histories.get(invoice_no)
		return history[-1].state if history else None

	def post(self, imported: ImportedReport) -> None:
		self.imports.append(imported)
		for effect in imported.result.effects:
			for leg in legs(self.subsidiary.policy, effect):
				self.posted_legs.append(
					PostedLeg(
						imported.day, imported.entry, imported.path.name, effect.row, effect.event.value, leg
					)
				)

	@property
	def balances(self) -> dict[Role, tuple[Decimal, Decimal]]:
		return by_role(posted.leg for posted in self.posted_legs)

	def balance(self, role: Role) -> Decimal:
		debit, credit = self.balances.get(role, (ZERO, ZERO))
		return debit - credit

	def total(self, name: str) -> Decimal:
		"""Sum of a figure over all invoices that were bought."""
		return sum((getattr(position, name) for position in self.ledger.positions.values()), ZERO)

	def control_figures(self) -> list[ControlFigure]:
		"""The control accounts against the reports' own totals and against the invoices."""
		debits, credits = (
			_sum(one.leg.debit for one in self.posted_legs),
			_sum(one.leg.credit for one in self.posted_legs),
		)
		opening = _sum(self.sold.values())
		outstanding = _sum(self.ledger.positions[number].outstanding for number in self.sold)
		figures = [
			ControlFigure("All debits", debits, "all credits", credits),
			ControlFigure(
				"Clearing", self.balance(Role.CLEARING), "paid out by the factor's reports", self._paid_out()
			),
			ControlFigure(
				"Reserve", self.balance(Role.RESERVE), "reserve invoice by invoice", self.total("reserve")
			),
			ControlFigure(
				"Receivables sold",
				opening + self.balance(Role.RECEIVABLE),
				"open invoice by invoice",
				outstanding,
			),
		]
		if self.subsidiary.policy is Policy.BORROWING:
			figures.append(
				ControlFigure(
					"Advances", -self.balance(Role.ADVANCES), "bought and not collected", self.total("open")
				)
			)
		return figures

	@property
	def sold(self) -> dict[str, Decimal]:
		"""The amounts open before the sale of what the factor bought. Drafts and other currencies are never sold."""
		return {
			load.receivable.invoice_no: load.receivable.open_amount
			for load in self.loads
			if load.receivable.invoice_no in self.ledger.positions
		}

	def _paid_out(self) -> Decimal:
		"""The totals at the foot of the purchase reports, and what the payment reports release."""
		reports = [imported.result.report for imported in self.imports]
		funded = _sum(total.amounts.get("net", ZERO) for report in reports for total in report.totals)
		return funded + _sum(line.released or ZERO for report in reports for line in report.lines)


@dataclass
class DemoRun:
	"""The whole run; `folder` holds everything it made."""

	folder: Path
	source: Path
	subsidiaries: list[SubsidiaryRun]
	safety_checks: list[SafetyCheck] = field(default_factory=list)
	cut_after: int = 0  # files delivered when the connection was cut on purpose

	@property
	def problems(self) -> list[str]:
		"""Everything that went wrong; empty after a good run."""
		not_arrived = [
			f"{file.name} did not arrive whole"
			for run in self.subsidiaries
			for batch in run.batches
			for file in batch.files
			if not file.arrived
		]
		disagreeing = [
			f"{run.subsidiary.name}: {figure.ours} and {figure.theirs} differ"
			for run in self.subsidiaries
			for figure in run.control_figures()
			if not figure.agrees
		]
		failed = [f"not refused: {check.attempt}" for check in self.safety_checks if not check.passed]
		return not_arrived + disagreeing + failed


def _sum(amounts: Iterable[Decimal]) -> Decimal:
	return sum(amounts, ZERO)
