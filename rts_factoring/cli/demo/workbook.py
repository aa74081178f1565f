"""The run as spreadsheets for people: a reconciliation workbook, and a ledger file per subsidiary."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from rts_factoring.core.money import ZERO, text

from .demo_run import DemoRun, SubsidiaryRun

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
HEAD = Border(bottom=Side(style="thin"))

LINES = ("Subsidiary", "Report", "Row", "Invoice", "Outcome", "Reason", "Matched by", "Type")
LINE_AMOUNTS = ("Purchased", "Fee", "Reserve", "Other", "Net", "Paid", "Reserve released")
POSTINGS = (
	"Subsidiary",
	"Date",
	"Entry",
	"Report",
	"Row",
	"Event",
	"Account role",
	"Invoice",
	"Debit",
	"Credit",
)
INVOICES = ("Subsidiary", "Invoice", "Customer", "Invoice date", "Amount", "State", "Why not", "Batch")
INVOICE_AMOUNTS = (
	"Purchased",
	"Collected",
	"Charged back",
	"Fee",
	"Open at the factor",
	"Outstanding with us",
)
BALANCES = ("Subsidiary", "Policy", "Account role", "Debit", "Credit", "Balance")


def write_workbook(path: Path, demo: DemoRun) -> None:
	"""Four sheets. Text that begins like a formula stays text."""
	workbook = Workbook()
	workbook.remove(workbook.worksheets[0])
	runs = demo.subsidiaries
	_sheet(workbook, "Lines", LINES + LINE_AMOUNTS, (row for run in runs for row in _lines(run)))
	_sheet(workbook, "Postings", POSTINGS, (row for run in runs for row in _postings(run)))
	_sheet(workbook, "Invoices", INVOICES + INVOICE_AMOUNTS, (row for run in runs for row in _invoices(run)))
	_sheet(workbook, "Balances", BALANCES, (row for run in runs for row in _balances(run)))
	workbook.save(path)


def write_ledger(path: Path, run: SubsidiaryRun) -> None:
	"""One line a leg, as CSV (UTF-8)."""
	buffer = io.StringIO(newline="")
	writer = csv.writer(buffer)
	writer.writerow(POSTINGS)
	writer.writerows([_plain(cell) for cell in row] for row in _postings(run))
	path.write_bytes(buffer.getvalue().encode())


def _lines(run: SubsidiaryRun) -> Iterable[Sequence]:
	for imported in run.imports:
		for line in imported.result.lines:
			row = line.line
			kind = row.event.value if row.event else "purchase"
			amounts = (row.purchased, row.fee, row.reserve, row.other, row.net, row.paid, row.released)
			yield (
				*(run.subsidiary.name, imported.path.name, row.row, line.invoice_no, line.outcome.value),
				*(line.reason, line.rule.replace("_", " "), kind),
				*amounts,
			)


def _postings(run: SubsidiaryRun) -> Iterable[Sequence]:
	for one in run.posted_legs:
		leg = one.leg
		yield (
			*(run.subsidiary.name, one.day, one.entry, one.file, one.row, one.event),
			*(leg.role.value, leg.invoice_no, leg.debit or None, leg.credit or None),
		)


def _invoices(run: SubsidiaryRun) -> Iterable[Sequence]:
	for load in run.loads:
		one = load.receivable
		position = run.ledger.position(one)
		state = run.state(one.invoice_no)
		reasons = " ".join(str(reason) for reason in run.reasons[one.invoice_no])
		yield (
			*(run.subsidiary.name, one.invoice_no, one.customer, one.invoice_date, one.amount),
			*(state.value if state else None, reasons, position.batch),
			*(position.purchased, position.collected, position.charged_back, position.fee, position.open),
			position.outstanding,
		)


def _balances(run: SubsidiaryRun) -> Iterable[Sequence]:
	for role, (debit, credit) in run.balances.items():
		yield run.subsidiary.name, run.subsidiary.policy.value, role.value, debit, credit, debit - credit
	yield (
		*(run.subsidiary.name, run.subsidiary.policy.value, "all"),
		sum((debit for debit, _ in run.balances.values()), ZERO),
		sum((credit for _, credit in run.balances.values()), ZERO),
		ZERO,
	)


def _sheet(workbook: Workbook, title: str, header: Sequence[str], rows: Iterable[Sequence]) -> None:
	sheet = workbook.create_sheet(title)
	widths = [len(name) for name in header]
	for number, values in enumerate((header, *rows), 1):
		for column, value in enumerate(values, 1):
			if value is None or value == "":
				continue
			cell = sheet.cell(number, column, value)
			_format(cell, value)
			if number == 1:
				cell.font, cell.border = Font(bold=True), HEAD
				cell.alignment = Alignment(wrap_text=True, vertical="bottom")
			widths[column - 1] = max(widths[column - 1], min(len(str(value)), 48))
	for column, width in enumerate(widths, 1):
		sheet.column_dimensions[get_column_letter(column)].width = width + 2
	sheet.freeze_panes = "A2"
	sheet.auto_filter.ref = sheet.dimensions


def _format(cell, value) -> None:
	if isinstance(value, str):
		cell.data_type = "s"
		cell.quotePrefix = value.startswith(FORMULA_SIGNS)
	elif isinstance(value, Decimal):
		cell.number_format = "#,##0.00;-#,##0.00;0.00"
	elif isinstance(value, date | datetime):
		cell.number_format = "yyyy-mm-dd"


def _plain(value) -> str:
	if value is None:
		return ""
	if isinstance(value, Decimal):
		return text(value)
	if isinstance(value, str) and value.startswith(FORMULA_SIGNS):
		return f"'{value}"
	return str(value)
