"""A row is posted at most once, a person's decision is put in, a wrong file is refused, and nothing moves before commit."""

from dataclasses import replace
from datetime import date

import pytest

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.model import Event, Outcome, Policy, ReportKind
from rts_factoring.core.reconciliation.factoring_ledger import FactoringLedger
from rts_factoring.core.reconciliation.identity import check_identity
from rts_factoring.core.reconciliation.posting_matrix import legs
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reconciliation.results import RowDecision
from rts_factoring.core.reports.layout import DEFAULT_PAYMENT
from rts_factoring.core.reports.report import read_report
from tests.support.workbooks import (
	COMPANY,
	DAY,
	OTHER,
	PAYMENT_HEADER,
	PURCHASE_HEADER,
	ledger_of,
	payments,
	read,
	receivable,
	xlsx,
)

BOUGHT = [(f"AF-{n}", "Ridgeline Foods Inc", 1000, 1000, 30, 50, 0, 920) for n in (1, 2, 3)]


def row(word, amount=None, *, fee=None, invoice_no="AF-1", ref="48210", day=DAY):
	return (invoice_no, "Ridgeline Foods Inc", ref, day, word, 1000, amount, fee)


def fee(amount=5, word="ACH Fee"):
	return row(word, fee=amount, invoice_no=None, ref=None)


def bought(policy="borrowing", **more):
	"""A ledger with three invoices bought in batch A1."""
	ledger, receivables = ledger_of(*(receivable(f"AF-{n}") for n in (1, 2, 3)), policy=policy, **more)
	ledger.commit(reconcile(read([PURCHASE_HEADER, *BOUGHT]), receivables, ledger))
	return ledger, receivables


def outcomes(result):
	return [line.outcome.value for line in result.lines]


# at most once ---------------------------------------------------------------------------------------------------------


def test_the_same_report_again_posts_nothing():
	ledger, receivables = bought()
	again = reconcile(read([PURCHASE_HEADER, *BOUGHT]), receivables, ledger)
	assert outcomes(again) == ["duplicate"] * 3 and again.legs == [] and again.positions == {}


def test_overlapping_periods_post_only_what_is_new():
	ledger, receivables = bought()
	first = payments(row("Partial", 400), fee(), row("Payment", 1000, invoice_no="AF-2"))
	ledger.commit(reconcile(first, receivables, ledger))
	second = payments(
		row("Payment", 1000, invoice_no="AF-2"),
		row("Payment", 600),
		fee(),
		row("Payment", 1000, invoice_no="AF-3"),
	)
	assert outcomes(reconcile(second, receivables, ledger)) == [
		"duplicate",
		"matched",
		"duplicate",
		"matched",
	]


def test_identical_rows_both_count_and_come_again_as_two():
	ledger, receivables = bought()
	identical = payments(fee(), fee())
	result = reconcile(identical, receivables, ledger)
	assert outcomes(result) == ["matched", "matched"] and [line.occurrence for line in result.lines] == [1, 2]
	ledger.commit(result)
	three = reconcile(payments(fee(), fee(), fee()), receivables, ledger)
	assert outcomes(three) == ["duplicate", "duplicate", "matched"]
	ledger.commit(three)
	assert outcomes(reconcile(payments(fee(), fee()), receivables, ledger)) == ["duplicate", "duplicate"]


def test_identical_payments_of_one_invoice_both_count():
	ledger, receivables = bought()
	result = reconcile(payments(row("Partial", 300), row("Partial", 300)), receivables, ledger)
	assert outcomes(result) == ["matched", "matched"] and result.positions["AF-1"].open == 400


def test_a_row_that_waits_is_not_known_and_is_posted_when_nothing_stands_in_its_way():
	ledger, receivables = ledger_of(receivable("AF-1"))
	report = payments(row("Payment", 1000))
	ledger.commit(reconcile(report, receivables, ledger))
	assert ledger.posted_rows == set()
	ledger.commit(reconcile(read([PURCHASE_HEADER, BOUGHT[0]]), receivables, ledger))
	assert outcomes(reconcile(report, receivables, ledger)) == ["matched"]


