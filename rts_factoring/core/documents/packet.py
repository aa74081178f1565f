"""An invoice and its documents as one PDF: the packet RTS buys by. A bad file fails this invoice only, and is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PageObject, PdfWriter

from ..errors import DocumentError, short
from .images import BEST, Quality, add_image, coarsen
from .kinds import DocumentKind
from .limits import SECONDS, Progress, Values, limited
from .page_bounds import look_at, set_upright
from .pdf import MAX_BYTES, carry_over, finish, open_pdf, reading, too_many_bytes

INVOICE = "Invoice"  # the first bookmark
QUALITIES = (BEST, Quality(150, 70), Quality(120, 55), Quality(100, 40))  # tried in turn to get under a cap

Verify = Callable[[PageObject], None]

_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc", b"ftypavif")


@dataclass(frozen=True, slots=True)
class Document:
	"""A file of an invoice; `content` is its bytes or where they are."""

	kind: DocumentKind
	file_name: str
	content: bytes | Path

	def read(self) -> bytes:
		if isinstance(self.content, bytes):
			return self.content
		try:
			if self.content.stat().st_size > MAX_BYTES:
				raise too_many_bytes(self.content.stat().st_size, self.file_name)
			return self.content.read_bytes()
		except OSError as error:
			raise DocumentError("file_missing.unreadable", where=self.file_name) from error


@dataclass(frozen=True, slots=True)
class Packet:
	"""The finished file. `outline` is each bookmark with its first page, counted from 1."""

	content: bytes
	sha256: str
	pages: int
	outline: tuple[tuple[str, int], ...]


def build_packet(
	invoice_pdf: bytes,
	documents: Sequence[Document],
	order: Sequence[DocumentKind] = tuple(DocumentKind),
	max_bytes: int | None = None,
	invoice_name: str = "invoice.pdf",
	seconds: float = SECONDS,
	verify: Verify | None = None,
) -> Packet:
	"""The invoice first, then the documents by `order` (kinds it does not name come last), each with a bookmark.

	Raises DocumentError naming the file and the reason; `packet_too_large` when the pictures, made as coarse as is
	still readable, leave it above `max_bytes`. `verify` looks at the invoice's first page and raises what it finds
	wrong. The same input gives the same bytes.
	"""
	invoice = Document(DocumentKind.OTHER, invoice_name, invoice_pdf)
	ranks = {kind: rank for rank, kind in enumerate(order)}
	ordered = sorted(documents, key=lambda document: ranks.get(document.kind, len(ranks)))
	most = float("inf") if max_bytes is None else max_bytes

	def work(progress: Progress) -> tuple[Values, bytes]:
		content = b""
		for quality in QUALITIES:
			content, pages, outline = _assemble(invoice, ordered, quality, progress, verify)
			if len(content) <= most:
				return {"pages": pages, "outline": outline}, content
		raise DocumentError(
			"packet_too_large", where=invoice_name, size=_size(len(content)), most=_size(most)
		)

	made, content = limited(work, invoice_name, seconds)
	outline = tuple((title, page) for title, page in made["outline"])
	return Packet(content, hashlib.sha256(content).hexdigest(), made["pages"], outline)


def check_document(document: Document, seconds: float = SECONDS) -> int:
	"""The number of pages the document would add to a packet; DocumentError if it cannot go into one."""

	def work(progress: Progress) -> tuple[Values, bytes]:
		return {"pages": _check(document)}, b""

	return int(limited(work, document.file_name, seconds)[0]["pages"])


def packet_key(
	invoice_fingerprint: str,
	notice_version: str,
	document_hashes: Iterable[str],
	order: Sequence[DocumentKind],
	max_bytes: int | None,
	app_version: str,
) -> str:
	"""Changes exactly when something that goes into the packet does; the order of `document_hashes` counts."""
	parts = [
		invoice_fingerprint,
		notice_version,
		list(document_hashes),
		[DocumentKind(kind).value for kind in order],
		max_bytes,
		app_version,
	]
	return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _assemble(
	invoice: Document,
	documents: Sequence[Document],
	quality: Quality,
	progress: Progress,
	verify: Verify | None,
) -> tuple[bytes, int, list[tuple[str, int]]]:
	writer, pages = PdfWriter(), 0
	outline: list[tuple[str, int]] = []
	for document in (invoice, *documents):
		progress(document.file_name)
		title = INVOICE if document is invoice else _title(document)
		if document is invoice:
			count = _add_invoice(writer, document, verify)
		else:
			count = _add(writer, document, quality)
		outline.append((title, pages + 1))
		pages += count
	try:
		with reading(invoice.file_name):
			if quality is not BEST:
				coarsen(writer, quality)
			for title, page in outline:
				writer.add_outline_item(title, page - 1)
			return finish(writer, invoice.file_name), pages, outline
	except DocumentError as error:
		raise _named(error, documents, progress) from error


def _named(error: DocumentError, documents: Sequence[Document], progress: Progress) -> DocumentError:
	"""`error`, which came up only as the whole was written, with the document that cannot be written alone either."""
	for document in documents:
		progress(document.file_name)
		try:
			_check(document)
		except DocumentError as its_own:
			return its_own
	return error


def _check(document: Document) -> int:
	writer = PdfWriter()
	pages = _add(writer, document, BEST)
	with reading(document.file_name):
		finish(writer)
	return pages


def _add_invoice(writer: PdfWriter, invoice: Document, verify: Verify | None) -> int:
	"""Our own print: upright already, and looked at by whoever asked for it."""
	content = invoice.read()
	if verify is not None:
		looked_at = open_pdf(content, invoice.file_name)  # pypdf changes a page whose text it extracts
		with reading(invoice.file_name):
			verify(looked_at.pages[0])
	return carry_over(open_pdf(content, invoice.file_name), writer, invoice.file_name)


def _add(writer: PdfWriter, document: Document, quality: Quality) -> int:
	content = document.read()
	name = document.file_name
	if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
		add_image(writer, content, name, quality)
		return 1
	if b"%PDF-" not in content[:1024] and content:
		_refuse_other(content, name)
	reader = open_pdf(content, name)
	with reading(name):
		for page, pdfium_page in look_at(reader, content):
			set_upright(page, pdfium_page)
	return carry_over(reader, writer, name)


def _refuse_other(content: bytes, name: str) -> None:
	"""Raise for what is neither PDF, JPG nor PNG. A file that only claims to be a PDF is left to open_pdf."""
	suffix = Path(name).suffix.lower()
	if content[4:12] in _HEIC:
		raise DocumentError("unsupported_type.heic", where=name)
	if suffix in (".jpg", ".jpeg", ".png"):
		raise DocumentError("image_corrupt.no_picture", where=name)
	if suffix != ".pdf":
		raise DocumentError("unsupported_type.other", where=name)


def _title(document: Document) -> str:
	return f"{document.kind.value}: {short(Path(document.file_name).name)}"


def _size(size: float) -> str:
	return f"{size / 1000**2:.1f} MB" if size >= 100_000 else f"{size / 1000:.1f} kB"
