"""RTS's statements: an aging and a reserve statement are told from reports, and read by their layouts."""

from decimal import Decimal

import pytest

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.model import ReportKind
from tests.support.workbooks import DAY, PAYMENT_HEADER, PURCHASE_HEADER, read

AGING = ("Invoice #", "Customer", "Invoice Date", "Purchase Date", "Invoice Amount", "Open Balance", "Days")
OPEN = ("AF-1", "Ridgeline Foods Inc", DAY, DAY, 1000, 600, 30)
MOVES = ("Date", "Type", "Invoice #", "Description", "Amount", "Balance")


def test_an_aging_says_what_is_open_and_posts_no_event():
	report = read([["Aging as of 11/15/2026"], AGING, OPEN, ("Total", None, None, None, None, 600, None)])
	(line,) = report.lines
	assert report.kind is ReportKind.OPEN_INVOICES
	assert (line.invoice_no, line.balance, line.event, line.problems) == ("AF-1", Decimal(600), None, ())
	assert report.metadata.run_date and report.metadata.run_date.isoformat() == "2026-11-15"
	assert [total.amounts["balance"] for total in report.totals] == [Decimal(600)]


def test_an_aging_without_a_balance_is_the_sum_of_its_buckets():
	header = ("Invoice #", "Customer", "Current", "31-60", "61-90", "Over 90")
	report = read([header, ("AF-1", "Ridgeline Foods Inc", 100, 0, 25.5, None)])
	assert report.kind is ReportKind.OPEN_INVOICES
	assert report.lines[0].balance == Decimal("125.50")


def test_buckets_beside_a_balance_are_not_added_to_it():
	header = ("Invoice #", "Customer", "Balance", "Current", "31-60")
	report = read([header, ("AF-1", "Ridgeline Foods Inc", 600, 600, 0)])
	assert report.lines[0].balance == Decimal(600)


def test_a_reserve_statement_says_what_moved_the_reserve():
	rows = [("11/02/2026", "Purchase", None, "Schedule 4471", 50, 50), (DAY, "Fee", "AF-1", "", -12.5, 37.5)]
	report = read([["Reserve Statement"], MOVES, *rows])
	assert report.kind is ReportKind.RESERVE
	assert [(line.invoice_no, line.reserve, line.balance) for line in report.lines] == [
		("", Decimal(50), Decimal(50)),
		("AF-1", Decimal("-12.50"), Decimal("37.50")),
	]


@pytest.mark.parametrize(
	"header, row, kind",
	[
		(
			(*PURCHASE_HEADER, "Balance"),
			("AF-1", "Ridgeline Foods Inc", 1000, 1000, 30, 50, 0, 920, 1000),
			ReportKind.PURCHASE,
		),
		(
			(*PAYMENT_HEADER, "Balance"),
			("AF-1", "Ridgeline Foods Inc", "48210", DAY, "Payment", 1000, 1000, 0),
			ReportKind.PAYMENT,
		),
	],
)
def test_a_report_with_a_balance_stays_a_report(header, row, kind):
	assert read([header, row]).kind is kind


@pytest.mark.parametrize(
	"rows, word",
	[
		([AGING, OPEN], "aging"),
		([("Date", "Type", "Description", "Amount"), (DAY, "Fee", "Wire", -15)], "statement of the reserve"),
	],
)
def test_a_statement_is_named_as_one_where_a_report_is_asked_for(rows, word):
	with pytest.raises(FileRefused) as refused:
		read(rows, kind=ReportKind.PAYMENT)
	assert refused.value.code == "wrong_kind" and word in refused.value.message
