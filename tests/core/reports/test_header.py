"""Where the header of a report stands, and what its columns are."""

import pytest

from rts_factoring.core.errors import FileRefused, LayoutError
from rts_factoring.core.model import ReportKind
from rts_factoring.core.reports.layout import (
	DEFAULT_LAYOUTS,
	DEFAULT_PAYMENT,
	DEFAULT_PURCHASE,
	ReportLayout,
	normalise_header,
)
from rts_factoring.core.reports.report import read_report
from tests.support.workbooks import (
	DAY,
	PAYMENT_HEADER,
	PURCHASE_HEADER,
	delimited,
	payments,
	purchases,
	read,
	with_header,
	xlsx,
)

BOUGHT = ("AF-1", "Ridgeline Foods Inc", 1000, 1000, 30, 50, 0, 920)
PAID = ("AF-1", "Ridgeline Foods Inc", "48210", DAY, "Payment", 1000, 1000)


def code_of(rows, **more):
	with pytest.raises(FileRefused) as refused:
		read(rows, **more) if isinstance(rows, list) else read_report(rows, "report.xlsx", **more)
	return refused.value.code


@pytest.mark.parametrize(
	"spelling",
	[
		"Invoice #",
		"INVOICE #",
		"invoice#",
		"Invoice No.",
		"Invoice No",
		"Invoice Number:",
		"InvoiceNumber",
		"INVNumber",
		"invoice_number",
	]
	+ [
		"Invoice\u00a0Number",
		"Invoice\nNumber",
		"  Invoice   Num ",
		"Inv. #",
		"Inv No.",
		"Invoice Nbr",
		"Invoice №",
		"Ref. #",
	],
)
def test_case_spaces_punctuation_and_the_word_number_do_not_matter_in_a_header(spelling):
	assert purchases(BOUGHT, header=(spelling, *PURCHASE_HEADER[1:])).lines[0].invoice_no == "AF-1"


@pytest.mark.parametrize("kind", ReportKind)
def test_every_default_header_text_of_every_field_is_found(kind):
	layout = DEFAULT_LAYOUTS[kind]
	for name, texts in layout.headers.items():
		for text in texts:
			others = {group[0]: layout.headers[group[0]][0] for group in layout.required if name not in group}
			telling = (
				{"net_amount": "Net Funded"} if kind is ReportKind.PURCHASE else {"payment_ref": "Check #"}
			)
			others |= {field: found for field, found in telling.items() if field != name}
			header = (text, *others.values())
			report = read([header, ["1"] * len(header)], kind=kind)
			assert report.header.columns[name] == (0,), (name, text)


def test_a_percentage_is_not_an_amount():
	header = ("Invoice #", "Invoice Amount", "Advance %", "Advance (80%)", "Fee %", "Fee", "Reserve Pct")
	report = read([header, ("AF-1", 1000, 80, 800, 3, 30, 20)])
	line = report.lines[0]
	assert (line.advance, line.fee, line.reserve) == (800, 30, None)
	assert report.header.unknown == ("Advance %", "Fee %", "Reserve Pct")


def test_the_more_telling_header_wins_when_two_columns_could_be_one_field():
	report = read(
		[("Amount", "Invoice Amount", "Reference", "Invoice #"), (7, 1000, "X", "AF-1")],
		kind=ReportKind.PURCHASE,
	)
	assert (report.lines[0].invoice_no, report.lines[0].invoice_amount) == ("AF-1", 1000)
	assert report.header.unknown == ("Amount", "Reference")


def test_titles_may_stand_above_the_header():
	titles = [["Purchase Report"], ["Client #:", "104233"], [], ["Batch:", "A1"], []]
	report = read([*titles, PURCHASE_HEADER, BOUGHT])
	assert report.header.row == 6
	assert report.titles == (1, 2, 4) and report.blanks == (3, 5) and report.headers == (6,)


def test_a_header_of_two_lines_is_read_as_one():
	upper = ("Invoice", None, None, "Customer", "Purchase", None, "Fee", "Net")
	lower = ("No.", "Date", "Amount", None, "Date", "Amount", None, "Funded")
	report = read(
		[upper, lower, ("AF-1", DAY, 1000, "Ridgeline", DAY, 900, 30, 870)], kind=ReportKind.PURCHASE
	)
	line = report.lines[0]
	assert (line.invoice_no, line.invoice_date, line.invoice_amount) == ("AF-1", DAY, 1000)
	assert (line.debtor_name, line.date, line.purchased, line.fee, line.net) == (
		"Ridgeline",
		DAY,
		900,
		30,
		870,
	)
	assert report.headers == (1, 2)


