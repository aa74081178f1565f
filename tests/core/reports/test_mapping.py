"""A file whose header no layout knows: its columns with examples, and a layout made of what a person says they are."""

from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.errors import FileRefused, LayoutError
from rts_factoring.core.reports.layout import DEFAULT_PAYMENT, DEFAULT_PURCHASE
from rts_factoring.core.reports.mapping import MAPPABLE, file_columns, mapped_layout, try_layout
from rts_factoring.core.reports.report import read_report
from rts_factoring.core.reports.spreadsheet import read
from tests.support.workbooks import DAY, delimited, xlsx

HEADER = ("Rechnung", "Kunde", "Betrag", "Gekauft", "Kosten", "Vermerk")
ROWS = [
	("AF-1", "Ridge Foods", 1000, 1000, 30, "ok"),
	("AF-2", "Ridge Foods", 2450.5, 2450.5, 73.52, ""),
	("AF-3", "Bluegrass Paper", 500, 500, 15, "late"),
	("AF-4", "Bluegrass Paper", 800, 800, 24, ""),
]
FIELDS = {
	"Rechnung": "invoice_no",
	"Kunde": "debtor_name",
	"Betrag": "invoice_amount",
	"Gekauft": "purchased_amount",
	"Kosten": "fee_amount",
	"Vermerk": "",
}
TITLES = [("Ankaufsbericht",), ("Kunde Nr. 104233", None), ()]


def workbook(*sheets):
	return read(xlsx(*sheets), "bericht.xlsx")


def foreign():
	return workbook([*TITLES, HEADER, *ROWS])


def test_the_header_is_found_below_titles_and_each_column_has_three_different_examples():
	found = file_columns(foreign(), DEFAULT_PURCHASE)
	assert (found.row, found.sheets) == (4, ("Sheet1",))
	assert [(column.text, column.examples) for column in found.columns] == [
		("Rechnung", ("AF-1", "AF-2", "AF-3")),
		("Kunde", ("Ridge Foods", "Bluegrass Paper")),
		("Betrag", ("1000", "2450.5", "500")),
		("Gekauft", ("1000", "2450.5", "500")),
		("Kosten", ("30", "73.52", "15")),
		("Vermerk", ("ok", "late")),
	]


def test_columns_that_the_layout_knows_are_chosen_already():
	found = file_columns(workbook([("Rechnung", "Debtor", "Fee"), ROWS[0][:3]]), DEFAULT_PURCHASE)
	assert [column.field for column in found.columns] == ["", "debtor_name", "fee_amount"]


def test_a_text_file_has_its_header_in_the_first_of_equally_long_rows():
	data = delimited([HEADER, *[[str(cell) for cell in row] for row in ROWS]], ";")
	assert file_columns(read(data, "b.csv")).row == 1


def test_another_row_and_another_sheet_can_be_chosen():
	book = workbook([HEADER, *ROWS], ("Zwei", [("a", "b"), ("Nr", "Summe"), ("AF-9", 5)]))
	assert file_columns(book).sheet == "Sheet1"
	found = file_columns(book, sheet="Zwei", row=2)
	assert (found.sheet, found.row, found.columns[0].examples) == ("Zwei", 2, ("AF-9",))
	assert file_columns(book, sheet="Zwei", row=99).row == 1


def test_two_columns_of_one_name_are_told_apart_by_the_group_above():
	groups = ("", "Kauf", "", "Gebühr", "")
	book = workbook(
		[groups, ("Rechnung", "Datum", "Betrag", "Datum", "Betrag"), ("AF-1", DAY, 1000, DAY, 30)]
	)
	found = file_columns(book, row=2)
	texts = [column.text for column in found.columns]
	assert texts == ["Rechnung", "Kauf Datum", "Kauf Betrag", "Gebühr Datum", "Gebühr Betrag"]
	fields = dict(
		zip(texts, ("invoice_no", "purchase_date", "purchased_amount", "", "fee_amount"), strict=True)
	)
	trial = try_layout(book, mapped_layout(DEFAULT_PURCHASE, "Own", fields))
	assert (trial.rows, trial.refusal) == (1, None)


