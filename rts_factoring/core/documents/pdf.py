"""Somebody else's PDF: opened with a reason when it cannot be, and its pages carried over with nothing that acts.

Only what one sees on the page comes along. Filled-in fields and drawn comments (signatures!) are painted into the page,
then every annotation, script, action and embedded file stays behind.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdf.filters  # noqa: F401 - else it is imported on first use, and that anew in the child of every packet (limits.py)
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
	ArrayObject,
	ByteStringObject,
	DictionaryObject,
	FloatObject,
	NameObject,
	NullObject,
	StreamObject,
	TextStringObject,
)

from ..errors import DocumentError, FactoringError
from .annotations import annotations_of, appearances, is_text, is_without_look
from .drawing import Box, add_xobjects, box, entry, paint
from .layers import carry_layers
from .page_tree import hand_down
from .second_reader import redrawn

LETTER: Box = (0, 0, 612, 792)  # points
MAX_PAGES = 500
MAX_OBJECTS = 250_000
MAX_BYTES = 100 * 1024 * 1024
MAX_UNPACKED = 20 * 1024 * 1024  # bytes of a file's streams of objects

STAMPED = "/RTSFactoringNotice"  # our private key on a stamped page; holds the notice's digest

_PAGE_KEYS = {
	*("/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"),
	*("/Annots", "/Parent", STAMPED),
}
_ACTING = {"/Filespec", "/F", "/EmbeddedFile", "/Action", "/Annot"}
_ACTIONS = {
	*("/JavaScript", "/Launch", "/URI", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Rendition"),
	*("/Movie", "/Sound", "/RichMediaExecute", "/Hide", "/ResetForm", "/Named"),
}
_COMPLETE = re.compile(rb"startxref\s+\d+\s*%{0,2}E?O?F?\s*$")  # all but the end mark
_START = re.compile(rb"startxref\s+(\d{1,12})")
_PREVIOUS = re.compile(
	rb"/Prev\s+(\d{1,12})\b(?!\s+\d+\s+R\b)"
)  # not that of an outline, which names an object
_OBJECT_STREAM = re.compile(rb"/ObjStm\b.{0,500}?stream\r?\n", re.DOTALL)
_SUBSET = re.compile(r"/([A-Z]{6})\+(.+)")
_LEADING = ("/AA", "/OpenAction")
_LINE_END = 2  # bytes; mail programs cut off the last one
_HIDDEN = ("/AF", "/PieceInfo", "/Metadata", "/OPI", "/Ref", "/StructParent", "/StructParents")


def open_pdf(content: bytes, name: str) -> PdfReader:
	"""A reader over `content`, or DocumentError: empty, not_a_pdf, truncated, encrypted, no_pages, damaged, too_complex."""
	if not content:
		raise DocumentError("empty", where=name)
	if len(content) > MAX_BYTES:
		raise too_many_bytes(len(content), name)
	if b"%PDF-" not in content[:1024]:
		raise DocumentError("not_a_pdf", where=name)
	if _is_truncated(content):
		raise DocumentError("truncated", where=name)
	content = _with_end_mark(content)
	if _announces_too_much(content):
		raise DocumentError("too_complex.objects", where=name, most=f"{MAX_OBJECTS:,}")
	reader: PdfReader | None = None
	try:
		if _has_tables_in_a_circle(content):  # pypdf would go round for ever
			raise damaged(name)
		reader = _reader(content, name)
		with reading(name):
			if not _needs_drawing(reader, name):
				return reader
	except DocumentError as error:
		if error.code != "damaged" or _objects_unpack_to_much(content):
			raise
	del reader  # and its memory
	drawn = redrawn(content)  # where viewers open a file, so do we
	if drawn and len(drawn) <= MAX_BYTES and not _announces_too_much(drawn):
		return _reader(drawn, name)
	if _has_tables_in_a_circle(content):
		raise damaged(name)
	return _reader(content, name)


def _reader(content: bytes, name: str) -> PdfReader:
	with reading(name):
		reader = PdfReader(io.BytesIO(content), strict=False)
		if reader.is_encrypted and not _opens_without_password(reader):
			raise DocumentError("encrypted.document", where=name)
		root: Any = reader.trailer["/Root"]
		count = root["/Pages"].get("/Count", 0)
		if isinstance(count, int) and count > MAX_PAGES:
			raise DocumentError("too_complex.pages", where=name, count=f"{count:,}", most=MAX_PAGES)
		hand_down(entry(root, "/Pages"), MAX_PAGES)
		pages = len(reader.pages)
	if not pages:
		raise DocumentError("no_pages", where=name)
	if pages > MAX_PAGES:
		raise DocumentError("too_complex.pages", where=name, count=f"{pages:,}", most=MAX_PAGES)
	with reading(name):
		for page in reader.pages:
			_complete(page, name)
	return reader


def _needs_drawing(reader: PdfReader, name: str) -> bool:
	"""Whether fields and comments have no picture, or fields one that the file itself calls out of date. Raises DocumentError
	`no_appearance` for one that PDFium would not draw whole."""
	bare = [
		annotation
		for page in reader.pages
		for annotation in annotations_of(page)
		if is_without_look(annotation)
	]
	if any(is_text(annotation) for annotation in bare):
		raise DocumentError("no_appearance", where=name)
	root: Any = reader.trailer["/Root"]
	form = entry(root, "/AcroForm")
	# A BooleanObject of pypdf is true whatever it says.
	stale = isinstance(form, DictionaryObject) and str(entry(form, "/NeedAppearances")) == "True"
	return stale or bool(bare)


def carry_over(reader: PdfReader, writer: PdfWriter, name: str) -> int:
	"""Append all pages of `reader` to `writer` as inert pictures of themselves; returns how many."""
	with reading(name):
		for page in reader.pages:
			looks = {f"/RtsA{n}": look for n, look in enumerate(appearances(page, name))}
			if looks:
				add_xobjects(page, {n: look.indirect_reference or look for n, (_, look) in looks.items()})
			for key in [key for key in page if key not in _PAGE_KEYS or key == "/Annots"]:
				del page[key]
			carried = writer.add_page(page)
			if looks:
				paint(writer, carried, [(n, matrix) for n, (matrix, _) in looks.items()])
		carry_layers(reader, writer)
		return len(reader.pages)


@contextmanager
def reading(name: str) -> Iterator[None]:
	"""Whatever pypdf stumbles over in a broken file becomes the one error `damaged`."""
	try:
		yield
	except (FactoringError, MemoryError, RecursionError):
		raise
	except Exception as error:
		raise damaged(name) from error


def damaged(name: str) -> DocumentError:
	return DocumentError("damaged", where=name)


def too_many_bytes(count: int, name: str) -> DocumentError:
	return DocumentError("too_complex.bytes", where=name, count=count // 1024**2, most=MAX_BYTES // 1024**2)


def finish(writer: PdfWriter, title: str = "") -> bytes:
	"""The written bytes; the same pages give the same bytes. Anything that acts and was still referred to is nulled."""
	tags: dict[str, str] = {}
	for item in writer._objects:
		if isinstance(item, DictionaryObject):
			_defuse(item)
			_retag(item, tags)
	writer.add_metadata({"/Producer": "rts_factoring", "/Title": title})
	buffer = io.BytesIO()
	writer.write(buffer)
	return buffer.getvalue()


def _is_truncated(content: bytes) -> bool:
	end = content.rfind(b"%%EOF")
	if end < 0:
		return not _COMPLETE.search(content.rstrip(b"\0")[-1024:])
	if re.search(rb"\d+ \d+ obj\b", content[end:]):
		return True
	linearized = re.search(rb"/Linearized\b.{0,200}?/L\s+(\d+)", content[:2048], re.DOTALL)
	return linearized is not None and int(linearized[1]) > len(content) + _LINE_END


def _with_end_mark(content: bytes) -> bytes:
	"""A file that is whole but for its last word, which pypdf wants."""
	return content if b"%%EOF" in content else content.rstrip(b"%EOF\r\n \0") + b"\n%%EOF\n"


def _has_tables_in_a_circle(content: bytes) -> bool:
	"""Whether the tables of objects, each of which names the one before it, lead back to one of them."""
	starts = _START.findall(content, content.rfind(b"startxref"))
	visited: set[int] = set()
	while starts and (start := int(starts[0])):
		if start in visited:
			return True
		visited.add(start)
		starts = _PREVIOUS.findall(content, start, max(start, content.find(b"startxref", start)))
	return False


def _announces_too_much(content: bytes) -> bool:
	"""Counts before parsing: a table of a million objects already costs seconds to read."""
	if content.count(b" obj") > MAX_OBJECTS:
		return True
	sizes = re.findall(rb"/(?:Size|N)\s+(\d{1,12})(?=[\s/>])", content)
	return any(int(size) > MAX_OBJECTS for size in sizes)


def _objects_unpack_to_much(content: bytes) -> bool:
	"""Whether streams of objects hold more than a real file has: PDFium unpacks them whole."""
	left = MAX_UNPACKED
	for match in _OBJECT_STREAM.finditer(content):
		try:
			packed = memoryview(content)[match.end() : content.find(b"endstream", match.end())]
			left -= len(zlib.decompressobj().decompress(packed, left + 1))
		except zlib.error:
			continue
		if left < 0:
			return True
	return False


def _opens_without_password(reader: PdfReader) -> bool:
	"""Many rate confirmations are only protected against editing: everybody can open and print them."""
	try:
		return bool(reader.decrypt(""))
	except Exception:
		return False


def _complete(page: PageObject, name: str) -> None:
	"""Leave out contents that are not there, and give a page without a type or size those that viewers take."""
	page[NameObject("/Type")] = NameObject("/Page")
	contents = entry(page, "/Contents")
	if contents is None:
		page.pop("/Contents", None)
	elif not isinstance(contents, StreamObject):
		parts = contents if isinstance(contents, ArrayObject) else [contents]
		drawn = ArrayObject(part for part in parts if isinstance(part.get_object(), StreamObject))
		nothing = (type(None), NullObject)
		if not all(isinstance(part.get_object(), (StreamObject, *nothing)) for part in parts):
			raise damaged(name)
		page[NameObject("/Contents")] = drawn
	sheet = _box_of(page, "/MediaBox")
	if sheet is None:
		sheet = LETTER
		page[NameObject("/MediaBox")] = ArrayObject(map(FloatObject, LETTER))
	if "/CropBox" in page and not _overlap(_box_of(page, "/CropBox"), sheet):
		del page["/CropBox"]  # it would show nothing


def _box_of(page: PageObject, key: str) -> Box | None:
	"""A box of the page; None where it has none, or one that is no area."""
	corners = entry(page, key)
	if not isinstance(corners, ArrayObject) or len(corners) != 4:
		return None
	if not all(isinstance(corner.get_object(), (int, float)) for corner in corners):
		return None
	left, low, right, high = box(corners)
	return (left, low, right, high) if right > left and high > low else None


def _overlap(first: Box | None, second: Box) -> bool:
	if first is None:
		return False
	across = min(first[2], second[2]) - max(first[0], second[0])
	return across > 0 and min(first[3], second[3]) - max(first[1], second[1]) > 0


def _acts(item: Any) -> bool:
	"""Whether it is an action, or carries files. The names of fonts, pictures and letters may be the keys of those, too."""
	if not isinstance(item, DictionaryObject):
		return False
	action, script = entry(item, "/S"), entry(item, "/JS")
	return (
		item.get("/Type") in _ACTING
		or (isinstance(action, NameObject) and action in _ACTIONS)
		or isinstance(script, (TextStringObject, ByteStringObject))
		or bool(_carried_files(item))
	)


def _carried_files(item: DictionaryObject) -> list[StreamObject]:
	files = entry(item, "/EF")
	if not isinstance(files, DictionaryObject) or isinstance(files, StreamObject):
		return []
	found = [entry(files, key) for key in ("/F", "/UF", "/DOS", "/Mac", "/Unix")]
	return [file for file in found if isinstance(file, StreamObject)]


def _leads_to_actions(item: Any) -> bool:
	if not isinstance(item, DictionaryObject) or isinstance(item, StreamObject):
		return False
	return _acts(item) or any(_acts(entry(item, key)) for key in item)


def _defuse(item: DictionaryObject) -> None:
	"""Empty what acts or carries a file, and drop what would lead there."""
	doomed = [key for key in _LEADING if _leads_to_actions(entry(item, key))]
	if isinstance(item, StreamObject):
		doomed += [key for key in _HIDDEN if key in item]
	if _acts(item):
		for file in _carried_files(item):
			_empty(file)
		_empty(item)
		return
	for key in doomed:
		del item[key]


def _retag(item: DictionaryObject, tags: dict[str, str]) -> None:
	"""Some engines name the subset of a font by chance (QNAAAA+DejaVu): name it by order of appearance."""
	for key in ("/BaseFont", "/FontName"):
		name = _SUBSET.match(str(item.get(key, "")))
		if name:
			tag = tags.setdefault(
				name[1], "".join(chr(65 + len(tags) // 26**n % 26) for n in range(5, -1, -1))
			)
			item[NameObject(key)] = NameObject(f"/{tag}+{name[2]}")


def _empty(item: Any) -> None:
	if isinstance(item, DictionaryObject):
		item.clear()
	if isinstance(item, StreamObject):
		item._data = b""
