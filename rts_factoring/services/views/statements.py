"""The figures of the reports: sums over the factoring ledger, compared with the journal and the invoices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.query_builder.functions import Sum

from rts_factoring.core.model import Role
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.reconciliation.positions import state_of
from rts_factoring.services.accounting import credits, ledger
from rts_factoring.services.company import settings

SHOWN = 5  # invoices that are named
_TAKEN_COLUMNS = ("purchased", "fee", "reserve", "charges", "clearing")
_INVOICE_COLUMNS = (
	*("customer", "customer_name", "posting_date", "due_date"),
	*("grand_total", "outstanding_amount", "factoring_status", "factoring_batch"),
)
CONTROL_ROLES = (Role.CLEARING, Role.RESERVE, Role.ADVANCES, Role.CASH_ADVANCES, Role.DIFFERENCES)


def tie_out(company: str) -> list[dict]:
	"""Per role: the ledger's sum, the sum of the imports' journal entries, and their difference; then the same per invoice. Any
	difference other than 0.00 is an error. Differences of invoices are added up without their signs, so that two errors do
	not cancel out. Control accounts also have their balance and what other entries posted to them (bank deposits)."""
	agreement = settings.require_any(company)
	sums = ledger_sums(company)
	rows = []
	for role in (*CONTROL_ROLES, Role.FEE, Role.CHARGES, Role.CUSTOMER_DEDUCTIONS):
		account = agreement.get(settings.ACCOUNT_FIELDS[role])
		if not account:
			continue
		same = [other for other, field in settings.ACCOUNT_FIELDS.items() if agreement.get(field) == account]
		if same[0] is not role and role in same[1:]:
			continue  # roles that share an account tie out together
		rows.append(
			_row(same, account, sum((sums[r.value] for r in same), ZERO), _import_balance(company, [account]))
		)
		if role in CONTROL_ROLES:
			rows[-1]["balance"] = _balance(company, account)
			rows[-1]["others"] = rows[-1]["balance"] - rows[-1]["journal"]
	debtors = _debtor_accounts(company)
	customers = sums[Role.RECEIVABLE.value] + sums[Role.CUSTOMER_CREDIT.value]
	rows.append(
		_row(
			[Role.RECEIVABLE, Role.CUSTOMER_CREDIT],
			", ".join(debtors),
			customers,
			_import_balance(company, debtors),
		)
	)
	rows += _invoice_rows(company, sums, agreement.policy)
	return rows


def _row(roles: list[Role], account: str, ours: Decimal, theirs: Decimal) -> dict:
	return {
		"role": " + ".join(_(role.value.replace("_", " ").title()) for role in roles),
		"account": account,
		"ledger": ours,
		"journal": theirs,
		"difference": ours - theirs,
	}


def _invoice_rows(company: str, sums: dict[str, Decimal], policy: str) -> list[dict]:
	invoices = _invoices(company)
	receivable = {name: (row.receivable, row.journal) for name, row in invoices.items()}
	positions = ledger.positions(company)
	borrowed, credited = policy == "Borrowing", credits.by_credit_notes(company)
	# Borrowing: what RTS has still to collect, our books expect of the customer or have credited. Sale: it left our books.
	covered = {
		name: (
			p.open,
			max(min(p.open, p.outstanding + credited.get(name, ZERO)) if borrowed else p.open, ZERO),
		)
		for name, p in positions.items()
	}
	lost = sums["open_change"] - sum((position.open for position in positions.values()), ZERO)
	most = {name: (row.amount + row.receivable, row.outstanding) for name, row in invoices.items()}
	wrong = {name for name, p in positions.items() if p.is_bought and p.state is not state_of(p)}
	return [
		_by_invoice(_("Receivable, Invoice by Invoice"), receivable),
		_by_invoice(_("Open with RTS, and in Our Books"), covered, lost),
		_by_invoice(
			_("Owed by Customers at Most"), {name: pair for name, pair in most.items() if pair[1] > pair[0]}
		),
		_by_invoice(
			_("Invoices Whose State Differs from the Ledger"),
			dict.fromkeys(sorted(wrong), (ZERO, Decimal(1))),
		),
	]


def _by_invoice(role: str, pairs: dict[str, tuple[Decimal, Decimal]], more: Decimal = ZERO) -> dict:
	"""Both sums, the differences added up without their signs, and the invoices that differ."""
	differ = {name: abs(ours - theirs) for name, (ours, theirs) in pairs.items() if ours != theirs}
	rest = " " + _("and {0} more").format(len(differ) - SHOWN) if len(differ) > SHOWN else ""
	return {
		"role": role,
		"account": ", ".join(sorted(differ)[:SHOWN]) + rest if differ else _("sum over invoices"),
		"ledger": sum((ours for ours, _theirs in pairs.values()), ZERO),
		"journal": sum((theirs for _ours, theirs in pairs.values()), ZERO),
		"difference": sum(differ.values(), abs(more)),
	}


def _invoices(company: str) -> dict[str, frappe._dict]:
	"""Per invoice in the ledger: its amount, what is outstanding, and what the ledger and the imports' entries changed."""
	table, invoice = frappe.qb.DocType("Factoring Ledger Entry"), frappe.qb.DocType("Sales Invoice")
	rows = (
		frappe.qb.from_(table)
		.inner_join(invoice)
		.on(invoice.name == table.sales_invoice)
		.where(table.company == company)
		.groupby(invoice.name, invoice.rounded_total, invoice.grand_total, invoice.outstanding_amount)
		.select(invoice.name, invoice.rounded_total, invoice.grand_total, invoice.outstanding_amount)
		.select(Sum(table.receivable).as_("receivable"))
		.run(as_dict=True)
	)
	booked = _import_balance_by_invoice(company)
	return {
		row.name: frappe._dict(
			amount=money(row.rounded_total or row.grand_total or 0),
			outstanding=money(row.outstanding_amount or 0),
			receivable=money(row.receivable or 0),
			journal=booked.get(row.name, ZERO),
		)
		for row in rows
	}


