"""Fees that ran, fees not yet run, and the reserve against the advances, with amounts written out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from rts_factoring.core.reconciliation.period_end import OpenInvoice, accrued_fee, nettable, unearned_fee

END = date(2026, 10, 31)
ONE = OpenInvoice(
	"A-1",
	open=Decimal("1000.00"),
	purchased=Decimal("1000.00"),
	fee=Decimal("30.00"),
	purchase_fee=Decimal("30.00"),
	bought_on=date(2026, 10, 21),
	due_on=date(2026, 11, 10),
)


def test_a_daily_fee_runs_from_the_purchase_to_the_month_end():
	daily = replace(ONE, fee=Decimal("0.00"), purchase_fee=Decimal("0.00"))
	assert accrued_fee([daily], Decimal(18), 360, END) == Decimal("5.00")
	assert accrued_fee([daily, daily], Decimal(18), 360, END) == Decimal("10.00")


def test_what_reports_have_stated_is_not_accrued_again():
	assert accrued_fee([replace(ONE, fee=Decimal("2.00"))], Decimal(18), 360, END) == Decimal("3.00")
	assert accrued_fee([ONE], Decimal(18), 360, END) == Decimal("0.00")


def test_a_fee_covers_the_days_until_the_invoice_is_due():
	assert unearned_fee([ONE], 0, END) == Decimal("15.00")  # 10 of 20 days are to come


def test_the_agreement_may_say_how_many_days_a_fee_covers():
	assert unearned_fee([ONE], 30, END) == Decimal("20.00")
	assert unearned_fee([ONE], 10, END) == Decimal("0.00")


def test_of_an_invoice_partly_paid_only_the_open_part_is_deferred():
	assert unearned_fee([replace(ONE, open=Decimal("400.00"))], 30, END) == Decimal("8.00")


def test_a_purchase_after_the_month_end_defers_its_fee_once():
	later = replace(ONE, bought_on=date(2026, 11, 3), due_on=date(2026, 11, 23))
	assert unearned_fee([later], 30, END) == Decimal("30.00")


def test_the_reserve_is_netted_up_to_the_advances_and_never_when_it_is_negative():
	assert nettable(Decimal("50.00"), Decimal("-1000.00")) == Decimal("50.00")
	assert nettable(Decimal("50.00"), Decimal("-20.00")) == Decimal("20.00")
	assert nettable(Decimal("-5.00"), Decimal("-20.00")) == Decimal("0.00")
