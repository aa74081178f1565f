"""Every row below the header is a line, a total, a header again, a title, or blank: none is lost, none counted twice."""

from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.model import Event, Outcome
from rts_factoring.core.reports.layout import DEFAULT_PURCHASE
from rts_factoring.core.reports.report import read_report
from tests.support.workbooks import DAY, PAYMENT_HEADER, PURCHASE_HEADER, payments, purchases, read, xlsx

TQL = "Total Quality Logistics"


def bought(invoice_no="AF-1", customer="Ridgeline Foods Inc"):
	return (invoice_no, customer, 1000, 1000, 30, 50, 0, 920)


def paid(
	invoice_no="AF-1",
	amount=1000,
	*,
	ref="48210",
	day=DAY,
	word="Payment",
	customer="Ridgeline Foods Inc",
	**more,
):
	return (
		invoice_no,
		customer,
		ref,
		day,
		word,
		1000,
		amount,
		more.get("fee"),
		more.get("released"),
		more.get("chargeback"),
	)


def rows_of(found):
	return [row.row for row in found]


# totals ---------------------------------------------------------------------------------------------------------------

TOTAL_LABELS = (
	[
		"Total",
		"TOTAL:",
		"Totals",
		"Grand Total",
		"Sub-Total",
		"Subtotal:",
		"Sub total",
		"Report Total",
		"Batch A1 Total",
	]
	+ [
		"Check 48210 subtotal",
		"Subtotal Ridgeline Foods Inc",
		"Sub-Total Ridgeline Foods Inc",
		"Total for Ridgeline Foods Inc",
		"Total of batch",
		"Total Amount",
		"Total Purchased",
		"*",
	]
	+ [
		"Ridgeline Foods Inc Total",
		"Total: 2",
		"Total (2 invoices)",
		"Total invoices 2",
		"Total Net Funded",
		"",
	]
)


@pytest.mark.parametrize("label", TOTAL_LABELS)
def test_a_total_is_told_by_its_label_in_the_invoice_column(label):
	report = purchases(bought("AF-1"), bought("AF-2"), (label, None, 2000, 2000, 60, 100, 0, 1840))
	assert rows_of(report.lines) == [2, 3] and rows_of(report.totals) == [4]
	assert report.totals[0].amounts["purchased"] == 2000 and report.total_differences == ()


@pytest.mark.parametrize("column", range(1, 5))
@pytest.mark.parametrize("label", ["Total", "Grand Total:", "Check 48210 subtotal"])
def test_a_total_is_told_by_its_label_in_any_column(label, column):
	row = [None] * 5 + [2000, 2000]
	row[column] = label
	report = payments(paid("AF-1"), paid("AF-2"), row)
	assert rows_of(report.totals) == [4] and len(report.lines) == 2


def test_a_total_may_have_a_date_or_a_count_of_invoices():
	dated = ["Subtotal", None, None, DAY, None, None, 2000]
	counted = [2, "Total", None, None, None, None, 2000]
	report = payments(paid("AF-1"), paid("AF-2"), dated, counted)
	assert rows_of(report.totals) == [4, 5] and len(report.lines) == 2


def test_amounts_without_a_word_are_a_total():
	report = purchases(bought(), (None, None, 1000, 1000, 30, 50, 0, 920))
	assert rows_of(report.totals) == [3]


@pytest.mark.parametrize(
	"row",
	[
		paid("AF-2", customer=TQL),
		paid(None, customer=TQL),
		paid(None, customer=TQL, word=None),
		paid("AF-2", customer=TQL, day=None),
		paid("AF-2", customer=TQL, day="13/45/2026"),
		paid("AF-2", customer=TQL, word=None, ref=None),
		paid("AF-2", customer="Total"),
		paid("AF-2", customer="Grand Total Freight"),
		paid(None, customer=TQL, word="Reserve Release", amount=None, released=5),
		(None, TQL, None, None, None, None, 500),
	],
)
def test_a_debtor_may_be_called_total_quality_logistics(row):
	report = payments(paid("AF-1"), row)
	assert rows_of(report.lines) == [2, 3] and report.totals == ()


