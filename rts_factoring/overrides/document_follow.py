"""Frappe mails whoever follows a document what changes in it, and asks for no permission to read it."""

import frappe
from frappe import _
from frappe.utils import escape_html

from rts_factoring.permissions import WITH_COMPANY, hidden_fields
from rts_factoring.services.company import settings


def validate(doc, method=None):
	"""Refuse what the user may not read with the words Frappe has for what does not exist."""
	if doc.ref_doctype in WITH_COMPANY and not _may_read(doc.user, doc.ref_doctype, doc.ref_docname):
		missing = f"{_(doc.meta.get_label('ref_docname'))}: {doc.ref_docname}"
		frappe.throw(_("Could not find {0}").format(escape_html(missing)), frappe.LinkValidationError)


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