def test_freeing_an_imports_rows_lets_them_be_posted_again():
	ledger, receivables = bought()
	result = reconcile(payments(fee(), fee()), receivables, ledger)
	ledger.commit(result)
	taken_back = {(line.identity, line.occurrence) for line in result.lines}
	ledger.posted_rows = {
		row for row in ledger.posted_rows if (row.identity, row.occurrence) not in taken_back
	}
	assert outcomes(reconcile(payments(fee(), fee()), receivables, ledger)) == ["matched", "matched"]


@pytest.mark.parametrize(
	"change, becomes",
	[
		({}, "the same"),
		({0: "af 1"}, "the same"),
		({1: "RIDGELINE"}, "the same"),
		({2: 48210.0}, "the same"),
		({3: "11/03/2026"}, "the same"),
		({4: "Full Payment"}, "the same"),
		({5: None}, "the same"),
		({6: "$1,000.00"}, "the same"),
		({7: 0}, "the same"),
		({0: "AF-2"}, "new"),
		({2: "48211"}, "new"),
		({3: date(2026, 11, 4)}, "new"),
		({4: "Partial"}, "new"),
		({6: 999.99}, "new"),
		({7: 1}, "changed"),
	],
)
def test_a_row_is_known_by_what_it_says_and_not_by_how_it_is_spelt(change, becomes):
	cells = row("Payment", 1000)
	changed = tuple(change.get(place, cell) for place, cell in enumerate(cells))
	ledger, receivables = bought()
	ledger.commit(reconcile(payments(cells), receivables, ledger))
	line = reconcile(payments(changed), receivables, ledger).lines[0]
	found = "the same" if line.outcome is Outcome.DUPLICATE else "changed" if line.posted else "new"
	assert found == becomes
	assert (line.reason == "posted_differently") is (becomes == "changed")


def test_where_a_row_stands_does_not_matter():
	ledger, receivables = bought()
	ledger.commit(reconcile(payments(fee(1), fee(2)), receivables, ledger))
	assert outcomes(reconcile(payments(fee(2), fee(3), fee(1)), receivables, ledger)) == [
		"duplicate",
		"matched",
		"duplicate",
	]


# words learnt later ---------------------------------------------------------------------------------------------------

KNOWING = [replace(DEFAULT_PAYMENT, types=DEFAULT_PAYMENT.types | {"Misc Adj": Event.FEE})]
MISC = fee(12.34, "Misc Adj")


def test_a_row_posted_by_decision_is_known_again_once_the_layout_has_learnt_its_word():
	ledger, receivables = bought()
	first = reconcile(payments(MISC), receivables, ledger, decisions={2: RowDecision(event=Event.FEE)})
	assert outcomes(first) == ["matched"] and first.lines[0].effects[0].event is Event.FEE
	ledger.commit(first)
	assert outcomes(reconcile(payments(MISC), receivables, ledger)) == ["duplicate"]
	assert outcomes(reconcile(payments(MISC, layouts=KNOWING), receivables, ledger)) == ["duplicate"]


def test_a_learnt_word_and_a_known_one_of_the_same_meaning_stay_apart():
	ledger, receivables = bought()
	both = [fee(12.34, "Fee"), MISC]
	ledger.commit(
		reconcile(payments(*both), receivables, ledger, decisions={3: RowDecision(event=Event.FEE)})
	)
	assert outcomes(reconcile(payments(*both, layouts=KNOWING), receivables, ledger)) == ["duplicate"] * 2
	assert (
		outcomes(reconcile(payments(*both[::-1], layouts=KNOWING), receivables, ledger)) == ["duplicate"] * 2
	)
	more = reconcile(payments(*both, MISC, fee(12.34, "Fee"), layouts=KNOWING), receivables, ledger)
	assert outcomes(more) == ["duplicate", "duplicate", "matched", "matched"]


