"""One report written in many ways: each writer of workbooks with each habit of those who fill them, texts of every dialect,
and packages as other programs write them, by hand."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyexcelerate
import pylightxl
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from xlsxlite.writer import XLSXBook

from tests.support.other_workbooks import ods, xls, xlsb
from tests.support.workbooks import SHEET_XML, part, with_part, xlsx

HEADER = (
	"Invoice #",
	"Customer",
	"Purchase Date",
	"Invoice Amount",
	"Purchase Amount",
	"Fee",
	"Reserve",
	"Net",
)
DAY = date(2026, 11, 3)
ROWS = (
	("AF-1", "Café Marlow, Co", DAY, 1000, 1000, 30, 50, 920),
	("AF-2", "Ridgeline Foods", DAY, 2450.5, 2450.5, 73.52, 122.53, 2254.45),
)
TOTAL = ("Total", None, None, 3450.5, 3450.5, 103.52, 172.53, 3174.45)
# What every variant must give: invoice number, purchased, fee, reserve, net.
EXPECTED = [("AF-1", "1000", "30", "50", "920"), ("AF-2", "2450.5", "73.52", "122.53", "2254.45")]


def _as_texts(row, day="11/03/2026"):
	shown = []
	for cell in row:
		number = isinstance(cell, (int, float))
		shown.append(day if cell == DAY else f"${cell:,.2f}" if number else cell)
	return tuple(shown)


def _minus(row):
	"""What is kept of the funding in brackets."""
	return (*row[:5], f"({row[5]:,.2f})", f"({row[6]:,.2f})", row[7])


HABITS: dict[str, list] = {
	"plain": [HEADER, *ROWS],
	"titles": [("Purchase Report",), ("Client #:", "104233"), ("Batch:", "A1"), (), HEADER, *ROWS],
	"a total": [HEADER, *ROWS, (), TOTAL],
	"everything a text": [HEADER, *map(_as_texts, ROWS), _as_texts(TOTAL)],
	"deductions in brackets": [HEADER, *map(_minus, ROWS)],
	"an empty column and empty rows": [(), (None, *HEADER), (), *((None, *row) for row in ROWS), ()],
	"a header of two lines": [
		("Invoice", "Customer", "Purchase", "Invoice", "Purchase", "", "", ""),
		("#", "Name", "Date", "Amount", "Amount", "Fee", "Reserve", "Net"),
		*ROWS,
	],
	"hard spaces and capitals": [
		tuple(text.upper().replace(" ", "\u00a0") for text in HEADER),
		*((f"\u00a0{row[0]} ", *row[1:]) for row in ROWS),
	],
	"the header on each page": [HEADER, ROWS[0], ("Page 1 of 2",), HEADER, ROWS[1]],
}


def _openpyxl_streamed(rows) -> bytes:
	workbook = openpyxl.Workbook(write_only=True)
	sheet = workbook.create_sheet("Report")
	for row in rows:
		sheet.append(list(row))
	return _saved(workbook.save)


def _xlsxwriter(rows, **options) -> bytes:
	out = io.BytesIO()
	with xlsxwriter.Workbook(out, {"default_date_format": "mm/dd/yyyy", **options}) as workbook:
		sheet = workbook.add_worksheet("Report")
		for number, row in enumerate(rows):
			for column, cell in enumerate(row):
				if cell is not None:
					sheet.write_datetime(number, column, cell) if cell == DAY else sheet.write(
						number, column, cell
					)
	return out.getvalue()


def _pyexcelerate(rows) -> bytes:
	workbook = pyexcelerate.Workbook()
	width = max(map(len, rows))
	workbook.new_sheet("Report", data=[[*_with_times(row), *[None] * (width - len(row))] for row in rows])
	out = io.BytesIO()
	workbook.save(out)
	return out.getvalue()


def _pylightxl(rows) -> bytes:
	"""It writes dates as texts."""
	database = pylightxl.Database()
	database.add_ws("Report")
	for number, row in enumerate(rows, 1):
		for column, cell in enumerate(row, 1):
			if cell not in (None, ""):
				value = "2026/11/03" if cell == DAY else cell
				database.ws("Report").update_index(row=number, col=column, val=value)
	with tempfile.TemporaryDirectory() as folder:
		path = Path(folder, "report.xlsx")
		pylightxl.writexl(db=database, fn=str(path))
		return path.read_bytes()


def _xlsxlite(rows) -> bytes:
	book = XLSXBook()
	sheet = book.add_sheet("Report")
	for row in rows:
		sheet.append_row(*("" if cell is None else cell for cell in _with_times(row)))
	with tempfile.TemporaryDirectory() as folder:
		path = Path(folder, "report.xlsx")
		book.finalize(to_file=str(path))
		return path.read_bytes()


def _odfpy(rows) -> bytes:
	document = OpenDocumentSpreadsheet()
	table = Table(name="Report")
	for row in rows:
		line = TableRow()
		for cell in row or ("",):
			if cell is None or cell == "":
				line.addElement(TableCell())
				continue
			if isinstance(cell, date):
				made = TableCell(valuetype="date", datevalue=cell.isoformat())
			elif isinstance(cell, str):
				made = TableCell(valuetype="string")
			else:
				made = TableCell(valuetype="float", value=str(cell))
			made.addElement(P(text=str(cell)))
			line.addElement(made)
		table.addElement(line)
	document.spreadsheet.addElement(table)
	return _saved(document.save)


def _saved(save) -> bytes:
	out = io.BytesIO()
	save(out)
	return out.getvalue()


def _with_times(row) -> list:
	return [datetime(2026, 11, 3) if cell == DAY else cell for cell in row]


def _sheet(writer) -> Callable:
	return lambda rows: writer(("Report", rows))


WRITERS: dict[str, tuple[str, Callable]] = {
	"openpyxl": ("xlsx", lambda rows: xlsx(rows)),
	"openpyxl, streamed": ("xlsx", _openpyxl_streamed),
	"xlsxwriter": ("xlsx", _xlsxwriter),
	"xlsxwriter, streamed": ("xlsx", lambda rows: _xlsxwriter(rows, constant_memory=True)),
	"xlsxwriter, days from 1904": ("xlsx", lambda rows: _xlsxwriter(rows, date_1904=True)),
	"pyexcelerate": ("xlsx", _pyexcelerate),
	"pylightxl": ("xlsx", _pylightxl),
	"xlsxlite": ("xlsx", _xlsxlite),
	"xlwt": ("xls", _sheet(xls)),
	"pyxlsbwriter": ("xlsb", _sheet(xlsb)),
	"odfdo": ("ods", _sheet(ods)),
	"odfpy": ("ods", _odfpy),
}


def _text(rows, delimiter, encoding, quoting, line_end) -> bytes:
	out = io.StringIO(newline="")
	writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=line_end)
	for row in rows:
		writer.writerow(["11/03/2026" if cell == DAY else "" if cell is None else cell for cell in row])
	return out.getvalue().encode(encoding)


def _texts() -> Iterator[tuple[str, str, bytes]]:
	names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}
	for delimiter, name in names.items():
		for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be"):
			for quoting, quotes in ((csv.QUOTE_MINIMAL, "few quotes"), (csv.QUOTE_ALL, "all quoted")):
				for line_end, ends in (("\r\n", "Windows"), ("\n", "Unix")):
					rows = HABITS["everything a text" if quoting == csv.QUOTE_ALL else "titles"]
					content = _text(rows, delimiter, encoding, quoting, line_end)
					if encoding == "utf-16-be":
						content = b"\xfe\xff" + content
					yield f"{name}, {encoding}, {quotes}, {ends}", "csv", content


# packages by hand -----------------------------------------------------------------------------------------------------

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def _name(number: int, column: int) -> str:
	return f"{chr(65 + column)}{number}"


def _cells(kind: str, references: bool = True) -> str:
	"""The rows as XML, their texts in cells of one kind."""
	rows = []
	for number, row in enumerate([HEADER, *ROWS], 1):
		cells = []
		for column, cell in enumerate(row):
			place = f' r="{_name(number, column)}"' if references else ""
			if isinstance(cell, (int, float)):
				cells.append(f"<c{place}><v>{cell}</v></c>")
				continue
			text = str("11/03/2026" if cell == DAY else cell).replace("&", "&amp;")
			if kind == "inline":
				cells.append(f'<c{place} t="inlineStr"><is><t>{text}</t></is></c>')
			elif kind == "rich":
				half = len(text) // 2
				halves = (text[:half], text[half:])
				parts = "".join(f'<r><rPr><b/></rPr><t xml:space="preserve">{one}</t></r>' for one in halves)
				cells.append(f'<c{place} t="inlineStr"><is>{parts}</is></c>')
			else:
				cells.append(f'<c{place} t="str"><f>T("x")</f><v>{text}</v></c>')
		place = f' r="{number}"' if references else ""
		rows.append(f"<row{place}>{''.join(cells)}</row>")
	return "".join(rows)


def _worksheet(rows: str, before: str = "", after: str = "", space: str = MAIN) -> bytes:
	xml = f'<worksheet xmlns="{space}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
	return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'.encode()


def _with_sheet(content: bytes) -> bytes:
	return with_part(xlsx([["x"]]), SHEET_XML, content)


def _prefixed(content: bytes) -> bytes:
	"""The elements in a namespace with a prefix, as some Java programs write them."""
	text = content.decode().replace('xmlns="', 'xmlns:x="')
	for tag in ("worksheet", "sheetData", "row", "c", "v", "is", "t", "f", "r", "rPr", "b"):
		for begin, end in (("<", ">"), ("<", " "), ("</", ">"), ("<", "/>")):
			text = text.replace(f"{begin}{tag}{end}", f"{begin}x:{tag}{end}")
	return text.encode()


def _repacked(data: bytes, **options) -> bytes:
	"""The same parts in another kind of zip archive."""
	source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
	target_file = _NoSeek(out) if options.pop("streamed", False) else out
	with zipfile.ZipFile(target_file, "w", options.pop("compression", zipfile.ZIP_DEFLATED)) as target:
		names = source.namelist()
		for name in reversed(names) if options.pop("reversed", False) else names:
			with target.open(name, "w", force_zip64=options.get("zip64", False)) as member:
				member.write(source.read(name))
	return out.getvalue()


class _NoSeek(io.RawIOBase):
	"""A stream that cannot go back, so that sizes stand behind the parts."""

	def __init__(self, out: io.BytesIO):
		self.out = out

	def writable(self) -> bool:
		return True

	def write(self, data) -> int:
		return self.out.write(data)


def _strict() -> bytes:
	"""Excel's "Strict Open XML Spreadsheet"."""
	data = _with_sheet(_worksheet(_cells("inline"), space=STRICT))
	book = part(data, "xl/workbook.xml").decode().replace(MAIN, STRICT)
	return with_part(data, "xl/workbook.xml", book.encode())


