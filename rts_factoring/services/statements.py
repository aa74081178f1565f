"""What the reports show: sums over the factoring ledger, and beside them what the journal and the invoices say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.query_builder.functions import Sum

from rts_factoring.core.model import Role
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.posting import state_of
from rts_factoring.services import ledger, settings

CONTROL = (Role.CLEARING, Role.RESERVE, Role.ADVANCES)


def tie_out(company: str) -> list[dict]:
	"""Per role: the ledger's sum, the sum of the journal entries our imports made, and their difference, which is always
	0.00. For control accounts also the account's whole balance and what others posted to it (bank deposits)."""
	agreed = settings.require(company)
	sums = ledger_sums(company)
	rows = []
	for role in (*CONTROL, Role.FEE, Role.CHARGES):
		account = agreed.get(settings.ACCOUNT_FIELDS[role])
		if not account:
			continue
		same = [other for other, field in settings.ACCOUNT_FIELDS.items() if agreed.get(field) == account]
		if same[0] is not role and role in same[1:]:
			continue  # roles that share an account tie out together
		rows.append(_row(same, account, sum((sums[r.value] for r in same), ZERO), _of_imports(company, [account])))
		if role in CONTROL:
			rows[-1]["balance"] = _balance(company, account)
			rows[-1]["others"] = rows[-1]["balance"] - rows[-1]["journal"]
	debtors = _debtor_accounts(company)
	customers = sums[Role.RECEIVABLE.value] + sums[Role.CUSTOMER_CREDIT.value]
	rows.append(_row([Role.RECEIVABLE, Role.CUSTOMER_CREDIT], ", ".join(debtors), customers, _of_imports(company, debtors)))
	rows += _invoice_rows(company, sums)
	return rows


def _row(roles: list[Role], account: str, ours: Decimal, theirs: Decimal) -> dict:
	return {
		"role": " + ".join(_(role.value.replace("_", " ").title()) for role in roles),
		"account": account,
		"ledger": ours,
		"journal": theirs,
		"difference": ours - theirs,
	}


def _invoice_rows(company: str, sums: dict[str, Decimal]) -> list[dict]:
	"""The open amounts of all invoices against the ledger, and invoices whose status is not what the ledger says."""
	positions = ledger.positions(company).values()
	open_amount = sum((position.open for position in positions), ZERO)
	wrong = sum(1 for position in positions if position.is_bought and position.state is not state_of(position))
	return [
		{
			"role": _("Open with RTS"),
			"account": _("sum over invoices"),
			"ledger": sums["open_change"],
			"journal": open_amount,
			"difference": sums["open_change"] - open_amount,
		},
		{
			"role": _("Invoices in another state than their ledger"),
			"account": "",
			"ledger": ZERO,
			"journal": Decimal(wrong),
			"difference": Decimal(wrong),
		},
	]


