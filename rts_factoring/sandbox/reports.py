"""The factor's two spreadsheets, written for people to open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from rts_factoring.core.money import ZERO
from rts_factoring.sandbox.agreement import Payment, Purchase

PURCHASE_HEADER = (
	"Invoice #",
	"Customer",
	"PO #",
	"Invoice Date",
	"Invoice Amount",
	"Purchase Amount",
	"Fee",
	"Reserve",
	"Other",
	"Net Funded",
	"Purchase Date",
	"Status",
	"Notes",
)
PAYMENT_HEADER = (
	"Invoice #",
	"Customer",
	"PO #",
	"Check #",
	"Payment Date",
	"Type",
	"Invoice Amount",
	"Payment Amount",
	"Fee",
	"Reserve Released",
	"Description",
)


def write_purchase_report(
	path: Path, client: str, client_number: str, batch: str, lines: Sequence[Purchase], today: date
) -> None:
	"""What the factor made of one batch, with the total of each column."""
	rows: list[Sequence] = [
		("Purchase Report",),
		("Client:", client, "Client #:", client_number),
		("Batch:", batch, "Date:", today),
		(),
		PURCHASE_HEADER,
	]
	for line in lines:
		bought = bool(line.purchased)
		money = (line.purchased, line.fee, line.reserve, line.other, line.net)
		rows.append(
			(
				line.invoice_no,
				line.customer,
				line.po_no or None,
				line.invoice_date,
				line.amount,
				*(money if bought else (None,) * 5),
				line.purchase_date,
				line.status,
				line.reason or None,
			)
		)
	totals = [sum((getattr(line, name) for line in lines), ZERO) for name in _SUMS]
	rows.append(("Total", None, None, None, *totals))
	_write(path, rows, header=5)


def write_payment_report(
	path: Path, client_number: str, start: date, end: date, payments: Sequence[Payment], today: date
) -> None:
	"""What debtors paid the factor in a period."""
	rows: list[Sequence] = [
		(f"Payment Report {start:%m/%d/%Y} - {end:%m/%d/%Y}",),
		("Client #:", client_number, "Run date:", f"{today:%m/%d/%Y} 08:02"),
		(),
		PAYMENT_HEADER,
	]
	for payment in payments:
		line = payment.purchase
		rows.append(
			(
				line.invoice_no,
				line.customer,
				line.po_no or None,
				payment.check_no or None,
				payment.payment_date,
				payment.type,
				line.amount,
				payment.amount,
				None,
				payment.reserve_released,
				payment.description or None,
			)
		)
	rows.append(("Grand Total", *(None,) * 6, sum((p.amount for p in payments), ZERO)))
	_write(path, rows, header=4)


_SUMS = ("amount", "purchased", "fee", "reserve", "other", "net")


def _write(path: Path, rows: Sequence[Sequence], header: int) -> None:
	workbook = Workbook()
	workbook.properties.created = workbook.properties.modified = datetime(2000, 1, 1)
	sheet = workbook.worksheets[0]
	sheet.title = "Report"
	for number, row in enumerate(rows, 1):
		for column, value in enumerate(row, 1):
			if value is None:
				continue
			cell = sheet.cell(number, column, value)
			if isinstance(value, str):
				cell.data_type = "s"  # never a formula, whatever the text begins with
			elif isinstance(value, Decimal):
				cell.number_format = "#,##0.00"
			elif isinstance(value, date):
				cell.number_format = "yyyy-mm-dd"
			if number in (1, header, len(rows)):
				cell.font = Font(bold=True)
	for column, title in enumerate(rows[header - 1], 1):
		sheet.column_dimensions[get_column_letter(column)].width = max(12, len(str(title)) + 4)
	sheet.freeze_panes = f"A{header + 1}"
	draft = path.with_name(f".{path.name}.part")
	workbook.save(draft)
	draft.replace(path)  # nobody fetches half a report
