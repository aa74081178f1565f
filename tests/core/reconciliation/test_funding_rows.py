"""What RTS keeps of a funding: each deduction has its account, rows that are no purchases have their own types, and nothing
with money in it passes unread."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rts_factoring.core.model import Event, InvoiceState, Outcome, Position, Role
from rts_factoring.core.reconciliation.posting_matrix import by_role, legs
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reconciliation.results import RowDecision
from rts_factoring.core.reconciliation.row_effects import ACCEPTABLE
from rts_factoring.core.reports.layout import DEFAULT_PURCHASE
from tests.support.workbooks import ledger_of, read, receivable, with_header

NAME = "Ridgeline Foods Inc"
HEADER = ("Invoice #", "Customer", "Invoice Amount", "Purchase Amount", "Fee", "Reserve")
BOUGHT = ("AF-1", NAME, 1000, 1000, 30, 50)
POLICIES = pytest.mark.parametrize("policy", ["borrowing", "sale"])


def accept(*reasons: str) -> RowDecision:
	return RowDecision(accepted=frozenset(reasons))


def net(entries) -> dict[str, Decimal]:
	"""Role → debit less credit."""
	return {role.value: debit - credit for role, (debit, credit) in by_role(entries).items()}


def result_of(header, *rows, policy="borrowing", decision=None, row=2, positions=None):
	"""One report on an empty ledger, in which AF-1 and AF-2 of 1,000 each were sent."""
	ledger, receivables = ledger_of(receivable("AF-1"), receivable("AF-2"), policy=policy)
	ledger.positions |= positions or {}
	report = read([header, *rows], layouts=[DEFAULT_PURCHASE])
	return reconcile(report, receivables, ledger, decisions={row: decision} if decision else None)


# columns --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	"column, role",
	[
		("Fuel Advance", "cash_advances"),
		("Cash Advance", "cash_advances"),
		("Wire Fee", "charges"),
		("Factoring Fee", "fee"),
		("Escrow Reserve", "reserve"),
	],
)
@POLICIES
def test_each_deduction_goes_to_its_account(column, role, policy):
	result = result_of((*HEADER[:4], column, "Net"), (*BOUGHT[:4], 400, 600), policy=policy)
	claim = "advances" if policy == "borrowing" else "receivable"
	assert net(result.legs) == {role: 400, "clearing": 600, claim: -1000}


@pytest.mark.parametrize(
	"column, reason", [("Adjustments", "unclear_deduction"), ("Chargeback", "recovery_unclear")]
)
@POLICIES
def test_a_deduction_that_nobody_can_place_waits_and_is_then_a_difference(column, reason, policy):
	header, row = (*HEADER, column, "Net"), (*BOUGHT, 400, 520)
	waits = result_of(header, row, policy=policy)
	assert (waits.lines[0].outcome, waits.lines[0].reason, waits.legs) == (Outcome.BLOCKED, reason, [])
	taken = result_of(header, row, policy=policy, decision=accept(reason))
	assert net(taken.legs).items() >= {"differences": 400, "clearing": 520, "fee": 30, "reserve": 50}.items()


@pytest.mark.parametrize("amount", [400, 400.5, "400", "$400.00", "(400.00)", -400, "400.00-"])
@pytest.mark.parametrize("column", ["Sundry", "Adj", "", "Load Fee", "Ins"])
def test_a_column_with_money_that_is_not_read_makes_its_row_wait(column, amount):
	header = (*HEADER, column)
	result = result_of(header, (*BOUGHT, amount), ("AF-2", *BOUGHT[1:], 0))
	assert [(line.outcome.value, line.reason) for line in result.lines] == [
		("blocked", "unread_money"),
		("matched", None),
	]
	assert abs(result.lines[0].line.unread) in (400, Decimal("400.50"))
	accepted = result_of(header, (*BOUGHT, amount), decision=accept("unread_money"))
	assert net(accepted.legs)["clearing"] == 920


@pytest.mark.parametrize(
	"column, values",
	[
		("Days", (32, 31)),
		("Load #", (70001, 70002)),
		("Advance %", (92, 92)),
		("Fee Rate", (3.5, 3.5)),
		("Phone", (8005551234, 8005551235)),
		("", (1, 2)),
		("Remark", ("2 pallets short", "")),
		("Balance", (1000, 1000)),
	],
)
def test_numbers_that_are_no_money_stop_nothing(column, values):
	rows = [
		("AF-1", *BOUGHT[1:], values[0]),
		("AF-2", *BOUGHT[1:], values[1]),
		("AF-2", *BOUGHT[1:], 3 if column == "" else values[1]),
	]
	assert [line.outcome.value for line in result_of((*HEADER, column), *rows).lines[:2]] == ["matched"] * 2


def test_a_column_taught_as_not_counted_is_left_out():
	layout = with_header(DEFAULT_PURCHASE, "not_counted", "Sundry")
	report = read([(*HEADER, "Sundry"), (*BOUGHT, 400)], layouts=[layout])
	ledger, receivables = ledger_of(receivable("AF-1"))
	assert reconcile(report, receivables, ledger).lines[0].outcome is Outcome.MATCHED


def test_a_held_invoice_is_held_whatever_its_columns_forecast():
	result = result_of((*HEADER, "Sundry", "Status"), (*BOUGHT, 400, "Held"))
	assert result.lines[0].outcome is Outcome.HELD


@pytest.mark.parametrize("second, waits", [(1000, False), (None, False), (900, True)])
def test_a_second_column_of_one_amount_counts_where_the_two_differ(second, waits):
	result = result_of((*HEADER, "Approved Amount"), (*BOUGHT, second))
	assert (result.lines[0].reason == "unread_money") is waits


@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_a_purchase_of_another_amount_than_the_invoice_waits(policy):
	row = ("AF-1", NAME, 100, 100, 3, 5)
	assert result_of(HEADER, row, policy=policy).lines[0].reason == "differs_from_invoice"
	taken = result_of(HEADER, row, policy=policy, decision=accept("differs_from_invoice"))
	assert net(taken.legs)["clearing"] == 92 and taken.positions["AF-1"].open == 100


def test_less_bought_of_the_right_amount_is_rtss_decision():
	assert result_of(HEADER, ("AF-1", NAME, 1000, 800, 30, 50)).lines[0].outcome is Outcome.MATCHED


# rows that are no purchases -------------------------------------------------------------------------------------------

TYPED = ("Invoice #", "Type", "Purchase Amount", "Net", "Invoice Amount")


def held(**more) -> dict[str, Position]:
	"""AF-2 as it stands after it was bought, unless `more` says otherwise."""
	amounts = dict(purchased=1000, open=1000, outstanding=1000, holdback=50, reserve=50) | more
	amounts = {name: Decimal(value) for name, value in amounts.items()}
	return {"AF-2": Position("AF-2", InvoiceState.FINANCED, "A1", **amounts)}


@pytest.mark.parametrize(
	"word, invoice_no, role",
	[
		("Fuel Advance", "", "cash_advances"),
		("cash advance", "AF-2", "cash_advances"),
		("Reserve Settlement", "", "reserve"),
		("Wire Fee", "", "charges"),
		("Wire Fee", "AF-2", "charges"),
		("Factoring Fee", "AF-2", "fee"),
		("Chargeback", "AF-2", {"borrowing": "advances", "sale": "receivable"}),
		("Buy-Back", "AF-2", {"borrowing": "advances", "sale": "receivable"}),
	],
)
@POLICIES
def test_what_rts_kept_for_something_older_posts_by_its_type(word, invoice_no, role, policy):
	row = (invoice_no, word, None, -1000, None)
	result = result_of(TYPED, row, policy=policy, positions=held())
	role = role[policy] if isinstance(role, dict) else role
	assert result.lines[0].reason is None
	assert net(result.lines[0].effects and result.legs) == {role: 1000, "clearing": -1000}


@pytest.mark.parametrize("where", ["Invoice #", "Status", "Notes"])
def test_the_type_is_known_wherever_its_word_stands(where):
	header = ("Invoice #", "Invoice Amount", "Net", "Status", "Notes")
	cells = dict.fromkeys(header) | {"Net": -15, where: "Wire Fee"}
	result = result_of(header, ("AF-1", 1000, 1000, "Funded", ""), tuple(cells.values()))
	assert net(result.legs) == {"advances": -1000, "charges": 15, "clearing": 985}


def test_a_row_without_a_type_gets_one_from_a_person():
	header = ("Invoice #", "Invoice Amount", "Net", "Status")
	row = ("", None, -40, "Recouped")
	for event, role in (
		(Event.ADVANCE_REPAID, "cash_advances"),
		(Event.RESERVE_SETTLEMENT, "reserve"),
		(Event.FEE, "fee"),
		(Event.CHARGE, "charges"),
		(Event.DIFFERENCE, "differences"),
	):
		result = result_of(header, row, decision=RowDecision(event=event))
		assert net(result.legs) == {role: 40, "clearing": -40}


@pytest.mark.parametrize(
	"kept, position, reason, expected",
	[
		(1000, {"open": 1000}, None, {"advances": 1000, "clearing": -1000}),
		(1030, {"open": 1000}, "chargeback_exceeds_open", {"advances": 1000, "fee": 30, "clearing": -1030}),
		(950, {"open": 1000}, "net_of_reserve", {"advances": 1000, "reserve": -50, "clearing": -950}),
		(600, {"open": 1000}, None, {"advances": 600, "clearing": -600}),
		(
			1000,
			{"open": 0, "charged_back": 1000},
			"recovered_before",
			{"reserve": 1000, "clearing": -1000},
		),
		(
			100,
			{"open": 0, "short": 100, "collected": 900},
			"recovered_before",
			{"reserve": 100, "clearing": -100},
		),
		(40, {"open": 0, "collected": 1000}, "nothing_open", {"differences": 40, "clearing": -40}),
		(-300, {"open": 700, "charged_back": 300}, None, {"advances": -300, "clearing": 300}),
		(-300, {"open": 1000}, "not_charged_back", {"differences": -300, "clearing": 300}),
	],
)
def test_a_recovery_posts_what_rts_kept_after_a_look_where_the_books_expected_something_else(
	kept, position, reason, expected
):
	row = ("AF-2", "Chargeback", None, -kept, None)
	result = result_of(TYPED, row, positions=held(**position))
	if reason:
		assert result.lines[0].reason == reason and reason in ACCEPTABLE
		result = result_of(TYPED, row, positions=held(**position), decision=accept(reason))
	assert net(result.legs) == expected


def test_a_recovery_of_what_rts_never_bought_waits():
	assert result_of(TYPED, ("AF-2", "Chargeback", None, -10, None)).lines[0].reason == "not_purchased"
	assert result_of(TYPED, ("", "Chargeback", None, -10, None)).lines[0].reason == "missing_invoice"


def test_an_invoice_recovered_is_not_missing_from_the_batch_nor_another_batch():
	"""AF-2 went out in an older batch; the report is about A1 with AF-1."""
	ledger, receivables = ledger_of(receivable("AF-1"), receivable("AF-2"))
	ledger.batches = {"A1": ("AF-1",), "A0": ("AF-2",)}
	ledger.__post_init__()
	ledger.positions |= held()
	rows = [("AF-1", "Purchase", 1000, 1000, 1000), ("AF-2", "Chargeback", None, -1000, None)]
	result = reconcile(read([TYPED, *rows]), receivables, ledger)
	assert (result.batch, result.missing) == ("A1", ())
	assert net(result.legs) == {"advances": 0, "clearing": 0}


def test_a_recovery_that_was_posted_is_a_duplicate_and_its_correction_posts_the_difference():
	ledger, receivables = ledger_of(receivable("AF-1"), receivable("AF-2"))
	ledger.positions |= held()

	def report(kept):
		return read([TYPED, ("AF-2", "Chargeback", None, -kept, None)])

	ledger.commit(reconcile(report(600), receivables, ledger))
	assert reconcile(report(600), receivables, ledger).lines[0].outcome is Outcome.DUPLICATE
	again = reconcile(report(700), receivables, ledger)
	assert again.lines[0].reason == "posted_differently"
	taken = reconcile(report(700), receivables, ledger, decisions={2: accept("posted_differently")})
	assert net(taken.legs) == {"advances": 100, "clearing": -100}


@pytest.mark.parametrize("deduction", [("Fuel Advance", 300), ("Adjustments", 0.01)])
def test_a_deduction_beside_a_net_of_zero_waits(deduction):
	column, amount = deduction
	report = read(
		[("Invoice #", "Type", "Purchase Amount", column, "Net"), ("AF-1", "Fuel Advance", None, amount, 0)],
		layouts=[DEFAULT_PURCHASE],
	)
	ledger, receivables = ledger_of(receivable("AF-1"))
	(line,) = reconcile(report, receivables, ledger).lines
	assert (line.outcome, line.reason, line.effects) == (Outcome.BLOCKED, "arithmetic", ())


# whatever a report has ------------------------------------------------------------------------------------------------

_cents = st.integers(min_value=-5_000, max_value=120_000).map(lambda n: Decimal(n) / 100)
_maybe = st.one_of(st.none(), _cents)
READ_AS = ("invoice_amount", "purchased", "fee", "reserve", "other", "repaid", "recovered", "unclear")
READ_AS += ("unread", "net")
COLUMNS = ("Fee", "Reserve", "Wire Fee", "Fuel Advance", "Chargeback", "Adjustments", "Sundry")
_words = st.sampled_from(
	["", "Purchase", "Chargeback", "Fuel Advance", "Reserve Settlement", "Wire Fee", "Fee", "No Such Word"]
)
_row = st.tuples(
	st.sampled_from(["AF-1", "AF-2", "AF-3", ""]),
	_words,
	st.sampled_from(["", "Funded", "Held", "Chargeback", "Eh"]),
	_maybe,
	_maybe,
	st.tuples(*[_maybe for _ in COLUMNS]),
	_maybe,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_row, min_size=1, max_size=6), st.sampled_from(["borrowing", "sale"]), st.data())
def test_every_amount_of_every_column_is_posted_or_waits_and_clearing_is_the_net(rows, policy, data):
	header = ("Invoice #", "Type", "Status", "Invoice Amount", "Purchase Amount", *COLUMNS, "Net")
	ledger, receivables = ledger_of(*(receivable(f"AF-{n}") for n in (1, 2, 3)), policy=policy)
	ledger.positions |= held()
	sheet = [header, *((*row[:5], *row[5], row[6]) for row in rows)]
	try:
		report = read(sheet, layouts=[DEFAULT_PURCHASE])
	except Exception as refused:
		assert getattr(refused, "code", "") == "no_rows"
		return
	decisions = {}
	for _ in range(4):
		result = reconcile(report, receivables, ledger, decisions=decisions)
		waiting = [line for line in result.lines if line.reason in ACCEPTABLE]
		if not waiting:
			break
		for line in waiting:
			if data.draw(st.booleans()):
				had = decisions.get(line.line.row, RowDecision())
				decisions[line.line.row] = accept(*had.accepted, line.reason)
	result = reconcile(report, receivables, ledger, decisions=decisions)
	assert len(result.lines) == len(report.lines)
	for column, name in zip(header[3:], READ_AS, strict=True):
		of_file = sum((row[header.index(column)] or 0 for row in sheet[1:]), Decimal(0))
		of_lines = sum((getattr(line.line, name) or 0 for line in result.lines), Decimal(0))
		of_totals = sum((total.amounts.get(name, 0) for total in report.totals), Decimal(0))
		assert of_lines + of_totals in (of_file, -of_file), column
	assert sum(net(result.legs).values(), Decimal(0)) == 0
	for line in result.lines:
		if not line.effects:
			continue
		row = line.line
		assert not row.unread or "unread_money" in decisions[row.row].accepted
		legs_of_row = [leg for effect in line.effects for leg in legs(result.policy, effect)]
		if row.net is not None:
			assert net(legs_of_row).get(Role.CLEARING.value, 0) == row.net
