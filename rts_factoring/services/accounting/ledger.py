"""The factoring ledger: what each import or adjustment did to each invoice and to the reserve. Entries are only ever added.

Positions and invoice states are sums over it (see core.reconciliation.positions).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import getdate, now
from pypika.terms import Case

from rts_factoring.core.model import Event, InvoiceState, Policy, Position, Role
from rts_factoring.core.money import ZERO, money, money_or_zero
from rts_factoring.core.reconciliation.positions import MOVES, state_of
from rts_factoring.core.reconciliation.posting_matrix import Effect, legs
from rts_factoring.services.accounting import credits, daily_totals, posting_lock
from rts_factoring.services.accounting.sources import (
	ADJUSTMENT,
	IMPORT,
	LEDGER_FIELDS,
	LINE_FIELDS,
	Source,
)
from rts_factoring.services.common.inserts import insert_many
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import invoice_state, receivables
from rts_factoring.services.invoices.receivables import chunks

DOCTYPE = "Factoring Ledger Entry"
POSITION_COLUMNS = (
	*("purchased", "collected", "charged_back", "open_change", "fee", "reserve"),
	*("over_paid", "short_paid", "purchase_fee", "holdback", "sold_again", "customer_credit"),
	"customer_deductions",
)
ROLES = tuple(role.value for role in Role)
_POLICY_FREE = {
	"purchased": "purchased",
	"collected": "collected",
	"charged_back": "charged_back",
	"open": "open_change",
	"over": "over_paid",
	"short": "short_paid",
	"purchase_fee": "purchase_fee",
	"holdback": "holdback",
	"sold_again": "sold_again",
}


AMOUNTS = (*ROLES, *_POLICY_FREE.values())  # the columns that a mirror image turns
_COPIED: tuple[str, ...] = (
	"posting_date",
	"company",
	"currency",
	"event",
	"policy",
	"sales_invoice",
	"customer",
	"batch",
)
_COPIED += (*LEDGER_FIELDS.values(), *LINE_FIELDS.values(), "journal_entry", "is_reversal")


def validate(doc) -> None:
	"""Refuse every change: only postings write entries."""
	if not doc.is_new():
		frappe.throw(
			_(
				"Factoring Ledger Entries cannot be changed. Cancel the document that made them, or correct it."
			)
		)


def on_trash(doc) -> None:
	frappe.throw(_("Factoring Ledger Entries cannot be deleted. Cancel the document that made them."))


def entry_amounts(effect: Effect, policy: Policy) -> dict[str, Decimal]:
	"""Amount columns of one effect: per role debit minus credit, and what it means whatever the policy."""
	row = dict.fromkeys(AMOUNTS, ZERO)
	for leg in legs(policy, effect):
		row[leg.role.value] += leg.debit - leg.credit
	for name, sign, amount in MOVES.get(effect.event, ()):
		if name in _POLICY_FREE:
			row[_POLICY_FREE[name]] += sign * effect.amounts.get(amount, ZERO)
	return row


def write(rows: Sequence[dict]) -> None:
	"""Insert entries in bulk, and add them to the sums of their days; all rows have the same keys. The caller has the
	company's posting lock."""
	if not rows:
		return
	audit, user = now(), frappe.session.user
	fixed = {"creation": audit, "modified": audit, "owner": user, "modified_by": user, "docstatus": 0}
	fields = ["name", *fixed, *rows[0]]
	insert_many(
		"Factoring Ledger Entry",
		fields,
		((frappe.generate_hash(length=10), *fixed.values(), *row.values()) for row in rows),
	)
	daily_totals.add(rows)


def reverse(source: Source) -> list[str]:
	"""Add the mirror image of every entry of a document; returns the invoices it touched."""
	entries, day = entries_of(source), _day_of_cancel()
	write(
		[
			{key: -value if key in AMOUNTS else value for key, value in row.items() if key != "name"}
			| {"is_reversal": int(not row.is_reversal), "reverses": row.name, **day}
			for row in entries
		]
	)
	return sorted({row.sales_invoice for row in entries if row.sales_invoice})


def _day_of_cancel() -> dict[str, date]:
	"""The day of mirror images where ERPNext keeps its ledger immutable: then it dates its own on the day of the cancel."""
	is_kept = frappe.get_meta("Accounts Settings").has_field("enable_immutable_ledger")
	if not is_kept or not frappe.db.get_single_value("Accounts Settings", "enable_immutable_ledger"):
		return {}
	return {"posting_date": getdate(frappe.form_dict.get("posting_date"))}


def entries_of(source: Source, **filters) -> list:
	"""What a document that was not cancelled has posted, oldest first: all columns that a mirror image copies."""
	return frappe.get_all(
		"Factoring Ledger Entry",
		filters={source.ledger_field: source.name, **filters},
		fields=["name", *_COPIED, *AMOUNTS],
		limit=0,
		order_by="creation, name",
	)


