"""Forecast by week, medians and yearly rates; every figure is worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.forecast import (
	ExpectedAmount,
	Outlook,
	median,
	outlook,
	reserve_releases,
	share,
	week_starts,
	yearly_rate,
)

TODAY = date(2026, 11, 28)


def amounts(*pairs) -> list[ExpectedAmount]:
	return [ExpectedAmount(Decimal(amount), day) for amount, day in pairs]


def shown(found: Outlook) -> tuple:
	return (str(found.due), [str(week) for week in found.weeks], str(found.later), str(found.undated))


def test_an_amount_is_in_the_week_of_its_day():
	found = outlook(
		amounts(
			("100.00", date(2026, 11, 27)),  # yesterday
			("10.00", date(2026, 11, 28)),
			("20.00", date(2026, 12, 4)),  # the last day of the first week
			("30.00", date(2026, 12, 5)),
			("40.00", date(2026, 12, 25)),  # the last day of the fourth
			("50.00", date(2026, 12, 26)),
			("60.00", None),
		),
		TODAY,
	)
	assert shown(found) == ("100.00", ["30.00", "30.00", "0.00", "40.00"], "50.00", "60.00")
	assert found.total == Decimal("310.00")


def test_outlooks_add_up_week_by_week():
	one = outlook(amounts(("10.00", TODAY), ("5.00", None)), TODAY)
	two = outlook(amounts(("1.50", TODAY), ("2.00", date(2026, 11, 1))), TODAY)
	assert shown(one + two) == ("2.00", ["11.50", "0.00", "0.00", "0.00"], "0.00", "5.00")


def test_weeks_begin_today():
	assert week_starts(TODAY) == [
		date(2026, 11, 28),
		date(2026, 12, 5),
		date(2026, 12, 12),
		date(2026, 12, 19),
	]


def test_the_reserve_of_paid_invoices_is_due_at_once():
	held = amounts(("120.00", date(2026, 12, 10)), ("80.00", None))
	found = reserve_releases(held, Decimal("250.00"), TODAY)
	assert shown(found) == ("50.00", ["0.00", "120.00", "0.00", "0.00"], "0.00", "80.00")
	assert found.total == Decimal("250.00")


def test_what_the_factor_took_from_the_reserve_lowers_what_comes():
	held = amounts(("120.00", date(2026, 12, 10)), ("80.00", date(2026, 11, 20)))
	found = reserve_releases(held, Decimal("150.00"), TODAY)
	assert shown(found) == (
		"30.00",
		["0.00", "120.00", "0.00", "0.00"],
		"0.00",
		"0.00",
	)  # 80.00 due, less 50.00 taken


@pytest.mark.parametrize(
	"counts, expected",
	[
		({}, None),
		({30: 1}, "30"),
		({30: 1, 60: 1}, "45"),
		({30: 3, 90: 1}, "30"),
		({30: 2, 45: 1, 90: 1}, "37.5"),
		({-1: 1, 0: 1, 40: 1}, "0"),  # paid before it was bought
		({10: 1, 20: 1, 30: 3}, "30"),
	],
)
def test_the_median_of_counted_days(counts, expected):
	assert median(counts) == (None if expected is None else Decimal(expected))


def test_a_fee_of_30_on_950_for_40_days_is_28_82_percent_a_year():
	# 30 / 950 = 3.1579 % for 40 days; 3.1579 % × 365 / 40 = 28.82 %
	assert yearly_rate(Decimal(30), Decimal(950) * 40) == Decimal("28.82")


def test_rates_of_several_invoices_weigh_by_money_and_days():
	# 30 on 950 for 40 days and 60 on 1,900 for 20 days: 90 / (38,000 + 38,000) × 365 = 43.22 %
	assert yearly_rate(Decimal(90), Decimal(950) * 40 + Decimal(1900) * 20) == Decimal("43.22")


def test_money_that_was_out_for_no_day_has_no_rate():
	assert yearly_rate(Decimal(30), Decimal(0)) is None


def test_a_share_is_a_percentage():
	assert share(Decimal("250.00"), Decimal("1000.00")) == Decimal("25.0")
	assert share(Decimal("0.00"), Decimal("0.00")) is None
