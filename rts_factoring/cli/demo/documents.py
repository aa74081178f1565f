"""Invoices and documents of the demo, drawn: PDFs by reportlab, the driver's phone photos by Pillow. Same input, same bytes."""

from __future__ import annotations

import io
import random
from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import LETTER
from reportlab.pdfgen.canvas import Canvas

from rts_factoring.core.documents.kinds import DocumentKind, guess_kind
from rts_factoring.core.money import money

from .example import Load, Subsidiary

FONTS = Path(reportlab.__file__).parent / "fonts"
INK, SOFT, RULE = HexColor("#1b2430"), HexColor("#5c6672"), HexColor("#c9ced4")
LEFT, RIGHT = 54.0, 558.0  # points
GOODS = "24 pallets, no exceptions"
TOP = 640.0  # the room above is for the notice


def draw_invoice(subsidiary: Subsidiary, load: Load) -> bytes:
	"""One page, with room at its top as on a letterhead."""
	receivable = load.receivable
	buffer, canvas = _canvas()
	_text(canvas, LEFT, TOP, subsidiary.name, 17, bold=True)
	_text(canvas, LEFT, TOP - 15, f"{subsidiary.address}   {subsidiary.mc}", 8.5, SOFT)
	_text(canvas, RIGHT, TOP, "Invoice", 17, right=True)
	_text(canvas, RIGHT, TOP - 15, receivable.invoice_no, 10, SOFT, right=True)
	_rule(canvas, TOP - 28)
	details = (
		("Bill to", receivable.customer),
		("Customer MC", receivable.customer_mc or "none"),
		("Load", f"{receivable.load_no}, {load.lane}"),
		("PO number", receivable.po_no or "none"),
		("Invoice date", f"{receivable.invoice_date:%B %d, %Y}"),
		("Due", f"{receivable.due_date:%B %d, %Y}"),
	)
	low = TOP - 50
	for label, value in details:
		_text(canvas, LEFT, low, label, 8.5, SOFT)
		_text(canvas, LEFT + 90, low, value, 10)
		low -= 17
	low -= 12
	_rule(canvas, low)
	fuel = money(receivable.amount * 14 / 100)
	for label, amount in (("Linehaul", receivable.amount - fuel), ("Fuel surcharge, 14 %", fuel)):
		low -= 20
		_text(canvas, LEFT, low, label, 10)
		_text(canvas, RIGHT, low, f"{amount:,.2f}", 10, right=True)
	_rule(canvas, low - 10)
	_text(canvas, LEFT, low - 28, f"Total {receivable.currency}", 12, bold=True)
	_text(canvas, RIGHT, low - 28, f"{receivable.amount:,.2f}", 12, bold=True, right=True)
	return _done(buffer, canvas)


