"""Ten kinds of good freight papers that look like bad ones to a careless measure."""

from __future__ import annotations

import random
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .common_papers import slip
from .paper_drawing import (
	PLACES,
	body,
	grain,
	heading,
	light,
	parties,
	photographed,
	printed,
	scan,
	sentence,
	signature,
	table,
	written,
)

SPANISH = [
	"carta",
	"porte",
	"remitente",
	"destinatario",
	"transportista",
	"mercancía",
	"peso",
	"bruto",
	"en",
	"kilogramos",
	"número",
	"de",
	"placa",
	"operador",
	"firma",
	"recibí",
	"de",
	"conformidad",
	"entregado",
	"bultos",
	"tarimas",
	"domicilio",
	"origen",
	"destino",
	"fecha",
	"y",
	"hora",
	"de",
	"llegada",
	"observaciones",
	"sello",
]


def capitals(chance: random.Random) -> Image.Image:
	"""All capitals and figures, much of it underlined: nothing rises above a line, commas hang below."""

	def draw(canvas):
		heading(canvas, chance)
		size = chance.choice((9, 10, 12))
		canvas.setFont(chance.choice(("Helvetica", "Courier", "Times-Roman")), size)
		for number in range(chance.randint(14, 30)):
			y = 690 - number * size * 1.8
			text = f"{sentence(chance, 3)}, {chance.choice(PLACES)} {chance.randint(1, 99)},{chance.randint(100, 999)} LBS"
			canvas.drawString(54, y, text.upper())
			if chance.random() < 0.5:
				canvas.line(54, y - 2, 500, y - 2)
		signature(canvas, chance, 60)

	return scan(printed(draw), chance)


def dot_matrix(chance: random.Random) -> Image.Image:
	def draw(canvas):
		canvas.setFont("Courier-Bold", 11)
		for number in range(chance.randint(12, 34)):
			text = sentence(chance, 6)[:64]
			canvas.drawString(54, 730 - number * 18, text.upper() if chance.random() < 0.6 else text)

	picture = printed(draw)
	dots = Image.new("L", picture.size, 110)
	pen = ImageDraw.Draw(dots)
	for y in range(0, picture.height, 3):
		pen.line((0, y, picture.width, y), fill=255)
	worn = ImageChops.lighter(picture, Image.merge("RGB", (ImageChops.invert(dots),) * 3))
	worn.info["dpi"] = picture.info["dpi"]
	return scan(worn, chance, 0.6)


def carbon_copy(chance: random.Random) -> Image.Image:
	"""The third copy: pale blue letters, a little smeared, on thin coloured paper."""
	paper = chance.choice(((255, 225, 230), (255, 250, 205), (230, 240, 255)))
	ink = chance.choice(((100, 105, 175), (120, 90, 160), (110, 110, 120)))

	def draw(canvas):
		canvas.setFillColorRGB(*(part / 255 for part in paper))
		canvas.rect(-5, -5, 700, 900, stroke=0, fill=1)
		for color in (canvas.setFillColorRGB, canvas.setStrokeColorRGB):
			color(*(part / 255 for part in ink))
		heading(canvas, chance)
		parties(canvas, chance)
		for number in range(chance.randint(3, 8)):
			written(canvas, chance, 60, 540 - number * 36, chance.uniform(150, 450), 14)
		signature(canvas, chance)

	picture = printed(draw)
	smeared = picture.filter(ImageFilter.GaussianBlur(1.1))
	smeared.info["dpi"] = picture.info["dpi"]
	return scan(smeared, chance, 1.0, 4)


