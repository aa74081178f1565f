"""The notice put onto a PDF that exists already: in free room of its first page, else on a page before it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, NamedTuple

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, FloatObject, NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from ..documents.annotations import annotations_of
from ..documents.drawing import IDENTITY, Box, Matrix, add_xobjects, bounds, box, paint, stream
from ..documents.limits import Progress, Values, limited
from ..documents.page_bounds import Unreadable, free_bands, look_at, page_bounds, set_upright
from ..documents.pdf import STAMPED, carry_over, finish, open_pdf, reading
from ..errors import NoticeError
from .box import NoticeBox, font_for
from .notice import Notice, NoticeValues, digest
from .seen import is_seen
from .text import validate

SIZES = (9.0, 8.0)  # points; the smaller is tried before a page is added
EDGE = 18.0  # points a printer may not reach
SIDE = 36.0  # points left and right of the notice
APART = 8.0  # points between the notice and what is printed already
LETTER = (612.0, 792.0)
SMALLEST = 300.0  # points; nothing readable fits on a narrower page

Size = tuple[float, float]  # width and height of a page as one sees it, in points


class _Place(NamedTuple):
	"""A notice and its lower left corner on the page as one sees it."""

	notice: NoticeBox
	left: float
	low: float


def stamp_pdf(content: bytes, notice: Notice, values: NoticeValues, name: str = "invoice.pdf") -> bytes:
	"""The PDF with the notice on its first page, or on a page put first if there is no room for it.

	A page whose content cannot be followed, a scan, and one on which the notice would not be seen count as full. A file that
	carries this very notice comes back as it is; one with another version's raises NoticeError `already_stamped`, and
	`stamp_not_seen` when nobody can see it. DocumentError as `open_pdf`. The same input gives the same bytes.
	"""
	validate(notice)

	def work(progress: Progress) -> tuple[Values, bytes]:
		reader = open_pdf(content, name)
		mark = digest(notice, values)
		number = next((number for number, page in enumerate(reader.pages) if STAMPED in page), None)
		if number is not None:
			if str(reader.pages[number][STAMPED]) != mark:
				raise NoticeError("already_stamped", where=name)
			if not is_seen(content, notice, values, number):
				raise NoticeError("stamp_not_seen", where=name)
			return {}, content
		return {}, _stamped(reader, content, notice, values, name)

	return limited(work, name)[1]


def view(page: PageObject) -> tuple[Size, Matrix]:
	"""Size of the page as one sees it, and the matrix from there (origin bottom left) to its user space."""
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


def _stamped(reader: PdfReader, content: bytes, notice: Notice, values: NoticeValues, name: str) -> bytes:
	first, pdfium_page = _first_page(reader, content, name)
	with reading(name):
		size, matrix = view(first)
		place = _find_place(first, pdfium_page, notice, values)
	if place is not None:
		stamped = _written(reader, place, size, matrix, notice, values, name)
		if is_seen(stamped, notice, values):
			return stamped
		reader = open_pdf(content, name)  # the pages of the first one are changed
		_first_page(reader, content, name)
	return _written(reader, None, size, matrix, notice, values, name)


def _first_page(reader: PdfReader, content: bytes, name: str) -> tuple[PageObject, Any]:
	"""The first page, turned upright, and as pdfium has it."""
	with reading(name):
		first, pdfium_page = next(look_at(reader, content))
		set_upright(first, pdfium_page)
	return first, pdfium_page


def _written(
	reader: PdfReader,
	place: _Place | None,
	size: Size,
	matrix: Matrix,
	notice: Notice,
	values: NoticeValues,
	name: str,
) -> bytes:
	"""The PDF with the notice at its place on the first page; with none, on a page before it."""
	writer = PdfWriter()
	if place is None:
		_add_page(writer, size if min(size) >= SMALLEST else LETTER, notice, values, name)
		carry_over(reader, writer, name)
	else:
		carry_over(reader, writer, name)
		with reading(name):
			_draw(writer, writer.pages[0], place, size, matrix)
	with reading(name):
		writer.pages[0][NameObject(STAMPED)] = TextStringObject(digest(notice, values))
		return finish(writer, name)


def _find_place(page: PageObject, pdfium_page: Any, notice: Notice, values: NoticeValues) -> _Place | None:
	"""Where the notice fits: at the top, else at the foot, else just above a footer."""
	(width, height), matrix = view(page)
	if min(width, height) < SMALLEST:
		return None
	try:
		inverse = _inverse(matrix)
		printed = [bounds(b, inverse) for b in (*page_bounds(page, pdfium_page), *_annotation_boxes(page))]
	except Unreadable:
		return None
	scale = _scale((width, height))
	left, right = SIDE * scale, width - SIDE * scale
	bottom, top = EDGE * scale, height - EDGE * scale
	bands = free_bands(printed, bottom, top, left, right)
	bands.sort(key=lambda band: (band[1] < top, band[0] > bottom, band[0]))
	for size in SIZES:
		laid_out = NoticeBox(notice, values, size * scale, right - left, scale)
		for band in bands:
			low = _low_in(band, laid_out.height, APART * scale, bottom, top)
			if low is not None:
				return _Place(laid_out, left, low)
	return None


def _low_in(
	band: tuple[float, float], height: float, apart: float, bottom: float, top: float
) -> float | None:
	"""Where the notice begins in a free band, apart from what is printed above and below; None if it does not fit.

	Between two printed parts it may stand only in the lower half of the page, above a footer.
	"""
	low, high = band
	at_top, at_foot = high >= top, low <= bottom
	need = height + (0 if at_top else apart) + (0 if at_foot else apart)
	if high - low < need:
		return None
	if at_top:
		return high - height
	if at_foot:
		return low
	return low + apart if low + apart + height <= (bottom + top) / 2 else None


def _add_page(writer: PdfWriter, size: Size, notice: Notice, values: NoticeValues, name: str) -> None:
	"""A page of its own for the notice, which must say whose it is."""
	scale = _scale(size)
	laid_out = NoticeBox(notice, values, SIZES[0] * scale, size[0] - 2 * SIDE * scale, scale)
	if laid_out.height > size[1] - 2 * SIDE * scale:
		raise NoticeError("notice_too_long.page", where=name)
	place = _Place(laid_out, SIDE * scale, size[1] - SIDE * scale - laid_out.height)
	whose = " · ".join(part for part in (values.company, values.customer, values.invoice_no) if part)
	_draw(writer, writer.add_blank_page(*size), place, size, IDENTITY, whose)


def _draw(
	writer: PdfWriter, page: PageObject, place: _Place, size: Size, matrix: Matrix, below: str = ""
) -> None:
	"""Draw the notice onto `page`, and the text `below` under it."""
	buffer = io.BytesIO()
	canvas = Canvas(buffer, pagesize=size, invariant=1, pageCompression=0)
	place.notice.draw(canvas, place.left, place.low)
	if below:
		canvas.setFont(font_for(below), place.notice.size)
		canvas.drawString(place.left, place.low - 2 * place.notice.size, below)
	canvas.showPage()
	canvas.save()
	drawn = PdfReader(io.BytesIO(buffer.getvalue())).pages[0]
	contents: Any = drawn.get_contents()
	resources: Any = drawn["/Resources"]
	form = stream(
		contents.get_data(),
		Type=NameObject("/XObject"),
		Subtype=NameObject("/Form"),
		BBox=ArrayObject([FloatObject(0), FloatObject(0), FloatObject(size[0]), FloatObject(size[1])]),
		Resources=resources.clone(writer),
	).flate_encode()
	add_xobjects(page, {"/RtsNotice": writer._add_object(form)})
	paint(writer, page, [("/RtsNotice", matrix)])


def _annotation_boxes(page: PageObject) -> Iterator[Box]:
	for annotation in annotations_of(page):
		if "/Rect" in annotation:
			yield box(annotation["/Rect"])


def _scale(size: Size) -> float:
	"""On a poster, and on a photo whose every pixel is a point, the notice grows with the page."""
	return max(1.0, min(size) / LETTER[0])


def _inverse(matrix: Matrix) -> Matrix:
	a, b, c, d, e, f = matrix
	n = a * d - b * c
	return (d / n, -b / n, -c / n, a / n, (c * f - d * e) / n, (b * e - a * f) / n)
