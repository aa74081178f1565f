"""An invoice and its documents as one PDF: the packet RTS buys by. A bad file fails this invoice only, and is named."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pypdf import PageObject, PdfWriter
from pypdf.generic import StreamObject

from ..errors import DocumentError, combined, short
from .embedding import BEST, Quality
from .formats import PDF, file_format, refuse_other
from .images import PicturePage, add_pictures, read_pictures
from .kinds import DocumentKind
from .limits import SECONDS, Progress, Values, limited
from .page_bounds import drawn_pictures, look_at, set_upright
from .pdf import MAX_BYTES, carry_over, finish, open_pdf, reading, too_many_bytes
from .placeholders import documents_inside
from .scans import Drawn, coarsen

INVOICE = "Invoice"  # the first bookmark
QUALITIES = (BEST, Quality(150, 70), Quality(120, 55), Quality(100, 40))  # tried in turn to get under a cap

Verify = Callable[[PageObject, bytes], None]
_Pictures = dict[int, list[PicturePage]]  # what was decoded, by the id of its document


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
	told: Progress = lambda name: None,
) -> Packet:
	"""The invoice first, then the documents by `order` (kinds it does not name come last), each with a bookmark.

	Raises DocumentError naming the file and the reason, DocumentsRefused when there are several; `packet_too_large` when
	the pictures, made as coarse as is still readable, leave it above `max_bytes`. `seconds` is the processor time for one
	file. `verify` looks at the invoice (its first page, and its bytes) and raises what it finds wrong. `told` hears the name of each file as it is read. The same input gives the same bytes.
	"""
	invoice = Document(DocumentKind.OTHER, invoice_name, invoice_pdf)
	ranks = {kind: rank for rank, kind in enumerate(order)}
	ordered = sorted(documents, key=lambda document: ranks.get(document.kind, len(ranks)))

	def work(progress: Progress) -> tuple[Values, bytes]:
		return _PacketWriter(invoice, ordered, progress, verify).write(max_bytes)

	try:
		made, content = limited(work, invoice_name, seconds, told=told)
	except DocumentError as error:
		if error.code == "packet_too_large":
			raise
		raise _with_others(error, ordered, seconds) from error
	outline = tuple((title, page) for title, page in made["outline"])
	return Packet(content, hashlib.sha256(content).hexdigest(), made["pages"], outline)


def check_document(document: Document, seconds: float = SECONDS) -> int:
	"""The number of pages the document would add to a packet; DocumentError if it cannot go into one."""

	def work(progress: Progress) -> tuple[Values, bytes]:
		return {"pages": _check(document, progress)}, b""

	return int(limited(work, document.file_name, seconds)[0]["pages"])


def find_bad(documents: Iterable[Document], seconds: float = SECONDS) -> list[DocumentError]:
	"""Why documents cannot go into a packet, one error for each that cannot."""
	errors = []
	for document in documents:
		try:
			check_document(document, seconds)
		except DocumentError as error:
			errors.append(error)
	return errors


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


def _with_others(error: DocumentError, documents: Sequence[Document], seconds: float) -> DocumentError:
	"""`error` and those of all other documents, so that a person can put them right at once."""
	others = [document for document in documents if short(document.file_name) != error.where]
	return combined([error, *find_bad(others, seconds)])


class _PacketWriter:
	"""Writes the packet, again with coarser pictures while it is too large. Each photo is decoded once."""

	def __init__(
		self, invoice: Document, documents: Sequence[Document], progress: Progress, verify: Verify | None
	):
		self.invoice, self.documents, self.progress, self.verify = invoice, documents, progress, verify
		self.pictures: _Pictures = {}
		self.outline: list[tuple[str, int]] = []
		self.pages = 0
		self.sizes: list[int] = []  # bytes of each document

	def write(self, max_bytes: int | None) -> tuple[Values, bytes]:
		content = b""
		for quality in QUALITIES:
			content = self._written(quality)
			if max_bytes is None or len(content) <= max_bytes:
				return {"pages": self.pages, "outline": self.outline}, content
			gc.collect()  # readers and writers hold themselves in circles, and with them all bytes
		largest = max(range(len(self.sizes)), key=self.sizes.__getitem__)
		raise DocumentError(
			"packet_too_large",
			where=self.invoice.file_name,
			size=_size(len(content)),
			most=_size(max_bytes or 0),
			largest=short((self.invoice, *self.documents)[largest].file_name),
			largest_size=_size(self.sizes[largest]),
		)

	def _written(self, quality: Quality) -> bytes:
		writer = PdfWriter()
		self.outline, self.pages, self.sizes = [], 0, []
		for document in (self.invoice, *self.documents):
			self.progress(document.file_name)
			before = len(writer._objects)
			if document is self.invoice:
				title, count = INVOICE, _add_invoice(writer, document, self.verify)
			else:
				title, count = _title(document), _add(writer, document, self.progress, quality, self.pictures)
			self.outline.append((title, self.pages + 1))
			self.pages += count
			self.sizes.append(_stream_bytes(writer, before))
		try:
			with reading(self.invoice.file_name):
				for title, page in self.outline:
					writer.add_outline_item(title, page - 1)
				return finish(writer, self.invoice.file_name)
		except DocumentError as error:
			raise _named(error, self.documents, self.progress) from error


def _stream_bytes(writer: PdfWriter, first: int) -> int:
	"""The size of the writer's objects from number `first` on, nearly: their streams."""
	return sum(len(item._data) for item in writer._objects[first:] if isinstance(item, StreamObject))


