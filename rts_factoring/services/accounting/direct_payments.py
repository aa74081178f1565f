"""A debtor paid us for an invoice that RTS owns: warn, and book the money as RTS's when a person asks for it."""

from __future__ import annotations

from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import bank_entry_drafts, protection
from rts_factoring.services.company import settings


def warn(doc) -> None:
	"""On a Payment Entry that settles invoices RTS has bought or is buying: the money belongs to RTS."""
	if doc.payment_type != "Receive" or doc.docstatus != 0 or frappe.flags.factoring_own_posting:
		return
	invoices = factored(doc)
	if not invoices:
		return
	links = ", ".join(get_link_to_form("Sales Invoice", name) for name in invoices)
	frappe.msgprint(
		_(
			"{0} is factored, so this payment belongs to RTS. Use <b>Held for the Factor</b> to book it as RTS's money."
			" Then pass it on, and remind the customer to pay RTS."
		).format(links),
		title=_("Paid to the Wrong Party"),
		indicator="orange",
	)


def factored(doc) -> list[str]:
	"""The referenced invoices that are with RTS."""
	names = [row.reference_name for row in doc.references if row.reference_doctype == "Sales Invoice"]
	return protection.with_factor(names)


def hold_for_factor(doc) -> str:
	"""Turn what a draft Payment Entry pays on factored invoices into a draft Journal Entry: bank against clearing, because
	RTS will ask for the money and the invoice stays open until RTS reports it. Returns its name.

	The Payment Entry keeps what it pays on other invoices, and is deleted when that is nothing.
	"""
	invoices = factored(doc)
	if doc.docstatus != 0 or not invoices:
		frappe.throw(_("Only a draft payment of factored invoices can be held for the factor."))
	agreement = settings.require_any(doc.company)
	received = money(doc.received_amount or doc.paid_amount)
	rows = [
		row
		for row in doc.references
		if row.reference_doctype == "Sales Invoice" and row.reference_name in invoices
	]
	amount = sum((money(row.allocated_amount) for row in rows), ZERO)
	everything = len(rows) == len(doc.references) and (amount == received or bool(doc.deductions))
	if everything:
		amount = received  # less what a bank or the customer deducted
	else:
		_refuse_to_divide(doc, invoices, amount, received)
	entry = bank_entry_drafts.new(
		agreement,
		doc.paid_to,
		amount,
		doc.posting_date,
		reference=doc.reference_no or doc.name,
		remark=_("Paid to us by {0} for {1}, held for RTS").format(
			doc.party_name or doc.party, ", ".join(invoices)
		),
	)
	entry.update({"cheque_date": doc.reference_date or doc.posting_date, "factoring_is_held": 1})
	entry.flags.factoring = True
	entry.insert()
	if everything:
		doc.delete()
	else:
		_keep_the_rest(doc, rows, received - amount)
	return entry.name


def _refuse_to_divide(doc, invoices: list[str], amount: Decimal, received: Decimal) -> None:
	"""Throw where the payment cannot be divided: nobody knows which invoice a deduction or exchange rate belongs to."""
	currencies = {doc.paid_from_account_currency, doc.paid_to_account_currency}
	if doc.deductions or len(currencies) > 1 or amount > received:
		frappe.throw(
			_(
				"This payment is for {0}, which RTS has bought, and for other invoices. It cannot be divided automatically,"
				" because it has deductions, two currencies, or pays less than it allocates. Make a separate Payment Entry"
				" for the factored invoices."
			).format(", ".join(invoices)),
			title=_("Make Two Payments"),
		)


def _keep_the_rest(doc, rows: list, rest: Decimal) -> None:
	for row in rows:
		doc.remove(row)
	doc.paid_amount = doc.received_amount = float(rest)
	doc.save()
