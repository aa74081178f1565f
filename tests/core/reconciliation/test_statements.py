"""A statement beside the books: what agrees, what differs and why."""

from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.model import Outcome
from rts_factoring.core.reconciliation.matching import Matcher, Receivables
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reconciliation.statements import (
	InvoiceBooks,
	Movement,
	cause,
	compare_open_invoices,
	compare_reserve,
)
from tests.support.workbooks import COMPANY, ledger_of, read, receivable

AGING = ("Invoice #", "Customer", "Purchase Date", "Invoice Amount", "Open Balance")
MOVES = ("Date", "Type", "Invoice #", "Description", "Amount", "Balance")
HELD = {"open": Decimal(1000), "open_now": Decimal(1000), "is_bought": True}


def matcher(*numbers: str) -> Matcher:
	return Matcher(Receivables(receivable(number) for number in numbers), COMPANY)


def aging(*rows):
	lines = [(number, "Ridgeline Foods Inc", "11/02/2026", 1000, balance) for number, balance in rows]
	return read([["Aging as of 11/15/2026"], AGING, *lines])


def reasons(compared):
	return [(line.outcome.value, line.reason) for line in compared.lines]


def test_an_invoice_with_the_same_balance_agrees():
	compared = compare_open_invoices(aging(("AF-1", 1000)), matcher("AF-1"), {"AF-1": InvoiceBooks(**HELD)})
	assert reasons(compared) == [("matched", None)]
	assert (compared.stated, compared.ours, compared.difference) == (1000, 1000, 0)


def test_an_unknown_number_and_a_repeated_one_differ():
	report = aging(("AF-1", 1000), ("XX-9", 400), ("AF-1", 1000))
	compared = compare_open_invoices(report, matcher("AF-1"), {"AF-1": InvoiceBooks(**HELD)})
	assert [reason for _outcome, reason in reasons(compared)] == [
		None,
		"statement_unknown",
		"statement_twice",
	]
	assert compared.difference == 1400


def test_what_rts_leaves_out_stands_alone():
	books = {"AF-1": InvoiceBooks(**HELD), "AF-2": InvoiceBooks(**HELD), "AF-3": InvoiceBooks()}
	compared = compare_open_invoices(aging(("AF-1", 1000)), matcher("AF-1", "AF-2", "AF-3"), books)
	assert compared.alone == ("AF-2",)


@pytest.mark.parametrize(
	"stated, books, reason",
	[
		(600, {**HELD, "waits": True}, "statement_row_waits"),
		(600, {**HELD, "open_now": Decimal(600)}, "statement_dated_later"),
		(600, {}, "statement_not_bought"),
		(600, HELD, "statement_not_here"),
		(1200, HELD, "statement_not_there"),
	],
)
def test_the_likely_cause_of_a_difference(stated, books, reason):
	assert cause(Decimal(stated), InvoiceBooks(**books)) == reason


def test_a_statement_is_not_reconciled_as_a_report():
	ledger, receivables = ledger_of(receivable("AF-1"))
	with pytest.raises(FileRefused) as refused:
		reconcile(aging(("AF-1", 1000)), receivables, ledger)
	assert refused.value.code == "wrong_kind"


NOVEMBER = (
	Movement("L1", date(2026, 11, 2), Decimal(50), "AF-1", "RI-1"),
	Movement("L2", date(2026, 11, 2), Decimal(30), "AF-2", "RI-1"),
	Movement("L3", date(2026, 11, 6), Decimal("-12.50"), "AF-1", "RI-2"),
)


def reserve(*rows):
	return read([["Reserve Statement"], MOVES, *rows])


def compared_reserve(*rows, movements=NOVEMBER, **more):
	day = date(2026, 11, 15)
	return compare_reserve(reserve(*rows), matcher("AF-1", "AF-2"), movements, Decimal(100), day, **more)


def test_a_row_for_a_whole_batch_is_the_sum_of_its_entries():
	rows = [
		("11/03/2026", "Purchase", None, "Schedule", 80, 180),
		("11/06/2026", "Fee", "AF-1", "", -12.5, 167.5),
	]
	compared = compared_reserve(*rows)
	assert {line.outcome for line in compared.lines} == {Outcome.MATCHED}
	assert (compared.stated, compared.ours, compared.alone) == (Decimal("167.50"), Decimal("167.50"), ())


def test_a_movement_that_only_rts_has_and_one_that_only_we_have():
	rows = [
		("11/03/2026", "Purchase", None, "Schedule", 80, 180),
		("11/07/2026", "Fee", None, "Wire", -15, 165),
	]
	compared = compared_reserve(*rows)
	assert reasons(compared) == [("matched", None), ("differs", "statement_reserve_not_here")]
	assert compared.alone == ("L3",)
	assert compared.difference == Decimal("-2.50")


def test_a_movement_of_another_invoice_or_of_another_month_is_not_taken_for_it():
	rows = [("11/06/2026", "Fee", "AF-2", "", -12.5, None), ("11/30/2026", "Fee", "AF-1", "", -12.5, None)]
	compared = compared_reserve(*rows)
	assert [reason for _outcome, reason in reasons(compared)] == ["statement_reserve_not_here"] * 2


def test_a_waiting_row_is_the_likely_cause():
	compared = compared_reserve(("11/07/2026", "Fee", "AF-1", "", -15, None), waiting=["AF-1"])
	assert reasons(compared) == [("differs", "statement_row_waits")]


def test_the_last_balance_is_compared_with_ours_on_the_day():
	rows = [
		("Beginning balance", None, None, None, None, 100),
		("11/03/2026", "Purchase", None, "Schedule", 80, 180),
	]
	compared = compared_reserve(*rows)
	assert compared.difference == Decimal(180) - Decimal("167.50")
