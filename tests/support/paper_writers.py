"""One paper as many programs write it: PDFs of every library at hand, each with the options that change the file."""

from __future__ import annotations

import importlib.util
import io
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pypdf
import pypdfium2
import reportlab
from PIL import Image
from pypdf import PdfReader, PdfWriter, Transformation
from pypdf.annotations import Highlight
from pypdf.constants import UserAccessPermissions
from pypdf.generic import ArrayObject, FloatObject, NameObject
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.support.documents import saved
from tests.support.pictures import paper_picture, tiff

MARK = "Received by R. Delgado, 24 pallets"
VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
PROTECTS = not pypdf.__version__.startswith("3.")  # those protect no file that they have read
SIZES = {"letter": (612, 792), "a4": (595.28, 841.89), "legal": (612, 1008), "landscape": (792, 612)}


class Paper(NamedTuple):
	"""A file: its name, how to make it, the pages it has in a packet, and whether it says MARK as text."""

	name: str
	make: Callable[[], bytes]
	pages: int = 1
	says: bool = True


def lines(count: int = 24) -> list[str]:
	return [MARK, *(f"Pallet {n}: 48 cartons of fresh lettuce, lot {7100 + n}" for n in range(count))]


def plain(size=(612, 792), pages=1, font="Helvetica", draw=None, **options) -> bytes:
	buffer = io.BytesIO()
	canvas = Canvas(buffer, pagesize=size, **options)
	for _ in range(pages):
		canvas.setFont(font, 10)
		for number, line in enumerate(lines()):
			canvas.drawString(50, size[1] - 60 - 16 * number, line)
		if draw:
			draw(canvas)
		canvas.showPage()
	canvas.save()
	return buffer.getvalue()


def by_reportlab() -> Iterator[Paper]:
	from reportlab.lib.pdfencrypt import StandardEncryption

	pdfmetrics.registerFont(TTFont("Vera", str(VERA)))
	for name, size in SIZES.items():
		yield Paper(f"reportlab {name}", lambda size=size: plain(size))
	for font in ("Courier", "Times-Roman", "Vera"):
		yield Paper(f"reportlab {font}", lambda font=font: plain(font=font))
	yield Paper("reportlab uncompressed", lambda: plain(pageCompression=0))
	yield Paper("reportlab three pages", lambda: plain(pages=3), 3)
	for strength in (40, 128):
		yield Paper(
			f"reportlab protected {strength}",
			lambda strength=strength: plain(
				encrypt=StandardEncryption("", "owner", strength=strength, canPrint=1)
			),
		)

	def form(canvas):
		canvas.acroForm.textfield(name="by", value="R. Delgado", x=60, y=100, width=200, height=20)
		canvas.acroForm.checkbox(name="damaged", checked=True, x=60, y=70)
		canvas.acroForm.choice(name="unit", value="A", options=["A", "B"], x=60, y=40, width=60, height=20)

	yield Paper("reportlab form", lambda: plain(draw=form))

	def links(canvas):
		canvas.bookmarkPage("here")
		canvas.addOutlineEntry("Here", "here")
		canvas.linkURL("https://example.com", (50, 50, 200, 70))
		canvas.linkRect("", "here", (50, 80, 200, 100))

	yield Paper("reportlab links", lambda: plain(draw=links))
	for mode in ("1", "L", "RGB", "RGBA"):
		yield Paper(f"reportlab picture {mode}", lambda mode=mode: plain(draw=_picture(mode)))


def _picture(mode: str):
	return lambda canvas: canvas.drawImage(ImageReader(paper_picture((300, 200), mode)), 50, 60, 150, 100)


def _written(writer: PdfWriter) -> bytes:
	buffer = io.BytesIO()
	writer.write(buffer)
	return buffer.getvalue()


def _rewritten(change: Callable[[PdfWriter], object]) -> bytes:
	writer = PdfWriter(clone_from=io.BytesIO(plain()))
	change(writer)
	return _written(writer)


def by_pypdf() -> Iterator[Paper]:
	def transformed(matrix: Transformation):
		return lambda writer: writer.pages[0].add_transformation(matrix)

	def appended(writer):
		writer.append(io.BytesIO(plain(SIZES["a4"])))

	def stamped(writer):
		writer.pages[0].merge_page(PdfReader(io.BytesIO(plain(font="Courier"))).pages[0])

	def marked(writer):
		points = ArrayObject([FloatObject(n) for n in (50, 730, 250, 730, 50, 745, 250, 745)])
		writer.add_annotation(0, Highlight(rect=(50, 730, 250, 745), quad_points=points))

	def protected(algorithm):
		return lambda writer: writer.encrypt(
			"", "owner", permissions_flag=UserAccessPermissions.PRINT, algorithm=algorithm
		)

	def without(key):
		return lambda writer: writer.pages[0].pop(NameObject(key), None)

	for angle in (90, 180, 270):
		yield Paper(
			f"pypdf turned {angle}", lambda angle=angle: _rewritten(lambda w: w.pages[0].rotate(angle))
		)
	changes = {
		"scaled": lambda writer: writer.pages[0].scale_by(0.5),
		"poster": lambda writer: writer.pages[0].scale_by(3),
		"moved": transformed(Transformation().translate(20, -10)),
		"cropped": lambda writer: setattr(writer.pages[0].cropbox, "upper_right", (600, 780)),
		"stamped": stamped,
		"attachment": lambda writer: writer.add_attachment("data.xml", b"<load>5530912</load>"),
		"script": lambda writer: writer.add_js("app.alert('hello')"),
		"metadata": lambda writer: writer.add_metadata({"/Title": "Prueba de entrega"}),
		"compressed": lambda writer: writer.pages[0].compress_content_streams(),
		"highlight": marked,
		"no page type": without("/Type"),
	}
	if PROTECTS:
		changes |= {
			f"protected {each}": protected(each) for each in ("RC4-40", "RC4-128", "AES-128", "AES-256")
		}
	for name, change in changes.items():
		yield Paper(f"pypdf {name}", lambda change=change: _rewritten(change))
	yield Paper("pypdf appended", lambda: _rewritten(appended), 2)


