"""Which invoices may go, and what is said about the others."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.eligibility import Candidate, Terms, check_eligibility, is_outside_agreement
from rts_factoring.core.model import InvoiceStanding, InvoiceState, Receivable
from rts_factoring.core.schedule import render
from rts_factoring.core.schedule.layout import DEFAULT_LAYOUT, Column

TERMS = Terms(client_number="104233", currency="USD", min_amount=Decimal("100.00"))
INVOICE = Receivable(
	invoice_no="AF-1",
	company="Acme",
	customer="Ridgeline",
	amount=Decimal("2450.00"),
	invoice_date=date(2026, 10, 26),
	outstanding=Decimal("2450.00"),
)
READY = Candidate(INVOICE, factored=True, required=("POD",), attached=("POD", "BOL"))


def with_invoice(**values) -> Candidate:
	return replace(READY, receivable=replace(INVOICE, **values))


def test_a_complete_invoice_is_queued_without_a_word():
	assert check_eligibility(READY, TERMS).state is InvoiceState.QUEUED
	assert check_eligibility(READY, TERMS).reasons == ()


@pytest.mark.parametrize(
	("candidate", "terms", "code"),
	[
		(READY, replace(TERMS, enabled=False), "company_off"),
		(replace(READY, factored=False), TERMS, "direct"),
		(replace(READY, customer_excluded=True), TERMS, "excluded"),
		(replace(READY, is_return=True), TERMS, "credit_note"),
		(with_invoice(standing=InvoiceStanding.CANCELLED), TERMS, "cancelled"),
		(with_invoice(standing=InvoiceStanding.RETURNED), TERMS, "returned"),
	],
)
def test_outside_of_factoring_one_reason_says_why(candidate, terms, code):
	verdict = check_eligibility(candidate, terms)
	assert verdict.state is InvoiceState.NOT_FACTORED
	assert [reason.code for reason in verdict.reasons] == [code]


@pytest.mark.parametrize(
	("candidate", "terms", "code"),
	[
		(with_invoice(standing=InvoiceStanding.DRAFT), TERMS, "draft"),
		(READY, replace(TERMS, client_number=""), "no_client_number"),
		(with_invoice(currency="CAD"), TERMS, "currency"),
		(with_invoice(amount=Decimal("0.00"), outstanding=Decimal("0.00")), TERMS, "no_amount"),
		(with_invoice(amount=Decimal("99.99"), outstanding=Decimal("99.99")), TERMS, "small"),
		(with_invoice(outstanding=Decimal("2449.99")), TERMS, "paid"),
		(replace(READY, has_notice=False), TERMS, "no_notice"),
		(replace(READY, attached=("BOL",)), TERMS, "missing_document"),
		(replace(READY, layout_problems=("PO Number is missing.",)), TERMS, "schedule"),
		(replace(READY, document_problems=("pod.pdf is empty.",)), TERMS, "paperwork"),
	],
)
def test_what_is_lacking_is_named(candidate, terms, code):
	verdict = check_eligibility(candidate, terms)
	assert verdict.state is InvoiceState.NOT_READY
	assert [reason.code for reason in verdict.reasons] == [code]


@pytest.mark.parametrize(
	("field", "place"),
	[("po_no", "Customer's Purchase Order"), ("load_no", "Load Number"), ("customer_mc", "customer")],
)
def test_a_number_that_the_schedule_lacks_says_where_it_is_entered(field, place):
	layout = replace(DEFAULT_LAYOUT, columns=(Column(field, required=True),))
	problems = render.problems(layout, replace(READY.receivable, **{field: ""}))
	(reason,) = check_eligibility(replace(READY, layout_problems=problems), TERMS).reasons
	assert (reason.code, place in reason.fix) == ("schedule", True)


def test_the_smallest_amount_itself_may_go():
	assert check_eligibility(
		with_invoice(amount=Decimal("100.00"), outstanding=Decimal("100.00")), TERMS
	).state is (InvoiceState.QUEUED)


def test_everything_lacking_is_said_at_once_and_each_kind_once():
	candidate = replace(READY, has_notice=False, required=("POD", "BOL", "POD"), attached=())
	reasons = check_eligibility(candidate, TERMS).reasons
	assert [reason.code for reason in reasons] == ["no_notice", "missing_document", "missing_document"]
	assert [reason.text for reason in reasons[1:]] == ["POD is missing.", "BOL is missing."]
	assert all(reason.fix for reason in reasons)


@pytest.mark.parametrize(
	("currency", "amount", "outside"),
	[("USD", "100.00", False), ("USD", "99.99", True), ("CAD", "2450.00", True), ("USD", "0.00", False)],
)
def test_what_the_factor_never_buys_is_what_the_rules_bill_directly(currency, amount, outside):
	assert is_outside_agreement(currency, Decimal(amount), TERMS) is outside
	candidate = with_invoice(currency=currency, amount=Decimal(amount), outstanding=Decimal(amount))
	fixes = " ".join(reason.fix for reason in check_eligibility(candidate, TERMS).reasons)
	assert ("Bill this invoice directly" in fixes) is outside
