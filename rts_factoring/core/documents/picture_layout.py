"""Where a picture goes: on a Letter page that lies as the picture does, a long receipt on several."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .drawing import Box

LETTER = (612.0, 792.0)  # points
MARGIN = 18.0  # points
LONG = 3.0  # longer than so many times its width, a picture is cut: on one page it would be narrower than a receipt
CUT_WIDTH = 288.0  # points; a receipt of 80 mm is 227 wide
OVERLAP = 24.0  # points that two pages of a cut picture both show: a line of text cut in two is whole on one
MIN_CUT = 200  # pixels; a narrower picture has no text that larger pages would make readable
MAX_PARTS = 20

Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placement:
	"""A page, the box on it (left, low, width, height; points) and the part of the picture there (shares, from the top left)."""

	page: Size
	box: Box
	part: Box = (0.0, 0.0, 1.0, 1.0)


def placements(size: Size, narrowest: float = math.inf) -> list[Placement]:
	"""The pages for a picture of `size`, in pixels that are square; `narrowest` is its short side in stored pixels.

	A picture fills its page's width or height, but a small one is not blown up beyond 72 dots per inch.
	"""
	width, height = size
	length, short = max(size), min(size)
	if length <= LONG * short or min(narrowest, short) < MIN_CUT:
		return [_placed(size)]
	points = CUT_WIDTH * length / short
	count = min(math.ceil(points / (LETTER[1] - 2 * MARGIN)), MAX_PARTS)
	overlap = OVERLAP / points
	step = (1 - overlap) / count
	spans = [(n * step, n * step + step + overlap) for n in range(count)]
	if height > width:
		return [_placed((width, height * (end - start)), (0.0, start, 1.0, end)) for start, end in spans]
	return [_placed((width * (end - start), height), (start, 0.0, end, 1.0)) for start, end in spans]


def points_per_pixel(placed: Placement, size: Size) -> float:
	"""How large a pixel of a picture of `size` is drawn; the same on all pages of one picture."""
	left, _, right, _ = placed.part
	return placed.box[2] / (size[0] * (right - left))


def _placed(size: Size, part: Box = (0.0, 0.0, 1.0, 1.0)) -> Placement:
	page = LETTER if size[0] <= size[1] else LETTER[::-1]
	scale = min((page[0] - 2 * MARGIN) / size[0], (page[1] - 2 * MARGIN) / size[1], 1.0)
	width, height = size[0] * scale, size[1] * scale
	return Placement(page, ((page[0] - width) / 2, page[1] - MARGIN - height, width, height), part)
