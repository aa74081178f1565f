"""What factoring costs: fees and charges per month and customer, and the yearly rate they come to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import frappe
from frappe.query_builder import CustomFunction
from frappe.query_builder.functions import Max, Min, Sum
from pypika.terms import Case

from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import ledger
from rts_factoring.services.invoices.receivables import chunks

_year, _month = CustomFunction("YEAR", ["day"]), CustomFunction("MONTH", ["day"])
_days_between = CustomFunction("DATEDIFF", ["later", "earlier"])


def costs(company: str, from_date: date, to_date: date) -> list[dict]:
	"""Fees and charges per month and customer, with what was bought and the days from purchase to payment."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	columns = ("purchased", "fee", "charges")
	query = _per_month(table, company, from_date, to_date).select(*(Sum(table[name]) for name in columns))
	times = _times_to_pay(company, from_date, to_date)
	rows = []
	for year, month, customer, *sums in query.run():
		weighted, paid = times.get((year, month, customer), (ZERO, ZERO))
		row = {"month": f"{year}-{month:02}", "customer": customer or ""}
		row |= {name: money(amount or 0) for name, amount in zip(columns, sums, strict=True)}
		rows.append(_cost_row(row | {"_weighted": weighted, "_paid": paid}))
	return sorted(rows, key=lambda row: (row["month"], row["customer"]))


def _per_month(table, company: str, from_date: date, to_date: date):
	"""A query on the company's entries in force of a period, by year, month and customer."""
	year, month = _year(table.posting_date), _month(table.posting_date)
	return (
		ledger.in_force_of(company, table)
		.where(table.posting_date[from_date:to_date])
		.groupby(year, month, table.customer)
		.select(year, month, table.customer)
	)


def _times_to_pay(company: str, from_date: date, to_date: date) -> dict[tuple, tuple[Decimal, Decimal]]:
	"""Year, month and customer → what was collected, multiplied by the days from the purchase, and what was collected.

	The database adds up the invoices that one customer paid within one month. The others are read one by one.
	"""
	times: dict[tuple, tuple[Decimal, Decimal]] = {}
	others = []
	for month, customer, invoice, weighted, amount in _paid_at_once(company, from_date, to_date).run():
		if invoice:
			others.append(invoice)
		else:
			times[month // 100, month % 100, customer] = (money(weighted), money(amount))
	days = _days_to_pay(company, others)
	table = frappe.qb.DocType("Factoring Ledger Entry")
	for names in chunks(days):
		query = _per_month(table, company, from_date, to_date).where(table.sales_invoice.isin(names))
		query = query.groupby(table.sales_invoice).select(table.sales_invoice, Sum(table.collected))
		for *key, invoice, total in query.run():
			amount = money(total or 0)
			weighted, collected = times.get(tuple(key), (ZERO, ZERO))
			times[tuple(key)] = (weighted + days[invoice] * amount, collected + amount)
	return times


def _paid_at_once(company: str, from_date: date, to_date: date):
	"""A query on the invoices of which something was collected in the period: per month and customer the sums of those with
	one of each, and no payment reversed; and a row with its name for each of the others."""
	entry = frappe.qb.DocType("Factoring Ledger Entry")
	counts = (entry.collected != 0) & entry.posting_date[from_date:to_date]
	month = Case().when(counts, _year(entry.posting_date) * 100 + _month(entry.posting_date))
	customer = Case().when(counts, entry.customer)
	paid = (
		ledger.in_force_of(company, entry)
		.where(entry.sales_invoice.isnotnull())
		.groupby(entry.sales_invoice)
		.select(entry.sales_invoice, Min(entry.collected).as_("least"))
		.select(Max(Case().when(entry.purchased > 0, entry.posting_date)).as_("bought_on"))
		.select(Max(Case().when(entry.collected > 0, entry.posting_date)).as_("paid_on"))
		.select(Min(month).as_("month"), Max(month).as_("last_month"))
		.select(Min(customer).as_("customer"), Max(customer).as_("last_customer"))
		.select(Sum(Case().when(counts, entry.collected)).as_("amount"))
	).as_("paid")
	is_one = (paid.month == paid.last_month) & (paid.customer == paid.last_customer) & (paid.least >= 0)
	key = (
		Case().when(is_one, paid.month),
		Case().when(is_one, paid.customer),
		Case().when(is_one, "").else_(paid.sales_invoice),
	)
	return (
		frappe.qb.from_(paid)
		.where(paid.month.isnotnull() & paid.bought_on.isnotnull() & paid.paid_on.isnotnull())
		.groupby(*key)
		.select(*key, Sum(_days_between(paid.paid_on, paid.bought_on) * paid.amount), Sum(paid.amount))
	)


def _cost_row(sums: dict) -> dict:
	cost = sums["fee"] + sums["charges"]
	weighted, paid = sums.pop("_weighted"), sums.pop("_paid")
	days = weighted / paid if paid else None
	rate = None
	if days and days > 0 and sums["purchased"] > 0:
		rate = round(
			float(cost / sums["purchased"] * 365 / days * 100), 2
		)  # simple interest on a 365-day year
	share = round(float(cost / sums["purchased"] * 100), 2) if sums["purchased"] > 0 else None
	return sums | {
		"cost": cost,
		"share": share,
		"days": round(float(days), 1) if days is not None else None,
		"rate": rate,
	}


def _days_to_pay(company: str, invoices: list[str]) -> dict[str, int]:
	"""Days from the purchase of each of these invoices to its last payment that stands."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	entries = ledger.in_force_of(company, table)
	rows = []
	for names in chunks(invoices):
		rows += (
			entries.where(table.sales_invoice.isin(names))
			.where((table.purchased > 0) | (table.collected != 0))
			.orderby(table.posting_date)
			.orderby(table.creation)
			.select(table.sales_invoice, table.posting_date, table.purchased, table.collected)
			.run(as_dict=True)
		)
	bought: dict[str, date] = {}
	paid: dict[str, list[tuple[date, Decimal]]] = {}
	for row in rows:
		if row.purchased > 0:
			bought[row.sales_invoice] = row.posting_date
		_add_payment(paid.setdefault(row.sales_invoice, []), row.posting_date, money(row.collected))
	return {name: (days[-1][0] - bought[name]).days for name, days in paid.items() if days and name in bought}


def _add_payment(payments: list[tuple[date, Decimal]], day: date, amount: Decimal) -> None:
	"""Add a payment. A negative one reverses the last ones."""
	if amount > 0:
		payments.append((day, amount))
	while amount < 0 and payments:
		last, paid = payments.pop()
		amount += paid
		if amount > 0:
			payments.append((last, amount))
