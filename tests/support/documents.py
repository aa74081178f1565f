"""PDFs and pictures the tests make, and an eye (pdfium, not the library under test) to look at what came out."""

import io
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NumberObject, RectangleObject
from reportlab.pdfgen.canvas import Canvas

PAPERWORK = Path(__file__).parent.parent / "fixtures" / "paperwork"


def pdf(
	lines=("Invoice INV-1",), size=(612, 792), top=None, step=24, draw=None, pages=1, encrypt=None
) -> bytes:
	"""A PDF with one text line under the other, from `top` points above the foot of each page downwards."""
	buffer = io.BytesIO()
	canvas = Canvas(buffer, pagesize=size, invariant=1, encrypt=encrypt)
	for number in range(pages):
		y = size[1] - 60 if top is None else top
		for line in lines:
			canvas.drawString(60, y, line if pages == 1 else f"{line} page {number + 1}")
			y -= step
		if draw:
			draw(canvas)
		canvas.showPage()
	canvas.save()
	return buffer.getvalue()


def raw(*bodies, root=1, size=None, extra=b"") -> bytes:
	"""A PDF written by hand: object n is the n-th body."""
	out, offsets = bytearray(b"%PDF-1.7\n"), []
	for number, body in enumerate(bodies, 1):
		offsets.append(len(out))
		out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
	start = len(out)
	out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
	out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
	out += b"trailer\n<< /Size %d /Root %d 0 R %s>>\n" % (size or len(bodies) + 1, root, extra)
	return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def page_tree_loop() -> bytes:
	"""A file whose tree of pages leads back to its root."""
	return raw(
		b"<< /Type /Catalog /Pages 2 0 R >>",
		b"<< /Type /Pages /Count 2 /Kids [3 0 R] >>",
		b"<< /Type /Pages /Count 2 /Parent 2 0 R /Kids [2 0 R] >>",
	)


def raw_stream(data: bytes, entries: bytes = b"") -> bytes:
	return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def full_page(size=(612, 792), first=None, last=20) -> bytes:
	"""A page printed on from `first` down to `last` points above its foot."""
	first = size[1] - 24 if first is None else first
	count = int((first - last) // 20) + 1
	return pdf([f"Line {n} of the invoice" for n in range(count)], size, top=first, step=20)


def changed(content: bytes, rotate=None, crop=None, media=None) -> bytes:
	"""The same PDF with its first page turned, cropped or moved."""
	writer = PdfWriter(clone_from=io.BytesIO(content))
	page = writer.pages[0]
	if rotate is not None:
		page[NameObject("/Rotate")] = NumberObject(rotate)
	if crop:
		page[NameObject("/CropBox")] = RectangleObject(crop)
	if media:
		page[NameObject("/MediaBox")] = RectangleObject(media)
	return written(writer)


def written(writer: PdfWriter) -> bytes:
	buffer = io.BytesIO()
	writer.write(buffer)
	return buffer.getvalue()


def jpeg(size=(800, 600), orientation=None, color="white", mark=None) -> bytes:
	"""A photo; `mark` colours its stored upper left quarter red."""
	image = Image.new("RGB", size, color)
	if mark:
		image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
	exif = Image.Exif()
	if orientation:
		exif[0x0112] = orientation
	return saved(image, "JPEG", exif=exif, quality=90)


def saved(image: Image.Image, kind: str, **options) -> bytes:
	buffer = io.BytesIO()
	image.save(buffer, kind, **options)
	return buffer.getvalue()


def texts(content: bytes) -> list[str]:
	document = pypdfium2.PdfDocument(content)
	return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def sizes(content: bytes) -> list[tuple[int, int]]:
	"""Width and height of each page as seen, in whole points."""
	return [tuple(round(n) for n in page.get_size()) for page in pypdfium2.PdfDocument(content)]


def seen(content: bytes, page=0, dpi=72) -> Image.Image:
	return pypdfium2.PdfDocument(content)[page].render(scale=dpi / 72).to_pil().convert("L")


def hides(before: Image.Image, after: Image.Image) -> bool:
	"""True if something that was dark is now light."""
	return bool(ImageChops.subtract(after, before).point(lambda value: 255 if value > 100 else 0).getbbox())


def inked(image: Image.Image):
	"""The box around everything dark, as (left, top, right, bottom) pixels."""
	return image.point(lambda value: 255 if value < 128 else 0).getbbox()


def objects(content: bytes) -> str:
	"""Every object of a PDF as text, to look for what must not be in it."""
	reader = PdfReader(io.BytesIO(content))
	size = int(reader.trailer["/Size"])
	found = [str(reader.trailer)]
	for number in range(1, size):
		item = reader.get_object(number)
		found.append(str(item))
		if hasattr(item, "get_data") and item.get("/Subtype") != "/Image":
			found.append(item.get_data().decode("latin-1"))
	return "\n".join(found)
