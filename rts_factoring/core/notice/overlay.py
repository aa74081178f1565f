"""The Notice of Assignment put onto a PDF that exists already: in free room of its first page, else on a page before it."""

from __future__ import annotations

import io
import unicodedata
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape  # nosec B406 # writes, and parses nothing

import reportlab
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject
from reportlab.lib.colors import black, white
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from ..documents.limits import Progress, limited
from ..documents.page_bounds import (
	Box,
	Unreadable,
	free_bands,
	look_at,
	page_bounds,
	set_upright,
)
from ..documents.pdf import STAMPED, Matrix, bounds, box, carry_over, finish, open_pdf, paint, reading, stream
from ..errors import NoticeError
from .notice import Notice, NoticeValues, blocks, digest, validate

SIZES = (9.0, 8.0)  # points; the smaller is tried before a page is added
EDGE = 18.0  # points a printer may not reach
SIDE = 36.0  # points left and right of the stamp
APART = 8.0  # points between the stamp and what is printed already
PADDING = 6.0
LETTER = (612.0, 792.0)
SMALLEST = 300.0  # points; nothing readable fits on a narrower page

# Beyond Western European letters a font with more of them is embedded: (regular, bold, italic, bold italic).
_FONTS = Path("/usr/share/fonts/truetype")
_FAMILIES = (
	tuple(Path(reportlab.__file__).parent / "fonts" / f"Vera{style}.ttf" for style in ("", "Bd", "It", "BI")),
	tuple(
		_FONTS / "dejavu" / f"DejaVuSans{style}.ttf" for style in ("", "-Bold", "-Oblique", "-BoldOblique")
	),
	tuple(
		_FONTS / "liberation" / f"LiberationSans-{style}.ttf"
		for style in ("Regular", "Bold", "Italic", "BoldItalic")
	),
	tuple(_FONTS / "noto" / f"NotoSans-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic")),
)


def stamp_pdf(content: bytes, notice: Notice, facts: NoticeValues, name: str = "invoice.pdf") -> bytes:
	"""The PDF with the notice on its first page, or on a page put first if there is no room for it.

	A page whose content cannot be followed, and a scan, counts as full. A file that carries this very stamp comes back
	as it is; one with another version's raises NoticeError `already_stamped`. DocumentError as `open_pdf`.
	The same input gives the same bytes.
	"""
	validate(notice)

	def work(progress: Progress) -> tuple[dict, bytes]:
		reader = open_pdf(content, name)
		mark = digest(notice, facts)
		present = next((page[STAMPED] for page in reader.pages if STAMPED in page), None)
		if present == mark:
			return {}, content
		if present is not None:
			raise NoticeError("already_stamped", where=name)
		return {}, _stamped(reader, content, notice, facts, mark, name)

	return limited(work, name)[1]


def _stamped(
	reader: PdfReader, content: bytes, notice: Notice, facts: NoticeValues, mark: str, name: str
) -> bytes:
	with reading(name):
		first, looked_at = next(look_at(reader, content))
		set_upright(first, looked_at)
		seen, matrix = view(first)
		place = _room(first, looked_at, seen, matrix, notice, facts)
	writer = PdfWriter()
	if place is None:
		seen = seen if min(seen) >= SMALLEST else LETTER
		scale = _scale(seen)
		stamp = _Stamp(notice, facts, SIZES[0] * scale, seen[0] - 2 * SIDE * scale, scale)
		if stamp.height > seen[1] - 2 * SIDE * scale:
			raise NoticeError("notice_too_long.page", where=name)
		page = writer.add_blank_page(*seen)
		_draw(writer, page, stamp, seen, SIDE * scale, seen[1] - SIDE * scale - stamp.height, None, facts)
		carry_over(reader, writer, name)
	else:
		carry_over(reader, writer, name)
		stamp, left, low = place
		with reading(name):
			_draw(writer, writer.pages[0], stamp, seen, left, low, matrix, None)
	with reading(name):
		writer.pages[0][NameObject(STAMPED)] = TextStringObject(mark)
		return finish(writer, name)


