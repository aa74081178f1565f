"""Sums over the factoring ledger: those of a company, the position of each invoice, now or as of a day, and its state.

What a position means is said in core.reconciliation.positions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder.functions import Sum
from pypika.terms import Case, Criterion

from rts_factoring.core.model import Event, InvoiceState, Position
from rts_factoring.core.money import ZERO, money, money_or_zero
from rts_factoring.core.reconciliation.positions import state_of
from rts_factoring.services.accounting import credits, ledger
from rts_factoring.services.accounting.ledger import POLICY_FREE_COLUMNS
from rts_factoring.services.invoices import invoice_state, receivables
from rts_factoring.services.invoices.receivables import chunks

POSITION_COLUMNS = (
	*("purchased", "collected", "charged_back", "open_change", "fee", "reserve"),
	*("over_paid", "short_paid", "purchase_fee", "holdback", "sold_again", "customer_credit"),
	"customer_deductions",
)


def positions(company: str, invoices: Collection[str] | None = None) -> dict[str, Position]:
	"""Position of every invoice of the company that has ledger entries, or of those named."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	invoice = frappe.qb.DocType("Sales Invoice")
	# Credits that the customer had used when their payment was taken back: these are differences now.
	is_taken_back = table.event.isin([Event.PAYMENT_REMOVED.value, Event.NON_FACTORED.value])
	used_up = Case().when(is_taken_back, table.differences)
	non_factored = Case().when(table.event == Event.NON_FACTORED.value, table.reserve)
	query = (
		frappe.qb.from_(table)
		.inner_join(invoice)
		.on(invoice.name == table.sales_invoice)
		.where(table.company == company)
		.groupby(
			table.sales_invoice, invoice.outstanding_amount, invoice.factoring_batch, invoice.factoring_status
		)
		.select(
			table.sales_invoice,
			invoice.outstanding_amount,
			invoice.factoring_batch,
			invoice.factoring_status,
			*(Sum(table[name]).as_(name) for name in POSITION_COLUMNS),
			Sum(used_up.else_(0)).as_("used_up"),
			Sum(non_factored.else_(0)).as_("non_factored"),
		)
	)
	found: dict[str, Position] = {}

	def add(rows: Sequence) -> None:
		used = credits.used(
			company, [row.sales_invoice for row in rows if money(row.customer_credit or 0) < 0]
		)
		found.update((row.sales_invoice, _position(row, used.get(row.sales_invoice, ZERO))) for row in rows)

	if invoices is None:
		add(query.run(as_dict=True))
	for names in chunks(invoices or ()):  # so that few rows are in memory beside the positions
		add(query.where(table.sales_invoice.isin(names)).run(as_dict=True))
	return found


def open_positions(company: str) -> list[Position]:
	"""Those of which RTS has bought something and not collected it yet, by invoice."""
	found = positions(company).values()
	return sorted((each for each in found if each.open > ZERO), key=lambda each: each.invoice_no)


def positions_as_of(company: str, day: date, invoices: Collection[str] | None = None) -> dict[str, Position]:
	"""What RTS had of each invoice at the end of a day, by the entries' posting dates. What the customer owed then, and the
	invoice's state, are not known: these stay as of a new Position."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	names = {name: field for field, name in POLICY_FREE_COLUMNS.items()} | {
		"fee": "fee",
		"reserve": "reserve",
	}
	query = (
		frappe.qb.from_(table)
		.where((table.company == company) & (table.posting_date <= day) & table.sales_invoice.isnotnull())
		.groupby(table.sales_invoice)
		.select(table.sales_invoice, *(Sum(table[name]).as_(name) for name in names))
	)
	rows = query.run(as_dict=True) if invoices is None else []
	for part in chunks(sorted(invoices or ())):
		rows += query.where(table.sales_invoice.isin(part)).run(as_dict=True)
	found: dict[str, Position] = {}
	for row in rows:
		amounts: dict[str, Any] = {field: money(row[name] or 0) for name, field in names.items()}
		found[row.sales_invoice] = Position(row.sales_invoice, **amounts)
	return found


def of_company(
	company: str, to_date: date | None = None, before: date | None = None, only: tuple[str, ...] = ()
) -> dict[str, Decimal]:
	"""Sum of every amount column of the company's ledger, or of some, up to a day or before one."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	names = only or (*ledger.ROLES, "purchased", "collected", "charged_back", "open_change")
	query = frappe.qb.from_(table).where(table.company == company)
	end = [table.posting_date <= to_date] if to_date else []
	end += [table.posting_date < before] if before else []
	terms = {name: table[name] for name in names}
	if end and only:
		query = query.where(Criterion.all(end))
	elif end:  # of all columns: by days, the index would lead to nearly every row one by one
		terms = {name: Case().when(Criterion.all(end), term) for name, term in terms.items()}
	sums = query.select(*(Sum(term).as_(name) for name, term in terms.items())).run(as_dict=True)[0]
	return {name: money(sums[name] or 0) for name in names}