def _import_balance_by_invoice(company: str) -> dict[str, Decimal]:
	gl = frappe.qb.DocType("GL Entry")
	query = (
		_gl_of_imports(company).where(gl.against_voucher_type == "Sales Invoice").groupby(gl.against_voucher)
	)
	return {
		name: money(amount or 0)
		for name, amount in query.select(gl.against_voucher, Sum(gl.debit) - Sum(gl.credit)).run()
	}


def currency(company: str) -> str:
	return frappe.get_cached_value("Company", company, "default_currency")


def ledger_sums(company: str, to_date: date | None = None, before: date | None = None) -> dict[str, Decimal]:
	"""Sum of every amount column of the company's ledger, up to a day or before one."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	names = (*ledger.ROLES, "purchased", "collected", "charged_back", "open_change")
	query = (
		frappe.qb.from_(table)
		.where(table.company == company)
		.select(*(Sum(table[name]).as_(name) for name in names))
	)
	if to_date:
		query = query.where(table.posting_date <= to_date)
	if before:
		query = query.where(table.posting_date < before)
	sums = query.run(as_dict=True)[0]
	return {name: money(sums[name] or 0) for name in names}


def _import_balance(company: str, accounts: Iterable[str]) -> Decimal:
	"""Debit minus credit, on these accounts, of the journal entries that report imports made."""
	gl = frappe.qb.DocType("GL Entry")
	rows = (
		_gl_of_imports(company)
		.where(gl.account.isin(list(accounts) or [""]))
		.select(Sum(gl.debit) - Sum(gl.credit))
		.run()
	)
	return money(rows[0][0] or 0)


def _gl_of_imports(company: str):
	gl, entry = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Journal Entry")
	return (
		frappe.qb.from_(gl)
		.inner_join(entry)
		.on((entry.name == gl.voucher_no) & (gl.voucher_type == "Journal Entry"))
		.where((gl.company == company) & (gl.is_cancelled == 0))
		.where(entry.factoring_report_import.isnotnull() & (entry.factoring_report_import != ""))
	)


def _balance(company: str, account: str) -> Decimal:
	gl = frappe.qb.DocType("GL Entry")
	rows = (
		frappe.qb.from_(gl)
		.where((gl.company == company) & (gl.is_cancelled == 0) & (gl.account == account))
		.select(Sum(gl.debit) - Sum(gl.credit))
		.run()
	)
	return money(rows[0][0] or 0)


def _debtor_accounts(company: str) -> list[str]:
	return frappe.get_all(
		"Account", filters={"company": company, "account_type": "Receivable", "is_group": 0}, pluck="name"
	)


def factored_invoices(company: str, state: str | None = None, customer: str | None = None) -> list[dict]:
	"""One row an invoice RTS has bought: what was advanced, held back, taken, paid, and what is open."""
	invoice = frappe.qb.DocType("Sales Invoice")
	table = frappe.qb.DocType("Factoring Ledger Entry")
	shown = [invoice[name] for name in _INVOICE_COLUMNS]
	sums = [Sum(table[name]).as_(name) for name in (*ledger.POSITION_COLUMNS, "clearing", "charges")]
	query = (
		ledger.in_force(table)
		.inner_join(invoice)
		.on(invoice.name == table.sales_invoice)
		.where(table.company == company)
		.having(Sum(table.purchased) > 0)
		.groupby(invoice.name, *shown)
		.orderby(invoice.posting_date)
		.orderby(invoice.name)
		.select(invoice.name.as_("sales_invoice"), *shown, *sums)
	)
	if state:
		query = query.where(invoice.factoring_status == state)
	if customer:
		query = query.where(invoice.customer == customer)
	return query.run(as_dict=True)


def movements(company: str, role: Role, from_date: date, to_date: date) -> list[dict]:
	"""Ledger entries that move one role in a period, in order."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	return (
		frappe.qb.from_(table)
		.where(table.company == company)
		.where(table.posting_date[from_date:to_date])
		.where(table[role.value] != 0)
		.orderby(table.posting_date)
		.orderby(table.creation)
		.select(
			table.posting_date,
			table.event,
			table.sales_invoice,
			table.customer,
			table.report_import,
			table.journal_entry,
			table[role.value].as_("amount"),
			table.is_reversal,
		)
		.run(as_dict=True)
	)


