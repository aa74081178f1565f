"""What each event does to the books under each policy, worked on an invoice of 1,000 (P 1000, R 50, F 30, O 2, N 918)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rts_factoring.core.errors import PostingError
from rts_factoring.core.model import Event, InvoiceState, Outcome, Policy, Position, Role
from rts_factoring.core.reconciliation.positions import advance
from rts_factoring.core.reconciliation.posting_matrix import MATRIX, Effect, by_role, legs
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reconciliation.results import RowDecision
from tests.support.workbooks import DAY, PURCHASE_HEADER, ledger_of, payments, read, receivable

BOUGHT = ("AF-1", "Ridgeline Foods Inc", 1000, 1000, 30, 50, 2, 918)


def paid(word, amount=None, *, invoice_no="AF-1", fee=None, released=None, chargeback=None):
	return (invoice_no, "Ridgeline Foods Inc", "48210", DAY, word, 1000, amount, fee, released, chargeback)


def purchased(policy, amount="1000", outstanding=None, row=BOUGHT):
	"""A ledger in which the invoice has been bought, and what that posted."""
	more = {"outstanding": outstanding} if outstanding else {}
	ledger, receivables = ledger_of(receivable("AF-1", amount, **more), policy=policy)
	accepted = RowDecision(accepted=frozenset(["differs_from_invoice"]))
	result = reconcile(read([PURCHASE_HEADER, row]), receivables, ledger, decisions={2: accepted})
	ledger.commit(result)
	return ledger, receivables, result


def after(policy, *rows, amount="1000", outstanding=None, bought=True):
	"""The last of some payment rows in a report of their own each, after the purchase: its line, its legs, the position."""
	ledger, receivables, _ = purchased(policy, amount, outstanding)
	if not bought:
		ledger.positions.clear()
	for row in rows:
		result = reconcile(payments(row), receivables, ledger)
		ledger.commit(result)
	return result.lines[0], posted(result.legs), ledger.position(receivables["AF-1"])


def posted(found) -> str:
	"""`Dr role amount, …; Cr role amount, …`, roles by name."""
	sides = {"Dr": [], "Cr": []}
	for role, (debit, credit) in by_role(found).items():
		sides["Dr"] += [f"{role.value} {debit.normalize():f}"] if debit else []
		sides["Cr"] += [f"{role.value} {credit.normalize():f}"] if credit else []
	return "; ".join(f"{side} {', '.join(entries)}" for side, entries in sides.items() if entries)


def test_a_purchase():
	debits = "Dr charges 2, clearing 918, fee 30, reserve 50"
	assert posted(purchased("borrowing")[2].legs) == f"{debits}; Cr advances 1000"
	assert posted(purchased("sale")[2].legs) == f"{debits}; Cr receivable 1000"


# event → rows before, the row, what it posts when borrowing, what it posts when sold
TABLE = {
	"paid": ([], paid("Payment", 1000), "Dr advances 1000; Cr receivable 1000", ""),
	"paid in part": ([], paid("Partial", 400), "Dr advances 400; Cr receivable 400", ""),
	"short pay": (
		[],
		paid("Short Pay", 900),
		"Dr advances 1000; Cr receivable 900, reserve 100",
		"Dr receivable 100; Cr reserve 100",
	),
	"short pay of the rest": (
		[paid("Partial", 400)],
		paid("Short Pay", 500),
		"Dr advances 600; Cr receivable 500, reserve 100",
		"Dr receivable 100; Cr reserve 100",
	),
	"over pay": (
		[],
		paid("Over Pay", 1075),
		"Dr advances 1000, reserve 75; Cr customer_credit 75, receivable 1000",
		"Dr reserve 75; Cr customer_credit 75",
	),
	"a payment above what is open": (
		[],
		paid("Payment", 1075),
		"Dr advances 1000, reserve 75; Cr customer_credit 75, receivable 1000",
		"Dr reserve 75; Cr customer_credit 75",
	),
	"paid again": (
		[paid("Payment", 1000)],
		paid("Over Pay", 30),
		"Dr reserve 30; Cr customer_credit 30",
		"Dr reserve 30; Cr customer_credit 30",
	),
	"payment removed": (
		[paid("Payment", 1000)],
		paid("NSF", 1000),
		"Dr receivable 1000; Cr advances 1000",
		"",
	),
	"a negative payment": (
		[paid("Payment", 1000)],
		paid("Payment", -300),
		"Dr receivable 300; Cr advances 300",
		"",
	),
	"chargeback": (
		[],
		paid("Chargeback", 1000),
		"Dr advances 1000; Cr reserve 1000",
		"Dr receivable 1000; Cr reserve 1000",
	),
	"chargeback by its column": (
		[],
		paid("Payment", chargeback=1000),
		"Dr advances 1000; Cr reserve 1000",
		"Dr receivable 1000; Cr reserve 1000",
	),
	"chargeback beside a payment": (
		[],
		paid("Payment", 700, chargeback=300),
		"Dr advances 1000; Cr receivable 700, reserve 300",
		"Dr receivable 300; Cr reserve 300",
	),
	"short pay whose rest is charged back": (
		[],
		paid("Short Pay", 900, chargeback=100),
		"Dr advances 1000; Cr receivable 900, reserve 100",
		"Dr receivable 100; Cr reserve 100",
	),
	"chargeback of the rest": (
		[paid("Partial", 400)],
		paid("Recourse", -600),
		"Dr advances 600; Cr reserve 600",
		"Dr receivable 600; Cr reserve 600",
	),
	"chargeback reversal": (
		[paid("Chargeback", 1000)],
		paid("Chargeback Reversal", 1000),
		"Dr reserve 1000; Cr advances 1000",
		"Dr reserve 1000; Cr receivable 1000",
	),
	"fee at collection": (
		[],
		paid("Payment", 1000, fee=12),
		"Dr advances 1000, fee 12; Cr receivable 1000, reserve 12",
		"Dr fee 12; Cr reserve 12",
	),
	"fee taken back beside a payment": (
		[],
		paid("Payment", 1000, fee=-30),
		"Dr advances 1000, reserve 30; Cr fee 30, receivable 1000",
		"Dr reserve 30; Cr fee 30",
	),
	"reserve released beside a payment": (
		[],
		paid("Payment", 1000, released=50),
		"Dr advances 1000, clearing 50; Cr receivable 1000, reserve 50",
		"Dr clearing 50; Cr reserve 50",
	),
	"fee": ([], paid("Fee", fee=12), "Dr fee 12; Cr reserve 12", "Dr fee 12; Cr reserve 12"),
	"fee as a payment amount": ([], paid("Fee", 12), "Dr fee 12; Cr reserve 12", "Dr fee 12; Cr reserve 12"),
	"fee reversal": (
		[],
		paid("Volume Rebate", fee=30),
		"Dr reserve 30; Cr fee 30",
		"Dr reserve 30; Cr fee 30",
	),
	"charge": ([], paid("ACH Fee", fee=5), "Dr charges 5; Cr reserve 5", "Dr charges 5; Cr reserve 5"),
	"charge shown as negative": (
		[],
		paid("Wire Fee", -15),
		"Dr charges 15; Cr reserve 15",
		"Dr charges 15; Cr reserve 15",
	),
	"reserve release": (
		[],
		paid("Reserve Release", released=500),
		"Dr clearing 500; Cr reserve 500",
		"Dr clearing 500; Cr reserve 500",
	),
	"reserve taken back": (
		[],
		paid("Reserve Release", released=-500),
		"Dr reserve 500; Cr clearing 500",
		"Dr reserve 500; Cr clearing 500",
	),
	"reserve release less a fee": (
		[],
		paid("Reserve Release", released=500, fee=5),
		"Dr clearing 500, fee 5; Cr reserve 505",
		"Dr clearing 500, fee 5; Cr reserve 505",
	),
}


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_every_event_posts_what_the_matrix_says(name, policy):
	before, row, borrowing, sale = TABLE[name]
	line, found, _ = after(policy, *before, row)
	assert line.outcome is Outcome.MATCHED, line.reason
	assert found == (borrowing if policy == "borrowing" else sale)


@pytest.mark.parametrize("policy", ["borrowing", "sale"])
@pytest.mark.parametrize(
	"word, column", [("ACH Fee", "fee"), ("Fee", "fee"), ("Reserve Release", "released")]
)
def test_fees_and_releases_may_stand_alone(policy, word, column):
	line, found, _ = after(policy, paid(word, invoice_no=None, **{column: 5}))
	assert line.outcome is Outcome.MATCHED and line.receivable is None and found.count("5") == 2


@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_a_payment_of_a_never_factored_invoice_passes_through_the_reserve(policy):
	line, found, position = after(policy, paid("Non-Factored Payment", 1000), bought=False)
	assert found == "Dr reserve 1000; Cr receivable 1000" and line.reason is None
	assert position.outstanding == 0


def test_what_our_books_still_expect_is_no_customers_credit():
	"""RTS bought 1,000 of an invoice of 1,150; the debtor pays 1,200."""
	assert after("borrowing", paid("Payment", 1200), amount="1150")[1] == (
		"Dr advances 1000, reserve 200; Cr customer_credit 50, receivable 1150"
	)
	assert after("sale", paid("Payment", 1200), amount="1150")[1] == (
		"Dr reserve 200; Cr customer_credit 50, receivable 150"
	)


@pytest.mark.parametrize(
	"row, debits",
	[
		(("AF-1", "A", 1000, 1000, 0, 50, 0, 950), "clearing 950, reserve 50"),
		(("AF-1", "A", 1000, 800, 24, 40, 0, 736), "clearing 736, fee 24, reserve 40"),
		(("AF-1", "A", 1000, 1000, 30, 50, 2, 918.01), "charges 1.99, clearing 918.01, fee 30, reserve 50"),
		(("AF-1", "A", 1000, 1000, 30, 50, 2, None), "charges 2, clearing 918, fee 30, reserve 50"),
	],
)
def test_a_purchase_balances_to_the_cent_whatever_the_report_leaves_out(row, debits):
	assert posted(purchased("borrowing", row=row)[2].legs) == f"Dr {debits}; Cr advances {row[3]}"


@pytest.mark.parametrize(
	"header, row, debits",
	[
		("Invoice #|Invoice Amount|Advance", (1000, 800), "clearing 800, reserve 200"),
		(
			"Invoice #|Invoice Amount|Advance|Fee|Net",
			(1000, 800, 30, 770),
			"clearing 770, fee 30, reserve 200",
		),
		(
			"Invoice #|Invoice Amount|Fee|Escrow|Net Funded",
			(1000, 30, 50, 920),
			"clearing 920, fee 30, reserve 50",
		),
		("Invoice #|Invoice Amount|Purchase Amount", (1000, 1000), "clearing 1000"),
		(
			"Invoice #|Invoice Amount|Fee|Wire Fee|Net",
			(1000, 30, 15, 955),
			"charges 15, clearing 955, fee 30",
		),
		(
			"Invoice #|Invoice Amount|Purchase Amount|Fee|Reserve|Net|Status",
			(1000, None, 30, 50, 920, "Processed"),
			"clearing 920, fee 30, reserve 50",
		),
	],
)
def test_a_purchase_is_read_from_whatever_columns_say_enough(header, row, debits):
	ledger, receivables = ledger_of(receivable("AF-1"))
	result = reconcile(read([header.split("|"), ("AF-1", *row)]), receivables, ledger)
	assert posted(result.legs) == f"Dr {debits}; Cr advances 1000"


def test_more_deducted_than_bought_is_owed_to_the_factor():
	result = purchased("borrowing", row=("AF-1", "A", 1000, 1000, 30, 50, 1000, -80))[2]
	assert posted(result.legs) == "Dr charges 1000, fee 30, reserve 50; Cr advances 1000, clearing 80"


def test_only_receivable_legs_need_the_invoice_and_all_name_it():
	for leg in purchased("sale")[2].legs:
		assert leg.invoice_no == "AF-1" and (leg.debit > 0) != (leg.credit > 0)


# what a person decides ------------------------------------------------------------------------------------------------

DECIDED = {
	"write-off": ([], Event.WRITE_OFF, 1000, "Dr advances 1000; Cr receivable 1000", "", "Completed"),
	"write-off of the rest": (
		[paid("Partial", 400)],
		Event.WRITE_OFF,
		600,
		"Dr advances 600; Cr receivable 600",
		"",
		"Completed",
	),
	"buyout": (
		[],
		Event.BUYOUT,
		1000,
		"Dr advances 1000; Cr clearing 1000",
		"Dr receivable 1000; Cr clearing 1000",
		"Charged Back",
	),
	"buyout of the rest": (
		[paid("Partial", 400)],
		Event.BUYOUT,
		600,
		"Dr advances 600; Cr clearing 600",
		"Dr receivable 600; Cr clearing 600",
		"Charged Back",
	),
	"buyout of a part": (
		[],
		Event.BUYOUT,
		300,
		"Dr advances 300; Cr clearing 300",
		"Dr receivable 300; Cr clearing 300",
		"Financed",
	),
}


def decided(policy, before, event, amount, word="Write-Off"):
	"""The row after some others, once waiting and once with its type set: both lines, the legs, the position."""
	ledger, receivables, _ = purchased(policy)
	for row in before:
		ledger.commit(reconcile(payments(row), receivables, ledger))
	report = payments(paid(word, amount))
	waiting = reconcile(report, receivables, ledger).lines[0]
	result = reconcile(report, receivables, ledger, decisions={report.lines[0].row: RowDecision(event=event)})
	ledger.commit(result)
	return waiting, result.lines[0], posted(result.legs), ledger.position(receivables["AF-1"])


@pytest.mark.parametrize("name", DECIDED)
@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_write_off_and_buyout_are_posted_when_a_person_says_so(name, policy):
	before, event, amount, borrowing, sale, state = DECIDED[name]
	waiting, line, found, position = decided(policy, before, event, amount)
	assert (waiting.outcome, waiting.reason) == (Outcome.BLOCKED, "needs_decision")
	assert line.outcome is Outcome.MATCHED, line.reason
	assert found == (borrowing if policy == "borrowing" else sale)
	assert position.state is InvoiceState(state)


@pytest.mark.parametrize(
	"before, event, amount, reason",
	[
		([], Event.WRITE_OFF, 1001, "exceeds_open"),
		([], Event.BUYOUT, 1001, "exceeds_open"),
		([paid("Payment", 1000)], Event.WRITE_OFF, 5, "already_paid"),
		([paid("Chargeback", 1000)], Event.BUYOUT, 1000, "charged_back"),
		([], Event.WRITE_OFF, None, "missing_amount"),
		([], Event.DIRECT_PAYMENT, 1001, "exceeds_open"),
	],
)
@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_write_off_and_buyout_take_no_more_than_is_open(policy, before, event, amount, reason):
	_, line, found, _ = decided(policy, before, event, amount, "Odd Word")
	assert (line.outcome, line.reason, found) == (Outcome.BLOCKED, reason, "")


# the matrix itself ----------------------------------------------------------------------------------------------------

NEVER_POSTED = {Event.PARTIAL, Event.NON_PAYMENT}  # a partial is a payment


def test_the_matrix_has_an_entry_for_every_event_and_policy():
	assert set(MATRIX) == {
		(event, policy) for event in Event if event not in NEVER_POSTED for policy in Policy
	}


@pytest.mark.parametrize("event", sorted(NEVER_POSTED))
def test_an_event_without_an_entry_is_an_error_not_a_silent_nothing(event):
	with pytest.raises(PostingError) as caught:
		legs(Policy.SALE, Effect(event, {"paid": Decimal(1)}))
	assert caught.value.code == "no_posting_rule"


def test_legs_out_of_balance_are_an_error():
	amounts = dict(
		purchased=Decimal(1000), fee=Decimal(30), reserve=Decimal(50), other=Decimal(2), net=Decimal(917)
	)
	with pytest.raises(PostingError) as caught:
		legs(Policy.BORROWING, Effect(Event.PURCHASE, amounts, "AF-1"))
	assert caught.value.code == "unbalanced" and "AF-1" in caught.value.message


cents = st.integers(min_value=1, max_value=10**8).map(lambda n: Decimal(n) / 100)


@given(cents, cents, st.sampled_from(Policy))
def test_every_entry_balances_for_any_amounts(one, other, policy):
	sums = {"paid": one, "amount": one, "purchased": one, "fee": other, "reserve": other, "other": Decimal(0)}
	sums |= {"net": one - 2 * other, "open": one + other, "short": other, "billed": other}
	sums |= {"due": one, "held": one, "reopened": one}
	for (event, of), _entry in MATRIX.items():
		if of is policy and event is not Event.REVERSAL:  # its amounts are those of a posted entry
			amounts = dict(sums)
			if event is Event.OVER_PAY:
				amounts |= {
					"paid": one + other,
					"open": one,
					"over": other,
					"due": one if policy is Policy.BORROWING else 0,
				}
				amounts["credit"] = other
			if event is Event.OPENING:
				amounts["opening"] = other - (one + other if policy is Policy.BORROWING else one)
			if event is Event.PAYMENT_REMOVED:
				amounts |= {"over": other, "credit": other}
				amounts["due"] = one if policy is Policy.BORROWING else Decimal(0)
			found = legs(policy, Effect(event, amounts, "AF-1"))
			assert sum(leg.debit for leg in found) == sum(leg.credit for leg in found)


@given(st.data())
def test_the_position_keeps_the_balances_the_legs_make(data):
	policy = data.draw(st.sampled_from(Policy))
	position, events = Position("AF-1", outstanding=Decimal(10**6)), []
	for event in data.draw(
		st.lists(st.sampled_from([Event.PAYMENT, Event.FEE, Event.CHARGEBACK, Event.RESERVE_RELEASE]))
	):
		amount = data.draw(cents)
		events.append(Effect(event, {"paid": amount, "due": amount, "amount": amount}, "AF-1"))
	moved = advance(position, policy, *events)
	found = by_role(leg for effect in events for leg in legs(policy, effect))
	for role, name in ((Role.RECEIVABLE, "outstanding"), (Role.RESERVE, "reserve")):
		debit, credit = found.get(role, (Decimal(0), Decimal(0)))
		assert getattr(moved, name) - getattr(position, name) == debit - credit


# state ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["borrowing", "sale"])
@pytest.mark.parametrize(
	"rows, state",
	[
		([paid("Fee", fee=1)], "Financed"),
		([paid("Partial", 400)], "Partly Paid"),
		([paid("Payment", 1000)], "Completed"),
		([paid("Partial", 400), paid("Payment", 600)], "Completed"),
		([paid("Short Pay", 900)], "Completed"),
		([paid("Over Pay", 1075)], "Completed"),
		([paid("Payment", 1000), paid("NSF", 1000)], "Financed"),
		([paid("Payment", 1000), paid("NSF", 300)], "Partly Paid"),
		([paid("Chargeback", 1000)], "Charged Back"),
		([paid("Partial", 400), paid("Chargeback", 600)], "Charged Back"),
		([paid("Chargeback", 1000), paid("Chargeback Reversal", 1000)], "Financed"),
	],
)
def test_the_state_of_an_invoice_follows_from_its_figures(policy, rows, state):
	assert after(policy, *rows)[2].state is InvoiceState(state)


@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_at_the_end_of_a_clean_cycle_nothing_is_left_on_the_invoice(policy):
	_, _, position = after(policy, paid("Payment", 1000, released=50))
	assert (position.open, position.outstanding, position.reserve) == (0, 0, 0)
	assert (position.purchased, position.collected, position.fee) == (1000, 1000, 30)


@pytest.mark.parametrize(
	"event, borrowing, sale",
	[
		(Event.RESERVE_SETTLEMENT, "Dr reserve 100; Cr clearing 100", "Dr reserve 100; Cr clearing 100"),
		(
			Event.ADVANCE_REPAID,
			"Dr cash_advances 100; Cr clearing 100",
			"Dr cash_advances 100; Cr clearing 100",
		),
		(Event.RECOVERY, "Dr advances 100; Cr clearing 100", "Dr receivable 100; Cr clearing 100"),
	],
)
def test_what_rts_keeps_of_a_funding_for_something_old(event, borrowing, sale):
	effect = Effect(event, {"amount": Decimal("100")}, "AF-1")
	assert posted(legs(Policy.BORROWING, effect)) == borrowing
	assert posted(legs(Policy.SALE, effect)) == sale


def test_a_recovery_charges_the_invoice_back():
	bought = Position("AF-1", InvoiceState.FINANCED, purchased=Decimal("1000"), open=Decimal("1000"))
	after_it = advance(bought, Policy.BORROWING, Effect(Event.RECOVERY, {"amount": Decimal("1000")}, "AF-1"))
	assert (after_it.open, after_it.charged_back, after_it.state) == (0, 1000, InvoiceState.CHARGED_BACK)