def open_amounts(invoices: Collection[str]) -> dict[str, Decimal]:
	"""Invoice → what the factor has bought of it and not collected yet."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	found: dict[str, Decimal] = {}
	for names in chunks(sorted(invoices)):
		query = frappe.qb.from_(table).where(table.sales_invoice.isin(names)).groupby(table.sales_invoice)
		found |= {
			name: money(amount or 0)
			for name, amount in query.select(table.sales_invoice, Sum(table.open_change)).run()
		}
	return found


def _position(row, credit_used: Decimal) -> Position:
	used_up = money_or_zero(row.used_up)
	return Position(
		invoice_no=row.sales_invoice,
		state=InvoiceState(row.factoring_status or InvoiceState.NOT_FACTORED.value),
		batch=row.factoring_batch or "",
		outstanding=money_or_zero(row.outstanding_amount),
		purchased=money_or_zero(row.purchased),
		open=money_or_zero(row.open_change),
		collected=money_or_zero(row.collected),
		charged_back=money_or_zero(row.charged_back),
		fee=money_or_zero(row.fee),
		reserve=money_or_zero(row.reserve),
		over=money_or_zero(row.over_paid),
		short=money_or_zero(row.short_paid),
		allowed=money_or_zero(row.customer_deductions),
		non_factored=money_or_zero(row.non_factored),
		credit=-money_or_zero(row.customer_credit) - used_up or ZERO,
		credit_used=max(ZERO, credit_used - used_up),
		purchase_fee=money_or_zero(row.purchase_fee),
		holdback=money_or_zero(row.holdback),
		sold_again=money_or_zero(row.sold_again),
	)


def set_states(states: dict[str, InvoiceState]) -> None:
	"""Write the factoring status of invoices, grouped by status; the invoices' own history is not touched."""
	by_state: dict[str, list[str]] = {}
	for name, state in states.items():
		by_state.setdefault(state.value, []).append(name)
	for status, names in by_state.items():
		invoice_state.write_fields(names, factoring_status=status)


def states_from_ledger(company: str, batch: str | None, invoices: Collection[str]) -> dict[str, InvoiceState]:
	"""The state each invoice has by its ledger. One that RTS holds nothing of is Submitted while `batch` has it; one that
	went on (was queued again, or sent in another batch) keeps its state."""
	by_invoice = positions(company, invoices)
	states = {}
	for row in receivables.rows(invoices):
		position = by_invoice.get(row.name)
		in_batch = bool(batch) and row.factoring_batch == batch
		if position and position.is_bought and not (in_batch and _is_given_back(position)):
			states[row.name] = state_of(position)
		elif in_batch:
			states[row.name] = InvoiceState.SUBMITTED
		elif not row.factoring_batch and row.factoring_status not in invoice_state.RESENDABLE_STATES:
			states[row.name] = InvoiceState.NOT_FACTORED
	return states


def _is_given_back(position: Position) -> bool:
	"""Charged back before, so that it may have been sent again."""
	return position.open <= ZERO and position.purchased <= position.charged_back
