"""No code stands alone: the word or cell behind a problem is named with its column."""

from rts_factoring.core.reports.lines import UnreadCell
from rts_factoring.core.reports.problems import explained
from tests.support.workbooks import DAY, payments, purchases

PAID = ("AF-1", "R", "1", DAY, "Payment", 1000, 1000, 0, 0, 0)


def texts(report):
	return [
		explained(problem, report.unread_cells.get(line.row, ()))
		for line in report.lines
		for problem in line.problems
	]


def test_an_unknown_type_is_named_with_its_column():
	report = payments((*PAID[:4], "Misc  Adj", *PAID[5:]))
	assert report.unread_cells == {2: (UnreadCell("unknown_type", "Type", "Misc Adj"),)}
	assert texts(report) == ["The column Type says Misc Adj. The type is unknown."]


def test_an_unknown_status_is_named_with_its_column():
	header = ("Invoice #", "Invoice Amount", "Purchase Amount", "Status")
	report = purchases(("AF-1", 1000, 1000, "Parked"), header=header)
	assert texts(report) == ["The column Status says Parked. The status is unknown."]


def test_cells_that_cannot_be_read_are_named_with_their_columns():
	report = payments((*PAID[:3], "soon", *PAID[4:6], "lots", "none", *PAID[8:]))
	assert [cell.column for cell in report.unread_cells[2]] == ["Payment Date", "Payment Amount", "Fee"]
	assert texts(report) == [
		"The column Payment Date says soon. The date cannot be read.",
		"The column Payment Amount says lots. The column Fee says none. An amount cannot be read.",
	]


def test_a_row_without_a_word_says_only_what_is_missing():
	report = payments((*PAID[:4], "", "", -5, *PAID[7:]), PAID)
	assert [text for text in texts(report) if "says" in text] == []


def test_a_good_report_has_no_unread_cells():
	assert payments(PAID).unread_cells == {}


def test_an_amount_that_is_not_read_is_named_with_its_column():
	header = ("Invoice #", "Invoice Amount", "Purchase Amount", "Sundry", "Postage")
	report = purchases(("AF-1", 1000, 1000, 9, None), ("AF-2", 1000, 1000, None, 2.5), header=header)
	assert [text.split(" A column")[0] for text in texts(report)] == [
		"The column Sundry says 9.",
		"The column Postage says 2.5.",
	]
