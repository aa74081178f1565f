"""The figures of the reports: sums over the factoring ledger, compared with the journal and the invoices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache, partial
from operator import itemgetter

import frappe
from frappe import _
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce, Count, Max, Sum
from pypika.terms import Case

from rts_factoring.core.model import Position, Role
from rts_factoring.core.money import ZERO, money, percent_of
from rts_factoring.core.reconciliation.positions import state_of
from rts_factoring.services.accounting import ledger, ledger_sums, sources
from rts_factoring.services.company import settings
from rts_factoring.services.invoices.receivables import chunks
from rts_factoring.services.views import invoice_comparison
from rts_factoring.services.views.invoice_comparison import Comparison

_BOUGHT_COLUMNS = ("purchased", "reserve", "charges", "clearing")
_INVOICE_COLUMNS = ("customer", "posting_date", "grand_total", "factoring_status", "factoring_batch")
_FACTORED_COLUMNS = (
	*("purchased", "clearing", "reserve", "fee"),
	*("collected", "charged_back", "open_change"),
)
_IN_ORDER = itemgetter("posting_date", "sales_invoice")
CONTROL_ROLES = (Role.CLEARING, Role.RESERVE, Role.ADVANCES, Role.CASH_ADVANCES, Role.DIFFERENCES)


def tie_out(company: str, to_date: date | None = None) -> list[dict]:
	"""Per role: the ledger's sum, the sum of the app's journal entries, and their difference; then the same per invoice. Any
	difference other than 0.00 is an error. Differences of invoices are added up without their signs, so that two errors do
	not cancel out. Control accounts also have their balance and what other entries posted to them (bank deposits).

	With `to_date` all is as of the end of that day, by posting date, and states of invoices are left out: an invoice keeps only
	today's."""
	agreement = settings.require_any(company)
	sums = ledger_sums.of_company(company, to_date)
	control = {role: agreement.get(settings.ACCOUNT_FIELDS[role]) for role in CONTROL_ROLES}
	booked, balances = (
		_import_balances(company, to_date),
		account_balances(company, [account for account in control.values() if account], to_date),
	)
	rows = []
	for role in (*CONTROL_ROLES, Role.FEE, Role.CHARGES, Role.CUSTOMER_DEDUCTIONS):
		account = agreement.get(settings.ACCOUNT_FIELDS[role])
		if not account:
			continue
		same = [other for other, field in settings.ACCOUNT_FIELDS.items() if agreement.get(field) == account]
		if same[0] is not role and role in same[1:]:
			continue  # roles that share an account tie out together
		rows.append(_row(same, account, sum((sums[r.value] for r in same), ZERO), booked.get(account, ZERO)))
		if role in CONTROL_ROLES:
			rows[-1]["balance"] = balances.get(account, ZERO)
			rows[-1]["others"] = rows[-1]["balance"] - rows[-1]["journal"]
	debtors = _debtor_accounts(company)
	customers = sums[Role.RECEIVABLE.value] + sums[Role.CUSTOMER_CREDIT.value]
	rows.append(
		_row(
			[Role.RECEIVABLE, Role.CUSTOMER_CREDIT],
			", ".join(debtors),
			customers,
			sum((booked.get(account, ZERO) for account in debtors), ZERO),
		)
	)
	rows += _invoice_rows(company, sums, policy_on(company, to_date), to_date)
	return rows


def policy_on(company: str, day: date | None) -> str:
	"""The policy in force on a day: what a Factoring Adjustment changed it to or from, else that of the last entry up to the day,
	else that of the settings."""
	current = settings.require_any(company).policy
	if not day:
		return current
	changes = frappe.get_all(
		sources.ADJUSTMENT,
		filters={"company": company, "docstatus": 1, "new_policy": ("is", "set")},
		fields=["posting_date", "new_policy"],
		order_by="posting_date, creation",
	)
	if later := [row.new_policy for row in changes if row.posting_date > day]:
		return "Sale" if later[0] == "Borrowing" else "Borrowing"
	if changes:
		return changes[-1].new_policy
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = frappe.qb.from_(table).where((table.company == company) & (table.posting_date <= day))
	query = query.where((table.is_reversal == 0) & (table.policy > "")).select(table.policy)
	latest = query.orderby(table.posting_date, order=Order.desc).limit(1).run()
	return latest[0][0] if latest else current


def _row(roles: list[Role], account: str, ours: Decimal, theirs: Decimal) -> dict:
	return {
		"role": " + ".join(_(role.value.replace("_", " ").title()) for role in roles),
		"account": account,
		"ledger": ours,
		"journal": theirs,
		"difference": ours - theirs,
	}