def test_a_waiting_row_that_a_later_report_posted_under_its_learnt_word_is_not_posted_again():
	ledger, receivables = bought()
	waiting = payments(MISC, fee(12.34, "Fee"))
	ledger.commit(reconcile(waiting, receivables, ledger))
	ledger.commit(reconcile(payments(MISC, fee(12.34, "Fee"), layouts=KNOWING), receivables, ledger))
	again = reconcile(waiting, receivables, ledger, decisions={2: RowDecision(event=Event.FEE)})
	assert outcomes(again) == ["duplicate", "duplicate"]


def test_a_decided_row_is_not_taken_for_its_neighbour_that_says_the_same():
	ledger, receivables = bought()
	report = payments(MISC, fee(12.34, "Fee"))
	ledger.commit(reconcile(report, receivables, ledger))
	decided = reconcile(report, receivables, ledger, decisions={2: RowDecision(event=Event.FEE)})
	assert outcomes(decided) == ["matched", "duplicate"]


# decisions ------------------------------------------------------------------------------------------------------------


def test_a_suggestion_waits_until_it_is_accepted():
	ledger, receivables = ledger_of(receivable("AF-1"))
	report = read([PURCHASE_HEADER, (1, *BOUGHT[0][1:])])
	assert outcomes(reconcile(report, receivables, ledger)) == ["suggested"]
	accepted = reconcile(report, receivables, ledger, decisions={2: RowDecision(invoice_no="AF-1")})
	assert outcomes(accepted) == ["matched"] and accepted.lines[0].rule == "decided"
	assert accepted.positions["AF-1"].purchased == 1000


def test_a_chosen_invoice_makes_up_for_a_missing_number():
	ledger, receivables = bought()
	report = payments(row("Payment", 1000, invoice_no=None))
	assert outcomes(reconcile(report, receivables, ledger)) == ["blocked"]
	chosen = reconcile(report, receivables, ledger, decisions={2: RowDecision(invoice_no="AF-2")})
	assert outcomes(chosen) == ["matched"] and chosen.lines[0].invoice_no == "AF-2"


@pytest.mark.parametrize("chosen, reason", [("BL-1", "other_subsidiary"), ("AF-9", "unknown_invoice")])
def test_a_person_cannot_choose_what_is_not_ours(chosen, reason):
	ledger, receivables = ledger_of(receivable("AF-1"), receivable("BL-1", company=OTHER))
	result = reconcile(
		payments(row("Payment", 5)), receivables, ledger, decisions={2: RowDecision(invoice_no=chosen)}
	)
	assert (result.lines[0].outcome, result.lines[0].reason) == (Outcome.BLOCKED, reason)


def test_a_row_of_another_client_is_not_ours_by_decision_either():
	header = (*PAYMENT_HEADER, "Client #")
	rows = [(*row("Payment", 1000), None, None, client) for client in ("104871", "104233")]
	ledger, receivables = bought()
	found = reconcile(
		read([header, *rows]), receivables, ledger, decisions={2: RowDecision(invoice_no="AF-1")}
	)
	assert [line.reason for line in found.lines] == ["other_subsidiary", None]


@pytest.mark.parametrize(
	"decision, outcome, reason",
	[
		(RowDecision(event=Event.PAYMENT), "blocked", "missing_invoice"),
		(RowDecision(event=Event.PAYMENT, invoice_no="AF-1"), "matched", None),
		(RowDecision(event=Event.CHARGE), "matched", None),
		(RowDecision(event=Event.DIRECT_PAYMENT, invoice_no="AF-1"), "matched", None),
		(RowDecision(ignore="booked by hand"), "ignored", "booked by hand"),
	],
)
def test_a_person_can_say_what_a_row_is(decision, outcome, reason):
	ledger, receivables = bought()
	report = payments(row("Misc Adj", 12.34, invoice_no=None))
	line = reconcile(report, receivables, ledger, decisions={2: decision}).lines[0]
	assert (line.outcome.value, line.reason) == (outcome, reason)