def test_a_debtor_of_a_purchase_report_may_be_called_total_quality_logistics():
	report = purchases(bought("AF-1", TQL), bought(None, TQL), (f"{TQL} Total", None, 2000, 2000))
	assert rows_of(report.lines) == [2, 3] and rows_of(report.totals) == [4]


def test_a_note_that_speaks_of_a_total_makes_no_total():
	header = (*PAYMENT_HEADER, "Description")
	report = payments(
		(*paid("AF-1"), "paid in total"),
		(*paid(None, word="Fee", fee=5, amount=None), "Total"),
		header=header,
	)
	assert len(report.lines) == 2 and report.totals == ()


# control totals -------------------------------------------------------------------------------------------------------


def test_a_total_that_its_rows_do_not_add_up_to_is_shown():
	report = purchases(bought("AF-1"), bought("AF-2"), ("Total", None, 2000, 2000, 60, 100, 0, 1840.02))
	assert [tuple(found) for found in report.total_differences] == [
		(4, "net", Decimal("1840.02"), Decimal("1840.00"))
	]


def test_a_total_within_the_tolerance_is_right():
	report = purchases(bought("AF-1"), bought("AF-2"), ("Total", None, 2000, 2000, 60, 100, 0, 1840.01))
	assert report.total_differences == ()


def test_subtotals_may_stand_for_the_page_the_check_or_the_debtor_and_the_grand_total_for_all():
	report = payments(
		paid("AF-1", 100, ref="1"),
		paid("AF-2", 200, ref="2", customer="B"),
		paid("AF-3", 300, ref="3", customer="B"),
		(None, None, "Check 3 subtotal", None, None, None, 300),
		("B Total", None, None, None, None, None, 300),
		paid("AF-4", 400, ref="4", customer="C"),
		("Page Total", None, None, None, None, None, 400),
		("Grand Total", None, None, None, None, None, 1000),
	)
	assert rows_of(report.totals) == [5, 6, 8, 9]
	assert [(found.row, found.stated) for found in report.total_differences] == [(6, 300)], (
		"B's rows add up to 500"
	)


def test_a_total_of_one_debtor_is_the_sum_of_its_last_rows():
	rows = [paid("AF-1", 100), paid("AF-2", 200, customer="B"), paid("AF-3", 300, customer="B")]
	report = payments(*rows, ("B Total", None, None, None, None, None, 500))
	assert report.total_differences == ()


# titles, headers, blanks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	"row",
	[
		("Payment Report 11/16/2026 - 11/30/2026", None, None, None, None, None, None, None, None, "Page 2"),
		("Client #:", "104233"),
		("Run date:", None, None, DAY),
		("Page 2 of 3",),
		(None, None, None, "Page 2"),
		("Ridgeline Foods Inc",),
		("Ridgeline Foods Inc", "MC-318842"),
		("* All amounts in US dollars, subject to audit by 11/30/2026",),
		("Reserve balance:", None, None, None, None, None, 12345.67),
	],
)
def test_titles_headings_and_notes_between_the_rows_are_no_lines(row):
	titles = [["Payment Report 11/16/2026 - 11/30/2026"], ["Client #:", "104233"]]
	report = read([*titles, PAYMENT_HEADER, paid("AF-1"), row, paid("AF-2")])
	assert rows_of(report.lines) == [4, 6] and report.titles == (1, 2, 5)


def test_a_row_without_amounts_is_still_a_line_when_it_has_a_number_or_a_known_word():
	header = ("Client #", "Invoice #", "Customer", "Invoice Amount", "Status", "Notes")
	titles = [["Client #:", "104233"]]
	held = ("104233", "AF-2", "B", None, "Held", "Missing POD")
	bare = ("104233", "AF 3", None, None, None, None)
	report = read([*titles, header, ("104233", "AF-1", "A", 1000, "Processed", None), held, bare])
	assert rows_of(report.lines) == [3, 4, 5]
	assert report.lines[1].status is Outcome.HELD and report.lines[1].reason == "Missing POD"


