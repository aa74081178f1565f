"""Which pages of an invoice's documents cannot be read. Each file is judged once, and what was found is kept.

It is a warning, unless the company refuses such documents. A document that a person has ticked as readable is passed over.
"""

from collections import defaultdict
from collections.abc import Iterable

import frappe

from rts_factoring.core.documents.quality import PageFinding, judge
from rts_factoring.core.errors import DocumentError, Text, detail
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import documents

KEPT = 30 * 24 * 3600  # seconds
PATIENT = 60  # seconds of processor time per page: nobody waits for it
RULES = 1  # counts up when the same page would be judged otherwise
MAX_PAGES_NAMED = 10

Findings = list[tuple[PageFinding, str]]  # each with its pages, as a person reads them


def warnings(rows: Iterable) -> list[Text]:
	"""What is known to be wrong with the pages of documents, rows of `documents.attached`."""
	return [_sentence(row, finding, pages) for row in _unread(rows) for finding, pages in _grouped(row)]


def refusals(rows: Iterable) -> list[DocumentError]:
	"""Why documents cannot be read, one error for each fault of each of them; of those judged already."""
	return [
		DocumentError("unreadable", where=documents.name_of(row), problem=_of_pages(finding, pages))
		for row in _unread(rows)
		for finding, pages in _grouped(row)
		if finding.unreadable
	]


def refused(company: str) -> bool:
	"""Whether the company refuses documents that cannot be read."""
	agreement = settings.find(company)
	return bool(agreement and agreement.refuse_unreadable)


def not_judged(rows: Iterable) -> list:
	"""The rows whose file is not judged yet."""
	return [row for row in rows if not row.readable and _kept(row) is None]


def judge_all(rows: Iterable) -> None:
	"""Judge the files that are not judged yet. It takes a tenth of a second of processor time a page."""
	for row in not_judged(rows):
		try:
			found = judge(documents.read(row).read(), documents.name_of(row), PATIENT)
		except RuntimeError:  # a fault of ours; no packet waits for it
			frappe.log_error(f"Pages of {documents.name_of(row)}", defer_insert=True)
			found = []
		frappe.cache.set_value(_key(row), [_packed(one) for one in found], expires_in_sec=KEPT)


def _unread(rows: Iterable) -> list:
	return [row for row in rows if not row.readable]


def _grouped(row) -> Findings:
	"""One finding for each fault of a document, with the pages that have it."""
	by_code = defaultdict(list)
	for finding in _kept(row) or ():
		by_code[finding.code, finding.unreadable].append(finding)
	return [(found[0], _pages([one.page for one in found])) for found in by_code.values()]


def _pages(pages: list[int]) -> str:
	more = " …" if len(pages) > MAX_PAGES_NAMED else ""
	return ", ".join(str(page) for page in pages[:MAX_PAGES_NAMED]) + more


def _of_pages(finding: PageFinding, pages: str) -> Text:
	key = "page_finding" if pages == str(finding.page) else "pages_finding"
	return detail(key, page=pages, finding=finding.message, remedy=finding.hint)


def _sentence(row, finding: PageFinding, pages: str) -> Text:
	return detail("document_finding", file=documents.name_of(row), problem=_of_pages(finding, pages))


def _key(row) -> str:
	return f"factoring_page_checks:{RULES}:{row.content_hash or row.file}"


def _kept(row) -> list[PageFinding] | None:
	kept = frappe.cache.get_value(_key(row), expires=True)
	return None if kept is None else [_unpacked(one) for one in kept]


def _packed(one: PageFinding) -> tuple:
	return (
		one.page,
		one.code,
		*(part for text in (one.message, one.hint) for part in (text.template, text.values)),
		one.unreadable,
	)


def _unpacked(kept: tuple) -> PageFinding:
	page, code, message, fields, hint, more, unreadable = kept
	return PageFinding(page, code, Text(message, fields), Text(hint, more), unreadable)
