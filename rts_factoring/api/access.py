"""What the methods check first: who may ask about this document, invoice or company."""

import frappe
from frappe import _

from rts_factoring.permissions import require_company

USERS = ("Factoring User", "Factoring Manager")


def readable(doctype: str, name: str):
	"""The document, which the user may read."""
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	return doc


def require_invoice(name: str, ptype: str):
	"""The Sales Invoice, for a user of the app who may read or write it."""
	frappe.only_for(USERS)
	doc = frappe.get_doc("Sales Invoice", name)
	doc.check_permission(ptype)
	return doc


def check_company(company: str) -> None:
	"""Throw where there is no such company, or the user may not read it."""
	require_company(company)
	if not frappe.has_permission("Company", "read", doc=company):
		frappe.throw(
			_("You have no permission for company {0}.").format(
				frappe.bold(frappe.utils.escape_html(company))
			),
			frappe.PermissionError,
		)
