"""RTS's payouts: what each import and adjustment announces, what bank entries record of it, and what is left.

A bank entry is a Journal Entry, bank against clearing. It names the imports, or the adjustments, in a table of its own, so that
its Reference Number is the bank's, by which ERPNext's Bank Reconciliation Tool finds it. Amounts are positive where RTS pays,
negative where we pay RTS.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import frappe
from frappe.query_builder.functions import Sum

from rts_factoring.core.model import Event
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import sources
from rts_factoring.services.company import settings

TABLE, ROW = "factoring_payouts", "Factoring Payout"
BANK_TYPES = ("Bank", "Cash")


def expected(report_import: str) -> dict:
	"""What RTS pays out according to an import, how much of it is recorded, and what is left; amounts as floats."""
	company = frappe.db.get_value("Report Import", report_import, "company")
	announced = payout(company, report_import)
	done = recorded(company, [report_import]).get(report_import, ZERO)
	return {"payout": float(announced), "recorded": float(done), "left": float(announced - done)}


def open_payouts(company: str) -> list[dict]:
	"""The posted imports whose payout is not recorded to the cent, oldest first: report_import, kind, day, payout, recorded and
	left (as Decimal)."""
	payouts, done = _payouts(company), recorded(company)
	left = {name: amount - done.get(name, ZERO) for name, amount in payouts.items()}
	left |= {name: -amount for name, amount in done.items() if name not in payouts}
	imports = frappe.get_all(
		"Report Import",
		filters={
			"company": company,
			"docstatus": 1,
			"name": ("in", [n for n, amount in left.items() if amount]),
		},
		fields=["name as report_import", "kind", "run_date", "period_to", "creation"],
		order_by="creation",
		limit=0,
	)
	return [
		{
			"report_import": row.report_import,
			"kind": row.kind,
			"day": row.run_date or row.period_to or row.creation.date(),
			"payout": payouts.get(row.report_import, ZERO),
			"recorded": done.get(row.report_import, ZERO),
			"left": left[row.report_import],
		}
		for row in imports
	]


def unlinked_entries(company: str) -> list:
	"""Bank entries, bank against clearing, that name no import or adjustment for all they move, oldest first: journal_entry, day,
	docstatus, reference, amount and left (as Decimal). Entries of imports and money held for the factor are none."""
	clearing = settings.require_any(company).clearing_account
	if not clearing:
		return []
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType("Journal Entry Account")
	bank, account = frappe.qb.DocType("Journal Entry Account").as_("bank"), frappe.qb.DocType("Account")
	ledger_entry = frappe.qb.DocType("Factoring Ledger Entry")
	at_bank = (
		frappe.qb.from_(bank)
		.inner_join(account)
		.on(account.name == bank.account)
		.where((account.company == company) & account.account_type.isin(BANK_TYPES))
		.select(bank.parent)
	)
	of_ledger = frappe.qb.from_(ledger_entry).where(ledger_entry.company == company)
	of_ledger = of_ledger.where(ledger_entry.journal_entry.isnotnull()).select(ledger_entry.journal_entry)
	rows = (
		frappe.qb.from_(row)
		.inner_join(entry)
		.on(entry.name == row.parent)
		.where((entry.company == company) & (entry.docstatus < 2) & (entry.factoring_is_held == 0))
		.where(row.account == clearing)
		.where(entry.name.isin(at_bank) & entry.name.notin(of_ledger))
		.groupby(entry.name, entry.posting_date, entry.cheque_no, entry.docstatus)
		.orderby(entry.posting_date)
		.orderby(entry.name)
		.select(entry.name.as_("journal_entry"), entry.posting_date.as_("day"), entry.docstatus)
		.select(entry.cheque_no.as_("reference"), (Sum(row.credit) - Sum(row.debit)).as_("amount"))
		.run(as_dict=True)
	)
	linked = _linked(company)
	for found in rows:
		found.amount = money(found.amount or 0)
		found.left = found.amount - linked.get(found.journal_entry, ZERO)
	return [found for found in rows if found.left]


def entries(source: str, doctype: str = sources.IMPORT, for_update: bool = False) -> list[str]:
	"""Bank entries, draft or submitted, that record a deposit of this import, or the payment of this adjustment. A locking
	read sees what was committed last."""
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType(ROW)
	query = frappe.qb.from_(row).inner_join(entry).on(entry.name == row.parent).where(entry.docstatus < 2)
	query = query.where(row[sources.LEDGER_FIELDS[doctype]] == source)
	query = query.orderby(entry.name).select(entry.name)
	return list(dict.fromkeys(name for (name,) in (query.for_update() if for_update else query).run()))


def payout(company: str, report_import: str) -> Decimal:
	return _payouts(company, report_import).get(report_import, ZERO)


def _payouts(company: str, report_import: str = "") -> dict[str, Decimal]:
	"""Import → what its rows add to clearing, as corrected by adjustments. What a debtor paid us and RTS takes is no payout."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	moved = frappe.qb.from_(table).where(table.company == company)
	moved = moved.where(table.event != Event.DIRECT_PAYMENT.value)
	by_import = moved.where(table.report_import.isnotnull())
	if report_import:
		by_import = moved.where(table.report_import == report_import)
	query = by_import.groupby(table.report_import).select(table.report_import, Sum(table.clearing))
	found = {name: money(amount or 0) for name, amount in query.run()}
	corrected = sources.corrections(company, report_import)
	if corrected:
		query = moved.where(table.factoring_adjustment.isin(list(corrected)))
		query = query.groupby(table.factoring_adjustment)
		for name, amount in query.select(table.factoring_adjustment, Sum(table.clearing)).run():
			of = corrected[name]
			found[of] = found.get(of, ZERO) + money(amount or 0)
	return found


