"""Documents of one company, and the check of permissions on the saved document instead of the one a form sends."""

import frappe
from frappe.model.document import Document


class CompanyDocument(Document):
	"""A document of one company. Users limited to another company do not even learn its name."""

	def notify_update(self):
		"""Frappe sends the name of a saved document to every reader of the DocType. Not so where users are limited to companies."""
		if frappe.db.exists("User Permission", {"allow": "Company"}):
			frappe.publish_realtime(
				"doc_update",
				{"modified": self.modified, "doctype": self.doctype, "name": self.name},
				doctype=self.doctype,
				docname=self.name,
				after_commit=True,
			)
		else:
			super().notify_update()


def saved_document(doc, ptype: str):
	"""The saved document behind one a browser sent, if the user may `ptype` it.

	Frappe builds the document a form method runs on from the request, so its company, its rows and its host
	are whatever the caller wrote there; and it sends that document back with the answer, so fields the caller
	may not read are taken out of it. Raises PermissionError or DoesNotExistError.
	"""
	saved = frappe.get_doc(doc.doctype, doc.name)
	saved.check_permission(ptype)
	doc.apply_fieldlevel_read_permissions()
	return saved
