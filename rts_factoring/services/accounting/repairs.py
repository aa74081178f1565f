"""Repairs of what was booked past the app on invoices that the factor holds: payments from before it was installed, or written
straight into the database. Each is found by the daily tie-out, and shown before it is done."""

import frappe
from frappe import _
from frappe.utils import escape_html, fmt_money

from rts_factoring.services.accounting import direct_payments, protection
from rts_factoring.services.company import settings


def find(company: str) -> list[dict]:
	"""Submitted payments that settle invoices which the factor holds, oldest first: `payment`, `invoices`, and `text`, what a
	repair would do."""
	entry, row = frappe.qb.DocType("Payment Entry"), frappe.qb.DocType("Payment Entry Reference")
	invoice = frappe.qb.DocType("Sales Invoice")
	rows = (
		frappe.qb.from_(row)
		.inner_join(entry)
		.on(entry.name == row.parent)
		.inner_join(invoice)
		.on(invoice.name == row.reference_name)
		.where((entry.company == company) & (entry.docstatus == 1) & (entry.factoring_is_ours == 0))
		.where((entry.payment_type == "Receive") & (row.reference_doctype == "Sales Invoice"))
		.where(invoice.factoring_status.isin(protection.WITH_FACTOR_STATES))
		.orderby(entry.posting_date)
		.orderby(entry.name)
		.select(entry.name, row.reference_name, row.allocated_amount, entry.paid_from_account_currency)
		.run()
	)
	found: dict[str, dict] = {}
	for payment, name, amount, currency in rows:
		item = found.setdefault(payment, {"payment": payment, "invoices": [], "parts": []})
		item["invoices"].append(name)
		item["parts"].append(f"{name} ({fmt_money(amount, currency=currency)})")
	for item in found.values():
		item["text"] = _("{0} pays {1}. It is cancelled, and its money is held for the factor.").format(
			item["payment"], ", ".join(item.pop("parts"))
		)
	return list(found.values())


def repair(company: str, payments: list[str]) -> list[str]:
	"""Cancel these payments, and book their money as the factor's; returns the draft journal entries that hold it.

	All or nothing. Throws where a payment is not one that `find` gives, or cannot be divided.
	"""
	settings.require_any(company)
	known = {item["payment"] for item in find(company)}
	if missing := [name for name in payments if name not in known]:
		frappe.throw(
			_("{0} settles no invoice that the factor holds. Open the report again.").format(
				", ".join(escape_html(name) for name in missing)
			)
		)
	made = []
	for name in payments:
		payment = frappe.get_doc("Payment Entry", name)
		payment.check_permission("cancel")
		with protection.own_posting():
			payment.cancel()
			draft = frappe.copy_doc(payment)
			draft.update({"docstatus": 0, "amended_from": name})
			draft.insert()
		made.append(direct_payments.hold_for_factor(draft))
	return made
