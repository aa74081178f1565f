"""Two series of invoices of one company: DAL-1001 and HOU-1001 are two invoices, also where a spreadsheet may lose the prefix."""

import pytest

from rts_factoring.core.reconciliation.identity import is_other_series
from rts_factoring.core.reconciliation.reconcile import reconcile
from tests.support.workbooks import DAY, PURCHASE_HEADER, ledger_of, payments, read, receivable

DALLAS, HOUSTON, NAME = "DAL-1001", "HOU-1001", "Ridgeline Foods Inc"


def bought_row(number: str, status: str = "Purchased"):
	return (number, NAME, 500, 500, 0, 0, 0, 500, status)


def paid_row(number: str):
	return (number, NAME, "48210", DAY, "Payment", 500, 500, None, None, None)


def said(result):
	return [(line.outcome.value, line.reason) for line in result.lines]


@pytest.mark.parametrize("order", [(DALLAS, HOUSTON), (HOUSTON, DALLAS)])
def test_one_that_was_pending_is_bought_by_a_later_report_of_its_batch(order):
	header = (*PURCHASE_HEADER, "Status")
	ledger, receivables = ledger_of(receivable(DALLAS, "500"), receivable(HOUSTON, "500"))
	first = [bought_row(name, "Purchased" if name == DALLAS else "Pending") for name in order]
	ledger.commit(reconcile(read([header, *first]), receivables, ledger))
	result = reconcile(read([header, *map(bought_row, order)]), receivables, ledger)
	found = {line.invoice_no: line.outcome.value for line in result.lines}
	assert found == {DALLAS: "duplicate", HOUSTON: "matched"}


def test_the_other_one_of_a_later_report_is_a_row_of_its_own():
	ledger, receivables = ledger_of(receivable(DALLAS, "500"), receivable(HOUSTON, "500"))
	bought = [bought_row(DALLAS), bought_row(HOUSTON)]
	ledger.commit(reconcile(read([(*PURCHASE_HEADER, "Status"), *bought]), receivables, ledger))
	ledger.commit(reconcile(payments(paid_row(DALLAS)), receivables, ledger))
	result = reconcile(payments(paid_row(HOUSTON)), receivables, ledger)
	assert said(result) == [("matched", None)]
	again = reconcile(payments(paid_row("1001")), receivables, ledger)  # whose prefix a spreadsheet has lost
	assert [line.outcome.value for line in again.lines] == ["duplicate"]


@pytest.mark.parametrize(
	("one", "other", "expected"),
	[
		(DALLAS, HOUSTON, True),
		(DALLAS, "1001", False),
		("SINV-0007", "ACC-SINV-7", False),
		("AF 007", "af-7", False),
		("", DALLAS, False),
		("Wire Fee", "Wire Fee", False),
	],
)
def test_numbers_of_two_series(one, other, expected):
	assert is_other_series(one, other) is expected
