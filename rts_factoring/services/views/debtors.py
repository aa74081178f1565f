"""What the factoring ledger says of each debtor: how fast it pays, what is open, and what its money costs.

One pass adds the ledger up by invoice, and that by debtor and days: few rows, from which medians and rates are computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import frappe
from frappe.query_builder import CustomFunction
from frappe.query_builder.functions import Coalesce, Count, Max, Sum
from pypika.terms import Case

from rts_factoring.core import forecast
from rts_factoring.core.model import Event, Outcome
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import ledger

RECENT = timedelta(days=90)  # the end of a period, whose days to pay are compared with those before
_days_between = CustomFunction("DATEDIFF", ["later", "earlier"])


@dataclass(frozen=True, slots=True)
class OpenInvoices:
	"""Open invoices of one debtor that were bought on the same day and have the same date."""

	customer: str
	bought_on: date
	invoice_date: date
	count: int
	open: Decimal
	reserve: Decimal


@dataclass(slots=True)
class Debtor:
	"""Sums over a debtor's invoices. Of those that payments closed: days from purchase (and from the invoice's date) → how many,
	their fees, and each advance times its days."""

	customer: str
	invoices: int = 0
	purchased: Decimal = ZERO
	open: Decimal = ZERO
	short_pays: int = 0
	short_paid: Decimal = ZERO
	chargebacks: int = 0
	charged_back: Decimal = ZERO
	paid: int = 0
	fee: Decimal = ZERO
	advance: Decimal = ZERO
	advance_days: Decimal = ZERO
	days: dict[int, int] = field(default_factory=dict)
	invoice_days: dict[int, int] = field(default_factory=dict)
	recent_days: dict[int, int] = field(default_factory=dict)
	earlier_days: dict[int, int] = field(default_factory=dict)

	@property
	def rate(self) -> Decimal | None:
		return forecast.yearly_rate(self.fee, self.advance_days)

	@property
	def trend(self) -> Decimal | None:
		"""How many days later it pays than before; negative is sooner."""
		recent, earlier = forecast.median(self.recent_days), forecast.median(self.earlier_days)
		return None if recent is None or earlier is None else recent - earlier


@dataclass(frozen=True)
class Debtors:
	by_name: dict[str, Debtor]
	open: list[OpenInvoices]

	def usual_days(self) -> tuple[dict[str, Decimal], Decimal | None]:
		"""Debtor → median days from purchase to payment, of those who have paid; and that of all."""
		all_days: dict[int, int] = {}
		for debtor in self.by_name.values():
			_count(all_days, debtor.days.items())
		own = {name: forecast.median(debtor.days) for name, debtor in self.by_name.items()}
		return {name: days for name, days in own.items() if days is not None}, forecast.median(all_days)


def read(company: str, since: date, until: date) -> Debtors:
	"""Debtors by the invoices bought from `since` to `until`, and all invoices that are open now."""
	found = Debtors({}, [])
	for row in _grouped(company, since, until).run(as_dict=True):
		debtor = found.by_name.setdefault(row.customer or "", Debtor(row.customer or ""))
		amount = {name: money(row[name] or 0) for name in ("purchased", "open", "reserve")}
		debtor.open += amount["open"]
		if row.is_open:
			found.open.append(
				OpenInvoices(
					debtor.customer,
					row.bought,
					row.invoice_date or row.bought,
					row.invoices,
					amount["open"],
					amount["reserve"],
				)
			)
		if row.in_period:
			_add(debtor, row, amount["purchased"])
	return found


def _add(debtor: Debtor, row, purchased: Decimal) -> None:
	debtor.invoices += row.invoices
	debtor.purchased += purchased
	debtor.short_pays += int(row.short_pays or 0)
	debtor.short_paid += money(row.short_paid or 0)
	debtor.chargebacks += int(row.chargebacks or 0)
	debtor.charged_back += money(row.charged_back or 0)
	if row.days is None:
		return
	advance = money(row.advance or 0)
	debtor.paid += row.invoices
	debtor.fee += money(row.fee or 0)
	debtor.advance += advance
	debtor.advance_days += advance * max(row.days, 0)
	_count(debtor.days, [(row.days, row.invoices)])
	if row.invoice_days is not None:
		_count(debtor.invoice_days, [(row.invoice_days, row.invoices)])
	_count(debtor.recent_days if row.is_recent else debtor.earlier_days, [(row.days, row.invoices)])


def _count(counts: dict[int, int], more: Iterable[tuple[int, int]]) -> None:
	for days, times in more:
		counts[days] = counts.get(days, 0) + times


def _of_invoices(company: str):
	"""A query for one row an invoice: its sums, and the days of its last purchase and payment."""
	entry = frappe.qb.DocType("Factoring Ledger Entry")
	is_purchase = entry.event == Event.PURCHASE.value
	return (
		ledger.in_force_of(company, entry)
		.where(entry.sales_invoice.isnotnull())
		.groupby(entry.sales_invoice)
		.select(entry.sales_invoice, Max(entry.customer).as_("customer"))
		.select(Max(Case().when(is_purchase, entry.posting_date)).as_("bought"))
		.select(Max(Case().when(entry.collected > 0, entry.posting_date)).as_("paid"))
		.select(Sum(Case().when(is_purchase, entry.purchased - entry.reserve).else_(0)).as_("advance"))
		.select(Sum(Case().when(entry.event == Event.SHORT_PAY.value, 1).else_(0)).as_("short_pays"))
		.select(Sum(Case().when(entry.charged_back > 0, 1).else_(0)).as_("chargebacks"))
		.select(*(Sum(entry[name]).as_(name) for name in ("purchased", "collected", "charged_back")))
		.select(Sum(entry.open_change).as_("open"), Sum(entry.reserve).as_("reserve"))
		.select(Sum(entry.fee).as_("fee"), Sum(entry.short_paid).as_("short_paid"))
	).as_("entries")


def _grouped(company: str, since: date, until: date):
	"""The invoices by debtor: open ones by their days, paid ones by how long they took. One that an opening let in counts from its own
	date, and says nothing about how fast it was paid."""
	entries, invoice = _of_invoices(company), frappe.qb.DocType("Sales Invoice")
	is_open = Case().when(entries.open > 0, 1).else_(0)
	in_period = Case().when((entries.bought >= since) & (entries.bought <= until), 1).else_(0)
	was_paid = (entries.open <= 0) & (entries.collected > 0) & (entries.charged_back <= 0)
	was_paid = was_paid & (entries.bought >= since) & (entries.bought <= until) & entries.paid.isnotnull()
	groups = {
		"is_open": is_open,
		"in_period": in_period,
		"bought": Case().when(entries.open > 0, Coalesce(entries.bought, invoice.posting_date)),
		"invoice_date": Case().when(entries.open > 0, invoice.posting_date),
		"days": Case().when(was_paid, _days_between(entries.paid, entries.bought)),
		"invoice_days": Case().when(was_paid, _days_between(entries.paid, invoice.posting_date)),
		"is_recent": Case().when(was_paid & (entries.paid > until - RECENT), 1).else_(0),
	}
	query = (
		frappe.qb.from_(entries)
		.left_join(invoice)
		.on(invoice.name == entries.sales_invoice)
		.where(entries.bought.isnotnull() | (entries.open > 0))
		.select(entries.customer, *(term.as_(name) for name, term in groups.items()))
		.select(Count(entries.sales_invoice).as_("invoices"))
	)
	sums = ("purchased", "open", "reserve", "fee", "advance", "short_pays", "short_paid", "chargebacks")
	query = query.select(*(Sum(entries[name]).as_(name) for name in (*sums, "charged_back")))
	return query.groupby(entries.customer, *groups.values())


def refusals(company: str, since: date, until: date) -> dict[str, dict[str, int]]:
	"""Debtor → how often a purchase report held or denied an invoice of it: `held` and `denied`."""
	line, parent = frappe.qb.DocType("Report Import Line"), frappe.qb.DocType("Report Import")
	invoice = frappe.qb.DocType("Sales Invoice")
	outcomes = [Outcome.HELD.value, Outcome.DENIED.value]
	rows = (
		frappe.qb.from_(line)
		.inner_join(parent)
		.on(line.report_import == parent.name)
		.inner_join(invoice)
		.on(invoice.name == line.sales_invoice)
		.where((line.company == company) & (line.posted == 1) & line.outcome.isin(outcomes))
		.where(parent.docstatus == 1)
		.where(parent.creation[since : until + timedelta(days=1)])
		.groupby(invoice.customer, line.outcome)
		.select(invoice.customer, line.outcome, Count(line.name))
		.run()
	)
	found: dict[str, dict[str, int]] = {}
	for customer, outcome, count in rows:
		found.setdefault(customer, dict.fromkeys(outcomes, 0))[outcome] = count
	return found


def scorecard(company: str, since: date, until: date) -> list[dict]:
	"""One row a debtor, the largest share of what is open first; days and rates are None where nothing was paid."""
	found, refused = read(company, since, until), refusals(company, since, until)
	total = sum((debtor.open for debtor in found.by_name.values()), ZERO)
	names = [*found.by_name, *(name for name in refused if name not in found.by_name)]
	rows = []
	for name in names:
		debtor = found.by_name.get(name) or Debtor(name)
		if not (debtor.invoices or debtor.open or name in refused):
			continue
		fields = ("customer", "invoices", "purchased", "open", "short_pays", "short_paid", "chargebacks")
		rows.append(
			{key: getattr(debtor, key) for key in (*fields, "charged_back", "fee", "rate", "trend")}
			| {"days": forecast.median(debtor.days), "invoice_days": forecast.median(debtor.invoice_days)}
			| {"share": forecast.share(debtor.open, total)}
			| refused.get(name, dict.fromkeys((Outcome.HELD.value, Outcome.DENIED.value), 0))
		)
	return sorted(rows, key=lambda row: (-row["open"], -row["purchased"], row["customer"]))
