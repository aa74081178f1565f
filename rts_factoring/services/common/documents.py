"""What a form sends is not what is stored: permission is checked on the document in the database."""

import frappe
from frappe import _
from frappe.model.document import Document


class CompanyDocument(Document):
	"""A document of one company, of which users limited to another learn nothing, not even its name."""

	def notify_update(self):
		"""Frappe tells every reader of the DocType the name of what was saved; not where companies are walled off."""
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


def require_private_file(doc, fieldname: str) -> None:
	"""Refuse an attachment that the user could not read, or that everybody can. Frappe would attach any file named."""
	before = doc.get_doc_before_save()
	file_url = doc.get(fieldname)
	if not file_url or (before and before.get(fieldname) == file_url):
		return
	label = frappe.bold(_(doc.meta.get_label(fieldname)))
	if not can_read_file(file_url):
		frappe.throw(_("{0}: there is no such file that you may read. Upload it first.").format(label))
	refuse_public(file_url, label)


def refuse_public(file_url: str, where: str) -> None:
	if not file_url.startswith("/private/"):
		frappe.throw(
			_(
				"{0}: this file is public, so anybody with its address can read it. Upload it as private."
			).format(where)
		)


def can_read_file(file_url: str) -> bool:
	names = frappe.get_all("File", filters={"file_url": file_url}, pluck="name", limit=20)
	return any(frappe.get_doc("File", name).has_permission("read") for name in names)