def test_a_payment_without_an_invoice_may_be_called_a_charge():
	ledger, receivables = bought()
	report = payments(row("Payment", 15, invoice_no=None))
	assert outcomes(
		reconcile(report, receivables, ledger, decisions={2: RowDecision(event=Event.CHARGE)})
	) == ["matched"]


def test_an_ignored_row_posts_nothing_and_stays_ignored_when_it_comes_again():
	ledger, receivables = bought()
	result = reconcile(
		payments(row("Payment", 1000)), receivables, ledger, decisions={2: RowDecision(ignore="no")}
	)
	assert result.legs == [] and result.positions == {}
	ledger.commit(result)
	assert outcomes(reconcile(payments(row("Payment", 1000)), receivables, ledger)) == ["duplicate"]


def test_a_decision_on_a_posted_row_changes_nothing():
	ledger, receivables = bought()
	ledger.commit(reconcile(payments(fee()), receivables, ledger))
	again = reconcile(payments(fee()), receivables, ledger, decisions={2: RowDecision(ignore="no")})
	assert outcomes(again) == ["duplicate"]


# the ledger -------------------------------------------------------------------------------------------------------------


def test_nothing_moves_before_commit():
	ledger, receivables = ledger_of(receivable("AF-1"))
	first = reconcile(read([PURCHASE_HEADER, BOUGHT[0]]), receivables, ledger)
	assert ledger.positions == {} and ledger.posted_rows == set()
	assert reconcile(read([PURCHASE_HEADER, BOUGHT[0]]), receivables, ledger).lines == first.lines
	ledger.commit(first)
	assert ledger.positions["AF-1"].purchased == 1000 and len(ledger.posted_rows) == 1


def test_rows_of_one_report_build_on_each_other_in_their_order():
	ledger, receivables = bought()
	rows = [row("Partial", 400), row("NSF", 400), row("Payment", 1000), row("Payment", 1)]
	result = reconcile(payments(*rows), receivables, ledger)
	assert [line.reason for line in result.lines] == [None, None, None, "already_paid"]
	assert result.positions["AF-1"].open == 0


# the file's identity --------------------------------------------------------------------------------------------------


def refused(titles, rows, header=PURCHASE_HEADER, **more):
	ledger, receivables = ledger_of(
		*(receivable(f"AF-{n}") for n in (1, 2, 3)), receivable("BL-1", company=OTHER)
	)
	ledger.batches["A2"] = ("AF-9",)
	with pytest.raises(FileRefused) as caught:
		reconcile(read([*titles, header, *rows]), receivables, ledger, **more)
	assert ledger.positions == {} and ledger.posted_rows == set()
	return caught.value.code


@pytest.mark.parametrize(
	"titles", [[["Client #:", "104871"]], [["Client: Bluebird Logistics"]], [["Client Number 104871"]]]
)
def test_a_file_of_another_client_is_refused(titles):
	assert refused(titles, BOUGHT) == "wrong_client"


def test_a_file_whose_rows_all_name_another_client_is_refused():
	rows = [(*cells, "104871") for cells in BOUGHT]
	assert refused([], rows, (*PURCHASE_HEADER, "Client #")) == "wrong_client"


@pytest.mark.parametrize(
	"titles, batch",
	[
		([["Batch:", "A1"]], "A2"),
		([["Schedule # A1"]], "A2"),
		([["Batch:", "A7"]], ""),
		([["Batch:", "A7"]], "A1"),
		([], "A7"),
		([], "A2"),
	],
)
def test_a_file_of_another_batch_is_refused(titles, batch):
	rows = [("AF-9", *BOUGHT[0][1:])] if titles else BOUGHT
	assert refused(titles, rows, batch=batch) == "wrong_batch"