def by_pypdfium2() -> Iterator[Paper]:
	def written(change, version=17) -> bytes:
		buffer = io.BytesIO()
		with pypdfium2.PdfDocument.new() as made:
			change(made)
			made.save(buffer, version=version)
		return buffer.getvalue()

	def imported(made):
		made.import_pages(pypdfium2.PdfDocument(plain(pages=2)))

	def picture(made):
		page = made.new_page(612, 792)
		image = pypdfium2.PdfImage.new(made)
		image.load_jpeg(io.BytesIO(saved(paper_picture((850, 1100)), "JPEG")))
		image.set_matrix(pypdfium2.PdfMatrix().scale(612, 792))
		page.insert_obj(image)
		page.gen_content()

	for version in (14, 15, 17):
		yield Paper(f"pdfium 1.{version % 10}", lambda version=version: written(imported, version), 2)
	yield Paper("pdfium picture", lambda: written(picture), says=False)


def by_pillow() -> Iterator[Paper]:
	for mode in ("1", "L", "RGB", "P", "CMYK", "LA", "RGBA"):
		yield Paper(
			f"pillow {mode}",
			lambda mode=mode: saved(paper_picture((850, 1100), mode), "PDF", resolution=100),
			says=False,
		)
	more = [paper_picture((850, 1100), seed=2), paper_picture((1100, 850), seed=3)]
	yield Paper(
		"pillow pages",
		lambda: saved(paper_picture((850, 1100)), "PDF", save_all=True, append_images=more),
		3,
		False,
	)