def receipt_on_a_desk(chance: random.Random) -> Image.Image:
	paper = slip(chance, "FUEL RECEIPT", chance.randint(330, 480), 260)
	desk = chance.choice(((60, 45, 30), (130, 110, 85), (45, 48, 52)))
	width = round(paper.width * chance.uniform(1.3, 1.7))
	table_top = Image.new("RGB", (width, max(round(width * 4 / 3), paper.height + 60)), desk)
	table_top.paste(paper, ((table_top.width - paper.width) // 2, (table_top.height - paper.height) // 2))
	return photographed(table_top, chance)


def faded_receipt(chance: random.Random) -> Image.Image:
	"""Thermal paper after some weeks in the cab."""

	def draw(canvas):
		canvas.setFont("Courier-Bold", 9)
		for number in range(26):
			canvas.drawString(
				14, 370 - 13 * number, f"{sentence(chance, 2)[:20]:<22}{chance.uniform(1, 99):7.2f}"
			)

	grey = chance.randint(100, 125)
	picture = printed(draw, 203, (226, 400)).point(lambda value: grey + value * (235 - grey) // 255)
	picture.info["dpi"] = (203, 203)
	return scan(picture, chance, 1, 3)


def sideways(chance: random.Random) -> Image.Image:
	"""A landscape table, laid into the scanner on its side."""

	def draw(canvas):
		canvas.setFont("Helvetica-Bold", 14)
		canvas.drawString(54, 570, "Daily Trip Sheet")
		table(canvas, chance, 550, chance.randint(8, 24), 20, 9)
		body(canvas, chance, 9, 3, 50)

	picture = printed(draw, 150, (792, 612))
	turned = picture.transpose(chance.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)))
	turned.info["dpi"] = picture.info["dpi"]
	return scan(turned, chance)


def spanish(chance: random.Random) -> Image.Image:
	def draw(canvas):
		canvas.setFont("Times-Bold", 16)
		canvas.drawString(54, 735, "CARTA PORTE")
		canvas.setFont("Times-Roman", chance.choice((9, 10, 11)))
		for number in range(chance.randint(12, 36)):
			text = " ".join(chance.choice(SPANISH) for _ in range(chance.randint(4, 11)))
			canvas.drawString(54, 700 - number * 16, text.capitalize())
		signature(canvas, chance)

	return scan(printed(draw), chance)


def banners(chance: random.Random) -> Image.Image:
	"""White letters on black bars, grey boxes, a bar code, and a logo: much ink, and not too dark."""

	def draw(canvas):
		canvas.rect(30, 700, 552, 60, stroke=0, fill=1)
		canvas.setFillGray(1)
		canvas.setFont("Helvetica-Bold", 24)
		canvas.drawString(50, 720, "RATE CONFIRMATION")
		for number in range(chance.randint(3, 6)):
			y = 640 - number * 90
			canvas.setFillGray(chance.uniform(0.15, 0.5))
			canvas.rect(30, y, 552, 18, stroke=0, fill=1)
			canvas.setFillGray(1)
			canvas.setFont("Helvetica-Bold", 10)
			canvas.drawString(40, y + 5, sentence(chance, 3))
			canvas.setFillGray(0.85)
			canvas.rect(30, y - 60, 552, 56, stroke=0, fill=1)
			canvas.setFillGray(0)
			body(canvas, chance, 9, 3, y - 20)
		x = 330.0
		while x < 560:
			bar = chance.choice((1, 1, 2, 3))
			canvas.rect(x, 50, bar, 40, stroke=0, fill=1)
			x += bar + chance.choice((1, 2, 3))
		signature(canvas, chance, 60)

	return scan(printed(draw), chance)


def crumpled(chance: random.Random) -> Image.Image:
	"""It was in a pocket: creases and a coffee ring, in the light of the cab."""

	def draw(canvas):
		heading(canvas, chance)
		body(canvas, chance, 11, chance.randint(12, 28))
		signature(canvas, chance)

	picture = printed(draw)
	creases = Image.new("L", picture.size, 255)
	pen = ImageDraw.Draw(creases)
	for _ in range(chance.randint(6, 14)):
		points = [(chance.uniform(0, picture.width), chance.uniform(0, picture.height)) for _ in range(2)]
		pen.line(points, fill=chance.randint(185, 225), width=chance.randint(2, 5))
	x, y, r = chance.uniform(200, 1000), chance.uniform(200, 1300), chance.uniform(120, 220)
	pen.ellipse((x - r, y - r, x + r, y + r), outline=200, width=10)
	creases = creases.filter(ImageFilter.GaussianBlur(2.5))
	lit = ImageChops.multiply(creases, light(picture.size, chance, 0.6))
	return photographed(ImageChops.multiply(picture, Image.merge("RGB", (lit, lit, lit))), chance, 0.8)


def dithered_fax(chance: random.Random) -> Image.Image:
	"""Grey boxes and a logo that a fax machine made of dots, and specks from the line."""

	def draw(canvas):
		canvas.setFillGray(0.8)
		canvas.rect(54, 590, 504, 90, stroke=0, fill=1)
		canvas.setFillGray(0)
		heading(canvas, chance)
		body(canvas, chance, 11, chance.randint(8, 18), 560)
		signature(canvas, chance)

	picture = grain(printed(draw, 200).convert("L"), 2, chance).convert("1")
	pen = ImageDraw.Draw(picture)
	for _ in range(chance.randint(50, 400)):
		pen.point((chance.uniform(0, picture.width), chance.uniform(0, picture.height)), fill=0)
	picture.info["dpi"] = (200, 200)
	return picture


HARD: dict[str, Callable[[random.Random], Image.Image]] = {
	"capitals": capitals,
	"dot matrix": dot_matrix,
	"carbon copy": carbon_copy,
	"receipt on a desk": receipt_on_a_desk,
	"faded receipt": faded_receipt,
	"sideways": sideways,
	"carta porte": spanish,
	"banners": banners,
	"crumpled": crumpled,
	"dithered fax": dithered_fax,
}
