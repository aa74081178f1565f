"""Reports as .xls, .xlsb and .ods: the same lines as from an .xlsx, nothing lost, nothing run, nothing that exhausts memory."""

import contextlib
import io
import random
import struct
import zipfile

import openpyxl
import pytest
import xlwt

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.reports.compound_file import CompoundFile, compound_file
from rts_factoring.core.reports.report import read_report
from rts_factoring.core.reports.sheets import FORMULA_WITHOUT_VALUE, Limits
from rts_factoring.core.reports.spreadsheet import read
from tests.support.other_workbooks import WRITERS, raw_ods, xls, xlsb
from tests.support.workbooks import DAY, FIXTURES, PURCHASE_HEADER, with_part

SAMPLES = ("purchase_clean", "purchase_mixed", "payment_clean", "payment_messy")
ROW = ("AF-1", "Ridgeline", 1000, 1000, 30, 50, 0, 920)
REPORT = ("Report", [PURCHASE_HEADER, ROW])
DAMAGE = 300  # changed copies of each file


def rows(data):
	(sheet,) = read(data, "report").sheets
	return sheet.rows


def refusal(data, **limits):
	with pytest.raises(FileRefused) as caught:
		read(data, "report", Limits(**limits))
	return caught.value


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_report_has_the_same_lines(sample, kind):
	data = (FIXTURES / f"{sample}.xlsx").read_bytes()
	workbook = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
	sheets = [
		(sheet.title, list(sheet.values)) for sheet in workbook.worksheets if sheet.sheet_state == "visible"
	]
	expected, report = read_report(data, "r.xlsx"), read_report(WRITERS[kind](*sheets), f"r.{kind}")
	assert expected.lines and report.lines == expected.lines
	assert (report.kind, report.metadata) == (expected.kind, expected.metadata)


@pytest.mark.parametrize("kind", WRITERS)
def test_rows_and_columns_keep_their_places(kind):
	data = WRITERS[kind](("A", [[], [None, "x", 12.5, DAY], [], [None, None, 7]]))
	kept = rows(data)
	assert kept[1][1:] == ["x", 12.5, DAY] and kept[3][2] == 7 and len(kept) == 4


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("limits", [{"rows": 1}, {"columns": 7}, {"cells": 15}, {"area": 15}, {"sheets": 0}])
def test_each_limit_holds(kind, limits):
	data = WRITERS[kind](REPORT)
	assert len(read(data, "r", Limits(rows=2, columns=8, cells=16, area=16, sheets=1)).sheets) == 1
	assert refusal(data, **limits).code == "too_large"


@pytest.mark.parametrize("kind", ["xlsb", "ods"])
@pytest.mark.parametrize("limits", [{"members": 2}, {"unpacked": 100}])
def test_the_limits_of_an_archive_hold(kind, limits):
	assert refusal(WRITERS[kind](REPORT), **limits).code == "too_large"


@pytest.mark.parametrize("kind", WRITERS)
def test_a_long_text_used_often_is_counted_each_time(kind):
	data = WRITERS[kind](("A", [["x" * 5000] * 10] * 10))
	assert refusal(data, unpacked=400_000).code == "too_large"
	assert len(rows(data)) == 10


@pytest.mark.parametrize("kind", WRITERS)
def test_damage_ends_in_a_refusal(kind):
	"""Bytes changed, and the file cut, at places chosen by a fixed chance: read, or refused, and nothing else."""
	data, chance = WRITERS[kind](REPORT), random.Random(4)
	for _ in range(DAMAGE):
		changed = bytearray(data)
		for _ in range(chance.randint(1, 8)):
			changed[chance.randrange(len(changed))] = chance.randrange(256)
		with contextlib.suppress(FileRefused):
			read(bytes(changed[: chance.choice((len(data), chance.randrange(len(data))))]), f"r.{kind}")


# hidden sheets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("writer", [xls, xlsb])
def test_a_hidden_sheet_is_known_as_hidden(writer):
	sheets = read(writer(REPORT, ("Old", [["x"]]), hidden=["Old"]), "r").sheets
	assert [(sheet.name, sheet.hidden) for sheet in sheets] == [("Report", False), ("Old", True)]


def test_a_hidden_table_is_known_as_hidden():
	style = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
	table = '<table:table table:name="Old" table:style-name="h">' + cell(string("x")) + "</table:table>"
	(sheet,) = read(raw_ods(style + table), "r").sheets
	assert sheet.hidden and sheet.rows == [["x"]]


# .xls -----------------------------------------------------------------------------------------------------------------


