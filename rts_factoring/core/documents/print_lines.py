"""Lines of print in a scanned page: how high their letters are, and whether the page stands on its head.

Small letters rise above their line (b, d, f, h, k, l, t, capitals) far more often than they hang below it (g, j, p, q, y).
Every stretch of a line has a vote. Capitals and figures rise and hang nowhere, and do not vote.
"""

from __future__ import annotations

from PIL import Image, ImageChops

from .measures import window

DPI = 150  # of the picture that is looked at; a little less is enough
STRIP = 75  # pixels; so narrow that a page scanned a little aslant still has its lines apart
BLACK = 215  # a row of a strip that has more ink (of 255) is a rule and no print
FAINT = 4  # a row with less ink lies between two lines
HEIGHTS = range(7, 41)  # rows of a line of print
MANY = 20  # stretches of print at least, for its height to be known
CORE = 0.45  # of a line's blackest row: rows as black as this lie between base line and the height of an x
TILT = 0.06  # of a line's ink; a smaller difference above and below is chance
VOTES = 15  # at least, for the page to be certainly upside down
MAJORITY = 3  # times as many as say that it is upright
TURNOUT = 0.22  # of all stretches of print; fewer are commas under capitals
LEVEL = 3  # rows that a line may rise or fall from one strip to the next


def is_upside_down(picture: Image.Image) -> bool:
	"""True where it is certain. `picture` is grey (mode L) and has about 150 dots per inch."""
	upright, turned, lines = votes(picture)
	return turned >= VOTES and turned >= MAJORITY * upright and turned >= TURNOUT * lines


def print_height(picture: Image.Image) -> int:
	"""Pixels from the top of a letter to the foot of the line, for the smaller print of the page; 0 if there is hardly any."""
	strips = _strips(picture, range(3, 61))
	heights = sorted(len(line) for lines in strips for _, line in lines)
	return heights[len(heights) // 4] if len(heights) >= MANY else 0


def votes(picture: Image.Image) -> tuple[int, int, int]:
	"""How many stretches of print say upright, how many upside down, and how many there are."""
	strips = _strips(picture, HEIGHTS)
	count = len(strips)
	upright = turned = seen = 0
	for strip, lines in enumerate(strips):
		beside = [
			(top, len(line)) for n in (strip - 1, strip + 1) if 0 <= n < count for top, line in strips[n]
		]
		for top, line in lines:
			if not any(
				abs(top - at) <= LEVEL and abs(top + len(line) - at - high) <= LEVEL for at, high in beside
			):
				continue  # it goes on nowhere: not a line of print, but letters that lie on their side
			tilt = _tilt(line)
			seen += 1
			upright += tilt > TILT
			turned += tilt < -TILT
	return upright, turned, seen


def _strips(picture: Image.Image, heights: range) -> list[list[tuple[int, list[int]]]]:
	"""The lines of print in each strip of the page, from left to right."""
	count = max(1, picture.width // STRIP)
	rows = _ink(picture).resize((count, picture.height), Image.Resampling.BOX).tobytes()
	return [_lines(rows[strip::count], heights) for strip in range(count)]


def _ink(picture: Image.Image) -> Image.Image:
	"""White where there is print, black where there is paper, in whatever light."""
	darker = ImageChops.subtract(window(picture, ImageChops.lighter), picture)
	histogram = darker.histogram()
	left, level = sum(histogram) * 0.005, 255
	while level and left > histogram[level]:
		left -= histogram[level]
		level -= 1
	least = max(30, level // 2)
	return darker.point([255 if value > least else 0 for value in range(256)])


def _lines(strip: bytes, heights: range) -> list[tuple[int, list[int]]]:
	"""Each line of print in a strip: its first row, and the ink of its rows."""
	lines: list[tuple[int, list[int]]] = []
	line: list[int] = []
	for row, ink in enumerate((*strip, 0)):
		if FAINT < ink < BLACK:
			line.append(ink)
			continue
		if len(line) in heights and max(line) > 6 * FAINT:
			lines.append((row - len(line), line))
		line = []
	return lines


def _tilt(line: list[int]) -> float:
	"""The share of ink above the small letters, less that below them."""
	least = CORE * max(line)
	core = [row for row, ink in enumerate(line) if ink >= least]
	if core[-1] - core[0] < 4:
		return 0.0
	return (sum(line[: core[0]]) - sum(line[core[-1] + 1 :])) / sum(line)
