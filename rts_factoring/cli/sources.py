"""Receivables from CSV or a workbook and batches from JSON, as the command line takes them."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.model import InvoiceStanding, Receivable
from rts_factoring.core.reconciliation.matching import Receivables
from rts_factoring.core.reports.cells import (
	BadCell,
	is_filled,
	to_amount,
	to_date,
	to_number_text,
	to_text,
)
from rts_factoring.core.reports.sheets import Row
from rts_factoring.core.reports.spreadsheet import read

Value = TypeVar("Value")

REQUIRED = ("company", "invoice_no", "customer", "amount", "invoice_date")


def read_receivables(path: str, date_order: str = "MDY") -> Receivables:
	"""Invoices from a file with a header: any text or workbook that a report may be, with the same amounts and dates.
	Columns that may be left out: client_number, customer_mc, customer_code, po_no, load_no, currency, due_date,
	outstanding, standing. `date_order` is that of dates whose year is not first.

	Raises FileRefused: bad_receivables with the row and column, and what `spreadsheet.read` raises.
	"""
	sheet = next((sheet for sheet in read(Path(path).read_bytes(), path).sheets if not sheet.hidden), None)
	rows = enumerate(sheet.rows if sheet else [], 1)
	names = next((_names(row) for _, row in rows if is_filled(row)), [])
	if missing := [name for name in REQUIRED if name not in names]:
		raise FileRefused("bad_receivables.columns", where=path, columns=", ".join(missing))
	if twice := [name for name, count in Counter(filter(None, names)).items() if count > 1]:
		raise FileRefused("bad_receivables.twice", where=path, columns=", ".join(twice))
	return Receivables(
		[
			_Row(dict(zip(names, row, strict=True)), f"{path}, row {number}", date_order).receivable()
			for number, row in rows
			if is_filled(row)
		]
	)


def _names(header: Row) -> list[str]:
	"""Names of the columns as documented; `Invoice No` is invoice_no."""
	return [re.sub(r"[\W_]+", "_", to_text(cell).lower()).strip("_") for cell in header]


class _Row:
	"""The cells of a row by the names of their columns."""

	def __init__(self, cells: dict[str, object], where: str, date_order: str):
		self.cells = cells
		self.where = where
		self.date_order = date_order

	def receivable(self) -> Receivable:
		standing = self.text("standing").lower() or "open"
		if standing not in set(InvoiceStanding):
			raise self.bad("standing", "standing", standing)
		return Receivable(
			invoice_no=self.needed("invoice_no", self.number("invoice_no")),
			company=self.needed("company", self.text("company")),
			customer=self.text("customer"),
			amount=self.needed("amount", self.amount("amount")),
			invoice_date=self.needed("invoice_date", self.date("invoice_date")),
			due_date=self.date("due_date"),
			outstanding=self.amount("outstanding"),
			standing=InvoiceStanding(standing),
			client_number=self.number("client_number"),
			customer_mc=self.number("customer_mc"),
			customer_code=self.number("customer_code"),
			po_no=self.number("po_no"),
			load_no=self.number("load_no"),
			currency=self.text("currency") or "USD",
		)

	def text(self, name: str) -> str:
		return to_text(self.cells.get(name))

	def number(self, name: str) -> str:
		return to_number_text(self.cells.get(name))

	def amount(self, name: str) -> Decimal | None:
		try:
			return to_amount(self.cells.get(name))
		except BadCell as error:
			raise self.bad("amount", name, error.value) from error

	def date(self, name: str) -> date | None:
		try:
			return to_date(self.cells.get(name), self.date_order)
		except BadCell as error:
			raise self.bad("date", name, error.value) from error

	def needed(self, name: str, value: Value | None) -> Value:
		if not value and value != 0:
			raise FileRefused("bad_receivables.empty", where=self.where, column=name)
		assert value is not None  # nosec B101 # for mypy
		return value

	def bad(self, what: str, name: str, value: object) -> FileRefused:
		return FileRefused(f"bad_receivables.{what}", where=self.where, column=name, value=repr(value))


def read_batches(path: str) -> dict[str, tuple[str, tuple[str, ...]]]:
	"""Batch number → (company, invoice numbers) from `{"A1": {"company": "…", "invoices": ["…"]}}`."""
	try:
		data = json.loads(Path(path).read_text(encoding="utf-8"))
		return {
			str(name): (str(batch["company"]), _list_of_texts(batch["invoices"]))
			for name, batch in data.items()
		}
	except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
		example = '{"A1": {"company": "…", "invoices": ["…"]}}'
		raise FileRefused("bad_batches", where=path, example=example) from error


def _list_of_texts(value: object) -> tuple[str, ...]:
	if not isinstance(value, list):
		raise TypeError("not a list")
	return tuple(map(str, value))
