"""Open invoices by age, and by the days until they go back to us."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import frappe
from frappe.query_builder.functions import Max, Sum
from frappe.utils import add_days, getdate
from pypika.terms import Case

from rts_factoring.core.model import InvoiceState
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.reconciliation import recourse
from rts_factoring.services.company import settings
from rts_factoring.services.views import statements

_OPEN_STATES = (InvoiceState.FINANCED.value, InvoiceState.PARTLY_PAID.value)
_NOT_OPEN = dict.fromkeys(("age", "bucket", "buyback_on", "recourse_days", "share"))


def add_ageing(rows: Iterable, agreement, day: date) -> None:
	"""Write on each row of `statements.factored_invoices`: `age` and `recourse_days` in days, the ageing `bucket`, `buyback_on`,
	and `share`, the debtor's part of all that is open, in percent. All are None where nothing is open."""
	terms = settings.recourse(agreement)
	still_open = []
	for row in rows:
		if row.open_change:
			still_open.append(row)
		else:
			row.update(_NOT_OPEN)
	by_customer: dict[str, float] = {}
	for row in still_open:
		by_customer[row.customer] = by_customer.get(row.customer, 0) + row.open_change
	total = sum(by_customer.values())
	for row in still_open:
		row.age = (day - row.posting_date).days
		row.bucket = recourse.bucket(row.age)
		row.buyback_on = terms.due_on(row.posting_date, row.bought_on)
		row.recourse_days = (row.buyback_on - day).days if row.buyback_on else None
		row.share = round(by_customer[row.customer] / total * 100, 1) if total else None


def by_bucket(rows: Iterable) -> dict[str, Decimal]:
	"""Ageing bucket → what is open."""
	found = dict.fromkeys(recourse.bucket_names(), ZERO)
	for row in rows:
		if row.get("bucket"):
			found[row.bucket] += money(row.open_change)
	return found


def due_for_buyback(agreement, day: date, within: int = max(recourse.WARNINGS)) -> list:
	"""Open invoices that go back to us within so many days of `day`, or should have: `sales_invoice`, `customer_name`, `amount`,
	`buyback_on`, `days_left` and `open_since`, the moment at which our books last opened it; the next one first. None without
	recourse or its days."""
	terms = settings.recourse(agreement)
	if not terms.days:
		return []
	table, invoice = frappe.qb.DocType("Factoring Ledger Entry"), frappe.qb.DocType("Sales Invoice")
	latest = add_days(day, within - terms.days)  # a purchase is not before the invoice
	query = frappe.qb.from_(table).inner_join(invoice).on(invoice.name == table.sales_invoice)
	if day >= getdate():  # the states of today are those of the ledger, and indexed
		query = query.where(invoice.factoring_status.isin(_OPEN_STATES))
	rows = (
		query.where((table.company == agreement.company) & (table.posting_date <= day))
		.where(invoice.posting_date <= latest)
		.groupby(table.sales_invoice, invoice.posting_date, invoice.customer_name)
		.having(Sum(table.open_change) > 0)
		.select(table.sales_invoice, invoice.posting_date, invoice.customer_name)
		.select(
			Sum(table.open_change).as_("amount"),
			statements.bought_on(table, agreement.company).as_("bought_on"),
			Max(Case().when(table.open_change > 0, table.creation)).as_("open_since"),
		)
		.run(as_dict=True)
	)
	for row in rows:
		row.buyback_on = terms.due_on(row.posting_date, row.bought_on)
		row.days_left = (row.buyback_on - day).days
	return sorted(
		(row for row in rows if row.days_left <= within), key=lambda row: (row.buyback_on, row.sales_invoice)
	)
