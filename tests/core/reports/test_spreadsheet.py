"""What a workbook may look like and still be read: every writer's habits; and what is no workbook says what it is."""

import re
import zipfile
from io import BytesIO

import openpyxl
import pytest

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.reports.compound_file import compound_file
from rts_factoring.core.reports.report import read_report
from rts_factoring.core.reports.sheets import FORMULA_WITHOUT_VALUE, Limits
from rts_factoring.core.reports.spreadsheet import read
from tests.support.workbooks import DAY, PURCHASE_HEADER, SHEET_XML, part, raw_sheet, with_part, xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
ROW = ("AF-1", "Ridgeline", 1000, 1000, 30, 50, 0, 920)
REPORT = xlsx([PURCHASE_HEADER, ROW])
LINE = read_report(REPORT, "r.xlsx").lines


def rows(data, name="report.xlsx"):
	(sheet,) = read(data, name).sheets
	return sheet.rows


def refusal(data, name="report.xlsx", **more):
	with pytest.raises(FileRefused) as caught:
		read(data, name, **more)
	return caught.value


def archive(*names):
	out = BytesIO()
	with zipfile.ZipFile(out, "w") as package:
		for name in names:
			package.writestr(name, "<a/>")
	return out.getvalue()


def compound(name):
	"""An Office file before 2007 with one stream."""
	return compound_file(name, b"\x00" * 5000)


