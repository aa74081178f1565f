"""Do an invoice's documents agree with it? The text of digital rate confirmations and bills of lading is compared with the
invoice's amount, load number and debtor. Only what a document states under a label is held against it: a scan has no
text, and a number that is not found proves nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pypdfium2
from pypdfium2 import raw

from ..debtors import debtor_key
from ..errors import DocumentError, Text, detail, short
from .kinds import DocumentKind
from .limits import SECONDS, Progress, Values, limited
from .packet import Document

MAX_PAGES = 20  # of a document; the terms after them state no rate
MAX_LETTERS = 200_000  # of a document
MAX_TEXT_OBJECTS = 2_000  # of a page, looked at for invisible text
_INVISIBLE = 3  # text render mode: the words that a scanner's recognition put behind the picture

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d{2})?|\d+(?:\.\d{2})?"
# An amount has a currency or cents, and is no part of a longer number, a share or a measure.
_MONEY = (
	rf"(?:(?P<currency>US ?\$|\$|USD) ?)?(?P<amount>{_NUMBER})(?![\d,./%-]*\d|%)"
	r"(?! ?(?:lbs?|pounds|miles?|mi|kg|pallets?|pieces|pcs|hours?|hrs?|days?|cwt)\b)(?P<after> ?USD\b)?"
)
_GAP = r"\s{0,3}(?:\((?:USD|US\$|\$)\)\s{0,3})?[:=]?\s{0,3}"
_WORDS = (
	r"(?:carrier|rate|pay|freight|charges?|amount|cost|due|price|line ?haul|agreed|to|for|the|load|payable)"
)
# The label whose amount is the whole of what the debtor pays comes first.
_TOTALS = (
	rf"(?<!sub)(?<!sub )(?<!sub-)\b(?:grand |net )?total(?: {_WORDS}){{0,4}}",
	r"\b(?:carrier|rate|freight|pay) total",
	r"\bagreed (?:rate|amount)|\btotal carrier pay",
	r"\b(?:tarifa|importe|monto|pago) total",
)
_RATES = (
	r"\b(?:carrier|flat|all[- ]in|contract) (?:rate|pay)",
	r"\b(?:amount|rate|carrier pay|pay to carrier)",
	r"\b(?:tarifa|importe|monto)",
)
_LOAD = re.compile(
	r"\b(?:load|shipment|carga|viaje)\s{0,2}(?:(?:number|no\.?|num\.?|id|nro\.?)\s{0,2}#?|#|:)\s{0,2}[:#]?\s{0,3}"
	r"(?P<number>[A-Z]{0,6}[- ]?\d[A-Z0-9-]{2,20})",
	re.IGNORECASE,
)
_DEBTOR = re.compile(
	r"^[ \t]*(?:broker(?:age)?(?: name| company)?|bill to|invoice to|remit invoices? to|facturar a)[ \t]*:[ \t]*"
	r"(?P<name>[^\r\n:]{3,80}?)[ \t]*(?=[\r\n]|\Z)",
	re.IGNORECASE | re.MULTILINE,
)
_GENERIC = frozenset(
	[
		"logistics",
		"transport",
		"transportation",
		"freight",
		"brokerage",
		"broker",
		"brokers",
		"carriers",
		"services",
		"service",
		"solutions",
		"group",
		"supply",
		"chain",
		"foods",
		"food",
		"international",
		"global",
		"national",
		"worldwide",
		"american",
		"america",
		"usa",
		"trucking",
		"lines",
		"and",
	]
)


@dataclass(frozen=True, slots=True)
class InvoiceDetails:
	"""What the documents of an invoice should say too. An empty text is not compared."""

	amount: Decimal
	load_no: str = ""
	po_no: str = ""
	debtor: str = ""
	debtor_mc: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
	"""Something that a document states otherwise than the invoice. `code`: amount, load or debtor."""

	code: str
	file_name: str
	text: Text


def compare(
	documents: Sequence[Document], invoice: InvoiceDetails, seconds: float = SECONDS
) -> list[Disagreement]:
	"""Where the rate confirmations and bills of lading among the documents contradict the invoice.

	Several rate confirmations agree on the amount when one of them has it (the others are older), or when their totals
	add up to it. A file that cannot be read is passed over: what is wrong with it is told elsewhere.
	"""
	texts = [(document, document_text(document, seconds)) for document in documents if _is_compared(document)]
	found = []
	rates = [(document, text) for document, text in texts if document.kind is DocumentKind.RATE_CONFIRMATION]
	if not any(invoice.amount in _amounts(text) for _, text in rates):
		stated = [(document, total) for document, text in rates if (total := stated_total(text)) is not None]
		if sum((total for _, total in stated), Decimal()) != invoice.amount:
			found += [_amount_differs(document, total, invoice) for document, total in stated]
	for document, text in texts:
		found += _other_load(document, text, invoice)
		if document.kind is DocumentKind.RATE_CONFIRMATION:
			found += _other_debtor(document, text, invoice)
	return found


def document_text(document: Document, seconds: float = SECONDS) -> str:
	"""The visible text of a digital PDF; empty for a picture, a scan and whatever cannot be read."""

	def work(progress: Progress) -> tuple[Values, bytes]:
		content = document.read()
		return {}, _pdf_text(content).encode() if b"%PDF-" in content[:1024] else b""

	try:
		return limited(work, document.file_name, seconds)[1].decode()
	except DocumentError:
		return ""


def stated_total(text: str) -> Decimal | None:
	"""The amount that a text states as its total, else as its rate; None if it states none, or several that differ.

	>>> stated_total("Line Haul 2,300.00  Fuel 150.00  Total Rate: $2,450.00")
	Decimal('2450.00')
	"""
	for labels in (_TOTALS, _RATES):
		pattern = re.compile(rf"(?:{'|'.join(labels)}){_GAP}{_MONEY}", re.IGNORECASE)
		amounts = {_decimal(match) for match in pattern.finditer(text) if _is_money(match)}
		if amounts:
			return amounts.pop() if len(amounts) == 1 else None
	return None


def _is_compared(document: Document) -> bool:
	return document.kind in (DocumentKind.RATE_CONFIRMATION, DocumentKind.BOL)


def _pdf_text(content: bytes) -> str:
	try:
		document = pypdfium2.PdfDocument(content)
	except pypdfium2.PdfiumError:
		return ""
	try:
		parts: list[str] = []
		for number in range(min(len(document), MAX_PAGES)):
			page = document[number]
			if not _is_recognised(page):
				parts.append(page.get_textpage().get_text_bounded()[:MAX_LETTERS])
		return "\n".join(parts)[:MAX_LETTERS]
	except pypdfium2.PdfiumError:
		return ""
	finally:
		document.close()


def _is_recognised(page: Any) -> bool:
	"""Whether most of the text is invisible: a scan's, read by a program that may have misread a digit."""
	seen = invisible = 0
	for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=3):
		seen += 1
		invisible += raw.FPDFTextObj_GetTextRenderMode(item.raw) == _INVISIBLE
		if seen >= MAX_TEXT_OBJECTS:
			break
	return invisible * 2 > seen


