"""What lines of a Factoring Adjustment post: the rules of report rows, reversals, and a change of policy."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.model import Event, InvoiceState, Outcome, Policy
from rts_factoring.core.reconciliation.adjusted import Adjusted, facts_of
from rts_factoring.core.reconciliation.adjustments import AdjustmentLine, PostedEntry, adjust, as_report_line
from rts_factoring.core.reconciliation.posting_matrix import by_role, legs
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reconciliation.results import RowDecision
from tests.support.workbooks import DAY, ledger_of, payments, purchases, receivable

BOUGHT = ("AF-1", "Ridgeline Foods Inc", 1000, 1000, 30, 50, 2, 918)
OTHER = ("AF-2", "Ridgeline Foods Inc", 500, 500, 15, 25, 0, 460)


def bought(policy: str):
	"""A ledger in which RTS has bought 1000 of AF-1 and 500 of AF-2."""
	ledger, receivables = ledger_of(receivable("AF-1", "1000"), receivable("AF-2", "500"), policy=policy)
	ledger.commit(reconcile(purchases(BOUGHT, OTHER), receivables, ledger))
	return ledger, receivables


def line(event: Event, amount="0", invoice="AF-1", row=1, accept=False, **amounts) -> AdjustmentLine:
	beside = {name: Decimal(value) for name, value in amounts.items()}
	return AdjustmentLine(row, event, invoice, DAY, Decimal(amount), beside, accept)


def posts(policy: str, *lines: AdjustmentLine) -> str:
	ledger, receivables = bought(policy)
	found = [effect for each in adjust(lines, receivables, ledger) for effect in each.effects]
	sums = by_role(leg for effect in found for leg in legs(ledger.policy, effect))
	return ", ".join(
		f"{side} {role.value} {amount.normalize():f}"
		for role, both in sums.items()
		for side, amount in zip(("Dr", "Cr"), both, strict=True)
		if amount
	)


@pytest.mark.parametrize(
	("lines", "borrowing", "sale"),
	[
		(
			[line(Event.BUYOUT, "1000")],
			"Dr advances 1000, Cr clearing 1000",
			"Cr clearing 1000, Dr receivable 1000",
		),
		(
			[line(Event.PAYMENT, "1000", fee="12", released="50")],
			"Dr advances 1000, Dr clearing 50, Dr fee 12, Cr receivable 1000, Cr reserve 62",
			"Dr clearing 50, Dr fee 12, Cr reserve 62",
		),
		(
			[line(Event.RESERVE_SETTLEMENT, "300", "")],
			"Cr clearing 300, Dr reserve 300",
			"Cr clearing 300, Dr reserve 300",
		),
		([line(Event.FEE, "-5", "")], "Cr fee 5, Dr reserve 5", "Cr fee 5, Dr reserve 5"),
		(
			[line(Event.DIFFERENCE, "40", "")],
			"Dr differences 40, Cr reserve 40",
			"Dr differences 40, Cr reserve 40",
		),
		(
			[line(Event.POLICY_CHANGE)],
			"Dr advances 1000, Cr receivable 1000",
			"Cr advances 1000, Dr receivable 1000",
		),
		(
			[line(Event.PARTIAL, "400"), line(Event.BUYOUT, "600", row=2)],
			"Dr advances 1000, Cr clearing 600, Cr receivable 400",
			"Cr clearing 600, Dr receivable 600",
		),
	],
)
def test_a_line_posts_what_its_report_row_would(lines, borrowing, sale):
	assert posts("borrowing", *lines) == borrowing
	assert posts("sale", *lines) == sale


@pytest.mark.parametrize(
	("wrong", "reason"),
	[
		(line(Event.BUYOUT, "1000.01"), "exceeds_open"),
		(line(Event.CHARGEBACK, "5", ""), "missing_invoice"),
		(line(Event.CHARGEBACK, "5", "AF-9"), "unknown_invoice"),
		(line(Event.BUYOUT), "missing_amount"),
		(line(Event.REVERSAL, invoice=""), "nothing_to_reverse"),
		(line(Event.CHARGEBACK, "1010"), "chargeback_exceeds_open"),
		(line(Event.PURCHASE, "1000"), "already_purchased"),
	],
)
def test_a_line_that_the_rules_refuse_says_why_and_posts_nothing(wrong, reason):
	ledger, receivables = bought("borrowing")
	(found,) = adjust([wrong], receivables, ledger)
	assert (found.effects, found.reason) == ((), reason)


def test_what_a_report_row_would_wait_for_is_posted_where_the_line_says_so():
	assert (
		posts("borrowing", line(Event.CHARGEBACK, "1010", accept=True))
		== "Dr advances 1000, Dr fee 10, Cr reserve 1010"
	)


def entry(policy: Policy, event=Event.PAYMENT, **amounts) -> PostedEntry:
	return PostedEntry("E1", event, policy, "AF-1", {name: Decimal(value) for name, value in amounts.items()})


PAID = {"advances": "1000", "receivable": "-1000", "open": "-1000", "collected": "1000"}


@pytest.mark.parametrize(
	("before", "now", "amounts", "expected"),
	[
		("borrowing", "borrowing", PAID, "Cr advances 1000, Dr receivable 1000"),
		("borrowing", "sale", PAID, ""),  # as a payment removed posts nothing when sold
		("sale", "sale", {"open": "-1000", "collected": "1000"}, ""),
		("sale", "borrowing", {"open": "-1000", "collected": "1000"}, "Cr advances 1000, Dr receivable 1000"),
	],
)
def test_a_row_is_taken_back_under_the_policy_of_today(before, now, amounts, expected):
	ledger, receivables = bought(now)
	paid = adjust([line(Event.PAYMENT, "1000")], receivables, ledger)
	ledger.positions["AF-1"] = replace(
		ledger.positions["AF-1"], open=Decimal(0), collected=Decimal(1000), state=InvoiceState.COMPLETED
	)
	reversal = replace(line(Event.REVERSAL, invoice=""), entries=(entry(Policy(before), **amounts),))
	(found,) = adjust([reversal], receivables, ledger)
	assert paid[0].effects and found.reason == ""
	sums = by_role(leg for effect in found.effects for leg in legs(ledger.policy, effect))
	net = {role.value: debit - credit for role, (debit, credit) in sums.items() if debit != credit}
	shown = ", ".join(
		f"{'Dr' if amount > 0 else 'Cr'} {role} {abs(amount).normalize():f}" for role, amount in net.items()
	)
	assert shown == expected


def test_a_purchase_is_not_taken_back_while_a_payment_builds_on_it():
	ledger, receivables = bought("borrowing")
	ledger.positions["AF-1"] = replace(ledger.positions["AF-1"], open=Decimal(600), collected=Decimal(400))
	amounts = {"advances": "-1000", "clearing": "1000", "purchased": "1000", "open": "1000"}
	reversal = replace(line(Event.REVERSAL), entries=(entry(Policy.BORROWING, Event.PURCHASE, **amounts),))
	(found,) = adjust([reversal], receivables, ledger)
	assert (found.effects, found.reason) == ((), "built_on")


# Rows of a report that says the same later


def waiting(told: AdjustmentLine, *rows, decisions=None):
	ledger, receivables = bought("borrowing")
	known = [Adjusted("L1", told.invoice_no, told.date, facts_of(as_report_line(told)))]
	ledger.find_adjusted = lambda _invoices: known
	return [
		(each.outcome, each.reason, each.adjusted)
		for each in reconcile(payments(*rows), receivables, ledger, decisions=decisions).lines
	]


def row(word, amount=None, *, invoice="AF-1", fee=None, released=None, chargeback=None):
	return (invoice, "Ridgeline Foods Inc", "48210", DAY, word, 1000, amount, fee, released, chargeback)


WAITS = (Outcome.BLOCKED, "adjusted_before", "L1")


@pytest.mark.parametrize(
	("told", "later"),
	[
		(line(Event.CHARGEBACK, "400"), row("Chargeback", 400)),
		(line(Event.BUYOUT, "400"), row("Recourse", -400)),
		(line(Event.CHARGEBACK, "400"), row("Payment", 600, chargeback=400)),
		(line(Event.PAYMENT, "400"), row("Partial", 400)),
		(line(Event.PAYOUT_CHARGE, "15", ""), row("Wire Fee", 15, invoice=None)),
		(line(Event.FEE, "12"), row("Payment", 1000, fee=12)),
		(line(Event.FEE, "12", ""), row("Payment", 1000, fee=12)),
		(line(Event.FEE, "15", "AF-2"), row("Wire Fee", 15, invoice=None)),
		(line(Event.FEE, "15", ""), row("Wire Fee", 15, invoice=None)),
		(line(Event.RESERVE_RELEASE, "50", ""), row("Payment", 1000, released=50)),
	],
)
def test_a_row_that_says_what_an_adjustment_has_posted_waits(told, later):
	assert waiting(told, later) == [WAITS]


def test_a_purchase_waits_whose_fee_or_charge_an_adjustment_has_booked():
	ledger, receivables = ledger_of(receivable("AF-1", "1000"), receivable("AF-2", "500"))
	known = [
		Adjusted(name, told.invoice_no, told.date, facts_of(as_report_line(told)))
		for name, told in (("L1", line(Event.FEE, "30", "")), ("L2", line(Event.PAYOUT_CHARGE, "2", "AF-1")))
	]
	ledger.find_adjusted = lambda _invoices: known[:1]
	shown = [
		(each.reason, each.adjusted)
		for each in reconcile(purchases(BOUGHT, OTHER), receivables, ledger).lines
	]
	assert shown == [("adjusted_before", "L1"), (None, "")]
	ledger.find_adjusted = lambda _invoices: known[1:]
	shown = [
		(each.reason, each.adjusted)
		for each in reconcile(purchases(OTHER, BOUGHT), receivables, ledger).lines
	]
	assert shown == [(None, ""), ("adjusted_before", "L2")]


def test_the_row_that_names_its_invoice_waits_even_after_one_that_does_not():
	told = line(Event.FEE, "15")
	rows = row("Wire Fee", 15, invoice=None), row("Payment", 1000, fee=15)
	assert waiting(told, *rows) == [WAITS, WAITS]


def test_a_fee_of_long_ago_or_of_another_invoice_keeps_no_row_waiting():
	told = replace(line(Event.FEE, "12", ""), date=date(2026, 1, 5))
	assert waiting(told, row("Payment", 1000, fee=12))[0][0] is Outcome.MATCHED
	assert waiting(line(Event.FEE, "12", "AF-2"), row("Payment", 1000, fee=12))[0][0] is Outcome.MATCHED


def test_one_adjustment_stands_for_one_row():
	told = line(Event.PAYOUT_CHARGE, "15", "")
	wire = row("Wire Fee", 15, invoice=None)
	assert waiting(told, wire, wire) == [WAITS, (Outcome.MATCHED, None, "")]


@pytest.mark.parametrize(
	"later", [row("Chargeback", 401), row("Partial", 400), row("Chargeback", 400, invoice="AF-2")]
)
def test_a_row_of_something_else_does_not_wait(later):
	assert waiting(line(Event.CHARGEBACK, "400"), later)[0][0] is Outcome.MATCHED


def test_a_row_that_happened_once_more_is_accepted_and_stands_for_the_adjustment():
	accepted = {2: RowDecision(accepted=frozenset(["adjusted_before"]))}
	told = line(Event.CHARGEBACK, "400")
	assert waiting(told, row("Chargeback", 400), decisions=accepted) == [(Outcome.MATCHED, None, "L1")]