def _invoice_rows(company: str, sums: dict[str, Decimal], policy: str, to_date: date | None) -> list[dict]:
	journal = partial(_import_balance_of, company=company, to_date=to_date)
	found = invoice_comparison.compare(company, policy == "Borrowing", journal, to_date)
	lost = sums["open_change"] - found.covered.ours
	rows = [
		_by_invoice(_("Receivable, Invoice by Invoice"), found.receivable),
		_by_invoice(_("Open with RTS, and in Our Books"), found.covered, lost),
		_by_invoice(_("Owed by Customers at Most"), found.owed),
	]
	if not to_date:
		rows.append(_by_invoice(_("Invoices Whose State Differs from the Ledger"), found.states))
	return rows


def _by_invoice(role: str, compared: Comparison, more: Decimal = ZERO) -> dict:
	"""Both sums, the differences added up without their signs, and the invoices that differ."""
	rest = compared.differing - len(compared.names)
	names = ", ".join(compared.names) + (" " + _("and {0} more").format(rest) if rest else "")
	return {
		"role": role,
		"account": names if compared.differing else _("sum over invoices"),
		"ledger": compared.ours,
		"journal": compared.theirs,
		"difference": compared.difference + abs(more),
	}


def _import_balance_of(invoice, company: str, to_date: date | None):
	"""A query for the amount of an invoice in the app's entries."""
	gl = frappe.qb.DocType("GL Entry")
	query = _gl_of_imports(company, to_date).where(gl.against_voucher == invoice)
	query = query.where(gl.against_voucher_type == "Sales Invoice")
	return query.select(Sum(gl.debit) - Sum(gl.credit))


def currency(company: str) -> str:
	return frappe.get_cached_value("Company", company, "default_currency")


def _import_balances(company: str, to_date: date | None) -> dict[str, Decimal]:
	"""Account → debit minus credit of the journal entries that the app made."""
	gl = frappe.qb.DocType("GL Entry")
	query = _gl_of_imports(company, to_date).groupby(gl.account)
	rows = query.select(gl.account, Sum(gl.debit) - Sum(gl.credit)).run()
	return {account: money(amount or 0) for account, amount in rows}


def _gl_of_imports(company: str, to_date: date | None):
	gl, entry = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Journal Entry")
	query = (
		frappe.qb.from_(gl)
		.inner_join(entry)
		.on((entry.name == gl.voucher_no) & (gl.voucher_type == "Journal Entry"))
		.where((gl.company == company) & (gl.is_cancelled == 0))
		.where(sources.made_by_app(entry))
	)
	return query.where(gl.posting_date <= to_date) if to_date else query


def account_balances(
	company: str, accounts: Iterable[str], to_date: date | None = None
) -> dict[str, Decimal]:
	"""Account → debit minus credit of all its entries."""
	gl = frappe.qb.DocType("GL Entry")
	query = (
		frappe.qb.from_(gl)
		.where(gl.account.isin(list(accounts) or [""]) & (gl.company == company) & (gl.is_cancelled == 0))
		.groupby(gl.account)
		.select(gl.account, Sum(gl.debit) - Sum(gl.credit))
	)
	if to_date:
		query = query.where(gl.posting_date <= to_date)
	return {account: money(amount or 0) for account, amount in query.run()}


def _debtor_accounts(company: str) -> list[str]:
	return frappe.get_all(
		"Account", filters={"company": company, "account_type": "Receivable", "is_group": 0}, pluck="name"
	)


def factored_invoices(
	company: str,
	state: str | None = None,
	customer: str | None = None,
	to_date: date | None = None,
	only_open: bool = False,
) -> list:
	"""One row an invoice RTS has bought: what was advanced, held back, taken, paid, and what is open; with `to_date` as of the end of
	that day, state and outstanding amount too. With `only_open` no others are read, and `purchase_fee`, `due_date` and
	`customer_name` are there too.

	A reversal takes off what it reverses, so all entries count.
	"""
	invoice = frappe.qb.DocType("Sales Invoice")
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = (
		frappe.qb.from_(table)
		.inner_join(invoice)
		.on(invoice.name == table.sales_invoice)
		.where((table.company == company) & table.sales_invoice.isnotnull())
		.groupby(table.sales_invoice)
		.having(Sum(table.purchased) > 0)
		.select(table.sales_invoice, *(Sum(table[name]).as_(name) for name in _FACTORED_COLUMNS))
		.select(bought_on(table, company).as_("bought_on"), *(invoice[name] for name in _INVOICE_COLUMNS))
	)
	if to_date:
		owed = invoice_comparison.outstanding_on(table.sales_invoice, company, to_date)
		query = query.where(table.posting_date <= to_date)
		query = query.select(Coalesce(owed, 0).as_("outstanding_amount"))
	else:
		query = query.select(invoice.outstanding_amount)
	if only_open:
		query = query.having(Sum(table.open_change) != 0)
		query = query.select(
			Sum(table.purchase_fee).as_("purchase_fee"), invoice.due_date, invoice.customer_name
		)
	if state and not to_date:
		query = query.where(invoice.factoring_status == state)
	if customer:
		query = query.where(invoice.customer == customer)
	rows = query.run(as_dict=True)
	if to_date:
		for row in rows:
			signs = (row.purchased > 0, row.open_change > 0, row.collected > 0, row.charged_back > 0)
			row.factoring_status = _state_by(*signs)
		rows = [row for row in rows if not state or row.factoring_status == state]
	return sorted(rows, key=_IN_ORDER)


