"""Workbooks that are no .xlsx, each by a program of its own: .xls by xlwt, .xlsb by pyxlsbwriter, .ods by odfdo or by hand."""

import io
import tempfile
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlwt
from odfdo import Document, Table
from pyxlsbwriter import XlsbWriter

MANIFEST = (
	'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
	'<manifest:file-entry manifest:full-path="/" '
	'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>{}</manifest:manifest>'
)
_SPACES = " ".join(
	f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
	for name in ("office", "table", "text", "style")
)
CONTENT = (
	f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} '
	'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
	"<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"
)
_DATE = xlwt.easyxf(num_format_str="YYYY-MM-DD")


def xls(*sheets, hidden=()) -> bytes:
	"""Each sheet is a pair (name, rows). A cell may be an xlwt.Formula, whose result is not saved."""
	workbook = xlwt.Workbook()
	for name, rows in sheets:
		sheet = workbook.add_sheet(name)
		sheet.visibility = int(name in hidden)
		for number, row in enumerate(rows):
			for column, value in enumerate(row):
				if value is not None:
					style = (_DATE,) if isinstance(value, date) else ()
					sheet.write(number, column, value, *style)
	out = io.BytesIO()
	workbook.save(out)
	return out.getvalue()


def xlsb(*sheets, hidden=()) -> bytes:
	with tempfile.TemporaryDirectory() as folder:
		path = Path(folder, "workbook.xlsb")
		with XlsbWriter(str(path)) as workbook:
			for name, rows in sheets:
				workbook.add_sheet(name, hidden=name in hidden)
				width = max(map(len, rows))
				workbook.write_sheet([[*row, *[None] * (width - len(row))] for row in rows])
		return path.read_bytes()


def ods(*sheets) -> bytes:
	document = Document("spreadsheet")
	document.body.clear()
	for name, rows in sheets:
		table = Table(name)
		for number, row in enumerate(rows):
			for column, value in enumerate(row):
				if value is not None:
					value = value.date() if isinstance(value, datetime) else value
					table.set_value((column, number), Decimal(str(value)) if type(value) is float else value)
		document.body.append(table)
	out = io.BytesIO()
	document.save(out)
	return out.getvalue()


def raw_ods(body: str, manifest: str = "") -> bytes:
	"""An .ods whose spreadsheet holds `body`: its tables as XML."""
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
		package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
		package.writestr("META-INF/manifest.xml", MANIFEST.format(manifest))
		package.writestr("content.xml", CONTENT.format(body))
	return out.getvalue()


WRITERS = {"xls": xls, "xlsb": xlsb, "ods": ods}
