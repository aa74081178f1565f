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
	"""Year, month and customer → what was collected, multiplied by the days from the purchase, and what was collected."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	entry = frappe.qb.DocType("Factoring Ledger Entry").as_("entry")
	bought = Max(Case().when(entry.purchased > 0, entry.posting_date))
	paid = Max(Case().when(entry.collected > 0, entry.posting_date))
	of_invoices = (
		ledger.in_force_of(company, entry)
		.where(entry.sales_invoice.isnotnull())
		.groupby(entry.sales_invoice)
		.having((Min(entry.collected) >= 0) & bought.isnotnull() & paid.isnotnull())
		.select(entry.sales_invoice, _days_between(paid, bought).as_("days"))
	).as_("of_invoices")
	query = (
		_per_month(table, company, from_date, to_date)
		.inner_join(of_invoices)
		.on(of_invoices.sales_invoice == table.sales_invoice)
		.where(table.collected != 0)
		.select(Sum(of_invoices.days * table.collected), Sum(table.collected))
	)
	times = {tuple(key): (money(weighted), money(amount)) for *key, weighted, amount in query.run()}
	days = _days_to_pay(company)
	for names in chunks(days):
		query = _per_month(table, company, from_date, to_date).where(table.sales_invoice.isin(names))
		query = query.groupby(table.sales_invoice).select(table.sales_invoice, Sum(table.collected))
		for *key, invoice, total in query.run():
			amount = money(total or 0)
			weighted, collected = times.get(tuple(key), (ZERO, ZERO))
			times[tuple(key)] = (weighted + days[invoice] * amount, collected + amount)
	return times


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


def _days_to_pay(company: str) -> dict[str, int]:
	"""Days from the purchase of an invoice to its last payment that stands, for invoices of which a payment was reversed."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	entries = ledger.in_force_of(company, table)
	reversed_of = entries.where(table.collected < 0).select(table.sales_invoice).distinct().run()
	rows = []
	for names in chunks(name for (name,) in reversed_of if name):
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
