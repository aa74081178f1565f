"""Stores the rows of a report as Report Import Lines: inserted in bulk, updated after decisions, never one query per row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from itertools import islice

import frappe
from frappe.query_builder.functions import Concat, Count
from frappe.utils import now

from rts_factoring.core.model import Event, Outcome, ReportKind
from rts_factoring.core.money import money, text
from rts_factoring.core.reconciliation.corrections import WaitingRow, replaces
from rts_factoring.core.reconciliation.matching import normalised
from rts_factoring.core.reconciliation.results import ReconciledLine, Reconciliation, RowDecision
from rts_factoring.core.reports.cells import escape_formula, to_text
from rts_factoring.core.reports.layout import DEDUCTION_FIELDS
from rts_factoring.core.reports.lines import AMOUNTS, ATTRIBUTE, ReportLine
from rts_factoring.core.reports.report import Report
from rts_factoring.services.common.inserts import insert_many
from rts_factoring.services.invoices.receivables import LOCK_CHUNK, chunks

# Field of the line document → attribute of the core's ReportLine.
_VALUES = {
	"invoice_no": "invoice_no",
	"debtor": "debtor_name",
	"debtor_code": "debtor_code",
	"po_no": "po_no",
	"payment_ref": "payment_ref",
	"word": "word",
	"description": "reason",
	"date": "date",
	"invoice_date": "invoice_date",
	"invoice_amount": "invoice_amount",
	"purchased": "purchased",
	"advance": "advance",
	"net": "net",
	"fee": "fee",
	"reserve": "reserve",
	"other": "other",
	"repaid": "repaid",
	"recovered": "recovered",
	"unclear": "unclear",
	"unread": "unread",
	"paid": "paid",
	"reserve_released": "released",
	"chargeback": "chargeback",
	"balance": "balance",
}
_RECONCILED: tuple[str, ...] = ("outcome", "reason", "rule", "sales_invoice", "event_type", "identity")
_RECONCILED += ("occurrence", "duplicate_of", "differences", "adjustment_line", "ours", "difference")
_TEXT = 140
LINE = "Report Import Line"
UNREAD = "unread_cells"  # in the parts of a line
CHUNK = 2_000  # rows that are compared at a time
WAITING_OUTCOMES = (Outcome.SUGGESTED.value, Outcome.UNMATCHED.value, Outcome.BLOCKED.value)
POSTABLE_OUTCOMES = (Outcome.MATCHED, Outcome.HELD, Outcome.DENIED, Outcome.PENDING)


def insert(doc, result: Reconciliation, rows: Sequence[Sequence]) -> None:
	"""Stage all lines of an import; `rows[row-1]` are the cells of that sheet row."""
	audit_time, user = now(), frappe.session.user
	fixed = {
		"creation": audit_time,
		"modified": audit_time,
		"owner": user,
		"modified_by": user,
		"docstatus": 0,
		"report_import": doc.name,
		"company": doc.company,
		"currency": doc.currency,
	}
	fields = ["name", *fixed, "row_no", *_VALUES, *_RECONCILED, "posted", "fingerprint", "parts", "cells"]

	def values():
		for line, fingerprint in zip(result.lines, result.report.fingerprints, strict=True):
			row = line.line
			cells = [to_text(cell) for cell in rows[row.row - 1]]
			yield (
				frappe.generate_hash(length=10),
				*fixed.values(),
				row.row,
				*(_stored(name, getattr(row, name)) for name in _VALUES.values()),
				*_reconciled(line).values(),
				0,
				fingerprint,
				_parts(result.report, row.row, cells),
				json.dumps(cells, ensure_ascii=False),
			)

	insert_many(LINE, fields, values())


def _parts(report: Report, row: int, cells: list[str]) -> str | None:
	"""Where several columns add up to one amount: for each such amount its columns with what they say, as JSON. Under
	UNREAD the cells behind the row's problems: problem, column and value."""
	header = report.header
	found: dict[str, list] = {
		ATTRIBUTE.get(name, name): [
			f"{header.texts[column]}: {cells[column]}" for column in columns if cells[column]
		]
		for name, columns in header.columns.items()
		if name in DEDUCTION_FIELDS and len(columns) > 1
	}
	found[UNREAD] = list(report.unread_cells.get(row, ()))
	found = {name: texts for name, texts in found.items() if texts}
	return json.dumps(found, ensure_ascii=False) if found else None


def _stored(name: str, value):
	"""The value for the database: a text cut to its column and never a formula in an export; 0 for an empty amount. Matching
	uses the file, not these values."""
	if isinstance(value, str):
		return escape_formula(value)[:_TEXT]
	return 0 if value is None and name in AMOUNTS else value


