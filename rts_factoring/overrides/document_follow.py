"""Frappe mails whoever follows a document what changes in it, and asks for no permission to read it."""

import frappe
from frappe import _

from rts_factoring.permissions import WITH_COMPANY, hidden_fields
from rts_factoring.services.company import settings


def validate(doc, method=None):
	if doc.ref_doctype in WITH_COMPANY and not _may_read(doc.user, doc.ref_doctype, doc.ref_docname):
		frappe.throw(
			_("{0} {1} does not exist, or {2} may not read it.").format(
				_(doc.ref_doctype), frappe.bold(frappe.utils.escape_html(doc.ref_docname)), doc.user
			),
			frappe.PermissionError,
		)


def forget_unreadable(doc, method=None):
	"""After a User Permission came, changed or went: its user no longer follows what they may not read."""
	follows = frappe.get_all(
		"Document Follow",
		filters={"user": doc.user, "ref_doctype": ("in", WITH_COMPANY)},
		fields=["name", "ref_doctype", "ref_docname"],
	)
	for row in follows:
		if not _may_read(doc.user, row.ref_doctype, row.ref_docname):
			frappe.db.delete("Document Follow", row.name)


def _may_read(user: str, doctype: str, name: str) -> bool:
	if not frappe.db.exists(doctype, name) or not frappe.has_permission(doctype, "read", doc=name, user=user):
		return False
	return doctype != settings.DOCTYPE or not hidden_fields(
		doctype, user
	)  # a mail has the changes of all fields
