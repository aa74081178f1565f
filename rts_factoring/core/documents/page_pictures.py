"""Pages as grey pictures to look at: photos from their files, scans out of the PDF that holds them.

The size of the paper decides how many pixels are looked at. A photo does not know it, so its paper counts as Letter,
or as the roll of a till if it is long; a scanner's file states it.
"""

from __future__ import annotations

import ctypes
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps
from pypdfium2 import raw

from ..errors import DocumentError
from .drawing import Box
from .formats import file_format
from .images import READERS, frames, pixel_height, refuse_too_large
from .page_bounds import NOWHERE, PageLook, area, around, page_box, text_rotation

DPI = 150  # of the picture that is looked at, where the file has so many
PAPER = 8.5  # inches; what is wider counts as a Letter page that was stored large
RECEIPT = 3.15  # inches: the roll of a till
LONG = 1.9  # times as long as wide: a receipt
SCANNERS = range(100, 1201)  # dots per inch as scanners state them; a phone states 72 and means nothing by it
NARROWEST = 2.0  # inches; what a file states of narrower paper is not believed

MAX_PAGES = 30  # looked at; a longer document is hardly a photo

MIN_LETTERS = 50  # on a page that a program wrote
FULL = 0.5  # of the page's area covered with pictures: a scan, unless a program's letters stand on it
PARTLY = 0.2  # of a page with hardly a letter

_SIDEWAYS = range(5, 9)  # of the orientations a camera states


@dataclass(frozen=True, slots=True)
class Scan:
	"""`picture` is grey and `width` inches wide; `dpi` is how fine the file has it; `turned` if a packet turns it upright."""

	picture: Image.Image
	width: float
	dpi: float
	turned: bool = False

	def at(self, dpi: int) -> Image.Image:
		"""The picture at so many dots per inch, or as fine as it is."""
		return _shrunk(self.picture, round(self.width * dpi))


def photos(content: bytes, name: str) -> Iterator[Scan]:
	"""The pictures of a file, each turned as the file says. DocumentError if they cannot be read."""
	kind = file_format(content)
	try:
		with Image.open(io.BytesIO(content), formats=READERS.get(kind, (kind,))) as stored:
			for number in frames(stored, name)[:MAX_PAGES]:
				if number is not None:
					stored.seek(number)
				yield _photo(stored, name)
	except (DocumentError, MemoryError):
		raise
	except Exception as error:  # Pillow raises OSError, SyntaxError, ValueError, struct.error, ...
		raise DocumentError("image_corrupt.damaged", where=name) from error


def _photo(stored: Any, name: str) -> Scan:
	refuse_too_large(stored, name)
	is_tiff = stored.format == "TIFF"
	if is_tiff:
		stored.load()  # which turns it
	stated = float(stored.info.get("dpi", (0, 0))[0])
	size = stored.width, round(stored.height * pixel_height(stored))
	if not is_tiff and stored.getexif().get(0x0112) in _SIDEWAYS:
		size = size[1], size[0]
	width = paper_width(size, stated)
	share = min(1.0, width * DPI / size[0])
	stored.draft("L", (math.ceil(stored.width * share), math.ceil(stored.height * share)))
	grey = _grey(stored)
	if is_tiff and grey.size != size:
		grey = grey.resize(size, Image.Resampling.BILINEAR)
	picture = _shrunk(ImageOps.exif_transpose(grey), round(width * DPI))
	return Scan(picture, width, size[0] / width)


def paper_width(size: tuple[int, int], stated: float) -> float:
	"""Inches that a picture of `size` pixels is wide on paper. `stated` is the file's dots per inch, 0 if it has none."""
	if round(stated) in SCANNERS and min(size) / stated >= NARROWEST:
		return size[0] / stated * min(1.0, PAPER / (min(size) / stated))
	narrow = RECEIPT if max(size) >= LONG * min(size) else PAPER
	return narrow * size[0] / min(size)


def scanned(pdfium_page: Any, look: PageLook) -> Scan | None:
	"""The scan or photo that a page of a PDF consists of; None for a page that a program wrote."""
	sheet = page_box(pdfium_page)
	covered = NOWHERE
	for box, _ in look.pictures:
		covered = around(covered, box)
	share = area(covered) / (area(sheet) or 1)
	if look.letters >= MIN_LETTERS or share < PARTLY:
		return None
	width, height = pdfium_page.get_size()
	inch = max(72.0, min(width, height) / PAPER)  # in the page's own units
	picture = _cropped(pdfium_page, DPI / inch, covered)
	sizes = [(box, dots) for box, dots in look.pictures if area(box) >= area(covered) / 10]
	dpi = max((math.sqrt(dots[0] * dots[1] / area(box)) * inch for box, dots in sizes), default=float(DPI))
	return Scan(picture, picture.width / DPI, dpi, text_rotation(pdfium_page) is not None)


def is_empty(pdfium_page: Any) -> bool:
	"""Whether a page shows nothing, as a person sees it."""
	greys = _cropped(pdfium_page, 0.5, page_box(pdfium_page)).tobytes()
	return max(greys) - min(greys) < 40


def rendered(pdfium_page: Any, scale: float) -> Image.Image:
	"""What a viewer shows of the page, in grey."""
	picture: Image.Image = pdfium_page.render(scale=scale, grayscale=True).to_pil().convert("L")
	return picture


def _cropped(pdfium_page: Any, scale: float, box: Box) -> Image.Image:
	"""The same of a box of the page."""
	picture = rendered(pdfium_page, scale)
	corners = []
	for x, y in ((box[0], box[1]), (box[2], box[3])):
		across, down = ctypes.c_int(), ctypes.c_int()
		raw.FPDF_PageToDevice(pdfium_page, 0, 0, *picture.size, 0, x, y, across, down)
		corners.append((across.value, down.value))
	(a, b), (c, d) = corners
	left, top = max(0, min(a, c)), max(0, min(b, d))
	return picture.crop(
		(
			left,
			top,
			max(left + 1, min(picture.width, max(a, c))),
			max(top + 1, min(picture.height, max(b, d))),
		)
	)


def _grey(stored: Image.Image) -> Image.Image:
	"""In mode L, transparent parts white, with what the file says about its orientation."""
	if stored.mode.startswith("I;16") or stored.mode in ("I", "F"):
		stored = stored.convert("F").point(lambda value: value / 257)
	elif stored.mode in ("RGBA", "LA", "PA") or "transparency" in stored.info:
		white = Image.new("RGBA", stored.size, "white")
		white.alpha_composite(stored.convert("RGBA"))
		white.info, stored = stored.info, white
	return stored.convert("L")


def _shrunk(picture: Image.Image, width: int) -> Image.Image:
	if picture.width <= width:
		return picture
	height = max(1, round(picture.height * width / picture.width))
	return picture.resize((max(1, width), height), Image.Resampling.LANCZOS, reducing_gap=2.0)