def test_the_rows_are_read_once_the_columns_are_named():
	book = foreign()
	with pytest.raises(FileRefused) as refused:
		read_report(xlsx([*TITLES, HEADER, *ROWS]), "bericht.xlsx")
	assert refused.value.code in MAPPABLE
	layout = mapped_layout(DEFAULT_PURCHASE, "Own", FIELDS)
	assert layout.by_header
	assert try_layout(book, layout) == type(try_layout(book, layout))(rows=4)
	report = read_report(
		xlsx([*TITLES, HEADER, *ROWS]), "bericht.xlsx", None, [DEFAULT_PURCHASE, DEFAULT_PAYMENT, layout]
	)
	assert report.layout.name == "Own"
	assert [(line.invoice_no, line.purchased, line.fee) for line in report.lines[:2]] == [
		("AF-1", Decimal(1000), Decimal(30)),
		("AF-2", Decimal("2450.50"), Decimal("73.52")),
	]


def test_what_remains_is_said_with_the_column_and_the_rows():
	header = (*HEADER[:5], "Abzug", "Status")
	rows = [(*row[:5], 5, "Bezahlt") for row in ROWS]
	rows[1] = (*ROWS[1][:5], 0, "Held")
	fields = {**{text: FIELDS[text] for text in HEADER[:5]}, "Abzug": "", "Status": "status"}
	trial = try_layout(workbook([header, *rows]), mapped_layout(DEFAULT_PURCHASE, "Own", fields))
	assert trial.rows == 4
	assert sorted(trial.problems) == [
		"Rows 2, 4, 5: The column Abzug has an amount and is not read. Say what it is, or that it is not counted.",
		"Rows 2, 4, 5: The column Status says Bezahlt. The status is unknown.",
	]


def test_many_rows_with_one_problem_are_counted():
	rows = [(f"AF-{n}", "R", 100, 100, 1, "Offen") for n in range(1, 13)]
	fields = {**FIELDS, "Vermerk": "status"}
	(problem,) = try_layout(
		workbook([HEADER, *rows]), mapped_layout(DEFAULT_PURCHASE, "Own", fields)
	).problems
	assert problem == "Rows 2, 3, 4, 5, 6 and 7 more: The column Vermerk says Offen. The status is unknown."


def test_a_layout_without_a_required_column_is_refused_with_what_lacks():
	with pytest.raises(LayoutError) as refused:
		mapped_layout(DEFAULT_PAYMENT, "Own", {"Tag": "payment_date", "Betrag": ""})
	assert refused.value.message == "No column of the file is the amount paid or reserve released."


def test_a_file_that_is_refused_for_another_reason_says_so_when_it_is_tried():
	header = ("Rechnung", "Betrag", "Betrag")
	layout = mapped_layout(DEFAULT_PURCHASE, "Own", {"Rechnung": "invoice_no", "Betrag": "invoice_amount"})
	trial = try_layout(workbook([header, ("AF-1", 5, 5)]), layout)
	assert trial.rows == 0 and trial.refusal.code == "duplicate_column"


def test_the_order_of_dates_is_the_layouts():
	fields = {"Tag": "payment_date", "Betrag": "amount_paid"}
	layout = mapped_layout(DEFAULT_PAYMENT, "Own", fields)
	rows = [("Tag", "Betrag", "x"), ("13/11/2026", 5, "y")]
	assert "cannot be read" in try_layout(workbook(rows), layout).problems[0]
	from dataclasses import replace

	day_first = replace(layout, date_order="DMY")
	report = read_report(xlsx(rows), "r.xlsx", None, [replace(day_first, by_header=False)])
	assert report.lines[0].date == date(2026, 11, 13)
