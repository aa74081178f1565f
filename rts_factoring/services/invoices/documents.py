"""Documents of a Sales Invoice: adding files, whose kind is guessed from the name unless given, and reading them."""

from collections.abc import Collection

import frappe
from frappe import _
from frappe.utils import escape_html

from rts_factoring.core.documents.kinds import DocumentKind, guess_kind
from rts_factoring.core.documents.packet import Document
from rts_factoring.services.common import files
from rts_factoring.services.common.files import can_read_file, refuse_public
from rts_factoring.services.invoices import receivables

KINDS = tuple(kind.value for kind in DocumentKind)


def attach(invoice, file_url: str, kind: str | None = None, note: str | None = None) -> str:
	"""Add an uploaded file to the invoice's documents and save; its kind. Throws for a file the user may not read."""
	file = _readable_file(file_url)
	kind = kind or guess_kind(file.file_name or file_url).value
	if kind not in KINDS:
		frappe.throw(
			_("{0} is not a kind of document. Use one of {1}.").format(escape_html(kind), ", ".join(KINDS))
		)
	invoice.append("factoring_documents", {"kind": kind, "file": file.file_url, "note": note})
	invoice.save()
	return kind


def attach_all(invoice, file_urls: list[str]) -> list[dict]:
	"""Add several uploaded files and save once; each with the kind guessed from its name."""
	added = []
	for file_url in file_urls:
		file = _readable_file(file_url)
		kind = guess_kind(file.file_name or file_url).value
		invoice.append("factoring_documents", {"kind": kind, "file": file.file_url})
		added.append({"file_name": file.file_name, "kind": kind})
	invoice.save()
	return added


def _readable_file(file_url: str):
	names = frappe.get_all("File", filters={"file_url": file_url}, pluck="name", order_by="creation desc")
	for name in names:
		file = frappe.get_doc("File", name)
		if file.has_permission("read"):
			return file
	frappe.throw(
		_("The file {0} does not exist, or you may not read it. Upload it first.").format(
			escape_html(file_url)
		)
	)


def check_new_files(doc) -> None:
	"""Refuse a new document that is public, or that the user may not read. Its address alone must not open somebody else's file.
	Nobody has read its pages yet."""
	before = doc.get_doc_before_save()
	known = {row.file for row in before.get("factoring_documents") or ()} if before else set()
	for row in doc.get("factoring_documents") or ():
		if not row.file or row.file in known:
			continue
		if not can_read_file(row.file):
			frappe.throw(
				_(
					"Row {0} of Documents: the file {1} does not exist, or you may not read it. Upload it first."
				).format(row.idx, frappe.bold(escape_html(row.file))),
				title=_("No Such File"),
			)
		refuse_public(row.file, _("Row {0} of Documents").format(row.idx))
		row.readable = 0


def take_over(doc) -> None:
	"""The documents of an invoice belong to it, not to whoever uploaded them."""
	files.take_over(
		[row.file for row in doc.get("factoring_documents") or () if row.file], doc.doctype, doc.name
	)


def attached(names: Collection[str]) -> dict[str, list]:
	"""Invoice → its documents: kind, address, whether a person has read it, and the name and hash of its File. Without those
	whose file is missing."""
	document, file = frappe.qb.DocType("Factoring Document"), frappe.qb.DocType("File")
	found: dict[str, dict] = {}
	for part in receivables.chunks(sorted(set(names))):
		query = (
			frappe.qb.from_(document)
			.join(file)
			.on(file.file_url == document.file)
			.select(document.parent, document.kind, document.file, document.readable)
			.select(file.name, file.file_name, file.content_hash)
			.where((document.parenttype == "Sales Invoice") & document.parent.isin(part))
			.orderby(document.parent, document.idx, file.creation)
		)
		for row in query.run(as_dict=True):
			found.setdefault(row.parent, {})[row.file] = row  # the File made last
	return {invoice: list(rows.values()) for invoice, rows in found.items()}


def name_of(row) -> str:
	"""The name of a row's file, as people see it."""
	return row.file_name or row.file.rpartition("/")[2]


def read(row) -> Document:
	"""The document of a row. One that cannot be read is empty: the packet says what is wrong with it."""
	try:
		content = files.content(frappe.get_doc("File", row.name))
	except (OSError, frappe.DoesNotExistError, frappe.ValidationError):
		content = b""
	return Document(DocumentKind(row.kind), name_of(row), content)