def linked_rows(company: str, row, entry):
	"""A query on the rows of entries, draft or submitted, that name an import or an adjustment."""
	query = frappe.qb.from_(row).inner_join(entry).on(entry.name == row.parent)
	return query.where((entry.company == company) & (entry.docstatus < 2))


def recorded(
	company: str,
	names: Collection[str] = (),
	for_update: bool = False,
	doctype: str = sources.IMPORT,
) -> dict[str, Decimal]:
	"""Import, or adjustment, → what entries record of it. A locking read sees what was committed last."""
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType(ROW)
	source = row[sources.LEDGER_FIELDS[doctype]]
	query = linked_rows(company, row, entry).where(source.isnotnull())
	if names:
		query = query.where(source.isin(list(names)))
	query = query.groupby(source).select(source, Sum(row.amount))
	if for_update:
		query = query.for_update()
	return {name: money(amount or 0) for name, amount in query.run()}


def left_of_adjustments(company: str) -> dict[str, Decimal]:
	"""Adjustment → what it moves on clearing and no entry records; those that correct an import are part of its payout."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = frappe.qb.from_(table).where((table.company == company) & table.factoring_adjustment.isnotnull())
	query = query.where(table.event != Event.DIRECT_PAYMENT.value).groupby(table.factoring_adjustment)
	moved = dict(query.select(table.factoring_adjustment, Sum(table.clearing)).run())
	done = recorded(company, doctype=sources.ADJUSTMENT)
	left = {name: money(moved.get(name) or 0) - done.get(name, ZERO) for name in moved.keys() | done.keys()}
	corrections = sources.corrections(company)
	return {name: amount for name, amount in left.items() if amount and name not in corrections}


def _linked(company: str) -> dict[str, Decimal]:
	"""Journal entry → what it records of imports and adjustments."""
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType(ROW)
	query = linked_rows(company, row, entry).groupby(row.parent).select(row.parent, Sum(row.amount))
	return {name: money(amount or 0) for name, amount in query.run()}


def is_within(share: Decimal, whole: Decimal) -> bool:
	"""Whether a share has the direction of the whole and is not more."""
	return min(ZERO, whole) <= share <= max(ZERO, whole)
