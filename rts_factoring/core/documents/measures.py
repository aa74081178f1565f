"""What the pixels of a scanned or photographed page say about whether a person can read it.

Every measure is taken at 100 dots per inch of the paper, so that a stroke of print has the same width whatever took
the picture. Pillow does what touches every pixel; Python sees a tile every 6 pixels. A page takes about 15 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageStat

DPI = 100  # of the picture that is measured
WINDOW = 13  # pixels; a letter of usual print and the paper around it
STEP = 6  # pixels between tiles
MARGIN = 0.085  # of each side: punched holes, the shadow of the scanner's lid
INK = 40  # of 255: a difference that is print, and neither grain nor a crease
INKED = 25  # tiles at least, for strokes to be measured

EDGE = 3  # pixels at the rim in which a letter that was cut lies
RIM_INK = 0.68  # of the paper's grey; what is darker is ink
LETTER_RUN = range(2, 15)  # pixels of ink along the rim; a rule is thinner, a shadow longer


@dataclass(frozen=True, slots=True)
class Measures:
	"""`paper` and `contrast` are greys (0 to 255): of the paper, and between it and the strongest strokes. `inked` is the
	share of tiles with print, `faint` of those with a trace of it. `sharpness` is the share of a stroke's contrast that lies
	between two neighbouring pixels in the direction where it is least, `evenness` its share of the best direction.
	`noise` the usual difference of neighbours, `cut` the letters that the rim cuts."""

	paper: int
	contrast: int
	inked: float
	faint: float
	sharpness: float
	evenness: float
	noise: float
	cut: int


def window(picture: Image.Image, pick: Callable[[Image.Image, Image.Image], Image.Image]) -> Image.Image:
	"""The lightest or darkest pixel of the square of WINDOW pixels around each (it wraps at the picture's edges)."""
	for side in ((1, 0), (0, 1)):
		for step in (1, 2, 4, WINDOW - 8):
			picture = pick(picture, _shifted(picture, step * side[0], step * side[1]))
	return _shifted(picture, -(WINDOW // 2), -(WINDOW // 2))


def _shifted(picture: Image.Image, right: int, down: int) -> Image.Image:
	"""What ImageChops.offset gives, which goes pixel by pixel: what leaves one edge comes in at the other."""
	width, height = picture.size
	right, down = right % width, down % height
	moved = Image.new(picture.mode, picture.size)
	for place in (
		(right, down),
		(right - width, down),
		(right, down - height),
		(right - width, down - height),
	):
		moved.paste(picture, place)
	return moved


def measure(picture: Image.Image) -> Measures:
	"""The measures of a grey picture (mode L) of 100 dots per inch."""
	contrast = ImageChops.subtract(window(picture, ImageChops.lighter), window(picture, ImageChops.darker))
	across = ImageChops.difference(picture, _shifted(picture, 1, 0))
	tiles = _tiles(contrast)
	slopes = [_tiles(window(slope, ImageChops.lighter)) for slope in _slopes(picture)]
	strongest = sorted(tiles)[-max(INKED, len(tiles) // 200) :]
	usual = sorted(tiles)[len(tiles) // 4]  # of a tile without print: grain
	top = strongest[len(strongest) // 2]
	sharpness = [_sharpness(tiles, slope, max(INK // 2, top // 2)) for slope in slopes]
	return Measures(
		paper=_level(picture),
		contrast=top,
		inked=sum(tile > INK for tile in tiles) / len(tiles),
		faint=sum(tile > 2 * usual + 6 for tile in tiles) / len(tiles),
		sharpness=min(sharpness),
		evenness=min(sharpness) / (max(sharpness) or 1),
		noise=_noise(across),
		cut=_cut_letters(picture),
	)


def _slopes(picture: Image.Image) -> list[Image.Image]:
	"""How each pixel differs from its neighbour in four directions: a hand that moves blurs one of them."""
	steps = ((1, 0), (0, 1), (1, 1), (1, -1))
	return [ImageChops.difference(picture, _shifted(picture, *step)) for step in steps]


def _tiles(picture: Image.Image) -> list[int]:
	"""Every STEP-th pixel each way, without the margins."""
	width, height = picture.size
	left, top = round(width * MARGIN), round(height * MARGIN)
	inner = picture.crop((left, top, width - left, height - top))
	size = max(1, inner.width // STEP), max(1, inner.height // STEP)
	return list(inner.resize(size, Image.Resampling.NEAREST).tobytes())


def _level(picture: Image.Image) -> int:
	"""The grey that a tenth of the page is lighter than: that of the paper, unless it is nearly all ink."""
	histogram = picture.histogram()
	left = sum(histogram) * 0.9
	for grey, count in enumerate(histogram):
		left -= count
		if left <= 0:
			return grey
	return 255


def _sharpness(tiles: list[int], slopes: list[int], least: int) -> float:
	"""That of the sharpest few tiles: most of a form may be rules, which are sharp in one direction only."""
	shares = sorted(slope / tile for tile, slope in zip(tiles, slopes, strict=True) if tile >= least)
	return shares[len(shares) * 97 // 100] if shares else 0.0


def _noise(across: Image.Image) -> float:
	"""The mean difference of neighbours in the quieter half of the page, where there is no print."""
	blocks = sorted(across.reduce(WINDOW).tobytes())
	return blocks[len(blocks) // 2] if blocks else 0.0


def _cut_letters(picture: Image.Image) -> int:
	"""How many letters or lines of print the edge of the picture cuts, on the side where it cuts most."""
	width, height = picture.size
	paper = _level(picture)
	counts = []
	for box, side in (
		((0, 0, EDGE, height), (1, height)),
		((width - EDGE, 0, width, height), (1, height)),
		((0, 0, width, EDGE), (width, 1)),
		((0, height - EDGE, width, height), (width, 1)),
	):
		rim = picture.crop(box)
		if ImageStat.Stat(rim).median[0] < 0.7 * paper:
			continue  # a desk or a shadow, not the paper
		counts.append(_runs(list(rim.resize(side, Image.Resampling.BOX).tobytes())))
	return max(counts, default=0)


def _runs(greys: list[int]) -> int:
	count = length = 0
	for place, grey in enumerate([*greys, 255]):
		around = max(greys[max(0, place - 20) : place + 21], default=255)
		if grey < RIM_INK * around:
			length += 1
			continue
		count += length in LETTER_RUN
		length = 0
	return count
