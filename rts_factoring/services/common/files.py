"""Files of a site: their bytes, who may attach which, and those that the app makes or takes over."""

import posixpath
from collections.abc import Collection
from functools import partial
from urllib.parse import unquote

import frappe
from frappe import _


def content(file) -> bytes:
	"""The bytes of a File document. Frappe gives those of a text file as a str."""
	data = file.get_content()
	return data.encode() if isinstance(data, str) else data


def save_private(file_name: str, data: bytes, doctype: str = "", name: str = ""):
	"""A private File of the app's own under an address that nobody guesses; people and the factor see `file_name`."""
	stem, dot, ending = file_name.rpartition(".")
	stored = f"{stem or ending}-{frappe.generate_hash(length=20)}{dot}{ending if dot else ''}"
	file = frappe.get_doc({"doctype": "File", "file_name": stored, "is_private": 1, "content": data})
	file.check_max_file_size = partial(
		len, data
	)  # that limit is on uploads, of which packets and zips hold several
	if doctype:
		file.update({"attached_to_doctype": doctype, "attached_to_name": name})
	file.insert(ignore_permissions=True)
	file.db_set({"file_name": file_name, "owner": "Administrator"}, update_modified=False)
	return file


def is_kept(name: str | None) -> bool:
	"""Whether there is a File of this name, and its content. A site may be restored without its files."""
	return bool(name and frappe.db.exists("File", name) and frappe.get_doc("File", name).exists_on_disk())


def take_over(file_urls: Collection[str], doctype: str, name: str) -> None:
	"""Files that a document uses belong to it: Frappe would let whoever uploaded one open it for ever."""
	if not any(file_urls):
		return
	rows = frappe.get_all(
		"File",
		filters={"file_url": ("in", [url for url in file_urls if url]), "is_private": 1},
		fields=["name", "owner", "attached_to_doctype", "attached_to_name"],
	)
	for row in rows:
		attached = {} if row.attached_to_name else {"attached_to_doctype": doctype, "attached_to_name": name}
		is_of_the_document = attached or (row.attached_to_doctype, row.attached_to_name) == (doctype, name)
		if is_of_the_document and (attached or row.owner != "Administrator"):
			frappe.db.set_value(
				"File", row.name, attached | {"owner": "Administrator"}, update_modified=False
			)


def names_unreadable_file(doc, protected: Collection[str]) -> bool:
	"""Whether a File record without content gives the address of a private file that the user may not read. Frappe would
	let the user open it as their own. `protected` are the DocTypes whose files this guards, beside files that are attached to
	nothing yet."""
	if doc.get("content") or not doc.file_url:
		return False
	address = posixpath.normpath(unquote(doc.file_url))
	rows = frappe.get_all(
		"File",
		filters={"file_url": address, "is_private": 1, "name": ("!=", doc.name or "")},
		fields=["attached_to_doctype"],
		limit=100,
	)
	guarded = any(not row.attached_to_doctype or row.attached_to_doctype in protected for row in rows)
	return guarded and not can_read_file(address)


def check_changed_address(doc, protected: Collection[str]) -> None:
	"""The same for a record that is there already and now names another file."""
	before = doc.get_doc_before_save()
	if not before or before.file_url == doc.file_url:
		return
	named = frappe._dict(file_url=doc.file_url, name=doc.name)
	if names_unreadable_file(named, protected):
		frappe.throw(
			_("The file does not exist, or you may not read it. Upload it first."), frappe.PermissionError
		)


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
