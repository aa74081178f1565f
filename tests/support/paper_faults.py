"""The papers of paper_samples after something happened to them: 100 that a person cannot use, ten of each fault."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .paper_drawing import chances, grain, light
from .paper_samples import GOOD, Sample, filed

# What the fault would not spoil, or what could not show it to anybody.
UNFIT = {
	"upside down": ("receipt", "signature page", "handwritten receipt", "pencil", "sideways"),
	"cut off": (
		"signature page",
		"photo in uneven light",
		"pencil",
		"receipt on a desk",
		"sideways",
		"crumpled",
	),
	"too small": ("receipt", "receipt on a desk", "faded receipt"),
}
EACH = 10


def degraded(seed: int) -> Iterator[Sample]:
	for kind, spoil in FAULTS.items():
		sources = [name for name in GOOD if name not in UNFIT.get(kind, ())]
		for number in range(EACH):
			chance = random.Random(f"degraded {seed} {kind} {number}")
			picture = GOOD[chance.choice(sources)](chance)
			stated = picture.info.get("dpi", (72, 72))  # a phone states what is not so
			picture = picture.convert("RGB")
			picture.info["dpi"] = stated if stated[0] > 72 else (170, 170)
			spoiled = spoil(picture, chance)
			spoiled.info["dpi"] = (72, 72) if kind == "too small" else stated
			yield filed(kind, number, spoiled, chance)


def _inches(picture: Image.Image, inches: float) -> float:
	return inches * picture.info["dpi"][0]


def blurred(picture: Image.Image, chance: random.Random) -> Image.Image:
	"""Out of focus: a letter's strokes run into one another."""
	return grain(
		picture.filter(ImageFilter.GaussianBlur(_inches(picture, chance.uniform(0.026, 0.05)))), 2, chance
	)


def moved(picture: Image.Image, chance: random.Random) -> Image.Image:
	"""The hand moved by a letter's width or more while the picture was taken."""
	length = _inches(picture, chance.uniform(0.09, 0.18))
	slope = chance.uniform(-0.8, 0.8)
	steps = int(length / 2)
	total, across = picture, chance.random() < 0.5
	for number in range(1, steps):
		along, aside = round(number * length / steps), round(number * length / steps * slope)
		shifted = ImageChops.offset(picture, *((along, aside) if across else (aside, along)))
		total = Image.blend(total, shifted, 1 / (number + 1))
	return grain(total, 2, chance)


def dark(picture: Image.Image, chance: random.Random) -> Image.Image:
	strength = chance.uniform(0.08, 0.25)
	return grain(picture.point(lambda value: value * strength), chance.uniform(1, 4), chance)


def overexposed(picture: Image.Image, chance: random.Random) -> Image.Image:
	"""Nearly all is white; what was printed is a shade of it."""
	least = chance.randint(218, 240)
	return picture.point(lambda value: min(255, least + value * (255 - least) // 200))


def cut_off(picture: Image.Image, chance: random.Random) -> Image.Image:
	"""A side of the paper was not in the picture: letters, lines and words end at its edge."""
	width, height = picture.size
	part = chance.uniform(0.14, 0.3)
	crop = chance.choice(((part, 0, 1, 1), (0, 0, 1 - part, 1), (part, 0, 1 - part / 2, 1)))
	return picture.crop((round(crop[0] * width), 0, round(crop[2] * width), height))


def upside_down(picture: Image.Image, chance: random.Random) -> Image.Image:
	return picture.transpose(Image.Transpose.ROTATE_180)


def too_small(picture: Image.Image, chance: random.Random) -> Image.Image:
	"""A thumbnail, or a photo as a messenger sends it when told to save data."""
	width = chance.randint(300, 640)
	made = picture.resize((width, picture.height * width // picture.width), Image.Resampling.LANCZOS)
	return made


def blank(picture: Image.Image, chance: random.Random) -> Image.Image:
	"""The back of the paper: nothing, dust, a punched hole, or what shines through."""
	shade = chance.randint(225, 255)
	page = Image.new("RGB", picture.size, (shade, shade, shade - chance.randint(0, 10)))
	draw = ImageDraw.Draw(page)
	if chance.random() < 0.4:
		through = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).filter(ImageFilter.GaussianBlur(2))
		page = ImageChops.multiply(page, through.point(lambda value: 238 + value * 17 // 255))
		draw = ImageDraw.Draw(page)
	for _ in range(chance.randint(0, 25)):
		x, y, r = chance.uniform(0, page.width), chance.uniform(0, page.height), chance.uniform(0.3, 1.5)
		draw.ellipse((x - r, y - r, x + r, y + r), fill=(120, 120, 115))
	if chance.random() < 0.3:
		for y in (0.12, 0.5, 0.88):
			x, r = _inches(picture, 0.45), _inches(picture, 0.13)
			draw.ellipse((x - r, y * page.height - r, x + r, y * page.height + r), fill=(60, 60, 60))
	lit = light(page.size, chance, 0.92)
	return grain(
		ImageChops.multiply(page, Image.merge("RGB", (lit, lit, lit))), chance.uniform(0.5, 4), chance
	)


def noisy(picture: Image.Image, chance: random.Random) -> Image.Image:
	"""A bad line or a worn drum: specks all over, or grain stronger than the print."""
	if chance.random() < 0.5:
		return grain(picture, chance.uniform(70, 120), chance)
	share = chance.uniform(0.12, 0.3)
	specks = chances(picture.size, chance).point(lambda value: 255 * (value < 255 * share))
	return ImageChops.subtract(picture, Image.merge("RGB", (specks, specks, specks)))


def shaded(picture: Image.Image, chance: random.Random) -> Image.Image:
	"""Taken in the dark of the cab: little light, unsharp."""
	soft = picture.filter(ImageFilter.GaussianBlur(_inches(picture, chance.uniform(0.015, 0.03))))
	lit = light(picture.size, chance, 0.5).point(lambda value: value * 0.25)
	return grain(ImageChops.multiply(soft, Image.merge("RGB", (lit, lit, lit))), chance.uniform(3, 8), chance)


FAULTS: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
	"out of focus": blurred,
	"moved": moved,
	"too dark": dark,
	"overexposed": overexposed,
	"cut off": cut_off,
	"upside down": upside_down,
	"too small": too_small,
	"blank": blank,
	"noisy": noisy,
	"dark and unsharp": shaded,
}
