"""The opening: what RTS holds on the day the app begins, set against the balances that the books hold already."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import flt, fmt_money, formatdate, get_link_to_form, getdate

from rts_factoring.core.model import Policy, Role
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.reconciliation.openings import (
	SIDES,
	HeldBalance,
	RoleBalance,
	compare_balances,
	opening_balances,
)
from rts_factoring.core.reconciliation.posting_matrix import Effect
from rts_factoring.services.accounting import journal_entries, journal_rows, sources
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import invoice_state, receivables

PURPOSE = sources.OPENING
LISTED = 3_000  # invoices that a list offers at once
_ROLES = {"Reserve": Role.RESERVE, "Clearing": Role.CLEARING}
_ROLES |= {"Advances": Role.ADVANCES, "Cash Advances": Role.CASH_ADVANCES}


def fill(doc, agreement) -> None:
	"""Write the sums of the lines, and the balance of each account named. Only lines of the event Opening are taken."""
	if frappe.db.get_value("Report Import", doc.report_import or "", "company") != doc.company:
		doc.report_import = None
	for row in doc.lines:
		if row.event != PURPOSE:
			frappe.throw(_("Line {0}: an opening has only lines of the event Opening.").format(row.idx))
		row.financed = row.financed or row.amount
	_refuse_twice([row.sales_invoice for row in doc.lines])
	doc.opening_financed = float(sum((money(row.amount) for row in doc.lines), ZERO))
	last, key = doc.get_doc_before_save(), "name"
	if not last and doc.amended_from:  # it begins as the cancelled one ended, with rows of other names
		last, key = frappe.get_doc(doc.doctype, doc.amended_from), "account"
	if _is_as_proposed(doc.opening_reserve, last and _reserve_of_lines(last)):
		doc.opening_reserve = float(_reserve_of_lines(doc))
	balances = _balances(doc.company, [row.account for row in doc.balances], doc.posting_date)
	proposed = {row.get(key): row.balance for row in last.balances} if last else {}
	for row in doc.balances:
		row.currency = doc.currency
		_check_account(doc, row)
		balance = SIDES[_ROLES[row.role]] * balances.get(row.account, ZERO)
		row.balance = float(balance)
		if _is_as_proposed(row.amount, proposed.get(row.get(key))):
			row.amount = row.balance
	_refuse_more_than_held(doc)


def _is_as_proposed(stated: float | None, proposed: float | Decimal | None) -> bool:
	"""Whether nobody stated another amount than the last save proposed. Zero is stated once something else was proposed."""
	return money(stated or 0) == money(proposed or 0)


def clear(doc) -> None:
	"""The fields of an opening are empty on every other adjustment."""
	doc.update({"opening_reserve": 0, "opening_clearing": 0, "opening_cash_advances": 0})
	doc.update({"opening_financed": 0, "balances": []})


def _refuse_twice(invoices: Collection[str]) -> None:
	seen: set[str] = set()
	for number, name in enumerate(invoices, 1):
		if name in seen:
			frappe.throw(_("Line {0}: {1} stands in two lines. Remove one.").format(number, name))
		if name:
			seen.add(name)


def _reserve_of_lines(doc) -> Decimal:
	return sum((money(row.reserve or 0) for row in doc.lines), ZERO)


def _check_account(doc, row) -> None:
	account = frappe.get_cached_value(
		"Account", row.account, ["company", "is_group", "account_type", "account_currency"], as_dict=True
	)
	if account.company != doc.company or account.is_group:
		problem = _("choose an account of {0} that is no group").format(doc.company)
	elif account.account_type in ("Receivable", "Payable"):
		problem = _("it is kept by party. Move the balance to an account without parties first")
	elif account.account_currency and account.account_currency != doc.currency:
		problem = _("its currency is not {0}").format(doc.currency)
	else:
		return
	frappe.throw(_("Balance {0}, {1}: {2}.").format(row.idx, frappe.bold(row.account), problem))


def _refuse_more_than_held(doc) -> None:
	"""No more is taken off an account than stands on it."""
	taken: dict[str, Decimal] = {}
	held: dict[str, Decimal] = {}
	for row in doc.balances:
		side = SIDES[_ROLES[row.role]]
		taken[row.account] = taken.get(row.account, ZERO) + side * money(row.amount)
		held[row.account] = side * money(row.balance)
	for account, amount in taken.items():
		has = held[account]
		if abs(amount) > abs(has) or amount * has < 0:
			frappe.throw(
				_("{0} holds {1} on {2}, so {3} cannot be taken over from it.").format(
					frappe.bold(account),
					fmt_money(has, currency=doc.currency),
					formatdate(doc.posting_date),
					fmt_money(amount, currency=doc.currency),
				),
				title=_("Balance"),
			)


def _balances(company: str, accounts: Collection[str], day) -> dict[str, Decimal]:
	"""Account → debit minus credit up to a day, without what the app posted to it. What an opening took over is off."""
	gl, entry = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Journal Entry")
	of_app = frappe.qb.from_(entry).where((entry.company == company) & sources.made_by_app(entry))
	query = (
		frappe.qb.from_(gl)
		.where((gl.company == company) & (gl.is_cancelled == 0) & (gl.posting_date <= getdate(day)))
		.where(gl.account.isin(sorted(set(accounts)) or [""]))
		.where(gl.voucher_no.notin(of_app.select(entry.name)))
		.groupby(gl.account)
		.select(gl.account, Sum(gl.debit) - Sum(gl.credit))
	)
	return {account: money(amount or 0) for account, amount in query.run()}


def rest_effects(doc) -> tuple[Effect, ...]:
	"""What RTS holds and owes beside the invoices of the lines."""
	reserve = money(doc.opening_reserve or 0) - _reserve_of_lines(doc)
	clearing, lent = money(doc.opening_clearing or 0), money(doc.opening_cash_advances or 0)
	return opening_balances(reserve, clearing, lent, getdate(doc.posting_date))


def check(doc) -> None:
	"""Refuse to state RTS's balances twice, and balances that have changed since they were read."""
	if rest_effects(doc) and (other := _stated_in(doc)):
		frappe.throw(
			_(
				"{0} states the reserve, the payouts to come or the cash advances already. Clear these amounts here, or cancel it."
			).format(get_link_to_form(sources.ADJUSTMENT, other)),
			title=_("Opening"),
		)
	balances = _balances(doc.company, [row.account for row in doc.balances], doc.posting_date)
	for row in doc.balances:
		if SIDES[_ROLES[row.role]] * balances.get(row.account, ZERO) != money(row.balance):
			frappe.throw(
				_(
					"{0} has changed since the opening was saved. Save it again, look at it, then submit."
				).format(frappe.bold(row.account)),
				title=_("Opening"),
			)