def _named(error: DocumentError, documents: Sequence[Document], progress: Progress) -> DocumentError:
	"""`error`, which came up only as the whole was written, with the document that cannot be written alone either."""
	for document in documents:
		progress(document.file_name)
		try:
			_check(document, progress)
		except DocumentError as its_own:
			return its_own
	return error


def _check(document: Document, progress: Progress) -> int:
	writer = PdfWriter()
	pages = _add(writer, document, progress, BEST, {})
	with reading(document.file_name):
		finish(writer)
	return pages


def _add_invoice(writer: PdfWriter, invoice: Document, verify: Verify | None) -> int:
	"""Our own print: upright already, and looked at by whoever asked for it."""
	content = invoice.read()
	if verify is not None:
		looked_at = open_pdf(content, invoice.file_name)  # pypdf changes a page whose text it extracts
		with reading(invoice.file_name):
			verify(looked_at.pages[0], content)
	return carry_over(open_pdf(content, invoice.file_name), writer, invoice.file_name)


def _add(
	writer: PdfWriter,
	document: Document,
	progress: Progress,
	quality: Quality,
	pictures: _Pictures,
	depth: int = 0,
) -> int:
	"""Append the document's pages; returns how many. `pictures` keeps what was decoded for the next quality; `depth` is that
	of a portfolio within portfolios."""
	name = document.file_name
	step = partial(progress, name)
	pages = pictures.get(id(document))
	if pages is None:
		content = document.read()
		kind = file_format(content)
		if not kind:
			refuse_other(content, name)
		if kind == PDF:
			return _add_pdf(writer, document, content, progress, quality, depth)
		pages = pictures[id(document)] = read_pictures(content, kind, name, step)
	with reading(name):
		added = add_pictures(writer, pages)
		if quality is not BEST:
			coarsen(added, [page.drawn for page in pages], quality, step)
	return len(added)


def _add_pdf(
	writer: PdfWriter, document: Document, content: bytes, progress: Progress, quality: Quality, depth: int
) -> int:
	name = document.file_name
	step = partial(progress, name)
	reader = open_pdf(content, name)
	if inside := documents_inside(reader, name, depth):
		parts = [Document(document.kind, part.name, part.content) for part in inside]
		return sum(_add(writer, part, progress, quality, {}, depth + 1) for part in parts)
	drawn: list[Drawn] = []
	with reading(name):
		for page, pdfium_page in look_at(reader, content):
			set_upright(page, pdfium_page)
			drawn.append(drawn_pictures(pdfium_page))
		coarsen(reader.pages, drawn, quality, step)  # before the pages are copied: that halves the memory
	return carry_over(reader, writer, name)


def _title(document: Document) -> str:
	return f"{document.kind.value}: {short(Path(document.file_name).name)}"


def _size(size: float) -> str:
	return f"{size / 1000**2:.1f} MB" if size >= 100_000 else f"{size / 1000:.1f} kB"
