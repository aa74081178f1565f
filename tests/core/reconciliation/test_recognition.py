"""A row is posted once, whatever the layout learns, and what only looks like a posted row is not lost."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rts_factoring.core.model import Event, Outcome, Role
from rts_factoring.core.reconciliation import recognition
from rts_factoring.core.reconciliation.posting_matrix import by_role
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reconciliation.results import GENUINE, RowDecision
from rts_factoring.core.reports.layout import DEFAULT_PAYMENT, DEFAULT_PURCHASE
from rts_factoring.core.reports.lines import MONEY
from tests.support.workbooks import (
	DAY,
	PAYMENT_HEADER,
	PURCHASE_HEADER,
	ledger_of,
	payments,
	read,
	receivable,
	with_header,
)

WIRE = ("Wire Fee", None, None, None, None, None, 15, -15)
DIFFERENCE = RowDecision(accepted=frozenset(["posted_differently"]))
ITS_OWN = RowDecision(accepted=frozenset([GENUINE]))
NOT_COUNTED = {2: RowDecision(accepted=frozenset(["unread_money"]))}  # the column nobody knows yet


def bought_row(number, amount=1000):
	return (f"AF-{number}", "Ridgeline Foods Inc", amount, amount, 0, 0, 0, amount)


def two_batches(policy="borrowing"):
	ledger, receivables = ledger_of(*(receivable(f"AF-{n}") for n in (1, 2)), policy=policy)
	ledger.batches = {"A1": ("AF-1",), "A2": ("AF-2",)}
	ledger.__post_init__()
	return ledger, receivables


def bought(policy="borrowing"):
	ledger, receivables = ledger_of(*(receivable(f"AF-{n}") for n in (1, 2)), policy=policy)
	ledger.commit(reconcile(read([PURCHASE_HEADER, bought_row(1), bought_row(2)]), receivables, ledger))
	return ledger, receivables


def said(result):
	return [(line.outcome.value, line.reason) for line in result.lines]


def net(result, role):
	debit, credit = by_role(result.legs).get(role, (0, 0))
	return debit - credit


# two batches with equal rows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batches", [("A1", "A2"), ("", "")])
def test_a_wire_fee_of_each_of_two_batches_counts(batches):
	ledger, receivables = two_batches()
	charge = {3: RowDecision(event=Event.CHARGE)}
	for number, batch in enumerate(batches, start=1):
		report = read([PURCHASE_HEADER, bought_row(number), WIRE])
		result = reconcile(report, receivables, ledger, batch, charge)
		assert [outcome for outcome, _ in said(result)] == ["matched", "matched"]
		assert net(result, Role.CLEARING) == 985
		ledger.commit(result)
		again = reconcile(report, receivables, ledger, batch)
		assert [outcome for outcome, _ in said(again)] == ["duplicate", "duplicate"]


def test_ignoring_a_row_of_one_batch_leaves_that_of_the_other_alone():
	ledger, receivables = two_batches()
	ignored = {3: RowDecision(ignore="not ours")}
	ledger.commit(reconcile(read([PURCHASE_HEADER, bought_row(1), WIRE]), receivables, ledger, "A1", ignored))
	again = reconcile(read([PURCHASE_HEADER, bought_row(1), WIRE]), receivables, ledger, "A1")
	assert said(again)[1] == ("duplicate", "ignored_before")
	other = reconcile(read([PURCHASE_HEADER, bought_row(2), WIRE]), receivables, ledger, "A2")
	assert other.lines[1].posted is None and other.lines[1].outcome is not Outcome.DUPLICATE


# a layout that learns between two reports -----------------------------------------------------------------------------

RBT = (*PAYMENT_HEADER[:8], "Rbt")
KNOWS_RBT = [with_header(DEFAULT_PAYMENT, "reserve_released", "Rbt")]


def partial(amount=400, released=50, ref="48210", word="Partial"):
	return ("AF-1", "Ridgeline Foods Inc", ref, DAY, word, 1000, amount, None, released)


def posted_partial(policy="borrowing"):
	ledger, receivables = bought(policy)
	ledger.commit(reconcile(payments(partial(released=None), header=RBT), receivables, ledger))
	return ledger, receivables


@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_a_payment_whose_rebate_column_was_learnt_later_is_not_posted_again(policy):
	ledger, receivables = posted_partial(policy)
	taught = payments(partial(), header=RBT, layouts=KNOWS_RBT)
	line = reconcile(taught, receivables, ledger).lines[0]
	assert (line.outcome, line.reason, line.effects) == (Outcome.BLOCKED, "posted_differently", ())
	assert [(d.field, d.posted, d.stated) for d in line.differences] == [("released", 0, 50)]
	result = reconcile(taught, receivables, ledger, decisions={2: DIFFERENCE})
	assert {role.value: sums for role, sums in by_role(result.legs).items()} == {
		"clearing": (50, 0),
		"reserve": (0, 50),
	}
	ledger.commit(result)
	assert ledger.positions["AF-1"].collected == 400
	assert said(reconcile(taught, receivables, ledger)) == [("duplicate", "posted_before")]
	# The file without the column is known too, and the row that was corrected does not count as a second one.
	twins = payments(partial(), partial(), header=RBT, layouts=KNOWS_RBT)
	assert said(reconcile(twins, receivables, ledger)) == [("duplicate", "posted_before"), ("matched", None)]


@pytest.mark.parametrize(
	"field, text, value",
	[
		("payment_ref", "Chk Ref", "48210"),
		("fee_amount", "Cost", 5),
		("reserve_released", "Rbt", 50),
		("chargeback_amount", "Taken Back", 100),
		("transaction_type", "Kind", "Partial"),
		("amount_paid", "Also Paid", 60),
	],
)
def test_no_column_learnt_between_two_reports_posts_a_payment_twice(field, text, value):
	header = ("Invoice #", "Payment Date", "Payment Amount", text)
	cells = ("AF-1", DAY, 400, value)
	ledger, receivables = bought()
	first = payments(cells, header=header, layouts=[DEFAULT_PAYMENT])
	ledger.commit(reconcile(first, receivables, ledger, decisions=NOT_COUNTED))
	assert ledger.positions["AF-1"].collected == 400
	taught = payments(cells, header=header, layouts=[with_header(DEFAULT_PAYMENT, field, text)])
	line = reconcile(taught, receivables, ledger).lines[0]
	assert line.effects == () and line.reason in ("posted_before", "posted_differently")
	assert (line.outcome is Outcome.BLOCKED) is bool(line.differences)


@pytest.mark.parametrize(
	"field, text, value",
	[("fee_amount", "Cost", 30), ("purchased_amount", "Bought", 900), ("purchase_date", "On", DAY)],
)
def test_no_column_learnt_between_two_reports_posts_a_purchase_twice(field, text, value):
	header = (*PURCHASE_HEADER[:3], "Net Funded", text)
	cells = ("AF-1", "Ridgeline Foods Inc", 1000, None, value)
	ledger, receivables = ledger_of(receivable("AF-1"))
	plain = with_header(DEFAULT_PURCHASE, "status", "State")
	first = read([(*header, "State"), (*cells, "Purchased")], layouts=[plain])
	ledger.commit(reconcile(first, receivables, ledger, decisions=NOT_COUNTED))
	assert ledger.positions["AF-1"].purchased == 1000
	taught = read([(*header, "State"), (*cells, "Purchased")], layouts=[with_header(plain, field, text)])
	line = reconcile(taught, receivables, ledger).lines[0]
	assert line.effects == () and line.posted is not None


# what a person says of it ---------------------------------------------------------------------------------------------


def test_a_duplicate_that_happened_twice_is_posted_when_a_person_says_so():
	ledger, receivables = bought()
	ledger.commit(reconcile(payments(partial(released=None), header=RBT), receivables, ledger))
	report = payments(partial(released=None), header=RBT)
	assert said(reconcile(report, receivables, ledger)) == [("duplicate", "posted_before")]
	twin = reconcile(report, receivables, ledger, decisions={2: ITS_OWN})
	assert said(twin) == [("matched", None)] and twin.lines[0].occurrence == 2
	ledger.commit(twin)
	assert ledger.positions["AF-1"].collected == 800
	assert said(reconcile(report, receivables, ledger)) == [("duplicate", "posted_before")]


def test_a_smaller_fee_than_posted_gives_the_difference_back():
	ledger, receivables = bought()

	def fee(amount):
		cells = ("AF-1", "Ridgeline Foods Inc", "48210", DAY, "Payment", 1000, 400, amount)
		return payments(cells, header=PAYMENT_HEADER[:8])

	ledger.commit(reconcile(fee(30), receivables, ledger))
	result = reconcile(fee(20), receivables, ledger, decisions={2: DIFFERENCE})
	assert net(result, Role.FEE) == -10 and net(result, Role.RESERVE) == 10


@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_the_fee_of_a_purchase_learnt_later_is_posted_as_the_difference(policy):
	ledger, receivables = ledger_of(receivable("AF-1"), policy=policy)
	row = ("AF-1", "Ridgeline Foods Inc", 1000, 1000, 30)
	header = (*PURCHASE_HEADER[:4], "Cost")
	ledger.commit(reconcile(read([header, row]), receivables, ledger, decisions=NOT_COUNTED))
	layout = [with_header(DEFAULT_PURCHASE, "fee_amount", "Cost")]
	taught = read([header, row], layouts=layout)
	result = reconcile(taught, receivables, ledger, decisions={2: DIFFERENCE})
	assert {role.value: sums for role, sums in by_role(result.legs).items()} == {
		"fee": (30, 0),
		"clearing": (0, 30),
	}
	ledger.commit(result)
	assert ledger.positions["AF-1"].open == 1000 and ledger.positions["AF-1"].fee == 30
	assert said(reconcile(taught, receivables, ledger)) == [("duplicate", "posted_before")]


def test_a_row_ignored_before_waits_when_it_says_something_else():
	ledger, receivables = bought()
	ignored = {2: RowDecision(ignore="the rebate is not read")}
	ledger.commit(reconcile(payments(partial(), header=RBT), receivables, ledger, decisions=ignored))
	taught = payments(partial(), header=RBT, layouts=KNOWS_RBT)
	assert said(reconcile(taught, receivables, ledger)) == [("blocked", "ignored_differently")]
	whole = RowDecision(accepted=frozenset(["ignored_differently"]))
	result = reconcile(taught, receivables, ledger, decisions={2: whole})
	assert net(result, Role.CLEARING) == 50 and net(result, Role.ADVANCES) == 400


def test_the_rows_an_import_posted_itself_stand_for_themselves():
	ledger, receivables = bought()
	report = payments(partial(100, None), partial(100, None), header=RBT)
	ledger.commit(reconcile(report, receivables, ledger))
	second = next(row for row in ledger.posted_rows if (row.row, row.word) == (3, "Partial"))
	ledger.posted_rows = {replace(second, report_import="RI-1")}
	again = reconcile(report, receivables, ledger, report_import="RI-1")
	assert [line.outcome.value for line in again.lines] == ["matched", "duplicate"]
	assert [line.occurrence for line in again.lines] == [3, 2]


def test_equal_amounts_of_one_day_are_compared_invoice_by_invoice(monkeypatch):
	"""Loads at one price, paid on one day: each row is compared with those that can be it, not with all of the day."""
	numbers = range(1, 101)
	ledger, receivables = ledger_of(*(receivable(f"AF-{n}") for n in numbers))
	ledger.batches = {"A1": tuple(f"AF-{n}" for n in numbers)}
	ledger.__post_init__()
	ledger.commit(
		reconcile(read([PURCHASE_HEADER, *map(bought_row, numbers)]), receivables, ledger, batch="A1")
	)
	compared = []
	is_similar = recognition._Pairing._similar
	monkeypatch.setattr(
		recognition._Pairing,
		"_similar",
		lambda self, line, row: compared.append(line) or is_similar(self, line, row),
	)

	def paid(some):
		return reconcile(
			report_of([(f"AF-{n}", "Payment", 400, None, None, "1") for n in some], set()),
			receivables,
			ledger,
		)

	first = paid(numbers[:50])
	assert {line.outcome for line in first.lines} == {Outcome.MATCHED}
	ledger.commit(first)
	assert {line.outcome for line in paid(numbers[50:]).lines} == {Outcome.MATCHED}
	assert len(compared) <= 50
	assert {line.outcome for line in paid(numbers[:50]).lines} == {Outcome.DUPLICATE}


# any two overlapping reports ------------------------------------------------------------------------------------------

words = st.sampled_from(["Payment", "Partial", "ACH Fee", "Reserve Release", "Chargeback", "Misc"])
sums = st.sampled_from([None, 5, 10, 400])
rows = st.tuples(
	st.sampled_from(["AF-1", "AF-2", None]), words, sums, sums, sums, st.sampled_from(["1", None])
)
NAMES = ("Invoice #", "Kind", "Payment Amount", "Cost", "Rbt", "Ref", "Payment Date")
TEACHABLE = [
	("transaction_type", "Kind"),
	("fee_amount", "Cost"),
	("reserve_released", "Rbt"),
	("payment_ref", "Ref"),
]


def layout_with(taught):
	layout = DEFAULT_PAYMENT
	for place in taught:
		layout = with_header(layout, *TEACHABLE[place])
	return [layout]


def report_of(cells, taught):
	return payments(*[(*row, DAY) for row in cells], header=NAMES, layouts=layout_with(taught))


@settings(max_examples=150, deadline=None)
@given(
	st.lists(rows, min_size=1, max_size=6),
	st.lists(rows, max_size=4),
	st.sets(st.integers(0, 3)),
	st.sets(st.integers(0, 3)),
)
def test_teaching_a_layout_between_two_overlapping_reports_posts_nothing_twice(shared, more, known, learnt):
	ledger, receivables = bought()
	shared = [row for row in shared if any(row[2:5])]
	more = [row for row in more if any(row[2:5])]
	if not shared:
		return
	first = reconcile(report_of(shared, known), receivables, ledger)
	posted = [line.line.row for line in first.lines if line.effects]
	ledger.commit(first)
	second = reconcile(report_of(shared + more, known | learnt), receivables, ledger)
	assert sum(line.posted is not None for line in second.lines) == len(posted)
	assert all(not line.effects for line in second.lines if line.posted)
	assert all(line.outcome in (Outcome.DUPLICATE, Outcome.BLOCKED) for line in second.lines if line.posted)
	# Each column of the file is accounted for once: posted, waiting, ignored or duplicate.
	for name in MONEY:
		by_outcome = {}
		for line in second.lines:
			by_outcome.setdefault(line.outcome, []).append(getattr(line.line, name) or Decimal(0))
		assert sum(map(sum, by_outcome.values())) == sum(
			getattr(line, name) or Decimal(0) for line in second.report.lines
		)