def _stated_in(doc) -> str | None:
	"""A submitted opening of the company that has balances without an invoice."""
	table, parent = frappe.qb.DocType("Factoring Ledger Entry"), frappe.qb.DocType(sources.ADJUSTMENT)
	rows = (
		frappe.qb.from_(table)
		.inner_join(parent)
		.on(parent.name == table.factoring_adjustment)
		.where((parent.company == doc.company) & (parent.docstatus == 1) & (parent.purpose == PURPOSE))
		.where(table.sales_invoice.isnull() & (parent.name != doc.name))
		.select(parent.name)
		.limit(1)
		.run()
	)
	return rows[0][0] if rows else None


def compared(doc, effects: Collection[Effect]) -> list[RoleBalance]:
	"""Per role what RTS says, what the books hold, and the difference that stays on Temporary Opening."""
	policy = Policy(settings.require_any(doc.company).policy.lower())
	sold = policy is Policy.SALE
	stated = {
		Role.RESERVE: _added(effects, "reserve"),
		Role.CLEARING: _added(effects, "clearing"),
		Role.ADVANCES: _added(effects, "due" if sold else "open"),
		Role.CASH_ADVANCES: _added(effects, "lent"),
	}
	held = [HeldBalance(_ROLES[row.role], row.account, money(row.amount or 0)) for row in doc.balances]
	return compare_balances(stated, held)


def _added(effects: Collection[Effect], name: str) -> Decimal:
	return sum((effect.amounts.get(name, ZERO) for effect in effects), ZERO)


def take_over(doc) -> str | None:
	"""Post the entry that takes the balances off the accounts they stood on, against Temporary Opening; returns its name.

	The opening itself was posted to the accounts of the settings. An account that serves for both nets to nothing.
	"""
	rows = _rows(doc)
	if not rows:
		return None
	entry = {
		"voucher_type": sources.TAKING_OVER,
		"posting_date": doc.posting_date,
		"user_remark": _("{0}: balances taken over by the opening").format(doc.name),
		sources.JOURNAL_FIELDS[sources.ADJUSTMENT]: doc.name,
	}
	return journal_entries.post_rows(settings.require_any(doc.company), entry, rows)


