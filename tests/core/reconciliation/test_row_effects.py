"""What a row waits for: every reason, in the order an accountant would check, and that a waiting row posts nothing."""

from decimal import Decimal

import pytest

from rts_factoring.core.model import CustomerStanding, InvoiceStanding, InvoiceState, Outcome
from rts_factoring.core.reconciliation.reconcile import reconcile
from tests.support.workbooks import (
	DAY,
	PAYMENT_HEADER,
	PURCHASE_HEADER,
	ledger_of,
	payments,
	read,
	receivable,
)

STATUS_HEADER = (*PURCHASE_HEADER, "Status", "Notes")
BOUGHT = ("AF-1", "Ridgeline Foods Inc", 1000, 1000, 30, 50, 0, 920)


def row(word, amount=None, *, fee=None, released=None, chargeback=None, invoice_no="AF-1", day=DAY):
	return (invoice_no, "Ridgeline Foods Inc", "48210", day, word, 1000, amount, fee, released, chargeback)


def settled(policy, *rows, bought=True, invoice=None):
	"""The last row's line after the purchase and the rows before it."""
	ledger, receivables = ledger_of(invoice or receivable("AF-1"), policy=policy)
	if bought:
		ledger.commit(reconcile(read([PURCHASE_HEADER, BOUGHT]), receivables, ledger))
	for one in rows:
		result = reconcile(payments(one), receivables, ledger)
		ledger.commit(result)
	return result.lines[0]


BOTH = ("borrowing", "sale")
BLOCKED = [
	(BOTH, False, [], row("Payment", 1000), "awaiting_purchase"),
	(BOTH, False, [], row("NSF", 1000), "awaiting_purchase"),
	(BOTH, False, [], row("Chargeback", 1000), "awaiting_purchase"),
	(BOTH, True, [row("Payment", 1000)], row("Partial", 1), "already_paid"),
	(BOTH, True, [row("Payment", 1000)], row("Chargeback", 1000), "nothing_open"),
	(BOTH, True, [row("Short Pay", 900)], row("Payment", 100), "already_paid"),
	(BOTH, True, [row("Chargeback", 1000)], row("Payment", 1000), "charged_back"),
	(BOTH, True, [row("Chargeback", 1000)], row("Chargeback", 1000, fee=1, day="11/04/2026"), "charged_back"),
	(BOTH, True, [row("Chargeback", 1000)], row("Chargeback", 1000, fee=1), "posted_differently"),
	(BOTH, True, [], row("Partial", 1001), "exceeds_open"),
	(BOTH, True, [], row("Short Pay", 1001), "exceeds_open"),
	(BOTH, True, [row("Partial", 400)], row("Chargeback", 601), "chargeback_exceeds_open"),
	(BOTH, True, [], row("NSF", 1), "not_collected"),
	(BOTH, True, [row("Partial", 400)], row("NSF", 401), "not_collected"),
	(BOTH, True, [row("Over Pay", 1075)], row("NSF", 1076), "not_collected"),
	(BOTH, True, [], row("Chargeback", 950), "net_of_reserve"),
	(BOTH, True, [], row("Payment", 1000, fee=30), "fee_repeats"),
	(BOTH, True, [], row("Fee", fee=30), "fee_repeats"),
	(BOTH, True, [], row("Chargeback Reversal", 1), "not_charged_back"),
	(BOTH, True, [], row("Non-Factored Payment", 1000), "still_factored"),
	(BOTH, False, [], row("Non-Factored Payment", 1001), "exceeds_outstanding"),
	(BOTH, False, [row("Non-Factored Payment", 1000)], row("Non-Factored", 999), "paid"),
	(BOTH, False, [], row("Non-Factored Payment", -5), "negative_amount"),
	(BOTH, True, [], row("Payment", 700, chargeback=301), "conflicting_amounts"),
	(BOTH, True, [], row("Payment", 700, chargeback=-300), "conflicting_amounts"),
	(BOTH, True, [], row("Payment", 1100, chargeback=100), "conflicting_amounts"),
	(BOTH, True, [], row("Short Pay", 900, chargeback=50), "conflicting_amounts"),
	(BOTH, True, [], row("Chargeback", 700, chargeback=300), "conflicting_amounts"),
	(BOTH, True, [], row("Fee", 7, fee=5), "conflicting_amounts"),
	(BOTH, True, [], row("Reserve Release", 7, released=5), "conflicting_amounts"),
	(BOTH, True, [], row("Fee", released=5), "missing_amount"),
	(BOTH, True, [], row("Reserve Release", fee=5), "missing_amount"),
	(BOTH, True, [], row("Payment", 0, fee=5), "missing_amount"),
	(BOTH, True, [], row("Write-Off", 1000), "needs_decision"),
	(BOTH, True, [], row("Direct Payment", 1000), "direct_payment"),
	(BOTH, True, [], row("Misc Adj", 12.34), "unknown_type"),
	(BOTH, True, [], row("Payment", 1000, day=None), "missing_date"),
	(BOTH, True, [], row("Payment", 1000, day="13/45/2026"), "invalid_date"),
	(BOTH, True, [], row("Payment", "see note"), "invalid_amount"),
	(BOTH, True, [], row("Payment", 1000, invoice_no=None), "missing_invoice"),
	(BOTH, True, [], row("Chargeback", 1000, invoice_no=None), "missing_invoice"),
]