def by_pikepdf() -> Iterator[Paper]:
	import pikepdf

	def written(change=lambda pdf: None, **options) -> bytes:
		buffer = io.BytesIO()
		with pikepdf.open(io.BytesIO(plain(pages=2))) as pdf:
			change(pdf)
			pdf.save(buffer, **options)
		return buffer.getvalue()

	def split(pdf):
		content = pdf.pages[0].Contents.read_bytes()
		half = content.index(b"\n", len(content) // 2) + 1
		pdf.pages[0].Contents = pdf.make_indirect(
			pikepdf.Array([pdf.make_stream(content[:half]), pdf.make_stream(content[half:])])
		)

	def inherited(pdf):
		pdf.Root.Pages.MediaBox = pdf.pages[0].MediaBox
		for page in pdf.pages:
			del page.MediaBox

	def upside_down_box(pdf):
		pdf.pages[0].MediaBox = pikepdf.Array([612, 792, 0, 0])

	def units(pdf):
		pdf.pages[0].UserUnit = 2

	modes = pikepdf.ObjectStreamMode
	ways: dict[str, dict] = {
		"object streams": {"object_stream_mode": modes.generate},
		"no object streams": {"object_stream_mode": modes.disable},
		"linearized": {"linearize": True},
		"linearized streams": {"linearize": True, "object_stream_mode": modes.generate},
		"qdf": {"qdf": True},
		"uncompressed": {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.all},
		"version 1.3": {"force_version": "1.3"},
		"version 2.0": {"min_version": "2.0"},
		**{
			f"protected R{each}": {"encryption": pikepdf.Encryption(owner="owner", user="", R=each)}
			for each in (4, 6)
		},
		"protected R3": {
			"encryption": pikepdf.Encryption(owner="owner", user="", R=3, aes=False, metadata=False)
		},
		"two streams of contents": {"change": split},
		"inherited size": {"change": inherited},
		"box from the other corner": {"change": upside_down_box},
		"user units": {"change": units},
	}
	for name, options in ways.items():
		yield Paper(f"pikepdf {name}", lambda options=options: written(**options), 2)


def by_fpdf2() -> Iterator[Paper]:
	import fpdf

	def written(change=lambda pdf: None, font="Helvetica", **options) -> bytes:
		pdf = fpdf.FPDF(**options)
		if font == "Vera":
			pdf.add_font("Vera", fname=str(VERA))
		pdf.add_page()
		pdf.set_font(font, size=10)
		for line in lines():
			pdf.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
		change(pdf)
		return bytes(pdf.output())

	def table(pdf):
		with pdf.table() as drawn:
			for number in range(5):
				row = drawn.row()
				row.cell(f"Pallet {number}")
				row.cell("48 cartons")

	ways: dict[str, dict] = {
		"a4": {},
		"letter": {"format": "Letter"},
		"landscape": {"orientation": "L"},
		"millimetres of a receipt": {"format": (110, 400)},
		"subset font": {"font": "Vera"},
		"uncompressed": {"change": lambda pdf: pdf.set_compression(False)},
		"table": {"change": table},
		"picture": {"change": lambda pdf: pdf.image(paper_picture((300, 200)), w=60)},
		"picture with alpha": {"change": lambda pdf: pdf.image(paper_picture((300, 200), "RGBA"), w=60)},
		"protected": {"change": lambda pdf: pdf.set_encryption(owner_password="owner")},
		"link": {"change": lambda pdf: pdf.cell(0, 6, "Map", link="https://example.com")},
		"text note": {"change": lambda pdf: pdf.text_annotation(50, 50, "2 damaged")},
		"version 2": {"change": lambda pdf: setattr(pdf, "pdf_version", "2.0")},
	}
	for name, options in ways.items():
		yield Paper(f"fpdf2 {name}", lambda options=options: written(**options))


def by_img2pdf() -> Iterator[Paper]:
	import img2pdf

	letter = img2pdf.get_layout_fun((img2pdf.in_to_pt(8.5), img2pdf.in_to_pt(11)))
	turned = Image.Exif()
	turned[0x0112] = 6
	files: dict[str, tuple[Callable[[], bytes], int]] = {
		**{
			f"jpeg {mode}": (lambda mode=mode: saved(paper_picture((850, 1100), mode), "JPEG"), 1)
			for mode in ("L", "RGB", "CMYK")
		},
		"jpeg turned": (lambda: saved(paper_picture((1100, 850)), "JPEG", exif=turned), 1),
		**{
			f"png {mode}": (lambda mode=mode: saved(paper_picture((850, 1100), mode), "PNG"), 1)
			for mode in ("1", "L", "P", "RGB")
		},
		"fax": (lambda: tiff(paper_picture((1728, 2200), "1"), compression="group4"), 1),
		"tiff pages": (lambda: tiff(*(paper_picture((850, 1100), "L", seed) for seed in range(3))), 3),
	}
	for name, (make, pages) in files.items():
		yield Paper(f"img2pdf {name}", lambda make=make: img2pdf.convert(make()), pages, False)
	yield Paper(
		"img2pdf letter",
		lambda: img2pdf.convert(saved(paper_picture((1700, 2200), "L"), "JPEG"), layout_fun=letter),
		says=False,
	)


def by_pydyf() -> Iterator[Paper]:
	import pydyf

	def written(version=b"1.7", compress=False, identifier=False) -> bytes:
		pdf = pydyf.PDF()
		font = pydyf.Dictionary(
			{
				"Type": "/Font",
				"Subtype": "/Type1",
				"Name": "/F1",
				"BaseFont": "/Helvetica",
				"Encoding": "/WinAnsiEncoding",
			}
		)
		pdf.add_object(font)
		text = pydyf.Stream(compress=compress)
		text.begin_text()
		text.set_font_size("F1", 10)
		text.set_text_matrix(1, 0, 0, 1, 50, 740)
		for line in lines():
			text.show_text_string(line)
			text.move_text_to(0, -16)
		text.end_text()
		pdf.add_object(text)
		page = {"Type": "/Page", "Parent": pdf.pages.reference, "MediaBox": pydyf.Array([0, 0, 612, 792])}
		fonts = pydyf.Dictionary({"F1": font.reference})
		page |= {"Contents": text.reference, "Resources": pydyf.Dictionary({"Font": fonts})}
		pdf.add_page(pydyf.Dictionary(page))
		buffer = io.BytesIO()
		pdf.write(buffer, version=version, identifier=identifier, compress=compress)
		return buffer.getvalue()

	for version in (b"1.4", b"1.7", b"2.0"):
		for compress in (False, True):
			name = f"pydyf {version.decode()}{' compressed' if compress else ''}"
			yield Paper(name, lambda version=version, compress=compress: written(version, compress, compress))


WRITERS: dict[str, Callable[[], Iterator[Paper]]] = {
	"reportlab": by_reportlab,
	"pypdf": by_pypdf,
	"pypdfium2": by_pypdfium2,
	"PIL": by_pillow,
	"pikepdf": by_pikepdf,
	"fpdf": by_fpdf2,
	"img2pdf": by_img2pdf,
	"pydyf": by_pydyf,
}


def is_installed(library: str) -> bool:
	return importlib.util.find_spec(library) is not None


def mutated(content: bytes, seed: int) -> bytes:
	"""The file cut off, or with some bytes changed."""
	chance = random.Random(seed)
	if seed % 3 == 0:
		return content[: chance.randint(len(content) // 10, len(content) * 9 // 10)]
	changed = bytearray(content)
	for _ in range(chance.choice((1, 8, 60))):
		changed[chance.randrange(len(changed))] = chance.randrange(256)
	return bytes(changed)
