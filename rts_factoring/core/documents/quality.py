"""Can a person read this paper? Each page of a document is looked at before RTS does; what is found are warnings.

A page of print that a program wrote is sharp and upright already, so only scans and photos are measured, at the size of
their paper: a page 8.5 inches wide unless the file states another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pypdf import PdfReader

from ..errors import DocumentError, Text, detail, short
from ..messages import QUALITY
from .limits import SECONDS, Progress, Values, limited
from .measures import DPI, measure
from .page_bounds import Unreadable, look_at, page_look
from .page_pictures import MAX_PAGES, Scan, is_empty, photos, scanned
from .pdf import open_pdf, reading
from .placeholders import MAX_DEPTH, Embedded, can_be_pages, is_picture, is_waiting_form, portfolio
from .print_lines import is_upside_down, print_height

DARK = 85  # the paper's grey
PALE = 50  # between print and paper
NOISY = 12  # difference of neighbours where there is no print
SOFT = 0.3  # sharpness: Gaussian blur of more than 1.3 pixels at 100 dots per inch
EMPTY = 0.007  # share of tiles with print; a signature and its line have 0.016
UNEVEN = 0.57  # of the best direction's sharpness: the picture moved in the other
TRACES = 0.03  # share of tiles with a trace of print
CUT = 8  # letters at one edge
COARSE = 95  # dots per inch
LEGIBLE = 11  # pixels; print that high can be read however small the picture is, as on a ticket

_READABLE = ("page_upside_down", "portfolio_left_out")

Found = tuple[int, str, Values]


@dataclass(frozen=True, slots=True)
class PageFinding:
	"""Why a page may not be readable: the page counted from 1, a code of the table QUALITY, and what to do.

	`unreadable` is false where what the paper says is there all the same: a page to be turned, or the blank back of a sheet.
	"""

	page: int
	code: str
	message: Text
	hint: Text
	unreadable: bool = True

	def __str__(self) -> str:
		return self.text

	@property
	def text(self) -> Text:
		return detail("page_finding", page=self.page, finding=self.message, remedy=self.hint)


def judge(content: bytes, name: str, seconds: float = SECONDS) -> list[PageFinding]:
	"""What is wrong with each page of a document, in `seconds` a page at most. What cannot be opened has no findings:
	`check_document` tells why it cannot go into a packet.
	"""

	def work(progress: Progress) -> tuple[Values, bytes]:
		found, pages = _findings(content, name, progress, 0)
		return {"findings": found, "pages": pages}, b""

	try:
		values, _ = limited(work, name, seconds)
	except DocumentError:
		return []
	found: list[Found] = values["findings"]
	all_blank = sum(code == "page_blank" for _, code, _ in found) >= min(values["pages"], MAX_PAGES)
	return [_made(page, code, fields, all_blank) for page, code, fields in found]


def _made(page: int, code: str, fields: Values, all_blank: bool) -> PageFinding:
	message, hint = QUALITY[code]
	unreadable = all_blank if code == "page_blank" else code not in _READABLE
	return PageFinding(page, code, Text(message, fields), Text(hint, fields), unreadable)


def _findings(content: bytes, name: str, progress: Progress, depth: int) -> tuple[list[Found], int]:
	"""What is wrong with the pages, and how many the document has in a packet."""
	if is_picture(content):
		found: list[Found] = []
		number = 0
		for number, scan in enumerate(photos(content, name), 1):
			progress(name)
			found += [(number, code, fields) for code, fields in _faults(scan)]
		return found, number
	reader = open_pdf(content, name)
	with reading(name):
		inside = portfolio(reader) if depth < MAX_DEPTH else None
		if inside is not None:
			return _in_portfolio(inside, len(reader.pages), progress, depth)
		return list(_in_pdf(content, reader, name, progress)), len(reader.pages)


def _in_portfolio(
	files: list[Embedded], cover_pages: int, progress: Progress, depth: int
) -> tuple[list[Found], int]:
	taken = [file for file in files if can_be_pages(file.content)]
	if not taken:
		return [(1, "portfolio_cover", {})], cover_pages
	found: list[Found] = []
	if left := [short(file.name) for file in files if file not in taken]:
		found.append((1, "portfolio_left_out", {"files": ", ".join(left)}))
	pages = 0
	for file in taken:
		inner, count = _findings(file.content, file.name, progress, depth + 1)
		found += [(pages + page, code, fields) for page, code, fields in inner]
		pages += count
	return found, pages


def _in_pdf(content: bytes, reader: PdfReader, name: str, progress: Progress) -> Iterator[Found]:
	for number, (_, page) in enumerate(look_at(reader, content), 1):
		if page is None or number > MAX_PAGES:
			continue
		progress(name)
		if number == 1 and is_waiting_form(reader, page.get_textpage().get_text_bounded()):
			yield number, "placeholder_form", {}
			continue
		try:
			scan = scanned(page, page_look(page))
		except Unreadable:
			continue
		if scan is not None:
			yield from ((number, code, fields) for code, fields in _faults(scan))
		elif is_empty(page):
			yield number, "page_blank", {}


def _faults(scan: Scan) -> Iterator[tuple[str, Values]]:
	"""The faults of a scan or photo. One that hides others stands alone."""
	if scan.dpi < COARSE and print_height(scan.at(round(scan.dpi))) < LEGIBLE:
		yield "page_too_small", {"dpi": round(scan.dpi)}
		return
	page = measure(scan.at(DPI))
	if page.paper < DARK:
		yield "page_too_dark", {}
	elif page.noise > NOISY:
		yield "page_noisy", {}
	elif page.inked < EMPTY:
		yield ("page_too_light" if page.faint > TRACES else "page_blank"), {}
	elif page.contrast < PALE:
		yield "page_too_light", {}
	else:
		if page.sharpness < SOFT or page.evenness < UNEVEN:
			yield "page_blurred", {}
		if page.cut >= CUT:
			yield "page_cut_off", {"count": page.cut}
		if not scan.turned and is_upside_down(scan.picture):
			yield "page_upside_down", {}
