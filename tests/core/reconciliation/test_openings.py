"""An opening sets positions as RTS states them, and refuses what the books contradict."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.model import InvoiceStanding, InvoiceState, Policy, Position, Role
from rts_factoring.core.reconciliation.openings import (
	HeldBalance,
	OpeningPosition,
	compare_balances,
	opening,
	opening_balances,
)
from rts_factoring.core.reconciliation.positions import advance
from rts_factoring.core.reconciliation.posting_matrix import legs
from tests.support.workbooks import receivable

STATED = OpeningPosition(1, Decimal(1000), Decimal(600), Decimal(50), date(2026, 11, 1))
OWES = receivable(outstanding="600")
NEW = Position("AF-1", outstanding=Decimal(600))


def booked(policy: Policy, stated=STATED, owes=OWES):
	(effect,) = opening(stated, owes, replace(NEW, outstanding=owes.open_amount), policy).effects
	return effect, {leg.role: leg.debit - leg.credit for leg in legs(policy, effect)}


def reason(stated=STATED, owes=OWES, position=NEW, policy=Policy.BORROWING):
	return opening(stated, owes, position, policy).reason


def test_borrowed_on_an_invoice_stays_a_receivable_and_what_is_open_is_a_liability():
	effect, moved = booked(Policy.BORROWING)
	assert moved == {Role.RESERVE: 50, Role.ADVANCES: -600, Role.OPENING: 550}
	after = advance(NEW, Policy.BORROWING, effect)
	assert (after.purchased, after.open, after.collected, after.holdback) == (1000, 600, 400, 50)
	assert (after.state, after.outstanding) == (InvoiceState.PARTLY_PAID, 600)


def test_sold_what_the_invoice_still_owes_of_it_leaves_the_books():
	effect, moved = booked(Policy.SALE)
	assert moved == {Role.RESERVE: 50, Role.RECEIVABLE: -600, Role.OPENING: 550}
	assert advance(NEW, Policy.SALE, effect).outstanding == 0


def test_sold_an_invoice_that_left_the_books_before_moves_only_the_reserve():
	_effect, moved = booked(Policy.SALE, owes=receivable(outstanding="0"))
	assert moved == {Role.RESERVE: 50, Role.OPENING: -50}


def test_an_invoice_with_nothing_collected_is_financed():
	effect, _moved = booked(Policy.BORROWING, replace(STATED, financed=Decimal(600)))
	assert advance(NEW, Policy.BORROWING, effect).state is InvoiceState.FINANCED


@pytest.mark.parametrize(
	"given, code",
	[
		({"position": replace(NEW, purchased=Decimal(1))}, "opening_known"),
		({"position": replace(NEW, batch="A1")}, "opening_in_batch"),
		({"stated": replace(STATED, open=Decimal(0))}, "opening_nothing_open"),
		({"stated": replace(STATED, financed=Decimal(599))}, "opening_open_above_financed"),
		({"stated": replace(STATED, financed=Decimal("1000.01"))}, "opening_above_invoice"),
		({"stated": replace(STATED, date=date(2026, 10, 25))}, "opening_before_invoice"),
		({"owes": receivable(outstanding="599.99")}, "opening_not_outstanding"),
		({"owes": replace(OWES, standing=InvoiceStanding.CANCELLED)}, "cancelled"),
	],
)
def test_what_the_books_contradict_is_refused(given, code):
	assert reason(**given) == code


def test_a_sold_invoice_need_not_be_outstanding():
	assert reason(owes=receivable(outstanding="0"), policy=Policy.SALE) is None


def test_balances_beside_invoices_balance_and_nothing_is_no_effect():
	(effect,) = opening_balances(Decimal(500), Decimal(918), Decimal(200))
	moved = {leg.role: leg.debit - leg.credit for leg in legs(Policy.BORROWING, effect)}
	assert moved == {Role.RESERVE: 500, Role.CLEARING: 918, Role.CASH_ADVANCES: -200, Role.OPENING: -1218}
	assert opening_balances(Decimal(0), Decimal(0), Decimal(0)) == ()


def test_a_negative_reserve_is_owed_to_rts():
	(effect,) = opening_balances(Decimal(-40), Decimal(0), Decimal(0))
	moved = {leg.role: leg.debit - leg.credit for leg in legs(Policy.SALE, effect)}
	assert moved == {Role.RESERVE: -40, Role.OPENING: 40}


def test_each_role_is_compared_with_all_accounts_that_hold_it():
	held = [
		HeldBalance(Role.RESERVE, "Old", Decimal(30)),
		HeldBalance(Role.RESERVE, "Older", Decimal(15)),
		HeldBalance(Role.CLEARING, "Due", Decimal(7)),
	]
	compared = compare_balances({Role.RESERVE: Decimal(50), Role.ADVANCES: Decimal(600)}, held)
	assert {each.role: each.difference for each in compared} == {
		Role.RESERVE: 5,
		Role.CLEARING: -7,
		Role.ADVANCES: 600,
	}
