"""The clearing account taken apart: what came for which payout, what is held for the factor, and what is in drafts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

import frappe
from frappe.query_builder.functions import Sum

from rts_factoring.core.model import Event
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import sources
from rts_factoring.services.accounting.deposits import ROW, linked_rows
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


def left_of_adjustments(company: str) -> Decimal:
	"""What Factoring Adjustments moved on clearing and no entry has paid, without those that correct an import; their bank entries have their name as Reference Number."""
	table, adjustment = frappe.qb.DocType("Factoring Ledger Entry"), frappe.qb.DocType(sources.ADJUSTMENT)
	corrections = list(sources.corrections(company))
	moved = (
		frappe.qb.from_(table)
		.where((table.company == company) & table.factoring_adjustment.isnotnull())
		.where(table.factoring_adjustment.notin(corrections or [""]))
		.where(table.event != Event.DIRECT_PAYMENT.value)
		.select(Sum(table.clearing))
		.run()
	)
	names = frappe.qb.from_(adjustment).where(adjustment.company == company).select(adjustment.name)
	paid = _paid_on_clearing(company).where(frappe.qb.DocType("Journal Entry").cheque_no.isin(names)).run()
	return money(moved[0][0] or 0) - money(paid[0][0] or 0)


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
	query = linked_rows(company, row, entry).where(entry.docstatus == 1)
	query = query.groupby(row.report_import).select(row.report_import, Sum(row.amount))
	by_name = _paid_on_clearing(company).where(entry.voucher_type == "Bank Entry")
	by_name = by_name.groupby(entry.cheque_no).select(entry.cheque_no)
	if to_date:
		query, by_name = (each.where(entry.posting_date <= to_date) for each in (query, by_name))
	adjustments = set(frappe.get_all(sources.ADJUSTMENT, {"company": company}, pluck="name", limit=0))
	found = dict(query.run()) | {name: amount for amount, name in by_name.run() if name in adjustments}
	known = set(sources_named)
	return {name: money(amount or 0) for name, amount in found.items() if name in known}


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
