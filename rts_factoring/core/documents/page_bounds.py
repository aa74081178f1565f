"""Where a PDF page is printed on and which way its text runs, as pdfium reads it. Positions, not pixels."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdf import PageObject, PdfReader
from pypdf.generic import NameObject, NumberObject
from pypdfium2 import raw

from .drawing import IDENTITY, Box, Matrix, bounds, multiply

MAX_CONTENT = 2_000_000  # bytes; a page with more is not looked at
MAX_OBJECTS = 200_000  # of one page, the segments of its lines included
MAX_DEPTH = 8  # forms within forms
MIN_LETTERS = 20  # fewer do not say which way a page lies
AGREEING = 0.8  # the share of letters that must run the same way
MIN_LETTERS_ON_SCAN = 200  # where pictures fill the page: text that was recognized in it, no imprints
REACH = 0.25  # of the width and of the height of all that is painted, over which the text reaches
LETTER_WIDTH = 0.5  # of the font's size, in the mean

Point = tuple[float, float]
EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)
_UNSEEN = (
	raw.FPDF_TEXTRENDERMODE_INVISIBLE,
	raw.FPDF_TEXTRENDERMODE_CLIP,
)  # recognized letters behind a scan
NOWHERE: Box = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class PageLook:
	"""How many letters can be seen, and each picture's place on the page with its pixels across and down."""

	letters: int
	pictures: tuple[tuple[Box, tuple[int, int]], ...]


class Unreadable(Exception):
	"""The page's content cannot be followed, so no place on it is known to be free."""


def _find_fonts() -> None:
	"""Let pdfium look for the server's fonts and open the common ones: once, and not in each forked child."""
	document = pypdfium2.PdfDocument.new()
	for name in (b"Helvetica", b"Helvetica-Bold", b"Times-Roman", b"Courier"):
		raw.FPDFFont_Close(raw.FPDFText_LoadStandardFont(document.raw, name))
	document.close()


_find_fonts()


def look_at(reader: PdfReader, content: bytes) -> Iterator[tuple[PageObject, Any]]:
	"""Each page of `content` as `reader` has it and as pdfium has it; None where pdfium cannot or should not read it."""
	try:
		document = pypdfium2.PdfDocument(content)
	except pypdfium2.PdfiumError:
		document = []
	agreed = len(document) == len(reader.pages)  # pypdf and pdfium repair a damaged file each in its own way
	for number, page in enumerate(reader.pages):
		yield page, _loaded(document, number, page) if agreed else None


def page_bounds(page: PageObject, pdfium_page: Any) -> list[Box]:
	"""Boxes around everything the page paints, in its own user space; a little too large rather than too small."""
	if pdfium_page is None or not _restores_its_state(page):
		raise Unreadable
	boxes: list[Box] = []
	segments = 0
	for item, kind, matrix in page_items(pdfium_page):
		if kind == raw.FPDF_PAGEOBJ_SHADING:
			return [EVERYWHERE]
		if kind == raw.FPDF_PAGEOBJ_PATH:
			segments += raw.FPDFPath_CountSegments(item)
			if segments > MAX_OBJECTS:
				raise Unreadable
			boxes += _painted(item, matrix)
		elif kind != raw.FPDF_PAGEOBJ_TEXT or _has_area(_bounds(item)):  # mere spaces have none
			boxes.append(bounds(_bounds(item), matrix))
	return boxes


def set_upright(page: PageObject, pdfium_page: Any) -> None:
	"""Turn a page whose text lies on its side or on its head. Scans without text stay as they are."""
	rotation = text_rotation(pdfium_page) if pdfium_page is not None else None
	if rotation is not None:
		page[NameObject("/Rotate")] = NumberObject(rotation)


def text_rotation(pdfium_page: Any) -> int | None:
	"""The /Rotate under which the page's text is upright; None where that is not certain.

	Text that is only a strip of what the page paints (an imprint at the margin of a scan) says nothing about the page.
	"""
	letters: Counter[int] = Counter()
	text: dict[int, Box] = {}
	whole, scanned = NOWHERE, 0.0
	sheet = page_box(pdfium_page)
	try:
		for item, kind, matrix in page_items(pdfium_page):
			if kind == raw.FPDF_PAGEOBJ_TEXT:
				direction, count = _run_of_text(item, matrix)
				letters[direction] += count
				box = within(bounds(_bounds(item), matrix), sheet)
				text[direction] = around(text.get(direction, NOWHERE), box)
			elif kind == raw.FPDF_PAGEOBJ_PATH:
				for part in _painted(item, matrix):
					whole = around(whole, within(part, sheet))
			else:
				box = within(bounds(_bounds(item), matrix), sheet)
				whole, scanned = around(whole, box), scanned + area(box)
	except Unreadable:
		return None
	for direction, count in letters.most_common(1):
		least = MIN_LETTERS_ON_SCAN if scanned > area(sheet) / 2 else MIN_LETTERS
		if count >= least and count >= AGREEING * sum(letters.values()):
			return direction if _reaches_over(text[direction], around(whole, text[direction])) else None
	return None


