"""A debtor paid us although the invoice is RTS's: say so, and book the money as RTS's when a person asks for it."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import flt, get_link_to_form

from rts_factoring.core.model import InvoiceState, Role
from rts_factoring.services import journal, settings

WITH_RTS = (InvoiceState.FINANCED.value, InvoiceState.PARTLY_PAID.value, InvoiceState.SUBMITTED.value)


def warn(doc) -> None:
	"""On a Payment Entry that settles invoices RTS has bought or is buying: the money belongs to RTS."""
	if doc.payment_type != "Receive" or doc.docstatus != 0:
		return
	found = factored(doc)
	if not found:
		return
	invoices = ", ".join(get_link_to_form("Sales Invoice", name) for name in found)
	frappe.msgprint(
		_(
			"{0} is factored: this payment belongs to RTS. Use <b>Held for the Factor</b> to book it so, "
			"pass it on, and remind the customer to pay RTS."
		).format(invoices),
		title=_("Paid to the Wrong Party"),
		indicator="orange",
	)


def factored(doc) -> list[str]:
	"""The referenced invoices that are with RTS."""
	names = [row.reference_name for row in doc.references if row.reference_doctype == "Sales Invoice"]
	if not names:
		return []
	return frappe.get_all(
		"Sales Invoice",
		filters={"name": ("in", names), "factoring_status": ("in", WITH_RTS)},
		pluck="name",
		order_by="name",
	)


def hold_for_factor(doc) -> str:
	"""Turn a draft Payment Entry on factored invoices into a draft Journal Entry: bank against clearing, because RTS will
	ask for the money and the invoice stays open until RTS reports it. Returns its name; the Payment Entry is deleted."""
	found = factored(doc)
	if doc.docstatus != 0 or not found:
		frappe.throw(_("Only a draft payment of factored invoices can be held for the factor."))
	agreed = settings.require(doc.company)
	amount = flt(doc.received_amount or doc.paid_amount)
	entry = frappe.new_doc("Journal Entry")
	entry.update(
		{
			"voucher_type": "Bank Entry",
			"company": doc.company,
			"posting_date": doc.posting_date,
			"cheque_no": doc.reference_no or doc.name,
			"cheque_date": doc.reference_date or doc.posting_date,
			"user_remark": _("Paid to us by {0} for {1}, held for RTS").format(doc.party_name or doc.party, ", ".join(found)),
		}
	)
	entry.append("accounts", {"account": doc.paid_to, "debit_in_account_currency": amount})
	entry.append(
		"accounts",
		{"account": journal.account(agreed, Role.CLEARING), "credit_in_account_currency": amount},
	)
	entry.insert()
	doc.delete()
	return entry.name