def test_a_row_that_fits_nothing_stays_a_line_and_waits():
	report = purchases(bought(), (None, "Ridgeline Foods Inc", None, 500, 30, 50, 0, 420))
	assert report.lines[1].problems == ("missing_invoice",)


def test_blank_rows_are_counted():
	report = payments([], paid("AF-1"), [None, " ", "\u00a0"], paid("AF-2"), [])
	assert report.blanks == (2, 4) or report.blanks == (2, 4, 6)


def test_a_row_of_amounts_that_is_the_sum_of_nothing_is_a_line():
	rows = [("AF-1", "A", 1000, 1000, 30, 50, 0, 920), (None, None, None, None, None, None, None, -147)]
	report = read([PURCHASE_HEADER, *rows])
	assert [line.row for line in report.lines] == [2, 3] and not report.totals
	assert report.lines[1].net == -147 and report.lines[1].problems
	total = read([PURCHASE_HEADER, rows[0], (None, None, 1000, 1000, 30, 50, 0, 920)])
	assert len(total.lines) == 1 and [each.row for each in total.totals] == [3]


# values of a line -----------------------------------------------------------------------------------------------------


def test_several_columns_of_deductions_are_added_up():
	header = ("Invoice #", "Invoice Amount", "Purchase Amount", "Wire Fee", "ACH Fee", "Other", "Net")
	report = read(
		[header, ("AF-1", 1000, 1000, 15, 2, None, 983), ("AF-2", 1000, 1000, None, None, None, 1000)]
	)
	assert [line.other for line in report.lines] == [17, None]


def test_deductions_shown_as_negative_are_turned_when_every_row_adds_up_only_so():
	rows = [
		("AF-1", "A", 1000, 1000, -30, -50, 0, 920),
		("AF-2", "A", 1000, 1000, "(30.00)", -50, "(2.00)", 918),
	]
	report = purchases(*rows)
	assert [(line.fee, line.reserve, line.other) for line in report.lines] == [(30, 50, 0), (30, 50, 2)]
	assert purchases(*rows, ("AF-3", "A", 1000, 1000, -30, -50, 0, 919)).lines[0].fee == -30


def test_a_layout_may_say_that_deductions_are_negative():
	layout = DEFAULT_PURCHASE.from_dict(DEFAULT_PURCHASE.to_dict() | {"deductions_negative": True})
	assert purchases(("AF-1", "A", 1000, 1000, -30, -50, 0, None), layouts=[layout]).lines[0].fee == 30


def test_a_formula_without_a_saved_value_is_a_problem_of_its_row():
	report = purchases(bought("AF-1"), ("AF-2", "A", 1000, 1000, "=D3*0.03", 50, 0, 920))
	assert [line.problems for line in report.lines] == [(), ("formula_without_value",)]


def test_the_worst_problem_of_a_row_is_told_first_and_none_twice():
	report = payments(("AF-1", "A", "1", "13/45/2026", "Misc", 1000, "see note", "x"))
	assert report.lines[0].problems == ("invalid_date", "invalid_amount", "unknown_type")


@pytest.mark.parametrize(
	"word, purchased, status",
	[
		("Processed", 1000, "matched"),
		("PURCHASED", 1000, "matched"),
		("funded", 1000, "matched"),
		("Approved", 1000, "matched"),
	]
	+ [
		("Paid", 1000, "matched"),
		("Submitted", None, "pending"),
		("Processing", None, "pending"),
		("Hold", None, "held"),
	]
	+ [
		("Under Review", None, "pending"),
		("Pending", None, "pending"),
		("Held", None, "held"),
		("Denied", None, "denied"),
	]
	+ [
		("Rejected", None, "denied"),
		("Declined", None, "denied"),
		(None, 1000, "matched"),
		(None, None, "pending"),
	],
)
def test_the_status_of_a_purchase_is_told_by_its_word_else_by_the_purchased_amount(word, purchased, status):
	header = ("Invoice #", "Invoice Amount", "Purchase Amount", "Net", "Status")
	assert read([header, ("AF-1", 1000, purchased, purchased, word)]).lines[0].status == Outcome(status)


