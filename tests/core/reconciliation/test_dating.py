"""An invoice's history is possible as of every day, in whatever order reports state it."""

from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.model import Event
from rts_factoring.core.reconciliation.dating import Change, History, change_of
from rts_factoring.core.reconciliation.posting_matrix import Effect


def day(number: int) -> date:
	return date(2026, 11, number)


def effect(event: Event, **amounts: int) -> Effect:
	return Effect(event, {name: Decimal(amount) for name, amount in amounts.items()})


BOUGHT = effect(Event.PURCHASE, purchased=1000)
PAID = effect(Event.PAYMENT, paid=1000)
PARTLY_PAID = effect(Event.PAYMENT, paid=400)
BOUNCED = effect(Event.PAYMENT_REMOVED, paid=1000, reopened=1000)
CHARGED_BACK = effect(Event.CHARGEBACK, amount=1000)
GIVEN_BACK = effect(Event.CHARGEBACK_REVERSAL, amount=1000, charged_back=1000)


def history(*happened: tuple[int, Effect]) -> History:
	found = History()
	for number, each in happened:
		found.add(day(number), change_of(each))
	return found


@pytest.mark.parametrize(
	("before", "happens", "posted"),
	[
		([(4, BOUGHT)], (6, PAID), 6),
		([(4, BOUGHT)], (2, PAID), 4),
		([(4, BOUGHT), (10, CHARGED_BACK)], (8, GIVEN_BACK), 10),
		([(4, BOUGHT), (10, PAID)], (8, BOUNCED), 10),
		([(4, BOUGHT), (6, PAID), (10, BOUNCED)], (8, PAID), 10),
		([(4, BOUGHT), (6, PAID), (10, BOUNCED)], (12, PAID), 12),
		([(4, BOUGHT), (10, PARTLY_PAID)], (8, PARTLY_PAID), 8),  # a report that came late
	],
)
def test_a_row_is_posted_on_its_day_or_on_the_first_on_which_it_is_possible(before, happens, posted):
	number, each = happens
	assert history(*before).first_possible(day(number), change_of(each)) == day(posted)


def test_what_is_possible_on_no_day_stays_on_its_own():
	assert history((4, BOUGHT), (10, PAID)).first_possible(day(6), change_of(PAID)) == day(6)


def test_what_changes_nothing_that_rts_has_stays_on_its_own_day():
	fee = change_of(effect(Event.FEE, amount=5))
	assert fee == Change()
	assert history((4, BOUGHT)).first_possible(day(2), fee) == day(2)
