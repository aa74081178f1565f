"""What judging a report needs of the history: only what its rows, decisions and batch name, found by index."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import frappe

from rts_factoring.core.model import NEEDS_INVOICE, OWN_EVENTS, Event, Outcome, Policy, Receivable
from rts_factoring.core.money import money
from rts_factoring.core.reconciliation.adjusted import Adjusted, facts_of
from rts_factoring.core.reconciliation.adjustments import AdjustmentLine, PostedEntry, as_report_line
from rts_factoring.core.reconciliation.factoring_ledger import FactoringLedger
from rts_factoring.core.reconciliation.matching import Receivables, exact
from rts_factoring.core.reconciliation.posted_rows import PostedRow
from rts_factoring.core.reports.lines import MONEY
from rts_factoring.services.accounting import ledger, ledger_sums
from rts_factoring.services.accounting.sources import ADJUSTMENT
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import number_keys, receivables
from rts_factoring.services.invoices.receivables import chunks


def load_ledger(company: str, kind: str) -> FactoringLedger:
	"""The company's ledger: ways to its live batches, to positions, and to the rows of reports of this kind that were posted."""
	agreement = settings.require_any(company)
	return FactoringLedger(
		company=company,
		policy=Policy(agreement.policy.lower()),
		client_number=agreement.client_number or "",
		currency=agreement.currency or frappe.get_cached_value("Company", company, "default_currency"),
		companies=frozenset(settings.companies_with_settings()),
		batches=_LiveBatches(company),
		find_rows=partial(_posted_rows, company, kind),
		find_positions=partial(ledger_sums.positions, company),
		find_batches=partial(_batches_of, company),
		find_adjusted=partial(_adjusted, company),
		find_openings=partial(_openings, company),
		terms=settings.report_terms(agreement),
	)


class _LiveBatches(Mapping[str, tuple[str, ...]]):
	"""The company's submitted batches: number → invoices. Each is read when it is asked for."""

	def __init__(self, company: str):
		self._company = company
		self._known: dict[str, tuple[str, ...]] = {}
		self._names: list[str] | None = None

	def __getitem__(self, name: str) -> tuple[str, ...]:
		if name not in self._known:
			row = frappe.qb.DocType("Factoring Batch Invoice")
			query = _live_rows(self._company).where(row.parent == name).orderby(row.idx)
			# The database takes `fb-1` and `FB-1` for one.
			self._known[name] = tuple(invoice for parent, invoice in query.run() if parent == name)
		if not self._known[name]:
			raise KeyError(name)
		return self._known[name]

	def __iter__(self) -> Iterator[str]:
		if self._names is None:
			filters = {"company": self._company, "docstatus": 1}
			self._names = frappe.get_all("Factoring Batch", filters, pluck="name", order_by="creation")
		return iter(self._names)

	def __len__(self) -> int:
		return len(list(iter(self)))


def _live_rows(company: str):
	"""A query for batch and invoice of the rows of live batches."""
	batch, row = frappe.qb.DocType("Factoring Batch"), frappe.qb.DocType("Factoring Batch Invoice")
	query = frappe.qb.from_(row).inner_join(batch).on(batch.name == row.parent)
	return query.where((batch.company == company) & (batch.docstatus == 1)).select(
		row.parent, row.sales_invoice
	)


def _batches_of(company: str, invoices: Collection[str]) -> dict[str, str]:
	"""Invoice → the live batch it was last sent in."""
	batch, row = frappe.qb.DocType("Factoring Batch"), frappe.qb.DocType("Factoring Batch Invoice")
	found: dict[str, str] = {}
	for names in chunks(sorted(invoices)):
		query = _live_rows(company).where(row.sales_invoice.isin(names)).orderby(batch.creation)
		found |= {invoice: name for name, invoice in query.run()}
	return found


_ROW_AMOUNTS = tuple("reserve_released" if name == "released" else name for name in MONEY)
_ROW_FIELDS = ("name", "identity", "occurrence", "fingerprint", "report_import", "row_no", "outcome") + (
	*("invoice_no", "payment_ref", "word", "event_type", "duplicate_of", *_ROW_AMOUNTS),
)


def _posted_rows(
	company: str, kind: str, identities: Collection[str], fingerprints: Collection[str]
) -> list[PostedRow]:
	"""Rows that were posted or ignored, and have one of these identities or fingerprints."""
	line, parent = frappe.qb.DocType("Report Import Line"), frappe.qb.DocType("Report Import")
	query = (
		frappe.qb.from_(line)
		.inner_join(parent)
		.on(parent.name == line.report_import)
		.where((line.company == company) & (parent.kind == kind.title()))
		.where(line.posted_key.isnotnull())
		.select(parent.batch, *(line[field] for field in _ROW_FIELDS))
	)
	found: dict[str, PostedRow] = {}
	for field, values in ((line.identity, identities), (line.fingerprint, fingerprints)):
		for part in chunks(sorted(set(values))):
			found |= {row.name: _posted_row(row) for row in query.where(field.isin(part)).run(as_dict=True)}
	_mark_corrected(found)
	return list(found.values())


def _mark_corrected(rows: dict[str, PostedRow]) -> None:
	"""Rows that a submitted adjustment took back."""
	line, parent = frappe.qb.DocType("Factoring Adjustment Line"), frappe.qb.DocType(ADJUSTMENT)
	query = frappe.qb.from_(line).inner_join(parent).on(parent.name == line.parent)
	query = query.where((parent.docstatus == 1) & line.report_import_line.isnotnull())
	for names in chunks(sorted(rows)):
		for (name,) in query.where(line.report_import_line.isin(names)).select(line.report_import_line).run():
			rows[name] = replace(rows[name], is_corrected=True)