def view(page: PageObject) -> tuple[tuple[float, float], Matrix]:
	"""Width and height of the page as one sees it, and the matrix from there (origin bottom left) to its user space."""
	media, crop = box(page.mediabox), box(page.cropbox)
	x0, y0 = max(media[0], crop[0]), max(media[1], crop[1])
	x1, y1 = min(media[2], crop[2]), min(media[3], crop[3])
	if x1 <= x0 or y1 <= y0:
		x0, y0, x1, y1 = media
	turn = int(page.get("/Rotate", 0) or 0) % 360
	width, height = x1 - x0, y1 - y0
	if turn == 90:
		return (height, width), (0, 1, -1, 0, x1, y0)
	if turn == 180:
		return (width, height), (-1, 0, 0, -1, x1, y1)
	if turn == 270:
		return (height, width), (0, -1, 1, 0, x0, y1)
	return (width, height), (1, 0, 0, 1, x0, y0)


def _room(page, looked_at, seen, matrix: Matrix, notice: Notice, facts: NoticeValues):
	"""(stamp, left, low) in the page as seen, or None: top first, then the foot, then just above a footer."""
	if min(seen) < SMALLEST:
		return None
	try:
		inverse = _inverse(matrix)
		boxes = [bounds(b, inverse) for b in (*page_bounds(page, looked_at), *_annotations(page))]
	except Unreadable:
		return None
	width, height = seen
	scale = _scale(seen)
	left, right, edge = SIDE * scale, width - SIDE * scale, EDGE * scale
	free = free_bands(boxes, edge, height - edge, left, right)
	for size in SIZES:
		stamp = _Stamp(notice, facts, size * scale, right - left, scale)
		apart = APART * scale
		for low, high in sorted(free, key=lambda gap: (gap[1] < height - edge, gap[0] > edge, gap[0])):
			at_top, at_foot = high >= height - edge, low <= edge
			need = stamp.height + (0 if at_top else apart) + (0 if at_foot else apart)
			if high - low < need:
				continue
			if at_top:
				return stamp, left, high - stamp.height
			if at_foot:
				return stamp, left, low
			if low + apart + stamp.height <= height / 2:
				return stamp, left, low + apart
	return None


class _Stamp:
	"""The box laid out for a width: paragraphs in a frame, measured before it is placed."""

	def __init__(self, notice: Notice, facts: NoticeValues, size: float, width: float, scale: float):
		self.width, self.padding, self.line = width, PADDING * scale, 1.2 * scale
		lines = [block for block in blocks(notice.text, facts)]
		remit = [line for block in blocks(notice.remit_to, facts) for line in block]
		plain = "".join(run.text for block in (*lines, remit) for line in block for run in line)
		family = _family(plain + notice.remit_label)
		style = ParagraphStyle("notice", fontName=family, fontSize=size, leading=size * 1.25)
		markup = ["<br/>".join(map(_markup, block)) for block in lines]
		if remit:
			markup.append(f"<b>{escape(notice.remit_label)}:</b><br/>" + "<br/>".join(map(_markup, remit)))
		self.parts = [Paragraph(text, style) for text in markup]
		inner = width - 2 * self.padding
		self.heights = [part.wrap(inner, 1e6)[1] for part in self.parts]
		self.gap = size * 0.4
		self.height = sum(self.heights) + self.gap * (len(self.parts) - 1) + 2 * self.padding

	def draw(self, canvas: Canvas, left: float, low: float) -> None:
		canvas.setStrokeColor(black)
		canvas.setFillColor(white)
		canvas.setLineWidth(self.line)
		canvas.rect(left, low, self.width, self.height, stroke=1, fill=1)
		canvas.setFillColor(black)
		top = low + self.height - self.padding
		for part, height in zip(self.parts, self.heights, strict=True):
			part.drawOn(canvas, left + self.padding, top - height)
			top -= height + self.gap


