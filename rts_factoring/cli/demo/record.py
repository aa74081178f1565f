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
class Step:
	"""A stop on an invoice's way."""

	day: date
	state: InvoiceState
	note: str = ""


@dataclass(frozen=True)
class Sent:
	"""A file of a batch. `arrived`: it appeared at the factor once, with the same SHA-256."""

	name: str
	size: int
	sha256: str
	pages: int = 0  # 0 is the schedule
	arrived: bool = False


@dataclass(frozen=True)
class Batch:
	name: str
	day: date
	folder: Path
	invoices: tuple[str, ...]
	amount: Decimal
	files: tuple[Sent, ...]

	@property
	def packets(self) -> tuple[Sent, ...]:
		return tuple(file for file in self.files if file.pages)

	@property
	def size(self) -> int:
		return sum(file.size for file in self.files)


@dataclass(frozen=True)
class Imported:
	"""A report that came back, as read and posted. `entry` numbers its journal entry."""

	result: Reconciliation
	day: date
	path: Path
	entry: str

	@property
	def is_purchase(self) -> bool:
		return self.result.report.kind is ReportKind.PURCHASE


@dataclass(frozen=True)
class Posting:
	"""One leg of a journal entry and the report row it comes from."""

	day: date
	entry: str
	file: str
	row: int
	event: str
	leg: Leg


@dataclass(frozen=True)
class Tie:
	"""Two figures from two sources that must be one."""

	ours: str
	our_amount: Decimal
	theirs: str
	their_amount: Decimal

	@property
	def holds(self) -> bool:
		return self.our_amount == self.their_amount


@dataclass(frozen=True)
class Trial:
	"""Something that must not work, tried."""

	tried: str
	answer: str
	holds: bool


@dataclass
class Desk:
	"""One subsidiary's side of the run."""

	subsidiary: Subsidiary
	loads: list[Load]
	ledger: FactoringLedger
	folder: Path
	ways: dict[str, list[Step]] = field(default_factory=dict)
	reasons: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
	batches: list[Batch] = field(default_factory=list)
	imports: list[Imported] = field(default_factory=list)
	postings: list[Posting] = field(default_factory=list)

	def step(self, invoice_no: str, day: date, state: InvoiceState, note: str = "") -> None:
		self.ways.setdefault(invoice_no, []).append(Step(day, state, note))

	def state(self, invoice_no: str) -> InvoiceState | None:
		way = self.ways.get(invoice_no)
		return way[-1].state if way else None

	def post(self, imported: Imported) -> None:
		self.imports.append(imported)
		for effect in imported.result.effects:
			for leg in legs(self.subsidiary.policy, effect):
				self.postings.append(
					Posting(
						imported.day, imported.entry, imported.path.name, effect.row, effect.event.value, leg
					)
				)

	@property
	def balances(self) -> dict[Role, tuple[Decimal, Decimal]]:
		return by_role(posting.leg for posting in self.postings)

	def balance(self, role: Role) -> Decimal:
		debit, credit = self.balances.get(role, (ZERO, ZERO))
		return debit - credit

	def total(self, name: str) -> Decimal:
		"""Sum of a figure over all invoices that were bought."""
		return sum((getattr(position, name) for position in self.ledger.positions.values()), ZERO)

	def ties(self) -> list[Tie]:
		"""The control accounts against the reports' own totals and against the invoices."""
		debits, credits = (
			_sum(one.leg.debit for one in self.postings),
			_sum(one.leg.credit for one in self.postings),
		)
		opening = _sum(load.receivable.open_amount for load in self.loads)
		standing = _sum(self.outstanding(load) for load in self.loads)
		found = [
			Tie("All debits", debits, "all credits", credits),
			Tie(
				"Clearing", self.balance(Role.CLEARING), "paid out by the factor's reports", self._paid_out()
			),
			Tie("Reserve", self.balance(Role.RESERVE), "reserve invoice by invoice", self.total("reserve")),
			Tie("Receivables", opening + self.balance(Role.RECEIVABLE), "open invoice by invoice", standing),
		]
		if self.subsidiary.policy is Policy.BORROWING:
			found.append(
				Tie("Advances", -self.balance(Role.ADVANCES), "bought and not collected", self.total("open"))
			)
		return found

	def outstanding(self, load: Load) -> Decimal:
		position = self.ledger.positions.get(load.receivable.invoice_no)
		return load.receivable.open_amount if position is None else position.outstanding

	def _paid_out(self) -> Decimal:
		"""The totals at the foot of the purchase reports, and what the payment reports release."""
		reports = [imported.result.report for imported in self.imports]
		funded = _sum(total.amounts.get("net", ZERO) for report in reports for total in report.totals)
		return funded + _sum(line.released or ZERO for report in reports for line in report.lines)


@dataclass
class Record:
	"""The whole run. `folder` is where everything stands."""

	folder: Path
	source: Path
	desks: list[Desk]
	trials: list[Trial] = field(default_factory=list)
	cut_after: int = 0  # files delivered when the line was cut on purpose

	@property
	def problems(self) -> list[str]:
		"""What did not come out as it must; empty after a good run."""
		missing = [
			f"{file.name} did not arrive whole"
			for desk in self.desks
			for batch in desk.batches
			for file in batch.files
			if not file.arrived
		]
		apart = [
			f"{desk.subsidiary.name}: {tie.ours} and {tie.theirs} differ"
			for desk in self.desks
			for tie in desk.ties()
			if not tie.holds
		]
		return missing + apart + [f"not held off: {trial.tried}" for trial in self.trials if not trial.holds]


def _sum(amounts: Iterable[Decimal]) -> Decimal:
	return sum(amounts, ZERO)
