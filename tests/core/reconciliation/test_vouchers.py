"""Which postings share a journal entry: one a day, unless a day has too many invoices, or one on both sides."""

from datetime import date
from decimal import Decimal

from rts_factoring.core.model import Leg, Role
from rts_factoring.core.reconciliation.vouchers import (
	INVOICE_ROWS,
	JournalPosting,
	to_vouchers,
)

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
TEN = Decimal("10.00")


def collected(index: int, invoice_no: str, day: date = MONDAY) -> JournalPosting:
	legs = (Leg(Role.ADVANCES, debit=TEN), Leg(Role.RECEIVABLE, credit=TEN, invoice_no=invoice_no))
	return JournalPosting(index, day, legs)


def taken_back(index: int, invoice_no: str, day: date = MONDAY) -> JournalPosting:
	legs = (Leg(Role.RECEIVABLE, debit=TEN, invoice_no=invoice_no), Leg(Role.ADVANCES, credit=TEN))
	return JournalPosting(index, day, legs)


def without_invoice(index: int, day: date = MONDAY) -> JournalPosting:
	return JournalPosting(index, day, (Leg(Role.FEE, debit=TEN), Leg(Role.RESERVE, credit=TEN)))


def indexes(*postings: JournalPosting) -> list[tuple[date, list[int]]]:
	"""Day and postings of each voucher."""
	return [
		(voucher.day, [posting.index for posting in voucher.postings]) for voucher in to_vouchers(postings)
	]


def test_postings_of_a_day_share_one_voucher_and_days_come_in_order():
	found = indexes(collected(0, "AF-2", TUESDAY), collected(1, "AF-1"), without_invoice(2))
	assert found == [(MONDAY, [1, 2]), (TUESDAY, [0])]


def test_a_posting_without_legs_gets_no_voucher():
	assert indexes(JournalPosting(0, MONDAY, ())) == []


def test_a_day_of_more_invoices_than_a_voucher_takes_is_divided():
	found = indexes(*(collected(number, f"AF-{number}") for number in range(INVOICE_ROWS + 1)))
	assert [(day, len(postings)) for day, postings in found] == [(MONDAY, 80), (MONDAY, 1)]


def test_a_posting_whose_rows_do_not_all_fit_begins_another_voucher():
	over_paid = Leg(Role.CUSTOMER_CREDIT, credit=TEN, invoice_no="AF-99")
	two_rows = JournalPosting(79, MONDAY, (*collected(79, "AF-99").legs, over_paid))
	found = indexes(*(collected(number, f"AF-{number}") for number in range(79)), two_rows)
	assert [len(postings) for _day, postings in found] == [79, 1]


def test_many_postings_without_an_invoice_share_one_voucher():
	assert len(indexes(*(without_invoice(number) for number in range(300)))) == 1


def test_no_voucher_debits_and_credits_an_invoice_and_its_postings_keep_their_order():
	found = indexes(collected(0, "AF-1"), taken_back(1, "AF-1"), collected(2, "AF-1"), collected(3, "AF-2"))
	assert found == [(MONDAY, [0, 3]), (MONDAY, [1]), (MONDAY, [2])]