def test_rows_that_all_name_another_batch_are_refused():
	rows = [(*cells, "A2") for cells in BOUGHT]
	assert refused([], rows, (*PURCHASE_HEADER, "Batch #"), batch="A1") == "wrong_batch"


@pytest.mark.parametrize(
	"titles, batch, found",
	[
		([["Batch:", "a1"]], "", "A1"),
		([["Batch:", "A1"]], "A1", "A1"),
		([["Schedule # 88123"]], "A1", "A1"),
		([["Schedule # 88123"]], "", "A1"),  # the one its invoices were sent in
		([["Purchase #: 88123"]], "a1", "A1"),
		([["Client: Acme Freight"]], "A1", "A1"),
		([["Client #: 104233"]], "", "A1"),
		([], "A1", "A1"),
	],
)
def test_a_file_that_fits_is_taken_for_its_batch(titles, batch, found):
	ledger, receivables = ledger_of(
		*(receivable(f"AF-{n}") for n in (1, 2, 3)), receivable("BL-1", company=OTHER)
	)
	assert reconcile(read([*titles, PURCHASE_HEADER, *BOUGHT]), receivables, ledger, batch).batch == found


@pytest.mark.parametrize(
	"title, day",
	[
		("Payment Report 11/01/2026 - 11/15/2026", DAY),
		("Payment Report", DAY),
		("Payment Report", date(2026, 12, 1)),
	],
)
def test_a_period_that_was_not_chosen_is_the_files_own(title, day):
	ledger, receivables = bought()
	report = read([[title], PAYMENT_HEADER, row("Payment", 1000, day=day)])
	assert check_identity(report, ledger) == ""
	assert outcomes(reconcile(report, receivables, ledger)) == ["matched"]


def test_a_report_of_the_wrong_kind_is_refused_by_the_reader():
	with pytest.raises(FileRefused) as caught:
		read_report(xlsx([PURCHASE_HEADER, *BOUGHT]), "x.xlsx", ReportKind.PAYMENT)
	assert caught.value.code == "wrong_kind"


def test_the_company_of_every_line_is_the_books():
	ledger, receivables = ledger_of(receivable("AF-1"), receivable("BL-1", company=OTHER))
	result = reconcile(read([PURCHASE_HEADER, BOUGHT[0], ("BL-1", *BOUGHT[0][1:])]), receivables, ledger)
	assert result.company == COMPANY
	assert {effect.invoice_no for effect in result.effects} == {"AF-1"}
	assert (result.lines[1].outcome, result.lines[1].reason) == (Outcome.BLOCKED, "other_subsidiary")


def test_a_report_of_two_batches_is_of_none():
	invoices = [receivable(f"AF-{n}") for n in (1, 2)]
	ledger, receivables = ledger_of(invoices[0])
	_, receivables = ledger_of(*invoices)
	ledger = FactoringLedger(COMPANY, Policy.BORROWING, batches={"A1": ("AF-1",), "A2": ("AF-2",)})
	result = reconcile(read([PURCHASE_HEADER, *BOUGHT[:2]]), receivables, ledger)
	assert (result.batch, result.missing) == ("", ())


@pytest.mark.parametrize("batch", ["", "A1"])
def test_a_title_right_above_the_header_is_heard(batch):
	ledger, receivables = ledger_of(receivable("AF-1"))
	title = ["Purchase Report", None, None, None, None, None, None, None, "Client #:", "104871"]
	with pytest.raises(FileRefused) as refused:
		reconcile(read([title, PURCHASE_HEADER, BOUGHT[0]]), receivables, ledger, batch)
	assert refused.value.code == "wrong_client"
	merged = ["Client", "Bluebird Logistics Inc"]
	ledger.companies = frozenset((COMPANY, OTHER))
	with pytest.raises(FileRefused) as refused:
		reconcile(read([[None, *merged], PURCHASE_HEADER, BOUGHT[0]]), receivables, ledger, batch)
	assert refused.value.code == "wrong_client"