def bought_on(table, company: str):
	"""The day of an invoice's last purchase that was not undone, as a column of a query on the ledger by invoice."""
	is_purchase = (table.event == "purchase") & (table.is_reversal == 0)
	for doctype, fieldname in sources.LEDGER_FIELDS.items():
		cancelled = frappe.get_all(doctype, {"company": company, "docstatus": 2}, pluck="name", limit=0)
		if cancelled:
			is_purchase &= table[fieldname].isnull() | table[fieldname].notin(cancelled)
	return Max(Case().when(is_purchase, table.posting_date))


@cache
def _state_by(*signs: bool) -> str:
	"""The state of an invoice by which of its amounts are positive: purchased, open, collected and charged back."""
	purchased, still_open, collected, charged_back = map(Decimal, signs)
	position = Position(
		"", purchased=purchased, open=still_open, collected=collected, charged_back=charged_back
	)
	return state_of(position).value


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
			table.factoring_adjustment,
			table.journal_entry,
			table[role.value].as_("amount"),
			table.is_reversal,
		)
		.run(as_dict=True)
	)


def expected_against_actual(company: str, from_date: date, to_date: date) -> list[dict]:
	"""Per invoice bought in the period: fee and reserve by the agreement's rates against what RTS took. The fee may come
	at the purchase, at collection or in parts, so it is that of all reports so far; the reserve is that of the purchase."""
	rates = settings.rates(settings.require_any(company))
	table = frappe.qb.DocType("Factoring Ledger Entry")
	is_purchase = table.event == "purchase"
	day = Max(Case().when(is_purchase, table.posting_date))
	sums = {name: Sum(Case().when(is_purchase, table[name]).else_(0)) for name in _BOUGHT_COLUMNS}
	sums["fee"] = Sum(table.fee)
	rows = (
		ledger.in_force_of(company, table)
		.where(table.sales_invoice.isnotnull())
		.where(is_purchase | (table.fee != 0))
		.groupby(table.sales_invoice)
		.having((day >= from_date) & (day <= to_date))
		.select(table.sales_invoice, day.as_("posting_date"), sums["fee"].as_("fee"))
		.select(*(sums[name].as_(name) for name in _BOUGHT_COLUMNS))
		.select(Count(Case().when(is_purchase, 1)).as_("times"))
		.select(*(Max(Case().when(is_purchase, table[name])).as_(name) for name in ("customer", "batch")))
		.run(as_dict=True)
	)
	for row in rows:
		_add_expected(rates, row)
	_take_last_batch(company, [row for row in rows if row.pop("times") > 1])
	return sorted(rows, key=_IN_ORDER)


def _add_expected(rates: dict[str, Decimal], row) -> None:
	"""Write on a row by the agreement's rates the fee and the reserve expected, and how much more was taken."""
	purchased = money(row["purchased"])
	for name in ("fee", "reserve"):
		row[f"expected_{name}"] = expected = percent_of(purchased, rates[name])
		row[f"{name}_difference"] = money(row[name]) - expected


def _take_last_batch(company: str, rows: list[dict]) -> None:
	"""To each invoice that was bought more than once, its customer and batch at the last purchase."""
	by_invoice = {row["sales_invoice"]: row for row in rows}
	table = frappe.qb.DocType("Factoring Ledger Entry")
	for names in chunks(by_invoice):
		query = ledger.in_force(table).where((table.company == company) & table.sales_invoice.isin(names))
		query = query.where(table.event == "purchase").orderby(table.posting_date).orderby(table.creation)
		for invoice, customer, batch in query.select(table.sales_invoice, table.customer, table.batch).run():
			by_invoice[invoice].update({"customer": customer, "batch": batch})