def expected_against_actual(company: str, from_date: date, to_date: date) -> list[dict]:
	"""Per invoice bought in the period: fee and reserve by the agreement's rates against what RTS took. The fee may come
	at the purchase, at collection or in parts, so it is that of all reports so far; the reserve is that of the purchase."""
	agreement = settings.require_any(company)
	table = frappe.qb.DocType("Factoring Ledger Entry")
	entries = (
		ledger.in_force(table)
		.where((table.company == company) & table.sales_invoice.isnotnull())
		.where((table.event == "purchase") | (table.fee != 0))
		.orderby(table.posting_date)
		.orderby(table.creation)
		.select(table.event, table.posting_date, table.sales_invoice, table.customer, table.batch)
		.select(table.purchased, table.fee, table.reserve, table.charges, table.clearing)
		.run(as_dict=True)
	)
	by_invoice: dict[str, frappe._dict] = {}
	for entry in entries:
		row = by_invoice.setdefault(
			entry.sales_invoice,
			frappe._dict(dict.fromkeys(_TAKEN_COLUMNS, ZERO), sales_invoice=entry.sales_invoice),
		)
		row.fee += money(entry.fee or 0)
		if entry.event == "purchase":
			row.update({"posting_date": entry.posting_date, "customer": entry.customer, "batch": entry.batch})
			for name in ("purchased", "reserve", "charges", "clearing"):
				row[name] += money(entry[name] or 0)
	rows = [
		row for row in by_invoice.values() if row.posting_date and from_date <= row.posting_date <= to_date
	]
	for row in rows:
		row.expected_fee = money(row.purchased * Decimal(str(agreement.fee_rate or 0)) / 100)
		row.expected_reserve = money(row.purchased * Decimal(str(agreement.reserve_rate or 0)) / 100)
		row.fee_difference = row.fee - row.expected_fee
		row.reserve_difference = row.reserve - row.expected_reserve
	return sorted(rows, key=lambda row: (row.posting_date, row.sales_invoice))
