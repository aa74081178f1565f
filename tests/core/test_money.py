"""Money is rounded in one place, half up."""

from decimal import Decimal

import pytest

from rts_factoring.core.money import percent_of


@pytest.mark.parametrize(
	("amount", "percent", "expected"),
	[
		("100.20", "2.5", "2.51"),  # 2.505: half a cent is one
		("100.60", "2.5", "2.52"),
		("-100.20", "2.5", "-2.51"),
		("1000.00", "0", "0.00"),
	],
)
def test_a_share_in_percent_is_rounded_half_up(amount, percent, expected):
	assert percent_of(Decimal(amount), Decimal(percent)) == Decimal(expected)