def ledger_sums(company: str, to_date: date | None = None, before: date | None = None) -> dict[str, Decimal]:
	"""Sum of every amount column of the company's ledger, up to a day or before one."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	names = (*ledger.ROLES, "purchased", "collected", "charged_back", "open_change")
	query = frappe.qb.from_(table).where(table.company == company).select(*(Sum(table[name]).as_(name) for name in names))
	if to_date:
		query = query.where(table.posting_date <= to_date)
	if before:
		query = query.where(table.posting_date < before)
	found = query.run(as_dict=True)[0]
	return {name: money(found[name] or 0) for name in names}


def _of_imports(company: str, accounts: Iterable[str]) -> Decimal:
	"""Debit minus credit, on these accounts, of the journal entries that report imports made."""
	gl, entry = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Journal Entry")
	found = (
		frappe.qb.from_(gl)
		.inner_join(entry)
		.on((entry.name == gl.voucher_no) & (gl.voucher_type == "Journal Entry"))
		.where((gl.company == company) & (gl.is_cancelled == 0) & gl.account.isin(list(accounts) or [""]))
		.where(entry.factoring_report_import.isnotnull() & (entry.factoring_report_import != ""))
		.select(Sum(gl.debit) - Sum(gl.credit))
		.run()
	)
	return money(found[0][0] or 0)


def _balance(company: str, account: str) -> Decimal:
	gl = frappe.qb.DocType("GL Entry")
	found = (
		frappe.qb.from_(gl)
		.where((gl.company == company) & (gl.is_cancelled == 0) & (gl.account == account))
		.select(Sum(gl.debit) - Sum(gl.credit))
		.run()
	)
	return money(found[0][0] or 0)


def _debtor_accounts(company: str) -> list[str]:
	return frappe.get_all("Account", filters={"company": company, "account_type": "Receivable", "is_group": 0}, pluck="name")


def factored_invoices(company: str, state: str | None = None, customer: str | None = None) -> list[dict]:
	"""One row an invoice RTS has bought: what was advanced, held back, taken, paid, and what is open."""
	invoice = frappe.qb.DocType("Sales Invoice")
	table = frappe.qb.DocType("Factoring Ledger Entry")
	sums = {name: Sum(table[name]).as_(name) for name in (*ledger.FIGURES, "clearing", "charges")}
	query = (
		frappe.qb.from_(table)
		.inner_join(invoice)
		.on(invoice.name == table.sales_invoice)
		.where(table.company == company)
		.groupby(
			invoice.name,
			invoice.customer,
			invoice.customer_name,
			invoice.posting_date,
			invoice.due_date,
			invoice.grand_total,
			invoice.outstanding_amount,
			invoice.factoring_status,
			invoice.factoring_batch,
		)
		.orderby(invoice.posting_date)
		.orderby(invoice.name)
		.select(
			invoice.name.as_("sales_invoice"),
			invoice.customer,
			invoice.customer_name,
			invoice.posting_date,
			invoice.due_date,
			invoice.grand_total,
			invoice.outstanding_amount,
			invoice.factoring_status,
			invoice.factoring_batch,
			*sums.values(),
		)
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


def costs(company: str, from_date: date, to_date: date) -> list[dict]:
	"""Fees and charges per month and customer, with what was bought and the days from purchase to payment."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	rows = (
		frappe.qb.from_(table)
		.where(table.company == company)
		.where(table.posting_date[from_date:to_date])
		.select(
			table.posting_date,
			table.event,
			table.customer,
			table.sales_invoice,
			table.fee,
			table.charges,
			table.purchased,
			table.reserve,
			table.collected,
		)
		.orderby(table.posting_date)
		.run(as_dict=True)
	)
	days = _days_to_pay(company)
	found: dict[tuple[str, str], dict] = {}
	for row in rows:
		key = (row.posting_date.strftime("%Y-%m"), row.customer or "")
		sums = found.setdefault(
			key,
			{"month": key[0], "customer": key[1], "purchased": ZERO, "fee": ZERO, "charges": ZERO, "_weighted": ZERO, "_paid": ZERO},
		)
		for name in ("purchased", "fee", "charges"):
			sums[name] += money(row[name] or 0)
		if row.sales_invoice in days and row.collected:
			sums["_weighted"] += days[row.sales_invoice] * money(row.collected)
			sums["_paid"] += money(row.collected)
	return [_cost_row(sums) for _key, sums in sorted(found.items())]


def _cost_row(sums: dict) -> dict:
	cost = sums["fee"] + sums["charges"]
	weighted, paid = sums.pop("_weighted"), sums.pop("_paid")
	days = weighted / paid if paid else None
	rate = None
	if days and days > 0 and sums["purchased"] > 0:
		rate = float(cost / sums["purchased"] * 365 / days * 100)  # simple interest on a 365-day year
	share = float(cost / sums["purchased"] * 100) if sums["purchased"] > 0 else None
	return sums | {"cost": cost, "share": share, "days": float(days) if days is not None else None, "rate": rate}


def _days_to_pay(company: str) -> dict[str, int]:
	"""Days from the purchase of an invoice to its last payment."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	rows = (
		frappe.qb.from_(table)
		.where((table.company == company) & table.sales_invoice.isnotnull())
		.where((table.purchased > 0) | (table.collected > 0))
		.select(table.sales_invoice, table.posting_date, table.purchased, table.collected)
		.run(as_dict=True)
	)
	bought: dict[str, date] = {}
	paid: dict[str, date] = {}
	for row in rows:
		if row.purchased > 0:
			bought[row.sales_invoice] = row.posting_date
		if row.collected > 0:
			paid[row.sales_invoice] = max(row.posting_date, paid.get(row.sales_invoice, row.posting_date))
	return {name: (paid[name] - bought[name]).days for name in paid if name in bought}


def expected_against_actual(company: str, from_date: date, to_date: date) -> list[dict]:
	"""Per purchased invoice: fee and reserve by the agreement's rates against what RTS took."""
	agreed = settings.require(company)
	table = frappe.qb.DocType("Factoring Ledger Entry")
	rows = (
		frappe.qb.from_(table)
		.where((table.company == company) & (table.event == "purchase"))
		.where(table.posting_date[from_date:to_date])
		.orderby(table.posting_date)
		.select(
			table.posting_date,
			table.sales_invoice,
			table.customer,
			table.batch,
			table.purchased,
			table.fee,
			table.reserve,
			table.charges,
			table.clearing,
		)
		.run(as_dict=True)
	)
	for row in rows:
		purchased = money(row.purchased)
		row.expected_fee = money(purchased * Decimal(str(agreed.fee_rate or 0)) / 100)
		row.expected_reserve = money(purchased * Decimal(str(agreed.reserve_rate or 0)) / 100)
		row.fee_difference = money(row.fee) - row.expected_fee
		row.reserve_difference = money(row.reserve) - row.expected_reserve
	return rows
