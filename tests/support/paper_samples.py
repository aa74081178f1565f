"""100 freight papers that a person can read, five of each kind, as scanners, phones and faxes keep them.

The same seed gives the same papers. What spoils them is in paper_faults.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from .common_papers import COMMON
from .hard_papers import HARD
from .paper_drawing import LETTER

EACH = 5
GOOD = COMMON | HARD


@dataclass(frozen=True, slots=True)
class Sample:
	"""A file, and what is wrong with it (nothing, for a good one)."""

	kind: str
	name: str
	content: bytes


def good(seed: int) -> Iterator[Sample]:
	for kind, make in GOOD.items():
		for number in range(EACH):
			chance = random.Random(f"good {seed} {kind} {number}")
			yield filed(kind, number, make(chance), chance)


def filed(kind: str, number: int, picture: Image.Image, chance: random.Random) -> Sample:
	"""The picture as a file: a photo as JPEG, a fax as PNG, every third one inside a PDF as scanners make it."""
	name = f"{kind.replace(' ', '_')}_{number}"
	suffix = "png" if picture.mode == "1" else "jpg"
	buffer = io.BytesIO()
	dots = picture.info.get("dpi", (72, 72))
	if suffix == "png":
		picture.save(buffer, "PNG", dpi=dots)
	else:
		picture.save(buffer, "JPEG", quality=chance.randint(55, 92), dpi=dots)
	if number % 3 == 2:
		return Sample(kind, f"{name}.pdf", scanned(buffer.getvalue(), picture))
	return Sample(kind, f"{name}.{suffix}", buffer.getvalue())


def scanned(content: bytes, picture: Image.Image) -> bytes:
	"""A PDF of one page that the picture fills."""
	dots = picture.info.get("dpi", (0, 0))[0]
	scale = 72 / dots if dots > 72 else LETTER[0] / min(picture.size)
	size = picture.width * scale, picture.height * scale
	buffer = io.BytesIO()
	canvas = Canvas(buffer, pagesize=size, invariant=1)
	canvas.drawImage(ImageReader(io.BytesIO(content)), 0, 0, *size)
	canvas.save()
	return buffer.getvalue()
