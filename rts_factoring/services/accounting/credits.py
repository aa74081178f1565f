"""Credits of customers: those that reports gave, how much of them was used since, and credit notes."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import frappe
from frappe.query_builder.functions import Sum

from rts_factoring.core.money import ZERO, money
from rts_factoring.services.invoices.receivables import chunks


def used(company: str, invoices: Collection[str]) -> dict[str, Decimal]:
	"""Of the credit that each of these invoices gave its customer: what was set against another invoice or paid out.

	ERPNext knows that of a journal entry and customer, not of an invoice; where several share one, each counts as used.
	"""
	given = _given(company, invoices)
	left = _left({entry for entry, _customer, _invoice in given})
	totals: dict[tuple[str, str], Decimal] = {}
	for (entry, customer, _invoice), amount in given.items():
		totals[entry, customer] = totals.get((entry, customer), ZERO) + amount
	by_invoice: dict[str, Decimal] = {}
	for (entry, customer, invoice), amount in given.items():
		gone = max(totals[entry, customer] - left.get((entry, customer), ZERO), ZERO)
		by_invoice[invoice] = by_invoice.get(invoice, ZERO) + min(gone, amount)
	return by_invoice


def _given(company: str, invoices: Collection[str]) -> dict[tuple[str, str, str], Decimal]:
	"""Journal entry, customer and invoice → credit; of an entry that was cancelled none."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	given: dict[tuple[str, str, str], Decimal] = {}
	for names in chunks(sorted(invoices)):
		query = (
			frappe.qb.from_(table)
			.where(
				(table.company == company) & table.sales_invoice.isin(names) & (table.customer_credit != 0)
			)
			.groupby(table.journal_entry, table.customer, table.sales_invoice)
			.having(Sum(table.customer_credit) < 0)
			.select(table.journal_entry, table.customer, table.sales_invoice, Sum(table.customer_credit))
		)
		given |= {
			(entry, customer, invoice): -money(total) for entry, customer, invoice, total in query.run()
		}
	return given


def _left(entries: Collection[str]) -> dict[tuple[str, str], Decimal]:
	"""Journal entry and customer → credit of it that is not allocated."""
	table = frappe.qb.DocType("Payment Ledger Entry")
	left: dict[tuple[str, str], Decimal] = {}
	for names in chunks(sorted(entry for entry in entries if entry)):
		query = (
			frappe.qb.from_(table)
			.where((table.against_voucher_type == "Journal Entry") & table.against_voucher_no.isin(names))
			.where((table.party_type == "Customer") & (table.delinked == 0))
			.groupby(table.against_voucher_no, table.party)
			.select(table.against_voucher_no, table.party, Sum(table.amount))
		)
		left |= {(entry, party): -money(total) for entry, party, total in query.run()}
	return left
