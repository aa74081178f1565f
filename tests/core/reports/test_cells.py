"""What a cell may look like, and what it then means. Nothing is guessed: what fits no rule is an error of its row."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rts_factoring.core.money import money, text
from rts_factoring.core.reports.cells import BadCell, to_amount, to_date, to_number_text, to_text
from rts_factoring.core.reports.sheets import FORMULA_WITHOUT_VALUE

NBSP, NARROW, ZERO_WIDTH = "\u00a0", "\u202f", "\u200b"


@pytest.mark.parametrize(
	"cell, amount",
	[
		(1234.5, "1234.50"),
		(1234, "1234.00"),
		("1234.5", "1234.50"),
		("1,234.50", "1234.50"),
		("$1,234.50", "1234.50"),
		("$ 1,234.50", "1234.50"),
		("US$1,234.50", "1234.50"),
		("USD 1,234.50", "1234.50"),
		("1,234.50 USD", "1234.50"),
		("1,234,567.89", "1234567.89"),
		("1 234.50", "1234.50"),
		(f"1{NBSP}234.50", "1234.50"),
		(f"{NBSP}$1,234.50{NBSP}", "1234.50"),
		(f"{ZERO_WIDTH}12.00", "12.00"),
		("'12.00", "12.00"),
		("+12.00", "12.00"),
		(".5", "0.50"),
		("12.", "12.00"),
		("(50.00)", "-50.00"),
		("($50.00)", "-50.00"),
		("$(50.00)", "-50.00"),
		("( 1,050.00 )", "-1050.00"),
		("50.00-", "-50.00"),
		("$50.00-", "-50.00"),
		("50.00 -", "-50.00"),
		("-50.00", "-50.00"),
		("-$50.00", "-50.00"),
		("$-50.00", "-50.00"),
		("- $50", "-50.00"),
		("−50.00", "-50.00"),
		("–50.00", "-50.00"),
		("USD -50.00", "-50.00"),
		("0", "0.00"),
		("(0.00)", "0.00"),
		(-0.0, "0.00"),
		(-0.001, "0.00"),
		(940.9999999999999, "941.00"),
		(0.1 + 0.2, "0.30"),
		(2.675, "2.68"),
		(1.005, "1.01"),
	],
)
def test_an_amount_is_read_in_every_form_reports_use(cell, amount):
	assert text(to_amount(cell)) == amount


@pytest.mark.parametrize("cell", ["", None, " ", NBSP, "-", " - ", "–", "—", "$-", "$ -", "n/a", "N/A"])
def test_a_dash_or_nothing_is_no_amount_and_not_zero(cell):
	assert to_amount(cell) is None


@pytest.mark.parametrize(
	"cell",
	[
		"see note",
		"1,23",
		"1.234,50",
		"12,345,67",
		"1 2",
		"12 34.00",
		"1.2.3",
		"50%",
		"1e5",
		"=2450",
		"$",
		"()",
		"--5",
		"(-5)",
	]
	+ [
		"5-5",
		"((5))",
		"1,234.50 EUR",
		"€5",
		"٣",
		"1" * 30,
		"Total",
		True,
		float("nan"),
		float("inf"),
		1e12,
		"1000000000000",
	]
	+ [datetime(2026, 11, 3), time(3, 4), timedelta(1), FORMULA_WITHOUT_VALUE],
)
def test_what_is_no_amount_is_never_guessed(cell):
	with pytest.raises(BadCell):
		to_amount(cell)


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=2))
def test_every_way_of_writing_an_amount_gives_the_same_amount(value):
	value = value or Decimal("0.00")
	sign, plain, grouped = ("-" if value < 0 else ""), f"{abs(value):.2f}", f"{abs(value):,.2f}"
	forms = [
		f"{sign}{plain}",
		f"{sign}${grouped}",
		f"{grouped}{sign}",
		f"${sign}{grouped}",
		f" {sign}{grouped}{NBSP}",
	]
	forms += [f"({grouped})", f"$({grouped})", f"(${plain})"] if value < 0 else []
	assert {to_amount(form) for form in forms} == {value}
	assert to_amount(float(value)) == value


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.datetimes()))
def test_any_cell_is_an_amount_or_empty_or_an_error_with_a_code(cell):
	for read in (to_amount, to_date):
		try:
			read(cell)
		except BadCell as error:
			assert error.code in ("invalid_amount", "invalid_date")


DAY = date(2026, 11, 3)


@pytest.mark.parametrize(
	"cell",
	[DAY, datetime(2026, 11, 3, 8, 2), "11/03/2026", "11/3/2026", "11/03/26", "11-03-2026", "11.03.2026"]
	+ [
		"2026-11-03",
		"2026/11/03",
		"2026-11-03T08:02:00",
		"11/03/2026 08:02",
		"11/3/2026 8:02:00 AM",
		"20261103",
	]
	+ ["Nov 3, 2026", "November 3, 2026", "Nov. 3, 2026", "3-Nov-2026", "03-NOV-26", "3 November 2026"]
	+ [
		"Tuesday, November 3, 2026",
		"Tue Nov 3 2026",
		"November 3rd, 2026",
		"Nov-03-2026",
		"03NOV2026",
		"03/Nov/2026",
	]
	+ [f"{NBSP}11/03/2026 ", "'11/03/2026", 46329, 46329.0, 46329.75, 20261103, 20261103.0],
)
def test_a_date_is_read_in_every_form_reports_use(cell):
	assert to_date(cell) == DAY


@pytest.mark.parametrize(
	"order, day", [("MDY", date(2026, 3, 4)), ("DMY", date(2026, 4, 3)), ("YMD", date(2003, 4, 26))]
)
def test_the_order_of_a_text_date_is_the_layouts_and_never_guessed(order, day):
	assert to_date("03/04/26", order) == day


def test_a_date_that_only_fits_another_order_is_an_error():
	with pytest.raises(BadCell):
		to_date("13/04/2026", "MDY")
	assert to_date("13/04/2026", "DMY") == date(2026, 4, 13)


@pytest.mark.parametrize("order", ["MDY", "DMY", "YMD"])
def test_a_year_in_front_is_read_in_any_order(order):
	assert to_date("2026-03-04", order) == date(2026, 3, 4)


@pytest.mark.parametrize("cell", ["", None, " ", NBSP, "-", "N/A"])
def test_no_date_is_no_date(cell):
	assert to_date(cell) is None


@pytest.mark.parametrize(
	"cell",
	[
		"13/45/2026",
		"02/30/2026",
		"11/03",
		"11/03/202",
		"3 Foo 2026",
		"pending",
		"11/03/1889",
		5,
		99999,
		True,
		1e300,
	]
	+ [float("nan"), "20261345", time(3, 4), timedelta(1), FORMULA_WITHOUT_VALUE],
)
def test_what_is_no_date_is_never_guessed(cell):
	with pytest.raises(BadCell):
		to_date(cell)


@pytest.mark.parametrize(
	"cell, number",
	[
		("AF-10001", "AF-10001"),
		(f"{NBSP}AF-10001 ", "AF-10001"),
		("'AF-10001", "AF-10001"),
		("'0010001", "0010001"),
		(12345.0, "12345"),
		(12345, "12345"),
		("12345.0", "12345"),
		("12345.00", "12345"),
		("12345.10", "12345.10"),
		(f"AF{NBSP} 10001", "AF 10001"),
		(f"AF-10001{ZERO_WIDTH}", "AF-10001"),
		(None, ""),
		("-", ""),
		("N/A", ""),
	],
)
def test_an_invoice_number_is_read_as_it_would_be_typed(cell, number):
	assert to_number_text(cell) == number


def test_a_formula_without_a_saved_value_says_so():
	for read in (to_amount, to_date):
		with pytest.raises(BadCell) as caught:
			read(FORMULA_WITHOUT_VALUE)
		assert caught.value.code == "formula_without_value"
	assert to_text(FORMULA_WITHOUT_VALUE) == ""


def test_money_is_rounded_half_up_and_zero_has_no_sign():
	assert [text(money(value)) for value in ("0.005", "-0.005", "-0.004", 2.675)] == [
		"0.01",
		"-0.01",
		"0.00",
		"2.68",
	]