def test_of_two_lines_the_upper_one_tells_equal_lower_ones_apart():
	upper = ("Invoice", "Invoice", "Invoice", "Payment", "Payment", "Payment")
	lower = ("#", "Date", "Amount", "Date", "Amount", "Type")
	line = read([upper, lower, ("AF-1", "10/26/2026", 1000, DAY, 600, "Partial")]).lines[0]
	assert (line.invoice_amount, line.paid, line.date) == (1000, 600, DAY)


def test_labels_of_groups_above_a_complete_header_change_nothing():
	groups = (None, None, "Remittance", None, None, "Amounts")
	report = read([["Payment Report"], groups, PAYMENT_HEADER, PAID])
	assert report.lines == payments(PAID).lines[:0] + tuple(
		line._replace(row=4) for line in payments(PAID).lines
	)
	assert report.headers == (2, 3) and report.titles == (1,)


def test_a_title_row_that_is_indented_is_no_label_of_a_group():
	report = read([(None, "Client #:", "104233"), PURCHASE_HEADER, BOUGHT])
	assert report.metadata.client_number == "104233" and report.titles == (1,)


def test_the_header_may_be_repeated_on_every_page():
	report = payments(PAID, PAYMENT_HEADER, PAID, PAYMENT_HEADER[:5])
	assert [line.row for line in report.lines] == [2, 4]
	assert report.headers == (1, 3, 5)


@pytest.mark.parametrize("kind", (ReportKind.PURCHASE, ReportKind.PAYMENT))
def test_a_first_row_of_data_is_never_taken_for_a_header(kind):
	rows = {
		ReportKind.PURCHASE: BOUGHT,
		ReportKind.PAYMENT: ("Payment", "Fee", "Check", "11/03/2026", "Payment", "5", "5"),
	}
	header = PURCHASE_HEADER if kind is ReportKind.PURCHASE else PAYMENT_HEADER
	assert read([header, rows[kind]]).header.row == 1


def test_a_summary_above_the_report_is_not_taken_for_its_header():
	summary = [("Invoice Amount", "Fee", "Reserve", "Net Funded"), (1000, 30, 50, 920), []]
	assert read([*summary, PURCHASE_HEADER, BOUGHT]).header.row == 4


def test_columns_that_mean_nothing_are_named_and_passed_over():
	report = purchases((*BOUGHT, "x", "y"), header=(*PURCHASE_HEADER, "Rep", "Region"))
	assert report.header.unknown == ("Rep", "Region")
	assert report.lines == purchases(BOUGHT).lines


def test_a_doubled_column_is_refused_because_it_is_unclear_which_counts():
	assert code_of([(*PURCHASE_HEADER, "fee"), (*BOUGHT, 1)]) == "duplicate_column"
	assert code_of([("Invoice Number", *PURCHASE_HEADER), ("AF-2", *BOUGHT)]) == "duplicate_column"


def test_doubled_columns_that_mean_nothing_do_no_harm():
	assert (
		purchases((*BOUGHT, "a", "b"), header=(*PURCHASE_HEADER, "Remark", "Remark")).lines
		== purchases(BOUGHT).lines
	)


@pytest.mark.parametrize("gone", ["Payment Date", "Payment Amount"])
def test_a_missing_column_is_named_with_an_example(gone):
	header = [text for text in PAYMENT_HEADER if text not in (gone, "Reserve Released")]
	with pytest.raises(FileRefused) as refused:
		read([header, ["x"] * len(header)], kind=ReportKind.PAYMENT)
	assert refused.value.code == "missing_column" and gone in refused.value.message
	assert refused.value.where == "report.xlsx, row 1"


@pytest.mark.parametrize(
	"rows, code",
	[
		([["Hello"], ["nothing", "of", "use"]], "no_header"),
		([], "no_rows"),
		([["", None], [" "]], "no_rows"),
		([PURCHASE_HEADER], "no_rows"),
		([PURCHASE_HEADER, ("Total", None, 0, 0)], "no_rows"),
	],
)
def test_a_file_without_rows_says_so(rows, code):
	assert code_of(rows) == code


# kinds ----------------------------------------------------------------------------------------------------------------


def test_the_kind_of_a_report_is_told_by_its_columns():
	assert purchases(BOUGHT).kind is ReportKind.PURCHASE
	assert payments(PAID).kind is ReportKind.PAYMENT


