"""Whether the notice can be seen on a page as a viewer draws it. Text that is hidden, clipped away or painted over cannot."""

from __future__ import annotations

import ctypes
import unicodedata
from typing import Any

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from .notice import Notice, NoticeValues
from .text import blocks

SCALE = 2.0  # pixels a point
MAX_LETTERS = 50_000  # of a page
INKED = 0.9  # share of the letters that must be seen
CONTRAST = 80  # of 255, between a letter and what is around it


def is_seen(content: bytes, notice: Notice, values: NoticeValues, number: int = 0) -> bool:
	"""Whether each line of the notice stands on the page (counted from 0) in letters that can be seen."""
	return (share_seen(content, notice, values, number) or 0) >= INKED


def share_seen(content: bytes, notice: Notice, values: NoticeValues, number: int = 0) -> float | None:
	"""The share of the notice's letters that can be seen, in the line where it is least; None if pdfium does not read it."""
	least = 1.0
	with pypdfium2.PdfDocument(content) as document:
		page = document[number]
		text, places = _letters_of(page.get_textpage())
		picture = _rendered(page)
		for line in (line for block in blocks(notice.text, values) for line in block):
			wanted = _plain("".join(run.text for run in line))
			start = text.find(wanted)
			if start < 0:
				return None
			boxes = [_pixels(page, picture, box) for box in places[start : start + len(wanted)]]
			least = min(least, sum(_has_contrast(picture.crop(box)) for box in boxes) / (len(boxes) or 1))
	return least


def _letters_of(textpage: Any) -> tuple[str, list[tuple[float, float, float, float]]]:
	"""Letters and digits of the page in one string, and the box of each."""
	letters, places = [], []
	for number in range(min(textpage.count_chars(), MAX_LETTERS)):
		for letter in _plain(chr(raw.FPDFText_GetUnicode(textpage, number))):
			letters.append(letter)
			places.append(textpage.get_charbox(number))
	return "".join(letters), places


def _plain(text: str) -> str:
	text = unicodedata.normalize("NFKD", text)
	return "".join(letter for letter in text if letter.isalnum() and letter.isascii()).lower()


def _rendered(page: Any) -> Image.Image:
	picture: Image.Image = page.render(scale=SCALE, grayscale=True).to_pil().convert("L")
	return picture


def _pixels(
	page: Any, picture: Image.Image, box: tuple[float, float, float, float]
) -> tuple[int, int, int, int]:
	"""The box of a letter, a pixel wider on each side, in the picture of the page."""
	corners = []
	for x, y in ((box[0], box[1]), (box[2], box[3])):
		across, down = ctypes.c_int(), ctypes.c_int()
		raw.FPDF_PageToDevice(page, 0, 0, *picture.size, 0, x, y, across, down)
		corners.append((across.value, down.value))
	(a, b), (c, d) = corners
	return min(a, c) - 1, min(b, d) - 1, max(a, c) + 2, max(b, d) + 2


def _has_contrast(letter: Image.Image) -> bool:
	greys = letter.tobytes()
	return max(greys) - min(greys) >= CONTRAST