@pytest.mark.parametrize("policies, bought, before, last, reason", BLOCKED)
def test_a_row_waits_with_its_reason_and_posts_nothing(policies, bought, before, last, reason):
	for policy in policies:
		line = settled(policy, *before, last, bought=bought)
		assert (line.outcome, line.reason, line.effects) == (Outcome.BLOCKED, reason, ())


@pytest.mark.parametrize("outstanding, reason", [("0", "paid"), ("600", "exceeds_outstanding")])
def test_borrowing_never_credits_an_invoice_beyond_what_our_books_expect(outstanding, reason):
	"""The debtor paid us directly after the purchase; sale posts nothing on the invoice, so the row goes through."""
	from dataclasses import replace
	from decimal import Decimal

	for policy, expected in (("borrowing", (Outcome.BLOCKED, reason)), ("sale", (Outcome.MATCHED, None))):
		ledger, receivables = ledger_of(receivable("AF-1"), policy=policy)
		ledger.commit(reconcile(read([PURCHASE_HEADER, BOUGHT]), receivables, ledger))
		ledger.positions["AF-1"] = replace(ledger.positions["AF-1"], outstanding=Decimal(outstanding))
		line = reconcile(payments(row("Payment", 1000)), receivables, ledger).lines[0]
		assert (line.outcome, line.reason) == expected


def test_a_chargeback_undone_under_sale_waits_when_the_debtor_paid_us_meanwhile():
	from dataclasses import replace
	from decimal import Decimal

	ledger, receivables = ledger_of(receivable("AF-1"), policy="sale")
	ledger.commit(reconcile(read([PURCHASE_HEADER, BOUGHT]), receivables, ledger))
	ledger.commit(reconcile(payments(row("Chargeback", 1000)), receivables, ledger))
	ledger.positions["AF-1"] = replace(ledger.positions["AF-1"], outstanding=Decimal(0))
	line = reconcile(payments(row("Chargeback Reversal", 1000)), receivables, ledger).lines[0]
	assert (line.outcome, line.reason) == (Outcome.BLOCKED, "paid")


@pytest.mark.parametrize("standing", ["cancelled", "draft"])
@pytest.mark.parametrize(
	"policy, last, blocked",
	[
		("borrowing", row("Payment", 1000), True),
		("sale", row("Payment", 1000), False),
		("borrowing", row("Chargeback", 1000), False),
		("sale", row("Chargeback", 1000), True),
		("borrowing", row("Fee", fee=5), False),
	],
)
def test_an_invoice_that_is_no_longer_submitted_takes_no_entry(standing, policy, last, blocked):
	ledger, receivables = ledger_of(receivable("AF-1"), policy=policy)
	ledger.commit(reconcile(read([PURCHASE_HEADER, BOUGHT]), receivables, ledger))
	_, receivables = ledger_of(receivable("AF-1", standing=InvoiceStanding(standing)))
	line = reconcile(payments(last), receivables, ledger).lines[0]
	assert (line.outcome, line.reason) == (
		(Outcome.BLOCKED, standing) if blocked else (Outcome.MATCHED, None)
	)


