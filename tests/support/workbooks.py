"""Report files for tests, made as the real thing: .xlsx by openpyxl or by hand, .csv as bytes."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl

from rts_factoring.core.model import Policy, Receivable
from rts_factoring.core.reconciliation.factoring_ledger import FactoringLedger
from rts_factoring.core.reconciliation.matching import Receivables
from rts_factoring.core.reports.layout import ReportLayout
from rts_factoring.core.reports.report import read_report

FIXTURES = Path(__file__).parent.parent / "fixtures"
COMPANY = "Acme Freight LLC"
OTHER = "Bluebird Logistics Inc"
DAY = date(2026, 11, 3)

PURCHASE_HEADER = (
	"Invoice #",
	"Customer",
	"Invoice Amount",
	"Purchase Amount",
	"Fee",
	"Reserve",
	"Other",
	"Net Funded",
)
PAYMENT_HEADER = (
	"Invoice #",
	"Customer",
	"Check #",
	"Payment Date",
	"Type",
	"Invoice Amount",
	"Payment Amount",
	"Fee",
	"Reserve Released",
	"Chargeback",
)


def xlsx(*sheets, epoch=None, hidden=()) -> bytes:
	"""A workbook of sheets, each a list of rows or a pair (name, rows); `hidden` are names."""
	workbook = openpyxl.Workbook()
	workbook.remove(workbook.active)
	if epoch:
		workbook.epoch = epoch
	for number, sheet in enumerate(sheets):
		name, rows = sheet if isinstance(sheet, tuple) else (f"Sheet{number + 1}", sheet)
		page = workbook.create_sheet(name)
		for row in rows:
			page.append(list(row))
		if name in hidden:
			page.sheet_state = "hidden"
	out = io.BytesIO()
	workbook.save(out)
	return out.getvalue()


def delimited(rows, delimiter=",", encoding="utf-8", line_end="\r\n") -> bytes:
	out = io.StringIO(newline="")
	csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(rows)
	return out.getvalue().encode(encoding)


def part(data: bytes, name: str) -> bytes:
	return zipfile.ZipFile(io.BytesIO(data)).read(name)


def with_part(data: bytes, name: str, change, compression=zipfile.ZIP_DEFLATED) -> bytes:
	"""The package with one part replaced: `change` is its new content, or a function of the old."""
	source = zipfile.ZipFile(io.BytesIO(data))
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w", compression) as target:
		for member in source.infolist():
			content = source.read(member)
			if member.filename == name:
				content = change(content) if callable(change) else change
			target.writestr(member.filename, content)
		if name not in source.namelist():
			target.writestr(name, change)
	return out.getvalue()


SHEET_XML = "xl/worksheets/sheet1.xml"
_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def raw_sheet(body: bytes) -> bytes:
	"""A workbook whose only sheet holds `body` between <sheetData> and </sheetData>."""
	return with_part(xlsx([["x"]]), SHEET_XML, _HEAD + body + b"</sheetData></worksheet>")


def read(rows, name="report.xlsx", **more):
	"""The report in one sheet of these rows."""
	return read_report(xlsx(list(rows)), name, **more)


def with_header(layout: ReportLayout, field: str, text: str) -> ReportLayout:
	"""The layout with one more header text for a field."""
	return replace(layout, headers=layout.headers | {field: (*layout.headers.get(field, ()), text)})


def purchases(*rows, header=PURCHASE_HEADER, **more):
	return read([header, *rows], **more)


def payments(*rows, header=PAYMENT_HEADER, **more):
	return read([header, *rows], **more)


def receivable(
	invoice_no="AF-1", amount="1000", customer="Ridgeline Foods Inc", company=COMPANY, **more
) -> Receivable:
	more = {"client_number": "104233"} | more
	if "outstanding" in more:
		more["outstanding"] = Decimal(more["outstanding"])
	return Receivable(invoice_no, company, customer, Decimal(amount), date(2026, 10, 26), **more)


def ledger_of(
	*invoices: Receivable, policy=Policy.BORROWING, batch="A1", **more
) -> tuple[FactoringLedger, Receivables]:
	"""A ledger in which the company's own invoices were all sent in one batch."""
	more = {"client_number": "104233"} | more
	sent = tuple(invoice.invoice_no for invoice in invoices if invoice.company == COMPANY)
	return FactoringLedger(COMPANY, Policy(policy), batches={batch: sent}, **more), Receivables(invoices)
