"""Money is Decimal with two places. Only this module rounds it."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
LIMIT = Decimal("1e12")  # one row above a trillion is a typing error, not an invoice


def money(value: Decimal | int | str | float) -> Decimal:
	"""`value` as Decimal rounded half up to the cent; floats are read by their shortest form (940.9999999999999 is 941.00)."""
	if isinstance(value, float):
		value = repr(value)
	return Decimal(value).quantize(CENT, ROUND_HALF_UP) or ZERO  # never -0.00


@lru_cache(maxsize=5_000)
def money_or_zero(value: Decimal | float | None) -> Decimal:
	"""`money`, where None is zero. Most amounts of an invoice are zero, or equal another of it: each is made, and
	kept, once."""
	return money(value or 0)


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
	"""So many percent of an amount, to the cent."""
	return money(amount * percent / 100)


def text(value: Decimal) -> str:
	"""Two decimals, no thousands separator: `1234.50`."""
	return f"{money(value):.2f}"
