"""The state of an invoice follows from what happened to it, also when it is sold a second time."""

from decimal import Decimal

import pytest

from rts_factoring.core.model import Event, InvoiceState, Policy, Position
from rts_factoring.core.reconciliation.positions import advance
from rts_factoring.core.reconciliation.posting_matrix import Effect
from tests.support.workbooks import DAY

BOUGHT = (Event.PURCHASE, {"purchased": 1000})
CHARGED_BACK = (Event.CHARGEBACK, {"amount": 1000})
SOLD_AGAIN = (Event.PURCHASE, {"purchased": 1000, "sold_again": 1000})


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize(
	("happened", "state"),
	[
		((BOUGHT, CHARGED_BACK), InvoiceState.CHARGED_BACK),
		(
			(BOUGHT, (Event.PAYMENT, {"paid": 400}), (Event.CHARGEBACK, {"amount": 600})),
			InvoiceState.CHARGED_BACK,
		),
		((BOUGHT, CHARGED_BACK, SOLD_AGAIN), InvoiceState.FINANCED),
		((BOUGHT, CHARGED_BACK, SOLD_AGAIN, (Event.PAYMENT, {"paid": 1000})), InvoiceState.COMPLETED),
		((BOUGHT, CHARGED_BACK, SOLD_AGAIN, CHARGED_BACK), InvoiceState.CHARGED_BACK),
	],
)
def test_what_was_charged_back_counts_until_it_is_sold_again(policy, happened, state):
	position = Position("AF-1")
	for row, (event, amounts) in enumerate(happened):
		exact = {name: Decimal(amount) for name, amount in amounts.items()}
		position = advance(position, policy, Effect(event, exact, "AF-1", row, DAY))
	assert position.state is state