def _adjusted(company: str, invoices: Collection[str]) -> list[Adjusted]:
	"""What adjustments have posted to these invoices, without an invoice, and of what needs none, that no posted report row
	stands for."""
	line, parent = frappe.qb.DocType("Factoring Adjustment Line"), frappe.qb.DocType(ADJUSTMENT)
	row = frappe.qb.DocType("Report Import Line")
	query = (
		frappe.qb.from_(line)
		.inner_join(parent)
		.on(parent.name == line.parent)
		.left_join(row)
		.on((row.adjustment_line == line.name) & (row.posted == 1))
		.where((parent.docstatus == 1) & (parent.company == company) & row.name.isnull())
		.where(line.event.notin([frappe.unscrub(event.value) for event in OWN_EVENTS]))
		.orderby(parent.posting_date)
		.orderby(line.idx)
		.select(line.star, parent.posting_date)
	)
	needs_none = line.event.isin([frappe.unscrub(event.value) for event in set(Event) - NEEDS_INVOICE])
	without = line.sales_invoice.isnull() | (line.sales_invoice == "")
	rows = query.where(without | needs_none).run(as_dict=True)
	known = {each.name for each in rows}
	for names in chunks(sorted(set(invoices))):
		more = query.where(line.sales_invoice.isin(names)).run(as_dict=True)
		rows += [each for each in more if each.name not in known]
	bought_again = _bought_again(company, {each.sales_invoice for each in rows if each.sales_invoice})
	return [
		Adjusted(
			each.name,
			each.sales_invoice or "",
			each.posting_date,
			facts_of(as_report_line(adjustment_line(each))),
			min(
				(day for day in bought_again.get(each.sales_invoice, ()) if day >= each.posting_date),
				default=None,
			),
		)
		for each in rows
	]


def _bought_again(company: str, invoices: Collection[str]) -> dict[str, list[date]]:
	"""Invoice → the days on which RTS bought it once more, after it had given it back."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	found: dict[str, list[date]] = {}
	for names in chunks(sorted(invoices)):
		query = ledger.in_force(table).where((table.company == company) & table.sales_invoice.isin(names))
		query = query.where(table.sold_again > 0).select(table.sales_invoice, table.posting_date)
		for invoice, day in query.run():
			found.setdefault(invoice, []).append(day)
	return found


def _openings(company: str, invoices: Collection[str]) -> dict[str, date]:
	"""Invoice → the day of the opening that let it in; "" → the company's first opening."""
	parent = {"company": company, "docstatus": 1, "purpose": "Opening"}
	days = dict(frappe.get_all(ADJUSTMENT, parent, ["name", "posting_date"], as_list=True, limit=0))
	if not days:
		return {}
	found = {"": min(days.values())}
	for names in chunks(sorted(set(invoices))):
		filters = {"parent": ("in", list(days)), "sales_invoice": ("in", names), "event": "Opening"}
		rows = frappe.get_all(f"{ADJUSTMENT} Line", filters, ["sales_invoice", "parent"], limit=0)
		found |= {row.sales_invoice: days[row.parent] for row in rows}
	return found


OPENED = ("financed", "reserve")  # what a line of an opening states beside the open amount
BESIDE = ("fee", "reserve", "other", "repaid", "net", "released", "chargeback")


def adjustment_line(
	row, posting_date: date | None = None, entries: Sequence[PostedEntry] = ()
) -> AdjustmentLine:
	"""A row of a Factoring Adjustment as the core knows it."""
	event = Event(frappe.scrub(row.event))
	beside = OPENED if event is Event.OPENING else BESIDE
	return AdjustmentLine(
		row=row.idx,
		event=event,
		invoice_no=row.sales_invoice or "",
		date=posting_date,
		amount=money(row.amount or 0),
		amounts={name: amount for name in beside if (amount := money(row.get(name) or 0))},
		accept=bool(row.accept),
		entries=tuple(entries),
	)


def _posted_row(row) -> PostedRow:
	return PostedRow(
		identity=row.identity,
		occurrence=int(row.occurrence),
		fingerprint=row.fingerprint or "",
		batch=row.batch or "",
		invoice_no=row.invoice_no or "",
		payment_ref=row.payment_ref or "",
		word=row.word or "",
		event=Event(row.event_type) if row.event_type else None,
		amounts=tuple(money(row[field] or 0) for field in _ROW_AMOUNTS),
		row=row.row_no,
		report_import=row.report_import,
		name=row.name,
		corrects=(row.duplicate_of or "") if row.outcome == Outcome.MATCHED.value else "",
		is_ignored=row.outcome == Outcome.IGNORED.value,
	)


def receivables_named(
	company: str, numbers: Collection[str], references: Collection[str] = ()
) -> Receivables:
	"""The company's invoices that a report may mean by these invoice numbers, as they stand or spelt otherwise, or by these PO
	or load numbers of rows without one. Those of other companies are never looked at, so nothing tells whether they exist."""
	found: list[Receivable] = []
	known: set[str] = set()

	def add(names: Collection[str]) -> None:
		for part in receivables.row_parts(names, company=company):
			known.update(row.name for row in part)
			found.extend(receivables.to_receivable(row) for row in part if not row.is_return)

	add({*numbers, *(exact(number) for number in numbers)})
	unknown = {number for number in numbers if exact(number) not in known}
	add(number_keys.candidates(company, unknown, references) - known)
	return Receivables(found)