@pytest.mark.parametrize("standing", [CustomerStanding.DISABLED, CustomerStanding.FROZEN])
@pytest.mark.parametrize(
	"policy, last, blocked",
	[
		("borrowing", row("Payment", 1000), True),
		("sale", row("Payment", 1000), False),
		("sale", row("Over Pay", 1075), True),
		("borrowing", row("Chargeback", 1000), False),
		("sale", row("Chargeback", 1000), True),
		("borrowing", row("Fee", fee=5), False),
	],
)
def test_a_customer_that_takes_no_entry_stops_its_own_rows_alone(standing, policy, last, blocked):
	ledger, receivables = ledger_of(receivable("AF-1"), policy=policy)
	ledger.commit(reconcile(read([PURCHASE_HEADER, BOUGHT]), receivables, ledger))
	_, receivables = ledger_of(receivable("AF-1", customer_standing=standing))
	line = reconcile(payments(last), receivables, ledger).lines[0]
	found = (Outcome.BLOCKED, standing.value) if blocked else (Outcome.MATCHED, None)
	assert (line.outcome, line.reason) == found


@pytest.mark.parametrize("policy, reason", [("borrowing", None), ("sale", "customer_disabled")])
def test_a_purchase_waits_for_the_customer_where_it_names_it(policy, reason):
	ledger, receivables = ledger_of(
		receivable("AF-1", customer_standing=CustomerStanding.DISABLED), policy=policy
	)
	assert reconcile(read([PURCHASE_HEADER, BOUGHT]), receivables, ledger).lines[0].reason == reason


def test_a_returned_invoice_says_so_rather_than_that_it_is_paid():
	returned = receivable("AF-1", standing=InvoiceStanding.RETURNED, outstanding="0")
	assert (
		settled("sale", row("Non-Factored Payment", 5), bought=False, invoice=returned).reason == "returned"
	)


def test_an_invoice_in_another_currency_waits():
	ledger, receivables = ledger_of(receivable("AF-1", currency="CAD"), currency="USD")
	line = reconcile(read([PURCHASE_HEADER, BOUGHT]), receivables, ledger).lines[0]
	assert (line.outcome, line.reason) == (Outcome.BLOCKED, "other_currency")


# purchases ------------------------------------------------------------------------------------------------------------


def bought(*rows, **more):
	ledger, receivables = ledger_of(*(receivable(f"AF-{n}") for n in range(1, 4)), **more)
	result = reconcile(read([STATUS_HEADER, *rows]), receivables, ledger)
	return ledger, receivables, result


@pytest.mark.parametrize(
	"last, outcome, reason",
	[
		((1000, 1000, 30, 50, 0, 920, "Processed", "ok"), "matched", None),
		((1000, None, None, None, None, None, "Held", "Missing POD"), "held", "Missing POD"),
		((1000, None, None, None, None, None, "Denied", "Credit limit"), "denied", "Credit limit"),
		((1000, None, None, None, None, None, "Pending", None), "pending", None),
		((1000, 1000, 30, 50, 0, 921, "Processed", None), "blocked", "arithmetic"),
		((1000, 1000, 30, 50, 0, 920.02, "Processed", None), "blocked", "arithmetic"),
		((1000, 1001, 30, 50, 0, 921, "Processed", None), "blocked", "exceeds_invoice"),
		((1000, 0, 0, 0, 0, 0, "Processed", None), "blocked", "missing_amount"),
		((1000, -1000, 0, 0, 0, -1000, "Processed", None), "blocked", "negative_amount"),
		((1000, None, None, None, None, None, "Processed", None), "blocked", "missing_amount"),
		((1000, 1000, 30, 50, 0, 920, "Kaput", None), "blocked", "unknown_status"),
	],
)
def test_what_becomes_of_a_purchase_row(last, outcome, reason):
	_, _, result = bought(("AF-1", "Ridgeline Foods Inc", *last))
	line = result.lines[0]
	assert (line.outcome.value, line.reason) == (outcome, reason)
	assert bool(line.effects) == (outcome == "matched") and bool(result.legs) == (outcome == "matched")


@pytest.mark.parametrize(
	"status, reason",
	[("Processed", "posted_differently"), ("Held", "already_purchased"), ("Denied", "already_purchased")],
)
def test_an_invoice_is_bought_once(status, reason):
	ledger, receivables, result = bought((*BOUGHT, "Processed", None))
	ledger.commit(result)
	again = reconcile(read([STATUS_HEADER, (*BOUGHT[:4], 31, 50, 0, 919, status, None)]), receivables, ledger)
	assert (again.lines[0].outcome, again.lines[0].reason) == (Outcome.BLOCKED, reason)


