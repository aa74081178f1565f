"""Which payouts of RTS have not arrived at the bank: the clearing account, taken apart."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

import frappe
from frappe.query_builder.functions import Coalesce, Max, Min, Sum

from rts_factoring.core.model import Event, Role
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import clearing_account, sources
from rts_factoring.services.company import settings
from rts_factoring.services.views import statements


class Payout(NamedTuple):
	"""What a report or an adjustment announced and no deposit has brought."""

	source: str
	day: date
	left: Decimal
	doctype: str = sources.IMPORT


class Clearing(NamedTuple):
	"""The clearing account: `balance` is what the payouts still owe (their sum), less what arrived and belongs to none of them."""

	balance: Decimal
	payouts: list[Payout]
	unexplained: Decimal


def clearing(company: str, to_date: date | None = None) -> Clearing:
	"""Deposits that name an import are taken off it. Other credits (bank reconciliation) cover the oldest payouts first, after
	what debtors paid us and RTS took from the reserve."""
	agreement = settings.require_any(company)
	account = agreement.get(settings.ACCOUNT_FIELDS[Role.CLEARING])
	balance = statements.account_balances(company, [account] if account else [], to_date).get(account, ZERO)
	announced, direct = _announced(company, to_date)
	named = clearing_account.recorded_by_source(company, [row.source for row in announced], to_date)
	total = sum((row.left for row in announced), ZERO) + direct
	# what others credited, less what names an import and what settles direct payments
	free = total - balance - sum(named.values(), ZERO) - direct
	payouts = []
	for row in announced:
		left = row.left - named.get(row.source, ZERO)
		if left < 0:  # RTS kept more than it paid: the next payouts are smaller by it
			free, left = free - left, ZERO
		payouts.append(row._replace(left=left))
	found = []
	for row in payouts:
		covered = min(max(free, ZERO), row.left)
		free -= covered
		if row.left > covered:
			found.append(row._replace(left=row.left - covered))
	return Clearing(balance, found, free)


def _announced(company: str, to_date: date | None) -> tuple[list[Payout], Decimal]:
	"""Payouts in the order of their days, as corrected by adjustments, and the sum that the ledger debits for direct payments."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	source = Coalesce(table.report_import, table.factoring_adjustment)
	adjustment = Max(table.factoring_adjustment)
	query = frappe.qb.from_(table).where((table.company == company) & (table.clearing != 0))
	if to_date:
		query = query.where(table.posting_date <= to_date)
	is_direct = table.event == Event.DIRECT_PAYMENT.value
	rows = (
		query.where(~is_direct)
		.groupby(source)
		.having(Sum(table.clearing) != 0)
		.select(source, Min(table.posting_date), Sum(table.clearing), adjustment)
		.run()
	)
	((direct,),) = query.where(is_direct).select(Sum(table.clearing)).run()
	corrected = sources.corrections(company)
	found: dict[str, Payout] = {}
	for name, day, amount, adjusted in rows:
		if name in corrected:
			name, adjusted = corrected[name], None
		row = Payout(name or "", day, money(amount), sources.ADJUSTMENT if adjusted else sources.IMPORT)
		if known := found.get(row.source):
			row = row._replace(day=min(day, known.day), left=row.left + known.left)
		found[row.source] = row
	payouts = [row for row in found.values() if row.left]
	return sorted(payouts, key=lambda row: (row.day, row.source)), money(direct or 0)
