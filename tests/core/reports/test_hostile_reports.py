"""Spreadsheets made to do harm end in a clear error, within 10 seconds and 500 MB, in a process of their own."""

import json
import struct
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.support.workbooks import (
	DAY,
	PAYMENT_HEADER,
	PURCHASE_HEADER,
	SHEET_XML,
	part,
	raw_sheet,
	with_part,
	xlsx,
)

SECONDS, MEGABYTES = 10, 500
ROOT = Path(__file__).parents[3]
INSPECT = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
from rts_factoring.cli import main
status = main(["inspect", "--json", sys.argv[1]])
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
sys.exit(status)
"""


def inspect(tmp_path, data: bytes, name="report.xlsx") -> dict:
	"""What the command line says of the file; fails when it crashes, hangs, or takes too much."""
	file = tmp_path / name
	file.write_bytes(data)
	command = [sys.executable, "-c", INSPECT, str(file)]
	ran = subprocess.run(
		command, capture_output=True, text=True, timeout=120, env={"PYTHONPATH": str(ROOT), "PATH": ""}
	)
	assert ran.returncode in (0, 1) and "Traceback" not in ran.stderr, ran.stderr[-2000:]
	said, peak = ran.stdout.splitlines()
	assert int(peak) < MEGABYTES * 1024, f"{int(peak) // 1024} MB"
	found = json.loads(said)
	assert len(found.get("error", {}).get("message", "")) < 1000
	return found


def code(tmp_path, data: bytes, name="report.xlsx") -> str:
	return inspect(tmp_path, data, name)["error"]["code"]


REPORT = xlsx([PURCHASE_HEADER, ("AF-1", "Ridgeline", 1000, 1000, 30, 50, 0, 920)])
_SHARED = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'
_DTD = b'<!DOCTYPE a [<!ENTITY b "%s"><!ENTITY c "%s">]>' % (b"ha" * 1000, b"&b;" * 1000)


def with_shared_strings(sheet: bytes, items: str) -> bytes:
	"""A workbook whose sheet refers to shared strings."""
	kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
	relation = f'<Relationship Id="rId99" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'.encode()
	data = with_part(
		raw_sheet(sheet), "xl/_rels/workbook.xml.rels", lambda x: x.replace(b"</Relationships>", relation)
	)
	return with_part(data, "xl/sharedStrings.xml", _SHARED.format(items).encode())


# sizes ----------------------------------------------------------------------------------------------------------------


def test_a_zip_bomb_is_too_large(tmp_path):
	assert code(tmp_path, with_part(REPORT, SHEET_XML, b" " * 125_000_000)) == "too_large"


def test_a_zip_bomb_that_lies_about_its_size_is_damaged(tmp_path):
	honest = with_part(REPORT, SHEET_XML, b" " * 125_000_000)
	true = struct.pack("<I", 125_000_000)
	assert honest.count(true) == 2, "local header and list of parts"
	assert code(tmp_path, honest.replace(true, struct.pack("<I", 5_000))) == "not_xlsx"


def test_a_package_of_very_many_parts_is_too_large(tmp_path):
	out = BytesIO()
	with zipfile.ZipFile(out, "w") as package:
		for number in range(60_000):
			package.writestr(f"xl/{number}.xml", b"")
	assert code(tmp_path, out.getvalue()) == "too_large"


def test_a_part_under_a_compression_no_workbook_uses_is_damaged(tmp_path):
	bomb = with_part(REPORT, SHEET_XML, b" " * 100_000_000, zipfile.ZIP_LZMA)
	assert code(tmp_path, bomb) == "not_xlsx"


def test_a_worksheet_under_another_name_is_checked_like_any(tmp_path):
	data = with_part(
		raw_sheet(_far("Z1048576")),
		"xl/_rels/workbook.xml.rels",
		lambda x: x.replace(b"sheet1.xml", b"x.bin"),
	)
	source = zipfile.ZipFile(BytesIO(data))
	out = BytesIO()
	with zipfile.ZipFile(out, "w") as target:
		for name in source.namelist():
			target.writestr(name.replace("sheet1.xml", "x.bin"), source.read(name))
	assert code(tmp_path, out.getvalue()) == "too_large"


# entities -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	"name", [SHEET_XML, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"]
)
def test_an_xml_bomb_is_unsafe_in_any_part(tmp_path, name):
	assert code(tmp_path, with_part(REPORT, name, lambda body: _DTD + body)) == "unsafe"


def test_an_xml_bomb_in_the_shared_strings_is_unsafe(tmp_path):
	data = with_part(with_shared_strings(b"", ""), "xl/sharedStrings.xml", lambda body: _DTD + body)
	assert code(tmp_path, data) == "unsafe"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_an_encoding_that_could_hide_an_entity_is_unsafe(tmp_path, encoding):
	hidden = (_DTD.decode() + part(REPORT, SHEET_XML).decode()).encode(encoding)
	assert code(tmp_path, with_part(REPORT, SHEET_XML, hidden)) in ("unsafe", "not_xlsx")


# positions ------------------------------------------------------------------------------------------------------------


def _far(reference: str) -> bytes:
	row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	return b'<row r="1"><c r="A1"><v>1</v></c></row><row r="%s"><c r="%s"><v>1</v></c></row>' % (
		row.encode(),
		reference.encode(),
	)


PLAIN = _far("Z1048576")
FAR = {
	"last row": _far("A1048576"),
	"corner of the alphabet": PLAIN,
	"last column": _far("XFD1"),
	"beyond Excel": _far("ZZZZ99999999"),
	"row and cell differ": b'<row r="1"><c r="A1"><v>1</v></c><c r="Z1048576"><v>1</v></c></row>',
	"single quotes": PLAIN.replace(b'"', b"'"),
	"line break before": PLAIN.replace(b" r=", b"\nr="),
	"tab before": PLAIN.replace(b" r=", b"\tr="),
	"spaces around": PLAIN.replace(b"r=", b"r = "),
	"prefix": PLAIN.replace(b"<row", b"<x:row")
	.replace(b"</row", b"</x:row")
	.replace(b"<c ", b"<x:c ")
	.replace(b"</c", b"</x:c"),
	"lower case": PLAIN.replace(b"Z1048576", b"z1048576"),
	"after a decoy": b'<c r="A1" x=" r="/>'.join(
		[b"", PLAIN.replace(b' r="1048576"', b' s=">" r="1048576"')]
	),
	"bracket in a value": PLAIN.replace(b'<c r="Z', b'<c s=">" r="Z').replace(
		b'<row r="10', b'<row s=">" r="10'
	),
	"other attribute first": PLAIN.replace(b'<c r="Z', b'<c s="1" r="Z'),
	"after a comment": b"<!-- <row> -->" + PLAIN,
	"after an empty table": b"</sheetData><!-- <sheetData></sheetData> --><sheetData>" + PLAIN,
	"rows without position": b'<row r="150000"/>' + b"<row><c><v>1</v></c></row>" * 60_000,
	"cells without position": b'<row><c r="SR1"/>' + b"<c><v>1</v></c>" * 600 + b"</row>",
}


@pytest.mark.parametrize("name", FAR)
def test_cells_far_apart_are_refused_however_they_are_written(tmp_path, name):
	found = inspect(tmp_path, raw_sheet(FAR[name]))
	assert found["error"]["code"] in ("too_large", "not_xlsx", "no_header")
	if name not in ("prefix", "beyond Excel", "after a decoy", "after an empty table"):
		assert found["error"]["code"] == "too_large"


def test_ten_thousand_columns_are_too_many(tmp_path):
	assert code(tmp_path, xlsx([[f"Column {i}" for i in range(10_000)], ["x"] * 10_000])) == "too_large"


def test_many_sheets_share_one_allowance(tmp_path):
	sheets = [("Report", [PURCHASE_HEADER]), *((f"S{i}", [["x"]]) for i in range(40))]
	data = xlsx(*sheets)
	for number in range(2, 42):
		data = with_part(data, f"xl/worksheets/sheet{number}.xml", part(raw_sheet(_far("Z99999")), SHEET_XML))
	assert code(tmp_path, data) == "too_large"


def test_too_many_sheets_are_refused(tmp_path):
	assert code(tmp_path, xlsx(*[(f"S{i}", [["x"]]) for i in range(60)])) == "too_large"


# texts ----------------------------------------------------------------------------------------------------------------


def test_one_long_shared_text_used_a_million_times_is_too_large(tmp_path):
	cells = b"".join(
		b'<row r="%d">%s</row>'
		% (
			row,
			b"".join(b'<c r="%s%d" t="s"><v>0</v></c>' % (c, row) for c in (b"A", b"B", b"C", b"D", b"E")),
		)
		for row in range(1, 200_000)
	)
	assert code(tmp_path, with_shared_strings(cells, f"<si><t>{'x' * 32_000}</t></si>")) == "too_large"


def test_names_of_64_kb_are_read_or_refused_and_never_repeated_in_full(tmp_path):
	long = "N" * 65_000
	renamed = with_part(REPORT, "xl/workbook.xml", lambda x: x.replace(b"Sheet1", long.encode()))
	assert len(inspect(tmp_path, renamed)["lines"]) == 1
	two = xlsx(
		[PURCHASE_HEADER, ("AF-1", "A", 1, 1, 0, 0, 0, 1)], [PURCHASE_HEADER, ("AF-2", "A", 1, 1, 0, 0, 0, 1)]
	)
	renamed = with_part(two, "xl/workbook.xml", lambda x: x.replace(b"Sheet2", long.encode()))
	assert code(tmp_path, renamed) == "several_sheets"
	data = xlsx(
		[
			(*PURCHASE_HEADER, long[:32_000], long[:32_000]),
			("AF" + long[:32_000], long[:32_000], 1, 1, 0, 0, 0, 1),
		]
	)
	assert len(inspect(tmp_path, data)["lines"]) == 1
	out = BytesIO(REPORT)
	with zipfile.ZipFile(out, "a") as package:
		package.writestr("xl/" + long + ".xml", b"<a/>")
	assert len(inspect(tmp_path, out.getvalue())["lines"]) == 1


SLOW = {
	"rows left open": b"<row " * 2_000_000,
	"cells left open": b'<c r="A1"' * 1_000_000,
	"a formula and spaces": b'<row r="1"><c r="A1"><f>' + b" " * 10_000_000 + b"</c></row>",
	"no value and spaces": b'<row r="1"><c r="A1"><f/>' + b" " * 10_000_000 + b"</row>",
	"endless letters": b'<c r="' + b"A" * 10_000_000,
	"endless digits": b'<row r="' + b"1" * 10_000_000 + b'"/>',
	"declarations": b"<!" * 5_000_000,
	"attributes": b"<c t='" + b"e' t='" * 2_000_000,
	"depth": b"<a>" * 2_000_000,
	"errors": b'<row r="1">' + b'<c r="A1" t="e"><v>#N/A</v></c>' * 300_000 + b"</row>",
}


@pytest.mark.parametrize("name", SLOW)
def test_no_text_makes_the_checks_themselves_slow(tmp_path, name):
	assert inspect(tmp_path, raw_sheet(SLOW[name]))["error"]["code"] in (
		"not_xlsx",
		"too_large",
		"no_rows",
		"no_header",
	)


def test_a_million_merged_cells_do_no_harm(tmp_path):
	merges = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (row, row) for row in range(1, 1_000_001))
	data = with_part(
		REPORT,
		SHEET_XML,
		lambda x: x.replace(b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>"),
	)
	found = inspect(tmp_path, data)
	assert len(found.get("lines", [])) == 1 or found["error"]["code"] in ("too_large", "not_xlsx")


def test_sixty_headers_over_many_blank_rows_are_not_scanned_again_and_again(tmp_path):
	rows = b"".join(
		b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>Invoice #</t></is></c><c r="B%d" t="inlineStr"><is><t>Amount</t></is></c>'
		b"</row>" % (row, row, row)
		for row in range(1, 61)
	)
	assert code(tmp_path, raw_sheet(rows + b'<row r="150000"><c r="Z150000"><v> </v></c></row>')) in (
		"no_rows",
		"not_xlsx",
	)


# CSV ------------------------------------------------------------------------------------------------------------------


DELIMITED = {
	"commas": (b"," * 39_000_000, "too_large"),
	"blank lines": (b"a" + b"\n" * 39_000_000, "too_large"),
	"columns": (b"a,b\n" + b",".join([b"x"] * 10_000), "too_large"),
	"one wide row": (b"," * 511 + b"\n" * 199_000, "too_large"),
	"an open quote": (b'"' + b"x" * 1_000_000, "not_csv"),
	"one long text": (b"x" * 39_000_000, "not_csv"),
	"no encoding": (b"\x81\x8d" * 1000, "not_csv"),
	"bytes": (b"x" * 41_000_000, "too_large"),
	"quotes": (b'"a""' * 1_000_000, "not_csv"),
}


@pytest.mark.parametrize("name", DELIMITED)
def test_a_csv_made_to_exhaust_is_refused(tmp_path, name):
	data, expected = DELIMITED[name]
	assert code(tmp_path, data, "report.csv") == expected


def test_a_formula_in_a_cell_is_text_and_never_run(tmp_path):
	row = ("=cmd|' /C calc'!A1", "@SUM(1)", "+1", DAY.isoformat(), "Payment", 5, 5)
	line = inspect(
		tmp_path, "\n".join(",".join(map(str, r)) for r in (PAYMENT_HEADER, row)).encode(), "r.csv"
	)["lines"][0]
	assert line["invoice"] == "=cmd|' /C calc'!A1" and line["debtor"] == "@SUM(1)"
