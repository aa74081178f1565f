"""What is doubtful about the documents of invoices: told to people before the invoices are sent, never in the way of it.

A document may contradict its invoice, or have pages that cannot be read (page_checks.py). To compare one takes some hundredths
of a second, so what was found is kept until the invoice or a document changes.
"""

import hashlib
import json
from collections.abc import Collection

import frappe

from rts_factoring.core.documents.disagreements import Disagreement, InvoiceDetails, compare
from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.errors import Text
from rts_factoring.services.common import background
from rts_factoring.services.common.errors import translate
from rts_factoring.services.invoices import documents, page_checks, readiness, receivables

KEPT = 7 * 24 * 3600  # seconds
RULES = 1  # counts up when the same documents would be judged otherwise
COMPARED = (DocumentKind.RATE_CONFIRMATION.value, DocumentKind.BOL.value)
_JOB = f"{__name__}.judge_documents"


def warnings(names: Collection[str]) -> dict[str, list[str]]:
	"""Invoice → its warnings in the user's language; invoices without one are left out."""
	attached = documents.attached(names)
	found = {}
	for row in receivables.rows(list(attached)):
		compared = [document for document in attached[row.name] if document.kind in COMPARED]
		texts = _found(receivables.to_receivable(row), compared) if compared else []
		texts += page_checks.warnings(attached[row.name])
		if texts:
			found[row.name] = [translate(text) for text in texts]
	return found


def judge_later(invoice: str) -> None:
	"""Judge the pages of an invoice's documents in the background, once this transaction is committed."""
	background.enqueue_unless_waiting(_JOB, job_id=f"rts_factoring:pages:{invoice}", invoices=[invoice])


def judge_now(name: str, invoices: Collection[str]) -> None:
	"""Judge the pages of documents in the background, unless the job of the document `name` waits or runs."""
	background.enqueue_once(
		_JOB, job_id=f"rts_factoring:pages:{name}", queue="long", timeout=3600, invoices=list(invoices)
	)


def judge_documents(invoices: list[str]) -> None:
	"""A background job: judge pages that are not judged yet. An invoice with one that its company refuses becomes Not Ready."""
	attached = documents.attached(invoices)
	company = dict(
		frappe.get_all("Sales Invoice", {"name": ("in", list(attached))}, ["name", "company"], as_list=True)
	)
	for invoice, rows in attached.items():
		page_checks.judge_all(rows)
		if page_checks.refused(company[invoice]) and page_checks.refusals(rows):
			readiness.update_readiness([invoice], include_held=[invoice])
			frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job, one invoice at a time


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
		kept = [_packed(one) for one in compare([documents.read(row) for row in rows], details)]
		frappe.cache.set_value(key, kept, expires_in_sec=KEPT)
	return [Text(template, values) for template, values in kept]


def _packed(found: Disagreement) -> tuple[str, dict]:
	return found.text.template, found.text.values
