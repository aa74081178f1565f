"""What one subsidiary and its factor owe each other before a report is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date as Date

from ..model import DEFAULT_TERMS, InvoiceState, Outcome, Policy, Position, Receivable, ReportTerms
from .adjusted import Adjusted, AdjustedBefore
from .matching import normalised
from .posted_rows import PostedRow, posted_row
from .results import ReconciledLine, Reconciliation

FINAL_OUTCOMES = frozenset(
	(Outcome.MATCHED, Outcome.IGNORED)
)  # the same row in a later report is a duplicate


@dataclass
class FactoringLedger:
	"""What one company and RTS owe each other.

	`batches` has the live ones: batch number → invoices sent in it. `companies` has all subsidiaries, so that a file or
	row that names another one is recognised. `posted_rows` has each report row that was posted, or ignored by a person.

	`find_adjusted` gives what adjustments have posted to invoices, and without one, that no report row stands for yet;
	`find_openings` the days as of whose end openings stated invoices, and ("") the balances without one.

	Where the history is too long to be held, it is looked up: `find_rows` by identities and fingerprints, `find_positions`
	and `find_batches` (invoice → the batch it was last sent in) by invoices, which `load` asks for.
	"""

	company: str
	policy: Policy
	client_number: str = ""
	currency: str = ""
	companies: frozenset[str] = frozenset()
	batches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
	positions: dict[str, Position] = field(default_factory=dict)
	posted_rows: set[PostedRow] = field(default_factory=set)
	find_rows: Callable[[Collection[str], Collection[str]], Iterable[PostedRow]] | None = None
	find_positions: Callable[[Collection[str]], Mapping[str, Position]] | None = None
	find_batches: Callable[[Collection[str]], Mapping[str, str]] | None = None
	find_adjusted: Callable[[Collection[str]], Iterable[Adjusted]] | None = None
	find_openings: Callable[[Collection[str]], Mapping[str, Date]] | None = None
	terms: ReportTerms = DEFAULT_TERMS

	def __post_init__(self) -> None:
		self._batch_of: dict[str, str] = {}
		if self.find_batches is None:
			self._batch_of = {
				invoice: batch for batch, invoices in self.batches.items() for invoice in invoices
			}

	def load(self, invoices: Collection[str]) -> None:
		"""Look up these invoices, before their positions or batches are asked for."""
		if self.find_positions:
			self.positions.update(self.find_positions(invoices))
		if self.find_batches:
			self._batch_of.update(self.find_batches(invoices))

	def adjusted_before(self, invoices: Collection[str]) -> AdjustedBefore:
		"""What adjustments have posted to these invoices, and to none."""
		return AdjustedBefore(self.find_adjusted(invoices) if self.find_adjusted else ())

	def openings(self, invoices: Collection[str]) -> Mapping[str, Date]:
		"""The day as of whose end each of these invoices was let in, and ("") the first opening."""
		return self.find_openings(invoices) if self.find_openings else {}

	def batch_named(self, text: str) -> str:
		"""The live batch that this text means, spelt as in the ledger; "" when there is none."""
		if text in self.batches:
			return text
		key = normalised(text)
		return next((name for name in self.batches if normalised(name) == key), "") if key else ""

	def batch_of(self, invoice_no: str) -> str:
		"""The batch the invoice was last sent in, if any."""
		known = self.positions.get(invoice_no)
		return known.batch if known else self._batch_of.get(invoice_no, "")

	def position(self, receivable: Receivable) -> Position:
		"""The invoice's position. One that was never bought has only the outstanding amount in our books."""
		known = self.positions.get(receivable.invoice_no)
		if known is not None:
			return known
		batch = self._batch_of.get(receivable.invoice_no, "")
		state = InvoiceState.SUBMITTED if batch else InvoiceState.NOT_FACTORED
		return Position(receivable.invoice_no, state, batch, outstanding=receivable.open_amount)

	def commit(self, result: Reconciliation) -> None:
		"""Take over the result of a reconciliation, which until then changes nothing."""
		self.positions.update(result.positions)
		for line, fingerprint in zip(result.lines, result.report.fingerprints, strict=True):
			if line.outcome in FINAL_OUTCOMES:
				self.posted_rows.add(_posted_row(result, line, fingerprint))

	def posted_before(self, identities: Collection[str], fingerprints: Collection[str]) -> list[PostedRow]:
		"""The posted rows with any of these identities or fingerprints."""
		if self.find_rows:
			return list(self.find_rows(identities, fingerprints))
		known, prints = frozenset(identities), frozenset(fingerprints)
		return [row for row in self.posted_rows if row.identity in known or row.fingerprint in prints]


def _posted_row(result: Reconciliation, line: ReconciledLine, fingerprint: str) -> PostedRow:
	return posted_row(
		line.line,
		line.identity,
		line.occurrence,
		fingerprint,
		batch=result.batch,
		name=f"{line.identity}:{line.occurrence}",
		corrects=line.posted.name if line.posted else "",
		is_ignored=line.outcome is Outcome.IGNORED,
	)