def test_a_title_decides_where_the_columns_fit_both_kinds():
	header = ("Invoice #", "Invoice Amount", "Post Date", "Paid", "Status", "Net")
	row = ("AF-1", 1000, DAY, 5, "Paid", 5)
	assert read([["Purchase Report"], header, row]).kind is ReportKind.PURCHASE


@pytest.mark.parametrize(
	"header, row, asked", [(PURCHASE_HEADER, BOUGHT, "payment"), (PAYMENT_HEADER, PAID, "purchase")]
)
def test_a_report_of_another_kind_than_asked_for_is_refused(header, row, asked):
	assert code_of([header, row], kind=ReportKind(asked)) == "wrong_kind"


def test_of_a_workbook_with_both_reports_the_kind_asked_for_is_read():
	both = xlsx(("Purchases", [PURCHASE_HEADER, BOUGHT]), ("Payments", [PAYMENT_HEADER, PAID]))
	for kind in (ReportKind.PURCHASE, ReportKind.PAYMENT):
		assert read_report(both, "both.xlsx", kind).kind is kind


# sheets ---------------------------------------------------------------------------------------------------------------

ROWS = [PURCHASE_HEADER, BOUGHT]


@pytest.mark.parametrize(
	"other",
	[
		[["Notes"], ["Call us with questions", "555-0100"]],
		[("Invoice Amount", "Fee"), (1000, 30)],
		[PURCHASE_HEADER],
		[["x"] * 40] * 50,
	],
)
@pytest.mark.parametrize("first", [True, False])
def test_the_sheet_that_holds_the_report_is_found_and_the_others_are_named(other, first):
	sheets = [("Other", other), ("Report", ROWS)] if first else [("Report", ROWS), ("Other", other)]
	report = read_report(xlsx(*sheets), "report.xlsx")
	assert report.sheet == "Report" and report.other_sheets == ("Other",)
	assert report.lines == purchases(BOUGHT).lines


def test_a_hidden_sheet_is_passed_over_even_when_it_has_more_columns():
	hidden = [(*PURCHASE_HEADER, "Status"), ("AF-9", "X", 9, 9, 0, 0, 0, 9, "Processed")]
	report = read_report(xlsx(("Data", hidden), ("Report", ROWS), hidden=["Data"]), "report.xlsx")
	assert report.sheet == "Report" and report.other_sheets == ()


def test_a_report_spread_over_two_sheets_is_refused_because_rows_would_be_lost():
	second = [PURCHASE_HEADER, ("AF-2", *BOUGHT[1:])]
	assert code_of(xlsx(("Page 1", ROWS), ("Page 2", second))) == "several_sheets"


def test_a_copy_of_the_report_on_another_sheet_loses_nothing():
	assert read_report(xlsx(("Report", ROWS), ("Copy", ROWS)), "report.xlsx").sheet == "Report"


# layouts --------------------------------------------------------------------------------------------------------------


def test_a_layout_can_be_taught_a_header():
	rows = [("Faktura", *PURCHASE_HEADER[1:]), BOUGHT]
	assert code_of(rows) == "missing_column"
	layout = with_header(DEFAULT_PURCHASE, "invoice_no", "Faktura")
	assert read(rows, layouts=[layout]).lines[0].invoice_no == "AF-1"


def test_a_layout_survives_being_stored():
	for layout in DEFAULT_LAYOUTS.values():
		assert ReportLayout.from_dict(layout.to_dict()) == layout


def test_one_header_text_cannot_mean_two_fields():
	with pytest.raises(LayoutError) as caught:
		with_header(DEFAULT_PURCHASE, "fee_amount", "reserve")
	assert caught.value.code == "bad_layout"


@pytest.mark.parametrize("change", [{"date_order": "YDM"}, {"headers": {"colour": ("Colour",)}}])
def test_a_layout_that_contradicts_itself_is_refused(change):
	with pytest.raises(LayoutError):
		ReportLayout.from_dict(DEFAULT_PAYMENT.to_dict() | change)


def test_several_header_texts_fold_to_one_form():
	assert {normalise_header(text) for text in ("P.O. #", "PO Number", "po no", "PO#")} == {"po no"}
	assert normalise_header("Chargeback") != normalise_header("Charge Back Fee")


def test_a_csv_is_read_like_a_workbook():
	assert read_report(delimited([PURCHASE_HEADER, BOUGHT]), "report.csv").lines == purchases(BOUGHT).lines
