"""What RTS says happened is posted, after one look by a person where our books expected something else."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rts_factoring.core.model import Event, FeesStatedIn, InvoiceStanding, Outcome, ReportTerms
from rts_factoring.core.reconciliation.matching import Receivables
from rts_factoring.core.reconciliation.posting_matrix import by_role, legs
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reconciliation.results import GENUINE, RowDecision
from rts_factoring.core.reconciliation.row_effects import ACCEPTABLE, WITHOUT_FEE
from rts_factoring.tests.rts_facts import FACTS, Bought, Note, Paid
from tests.support.workbooks import DAY, PURCHASE_HEADER, ledger_of, payments, read, receivable

NAME = "Ridgeline Foods Inc"


def posted(legs) -> str:
	"""`Dr role amount, …; Cr role amount, …`, roles by name."""
	sides = {"Dr": [], "Cr": []}
	for role, (debit, credit) in by_role(legs).items():
		sides["Dr"] += [f"{role.value} {debit.normalize():f}"] if debit else []
		sides["Cr"] += [f"{role.value} {credit.normalize():f}"] if credit else []
	return "; ".join(f"{side} {', '.join(entries)}" for side, entries in sides.items() if entries)


def terms(given_settings) -> ReportTerms:
	return ReportTerms(
		FeesStatedIn(given_settings.get("fees_stated_in", "")),
		given_settings.get("payment_charges_from") == "Payout",
		Decimal(given_settings.get("short_pay_tolerance", 0)),
	)


def report_of(step):
	if isinstance(step, Bought):
		amounts = (step.purchased, step.fee, step.reserve, None, step.net)
		return read([PURCHASE_HEADER, ("AF-1", NAME, 1000, *amounts)])
	return payments(
		(step.invoice_no, NAME, "48210", DAY, step.word, 1000, step.amount, step.fee, step.released, None)
	)


def credited(ledger, receivables, amount) -> Receivables:
	"""The invoice after a credit note: our books expect less of it."""
	invoice = receivables["AF-1"]
	position = ledger.position(invoice)
	ledger.positions["AF-1"] = replace(position, outstanding=position.outstanding - Decimal(amount))
	standing = InvoiceStanding.RETURNED if amount == invoice.amount else invoice.standing
	return Receivables([replace(invoice, standing=standing)])


def decided(step, report, receivables, ledger):
	"""The report with one decision after the other, and the reasons the row waited for before each."""
	decision, waited = RowDecision(), []
	result = reconcile(report, receivables, ledger, decisions={2: decision})
	for action in step.decide:
		line = result.lines[0]
		if line.outcome is Outcome.MATCHED:
			break
		assert line.outcome is Outcome.BLOCKED and not line.effects
		waited.append(line.reason)
		if action == "accept":
			assert line.reason in ACCEPTABLE
			decision = replace(decision, accepted=decision.accepted | {line.reason})
		elif action == "genuine":
			decision = replace(decision, accepted=decision.accepted | {GENUINE})
		elif action == "without_fee":
			decision = replace(decision, accepted=decision.accepted | {WITHOUT_FEE})
		else:
			decision = replace(decision, event=Event(action))
		result = reconcile(report, receivables, ledger, decisions={2: decision})
	return result, waited


@pytest.mark.parametrize("name", FACTS)
@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_what_rts_says_is_posted(name, policy):
	fact = FACTS[name]
	ledger, receivables = ledger_of(receivable("AF-1"), policy=policy, terms=terms(fact.settings))
	for step in fact.steps:
		if isinstance(step, Note):
			receivables = credited(ledger, receivables, step.amount)
			continue
		result, waited = decided(step, report_of(step), receivables, ledger)
		assert result.lines[0].outcome in (Outcome.MATCHED, Outcome.IGNORED), result.lines[0].reason
		ledger.commit(result)
	sale = policy == "sale"
	waits = fact.waits if not sale or fact.waits_under_sale is None else fact.waits_under_sale
	assert tuple(waited) == waits
	assert posted(result.legs) == (fact.sale if sale else fact.borrowing)
	assert ledger.position(receivables["AF-1"]).state.value == fact.state


@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_a_credit_that_was_used_is_a_difference_when_its_payment_bounces(policy):
	ledger, receivables = ledger_of(receivable("AF-1"), policy=policy)
	for step in FACTS["an over pay that bounces"].steps[:2]:
		ledger.commit(reconcile(report_of(step), receivables, ledger))
	ledger.positions["AF-1"] = replace(ledger.positions["AF-1"], credit_used=Decimal(4))
	step = FACTS["an over pay that bounces"].steps[2]._replace(decide=("accept",))
	result, waited = decided(step, report_of(step), receivables, ledger)
	assert waited == ["credit_used"]
	assert posted(result.legs) == (
		"Dr customer_credit 3, differences 4; Cr reserve 7"
		if policy == "sale"
		else "Dr customer_credit 3, differences 4, receivable 1000; Cr advances 1000, reserve 7"
	)


@pytest.mark.parametrize(
	"state, reason",
	[("Submitted", "awaiting_purchase"), ("Denied", "not_purchased"), ("Held", "awaiting_purchase")],
)
def test_non_factored_is_no_remedy_while_rts_has_the_invoice(state, reason):
	from rts_factoring.core.messages import ROWS
	from rts_factoring.core.model import InvoiceState

	ledger, receivables = ledger_of(receivable("AF-1"))
	position = ledger.position(receivables["AF-1"])
	ledger.positions["AF-1"] = replace(position, state=InvoiceState(state))
	report = payments(("AF-1", NAME, "48210", DAY, "Payment", 1000, 1000, None, None, None))
	line = reconcile(report, receivables, ledger).lines[0]
	assert line.reason == reason
	assert ("non-factored" in ROWS[reason].fix) == (reason == "not_purchased")


WORDS = ("Payment", "Partial", "Short Pay", "Over Pay", "NSF", "Chargeback", "Chargeback Reversal")
WORDS += ("Non-Factored Payment", "Direct Payment", "Write-Off", "Fee", "Reserve Release")
AMOUNTS = (1, 50, 100, 900, 950, 1000, 1007, 1030)
rows = st.tuples(st.sampled_from(WORDS), st.sampled_from(AMOUNTS), st.sampled_from((None, None, 30, 4)))
settings_drawn = st.fixed_dictionaries(
	{
		"fees_stated_in": st.sampled_from([item.value for item in FeesStatedIn]),
		"payment_charges_from": st.sampled_from(["Reserve", "Payout"]),
		"short_pay_tolerance": st.sampled_from([0, 100]),
	}
)


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(["borrowing", "sale"]), settings_drawn, st.lists(rows | st.just("note"), max_size=8))
def test_whatever_rts_says_and_people_accept_the_books_balance(policy, drawn, said):
	"""Rows in any order, each accepted where that is offered: every entry balances, what RTS has open is what the control
	account holds, and neither it nor the credit of the customer turns around."""
	ledger, receivables = ledger_of(receivable("AF-1"), policy=policy, terms=terms(drawn))
	legs = commit(ledger, receivables, Bought())
	for row in said:
		if row == "note":
			if receivables["AF-1"].standing is InvoiceStanding.OPEN:
				receivables = credited(ledger, receivables, 100)
			continue
		word, amount, fee = row
		step = Paid(word, fee=amount) if word == "Fee" else Paid(word, amount, fee)
		legs += commit(ledger, receivables, step._replace(decide=("accept",) * 4))
	position = ledger.position(receivables["AF-1"])
	sums = {role.value: debit - credit for role, (debit, credit) in by_role(legs).items()}
	assert sum(sums.values()) == 0
	assert min(position.open, position.collected, position.credit, position.short, position.over) >= 0
	assert position.charged_back >= 0
	settled = position.collected - position.over + position.charged_back + position.short
	assert position.purchased == position.open + settled
	assert position.reserve == sums.get("reserve", 0)
	assert position.credit == -sums.get("customer_credit", 0)
	if policy == "borrowing":
		assert position.open == -sums.get("advances", 0)
	assert "receivable" not in sums or position.outstanding <= 1000


def commit(ledger, receivables, step):
	"""The legs of a row once it is accepted; none when it waits for something else."""
	report = report_of(step)
	decision = RowDecision()
	for _look in range(4):
		result = reconcile(report, receivables, ledger, decisions={2: decision})
		reason = result.lines[0].reason
		if reason not in ACCEPTABLE:
			break
		decision = replace(decision, accepted=decision.accepted | {reason})
	assert result.lines[0].reason not in ACCEPTABLE
	ledger.posted_rows.clear()  # the same row again is a row of its own here
	ledger.commit(result)
	return result.legs


def test_a_credit_that_became_a_difference_is_not_taken_back_again():
	"""Of 1,000 a credit note took 40; the customer pays 1,007, uses 40 of the credit, and both checks bounce."""
	ledger, receivables = ledger_of(receivable("AF-1"))
	ledger.commit(reconcile(report_of(Bought()), receivables, ledger))
	receivables = credited(ledger, receivables, 40)

	def take(word, amount, **decision):
		row = payments(("AF-1", NAME, str(amount), DAY, word, 1000, amount, None, None, None))
		result = reconcile(row, receivables, ledger, decisions={2: RowDecision(**decision)})
		ledger.commit(result)
		return result.lines[0]

	take("Over Pay", 1007)
	ledger.positions["AF-1"] = replace(ledger.positions["AF-1"], credit_used=Decimal(40))
	assert take("NSF", -1007).reason == "credit_used"
	bounced = take("NSF", -1007, accepted=frozenset(["credit_used", GENUINE]))
	assert posted(legs(ledger.policy, bounced.effects[0])) == (
		"Dr customer_credit 7, differences 40, receivable 960; Cr advances 1000, reserve 7"
	)
	assert (ledger.positions["AF-1"].credit, ledger.positions["AF-1"].credit_used) == (0, 0)
	take("Over Pay", 1008)
	bounced = take("NSF", -1008)
	assert posted(legs(ledger.policy, bounced.effects[0])) == (
		"Dr customer_credit 48, receivable 960; Cr advances 1000, reserve 8"
	)
