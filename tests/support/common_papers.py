"""Ten kinds of freight papers as most of them come."""

from __future__ import annotations

import random
from collections.abc import Callable

from PIL import Image

from .paper_drawing import (
	body,
	heading,
	parties,
	photographed,
	printed,
	scan,
	sentence,
	signature,
	table,
	written,
)


def typed(chance: random.Random) -> Image.Image:
	def draw(canvas):
		heading(canvas, chance)
		parties(canvas, chance)
		body(canvas, chance, chance.choice((9, 10, 11)), chance.randint(12, 28), 570)
		signature(canvas, chance)

	return scan(printed(draw, chance.choice((150, 200))), chance)


def handwritten(chance: random.Random) -> Image.Image:
	def draw(canvas):
		heading(canvas, chance)
		for number in range(chance.randint(8, 18)):
			y = 690 - number * 32
			canvas.setFont("Helvetica", 9)
			canvas.drawString(54, y, sentence(chance, 1) + ":")
			canvas.setLineWidth(0.5)
			canvas.line(120, y - 2, 558, y - 2)
			canvas.setStrokeColorRGB(*chance.choice(((0, 0, 0), (0.1, 0.15, 0.5), (0.2, 0.2, 0.2))))
			written(canvas, chance, 130, y, chance.uniform(60, 400))
			canvas.setStrokeColorRGB(0, 0, 0)

	return scan(printed(draw), chance)


def photo(chance: random.Random) -> Image.Image:
	def draw(canvas):
		heading(canvas, chance)
		parties(canvas, chance)
		table(canvas, chance, 580, chance.randint(4, 12), 18, 9)
		body(canvas, chance, 9, chance.randint(3, 10), 330)
		signature(canvas, chance)

	return photographed(printed(draw, chance.choice((150, 180))), chance)


def fax(chance: random.Random) -> Image.Image:
	def draw(canvas):
		heading(canvas, chance)
		parties(canvas, chance)
		body(canvas, chance, chance.choice((10, 11, 12)), chance.randint(8, 22), 570)
		signature(canvas, chance)
		canvas.setFont("Courier", 8)
		canvas.drawString(
			40, 778, f"NOV 12 2025 09:{chance.randint(10, 59)} FROM 417 555 01{chance.randint(10, 99)} PAGE 1"
		)

	picture = scan(printed(draw, 200), chance, 0.8, 12).convert("L")
	level = chance.randint(120, 180)
	made = picture.point(lambda value: 255 if value > level else 0).convert("1")
	made.info["dpi"] = (200, 200)
	return made


def slip(chance: random.Random, title: str, length: int, dpi: int) -> Image.Image:
	"""A receipt of a printer for 80 mm paper, `length` points long."""

	def draw(canvas):
		canvas.setFont("Courier-Bold", 12)
		canvas.drawCentredString(113, length - 30, title)
		canvas.setFont("Courier", 9)
		for number in range(int((length - 90) / 13)):
			canvas.drawString(
				14, length - 50 - 13 * number, f"{sentence(chance, 2)[:20]:<22}{chance.uniform(1, 99):7.2f}"
			)

	return printed(draw, dpi, (226, length))


def receipt(chance: random.Random) -> Image.Image:
	picture = slip(chance, "LUMPER RECEIPT", chance.randint(360, 700), 203)
	grey = chance.randint(20, 90)  # thermal paper is never quite black
	picture = picture.point(lambda value: grey + value * (245 - grey) // 255)
	picture.info["dpi"] = (203, 203)
	return scan(picture, chance, 1, 4)


def stamped(chance: random.Random) -> Image.Image:
	def draw(canvas):
		heading(canvas, chance)
		body(canvas, chance, 10, chance.randint(10, 26))
		signature(canvas, chance)
		canvas.saveState()
		canvas.translate(chance.uniform(200, 380), chance.uniform(200, 420))
		canvas.rotate(chance.uniform(-25, 25))
		color = chance.choice(((0.8, 0.1, 0.1), (0.15, 0.2, 0.7), (0.1, 0.4, 0.2)))
		canvas.setStrokeColorRGB(*color)
		canvas.setFillColorRGB(*color)
		canvas.setLineWidth(3)
		canvas.rect(0, 0, 180, 60)
		canvas.setFont("Helvetica-Bold", 22)
		canvas.drawString(26, 30, "RECEIVED")
		canvas.setFont("Helvetica", 10)
		canvas.drawString(50, 12, f"NOV {chance.randint(1, 28)} 2025")
		canvas.restoreState()

	return scan(printed(draw), chance)


def pencil(chance: random.Random) -> Image.Image:
	def draw(canvas):
		heading(canvas, chance)
		body(canvas, chance, 10, chance.randint(4, 10))
		grey = chance.uniform(0.45, 0.62)
		canvas.setStrokeColorRGB(grey, grey, grey)
		for number in range(chance.randint(4, 10)):
			written(canvas, chance, 60, 480 - number * 36, chance.uniform(150, 450), 14)

	return scan(printed(draw), chance, 1.2, 3)


def coloured(chance: random.Random) -> Image.Image:
	paper = chance.choice(
		((250, 240, 150), (250, 190, 200), (180, 215, 250), (190, 235, 190), (240, 200, 130), (205, 190, 170))
	)

	def draw(canvas):
		canvas.setFillColorRGB(*(part / 255 for part in paper))
		canvas.rect(-5, -5, 700, 900, stroke=0, fill=1)
		canvas.setFillColorRGB(*chance.choice(((0, 0, 0), (0.15, 0.15, 0.35), (0.25, 0.2, 0.3))))
		heading(canvas, chance)
		parties(canvas, chance)
		table(canvas, chance, 580, chance.randint(5, 14), 18, 9)
		signature(canvas, chance)

	return scan(printed(draw), chance)


def sparse(chance: random.Random) -> Image.Image:
	"""A signature on a page that is empty otherwise, or on a form of rules that nobody filled in."""
	ruled = chance.random() < 0.4

	def draw(canvas):
		for number in range(24 if ruled else 0):
			canvas.line(54, 690 - number * 20, 558, 690 - number * 20)
		if chance.random() < 0.5:
			canvas.setFont("Helvetica", 8)
			canvas.drawCentredString(306, 30, "Page 2 of 2")
		signature(canvas, chance, 90 if ruled else chance.uniform(200, 680))

	return scan(printed(draw), chance)


def small_print(chance: random.Random) -> Image.Image:
	def draw(canvas):
		heading(canvas, chance)
		size = chance.choice((6.5, 7, 7.5))
		body(canvas, chance, size, int(330 / size / 1.5))
		table(canvas, chance, 350, chance.randint(10, 20), 12, 7)

	return scan(printed(draw, 200), chance)


COMMON: dict[str, Callable[[random.Random], Image.Image]] = {
	"typed bill of lading": typed,
	"handwritten receipt": handwritten,
	"photo in uneven light": photo,
	"fax": fax,
	"receipt": receipt,
	"stamped": stamped,
	"pencil": pencil,
	"coloured paper": coloured,
	"signature page": sparse,
	"small print and table": small_print,
}