def _amounts(text: str) -> set[Decimal]:
	"""Every number of a text that could be an amount, with or without cents and currency."""
	return {
		Decimal(number.replace(",", ""))
		for number in re.findall(rf"(?<![\d.,])(?:{_NUMBER})(?![\d,]*\d)", text)
	}


def _is_money(match: re.Match[str]) -> bool:
	return bool(match["currency"] or match["after"] or "." in match["amount"])


def _decimal(match: re.Match[str]) -> Decimal:
	return Decimal(match["amount"].replace(",", ""))


def _amount_differs(document: Document, total: Decimal, invoice: InvoiceDetails) -> Disagreement:
	return _disagreement("amount", document, stated=f"{total:,.2f}", expected=f"{invoice.amount:,.2f}")


def _other_load(document: Document, text: str, invoice: InvoiceDetails) -> Iterable[Disagreement]:
	"""The load number is stated, and neither it nor anything else in the text is the invoice's load or PO number."""
	ours = [number for number in (invoice.load_no, invoice.po_no) if _plain(number)]
	stated = [match["number"] for match in _LOAD.finditer(text)]
	if invoice.load_no and stated and not any(_plain(number) in _plain(text) for number in ours):
		yield _disagreement("load", document, stated=short(stated[0]), expected=short(invoice.load_no))


def _other_debtor(document: Document, text: str, invoice: InvoiceDetails) -> Iterable[Disagreement]:
	"""The one who pays is stated, and nothing in the text reminds of the invoice's debtor."""
	stated = _DEBTOR.search(text)
	words = [word for word in debtor_key(invoice.debtor).split() if word not in _GENERIC]
	mc = re.sub(r"\D", "", invoice.debtor_mc)
	if not stated or not words or (mc and mc in re.sub(r"[^\d\s]", "", text).split()):
		return
	written = set(debtor_key(text).split())
	name = debtor_key(stated["name"]).replace(" ", "")
	if not any(word in written or word in name for word in words):
		yield _disagreement("debtor", document, stated=short(stated["name"]), expected=short(invoice.debtor))


def _plain(text: str) -> str:
	return re.sub(r"[\W_]+", "", text).casefold()


def _disagreement(code: str, document: Document, **values: object) -> Disagreement:
	kind = "rate" if document.kind is DocumentKind.RATE_CONFIRMATION else "bol"
	text = detail(f"disagreement.{kind}.{code}", file=short(document.file_name), **values)
	return Disagreement(code, document.file_name, text)
