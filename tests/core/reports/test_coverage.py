"""Reports that follow each other: where they leave days out, tell them twice, or stop."""

from datetime import date

import pytest

from rts_factoring.core.reports.coverage import (
	Frequency,
	Period,
	breaks,
	is_uncovered,
	missing_since,
	next_end,
)


def period(name: str, first: tuple[int, int], last: tuple[int, int]) -> Period:
	return Period(name, date(2026, *first), date(2026, *last))


def test_weeks_that_join_have_no_break():
	weeks = [period("B", (11, 9), (11, 15)), period("A", (11, 2), (11, 8))]
	assert breaks(weeks) == []


def test_a_weekend_between_two_reports_is_no_gap():
	assert breaks([period("A", (11, 2), (11, 6)), period("B", (11, 9), (11, 13))]) == []


def test_a_working_day_between_two_reports_is_a_gap():
	(found,) = breaks([period("A", (11, 2), (11, 6)), period("B", (11, 10), (11, 13))])
	assert (found.is_gap, found.before, found.after) == (True, "A", "B")
	assert (found.first, found.last) == (date(2026, 11, 7), date(2026, 11, 9))


def test_days_in_two_reports_are_an_overlap():
	(found,) = breaks([period("A", (11, 2), (11, 8)), period("B", (11, 8), (11, 15))])
	assert (found.is_gap, found.first, found.last) == (False, date(2026, 11, 8), date(2026, 11, 8))


def test_a_report_inside_a_longer_one_does_not_end_the_cover():
	month, week, after = (
		period("M", (11, 1), (11, 30)),
		period("W", (11, 9), (11, 15)),
		period("N", (12, 1), (12, 31)),
	)
	assert [(found.before, found.after, found.is_gap) for found in breaks([month, week, after])] == [
		("M", "W", False)
	]


@pytest.mark.parametrize(
	("frequency", "last", "end"),
	[
		(Frequency.DAILY, date(2026, 11, 5), date(2026, 11, 6)),
		(Frequency.DAILY, date(2026, 11, 6), date(2026, 11, 9)),  # after a Friday comes Monday
		(Frequency.WEEKLY, date(2026, 11, 8), date(2026, 11, 15)),
		(Frequency.TWO_WEEKS, date(2026, 11, 8), date(2026, 11, 22)),
		(Frequency.MONTHLY, date(2026, 11, 30), date(2026, 12, 31)),
		(Frequency.MONTHLY, date(2027, 1, 31), date(2027, 2, 28)),
	],
)
def test_the_next_period_ends_when_the_frequency_says(frequency, last, end):
	assert next_end(last, frequency) == end


def test_a_report_is_missed_after_two_working_days_of_grace():
	last = date(2026, 11, 8)  # a Sunday; the next report covers the week to the 15th
	assert missing_since(last, Frequency.WEEKLY, date(2026, 11, 17)) is None
	assert missing_since(last, Frequency.WEEKLY, date(2026, 11, 18)) == date(2026, 11, 15)


def test_nothing_is_missed_where_nobody_said_how_often_or_none_ever_came():
	assert missing_since(date(2026, 1, 1), Frequency.UNKNOWN, date(2026, 11, 18)) is None
	assert missing_since(None, Frequency.WEEKLY, date(2026, 11, 18)) is None


def test_a_month_is_covered_when_only_a_weekend_is_left_of_it():
	assert not is_uncovered(date(2026, 10, 30), date(2026, 10, 31))  # a Friday, and the Saturday after it
	assert is_uncovered(date(2026, 11, 29), date(2026, 11, 30))
	assert not is_uncovered(date(2026, 12, 6), date(2026, 11, 30))