SPREADSHEET_ML = b"""<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>"""
OTHER_FILES = [
	(b"", "not_xlsx", "empty"),
	(compound("EncryptedPackage"), "encrypted", "password"),
	(compound("WordDocument"), "not_xlsx", "Word"),
	(compound("PowerPoint Document"), "not_xlsx", "PowerPoint"),
	(compound("__properties_version1.0"), "not_xlsx", "e-mail"),
	(compound("Other"), "not_xlsx", "neither a workbook"),
	(compound("Workbook"), "no_rows", "empty"),
	(OLE, "not_xlsx", "damaged"),
	(b"<html><table><tr><td>Invoice #</td></tr></table></html>", "not_xlsx", "web page"),
	(b"\xef\xbb\xbf \r\n<!DOCTYPE html>\n<p>Invoice #", "not_xlsx", "web page"),
	("<html><body>".encode("utf-16"), "not_xlsx", "web page"),
	(SPREADSHEET_ML, "not_xlsx", "SpreadsheetML"),
	(b'<?xml version="1.0"?><report/>', "not_xlsx", "XML file"),
	(b"%PDF-1.7 \x00\x01", "not_xlsx", "PDF"),
	(b"{\\rtf1 Invoice}", "not_xlsx", "RTF"),
	(b"\x89PNG\r\n\x1a\n\x00", "not_xlsx", "picture"),
	(b"\x00\x00\x00\x18ftypheic\x00", "not_xlsx", "picture"),
	(b"From: reports@rts.example\r\nSubject: Report\r\n\r\nAttached.", "not_xlsx", "e-mail"),
	(b"\x1f\x8b\x08\x00", "not_xlsx", "archive"),
	(archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"), "not_xlsx", "Word"),
	(archive("[Content_Types].xml", "ppt/presentation.xml"), "not_xlsx", "PowerPoint"),
	(archive("Index/Document.iwa"), "not_xlsx", "Numbers"),
	(archive("report.csv"), "not_xlsx", "without a workbook"),
	(b"\x00\x01\x02\x03", "not_xlsx", "neither a workbook"),
	(REPORT[:-100], "not_xlsx", "damaged"),
	(REPORT[: len(REPORT) // 2], "not_xlsx", "damaged"),
	(b"PK", "not_xlsx", "damaged"),
]


@pytest.mark.parametrize("data, code, says", OTHER_FILES, ids=[says for _, _, says in OTHER_FILES])
@pytest.mark.parametrize("name", ["report.xlsx", "REPORT.XLSX", "report.xls", "report"])
def test_what_is_no_workbook_says_what_it_is_whatever_its_name(data, code, says, name):
	error = refusal(data, name)
	assert error.code == code and says in error.message and error.hint and error.where == name


def test_a_text_is_refused_under_the_name_of_a_workbook_and_read_under_others():
	text = b"Invoice #\tFee\nAF-1\t5\n"
	assert "CSV" in refusal(text, "report.xlsx").message
	for name in ("report.csv", "report.xls", "report"):
		assert rows(text, name) == [["Invoice #", "Fee"], ["AF-1", "5"]]


@pytest.mark.parametrize("name", ["report.csv", "report.xls", "report.ods", "report"])
def test_a_workbook_is_read_whatever_its_name(name):
	assert read_report(REPORT, name).lines == LINE


def test_an_archive_with_a_password_is_encrypted():
	data = bytearray(REPORT)
	for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
		at = -1
		while (at := data.find(signature, at + 1)) >= 0:
			data[at + flags] |= 1
	assert refusal(bytes(data)).code == "encrypted"


@pytest.mark.parametrize(
	"limits",
	[
		{"bytes": 100},
		{"unpacked": 100},
		{"rows": 1},
		{"columns": 7},
		{"cells": 15},
		{"area": 15},
		{"members": 3},
	],
)
def test_each_limit_holds(limits):
	assert refusal(REPORT, limits=Limits(**limits)).code == "too_large"


def test_the_limits_themselves_are_allowed():
	exact = Limits(rows=2, columns=8, cells=16, area=16, sheets=1)
	assert len(read(REPORT, "r.xlsx", exact).sheets[0].rows) == 2


# writers' habits ------------------------------------------------------------------------------------------------------


def shared(data: bytes) -> bytes:
	"""The same workbook with its texts as shared strings, as Excel writes them."""
	texts: list[bytes] = []

	def refer(match):
		texts.append(match[2])
		return b'<c r="%s" t="s"><v>%d</v></c>' % (match[1], len(texts) - 1)

	sheet = re.sub(
		rb'<c r="([A-Z]+\d+)" t="inlineStr"><is><t>([^<]*)</t></is></c>', refer, part(data, SHEET_XML)
	)
	items = b"".join(b"<si><r><t>%s</t></r><r><t></t></r></si>" % text for text in texts)
	kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
	relation = b'<Relationship Id="rId99" Type="%s" Target="/xl/sharedStrings.xml"/></Relationships>' % kind
	data = with_part(data, SHEET_XML, sheet)
	data = with_part(data, "xl/_rels/workbook.xml.rels", lambda x: x.replace(b"</Relationships>", relation))
	space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	return with_part(data, "xl/sharedStrings.xml", b'<sst xmlns="%s">%s</sst>' % (space, items))


def prefixed(body: bytes) -> bytes:
	"""Every element under a prefix, as the OpenXML SDK writes it."""
	body = re.sub(rb"<(/?)(?![?!])", rb"<\1x:", body)
	return body.replace(b"<x:worksheet xmlns=", b"<x:worksheet xmlns:x=")


def without_dimension(body: bytes) -> bytes:
	return re.sub(rb"<dimension[^>]*/>", b"", body)


HABITS = {
	"shared strings": shared(REPORT),
	"no dimension": with_part(REPORT, SHEET_XML, without_dimension),
	"a dimension that lies": with_part(
		REPORT, SHEET_XML, lambda x: re.sub(rb'ref="A1:[A-Z]+\d+"', b'ref="A1:XFD1048576"', x)
	),
	"no positions": with_part(REPORT, SHEET_XML, lambda x: re.sub(rb' r="[A-Z]*\d+"', b"", x)),
	"a prefix": with_part(REPORT, SHEET_XML, prefixed),
	"single quotes": with_part(REPORT, SHEET_XML, lambda x: x.replace(b'"', b"'")),
	"pretty printed": with_part(
		REPORT, SHEET_XML, lambda x: x.replace(b"><", b">\n\t<").replace(b"<t>\n\t", b"<t>")
	),
	"stored": with_part(REPORT, SHEET_XML, lambda x: x, zipfile.ZIP_STORED),
	"a byte order mark": with_part(REPORT, SHEET_XML, lambda x: b"\xef\xbb\xbf" + x),
	"with macros and pictures": with_part(
		with_part(REPORT, "xl/vbaProject.bin", OLE), "xl/media/a.png", b"\x89PNG"
	),
	"a comment before the archive's end": REPORT[:-2] + b"\x05\x00hello",
}


@pytest.mark.parametrize("habit", HABITS)
def test_every_writers_habits_are_read_alike(habit):
	assert read_report(HABITS[habit], "report.xlsx").lines == LINE


def test_sheets_are_found_by_their_relation_and_not_by_their_file_name():
	"""The second tab is the first part: a formula without a value is marked in the right sheet."""
	data = xlsx(("First", [["=1+1"]]), ("Second", [["x", "y"]]))
	swapped = with_part(
		data,
		"xl/_rels/workbook.xml.rels",
		lambda x: (
			x.replace(b"sheet1.xml", b"sheetX.xml")
			.replace(b"sheet2.xml", b"sheet1.xml")
			.replace(b"sheetX", b"sheet2")
		),
	)
	first, second = read(swapped, "r.xlsx").sheets
	assert (first.rows, second.rows) == ([["x", "y"]], [[FORMULA_WITHOUT_VALUE]])


def test_formulas_without_a_value_and_errors_are_marked():
	cells = b'<c r="A1"><f>1+1</f></c><c r="B1"><f>1+1</f><v></v></c><c r="C1"><f>1+1</f><v>2</v></c>'
	cells += b'<c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E1"><f t="shared" si="0"/></c><c t="e" r="G1"><v>#N/A</v></c>'
	(found,) = rows(raw_sheet(b'<row r="1">' + cells + b"</row>"))
	missing = FORMULA_WITHOUT_VALUE
	assert found == [missing, missing, 2.0, "#ERROR", missing, "", "#ERROR"]


def test_an_error_in_a_cell_is_a_problem_of_its_row():
	data = with_part(
		REPORT, SHEET_XML, lambda x: x.replace(b'<c r="E2" t="n"><v>30</v>', b'<c r="E2" t="e"><v>#REF!</v>')
	)
	assert read_report(data, "r.xlsx").lines[0].problems == ("invalid_amount",)


def test_hidden_sheets_are_marked_and_very_hidden_ones_are_not_read():
	book = openpyxl.Workbook()
	book.active.append(["seen"])
	for name in ("hidden", "veryHidden"):
		sheet = book.create_sheet(name)
		sheet.append([name])
		sheet.sheet_state = name
	book.create_chartsheet("Chart")
	out = BytesIO()
	book.save(out)
	assert [(sheet.name, sheet.hidden) for sheet in read(out.getvalue(), "r.xlsx").sheets] == [
		("Sheet", False),
		("hidden", True),
	]


def test_every_row_is_as_wide_as_the_widest():
	assert rows(xlsx([["a"], [], ["b", None, DAY]])) == [["a", "", ""], ["", "", ""], ["b", "", DAY]]
	assert rows(b"a\r\nb,,c\r\n", "r.csv") == [["a", "", ""], ["b", "", "c"]]


def test_lines_of_a_csv_may_break_inside_quotes():
	assert rows(b'a,"b\nc"\n', "r.csv") == [["a", "b\nc"]]


def test_the_garbage_collector_goes_on_after_a_report_and_after_a_refused_one():
	import gc

	read(xlsx([["a"], ["b"]]), "a.xlsx")
	assert gc.isenabled()
	with pytest.raises(FileRefused):
		read(b"", "a.xlsx")
	assert gc.isenabled()