def draw_document(name: str, subsidiary: Subsidiary, load: Load) -> bytes:
	"""The document of that file name; a name with `damaged` gives a PDF whose upload broke off."""
	kind = guess_kind(name)
	if name.endswith(".jpg"):
		return _photo(load, blurred=_is_illegible(name, subsidiary, load))
	if name.endswith(".png"):
		return _ticket(load)
	content = _form(kind, subsidiary, load)
	return content[: len(content) // 2] if "damaged" in name else content


def _is_illegible(name: str, subsidiary: Subsidiary, load: Load) -> bool:
	return load.receivable.invoice_no in subsidiary.scenario.held and "rescanned" not in name


def _form(kind: DocumentKind, subsidiary: Subsidiary, load: Load) -> bytes:
	receivable = load.receivable
	buffer, canvas = _canvas()
	_text(canvas, LEFT, 724, kind.value, 17, bold=True)
	whose = "Lumper service" if kind is DocumentKind.LUMPER_RECEIPT else receivable.customer
	_text(canvas, LEFT, 706, whose, 9, SOFT)
	_rule(canvas, 694)
	lines = {
		DocumentKind.RATE_CONFIRMATION: (
			("Carrier", f"{subsidiary.name}, {subsidiary.mc}"),
			("Load", receivable.load_no),
			("Reference", receivable.po_no or "none"),
			("Lane", load.lane),
			("Agreed rate", f"{receivable.amount:,.2f} {receivable.currency}, all in"),
		),
		DocumentKind.BOL: (
			("Shipper", load.lane.partition(" to ")[0]),
			("Consignee", f"{receivable.customer}, {load.lane.partition(' to ')[2]}"),
			("Goods", "24 pallets, 38,400 lb, food grade"),
			("Seal", f"{90000 + _seed(load) % 9999}"),
		),
		DocumentKind.LUMPER_RECEIPT: (
			("Load", receivable.load_no),
			("Work", "Unloading 24 pallets"),
			("Paid", "125.00 by driver"),
		),
	}.get(kind, (("Load", receivable.load_no),))
	low = 668.0
	for label, value in lines:
		_text(canvas, LEFT, low, label, 9, SOFT)
		_text(canvas, LEFT + 110, low, value, 11)
		low -= 24
	_rule(canvas, low - 40)
	_text(canvas, LEFT, low - 54, "Signature", 8, SOFT)
	_sign(canvas, LEFT + 110, low - 34, _seed(load))
	return _done(buffer, canvas)


def _photo(load: Load, blurred: bool) -> bytes:
	"""A delivery receipt on a table, taken askew; the camera lay on its side and says so in its EXIF data."""
	receivable, chance = load.receivable, random.Random(_seed(load))  # nosec B311 # drawn alike each time
	sheet = Image.new("RGB", (570, 750), "#f4f1e8")
	draw = ImageDraw.Draw(sheet)
	draw.text((38, 38), "DELIVERY RECEIPT", fill="#222", font=_font(30, bold=True))
	draw.line((38, 84, 532, 84), fill="#222", width=2)
	rows = (
		receivable.load_no,
		receivable.po_no or "no PO",
		receivable.customer,
		load.lane.partition(" to ")[2],
		GOODS,
	)
	for number, row in enumerate(rows):
		draw.text((38, 112 + 46 * number), row, fill="#333", font=_font(22))
	draw.text((38, 465), "Received in good order", fill="#333", font=_font(18))
	draw.line((38, 600, 390, 600), fill="#555", width=2)
	points = [(52 + 18 * n, 578 - chance.randrange(0, 68)) for n in range(17)]
	draw.line(points, fill="#1d2f6f", width=4, joint="curve")
	draw.text((38, 609), "consignee", fill="#777", font=_font(15))
	if blurred:
		sheet = sheet.filter(ImageFilter.GaussianBlur(8))
	table = Image.new("RGB", (720, 930), "#6d5a47")
	grain = ImageDraw.Draw(table)
	for x in range(0, 720, 3):
		shade = chance.randrange(-12, 12)
		grain.line((x, 0, x, 930), fill=(109 + shade, 90 + shade, 71 + shade), width=3)
	turned = sheet.convert("RGBA").rotate(chance.uniform(-5, 5), Image.Resampling.BILINEAR, expand=True)
	table.paste(turned, ((720 - turned.width) // 2, (930 - turned.height) // 2), turned)
	exif = Image.Exif()
	exif[0x0112] = 6  # turn it clockwise to see it upright
	buffer = io.BytesIO()
	table.transpose(Image.Transpose.ROTATE_90).save(buffer, "JPEG", quality=78, exif=exif)
	return buffer.getvalue()


def _ticket(load: Load) -> bytes:
	image = Image.new("L", (520, 700), 250)
	draw = ImageDraw.Draw(image)
	draw.text((40, 36), "SCALE TICKET", fill=20, font=_font(34, bold=True))
	weights = {"Steer axle": 11640, "Drive axle": 33180, "Trailer axle": 31740 + _seed(load) % 900}
	weights["Gross"] = sum(weights.values())
	for number, (label, pounds) in enumerate(weights.items()):
		draw.text((40, 140 + 56 * number), f"{label:14}", fill=40, font=_font(26))
		draw.text((480, 140 + 56 * number), f"{pounds:,} lb", fill=40, font=_font(26), anchor="ra")
	draw.text((40, 600), load.receivable.load_no, fill=40, font=_font(26))
	buffer = io.BytesIO()
	image.save(buffer, "PNG")
	return buffer.getvalue()


def _canvas() -> tuple[io.BytesIO, Canvas]:
	buffer = io.BytesIO()
	return buffer, Canvas(buffer, pagesize=LETTER, invariant=1)


def _done(buffer: io.BytesIO, canvas: Canvas) -> bytes:
	canvas.showPage()
	canvas.save()
	return buffer.getvalue()


def _text(
	canvas: Canvas, x: float, y: float, text: str, size: float, color=INK, bold=False, right=False
) -> None:
	canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
	canvas.setFillColor(color)
	(canvas.drawRightString if right else canvas.drawString)(x, y, text)


def _rule(canvas: Canvas, y: float) -> None:
	canvas.setStrokeColor(RULE)
	canvas.setLineWidth(0.8)
	canvas.line(LEFT, y, RIGHT, y)


def _sign(canvas: Canvas, x: float, y: float, seed: int) -> None:
	chance = random.Random(seed)  # nosec B311 # drawn alike each time
	path = canvas.beginPath()
	path.moveTo(x, y)
	for number in range(1, 9):
		low, high = y - chance.uniform(0, 14), y + chance.uniform(0, 18)
		path.curveTo(x + 14 * number - 9, low, x + 14 * number - 5, high, x + 14 * number, y)
	canvas.setStrokeColor(black)
	canvas.setLineWidth(1.1)
	canvas.drawPath(path)


def _seed(load: Load) -> int:
	return int("".join(c for c in load.receivable.invoice_no if c.isdigit()))


def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
	return ImageFont.truetype(str(FONTS / ("VeraBd.ttf" if bold else "Vera.ttf")), size)
