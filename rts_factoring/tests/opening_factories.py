"""A carrier on its first day with the app: live invoices at RTS, and books that hold their money elsewhere."""

import frappe

from rts_factoring.tests import factories, grown_books
from rts_factoring.tests.factories import ACME

CUSTOMER = "Ridgeline Foods Inc"
DAY = "2026-11-01"
LOAN, RESERVE = "Old Factor Loan", "Old Factor Reserve"


def live_invoices(
	count: int, booked: float = 0, of_ten: int = 1, day: str = "2026-10-01", due: str = "2026-11-15"
) -> list[str]:
	"""So many submitted invoices of 1,000.00, ten a group; of the last `of_ten` of each group `booked` is settled already."""
	groups = count // 10
	names = [f"OP-{number}" for number in range(10)]
	for name in names:
		values = {
			"posting_date": day,
			"due_date": due,
			"amount": 1000,
			"customer": CUSTOMER,
		}
		factories.make_invoice(name, company=ACME, po_no=f"PO{name}", **values)
		if booked and name in names[-of_ten:]:
			factories.settle_by_journal(name, booked, factories.bank_account())
	copies = grown_books.copy_invoices(names, 1, groups)
	for name in copies:
		settled = booked if booked and name.split("-")[1] in [n.split("-")[1] for n in names[-of_ten:]] else 0
		if settled:
			_copy_settlement(name, settled)
	for name in (*names, *copies):
		factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000.00"}
	return sorted((*names, *copies))


def _copy_settlement(name: str, amount: float) -> None:
	"""The entry that settled the first of a group, for a copy: what the copy owes is what its ledger says."""
	first = name.rsplit("-", 1)[0]
	for doctype, column in (("Payment Ledger Entry", "against_voucher_no"), ("GL Entry", "against_voucher")):
		rows = frappe.get_all(doctype, {column: first, "voucher_type": "Journal Entry"}, ["*"])
		for row in rows:
			row.update({"name": frappe.generate_hash(length=10), column: name})
			frappe.get_doc({"doctype": doctype, **row}).db_insert()


def account(name: str, root_type: str) -> str:
	"""An account of this name and root type, made where it is missing."""
	if found := frappe.db.get_value("Account", {"company": ACME, "account_name": name}):
		return found
	like = {"Asset": "reserve_account", "Liability": "advances_account"}[root_type]
	sibling = frappe.db.get_value(factories.settings.DOCTYPE, {"company": ACME}, like)
	parent = frappe.db.get_value("Account", sibling, "parent_account")
	values = {"account_name": name, "company": ACME, "parent_account": parent, "root_type": root_type}
	return frappe.get_doc({"doctype": "Account", **values}).insert().name


def book(day: str, *amounts: tuple[str, float]) -> None:
	"""A journal entry of these accounts, debit positive, against the test bank."""
	entry = frappe.get_doc({"doctype": "Journal Entry", "company": ACME, "posting_date": day})
	for name, amount in (*amounts, (factories.bank_account(), -sum(amount for _name, amount in amounts))):
		side = "debit_in_account_currency" if amount > 0 else "credit_in_account_currency"
		if amount:
			entry.append("accounts", {"account": name, side: abs(amount)})
	entry.insert()
	entry.submit()


def opening(lines: list[dict], balances=(), submit: bool = True, **values):
	"""An opening of Acme; `balances` are what, account and amount (0: all that the account holds)."""
	fields = {"company": ACME, "purpose": "Opening", "posting_date": DAY, "reason": "Day one"} | values
	rows = [{"role": role, "account": name, "amount": amount} for role, name, amount in balances]
	fields |= {"doctype": "Factoring Adjustment", "lines": lines, "balances": rows}
	doc = frappe.get_doc(fields).insert()
	if submit:
		doc.submit()
	return doc


def line(invoice: str, financed: float, open_: float, reserve: float = 0) -> dict:
	return {
		"event": "Opening",
		"sales_invoice": invoice,
		"financed": financed,
		"amount": open_,
		"reserve": reserve,
	}


def balance(name: str) -> float:
	rows = frappe.get_all("GL Entry", {"account": name, "is_cancelled": 0}, ["debit", "credit"], limit=0)
	return round(sum(row.debit - row.credit for row in rows), 2)