def test_an_unknown_status_is_a_problem_of_its_row():
	header = ("Invoice #", "Invoice Amount", "Purchase Amount", "Status")
	assert read([header, ("AF-1", 1000, 1000, "Kaput")]).lines[0].problems == ("unknown_status",)


def test_a_status_of_purchased_without_any_amount_waits():
	header = ("Invoice #", "Invoice Amount", "Purchase Amount", "Status")
	assert read([header, ("AF-1", 1000, None, "Processed")]).lines[0].problems == ("missing_amount",)


TYPES = {
	"payment": "Payment|In Full|paid in full|Collection|CashPosting|Cash Posting|FULL PAYMENT",
	"partial": "Partial|Partial Payment",
	"short_pay": "Short Pay|short-pay|ShortPay|Short Paid",
	"over_pay": "Over Pay|Overpay|Overpayment",
	"chargeback": "Chargeback|Charge Back|Recourse|Buyback|C/B",
	"chargeback_reversal": "Chargeback Reversal",
	"reserve_release": "Reserve Release|Rebate",
	"fee": "Fee|Fee Statement",
	"fee_reversal": "Fee Reversal|Volume Rebate",
	"charge": "Wire Fee|ACH Fee|Wire/ACH Fee",
	"payment_removed": "NSF|Payment Removed",
	"non_factored": "Non-Factored Payment|Non Factored|nonfactored payment",
	"write_off": "Write-Off|Write off",
	"direct_payment": "Direct Payment",
}


@pytest.mark.parametrize(
	"event, word", [(event, word) for event, words in TYPES.items() for word in words.split("|")]
)
def test_the_type_of_a_payment_is_told_by_its_word(event, word):
	assert payments(paid(word=word)).lines[0].event is Event(event)


def test_a_column_named_payment_type_holds_types_when_all_its_words_are_types():
	header = [text.replace("Type", "Payment Type") for text in PAYMENT_HEADER]
	found = payments(paid(word="Short Pay"), paid(word="Partial"), header=header)
	assert [line.event for line in found.lines] == [Event.SHORT_PAY, Event.PARTIAL]
	found = payments(paid(word="Check"), paid(word="Partial"), header=header)
	assert [(line.event, line.payment_type) for line in found.lines] == [
		(Event.PAYMENT, "Check"),
		(Event.PAYMENT, "Partial"),
	]


@pytest.mark.parametrize("word", ["Check", "Wire", "ACH", "Misc Adj"])
def test_another_word_waits_rather_than_being_guessed(word):
	assert payments(paid(word=word)).lines[0].problems == ("unknown_type",)


@pytest.mark.parametrize(
	"row, event",
	[
		(paid(word=None), "payment"),
		(paid(word=None, amount=-1000), "payment_removed"),
		(paid(word="Payment", amount="(1,000.00)"), "payment_removed"),
		(paid(word="Partial", amount=-5), "payment_removed"),
		(paid(word=None, amount=None, chargeback=1000), "chargeback"),
		(paid(word="Payment", amount=0, chargeback=1000), "chargeback"),
		(paid(word=None, amount=None, fee=5), "fee"),
		(paid(None, word=None, amount=None, fee=5), "fee"),
		(paid(None, word=None, amount=None, released=5), "reserve_release"),
		(paid(None, word=None, amount=None, fee=5, released=5), None),
		(paid(None, word=None, amount=5), "payment"),
		(paid(None, word=None, amount=None), None),
		(paid(word=None, amount=None, chargeback=-5), None),
	],
)
def test_without_a_word_the_filled_amounts_tell_the_type_where_they_leave_no_doubt(row, event):
	assert payments(row).lines[0].event == (event and Event(event))


