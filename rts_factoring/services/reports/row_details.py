"""One row of a report for the person who decides it: its cells, its invoice, others it may mean, and what it posted."""

from __future__ import annotations

import json

import frappe
from frappe.utils import flt
from openpyxl.utils import get_column_letter

from rts_factoring.core.money import money
from rts_factoring.core.reconciliation.candidates import candidates, compare
from rts_factoring.core.reconciliation.matching import digits, normalised
from rts_factoring.core.reports.lines import ReportLine
from rts_factoring.services.accounting.ledger import ROLES
from rts_factoring.services.invoices import receivables
from rts_factoring.services.reports import (
	corrections,
	decisions,
	reading,
	report_lines,
	row_pages,
	statement_comparison,
)

_TEXTS = {"invoice_no": "invoice_no", "debtor_name": "debtor", "debtor_code": "debtor_code", "po_no": "po_no"}
_AMOUNTS = ("invoice_amount", "purchased", "paid")
_LOOKED_AT = 200  # invoices of which the likeliest are offered
_ENTRIES = 20


def details(doc, row_no: int) -> dict:
	"""`row` as in a page, its `cells`, the `invoice` beside it, what it `posted`, the adjustments that correct it
	(`corrections`) or may (`correctable`), and the decisions it takes (`actions`); and, where it waits and names no invoice, `candidates`. Of the rows that wait, the one after and the one before it (`next`,
	`previous`; None where there is none)."""
	found = {"next": _waiting(doc.name, row_no, 1), "previous": _waiting(doc.name, row_no, -1)}
	rows = frappe.get_all(
		row_pages.DOCTYPE,
		filters={"report_import": doc.name, "row_no": row_no},
		fields=[*row_pages.FIELDS, "cells", "debtor_code", "invoice_date"],
		limit=1,
	)
	if not rows:
		return found
	(row,) = row_pages.complete(rows)
	is_statement = doc.kind in statement_comparison.KINDS
	line = _line(row)
	waits = row.outcome in report_lines.WAITING_OUTCOMES and not row.posted
	is_named = bool(row.sales_invoice) and normalised(row.sales_invoice) == normalised(line.invoice_no)
	others = _offered(doc.company, line, row.sales_invoice) if waits and not is_named else []
	own = _readable_invoices([row.sales_invoice]) if row.sales_invoice else []
	return found | {
		"row": row,
		"waits": waits,
		"cells": _cells(doc, _texts(doc, row_no, row.pop("cells"))),
		"invoice": _beside(line, own[0]) if own else None,
		"candidates": [_beside(line, invoice) for invoice in others],
		"posted": _posted(row.name),
		"corrections": corrections.of_row(row.name),
		"correctable": doc.docstatus == 1 and not is_statement and corrections.stands(row.name),
		"actions": decisions.possible(row) if doc.docstatus < 2 and not is_statement else [],
		"correction": statement_comparison.correction(doc, row) if is_statement else None,
	}


def _waiting(report_import: str, row_no: int, step: int) -> int | None:
	"""The number of the next row that waits for a decision; with `step` -1 of the one before."""
	found = frappe.get_all(
		row_pages.DOCTYPE,
		filters={
			"report_import": report_import,
			"outcome": ("in", list(report_lines.WAITING_OUTCOMES)),
			"posted": 0,
			"row_no": (">" if step > 0 else "<", row_no),
		},
		order_by=f"row_no {'asc' if step > 0 else 'desc'}",
		pluck="row_no",
		limit=1,
	)
	return found[0] if found else None


def _texts(doc, row_no: int, cells: str | None) -> list[str]:
	"""The row's cells as stored, or where they were removed as in the file."""
	return reading.cells_of(doc, row_no) if doc.cells_removed_on and not cells else json.loads(cells or "[]")


def _cells(doc, texts: list[str]) -> list[dict]:
	"""Each cell that holds something: its column's letter and title, and the text as the file has it."""
	titles = json.loads(doc.column_titles or "[]")
	return [
		{
			"column": get_column_letter(number + 1),
			"title": titles[number] if number < len(titles) else "",
			"text": text,
		}
		for number, text in enumerate(texts)
		if text
	]


def _line(row) -> ReportLine:
	"""The stored row, as far as it is compared with invoices."""
	values: dict = dict.fromkeys(ReportLine._fields)
	values |= {name: row[column] or "" for name, column in _TEXTS.items()}
	values |= {name: money(row[name]) if row[name] else None for name in _AMOUNTS}
	return ReportLine(**(values | {"row": row.row_no, "invoice_date": row.invoice_date}))


def _offered(company: str, line: ReportLine, chosen: str | None) -> list:
	"""The invoices of the company that the row may mean besides the chosen one, and that the user may see."""
	invoice = frappe.qb.DocType("Sales Invoice")
	amount = next((a for name in _AMOUNTS if (a := getattr(line, name)) is not None), None)
	means = []
	if number := digits(line.invoice_no):
		means.append(invoice.name.like(f"%{number}%"))
	if line.po_no:
		means += [invoice.po_no == line.po_no, invoice.factoring_load_no == line.po_no]
	if amount is not None:
		means += [invoice.grand_total == float(amount), invoice.rounded_total == float(amount)]
	names: set[str] = set()
	for condition in means:  # each has its own index, where there is one
		query = frappe.qb.from_(invoice).select(invoice.name).where(invoice.company == company)
		query = query.where((invoice.docstatus == 1) & (invoice.is_return == 0)).where(condition)
		names |= {name for (name,) in query.orderby(invoice.name).limit(_LOOKED_AT).run()}
	rows = {row.name: row for row in receivables.rows(names - {chosen})}
	likely = candidates(line, [receivables.to_receivable(row) for row in rows.values()])
	return _readable_invoices([receivable.invoice_no for receivable in likely])


def _readable_invoices(names: list[str]) -> list:
	"""The invoices that the user may read, in the order of `names`."""
	if not frappe.has_permission("Sales Invoice", "read"):
		return []
	allowed = set(
		frappe.get_list("Sales Invoice", filters={"name": ("in", names or [""])}, pluck="name", limit=0)
	)
	by_name = {row.name: row for row in receivables.rows(allowed)}
	return [by_name[name] for name in names if name in by_name]


def _beside(line: ReportLine, invoice) -> dict:
	"""An invoice, and what of it agrees with the row and what differs."""
	return {
		"name": invoice.name,
		"customer": invoice.customer_name or invoice.customer,
		"amount": flt(invoice.rounded_total) or flt(invoice.grand_total),
		"outstanding": invoice.outstanding_amount,
		"currency": invoice.currency,
		"due_date": invoice.due_date,
		"status": invoice.factoring_status or "",
		"batch": invoice.factoring_batch,
		"compared": [
			{
				"name": value.name,
				"stated": str(value.stated),
				"ours": str(value.ours or ""),
				"agrees": value.agrees,
			}
			for value in compare(line, receivables.to_receivable(invoice))
		],
	}


def _posted(line: str) -> list[dict]:
	"""The ledger entries of the row, the oldest first: what moved, its journal entry, and who posted it when."""
	entries = frappe.get_all(
		"Factoring Ledger Entry",
		filters={"report_import_line": line},
		fields=[
			"name",
			"event",
			"sales_invoice",
			"journal_entry",
			"is_reversal",
			"owner",
			"creation",
			*ROLES,
		],
		order_by="creation, name",
		limit=_ENTRIES,
	)
	for entry in entries:
		amounts = {role: entry.pop(role) for role in ROLES}
		entry.amounts = {role: amount for role, amount in amounts.items() if flt(amount)}
	return entries
