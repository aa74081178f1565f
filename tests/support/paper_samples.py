"""Freight papers drawn from a seed, as scanners, phones and faxes keep them: 100 that a person can read, ten of each kind.

The same seed gives the same papers. What spoils them is in paper_faults.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

import pypdfium2
from PIL import Image, ImageChops, ImageFilter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

EACH = 10
LETTER = (612, 792)  # points
WORDS = (
	"shipper consignee carrier freight pallets of palletized goods delivered in good order signed by driver trailer number "
	"seal intact pieces weight lbs class description of articles special marks and exceptions received subject to the "
	"classifications lawfully filed tariffs in effect on the date of issue of this bill of lading property described "
	"below apparent good order except as noted contents and condition of packages unknown"
).split()
PLACES = ("Joplin, MO", "Laredo, TX", "Fontana, CA", "Gary, IN", "Ocala, FL", "Yakima, WA")


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


# Papers: what is printed and written on them.


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
	canvas.drawString(54, 735, chance.choice(("BILL OF LADING", "Straight Bill of Lading", "DELIVERY RECEIPT", "Rate Confirmation")))
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


def written(canvas: Canvas, chance: random.Random, x: float, y: float, width: float, height: float = 12) -> None:
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
		canvas.drawString(40, 778, f"NOV 12 2025 09:{chance.randint(10, 59)} FROM 417 555 01{chance.randint(10, 99)} PAGE 1")

	picture = scan(printed(draw, 200), chance, 0.8, 12).convert("L")
	level = chance.randint(120, 180)
	made = picture.point(lambda value: 255 if value > level else 0).convert("1")
	made.info["dpi"] = (200, 200)
	return made


def receipt(chance: random.Random) -> Image.Image:
	length = chance.randint(360, 700)

	def draw(canvas):
		canvas.setFont("Courier-Bold", 12)
		canvas.drawCentredString(113, length - 30, "LUMPER RECEIPT")
		canvas.setFont("Courier", 9)
		for number in range(int((length - 90) / 13)):
			canvas.drawString(14, length - 50 - 13 * number, f"{sentence(chance, 2)[:20]:<22}{chance.uniform(1, 99):7.2f}")

	picture = printed(draw, 203, (226, length))
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
	def draw(canvas):
		if chance.random() < 0.5:
			canvas.setFont("Helvetica", 8)
			canvas.drawCentredString(306, 30, "Page 2 of 2")
		signature(canvas, chance, chance.uniform(200, 680))

	return scan(printed(draw), chance)


def small_print(chance: random.Random) -> Image.Image:
	def draw(canvas):
		heading(canvas, chance)
		size = chance.choice((6.5, 7, 7.5))
		body(canvas, chance, size, int(330 / size / 1.5))
		table(canvas, chance, 350, chance.randint(10, 20), 12, 7)

	return scan(printed(draw, 200), chance)


GOOD: dict[str, Callable[[random.Random], Image.Image]] = {
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