def _rows(doc) -> list[tuple[str, Decimal]]:
	"""Account and amount, debit positive, of the entry that takes the balances over."""
	rows = [(row.account, -SIDES[_ROLES[row.role]] * money(row.amount or 0)) for row in doc.balances]
	rows = [(account, amount) for account, amount in rows if amount]
	total = sum((amount for _account, amount in rows), ZERO)
	agreement = settings.require_any(doc.company)
	return [*rows, (journal_rows.account(agreement, Role.OPENING), -total)] if total else rows


def taking_over_rows(doc) -> list[dict]:
	"""The same for a preview: account, debit and credit."""
	return [
		{
			"role": "opening",
			"account": account,
			"debit": float(max(amount, ZERO)),
			"credit": float(max(-amount, ZERO)),
			"invoices": 0,
		}
		for account, amount in _rows(doc)
	]


def give_back(doc) -> None:
	"""Cancel the entry that took the balances over, and restore how the invoices were billed."""
	filters = {sources.JOURNAL_FIELDS[sources.ADJUSTMENT]: doc.name, "voucher_type": sources.TAKING_OVER}
	for name in frappe.get_all("Journal Entry", filters | {"docstatus": 1}, pluck="name"):
		journal_entries.cancel(name)
	before: dict[str, list[str]] = {}
	for row in doc.lines:
		if row.method_before:
			before.setdefault(row.method_before, []).append(row.sales_invoice)
	for method, names in before.items():
		invoice_state.write_fields(names, factoring_method="" if method == "-" else method)


def bill_through_factor(doc) -> None:
	"""Set the invoicing method to Factoring, so that the invoices print with the notice; what it was is kept on the line."""
	agreement = settings.require_any(doc.company)
	direct: dict[str, list[str]] = {}
	for row in receivables.rows([line.sales_invoice for line in doc.lines]):
		if receivables.invoicing_method(row, agreement) != "Factoring":
			direct.setdefault(row.factoring_method or "-", []).append(row.name)
	lines = {line.sales_invoice: line.name for line in doc.lines}
	table = frappe.qb.DocType(f"{sources.ADJUSTMENT} Line")
	for method, names in direct.items():
		invoice_state.write_fields(names, factoring_method="Factoring")
		for part in receivables.chunks(lines[name] for name in names):
			frappe.qb.update(table).set(table.method_before, method).where(table.name.isin(part)).run()


def lines_of_invoices(company: str, customer: str = "", from_date: str = "", to_date: str = "") -> list[dict]:
	"""Lines for submitted invoices that owe something and that the app does not know at RTS, the oldest first."""
	invoice = frappe.qb.DocType("Sales Invoice")
	query = (
		frappe.qb.from_(invoice)
		.where((invoice.company == company) & (invoice.docstatus == 1) & (invoice.is_return == 0))
		.where(invoice.outstanding_amount > 0)
		.where(
			invoice.factoring_status.isnull()
			| invoice.factoring_status.isin(invoice_state.PRE_SUBMISSION_STATES)
		)
		.orderby(invoice.posting_date)
		.orderby(invoice.name)
		.limit(LISTED)
		.select(invoice.name, invoice.customer, invoice.outstanding_amount)
	)
	if customer:
		query = query.where(invoice.customer == customer)
	if from_date:
		query = query.where(invoice.posting_date >= getdate(from_date))
	if to_date:
		query = query.where(invoice.posting_date <= getdate(to_date))
	return [
		line(row.name, row.customer, flt(row.outstanding_amount, 2), flt(row.outstanding_amount, 2))
		for row in query.run(as_dict=True)
	]


def known_invoices(company: str) -> set[str]:
	"""Invoices that the app knows at RTS already."""
	states = ("in", [*invoice_state.BOUGHT_STATES, "Submitted", "Held"])
	return set(
		frappe.get_all(
			"Sales Invoice", {"company": company, "factoring_status": states}, pluck="name", limit=0
		)
	)


def line(invoice: str, customer: str, financed: float, open_: float, reserve: float = 0) -> dict:
	return {
		"event": PURPOSE,
		"sales_invoice": invoice,
		"customer": customer,
		"financed": financed,
		"amount": open_,
		"reserve": reserve,
	}
