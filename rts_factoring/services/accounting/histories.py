"""What happened to invoices at RTS, day by day, by the documents that stand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import frappe
from frappe.query_builder.functions import Sum
from pypika.terms import Case

from rts_factoring.core.money import money_or_zero
from rts_factoring.core.reconciliation.dating import Change, History
from rts_factoring.services.accounting import ledger, sources
from rts_factoring.services.invoices.receivables import chunks

_COLUMNS = ("purchased", "open_change", "collected", "charged_back")  # in the order of Change


def of_invoices(company: str, invoices: Collection[str]) -> dict[str, History]:
	"""Invoice → its history. A purchase counts from the day that a row, a report or a person states; one without a day is posted on
	the day of its import, which says nothing about it, and counts as the first of all."""
	table, row = frappe.qb.DocType(ledger.DOCTYPE), frappe.qb.DocType("Report Import Line")
	report = frappe.qb.DocType(sources.IMPORT)
	is_purchase = (table.purchased > 0) & (table.is_reversal == 0)
	is_stated = table.factoring_adjustment.isnotnull() | row.date.isnotnull() | report.run_date.isnotnull()
	kind = Case().when(is_purchase & is_stated, 1).when(is_purchase, 2).else_(0)
	found: dict[str, History] = {}
	for names in chunks(sorted(invoices)):
		query = ledger.live(table).where((table.company == company) & table.sales_invoice.isin(names))
		query = query.left_join(row).on(row.name == table.report_import_line)
		query = query.groupby(table.sales_invoice, table.posting_date, kind)
		query = query.select(table.sales_invoice, table.posting_date, kind)
		for name, day, of_kind, *amounts in query.select(*(Sum(table[column]) for column in _COLUMNS)).run():
			history = found.setdefault(name, History())
			history.add(date.min if of_kind == 2 else day, Change(*map(money_or_zero, amounts)))
			if of_kind == 1:
				history.first_bought = min(day, history.first_bought or day)
	return found


def first_bought(company: str, invoices: Collection[str]) -> dict[str, date]:
	"""Invoice → the first day on which RTS had it, where somebody says so."""
	histories = of_invoices(company, invoices)
	return {name: history.first_bought for name, history in histories.items() if history.first_bought}
