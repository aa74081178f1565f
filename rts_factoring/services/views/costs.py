"""What factoring costs: fees and charges per month and customer, and the yearly rate they come to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import frappe

from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import ledger


def costs(company: str, from_date: date, to_date: date) -> list[dict]:
	"""Fees and charges per month and customer, with what was bought and the days from purchase to payment."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	rows = (
		ledger.in_force(table)
		.where(table.company == company)
		.where(table.posting_date[from_date:to_date])
		.select(
			table.posting_date,
			table.event,
			table.customer,
			table.sales_invoice,
			table.fee,
			table.charges,
			table.purchased,
			table.reserve,
			table.collected,
		)
		.orderby(table.posting_date)
		.run(as_dict=True)
	)
	days = _days_to_pay(company)
	by_month: dict[tuple[str, str], dict] = {}
	for row in rows:
		key = (row.posting_date.strftime("%Y-%m"), row.customer or "")
		sums = by_month.setdefault(
			key,
			{
				"month": key[0],
				"customer": key[1],
				"purchased": ZERO,
				"fee": ZERO,
				"charges": ZERO,
				"_weighted": ZERO,
				"_paid": ZERO,
			},
		)
		for name in ("purchased", "fee", "charges"):
			sums[name] += money(row[name] or 0)
		if row.sales_invoice in days and row.collected:
			sums["_weighted"] += days[row.sales_invoice] * money(row.collected)
			sums["_paid"] += money(row.collected)
	return [_cost_row(sums) for _key, sums in sorted(by_month.items())]


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
	"""Days from the purchase of an invoice to its last payment. A payment that was reversed does not count."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	rows = (
		ledger.in_force(table)
		.where((table.company == company) & table.sales_invoice.isnotnull())
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