@pytest.mark.parametrize(
	"row, problem",
	[
		(paid(day=None), "missing_date"),
		(paid(None), "missing_invoice"),
		(paid(amount=None), "missing_amount"),
		(paid(amount="see note"), "invalid_amount"),
		(paid(day="soon"), "invalid_date"),
	],
)
def test_what_a_payment_lacks_is_told(row, problem):
	assert payments(row).lines[0].problems == (problem,)


def test_numbers_that_are_names_lose_the_tail_of_a_number():
	header = ("Invoice #", "Customer #", "PO #", "Client #", "Check #", "Payment Date", "Paid")
	line = read([header, ("12345.0", "77.0", 8.0, "104233.0", "48210.0", DAY, 5)]).lines[0]
	assert (line.invoice_no, line.debtor_code, line.po_no) == ("12345", "77", "8")
	assert (line.client_no, line.payment_ref) == ("104233", "48210")


def test_dates_of_a_workbook_that_counts_from_1904_are_right():
	from openpyxl.utils.datetime import CALENDAR_MAC_1904

	data = xlsx([PAYMENT_HEADER, paid()], epoch=CALENDAR_MAC_1904)
	assert read_report(data, "mac.xlsx").lines[0].date == DAY
	bare = xlsx([PAYMENT_HEADER, paid(day=(DAY - date(1904, 1, 1)).days)], epoch=CALENDAR_MAC_1904)
	assert read_report(bare, "mac.xlsx").lines[0].date == DAY


def test_every_row_is_accounted_for_once():
	rows = [
		["Payment Report"],
		[],
		PAYMENT_HEADER,
		paid("AF-1"),
		[],
		["Page 2"],
		PAYMENT_HEADER,
		paid("AF-2"),
	]
	report = read([*rows, ("Total", None, None, None, None, None, 2000)])
	groups = [rows_of(report.lines), rows_of(report.totals), report.titles, report.headers, report.blanks]
	assert sorted(row for group in groups for row in group) == list(range(1, 10))


def test_purchase_header_is_told_from_the_row_below_it():
	assert purchases(bought()).headers == (1,) and len(PURCHASE_HEADER) == 8


@pytest.mark.parametrize(
	"row",
	[
		("Ridgeline Foods Inc:", None, "901", None, None, None, 2450),
		("Reserve Release:", None, None, None, None, None, None, None, 500),
		("Adjustments:", None, None, None, None, None, -100),
		(None, None, None, DAY, None, None, 500, None, None, "Page 2"),
	],
)
def test_a_row_with_money_is_never_a_title(row):
	report = read([PAYMENT_HEADER, paid("AF-1"), row, paid("AF-2")])
	assert rows_of(report.lines) == [2, 3, 4]


@pytest.mark.parametrize(
	"label", ["Total Collected: 9999", "Total Received", "Total USD", "Total Records: 2", "Customer total: X"]
)
def test_totals_are_told_by_what_follows(label):
	report = read([PAYMENT_HEADER, paid("AF-1"), (label, None, None, None, None, None, 1000)])
	assert rows_of(report.lines) == [2] and [total.row for total in report.totals] == [3]


@pytest.mark.parametrize("formula", ['=IF(1,"Chargeback","")'])
def test_a_type_or_status_that_was_not_saved_is_never_taken_for_an_empty_one(formula):
	report = read([PAYMENT_HEADER, paid("AF-1"), paid("AF-2", word=formula)])
	assert [line.problems for line in report.lines] == [(), ("formula_without_value",)]
	header = ("Invoice #", "Invoice Amount", "Purchase Amount", "Status")
	report = read([header, ("AF-1", 1000, 1000, "Purchased"), ("AF-2", 1000, 1000, formula)])
	assert [line.problems for line in report.lines] == [(), ("formula_without_value",)]
