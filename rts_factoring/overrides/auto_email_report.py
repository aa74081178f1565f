"""Frappe mails a report as the scheduler, who sees all companies, with the rights of the user that the mail names."""

import frappe
from frappe import _

from rts_factoring.permissions import allowed_companies, guarded_doctypes


def validate(doc, method=None):
	"""Whoever sees only some companies has reports mailed with their own rights."""
	if doc.user == frappe.session.user or allowed_companies() is None:
		return
	if frappe.get_cached_value("Report", doc.report, "ref_doctype") in guarded_doctypes():
		frappe.throw(
			_("You see only some companies. Choose yourself as {0} of this report.").format(
				frappe.bold(_(doc.meta.get_label("user")))
			),
			frappe.PermissionError,
		)