def test_an_invoice_bought_twice_in_one_report_is_bought_once():
	_, _, result = bought((*BOUGHT, "Processed", None), (*BOUGHT, "Processed", None))
	assert [line.reason for line in result.lines] == [None, "already_purchased"]


def test_after_a_full_chargeback_an_invoice_can_be_bought_again():
	ledger, receivables, result = bought((*BOUGHT, "Processed", None))
	ledger.commit(result)
	ledger.commit(reconcile(payments(row("Chargeback", 1000)), receivables, ledger))
	again = reconcile(
		read([STATUS_HEADER, (*BOUGHT[:4], 31, 50, 0, 919, "Processed", None)]), receivables, ledger
	)
	assert again.lines[0].outcome is Outcome.MATCHED
	assert again.positions["AF-1"].state is InvoiceState.FINANCED and again.positions["AF-1"].open == 1000


@pytest.mark.parametrize("status, state", [("Held", "Held"), ("Denied", "Denied"), ("Pending", "Submitted")])
def test_held_and_denied_change_the_state_and_nothing_else(status, state):
	ledger, receivables, result = bought(("AF-1", "A", 1000, None, None, None, None, None, status, None))
	ledger.commit(result)
	position = ledger.position(receivables["AF-1"])
	assert position.state is InvoiceState(state) and (position.purchased, position.outstanding) == (0, 1000)


def test_a_held_invoice_that_was_never_sent_waits():
	ledger, receivables = ledger_of(receivable("AF-1"))
	report = read([STATUS_HEADER, ("AF-9", "A", 1000, None, None, None, None, None, "Held", None)])
	_, known = ledger_of(receivable("AF-1"), receivable("AF-9"))
	assert reconcile(report, known, ledger).lines[0].reason == "not_submitted"
	assert reconcile(report, receivables, ledger).lines[0].reason == "unknown_invoice"


def test_invoices_of_the_batch_that_the_report_does_not_name_are_listed():
	_, _, result = bought(
		(*BOUGHT, "Processed", None), ("2", "Ridgeline Foods Inc", *BOUGHT[2:], "Processed", None)
	)
	assert [line.outcome.value for line in result.lines] == ["matched", "suggested"]
	assert result.missing == ("AF-2", "AF-3"), "of the batch that its invoices were sent in"
	ledger, receivables = ledger_of(*(receivable(f"AF-{n}") for n in range(1, 4)))
	report = read([STATUS_HEADER, (*BOUGHT, "Held", None), ("2", *BOUGHT[1:], "Processed", None)])
	assert reconcile(report, receivables, ledger, "A1").missing == ("AF-2", "AF-3")


def net_of(role, *rows):
	ledger, receivables = ledger_of(receivable("AF-1"))
	result = reconcile(read([PAYMENT_HEADER, *rows]), receivables, ledger)
	found = [leg.debit - leg.credit for leg in result.legs if leg.role.value == role]
	return sum(found), [line.reason for line in result.lines]


def alone(word, amount=None, **more):
	return row(word, amount, invoice_no=None, **more)


def test_a_minus_in_the_fee_column_gives_the_fee_back():
	assert net_of("fee", alone("Fee Statement", fee=12.5), alone("Fee Statement", fee=-12.5)) == (
		0,
		[None, None],
	)
	assert net_of("fee", alone("Fee Reversal", fee=-12.5)) == (Decimal("-12.50"), [None])
	assert net_of("charges", alone("Wire Fee", fee=15), alone("Wire Fee", fee=-15)) == (0, [None, None])


def test_one_word_with_payments_of_both_signs_waits():
	assert net_of("charges", alone("ACH Fee", 15), alone("ACH Fee", -15)) == (0, ["both_signs"] * 2)
	assert net_of("charges", alone("ACH Fee", -15), alone("ACH Fee", -15)) == (30, [None] * 2)


def test_a_negative_chargeback_beside_no_payment_is_not_one():
	assert settled("borrowing", row("Payment", chargeback=-1000)).reason == "unknown_type"


def test_a_fee_whose_invoice_column_says_what_it_is_needs_no_invoice():
	assert net_of("charges", row("Wire Fee", 15, invoice_no="WIRE"))[0] == 15
	assert net_of("charges", row("Wire Fee", 15, invoice_no="AF-9"))[1] == ["unknown_invoice"]
