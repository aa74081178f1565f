"""Somebody else's PDF: opened with a reason when it cannot be, and its pages carried over with nothing that acts.

Only what one sees on the page comes along. Filled-in fields and drawn remarks (signatures!) are painted into the page,
then every annotation, script, action and embedded file stays behind.
"""

from __future__ import annotations

import io
import re
from contextlib import contextmanager

import pypdf.filters  # noqa: F401 - else it is imported on first use, and that anew in the child of every packet (guard.py)
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
	ArrayObject,
	DecodedStreamObject,
	DictionaryObject,
	NameObject,
	NullObject,
	StreamObject,
)

from ..errors import DocumentError, FactoringError

MAX_PAGES = 500
MAX_OBJECTS = 250_000
MAX_BYTES = 100 * 1024 * 1024
MAX_PARENTS = 16

Matrix = tuple[float, float, float, float, float, float]
STAMPED = "/RTSFactoringNotice"  # our private key on a stamped page; holds the stamp's digest
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_PAGE_KEYS = {
	*("/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"),
	*("/Annots", "/Parent", STAMPED),
}
_ACTING = {"/Filespec", "/F", "/EmbeddedFile", "/Action", "/Annot"}
_ACTIONS = {
	*("/JavaScript", "/Launch", "/URI", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Rendition"),
	*("/Movie", "/Sound", "/RichMediaExecute", "/Hide", "/ResetForm", "/Named"),
}
# Remarks that a viewer draws by itself where the file has no picture of them.
_DRAWN = {
	*("/FreeText", "/Ink", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Stamp", "/Caret"),
	*("/Highlight", "/Underline", "/StrikeOut", "/Squiggly"),
}
_SUBSET = re.compile(r"/([A-Z]{6})\+(.+)")
_LEADING = ("/AA", "/OpenAction")
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
	if _announces_too_much(content):
		raise DocumentError("too_complex.objects", where=name, most=f"{MAX_OBJECTS:,}")
	with reading(name):
		reader = PdfReader(io.BytesIO(content), strict=False)
		if reader.is_encrypted and not _opens_without_password(reader):
			raise DocumentError("encrypted.document", where=name)
		count = reader.trailer["/Root"]["/Pages"].get("/Count", 0)
		if isinstance(count, int) and count > MAX_PAGES:
			raise DocumentError("too_complex.pages", where=name, count=f"{count:,}", most=MAX_PAGES)
		pages = len(reader.pages)
	if not pages:
		raise DocumentError("no_pages", where=name)
	if pages > MAX_PAGES:
		raise DocumentError("too_complex.pages", where=name, count=f"{pages:,}", most=MAX_PAGES)
	return reader


def carry_over(reader: PdfReader, writer: PdfWriter, name: str) -> int:
	"""Append all pages of `reader` to `writer` as inert pictures of themselves; returns how many."""
	with reading(name):
		for page in reader.pages:
			_check_contents(page, name)
			drawings = _appearances(page, name)
			for key in [key for key in page if key not in _PAGE_KEYS or key == "/Annots"]:
				del page[key]
			carried = writer.add_page(page)
			if drawings:
				paint(writer, carried, [(f"/RtsA{n}", matrix) for n, (matrix, _) in enumerate(drawings)])
		return len(reader.pages)


@contextmanager
def reading(name: str):
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


def paint(writer: PdfWriter, page: DictionaryObject, forms: list[tuple[str, Matrix]]) -> None:
	"""Draw form XObjects of the page's resources on top of it, each under its matrix."""
	commands = "".join(f"q {numbers(matrix)} cm {form} Do Q\n" for form, matrix in forms)
	old = page.get("/Contents")
	target = old.get_object() if old is not None else None
	if isinstance(target, ArrayObject):
		parts = list(target)
	else:
		parts = [] if target is None or isinstance(target, NullObject) else [page.raw_get("/Contents")]
	before, after = stream(b"q\n"), stream(b"\nQ\n" + commands.encode())
	page[NameObject("/Contents")] = ArrayObject(
		[writer._add_object(before), *parts, writer._add_object(after)]
	)


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


def stream(content: bytes, **entries) -> StreamObject:
	made = DecodedStreamObject()
	made.set_data(content)
	for key, value in entries.items():
		made[NameObject(f"/{key}")] = value
	return made


def numbers(values) -> str:
	return " ".join(f"{value:.4f}".rstrip("0").rstrip(".") for value in values)


def multiply(first: Matrix, second: Matrix) -> Matrix:
	"""`first`, then `second` (row vectors, as in PDF)."""
	a, b, c, d, e, f = first
	g, h, i, j, k, m = second
	return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def bounds(rectangle: tuple[float, float, float, float], matrix: Matrix) -> tuple[float, float, float, float]:
	"""The upright box around a rectangle that went through a matrix."""
	x0, y0, x1, y1 = rectangle
	a, b, c, d, e, f = matrix
	points = [(x * a + y * c + e, x * b + y * d + f) for x in (x0, x1) for y in (y0, y1)]
	xs, ys = [p[0] for p in points], [p[1] for p in points]
	return min(xs), min(ys), max(xs), max(ys)


def box(value) -> tuple[float, float, float, float]:
	x0, y0, x1, y1 = (float(number) for number in value)
	return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _is_truncated(content: bytes) -> bool:
	end = content.rfind(b"%%EOF")
	if end < 0 or re.search(rb"\d+ \d+ obj\b", content[end:]):
		return True
	linearized = re.search(rb"/Linearized\b.{0,200}?/L\s+(\d+)", content[:2048], re.DOTALL)
	return bool(linearized) and int(linearized[1]) > len(content)


def _announces_too_much(content: bytes) -> bool:
	"""Counts before parsing: a table of a million objects already costs seconds to read."""
	if content.count(b" obj") > MAX_OBJECTS:
		return True
	sizes = re.findall(rb"/(?:Size|N)\s+(\d{1,12})(?=[\s/>])", content)
	return any(int(size) > MAX_OBJECTS for size in sizes)


def _opens_without_password(reader: PdfReader) -> bool:
	"""Many rate confirmations are only protected against editing: everybody can open and print them."""
	try:
		return bool(reader.decrypt(""))
	except Exception:
		return False


def _check_contents(page: DictionaryObject, name: str) -> None:
	contents = page.get("/Contents")
	if contents is None:
		return
	parts = contents if isinstance(contents, ArrayObject) else [contents]
	for part in parts:
		part = part.get_object()
		if not isinstance(part, StreamObject):
			raise damaged(name)
	page.mediabox  # noqa: B018 - raises when there is none


def _appearances(page: DictionaryObject, name: str) -> list[tuple[Matrix, StreamObject]]:
	"""What the visible annotations look like, put into the page's resources as /RtsA0, /RtsA1, ..."""
	found = []
	annotations = page.get("/Annots")
	if annotations is None:
		return found
	for annotation in annotations.get_object() or []:
		annotation = annotation.get_object()
		if not isinstance(annotation, DictionaryObject) or annotation.get("/Subtype") in ("/Link", "/Popup"):
			continue
		if int(annotation.get("/F", 0)) & (2 | 32):  # hidden, or not to be seen
			continue
		look = _appearance(annotation)
		if look is None or "/BBox" not in look:
			if _would_be_lost(annotation):
				raise DocumentError("no_appearance", where=name)
			continue
		x0, y0, x1, y1 = box(annotation["/Rect"])
		matrix = tuple(float(n) for n in look.get("/Matrix", IDENTITY))
		left, low, right, high = bounds(box(look["/BBox"]), matrix)
		if right <= left or high <= low:
			continue
		sx, sy = (x1 - x0) / (right - left), (y1 - y0) / (high - low)
		found.append(((sx, 0.0, 0.0, sy, x0 - left * sx, y0 - low * sy), look))
	if found:
		resources = DictionaryObject(page["/Resources"].get_object() if "/Resources" in page else {})
		xobjects = DictionaryObject(resources["/XObject"].get_object() if "/XObject" in resources else {})
		for n, (_, look) in enumerate(found):
			look[NameObject("/Type")], look[NameObject("/Subtype")] = (
				NameObject("/XObject"),
				NameObject("/Form"),
			)
			xobjects[NameObject(f"/RtsA{n}")] = look.indirect_reference or look
		resources[NameObject("/XObject")] = xobjects
		page[NameObject("/Resources")] = resources
	return found


def _appearance(annotation: DictionaryObject) -> StreamObject | None:
	looks = annotation.get("/AP")
	look = looks.get_object().get("/N") if looks is not None else None
	look = look.get_object() if look is not None else None
	if isinstance(look, DictionaryObject) and not isinstance(look, StreamObject):
		look = look.get(annotation.get("/AS", "/Off"))
		look = look.get_object() if look is not None else None
	return look if isinstance(look, StreamObject) else None


def _would_be_lost(annotation: DictionaryObject) -> bool:
	"""True for what viewers draw from its value or its text alone."""
	looks = annotation.get("/AP")
	if looks is not None and "/N" in looks.get_object():
		return False  # a box that is not ticked, say
	x0, y0, x1, y1 = box(annotation.get("/Rect", (0, 0, 0, 0)))
	if x1 <= x0 or y1 <= y0:
		return False
	kind = annotation.get("/Subtype")
	if kind == "/Widget":
		return _of_field(annotation, "/FT") != "/Sig" and _of_field(annotation, "/V") not in (
			None,
			"",
			"/Off",
			[],
		)
	if kind == "/FreeText":
		return bool(str(annotation.get("/Contents", "")).strip())
	return kind in _DRAWN


def _of_field(annotation: DictionaryObject, key: str):
	"""A field's entry, its parents' where it has none of its own."""
	for _ in range(MAX_PARENTS):
		if key in annotation:
			value = annotation[key].get_object()
			return None if isinstance(value, NullObject) else value
		if "/Parent" not in annotation:
			break
		annotation = annotation["/Parent"].get_object()
	return None


def _acts(item: DictionaryObject) -> bool:
	kind = item.get("/Type")
	return kind in _ACTING or "/EF" in item or "/JS" in item or ("/S" in item and item.get("/S") in _ACTIONS)


def _defuse(item: DictionaryObject) -> None:
	"""Empty what acts or carries a file, and drop what would lead there."""
	doomed = [key for key in _LEADING if key in item]
	if isinstance(item, StreamObject):
		doomed += [key for key in _HIDDEN if key in item]
	if _acts(item):
		files = item.get("/EF")
		for value in files.get_object().values() if files is not None else ():
			_empty(value.get_object())
		_empty(item)
		return
	for key in doomed:
		del item[key]


def _retag(item: DictionaryObject, tags: dict[str, str]) -> None:
	"""Some engines name the subset of a font by chance (QNAAAA+DejaVu): name it by order of appearance."""
	for key in ("/BaseFont", "/FontName"):
		found = _SUBSET.match(str(item.get(key, "")))
		if found:
			tag = tags.setdefault(
				found[1], "".join(chr(65 + len(tags) // 26**n % 26) for n in range(5, -1, -1))
			)
			item[NameObject(key)] = NameObject(f"/{tag}+{found[2]}")


def _empty(item) -> None:
	if isinstance(item, DictionaryObject):
		item.clear()
	if isinstance(item, StreamObject):
		item._data = b""