def _reconciled(line: ReconciledLine) -> dict:
	invoice = line.receivable.invoice_no if line.receivable else None
	if line.outcome is Outcome.BLOCKED and line.reason == "other_subsidiary":
		invoice = None  # another company's invoice is not shown to this one's people
	return {
		"outcome": line.outcome.value,
		"reason": (line.reason or "")[:_TEXT],
		"rule": line.rule,
		"sales_invoice": invoice,
		"event_type": line.line.event.value if line.line.event else "",
		"identity": line.identity,
		"occurrence": line.occurrence,
		"duplicate_of": line.posted.name if line.posted else None,
		"differences": _differences(line),
		"adjustment_line": line.adjusted or None,
		"ours": float(line.ours or 0),
		"difference": float(line.difference),
	}


def _differences(line: ReconciledLine) -> str | None:
	"""What the row states otherwise than the one posted before, as JSON."""
	found = [
		{"field": difference.field, "posted": text(difference.posted), "stated": text(difference.stated)}
		for difference in line.differences
	]
	return json.dumps(found) if found else None


def update(doc, lines: Iterable[ReconciledLine]) -> None:
	"""Write the new outcomes of lines that have not been posted."""
	table = frappe.qb.DocType(LINE)
	query = frappe.qb.from_(table).where(table.report_import == doc.name)
	query = query.select(*(table[name] for name in ("name", "row_no", "posted", *_RECONCILED)))
	lines = iter(lines)
	while part := list(islice(lines, CHUNK)):
		numbers = [line.line.row for line in part]
		rows = query.where(table.row_no[min(numbers) : max(numbers)]).run(as_dict=True)
		known = {row.row_no: row for row in rows}
		for line in part:
			old = known.get(line.line.row)
			if old is None or old.posted:
				continue
			values = _reconciled(line)
			if any((old[name] or None) != (value or None) for name, value in values.items()):
				frappe.db.set_value(LINE, old.name, values, update_modified=False)


def accepted_reasons(text: str | None) -> frozenset[str]:
	"""The reasons that a person accepted, from the field `accepted` of a row."""
	return frozenset(reason for reason in (text or "").split(",") if reason)


def decisions(report_import: str) -> dict[int, RowDecision]:
	"""What people decided, by row number."""
	rows = frappe.get_all(
		LINE,
		filters={"report_import": report_import, "resolution": ("is", "set")},
		fields=["row_no", "resolution", "resolution_reason", "decided_invoice", "decided_event", "accepted"],
		limit=0,
	)
	return {
		row.row_no: RowDecision(
			invoice_no=row.decided_invoice or "",
			event=Event(row.decided_event) if row.decided_event else None,
			accepted=accepted_reasons(row.accepted),
			ignore=(row.resolution_reason or "ignored")
			if row.resolution in ("Ignored", "Superseded")
			else "",
		)
		for row in rows
	}


_DECISION = (
	"resolution",
	"resolution_reason",
	"decided_invoice",
	"decided_event",
	"accepted",
	"decided_by",
	"decided_on",
)


def stored_decisions(report_import: str) -> dict[int, dict]:
	"""The decisions of people, with who and when, and the row's cells; by row number."""
	rows = frappe.get_all(
		LINE,
		filters={"report_import": report_import, "resolution": ("is", "set")},
		fields=["row_no", "cells", *_DECISION],
		limit=0,
	)
	return {row.pop("row_no"): row for row in rows}


def restore_decisions(report_import: str, decided: dict[int, dict]) -> int:
	"""Give decisions back to rows that were staged again and whose cells are the same; returns how many."""
	names = frappe.get_all(
		LINE,
		filters={"report_import": report_import, "row_no": ("in", list(decided) or [0])},
		fields=["name", "row_no", "cells"],
		limit=0,
	)
	kept = [row for row in names if row.cells == decided[row.row_no]["cells"]]
	for row in kept:
		values = {field: decided[row.row_no][field] for field in _DECISION}
		frappe.db.set_value(LINE, row.name, values, update_modified=False)
	return len(kept)


def posted_rows(report_import: str) -> set[int]:
	return set(
		frappe.get_all(
			LINE,
			filters={"report_import": report_import, "posted": 1},
			pluck="row_no",
			limit=0,
		)
	)


def count_outcomes(report_import: str) -> dict[str, int]:
	"""Outcome → how many rows of the import have it, as stored."""
	line = frappe.qb.DocType(LINE)
	query = frappe.qb.from_(line).where(line.report_import == report_import).groupby(line.outcome)
	return {outcome: int(count) for outcome, count in query.select(line.outcome, Count("*")).run()}


def undated_rows(doc) -> int:
	"""Rows of a draft purchase report that are posted though neither they nor its title name a day. Those of a payment report
	wait."""
	if doc.docstatus or doc.run_date or doc.kind != ReportKind.PURCHASE.value.title():
		return 0
	never = (Outcome.IGNORED.value, Outcome.DUPLICATE.value)
	rows = {"report_import": doc.name, "date": ("is", "not set"), "outcome": ("not in", never)}
	return frappe.db.count(LINE, rows)