def page_look(pdfium_page: Any) -> PageLook:
	"""What stands on the page. Raises Unreadable."""
	sheet = page_box(pdfium_page)
	letters, pictures = 0, []
	for item, kind, matrix in page_items(pdfium_page):
		if kind == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFTextObj_GetTextRenderMode(item) not in _UNSEEN:
			letters += _run_of_text(item, matrix)[1]
		elif kind == raw.FPDF_PAGEOBJ_IMAGE:
			width, height = ctypes.c_uint(), ctypes.c_uint()
			box = within(bounds(_bounds(item), matrix), sheet)
			if raw.FPDFImageObj_GetImagePixelSize(item, width, height) and _has_area(box):
				pictures.append((box, (width.value, height.value)))
	return PageLook(letters, tuple(pictures))


def page_box(pdfium_page: Any) -> Box:
	"""The part of the page that is shown, in its own user space."""
	shown = raw.FS_RECTF()
	raw.FPDF_GetPageBoundingBox(pdfium_page, shown)
	return shown.left, shown.bottom, shown.right, shown.top


def around(first: Box, second: Box) -> Box:
	"""The box around two, either of which may be empty."""
	if not _has_area(first) or not _has_area(second):
		return first if _has_area(first) else second
	(a, b, c, d), (e, f, g, h) = first, second
	return min(a, e), min(b, f), max(c, g), max(d, h)


def within(box: Box, sheet: Box) -> Box:
	"""The part of the box on the sheet."""
	left, low = max(box[0], sheet[0]), max(box[1], sheet[1])
	return left, low, max(left, min(box[2], sheet[2])), max(low, min(box[3], sheet[3]))


def area(box: Box) -> float:
	return (box[2] - box[0]) * (box[3] - box[1])


def _reaches_over(text: Box, whole: Box) -> bool:
	return all(text[side + 2] - text[side] >= REACH * (whole[side + 2] - whole[side]) for side in (0, 1))


def drawn_pictures(pdfium_page: Any) -> dict[tuple[int, int], float]:
	"""The pictures of a page: their pixels (width, height), and the inches of their short side where they are drawn largest."""
	drawn: dict[tuple[int, int], float] = {}
	width, height = ctypes.c_uint(), ctypes.c_uint()
	try:
		for item, kind, matrix in page_items(pdfium_page) if pdfium_page is not None else ():
			if kind == raw.FPDF_PAGEOBJ_IMAGE and raw.FPDFImageObj_GetImagePixelSize(item, width, height):
				x0, y0, x1, y1 = bounds(_bounds(item), matrix)
				key = width.value, height.value
				drawn[key] = max(drawn.get(key, 0.0), min(x1 - x0, y1 - y0) / 72)
	except Unreadable:
		return {}
	return drawn


def free_bands(
	boxes: list[Box], bottom: float, top: float, left: float, right: float
) -> list[tuple[float, float]]:
	"""The free bands (low, high) between `bottom` and `top`, lowest first, for something from `left` to `right`."""
	spans = sorted(
		(y0, y1) for x0, y0, x1, y1 in boxes if x1 > left and x0 < right and y1 > bottom and y0 < top
	)
	free, level = [], bottom
	for low, high in spans:
		if low > level:
			free.append((level, low))
		level = max(level, high)
	if top > level:
		free.append((level, top))
	return free


def _loaded(document: Any, number: int, page: PageObject) -> Any:
	contents = page.get_contents()
	if contents is not None and len(contents.get_data()) > MAX_CONTENT:
		return None
	try:
		return document[number]
	except pypdfium2.PdfiumError:
		return None


