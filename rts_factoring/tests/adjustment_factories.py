"""Factoring Adjustments for the bench tests."""

import frappe

from rts_factoring.core.money import money, text
from rts_factoring.tests.factories import ACME

DAY = "2026-11-10"


def adjustment(*lines: dict, submit: bool = True, **values):
	"""An adjustment of Acme; each line is its fields."""
	fields = {"company": ACME, "posting_date": DAY, "reason": "RTS said so by phone"} | values
	doc = frappe.get_doc({"doctype": "Factoring Adjustment", **fields, "lines": list(lines)}).insert()
	if submit:
		doc.submit()
	return doc


def buyout(invoice: str, amount: float, **more) -> dict:
	return {"event": "Buyout", "sales_invoice": invoice, "amount": amount, **more}


def posted(doc) -> list[str]:
	"""What the journal entries of a document posted, per account role as `Dr clearing 5.00`, in the order of the names."""
	entries = frappe.get_all(
		"Factoring Ledger Entry", {"factoring_adjustment": doc.name}, ["*"], order_by="creation, name"
	)
	sums: dict[str, object] = {}
	roles = ("advances", "cash_advances", "charges", "clearing", "customer_credit", "customer_deductions")
	for role in (*roles, "differences", "fee", "receivable", "reserve"):
		sums[role] = sum(money(entry[role]) for entry in entries)
	return [
		f"{'Dr' if amount > 0 else 'Cr'} {role} {text(abs(amount))}"
		for role, amount in sums.items()
		if amount
	]


def close_month(first: str, last: str) -> None:
	"""ERPNext takes no Journal Entry of Acme in this period."""
	period = {"doctype": "Accounting Period", "period_name": first, "company": ACME}
	closed = {"document_type": "Journal Entry", "closed": 1}
	dates = {"start_date": first, "end_date": last}
	frappe.get_doc(period | dates | {"closed_documents": [closed]}).insert()
