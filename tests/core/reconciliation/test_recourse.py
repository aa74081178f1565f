"""Ageing, and the days until an unpaid invoice goes back to us."""

from datetime import date

import pytest

from rts_factoring.core.reconciliation.recourse import (
	Recourse,
	bucket,
	bucket_names,
	has_reached_another,
	warning,
)

INVOICED, BOUGHT = date(2026, 9, 1), date(2026, 9, 11)


def test_an_invoice_goes_back_so_many_days_after_its_date():
	assert Recourse(90).due_on(INVOICED, BOUGHT) == date(2026, 11, 30)
	assert Recourse(90).days_left(INVOICED, BOUGHT, date(2026, 11, 20)) == 10
	assert Recourse(90).days_left(INVOICED, BOUGHT, date(2026, 12, 5)) == -5


def test_an_agreement_may_count_from_the_purchase():
	assert Recourse(90, from_purchase=True).due_on(INVOICED, BOUGHT) == date(2026, 12, 10)
	assert Recourse(90, from_purchase=True).due_on(INVOICED, None) == date(2026, 11, 30)


def test_without_recourse_nothing_goes_back():
	assert Recourse(0).days_left(INVOICED, BOUGHT, date(2027, 12, 5)) is None
	assert warning(None) is None


@pytest.mark.parametrize(
	("age", "name"),
	[(-3, "0-30"), (0, "0-30"), (30, "0-30"), (31, "31-60"), (60, "31-60"), (90, "61-90"), (91, "90+")],
)
def test_an_age_has_one_bucket(age, name):
	assert bucket(age) == name
	assert name in bucket_names()


@pytest.mark.parametrize(("left", "reached"), [(31, None), (30, 30), (15, 30), (14, 14), (7, 7), (-4, 7)])
def test_a_warning_is_the_nearest_one_reached(left, reached):
	assert warning(left) == reached


@pytest.mark.parametrize(
	("left", "passed", "reached"),
	[
		(30, 1, True),
		(29, 1, False),
		(27, 4, True),
		(14, 1, True),
		(3, 1, False),
		(0, 1, True),
		(-3, 4, True),
		(-4, 1, False),
	],
)
def test_a_warning_is_reached_once_even_when_days_were_left_out(left, passed, reached):
	assert has_reached_another(left, passed) is reached
