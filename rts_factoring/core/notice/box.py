"""A notice laid out for a width: paragraphs in a frame, drawn on a reportlab canvas."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape  # nosec B406 # writes, and parses nothing

import reportlab
from reportlab.lib.colors import black, white
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from ..errors import NoticeError
from .notice import Notice, NoticeValues
from .text import Line, blocks

PADDING = 6.0  # points between frame and text
FRAME = 1.2  # points

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


class NoticeBox:
	"""The notice in letters of `size` points and a frame of `width` points; frame and padding grow with `scale`."""

	def __init__(self, notice: Notice, values: NoticeValues, size: float, width: float, scale: float) -> None:
		self.size, self.width = size, width
		self.padding, self.frame, self.apart = PADDING * scale, FRAME * scale, size * 0.4
		paragraphs = blocks(notice.text, values)
		remit_to = [line for block in blocks(notice.remit_to, values) for line in block]
		plain = "".join(run.text for block in (*paragraphs, remit_to) for line in block for run in line)
		font = font_for(plain + notice.remit_label)
		style = ParagraphStyle("notice", fontName=font, fontSize=size, leading=size * 1.25)
		markup = ["<br/>".join(map(_markup, block)) for block in paragraphs]
		if remit_to:
			markup.append(f"<b>{escape(notice.remit_label)}:</b><br/>" + "<br/>".join(map(_markup, remit_to)))
		self.parts = [Paragraph(text, style) for text in markup]
		self.heights: list[float] = [part.wrap(width - 2 * self.padding, 1e6)[1] for part in self.parts]
		self.height = sum(self.heights) + self.apart * (len(self.parts) - 1) + 2 * self.padding

	def draw(self, canvas: Canvas, left: float, low: float) -> None:
		canvas.setStrokeColor(black)
		canvas.setFillColor(white)
		canvas.setLineWidth(self.frame)
		canvas.rect(left, low, self.width, self.height, stroke=1, fill=1)
		canvas.setFillColor(black)
		top = low + self.height - self.padding
		for part, height in zip(self.parts, self.heights, strict=True):
			part.drawOn(canvas, left + self.padding, top - height)
			top -= height + self.apart


def font_for(text: str) -> str:
	"""The font that has every letter of `text`; NoticeError `notice_font` names a letter that none has."""
	letters = frozenset(text) - {"\n"}
	missing = sorted(letter for letter in letters if not _is_western(letter))
	if not missing:
		return "Helvetica"
	for files in _FAMILIES:
		family = _register(files)
		if family and all(ord(letter) in pdfmetrics.getFont(family).face.charToGlyph for letter in letters):
			return family
	raise NoticeError("notice_font", letter=missing[0])


def _markup(line: Line) -> str:
	out = []
	for run in line:
		text = escape(run.text).replace("  ", "\xa0 ")
		for tag in run.styles:
			text = f"<{tag}>{text}</{tag}>"
		out.append(text)
	return "".join(out)


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
