"""What the rows above the header say of the file, however they are spelled."""

from datetime import date, datetime

import pytest

from rts_factoring.core.reports.metadata import read_metadata
from tests.support.workbooks import PAYMENT_HEADER, read

PERIOD = (date(2026, 11, 1), date(2026, 11, 15))


@pytest.mark.parametrize(
	"row",
	[
		["Client #:", "104233"],
		["Client #", 104233],
		["Client Number: 104233"],
		["Client No. 104233"],
		["CLIENT # 104233"],
		["Client#104233"],
		["Client ID:", "104233.0"],
		["Account #: 104233"],
		["Client: 104233 - Acme Freight LLC"],
		["Client:", "Acme Freight LLC (104233)"],
		["Client: Acme Freight LLC - 104233"],
		["Client:", "Acme Freight LLC", "Client #:", "104233"],
		["Acme Freight LLC Client #: 104233 Batch: A1"],
		["", "Client #:", "", "104233"],
		["Statement of client no. 104233 as of 11/03/2026"],
	],
)
def test_the_client_number_is_found(row):
	assert read_metadata([["Purchase Report"], row]).client_number == "104233"


@pytest.mark.parametrize(
	"row, name",
	[
		(["Client:", "Acme Freight LLC"], "Acme Freight LLC"),
		(["Client: Acme 2 Freight LLC"], "Acme 2 Freight LLC"),
		(["Client Name: 24/7 Freight LLC"], "24/7 Freight LLC"),
		(["Client:", "3 Rivers Freight - 104233"], "3 Rivers Freight"),
		(["Client: 104233 - Acme Freight LLC"], "Acme Freight LLC"),
	],
)
def test_a_name_with_digits_is_no_client_number(row, name):
	metadata = read_metadata([row])
	assert metadata.client_name == name and metadata.client_number in ("", "104233")


@pytest.mark.parametrize(
	"row, theirs",
	[
		(["Batch:", "A1"], False),
		(["Batch: A1"], False),
		(["Batch # A1"], False),
		(["Batch Number", "A1"], False),
		(["Schedule # A1"], True),
		(["Schedule #:", "A1"], True),
		(["Schedule: A1"], True),
		(["Purchase # A1"], True),
		(["Purchase Schedule # A1"], True),
		(["Client # 104233 Batch # A1 of 11/03/2026"], False),
		(["Schedule # 778", "Batch: A1"], False),
	],
)
def test_the_batch_is_found_and_whether_the_number_may_be_the_factors_own(row, theirs):
	metadata = read_metadata([row])
	assert (metadata.batch, metadata.batch_may_be_theirs) == ("A1", theirs)


@pytest.mark.parametrize(
	"row",
	[
		["Payment Report 11/01/2026 - 11/15/2026"],
		["Period: 11/01/2026 thru 11/15/2026"],
		["Period", "11/01/2026 to 11/15/2026"],
		["Period:", date(2026, 11, 1), "to", date(2026, 11, 15)],
		["Report Period: 2026-11-01 - 2026-11-15"],
		["From", "11/01/2026", "To", "11/15/2026"],
		["From:", datetime(2026, 11, 1), "Through:", datetime(2026, 11, 15)],
		["From: 11/01/2026 To: 11/15/2026"],
		["From 11/01/2026", "Thru 11/15/2026"],
		["Start Date:", "11/1/26", "End Date:", "11/15/26"],
		["Payments posted Nov 1, 2026 through Nov 15, 2026"],
		["1-Nov-2026 to 15-Nov-2026"],
		["Dates 11/01/2026-11/15/2026"],
	],
)
def test_the_period_is_found(row):
	assert read_metadata([["Payment Report"], row]).period == PERIOD


def test_from_and_to_may_stand_in_two_rows():
	assert read_metadata([["From:", "11/01/2026"], ["To:", "11/15/2026"]]).period == PERIOD


@pytest.mark.parametrize(
	"row", [["Period: November"], ["Period:", "11/15/2026 - 11/01/2026"], ["11/01/2026"], ["From", "To"]]
)
def test_what_is_no_period_is_none(row):
	assert read_metadata([row]).period is None


@pytest.mark.parametrize(
	"row",
	[
		["Run date:", "11/16/2026 08:02"],
		["Run Date: 11/16/2026 08:02"],
		["As of 11/16/2026"],
		["Date:", date(2026, 11, 16)],
	]
	+ [
		["Batch:", "A1", "Date:", datetime(2026, 11, 16)],
		["Printed: 11/16/2026 8:02 AM"],
		["Report Date", "Nov 16, 2026"],
	],
)
def test_the_run_date_is_found(row):
	assert read_metadata([row]).run_date == date(2026, 11, 16)


def test_dates_follow_the_order_of_the_layout():
	assert read_metadata([["Period: 01/11/2026 - 15/11/2026"]], "DMY").period == PERIOD


def test_the_first_row_that_states_a_fact_wins_and_the_first_text_is_the_title():
	metadata = read_metadata([["Payment Report"], ["Client #:", "104233"], ["Client #:", "999999"]])
	assert (metadata.title, metadata.client_number) == ("Payment Report", "104233")


def test_other_texts_with_a_colon_say_nothing():
	assert read_metadata([["Note: see page 2"], ["Contact: 555-0100: ask for Ann"]]) == read_metadata(
		[["Note: see page 2"]]
	)


def test_a_label_is_never_the_value_of_another_label():
	metadata = read_metadata([["Client #:", "Batch:", "A1"]])
	assert (metadata.client_number, metadata.batch) == ("", "A1")


def test_only_rows_above_the_header_are_metadata_of_the_file():
	report = read(
		[
			["Client #:", "104233"],
			PAYMENT_HEADER,
			("AF-1", "X", "Batch: A9", date(2026, 11, 3), "Payment", 5, 5),
		]
	)
	assert (report.metadata.client_number, report.metadata.batch) == ("104233", "")


def test_a_long_text_above_the_header_is_cut_and_does_no_harm():
	metadata = read_metadata([["Client " * 10_000], [": " * 30_000], ["a" * 60_000 + ":"]])
	assert metadata.client_number == "" and len(metadata.title) == 200
