"""Files of a site: their bytes, and who may attach which."""

import frappe
from frappe import _


def content(file) -> bytes:
	"""The bytes of a File document. Frappe gives those of a text file as a str."""
	data = file.get_content()
	return data.encode() if isinstance(data, str) else data


def require_private_file(doc, fieldname: str) -> None:
	"""Refuse an attachment that the user may not read, or that is public. Frappe itself attaches any file."""
	before = doc.get_doc_before_save()
	file_url = doc.get(fieldname)
	if not file_url or (before and before.get(fieldname) == file_url):
		return
	label = frappe.bold(_(doc.meta.get_label(fieldname)))
	if not can_read_file(file_url):
		frappe.throw(
			_("{0}: this file does not exist, or you may not read it. Upload it first.").format(label)
		)
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
