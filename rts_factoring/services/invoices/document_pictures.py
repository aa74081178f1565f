"""The documents of an invoice as small pictures. Making one takes some hundredths of a second, so it is kept with its file's hash."""

import base64

import frappe

from rts_factoring.core.documents.thumbnail import thumbnail
from rts_factoring.services.common import files

KEPT = 7 * 24 * 3600  # seconds


def pictures(invoice: str) -> list[dict[str, str]]:
	"""`kind`, `file_url`, `file_name` and `picture` (a data URL, empty for what cannot be shown) of each document, in order."""
	document, file = frappe.qb.DocType("Factoring Document"), frappe.qb.DocType("File")
	rows = (
		frappe.qb.from_(document)
		.join(file)
		.on(file.file_url == document.file)
		.select(document.idx, document.kind, document.file, file.name, file.file_name, file.content_hash)
		.where((document.parenttype == "Sales Invoice") & (document.parent == invoice))
		.orderby(document.idx, file.creation)
		.run(as_dict=True)
	)
	newest = {row.idx: row for row in rows}  # the File made last
	return [
		{"kind": row.kind, "file_url": row.file, "file_name": row.file_name, "picture": _picture(row)}
		for row in newest.values()
	]


def _picture(row) -> str:
	key = f"factoring_document_picture:{row.content_hash}"
	kept = frappe.cache.get_value(key, expires=True) if row.content_hash else None
	if kept is None:
		try:
			made = thumbnail(files.content(frappe.get_doc("File", row.name)), row.file_name)
		except (OSError, frappe.DoesNotExistError, frappe.ValidationError):
			made = b""  # the file is gone
		kept = base64.b64encode(made).decode()
		if row.content_hash:
			frappe.cache.set_value(key, kept, expires_in_sec=KEPT)
	return f"data:image/jpeg;base64,{kept}" if kept else ""