def mark_posted(doc, lines: Iterable[ReconciledLine]) -> None:
	"""Mark lines as posted. Those that moved money get a unique key, so the database itself refuses to post a row twice."""
	table = frappe.qb.DocType(LINE)
	names = names_by_row(doc.name)
	moved: list[str] = []
	states_only: list[str] = []
	for line in lines:
		is_moved = bool(line.effects) or line.outcome is Outcome.IGNORED
		(moved if is_moved else states_only).append(names[line.line.row])
	key = Concat(_company_key(doc.company), ":", table.identity, ":", table.occurrence)
	_write(moved, posted=1, posted_key=key)
	_write(states_only, posted=1)


def names_by_row(report_import: str) -> dict[int, str]:
	"""Row number → name of the line."""
	rows = frappe.get_all(LINE, filters={"report_import": report_import}, fields=["name", "row_no"], limit=0)
	return {row.row_no: row.name for row in rows}


def _write(names: Iterable[str], **values) -> None:
	"""Set fields of lines, found by name and a few at a time: so the database locks these rows and no gap between the rows of
	two imports, where others insert theirs."""
	table = frappe.qb.DocType(LINE)
	for part in chunks(sorted(names), LOCK_CHUNK):
		query = frappe.qb.update(table).where(table.name.isin(part))
		for fieldname, value in values.items():
			query = query.set(table[fieldname], value)
		query.run()


def posted_key(company: str, identity: str, occurrence: int) -> str:
	return f"{_company_key(company)}:{identity}:{occurrence}"


def _company_key(company: str) -> str:
	"""The company in 20 characters, the first part of a posted row's key."""
	return hashlib.sha1(company.encode(), usedforsecurity=False).hexdigest()[:20]


def release_keys(report_import: str) -> None:
	"""Remove the keys of a cancelled import. Another import may post its rows again."""
	_write(names_by_row(report_import).values(), posted=0, posted_key=None)


def with_cells(report_import: str, limit: int) -> list[str]:
	"""Lines of an import that have their cells still."""
	filters = {"report_import": report_import, "cells": ("is", "set")}
	return frappe.get_all(LINE, filters=filters, pluck="name", limit=limit)


def remove_cells(names: Iterable[str]) -> None:
	_write(names, cells=None)


def delete(report_import: str) -> None:
	table = frappe.qb.DocType(LINE)
	for part in chunks(sorted(names_by_row(report_import).values()), LOCK_CHUNK):
		frappe.qb.from_(table).where(table.name.isin(part)).delete().run()


def supersede(doc, lines: Iterable[ReconciledLine]) -> None:
	"""Close waiting rows of earlier imports that this import brought in corrected form."""
	by_key: dict[tuple[str, str], list[ReportLine]] = {}
	for line in lines:
		name = line.receivable.invoice_no if line.receivable else ""
		if key := _correction_key(doc.kind, name, line.line.payment_ref):
			by_key.setdefault(key, []).append(line.line)
	if not by_key:
		return
	line, parent = frappe.qb.DocType(LINE), frappe.qb.DocType("Report Import")
	waiting = (
		frappe.qb.from_(line)
		.inner_join(parent)
		.on(parent.name == line.report_import)
		.where((parent.company == doc.company) & (parent.kind == doc.kind) & (parent.docstatus == 1))
		.where((parent.name != doc.name) & (line.posted == 0))
		.where(line.outcome.isin(WAITING_OUTCOMES))
		.select(line.name, line.sales_invoice, line.payment_ref, line.event_type, line.date, parent.batch)
		.select(line.paid, line.chargeback, line.fee, line.reserve_released.as_("released"))
		.run(as_dict=True)
	)
	kind = ReportKind(doc.kind.lower())
	for row in waiting:
		key = _correction_key(doc.kind, row.sales_invoice or "", row.payment_ref)
		waits = _waiting_row(row)
		if key and any(replaces(kind, posted, doc.batch or "", waits) for posted in by_key.get(key, ())):
			frappe.db.set_value(
				LINE,
				row.name,
				{
					"resolution": "Superseded",
					"resolution_reason": doc.name,
					"outcome": Outcome.IGNORED.value,
					"posted": 1,
				},
				update_modified=False,
			)


def _waiting_row(row) -> WaitingRow:
	amounts = {name: money(row[name] or 0) for name in ("paid", "chargeback", "fee", "released")}
	return WaitingRow(Event(row.event_type) if row.event_type else None, row.date, row.batch or "", amounts)


def _correction_key(kind: str, invoice: str, reference: str | None) -> tuple[str, str] | None:
	"""What two rows share when one corrects the other: the invoice, and in payment reports also the check."""
	if not invoice or (kind == "Payment" and not reference):
		return None
	return invoice, normalised(reference or "")


def reopen_superseded(doc) -> None:
	"""Reopen the rows that a cancelled import had superseded."""
	names = frappe.get_all(
		LINE,
		filters={"company": doc.company, "resolution": "Superseded", "resolution_reason": doc.name},
		pluck="name",
		limit=0,
	)
	wait_again(names)


def wait_again(names: Iterable[str]) -> None:
	"""Take back that these rows were ignored."""
	outcome = Outcome.BLOCKED.value
	_write(names, resolution="", resolution_reason=None, outcome=outcome, posted=0, posted_key=None)
