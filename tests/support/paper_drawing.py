"""The parts of drawn freight papers: what is printed and written on them, and what a scanner, a phone or a fax makes of it."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from statistics import NormalDist

import pypdfium2
from PIL import Image, ImageChops, ImageFilter
from reportlab.pdfgen.canvas import Canvas

LETTER = (612, 792)  # points
WORDS = [
	"shipper",
	"consignee",
	"carrier",
	"freight",
	"pallets",
	"of",
	"palletized",
	"goods",
	"delivered",
	"in",
	"good",
	"order",
	"signed",
	"by",
	"driver",
	"trailer",
	"number",
	"seal",
	"intact",
	"pieces",
	"weight",
	"lbs",
	"class",
	"description",
	"of",
	"articles",
	"special",
	"marks",
	"and",
	"exceptions",
	"received",
	"subject",
	"to",
	"the",
	"classifications",
	"lawfully",
	"filed",
	"tariffs",
	"in",
	"effect",
	"on",
	"the",
	"date",
	"of",
	"issue",
	"of",
	"this",
	"bill",
	"of",
	"lading",
	"property",
	"described",
	"below",
	"apparent",
	"good",
	"order",
	"except",
	"as",
	"noted",
	"contents",
	"and",
	"condition",
	"of",
	"packages",
	"unknown",
]
PLACES = ("Joplin, MO", "Laredo, TX", "Fontana, CA", "Gary, IN", "Ocala, FL", "Yakima, WA")


def printed(draw: Callable[[Canvas], None], dpi: int = 150, size=LETTER) -> Image.Image:
	buffer = io.BytesIO()
	canvas = Canvas(buffer, pagesize=size, invariant=1)
	draw(canvas)
	canvas.save()
	with pypdfium2.PdfDocument(buffer.getvalue()) as document:
		picture: Image.Image = document[0].render(scale=dpi / 72).to_pil().convert("RGB")
	picture.info["dpi"] = (dpi, dpi)
	return picture


def sentence(chance: random.Random, count: int) -> str:
	return " ".join(chance.choice(WORDS) for _ in range(count)).capitalize()


def heading(canvas: Canvas, chance: random.Random) -> None:
	canvas.setFont(chance.choice(("Helvetica-Bold", "Times-Bold", "Courier-Bold")), chance.randint(14, 20))
	canvas.drawString(
		54,
		735,
		chance.choice(("BILL OF LADING", "Straight Bill of Lading", "DELIVERY RECEIPT", "Rate Confirmation")),
	)
	canvas.setFont("Helvetica", 9)
	canvas.drawRightString(558, 735, f"No. {chance.randint(10000, 999999)}")


def body(canvas: Canvas, chance: random.Random, size: float, lines: int, top: float = 700) -> None:
	canvas.setFont(chance.choice(("Helvetica", "Times-Roman", "Courier")), size)
	for number in range(lines):
		text = sentence(chance, chance.randint(4, int(70 / size) + 4))
		canvas.drawString(54, top - number * size * 1.5, text[: int(860 / size)])


def parties(canvas: Canvas, chance: random.Random) -> None:
	for left, title in ((54, "Shipper"), (310, "Consignee")):
		canvas.rect(left, 600, 248, 110)
		canvas.setFont("Helvetica-Bold", 9)
		canvas.drawString(left + 6, 696, title)
		canvas.setFont("Helvetica", 10)
		lines = (sentence(chance, 2), f"{chance.randint(1, 9999)} Industrial Parkway", chance.choice(PLACES))
		for number, line in enumerate(lines):
			canvas.drawString(left + 6, 676 - number * 15, line)


def table(canvas: Canvas, chance: random.Random, top: float, rows: int, step: float, size: float) -> None:
	columns = (54, 110, 300, 370, 440, 558)
	for number in range(rows + 1):
		canvas.line(54, top - number * step, 558, top - number * step)
	for left in columns:
		canvas.line(left, top, left, top - rows * step)
	canvas.setFont("Helvetica", size)
	for number in range(rows):
		y = top - number * step - step + 3
		cells = (str(chance.randint(1, 99)), sentence(chance, 3)[:28], f"{chance.randint(10, 9999)} lbs")
		for left, cell in zip(columns, (*cells, f"{chance.uniform(1, 999):.2f}"), strict=False):
			canvas.drawString(left + 3, y, cell)


def scribble(canvas: Canvas, chance: random.Random, x: float, y: float, width: float, height: float) -> None:
	"""Handwriting: loops that lean forward."""
	canvas.setLineWidth(chance.uniform(0.9, 1.6))
	path = canvas.beginPath()
	path.moveTo(x, y)
	while x < canvas.edge:
		step = chance.uniform(0.25, 0.6) * height
		high, low = chance.uniform(0.4, 1.1) * height, chance.uniform(-0.35, 0.1) * height
		path.curveTo(x + step, y + high, x - step * 0.2, y + high, x + step * 0.6, y + low)
		x += step * 0.7
	canvas.drawPath(path)


def written(
	canvas: Canvas, chance: random.Random, x: float, y: float, width: float, height: float = 12
) -> None:
	while width > 20:
		word = min(width, chance.uniform(25, 70))
		canvas.edge = x + word
		scribble(canvas, chance, x, y, word, height)
		x, width = x + word + 9, width - word - 9


def signature(canvas: Canvas, chance: random.Random, y: float = 90) -> None:
	canvas.setLineWidth(0.6)
	canvas.line(54, y, 300, y)
	canvas.setFont("Helvetica", 8)
	canvas.drawString(54, y - 11, "Received in good order: signature and date")
	written(canvas, chance, 70, y + 3, chance.uniform(80, 200), chance.uniform(16, 30))


# What a scanner, a phone or a fax makes of them.


def scan(picture: Image.Image, chance: random.Random, skew: float = 1.2, noise: float = 5) -> Image.Image:
	"""Slightly turned, slightly soft, with the grain of the sensor."""
	dots = picture.info["dpi"]
	picture = picture.rotate(
		chance.uniform(-skew, skew), Image.Resampling.BICUBIC, fillcolor=picture.getpixel((2, 2))
	)
	picture = picture.filter(ImageFilter.GaussianBlur(chance.uniform(0.2, 0.7)))
	picture = grain(picture, chance.uniform(0.5, noise), chance)
	if chance.random() < 0.5:
		picture = picture.convert("L")
	picture.info["dpi"] = dots
	return picture


def grain(picture: Image.Image, sigma: float, chance: random.Random) -> Image.Image:
	"""The noise of a sensor: a normal distribution, from its quantiles."""
	quantile = NormalDist(128, sigma).inv_cdf
	table = [min(255, max(0, round(quantile((value + 0.5) / 256)))) for value in range(256)]
	noise = chances(picture.size, chance).point(table)
	if picture.mode == "RGB":
		noise = Image.merge("RGB", (noise, noise, noise))
	return ImageChops.add(picture, noise, 1, -128)


def chances(size: tuple[int, int], chance: random.Random) -> Image.Image:
	"""Each pixel any grey, all as likely."""
	return Image.frombytes("L", size, chance.randbytes(size[0] * size[1]))


def light(size: tuple[int, int], chance: random.Random, darkest: float) -> Image.Image:
	"""Light that falls unevenly, as a grey picture: white where it is full."""
	small = Image.new("L", (4, 5))
	small.putdata([round(255 * chance.uniform(darkest, 1)) for _ in range(20)])
	return small.resize(size, Image.Resampling.BICUBIC)


def photographed(picture: Image.Image, chance: random.Random, darkest: float = 0.55) -> Image.Image:
	"""The paper on a desk, seen at a slant, in uneven light."""
	desk = chance.choice(((70, 50, 35), (40, 42, 45), (110, 90, 70), (150, 150, 155), (25, 25, 25)))
	width, height = picture.size
	edge = round(width * chance.uniform(0.03, 0.08))
	canvas = Image.new("RGB", (width + 2 * edge, height + 2 * edge), desk)
	canvas = grain(canvas, 14, chance)
	canvas.paste(picture, (edge, edge))
	slant = [chance.uniform(-0.5, 0.5) * edge for _ in range(8)]
	w, h = canvas.size
	corners = [value + by for value, by in zip((0, 0, 0, h, w, h, w, 0), slant, strict=True)]
	canvas = canvas.transform(
		canvas.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=desk
	)
	lit = light(canvas.size, chance, darkest)
	canvas = ImageChops.multiply(canvas, Image.merge("RGB", (lit, lit, lit)))
	canvas = canvas.filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 0.9)))
	return grain(canvas, chance.uniform(1, 6), chance)