def _restores_its_state(page: PageObject) -> bool:
	"""False if what is drawn after the page's own content would be drawn elsewhere or in another way."""
	contents = page.get_contents()
	try:
		operations = contents.operations if contents is not None else []
	except (MemoryError, RecursionError):
		raise
	except Exception:  # pypdf raises PdfReadError, ValueError, AttributeError, ...
		return False
	depth = 0
	for _, operator in operations:
		depth += {b"q": 1, b"Q": -1}.get(operator, 0)
		if depth < 0:
			return False
	return depth == 0


def page_items(page: Any) -> Iterator[tuple[Any, int, Matrix]]:
	"""Each text, path, picture and shading of the page with its kind, and the matrix of the form it stands in."""
	holders: list[tuple[Any, Callable[..., int], Callable[..., Any], Matrix, int]]
	holders = [(page, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, IDENTITY, 0)]
	seen = 0
	while holders:
		holder, count, get, matrix, depth = holders.pop()
		seen += count(holder)
		if depth > MAX_DEPTH or seen > MAX_OBJECTS:
			raise Unreadable
		for n in range(count(holder)):
			item = get(holder, n)
			kind = raw.FPDFPageObj_GetType(item)
			if kind == raw.FPDF_PAGEOBJ_FORM:
				inner = multiply(_matrix(item), matrix)
				parts = raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject
				holders.append((item, *parts, inner, depth + 1))
			else:
				yield item, kind, matrix


def _run_of_text(item: Any, matrix: Matrix) -> tuple[int, int]:
	"""The degrees, against the clock, that a text runs at, and about how many letters it has."""
	size = ctypes.c_float()
	raw.FPDFTextObj_GetFontSize(item, size)
	own = _matrix(item)
	a, b = multiply(own, matrix)[:2]
	left, low, right, high = _bounds(item)
	length = right - left if abs(own[0]) >= abs(own[1]) else high - low
	em = abs(size.value) * math.hypot(*own[:2])
	return round(math.degrees(math.atan2(b, a)) / 90) % 4 * 90, round(length / em / LETTER_WIDTH) if em else 0


def _painted(path: Any, matrix: Matrix) -> Iterator[Box]:
	fill, stroke = ctypes.c_int(), ctypes.c_int()
	raw.FPDFPath_GetDrawMode(path, fill, stroke)
	if fill.value and not _is_white(raw.FPDFPageObj_GetFillColor, path):
		yield bounds(_bounds(path), matrix)
	elif stroke.value and not _is_white(raw.FPDFPageObj_GetStrokeColor, path):
		placed = multiply(_matrix(path), matrix)
		for points in _lines(path):  # a frame is its four lines, not the room within
			xs, ys = zip(*points, strict=True)
			yield bounds((min(xs), min(ys), max(xs), max(ys)), placed)


def _lines(path: Any) -> Iterator[list[Point]]:
	"""The points of each line and curve of a path; of a curve its control points, too, between which it lies."""
	start = last = (0.0, 0.0)
	curve: list[Point] = []
	x, y = ctypes.c_float(), ctypes.c_float()
	for n in range(raw.FPDFPath_CountSegments(path)):
		segment = raw.FPDFPath_GetPathSegment(path, n)
		raw.FPDFPathSegment_GetPoint(segment, x, y)
		point, kind = (x.value, y.value), raw.FPDFPathSegment_GetType(segment)
		if kind == raw.FPDF_SEGMENT_MOVETO:
			start = point
		elif kind == raw.FPDF_SEGMENT_BEZIERTO and len(curve) < 2:
			curve.append(point)
			continue
		else:
			yield [last, *curve, point]
		last, curve = point, []
		if raw.FPDFPathSegment_GetClose(segment):
			yield [last, start]


def _bounds(item: Any) -> Box:
	left, low, right, high = (ctypes.c_float() for _ in range(4))
	if not raw.FPDFPageObj_GetBounds(item, left, low, right, high):
		raise Unreadable
	return left.value, low.value, right.value, high.value


def _has_area(box: Box) -> bool:
	return box[2] > box[0] and box[3] > box[1]


def _matrix(item: Any) -> Matrix:
	own = raw.FS_MATRIX()
	raw.FPDFPageObj_GetMatrix(item, own)
	return own.a, own.b, own.c, own.d, own.e, own.f


def _is_white(get_color: Callable[..., int], item: Any) -> bool:
	color = [ctypes.c_uint() for _ in range(4)]  # red, green, blue, alpha
	return bool(get_color(item, *color)) and all(part.value == 255 for part in color[:3])