def records(change):
	"""The report as .xls, with each record's type and data passed through `change`."""
	stream, at, out = CompoundFile(xls(REPORT)).stream("Workbook"), 0, b""
	while at + 4 <= len(stream):
		kind, size = struct.unpack_from("<HH", stream, at)
		kind, data = change(kind, stream[at + 4 : at + 4 + size])
		assert len(data) == size
		out += struct.pack("<HH", kind, size) + data
		at += 4 + size
	return compound_file("Workbook", out)


def test_a_formula_of_an_xls_without_a_saved_result_is_no_empty_cell():
	assert rows(xls(("A", [["x", xlwt.Formula("1+1")]]))) == [["x", FORMULA_WITHOUT_VALUE]]


def test_an_error_of_an_xls_is_no_empty_cell():
	def as_error(kind, data):
		if kind != 0xBD:  # the numbers of the row, from column 2
			return kind, data
		return 0x205, data[:2] + b"\x04" + data[3:6] + b"\x07\x01" + data[8:]

	assert rows(records(as_error))[1] == ["AF-1", "Ridgeline", "", "", "#ERROR", "", "", ""]


def test_a_wrong_statement_of_size_in_an_xls_allocates_nothing():
	def wide(kind, data):
		return kind, struct.pack("<IIHHH", 0, 0xFFFFFFF0, 0, 256, 0) if kind == 0x200 else data

	assert read_report(records(wide), "r.xls").lines == read_report(xls(REPORT), "r.xls").lines


def test_a_far_cell_of_an_xls_is_too_large():
	data = xls(("A", [["x"]]), ("B", [["y"]]))
	assert len(read(data, "r").sheets) == 2
	far = xlwt.Workbook()
	sheet = far.add_sheet("A")
	sheet.write(0, 0, "x")
	sheet.write(65_535, 255, "x")
	out = io.BytesIO()
	far.save(out)
	assert refusal(out.getvalue()).code == "too_large"


def test_an_xls_with_a_password_is_encrypted():
	def locked(kind, data):
		return (0x2F, b"\x01" + data[1:]) if kind == 0x42 else (kind, data)

	assert refusal(records(locked)).code == "encrypted"


@pytest.mark.parametrize("at", [48, 60, 68])
def test_a_chain_in_a_circle_ends(at):
	"""The directory, the small sectors or the index of sectors lead to themselves."""
	data = bytearray(xls(REPORT))
	table = struct.unpack_from("<I", data, 76)[0]
	struct.pack_into("<I", data, at, table)
	struct.pack_into("<128I", data, 512 * (table + 1), *[table] * 128)
	assert refusal(bytes(data)).code in ("not_xlsx", "no_rows")


@pytest.mark.parametrize("size", [10, 4096, 100_000, 9_000_000])
def test_a_stream_put_into_a_compound_file_comes_out_whole(size):
	content = random.Random(1).randbytes(size)
	made = CompoundFile(compound_file("Workbook", content))
	assert made.stream("Workbook")[:size] == content and made.names == ["Root Entry", "Workbook"]


def test_macros_of_an_xls_do_not_reach_the_reader(monkeypatch):
	seen = []
	from rts_factoring.core.reports import old_excel

	read_copy = old_excel.read_copy
	monkeypatch.setattr(
		old_excel, "read_copy", lambda copy, *more: seen.append(copy.getvalue()) or read_copy(copy, *more)
	)
	read(xls(REPORT), "r.xls")
	assert CompoundFile(seen[0]).names == ["Root Entry", "Workbook"]


def test_shared_texts_over_many_records_are_counted():
	"""An .xls cuts its texts every 8,224 bytes, in the middle of one."""
	texts = [f"{number} é{'x' * (number % 700)}Ω" for number in range(400)]
	data = xls(("A", [[text] for text in texts]))
	assert [row[0] for row in rows(data)] == texts


# .xlsb ----------------------------------------------------------------------------------------------------------------

SHEET_BIN = "xl/worksheets/sheet1.bin"


def record(kind, data):
	return bytes([kind, len(data)]) + data


def with_cells(extra):
	"""The report as .xlsb with more records before the end of its first sheet's data."""
	end = bytes([0x92, 0x01, 0x00])
	return with_part(xlsb(REPORT), SHEET_BIN, lambda body: body.replace(end, extra + end, 1))


def cell_of(column, rest):
	return struct.pack("<II", column, 0) + rest


def test_cells_with_an_error_or_without_a_result_are_no_empty_cells():
	row = record(0, struct.pack("<I", 2) + b"\x00" * 13)
	text = record(8, cell_of(2, struct.pack("<I", 0) + b"\x00" * 10))
	data = with_cells(
		row + record(3, cell_of(0, b"\x07")) + record(11, cell_of(1, b"\x07" + b"\x00" * 8)) + text
	)
	assert rows(data)[2][:3] == ["#ERROR", "#ERROR", FORMULA_WITHOUT_VALUE]


