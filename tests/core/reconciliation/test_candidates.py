"""The invoices offered for a row: what agrees and what differs, the likeliest first, and none that only has the name."""

from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.reconciliation.candidates import Compared, candidates, compare
from tests.support.workbooks import purchases, receivable

HEADER = ("Invoice #", "Customer", "PO #", "Invoice Date", "Invoice Amount", "Purchase Amount", "Net")


def line(invoice_no="10002", customer="Ridgeline Foods", po="PO-7", day="11/02/2026", amount=1000):
	return purchases((invoice_no, customer, po, day, amount, amount, amount), header=HEADER).lines[0]


def names(row, *invoices, **options):
	return [invoice.invoice_no for invoice in candidates(row, invoices, **options)]


def test_each_value_that_the_row_states_stands_beside_the_invoice():
	ours = receivable("AF-10002", amount="900", customer="Ridgeline Foods Inc", po_no="PO-8")
	assert compare(line(), ours) == [
		Compared("number", "10002", "AF-10002", False),
		Compared("debtor", "Ridgeline Foods", "Ridgeline Foods Inc", True),
		Compared("amount", Decimal("1000.00"), Decimal("900.00"), False),
		Compared("po", "PO-7", "PO-8", False),
		Compared("date", date(2026, 11, 2), ours.invoice_date, ours.invoice_date == date(2026, 11, 2)),
	]


def test_what_the_row_does_not_state_is_not_compared():
	row = line(customer=None, po=None, day=None)
	assert [value.name for value in compare(row, receivable("AF-10002"))] == ["number", "amount"]


def test_the_load_number_serves_as_po():
	(found,) = [v for v in compare(line(), receivable("AF-1", load_no="po 7")) if v.name == "po"]
	assert (found.ours, found.agrees) == ("po 7", True)


@pytest.mark.parametrize(
	"invoice, offered",
	[
		({"invoice_no": "AF-10002", "customer": "Other", "amount": "5"}, True),
		({"invoice_no": "ZZ-1", "customer": "Other", "amount": "5", "po_no": "po7"}, True),
		({"invoice_no": "ZZ-1", "customer": "Ridgeline Foods Inc", "amount": "1000"}, True),
		({"invoice_no": "ZZ-1", "customer": "Other", "amount": "1000"}, False),
		({"invoice_no": "ZZ-1", "customer": "Ridgeline Foods Inc", "amount": "5"}, False),
	],
)
def test_an_invoice_is_offered_for_its_number_its_po_or_amount_and_debtor(invoice, offered):
	assert bool(names(line(), receivable(**invoice))) is offered


def test_the_likeliest_comes_first_and_only_so_many_are_offered():
	far = receivable("ZZ-1", customer="Ridgeline Foods Inc", amount="1000")
	near = receivable("AF-10002", customer="Ridgeline Foods Inc", amount="1000")
	same = receivable("10002", customer="Other", amount="5")
	assert names(line(), far, near, same) == ["10002", "AF-10002", "ZZ-1"]
	assert names(line(), far, near, same, most=1) == ["10002"]


def test_a_number_without_digits_agrees_with_no_other():
	assert names(line("Wire Fee", "Other", None, None), receivable("AF-1", customer="X", amount="5")) == []
