"""Where the documents of invoices contradict them: told to people before the invoices are sent, never in the way of it.

Reading a document takes some hundredths of a second, so what was found is kept until the invoice or a document changes.
"""

import hashlib
import json
from collections.abc import Collection

import frappe

from rts_factoring.core.documents.agreement import Disagreement, InvoiceDetails, compare
from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.documents.packet import Document
from rts_factoring.core.errors import Text
from rts_factoring.services.common import files
from rts_factoring.services.common.errors import translate
from rts_factoring.services.invoices import receivables

KEPT = 7 * 24 * 3600  # seconds
RULES = 1  # counts up when the same documents would be judged otherwise
COMPARED = (DocumentKind.RATE_CONFIRMATION.value, DocumentKind.BOL.value)


def warnings(names: Collection[str]) -> dict[str, list[str]]:
	"""Invoice → its warnings in the user's language; invoices without one are left out."""
	documents = _documents(names)
	found = {}
	for row in receivables.rows(list(documents)):
		texts = _found(receivables.to_receivable(row), documents[row.name])
		if texts:
			found[row.name] = [translate(text) for text in texts]
	return found


def _documents(names: Collection[str]) -> dict[str, list]:
	"""Invoice → its documents that can be compared, each with its File's name and hash."""
	document, file = frappe.qb.DocType("Factoring Document"), frappe.qb.DocType("File")
	found: dict[str, dict] = {}
	for part in receivables.chunks(sorted(set(names))):
		query = (
			frappe.qb.from_(document)
			.join(file)
			.on(file.file_url == document.file)
			.select(
				document.parent, document.kind, document.file, file.name, file.file_name, file.content_hash
			)
			.where((document.parenttype == "Sales Invoice") & document.parent.isin(part))
			.where(document.kind.isin(COMPARED))
			.orderby(document.parent, document.idx, file.creation)
		)
		for row in query.run(as_dict=True):
			found.setdefault(row.parent, {})[row.file] = row  # the File made last
	return {invoice: list(rows.values()) for invoice, rows in found.items()}


def _found(receivable, rows: list) -> list[Text]:
	details = InvoiceDetails(
		amount=receivable.amount,
		load_no=receivable.load_no,
		po_no=receivable.po_no,
		debtor=receivable.customer,
		debtor_mc=receivable.customer_mc,
	)
	parts = [RULES, str(details), [[row.kind, row.file, row.file_name, row.content_hash] for row in rows]]
	key = f"factoring_document_checks:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"
	kept = frappe.cache.get_value(key, expires=True)
	if kept is None:
		kept = [_packed(one) for one in compare([_document(row) for row in rows], details)]
		frappe.cache.set_value(key, kept, expires_in_sec=KEPT)
	return [Text(template, values) for template, values in kept]


def _packed(found: Disagreement) -> tuple[str, dict]:
	return found.text.template, found.text.values


def _document(row) -> Document:
	try:
		content = files.content(frappe.get_doc("File", row.name))
	except (OSError, frappe.DoesNotExistError, frappe.ValidationError):
		content = b""  # the packet says that the file is missing
	return Document(DocumentKind(row.kind), row.file_name or row.file.rpartition("/")[2], content)