@pytest.mark.parametrize("row, column", [(1_000_000, 0), (2, 16_000), (0xFFFFFFF0, 0)])
def test_a_far_cell_of_an_xlsb_is_too_large(row, column):
	far = record(0, struct.pack("<I", row) + b"\x00" * 13) + record(4, cell_of(column, b"\x01"))
	assert refusal(with_cells(far)).code == "too_large"


def test_a_cell_that_the_reader_would_pass_over_refuses_the_file():
	assert refusal(with_cells(record(13, b"\x00" * 8))).code == "not_xlsx"


# .ods -----------------------------------------------------------------------------------------------------------------


def string(text, more=""):
	return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def number(value, more=""):
	return f'<table:table-cell office:value-type="float" office:value="{value}"{more}/>'


def cell(*cells):
	return f"<table:table-row>{''.join(cells)}</table:table-row>"


def table(*rows_of_xml, name="A"):
	return raw_ods(f'<table:table table:name="{name}">{"".join(rows_of_xml)}</table:table>')


def test_the_empty_rest_of_a_sheet_is_not_counted():
	"""LibreOffice writes the million empty rows and the sixteen thousand empty columns of each sheet as one tag."""
	rest = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
	trailing = '<table:table-cell table:number-columns-repeated="16382"/>'
	assert rows(table(cell(string("a"), number(1), trailing), rest)) == [["a", 1]]


def test_repeated_cells_and_rows_are_each_read():
	row = f'<table:table-row table:number-rows-repeated="2">{number(5, " table:number-columns-repeated=" + chr(34) + "3" + chr(34))}</table:table-row>'
	assert rows(table(row)) == [[5, 5, 5]] * 2


@pytest.mark.parametrize(
	"body",
	[
		'<table:table-row table:number-rows-repeated="1000000">' + number(1) + "</table:table-row>",
		"<table:table-row>" + number(1, ' table:number-columns-repeated="16384"') + "</table:table-row>",
		'<table:table-row table:number-rows-repeated="199999"><table:table-cell/></table:table-row>'
		+ cell('<table:table-cell table:number-columns-repeated="500"/>', number(1)),
		("<table:table-row>" + number(1, ' table:number-columns-repeated="400"') + "</table:table-row>")
		* 10_001,
	],
)
def test_repeats_beyond_the_limits_are_too_large(body):
	assert refusal(table(body)).code == "too_large"


@pytest.mark.parametrize("hiding", ["<!-- {} -->", "<?x {} ?>"])
def test_no_repeat_hides_behind_what_is_not_read(hiding):
	many = '<table:table-row table:number-rows-repeated="1000000">' + number(1) + "</table:table-row>"
	assert refusal(table(hiding.format("</table:table>"), many)).code == "too_large"


def test_a_section_of_characters_or_a_table_in_a_table_is_damage():
	assert refusal(table(cell(string("<![CDATA[</table:table>]]>")))).code == "not_xlsx"
	assert (
		refusal(table('<table:table table:name="B">' + cell(number(1)) + "</table:table>")).code == "not_xlsx"
	)


def test_formulas_without_a_result_and_errors_of_an_ods_are_no_empty_cells():
	formula = ' table:formula="of:=1/0"'
	cells = (
		f"<table:table-cell{formula}/>",
		f'<table:table-cell office:value-type="float"{formula}/>',
		string("#DIV/0!", formula + ' calcext:value-type="error"'),
		number(0, formula).replace("/>", "><text:p>#DIV/0!</text:p></table:table-cell>"),
		number(4, formula),
		string("four", formula),
		string("#1"),
	)
	assert rows(table(cell(*cells))) == [
		[FORMULA_WITHOUT_VALUE, FORMULA_WITHOUT_VALUE, "#ERROR", "#ERROR", 4, "four", "#1"]
	]


def test_an_ods_with_line_breaks_between_its_tags_is_read():
	assert rows(table("\n  ", cell("\n ", string("a b"), "\n ", number(2), "\n"), "\n")) == [["a b", 2]]


def test_notes_are_no_part_of_a_cell():
	note = "<office:annotation><text:p>a note</text:p></office:annotation>"
	assert rows(table(cell(string("a").replace("<text:p>", note + "<text:p>", 1)))) == [["a"]]


def test_an_ods_with_a_password_is_encrypted():
	locked = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
	assert refusal(raw_ods("", locked)).code == "encrypted"


def test_entities_in_an_ods_are_refused():
	data = table(cell(string("a")))
	declared = with_part(
		data, "content.xml", lambda body: body.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>', 1)
	)
	assert refusal(declared).code == "unsafe"


def test_a_text_document_of_that_kind_is_no_spreadsheet():
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w") as package:
		package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
		package.writestr("content.xml", "<a/>")
	assert "OpenDocument" in refusal(out.getvalue()).message