def live(table):
	"""A query on the ledger, under this name, for entries of documents that were not cancelled. Their sums are what stands; an
	entry that a Factoring Adjustment took back is among them, and so is its mirror."""
	report, adjustment = frappe.qb.DocType(IMPORT), frappe.qb.DocType(ADJUSTMENT)
	query = frappe.qb.from_(table).left_join(report).on(report.name == table.report_import)
	query = query.left_join(adjustment).on(adjustment.name == table.factoring_adjustment)
	return query.where((report.docstatus == 1) | (adjustment.docstatus == 1))


def in_force(table):
	"""The same without entries that a Factoring Adjustment took back, and without their mirrors."""
	query = live(table).where(table.is_reversal == 0)
	return query.where(table.name.notin(_taken_back()))


def in_force_of(company: str, table):
	"""The same for all entries of a company, of which few documents were cancelled: those are named instead of joined."""
	query = frappe.qb.from_(table).where((table.company == company) & (table.is_reversal == 0))
	for doctype, fieldname in LEDGER_FIELDS.items():
		if cancelled := frappe.get_all(doctype, {"company": company, "docstatus": 2}, pluck="name"):
			query = query.where(table[fieldname].isnull() | table[fieldname].notin(cancelled))
	taken_back = [name for (name,) in _taken_back(company).run()]
	return query.where(table.name.notin(taken_back)) if taken_back else query


def _taken_back(company: str | None = None):
	"""A query for the entries that adjustments took back."""
	mirror = frappe.qb.DocType("Factoring Ledger Entry").as_("mirror")
	adjustment = frappe.qb.DocType(ADJUSTMENT).as_("taking")
	query = frappe.qb.from_(mirror).inner_join(adjustment).on(adjustment.name == mirror.factoring_adjustment)
	query = query.where((adjustment.docstatus == 1) & mirror.reverses.isnotnull())
	return (query.where(adjustment.company == company) if company else query).select(mirror.reverses)


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


def positions_as_of(company: str, day: date, invoices: Collection[str] | None = None) -> dict[str, Position]:
	"""What RTS had of each invoice at the end of a day, by the entries' posting dates. What the customer owed then, and the
	invoice's state, are not known: these stay as of a new Position."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	names = {name: field for field, name in _POLICY_FREE.items()} | {"fee": "fee", "reserve": "reserve"}
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


def balance_before(company: str, column: str, day: date) -> Decimal:
	"""Sum of one column over the company's entries dated before a day."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = frappe.qb.from_(table).where((table.company == company) & (table.posting_date < day))
	((amount,),) = query.select(Sum(table[column])).run()
	return money(amount or 0)


def balances(company: str, columns: Sequence[str]) -> dict[str, Decimal]:
	"""Sums of some columns over the company's ledger."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = frappe.qb.from_(table).where(table.company == company)
	((*sums,),) = query.select(*(Sum(table[name]) for name in columns)).run()
	return {name: money(amount or 0) for name, amount in zip(columns, sums, strict=True)}


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


def validate_settings(doc) -> None:
	"""Refuse a change of policy or accounts that contradicts the ledger."""
	if doc.is_new():
		return
	before = doc.get_doc_before_save()
	accounts = [
		role
		for role, field in settings.ACCOUNT_FIELDS.items()
		if before.get(field) not in (None, "", doc.get(field))
	]
	if before.policy != doc.policy or accounts:
		posting_lock.lock(doc.company)
	if before.policy != doc.policy:
		_refuse_policy_change(doc)
	for role in accounts:
		_refuse_account_change(doc, before, role)


def _refuse_policy_change(doc) -> None:
	"""Refuse a change of policy while invoices are open with RTS."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = frappe.qb.from_(table).where((table.company == doc.company) & table.sales_invoice.isnotnull())
	query = query.groupby(table.sales_invoice).having(Sum(table.open_change) != 0).select(table.sales_invoice)
	open_invoices = [name for (name,) in query.run()]
	if open_invoices:
		more = " " + _("and {0} more").format(len(open_invoices) - 10) if len(open_invoices) > 10 else ""
		frappe.throw(
			_(
				"The policy cannot change here while invoices are open with RTS. Make a Factoring Adjustment with the purpose Change of Policy, which restates them: {0}."
			).format(", ".join(sorted(open_invoices)[:10]) + more),
			title=_("Open Positions"),
		)


def _refuse_account_change(doc, before, role: Role) -> None:
	"""Refuse another account for a role that was posted to: the role would never tie out again."""
	field = settings.ACCOUNT_FIELDS[role]
	if is_used(doc.company, role):
		frappe.throw(
			_(
				"{0} cannot change, because entries were posted to {1}. Rename that account, or cancel the documents that posted them first."
			).format(_(doc.meta.get_label(field)), frappe.bold(before.get(field))),
			title=_("Account"),
		)


def is_used(company: str, role: Role) -> bool:
	"""Whether a document that was not cancelled moved this role."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = live(table).where((table.company == company) & (table[role.value] != 0))
	return bool(query.select(table.name).limit(1).run())
