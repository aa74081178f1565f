"""Which waiting row a posted one replaces: the same thing in corrected form, never another one that shares invoice and check."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.model import Event, ReportKind
from rts_factoring.core.reconciliation.corrections import WaitingRow, replaces
from tests.support.workbooks import payments, purchases

NAME = "Ridgeline Foods Inc"
CORRECTED = ("AF-1", NAME, "C1", date(2026, 11, 5))


def line(word: str, paid=None, fee=None, chargeback=None):
	return payments((*CORRECTED, word, 1000, paid, fee, None, chargeback)).lines[0]


def waiting(event: Event | None, day: int | None = 5, batch: str = "", **amounts: int) -> WaitingRow:
	exact = {name: Decimal(amount) for name, amount in amounts.items()}
	return WaitingRow(event, date(2026, 11, day) if day else None, batch, exact)


@pytest.mark.parametrize(
	("posted", "waits", "replaced"),
	[
		(line("Payment", 1000), waiting(Event.PAYMENT, paid=1100), True),
		(line("Payment", 1000), waiting(Event.SHORT_PAY, paid=1000), True),
		(line("Payment", 1000), waiting(None, paid=1000), True),
		(line("Payment", 1000), waiting(Event.PAYMENT, None, paid=1000), True),  # its date could not be read
		(line("Payment", 1000), waiting(Event.PAYMENT), True),  # nor its amount
		(line("Chargeback", chargeback=1000), waiting(Event.CHARGEBACK, paid=900), True),
		(line("Payment", 1000), waiting(Event.PAYMENT_REMOVED, 9, paid=-1000), False),
		(line("Payment", 1000), waiting(Event.PAYMENT_REMOVED, paid=-1000), False),
		(line("Payment", 1000), waiting(None, paid=-1000), False),
		(line("Payment", 1000), waiting(Event.PAYMENT, 6, paid=1000), False),
		(line("Payment", 1000), waiting(Event.CHARGEBACK, chargeback=1000), False),
		(line("Fee", fee=7), waiting(None, paid=400), False),
	],
)
def test_of_a_payment_report(posted, waits, replaced):
	assert replaces(ReportKind.PAYMENT, posted, "", waits) is replaced


@dataclass
class Kept:
	event: Event


@pytest.mark.parametrize(
	("waits", "batch", "replaced"),
	[
		(waiting(Event.RECOVERY, batch="A1"), "A1", True),
		(waiting(Event.RECOVERY, batch="A1"), "A2", False),
		(waiting(Event.RECOVERY), "", False),
		(waiting(Event.PURCHASE, batch="A1"), "A1", False),
	],
)
def test_of_what_rts_kept_of_a_payout(waits, batch, replaced):
	assert replaces(ReportKind.PURCHASE, Kept(Event.RECOVERY), batch, waits) is replaced


def test_of_a_purchase():
	posted = purchases(("AF-1", NAME, 1000, 1000, 30, 50, 0, 920)).lines[0]
	assert replaces(ReportKind.PURCHASE, posted, "A1", waiting(Event.PURCHASE))
	assert not replaces(ReportKind.PURCHASE, posted, "A1", waiting(Event.RECOVERY, batch="A1"))