def _draw(
	writer, page, stamp: _Stamp, seen, left, low, matrix: Matrix | None, facts: NoticeValues | None
) -> None:
	"""Draw the stamp onto `page`; with `facts`, name the invoice under it (a page of its own must say whose it is)."""
	buffer = io.BytesIO()
	canvas = Canvas(buffer, pagesize=seen, invariant=1, pageCompression=0)
	stamp.draw(canvas, left, low)
	if facts is not None:
		whose = " · ".join(part for part in (facts.company, facts.customer, facts.invoice_no) if part)
		size = stamp.parts[0].style.fontSize
		canvas.setFont(_family(whose), size)
		canvas.drawString(left, low - 2 * size, whose)
	canvas.showPage()
	canvas.save()
	drawn = PdfReader(io.BytesIO(buffer.getvalue())).pages[0]
	form = stream(
		drawn.get_contents().get_data(),
		Type=NameObject("/XObject"),
		Subtype=NameObject("/Form"),
		BBox=ArrayObject([FloatObject(0), FloatObject(0), FloatObject(seen[0]), FloatObject(seen[1])]),
		Resources=drawn["/Resources"].get_object().clone(writer),
	).flate_encode()
	old = page["/Resources"].get_object() if "/Resources" in page else {}
	resources = DictionaryObject(old)
	xobjects = DictionaryObject(resources["/XObject"].get_object() if "/XObject" in resources else {})
	xobjects[NameObject("/RtsNotice")] = writer._add_object(form)
	resources[NameObject("/XObject")] = xobjects
	page[NameObject("/Resources")] = resources
	paint(writer, page, [("/RtsNotice", matrix or (1, 0, 0, 1, 0, 0))])


def _annotations(page: PageObject) -> list[Box]:
	found = page.get("/Annots")
	boxes = []
	for annotation in (found.get_object() if found is not None else None) or []:
		rectangle = annotation.get_object().get("/Rect")
		if rectangle is not None and annotation.get_object().get("/Subtype") not in ("/Link", "/Popup"):
			boxes.append(box(rectangle))
	return boxes


def _scale(seen: tuple[float, float]) -> float:
	"""On a poster, and on a photo whose every pixel is a point, the stamp grows with the page."""
	return max(1.0, min(seen) / LETTER[0])


def _inverse(matrix: Matrix) -> Matrix:
	a, b, c, d, e, f = matrix
	n = a * d - b * c
	return (d / n, -b / n, -c / n, a / n, (c * f - d * e) / n, (b * e - a * f) / n)


def _markup(line) -> str:
	out = []
	for run in line:
		text = escape(run.text).replace("  ", "\xa0 ")
		for tag in run.styles:
			text = f"<{tag}>{text}</{tag}>"
		out.append(text)
	return "".join(out)


def _family(text: str) -> str:
	"""The font that has every letter of `text`; NoticeError `notice_font` names one that none has."""
	letters = frozenset(text) - {"\n"}
	missing = sorted(letter for letter in letters if not _is_western(letter))
	if not missing:
		return "Helvetica"
	for files in _FAMILIES:
		family = _register(files)
		if family and all(ord(letter) in pdfmetrics.getFont(family).face.charToGlyph for letter in letters):
			return family
	raise NoticeError("notice_font", letter=missing[0])


def _is_western(letter: str) -> bool:
	try:
		letter.encode("cp1252")
	except UnicodeEncodeError:
		return False
	return True


@cache
def _register(files: tuple[Path, ...]) -> str:
	"""Register a family of TrueType files with reportlab; "" if it is not installed."""
	family = f"rts-{files[0].stem}"
	names = [f"{family}-{n}" for n in range(4)]
	try:
		for name, file in zip(names, files, strict=True):
			pdfmetrics.registerFont(TTFont(name, str(file)))
	except (TTFError, OSError):
		return ""
	pdfmetrics.registerFontFamily(names[0], *names)
	return names[0]


def require_on(page: PageObject, notice: Notice, facts: NoticeValues, name: str = "invoice.pdf") -> None:
	"""Raise NoticeError `stamp_not_printed` unless the notice can be read on the page; spacing does not count."""
	printed = _letters(page.extract_text())
	lines = [line for block in blocks(notice.text, facts) for line in block]
	if not all(_letters("".join(run.text for run in line)) in printed for line in lines):
		raise NoticeError("stamp_not_printed", where=name)


def _letters(text: str) -> str:
	text = unicodedata.normalize("NFKD", text)
	return "".join(letter for letter in text if letter.isalnum() and letter.isascii()).lower()
