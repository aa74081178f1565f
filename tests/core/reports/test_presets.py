"""Layouts of other factors are chosen by the header, and of two kinds that a file may be the user's is taken."""

from dataclasses import replace

import pytest

from rts_factoring.core.model import Event, Outcome, ReportKind
from rts_factoring.core.reports.layout import DEFAULT_LAYOUTS, DEFAULT_PURCHASE, ReportLayout
from rts_factoring.core.reports.presets import PRESETS, SHIPPED
from rts_factoring.core.reports.report import read_report
from tests.support.workbooks import DAY, FIXTURES, PURCHASE_HEADER, xlsx

FILES = {
	"faro_purchase": "Faro Purchase Schedule",
	"soft4": "Soft4 Factoring Invoices",
	"bobtail_payment": "Bobtail Broker Payments",
	"denim_job_summary": "Denim Job Summary",
}


def by_name(name: str):
	path = FIXTURES / "hunt" / "layouts" / f"{name}.xlsx"
	return read_report(path.read_bytes(), path.name)


@pytest.mark.parametrize("name", FILES)
def test_the_report_of_another_factor_is_read_with_its_layout(name):
	assert by_name(name).layout.name == FILES[name]


@pytest.mark.parametrize("name", FILES)
def test_its_money_is_the_same_as_with_rts_layout(name):
	path = FIXTURES / "hunt" / "layouts" / f"{name}.xlsx"
	usual = read_report(path.read_bytes(), path.name, None, list(DEFAULT_LAYOUTS.values()))
	own = [line._replace(debtor_name="") for line in by_name(name).lines]
	assert own == [line._replace(debtor_name="") for line in usual.lines]


def test_a_text_that_rts_layout_does_not_know_is_read():
	assert by_name("bobtail_payment").lines[0].debtor_name == "Ridge Foods"


@pytest.mark.parametrize("sample", ["purchase_clean", "purchase_mixed", "payment_clean", "payment_messy"])
def test_a_report_of_rts_is_read_with_rts_layout(sample):
	path = FIXTURES / f"{sample}.xlsx"
	assert read_report(path.read_bytes(), path.name).layout.name == "Default"


def test_each_shipped_layout_has_a_name_and_a_file_of_its_own():
	assert sorted(FILES.values()) == sorted(layout.name for layout in PRESETS)
	assert SHIPPED[-len(PRESETS) :] == PRESETS and all(layout.by_header for layout in PRESETS)


def layout(**headers: str) -> ReportLayout:
	texts = {field: tuple(text.split("|")) for field, text in headers.items()}
	return replace(DEFAULT_PURCHASE, name="Own", headers=texts, by_header=True)


OWN = {
	"invoice_no": "Bill",
	"invoice_amount": "Total",
	"purchased_amount": "Bought",
	"fee_amount": "Cost",
	"net_amount": "Out",
}
ROW = ("AF-1", 1000, 1000, 30, 970)


def read_by(own: ReportLayout, header, row=ROW):
	return read_report(xlsx([header, row]), "r.xlsx", None, [DEFAULT_PURCHASE, own])


def test_a_layout_whose_header_stands_in_the_file_is_chosen():
	report = read_by(layout(**OWN), ("Bill", "Total", "Bought", "Cost", "Out"))
	assert report.layout.name == "Own" and report.lines[0].fee == 30


def test_a_column_that_the_factor_leaves_out_does_not_matter():
	report = read_by(layout(**OWN), ("Bill", "Total", "Bought", "Cost", "Note"))
	assert report.layout.name == "Own"


def test_a_layout_of_which_much_is_missing_is_not_chosen():
	header = ("Bill", "Invoice Amount", "Purchased Amount", "Fee", "Out")
	own = layout(**OWN)
	assert read_by(own, ("Invoice #", *header[1:])).layout.name == "Default"


def test_a_layout_that_knows_less_than_the_usual_one_is_not_chosen():
	own = layout(
		invoice_no="Invoice #",
		invoice_amount="Invoice Amount",
		purchased_amount="Purchase Amount",
		fee_amount="Fee",
		net_amount="Gone",
	)
	report = read_report(
		xlsx([PURCHASE_HEADER, ("AF-1", "R", 1000, 1000, 30, 50, 0, 920)]), "r", None, [own, DEFAULT_PURCHASE]
	)
	assert report.layout.name == "Default" and report.lines[0].reserve == 50


def test_of_two_that_fit_the_one_that_knows_more_columns_is_chosen():
	fewer = layout(**{field: text for field, text in OWN.items() if field != "net_amount"})
	more = replace(layout(**OWN), name="More")
	found = read_report(
		xlsx([("Bill", "Total", "Bought", "Cost", "Out"), ROW]), "r.xlsx", None, [fewer, more]
	)
	assert found.layout.name == "More"


# kinds ----------------------------------------------------------------------------------------------------------------

EITHER = ("Invoice #", "Invoice Amount", "Date", "Payment", "Check #", "Reserve")


@pytest.mark.parametrize("kind", [ReportKind.PURCHASE, ReportKind.PAYMENT])
def test_of_two_kinds_that_are_possible_the_users_is_taken(kind):
	"""More columns tell of a payment report, but the reserve may be that of a purchase."""
	data = xlsx([EITHER, ("AF-1", 1000, DAY, 1000, "55", 50)])
	assert read_report(data, "r.xlsx").kind is ReportKind.PAYMENT
	assert read_report(data, "r.xlsx", kind).kind is kind


def test_money_of_a_kind_that_the_user_did_not_mean_waits():
	(line,) = read_report(
		xlsx([EITHER, ("AF-1", 1000, DAY, 1000, "55", 50)]), "r.xlsx", ReportKind.PURCHASE
	).lines
	assert line.problems == ("unread_money",) and line.unread == 1000


def test_a_layout_of_the_other_kind_does_not_overrule_the_user():
	own = replace(
		layout(invoice_no="Invoice #", payment_date="Date", amount_paid="Payment", payment_ref="Check #"),
		kind=ReportKind.PAYMENT,
	)
	data = xlsx([EITHER, ("AF-1", 1000, DAY, 1000, "55", 50)])
	layouts = [*DEFAULT_LAYOUTS.values(), own]
	assert read_report(data, "r.xlsx", ReportKind.PURCHASE, layouts).kind is ReportKind.PURCHASE
	assert read_report(data, "r.xlsx", None, layouts).layout.name == "Own"


def test_words_of_other_factors_are_known():
	assert by_name("bobtail_payment").lines[3].event is Event.NON_PAYMENT
	assert by_name("soft4").lines[0].status is Outcome.MATCHED


def test_a_layout_keeps_that_it_is_chosen_by_its_header():
	for shipped in SHIPPED:
		assert ReportLayout.from_dict(shipped.to_dict()) == shipped
	assert "by_header" not in DEFAULT_PURCHASE.to_dict()  # layouts kept with older imports say the same
