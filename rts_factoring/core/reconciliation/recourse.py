"""How old open invoices are, and when the factor may ask us to buy one back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

BUCKETS = (
	(30, "0-30"),
	(60, "31-60"),
	(90, "61-90"),
)  # days since the invoice date, and what the bucket is called
OLDEST = "90+"
WARNINGS = (7, 14, 30)  # days before the buyback, nearest first


@dataclass(frozen=True, slots=True)
class Recourse:
	"""When an invoice that stays unpaid is to be bought back: so many days after its date, or after its purchase.

	>>> Recourse(90).days_left(date(2026, 9, 1), None, date(2026, 11, 20))
	10
	"""

	days: int  # 0: never
	from_purchase: bool = False

	def due_on(self, invoice_date: date, bought_on: date | None) -> date | None:
		"""The day of the buyback; None without recourse."""
		if self.days <= 0:
			return None
		start = bought_on if self.from_purchase and bought_on else invoice_date
		return start + timedelta(days=self.days)

	def days_left(self, invoice_date: date, bought_on: date | None, day: date) -> int | None:
		"""Days from `day` to the buyback; negative when it is overdue."""
		due = self.due_on(invoice_date, bought_on)
		return None if due is None else (due - day).days


def bucket(age: int) -> str:
	"""The ageing bucket of an invoice so many days old; one dated later than the day looked at is in the first."""
	return next((name for limit, name in BUCKETS if age <= limit), OLDEST)


def bucket_names() -> tuple[str, ...]:
	return (*(name for _limit, name in BUCKETS), OLDEST)


def warning(days_left: int | None, limits: tuple[int, ...] = WARNINGS) -> int | None:
	"""The nearest of the limits (in days, nearest first) that an invoice has reached; overdue ones count as the nearest."""
	if days_left is None:
		return None
	return next((limit for limit in limits if days_left <= limit), None)


def has_reached_another(days_left: int, days_passed: int) -> bool:
	"""Whether an invoice reached a warning, or the day of its buyback, in the days that passed.

	>>> has_reached_another(13, days_passed=2), has_reached_another(13, days_passed=1)
	(True, False)
	"""
	limits = (0, *WARNINGS)
	return warning(days_left, limits) != warning(days_left + days_passed, limits)
