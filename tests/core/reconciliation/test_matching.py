"""Which invoice a row means: named rules in order, strict to loose; what is not sure waits for a person."""

from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.model import Outcome
from rts_factoring.core.reconciliation.matching import (
	RULES,
	SUGGESTIONS,
	Matcher,
	Receivables,
	debtor_key,
	same_client,
)
from rts_factoring.core.reconciliation.reconcile import reconcile
from tests.support.workbooks import COMPANY, OTHER, ledger_of, payments, purchases, receivable

DAY = date(2026, 11, 3)
HEADER = ("Invoice #", "Customer", "MC #", "PO #", "Client #", "Invoice Amount", "Purchase Amount", "Net")


def line(invoice_no="AF-1", customer="Ridgeline Foods Inc", *, mc=None, po=None, client=None, amount=1000):
	return purchases((invoice_no, customer, mc, po, client, amount, amount, amount), header=HEADER).lines[0]


def match(row, *invoices, batch=("AF-1",), client_number="104233"):
	return Matcher(Receivables(invoices), COMPANY, batch, client_number).match(row)


def seen(found):
	return found.outcome.value, found.reason, found.rule, found.receivable and found.receivable.invoice_no


def test_the_rules_are_tried_in_this_order():
	assert [rule.name for rule in RULES] == [
		"exact_in_batch",
		"exact_in_company",
		"normalised_in_batch",
		"normalised_in_company",
	]
	assert [rule.name for rule in SUGGESTIONS] == ["digits_amount_debtor"]


@pytest.mark.parametrize(
	"number, ours, rule",
	[
		("AF-1", "AF-1", "exact_in_batch"),
		("\u00a0AF-1 ", "AF-1", "exact_in_batch"),
		("'AF-1", "AF-1", "exact_in_batch"),
		("AF-2", "AF-2", "exact_in_company"),
		(12345.0, "12345", "exact_in_company"),
		("12345.0", "12345", "exact_in_company"),
		("af 1", "AF-1", "normalised_in_batch"),
		("AF1", "AF-1", "normalised_in_batch"),
		("AF–1", "AF-1", "normalised_in_batch"),
		("ＡＦ-1", "AF-1", "normalised_in_batch"),
		("#AF/2", "AF-2", "normalised_in_company"),
	],
)
def test_each_rule_finds_its_invoice(number, ours, rule):
	invoices = [receivable("AF-1"), receivable("AF-2"), receivable("12345")]
	assert seen(match(line(number), *invoices)) == ("matched", None, rule, ours)


def test_the_batch_comes_before_the_company():
	candidates = [receivable("AF-1", customer="A"), receivable("AF 1", customer="B")]
	found = match(line("af1"), *candidates, batch=("AF 1",))
	assert seen(found) == ("matched", None, "normalised_in_batch", "AF 1")


def test_an_exact_number_comes_before_a_similar_one_of_the_batch():
	found = match(line("AF1"), receivable("AF-1"), receivable("AF1"), batch=("AF-1",))
	assert seen(found) == ("matched", None, "exact_in_company", "AF1")


def test_several_invoices_that_fit_equally_are_ambiguous_and_all_named():
	found = match(line("af1"), receivable("AF-1"), receivable("AF 1"), batch=())
	assert seen(found) == ("blocked", "ambiguous", "normalised_in_company", None)
	assert found.candidates == ("AF-1", "AF 1")


@pytest.mark.parametrize("number", ["BL-1", "bl 1"])
def test_an_invoice_of_another_subsidiary_is_never_matched(number):
	found = match(line(number), receivable("BL-1", company=OTHER))
	assert seen(found)[:2] == ("blocked", "other_subsidiary")


def test_the_same_number_in_two_subsidiaries_is_ours():
	found = match(line("10001"), receivable("10001", company=OTHER), receivable("10001"))
	assert found.receivable.company == COMPANY and found.outcome is Outcome.MATCHED


@pytest.mark.parametrize(
	"client, outcome",
	[
		("104233", "matched"),
		(104233.0, "matched"),
		("0104233", "matched"),
		("C-104233", "matched"),
		("104871", "blocked"),
	]
	+ [(None, "matched"), ("Acme", "matched")],
)
def test_a_row_that_names_another_client_is_not_ours_whatever_its_number(client, outcome):
	found = match(line("AF-1", client=client), receivable("AF-1"))
	assert found.outcome.value == outcome
	assert found.reason == (None if outcome == "matched" else "other_subsidiary")


