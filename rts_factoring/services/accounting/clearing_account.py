"""The clearing account taken apart: what came for which payout, what is held for the factor, and what is in drafts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

import frappe
from frappe.query_builder.functions import Coalesce, Sum

from rts_factoring.core.model import Event
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting.payout_balances import ROW, linked_rows
from rts_factoring.services.company import settings


def held_for_factor(company: str) -> Decimal:
	"""Payments of debtors that we keep for RTS and that it has not taken yet, of submitted entries."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	is_held = frappe.qb.DocType("Journal Entry").factoring_is_held == 1
	kept = _paid_on_clearing(company).where(is_held).run()
	if not kept[0][0]:
		return ZERO  # what RTS takes now was booked by hand
	taken = (
		frappe.qb.from_(table)
		.where((table.company == company) & (table.event == Event.DIRECT_PAYMENT.value))
		.select(Sum(table.clearing))
		.run()
	)
	return money(kept[0][0] or 0) - money(taken[0][0] or 0)


def in_drafts(company: str) -> Decimal:
	"""What bank entries record of payouts and are not submitted yet."""
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType(ROW)
	query = linked_rows(company, row, entry).where(entry.docstatus == 0).select(Sum(row.amount))
	return money(query.run()[0][0] or 0)


def recorded_by_source(
	company: str, sources_named: Collection[str], to_date: date | None = None
) -> dict[str, Decimal]:
	"""Import or adjustment → what submitted bank entries have brought of its payout, up to a day."""
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType(ROW)
	source = Coalesce(row.report_import, row.factoring_adjustment)
	query = linked_rows(company, row, entry).where(entry.docstatus == 1)
	if to_date:
		query = query.where(entry.posting_date <= to_date)
	found = query.groupby(source).select(source, Sum(row.amount)).run()
	known = set(sources_named)
	return {name: money(amount or 0) for name, amount in found if name in known}


def _paid_on_clearing(company: str):
	"""A query for what submitted journal entries took off the clearing account."""
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType("Journal Entry Account")
	return (
		frappe.qb.from_(row)
		.inner_join(entry)
		.on(entry.name == row.parent)
		.where((entry.company == company) & (entry.docstatus == 1))
		.where(row.account == (settings.require_any(company).clearing_account or ""))
		.select(Sum(row.credit) - Sum(row.debit))
	)