NAMED = ("Client", *PURCHASE_HEADER)


def named(*clients, titles=()):
	return read([*titles, NAMED, *((client, *row) for client, row in zip(clients, BOUGHT, strict=False))])


def test_a_client_column_may_hold_names():
	ledger, receivables = ledger_of(*(receivable(f"AF-{n}") for n in (1, 2, 3)))
	ledger.companies = frozenset((COMPANY, OTHER))
	assert outcomes(reconcile(named(COMPANY, COMPANY.upper()), receivables, ledger)) == ["matched"] * 2
	with pytest.raises(FileRefused) as refused:
		reconcile(named(OTHER, OTHER), receivables, ledger)
	assert refused.value.code == "wrong_client"
	mixed = reconcile(
		named(OTHER, COMPANY, "Somebody Else", titles=[["Client # 104233"]]), receivables, ledger
	)
	assert outcomes(mixed) == ["blocked", "matched", "matched"]
	assert mixed.lines[0].reason == "other_subsidiary"


def test_a_number_or_check_that_lost_its_zeros_is_the_same_row():
	ledger, receivables = bought()
	once = payments(row("Partial", 400, ref="000555"))
	ledger.commit(reconcile(once, receivables, ledger))
	assert outcomes(reconcile(payments(row("Partial", 400, ref=555)), receivables, ledger)) == ["duplicate"]
	short = payments(row("Partial", 300, invoice_no="1", ref="9"))
	ledger.commit(reconcile(short, receivables, ledger, decisions={2: RowDecision(invoice_no="AF-1")}))
	assert outcomes(reconcile(payments(row("Partial", 300, ref="9")), receivables, ledger)) == ["duplicate"]


@pytest.mark.parametrize(
	"columns, event, expected",
	[
		({"other": 15, "net": -15}, Event.CHARGE, {"charges": 15, "clearing": -15}),
		({"net": -15}, Event.CHARGE, {"charges": 15, "clearing": -15}),
		({"net": -15}, Event.FEE, {"fee": 15, "clearing": -15}),
		({"fee": 15}, Event.FEE, {"fee": 15, "clearing": -15}),
		({"other": -15, "net": 15}, Event.CHARGE, {"charges": -15, "clearing": 15}),
	],
)
@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_what_rts_kept_from_a_payout_posts_once_a_person_says_what_it_is(columns, event, expected, policy):
	ledger, receivables = ledger_of(receivable("AF-1"), policy=policy)
	amounts = [columns.get(name) for name in ("fee", "reserve", "other", "net")]
	report = read([PURCHASE_HEADER, BOUGHT[0], ("Sundry", None, None, None, *amounts)])
	waits = reconcile(report, receivables, ledger)
	assert waits.lines[1].outcome.value in ("unmatched", "blocked", "pending")
	result = reconcile(report, receivables, ledger, decisions={3: RowDecision(event=event)})
	assert outcomes(result) == ["matched", "matched"]
	legs_of_row = [leg for effect in result.lines[1].effects for leg in legs(result.policy, effect)]
	assert {leg.role.value: leg.debit - leg.credit for leg in legs_of_row} == expected


def test_a_deduction_that_does_not_add_up_waits():
	ledger, receivables = ledger_of(receivable("AF-1"))
	report = read([PURCHASE_HEADER, BOUGHT[0], ("Wire Fee", None, None, None, None, None, 15, -20)])
	result = reconcile(report, receivables, ledger, decisions={3: RowDecision(event=Event.CHARGE)})
	assert result.lines[1].reason == "arithmetic"
	gross = read([PURCHASE_HEADER, BOUGHT[0], ("Wire Fee", None, 15, None, None, None, None, None)])
	result = reconcile(gross, receivables, ledger, decisions={3: RowDecision(event=Event.CHARGE)})
	assert result.lines[1].reason == "missing_amount"