@pytest.mark.parametrize(
	"row, outcome",
	[
		(line("10001"), "suggested"),
		(line(10001.0), "suggested"),
		(line("0010001"), "suggested"),
		(line("INV 10001"), "suggested"),
		(line("10001", "RIDGELINE FOODS"), "suggested"),
		(line("10001", "Someone Else", mc="MC-318842"), "suggested"),
		(line("10001", "Someone Else", mc="318842"), "suggested"),
		(line("10001", "Someone Else", mc="77"), "suggested"),
		(line("10001", amount=999.99), "unmatched"),
		(line("10001", "Summit Logistics"), "unmatched"),
		(line("10001", None), "unmatched"),
		(line("10001", "Ridgeline Foods Inc", mc="MC-999999"), "unmatched"),
		(line("100011"), "unmatched"),
		(line("AF-99999"), "unmatched"),
		(line("Ridgeline"), "unmatched"),
	],
)
def test_digits_alone_suggest_only_with_equal_amount_and_debtor(row, outcome):
	ours = receivable("AF-10001", customer_mc="MC-318842", customer_code="77")
	found = match(row, ours, batch=("AF-10001",))
	assert found.outcome.value == outcome
	assert found.reason == ("digits_only" if outcome == "suggested" else "unknown_invoice")


def test_a_name_and_an_amount_alone_never_match():
	row = purchases((None, "Ridgeline Foods Inc", None, None, None, 1000, 1000, 1000), header=HEADER).lines[0]
	assert seen(match(row, receivable("AF-1"))) == ("blocked", "missing_invoice", "", None)


def test_without_a_number_the_purchase_order_and_the_amount_suggest():
	row = line(None, po="LD 7", amount=1000)
	assert seen(match(row, receivable("AF-1", po_no="LD7"))) == (
		"suggested",
		"po_number",
		"po_amount",
		"AF-1",
	)
	assert seen(match(row, receivable("AF-1", load_no="LD-7"))) == (
		"suggested",
		"po_number",
		"po_amount",
		"AF-1",
	)
	assert match(row, receivable("AF-1", "999", po_no="LD7")).reason == "missing_invoice"
	assert match(row, receivable("AF-1", po_no="LD7", company=OTHER)).reason == "missing_invoice"
	twice = [receivable("AF-1", po_no="LD7"), receivable("AF-2", po_no="LD7")]
	assert match(row, *twice).reason == "missing_invoice"


@pytest.mark.parametrize("word", ["ACH Fee", "Fee", "Reserve Release", "Fee Reversal"])
def test_a_fee_or_release_needs_no_invoice(word):
	row = payments((None, None, None, DAY, word, None, 5)).lines[0]
	assert seen(match(row, receivable("AF-1"))) == ("matched", None, "no_invoice_needed", None)


@pytest.mark.parametrize(
	"one, other, same",
	[
		("T.J. Marlow Co., Inc.", "TJ Marlow", True),
		("Norte Sur Freight S.A.", "Norte Sur Freight", True),
		("Harbor & Pine Transport", "HARBOR AND PINE TRANSPORT LLC", True),
		("The Ridge Company", "Ridge", True),
		("Café Lógico LLC", "Cafe Logico", True),
		("Summit Logistics", "Summit Logistics Group", False),
		("Co", "Inc", False),
	],
)
def test_a_debtors_name_is_compared_without_punctuation_and_legal_form(one, other, same):
	assert (debtor_key(one) == debtor_key(other)) is same


@pytest.mark.parametrize(
	"one, other, same",
	[
		("104233", "104233", True),
		("0104233", "104233", True),
		("C-104233", "104233", True),
		("c104233", "C-104233", True),
	]
	+ [("104233", "104871", False), ("AB12", "CD12", False), ("ABC", "XYZ", False)],
)
def test_client_numbers_are_compared_by_digits_unless_both_have_letters(one, other, same):
	assert same_client(one, other) is same


@pytest.mark.parametrize(
	"standing, batch, outstanding, reason",
	[
		("draft", "A1", None, "draft"),
		("cancelled", "A1", None, "cancelled"),
		("returned", "A1", None, "returned"),
		("cancelled", "", "0", "cancelled"),
		("open", "A1", "0", "paid"),
		("open", "A1", "999.99", "exceeds_invoice"),
		("open", "", None, "not_submitted"),
	],
)
def test_a_matched_invoice_that_cannot_be_bought_says_why(standing, batch, outstanding, reason):
	more = {"outstanding": outstanding} if outstanding else {}
	from rts_factoring.core.model import InvoiceStanding

	ours = receivable("AF-1", standing=InvoiceStanding(standing), **more)
	ledger, receivables = ledger_of(ours)
	if not batch:
		ledger.batches = {}
		ledger.__post_init__()
	report = purchases(("AF-1", "Ridgeline Foods Inc", 1000, 1000, 0, 0, 0, 1000))
	found = reconcile(report, receivables, ledger).lines[0]
	assert (found.outcome, found.reason, found.effects) == (Outcome.BLOCKED, reason, ())


def test_amounts_agree_to_the_cent_for_a_suggestion():
	assert (
		match(line("10001", amount=1000.004), receivable("AF-10001"), batch=()).outcome is Outcome.SUGGESTED
	)
	assert receivable("AF-10001").amount == Decimal(1000)
