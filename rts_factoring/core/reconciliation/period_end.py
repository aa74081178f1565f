"""What a month's end needs beside the reports: fees that ran or have not run yet, and how reserve and advances stand to each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..money import ZERO, money


@dataclass(frozen=True, slots=True)
class OpenInvoice:
	"""An invoice that RTS has bought and not collected, as of the month's end."""

	invoice_no: str
	open: Decimal
	purchased: Decimal
	fee: Decimal  # stated so far
	purchase_fee: Decimal  # of it, stated at the purchase
	bought_on: date
	due_on: date | None


def accrued_fee(invoices: Iterable[OpenInvoice], yearly_rate: Decimal, year_days: int, day: date) -> Decimal:
	"""The fee that ran from each purchase to `day` on what is open, less what reports have stated for the invoice.

	>>> one = OpenInvoice("1", Decimal(1000), Decimal(1000), ZERO, ZERO, date(2026, 10, 1), None)
	>>> accrued_fee([one], Decimal(18), 360, date(2026, 10, 31))
	Decimal('15.00')
	"""
	total = ZERO
	for invoice in invoices:
		days = max((day - invoice.bought_on).days, 0)
		ran = money(invoice.open * yearly_rate * days / 100 / year_days)
		total += max(ran - invoice.fee, ZERO)
	return total


def unearned_fee(invoices: Iterable[OpenInvoice], covered_days: int, day: date) -> Decimal:
	"""The part of the fees stated at purchase that belongs to days after `day`, on what is still open. A fee covers `covered_days`
	from the purchase; with 0 the days until the invoice is due.

	>>> one = OpenInvoice(
	...     "1", Decimal(1000), Decimal(1000), Decimal(30), Decimal(30), date(2026, 10, 21), None
	... )
	>>> unearned_fee([one], 30, date(2026, 10, 31))
	Decimal('20.00')
	"""
	total = ZERO
	for invoice in invoices:
		days = covered_days or ((invoice.due_on - invoice.bought_on).days if invoice.due_on else 0)
		rest = days - (day - invoice.bought_on).days
		if days > 0 and rest > 0 and invoice.purchased > 0:
			share = min(invoice.open / invoice.purchased, Decimal(1))
			total += money(invoice.purchase_fee * share * min(rest, days) / days)
	return total


def nettable(reserve: Decimal, advances: Decimal) -> Decimal:
	"""How much of the reserve (debit balance) can be shown against the advances (credit balance)."""
	return max(min(reserve, -advances), ZERO)