def _without_styles() -> bytes:
	data = _with_sheet(_worksheet(_cells("inline")))
	source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
	with zipfile.ZipFile(out, "w") as target:
		for name in source.namelist():
			if name not in ("xl/styles.xml", "xl/theme/theme1.xml", "docProps/app.xml", "docProps/core.xml"):
				target.writestr(name, source.read(name))
	return out.getvalue()


def _like_libreoffice() -> bytes:
	"""Columns and rows formatted to the end of the sheet, and an empty row at the very end."""
	before = '<sheetPr filterMode="false"/><dimension ref="A1:AMJ1048576"/><cols><col min="1" max="1024" width="11.5"/></cols>'
	rows = _cells("inline") + '<row r="1048576" ht="12.8"><c r="A1048576" s="0"/></row>'
	return _with_sheet(_worksheet(rows, before))


def _packages() -> Iterator[tuple[str, str, bytes]]:
	inline, plain = _worksheet(_cells("inline")), xlsx(HABITS["titles"])
	sheets = {
		"inline texts": inline,
		"inline texts in parts": _worksheet(_cells("rich")),
		"formulas with saved texts": _worksheet(_cells("formula")),
		"cells without references": _worksheet(_cells("inline", references=False)),
		"a wrong size": _worksheet(_cells("inline"), '<dimension ref="A1"/>'),
		"a size beyond the sheet": _worksheet(_cells("inline"), '<dimension ref="A1:XFD1048576"/>'),
		"merged cells": _worksheet(
			_cells("inline"), after='<mergeCells count="1"><mergeCell ref="J1:K2"/></mergeCells>'
		),
		"a filter": _worksheet(_cells("inline"), after='<autoFilter ref="A1:H3"/>'),
		"frozen panes": _worksheet(
			_cells("inline"),
			'<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>',
		),
		"a byte order mark": b"\xef\xbb\xbf" + inline,
		"line ends of Windows": inline.replace(b"><", b">\r\n<"),
		"elements with a prefix": _prefixed(inline),
		"UTF-16": inline.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
		"a comment in the XML": inline.replace(b"<sheetData>", b"<!-- made by hand --><sheetData>"),
	}
	for name, content in sheets.items():
		yield name, "xlsx", _with_sheet(content)
	yield "strict", "xlsx", _strict()
	yield "no styles and no properties", "xlsx", _without_styles()
	yield "as LibreOffice formats it", "xlsx", _like_libreoffice()
	yield (
		"a sheet of notes behind",
		"xlsx",
		xlsx(HABITS["plain"], ("Notes", [["Call us"], ["555-0100", "24 hours"]])),
	)
	yield "a sheet of notes before", "xlsx", xlsx(("Notes", [["Call us"]]), ("Report", HABITS["plain"]))
	yield "a hidden copy", "xlsx", xlsx(("Now", HABITS["plain"]), ("Old", HABITS["plain"]), hidden=["Old"])
	yield "named .xlsm", "xlsm", plain
	yield "named .xls", "xls", plain
	yield "an .xls named .xlsx", "xlsx", xls(("Report", HABITS["plain"]))
	yield "not compressed", "xlsx", _repacked(plain, compression=zipfile.ZIP_STORED)
	yield "sizes behind the parts", "xlsx", _repacked(plain, streamed=True)
	yield "zip64", "xlsx", _repacked(plain, zip64=True)
	yield "parts in another order", "xlsx", _repacked(plain, reversed=True)


def variants() -> dict[str, tuple[str, bytes]]:
	"""Name → the file's ending and its bytes."""
	found: dict[str, tuple[str, bytes]] = {}
	for writer, (ending, write) in WRITERS.items():
		for habit, rows in HABITS.items():
			found[f"{writer}: {habit}"] = (ending, write(rows))
	for kind, made in (("text", _texts()), ("package", _packages())):
		found |= {f"{kind}: {name}": (ending, content) for name, ending, content in made}
	return found
