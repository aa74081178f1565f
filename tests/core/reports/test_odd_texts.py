"""Texts as export routines write them: each row is read, or the file is refused before one is lost."""

import pytest

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.reports.report import read_report
from tests.support.workbooks import PURCHASE_HEADER, xlsx

FIRST, SECOND = "AF-1,Marlow,1000,1000,30,50,0,920", "AF-2,Ridge,2000,2000,60,100,0,1840"
TEXT = "\r\n".join((",".join(PURCHASE_HEADER), FIRST, SECOND, ""))


def found(text: str | bytes) -> list[tuple[str, str, int]]:
	data = text if isinstance(text, bytes) else text.encode()
	lines = read_report(data, "report.csv").lines
	assert not [line.problems for line in lines if line.problems]
	return [(line.invoice_no, line.debtor_name, line.net) for line in lines]


def refusal(data: bytes, name: str = "report.csv") -> FileRefused:
	with pytest.raises(FileRefused) as caught:
		read_report(data, name)
	return caught.value


EXPECTED = [("AF-1", "Marlow", 920), ("AF-2", "Ridge", 1840)]


@pytest.mark.parametrize("text", [TEXT.replace("Marlow", '"Marlow'), TEXT.replace("AF-1,", '"AF-1,')])
def test_a_quotation_mark_that_is_not_closed_swallows_no_row(text):
	refused = refusal(text.encode())
	assert (refused.key, refused.where) == ("not_csv.quotation", "report.csv, row 2")


def test_a_mark_that_is_closed_some_rows_below_swallows_none_either():
	text = TEXT.replace("Marlow", '"Marlow').replace("Ridge", 'Ridge"')
	assert refusal(text.encode()).key == "not_csv.quotation"


def test_an_address_of_two_lines_is_one_cell():
	text = TEXT.replace("Marlow", '"Marlow, Inc\r\n1 Main St, Suite 2\r\nDallas, TX, 75201, USA"')
	assert [line[0] for line in found(text)] == ["AF-1", "AF-2"]


def test_inches_in_a_name_are_no_quotation_mark():
	assert found(TEXT.replace("Marlow", 'Marlow 5" Pipe'))[0] == ("AF-1", 'Marlow 5" Pipe', 920)


def test_texts_that_excel_is_told_to_keep_are_read_without_the_formula():
	text = TEXT.replace("AF-1", '="00123"').replace("AF-2", '"=""00124"""')
	assert [line[0] for line in found(text)] == ["00123", "00124"]


def test_quotation_marks_after_a_space_enclose_a_cell():
	quoted = "\r\n".join(", ".join(f'"{cell}"' for cell in row.split(",")) for row in TEXT.split("\r\n")[:3])
	assert found(quoted.replace("Marlow", "Marlow, Inc")) == [("AF-1", "Marlow, Inc", 920), EXPECTED[1]]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read(encoding):
	assert found(TEXT.encode(encoding)) == EXPECTED


@pytest.mark.parametrize("data", [bytes(500), b"a\x00" * 3 + bytes(400), b"\x00a\x00\x00" * 90])
def test_zeros_alone_make_no_text(data):
	assert refusal(data).code in ("not_xlsx", "no_rows")


@pytest.mark.parametrize("stray", [["x", *[""] * 700, "note"], [""]])
def test_a_stray_cell_far_from_the_report_is_named_as_what_to_delete(stray):
	rows = [PURCHASE_HEADER, ("AF-1", "Marlow", 1000, 1000, 30, 50, 0, 920), stray]
	data = xlsx([*rows, *[[]] * 250_000, ["note"]] if stray == [""] else rows)
	refused = refusal(data, "report.xlsx")
	assert refused.code == "too_large" and "Delete the rows and columns" in refused.hint
