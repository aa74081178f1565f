"""Receivables from CSV and batches from JSON, as the command line takes them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.model import InvoiceStanding, Receivable
from rts_factoring.core.reconciliation.matching import Receivables
from rts_factoring.core.reports.cells import BadCell, to_amount, to_date

Value = TypeVar("Value")

REQUIRED = ("company", "invoice_no", "customer", "amount", "invoice_date")


def read_receivables(path: str) -> Receivables:
	"""Invoices from CSV with a header. Columns that may be left out: client_number, customer_mc, customer_code, po_no,
	load_no, currency, due_date, outstanding, standing.

	Raises FileRefused (bad_receivables) with the line and column.
	"""
	content = Path(path).read_bytes().decode("utf-8-sig", errors="replace")
	reader = csv.DictReader(io.StringIO(content, newline=""))
	if missing := [name for name in REQUIRED if name not in (reader.fieldnames or ())]:
		raise FileRefused("bad_receivables.columns", where=path, columns=", ".join(missing))
	try:
		return Receivables([_receivable(row, f"{path}, line {reader.line_num}") for row in reader])
	except csv.Error as error:
		raise FileRefused("bad_receivables.unreadable", where=path, problem=error) from error


def _receivable(row: dict[str, str], where: str) -> Receivable:
	try:
		standing = InvoiceStanding((row.get("standing") or "open").strip().lower())
	except ValueError as error:
		raise FileRefused("bad_receivables.standing", where=where, value=repr(row["standing"])) from error
	return Receivable(
		invoice_no=_needed(_text(row, "invoice_no") or None, "invoice_no", where),
		company=_needed(_text(row, "company") or None, "company", where),
		customer=_text(row, "customer"),
		amount=_needed(_amount(row, "amount", where), "amount", where),
		invoice_date=_needed(_date(row, "invoice_date", where), "invoice_date", where),
		due_date=_date(row, "due_date", where),
		outstanding=_amount(row, "outstanding", where),
		standing=standing,
		client_number=_text(row, "client_number"),
		customer_mc=_text(row, "customer_mc"),
		customer_code=_text(row, "customer_code"),
		po_no=_text(row, "po_no"),
		load_no=_text(row, "load_no"),
		currency=_text(row, "currency") or "USD",
	)


def _text(row: dict[str, str], name: str) -> str:
	return (row.get(name) or "").strip()


def _amount(row: dict[str, str], name: str, where: str) -> Decimal | None:
	try:
		return to_amount(row.get(name) or "")
	except BadCell as error:
		raise FileRefused(
			"bad_receivables.amount", where=where, column=name, value=repr(error.value)
		) from error


def _date(row: dict[str, str], name: str, where: str) -> date | None:
	try:
		return to_date(row.get(name) or "", "YMD")
	except BadCell as error:
		raise FileRefused(
			"bad_receivables.date", where=where, column=name, value=repr(error.value)
		) from error


def _needed(value: Value | None, name: str, where: str) -> Value:
	if value is None:
		raise FileRefused("bad_receivables.empty", where=where, column=name)
	return value


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
