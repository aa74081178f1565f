"""Pictures in every format that phones, scanners and fax servers write; a file is what its bytes say."""

import io
import zipfile
from importlib.util import find_spec

import pillow_heif
import pytest
from PIL import Image, TiffImagePlugin
from pypdf import PdfReader

from rts_factoring.core.documents.embedding import Quality
from rts_factoring.core.documents.formats import file_format
from rts_factoring.core.documents.images import read_pictures
from rts_factoring.core.documents.packet import Document, DocumentKind, build_packet, check_document
from rts_factoring.core.documents.quality import judge
from rts_factoring.core.documents.scans import coarsen
from rts_factoring.core.errors import DocumentError
from tests.support.documents import inked, pdf, saved, seen, sizes
from tests.support.pictures import every_format, half_dark, paper_picture, photographed, tiff

INVOICE = pdf(["Invoice INV-1"])
FILES = every_format()
AVIF = (
	["AVIF"] if find_spec("PIL.AvifImagePlugin") else []
)  # other writers leave the orientation to its reader
FORMATS = {"jpg": "JPEG", "tif": "TIFF", "heic": "HEIF"} | {
	kind: kind.upper() for kind in ("png", "webp", "bmp", "gif", "avif")
}


def packet(content, name="paper.pdf", **options):
	return build_packet(INVOICE, [Document(DocumentKind.POD, name, content)], **options)


def pictures(content):
	"""The image XObjects of all pages but the invoice's."""
	pages = PdfReader(io.BytesIO(content)).pages[1:]
	return [image.get_object() for page in pages for image in page["/Resources"]["/XObject"].values()]


class TestFormats:
	@pytest.mark.parametrize("kind", FILES)
	@pytest.mark.parametrize("suffix", ["", ".pdf", ".jpg", ".docx"])
	def test_a_picture_is_seen_whatever_the_file_is_named(self, kind, suffix):
		assert file_format(FILES[kind]) == FORMATS[kind]
		page = seen(packet(FILES[kind], f"paper{suffix or '.' + kind}").content, 1)
		assert page.getpixel((200, 200)) < 40 and page.getpixel((420, 200)) > 215

	def test_a_pdf_is_seen_whatever_it_is_named(self):
		assert sizes(packet(pdf(size=(300, 400)), "scan.jpg").content)[1] == (300, 400)

	@pytest.mark.parametrize("kind", FILES)
	def test_half_a_picture_is_refused(self, kind):
		content = FILES[kind] if kind != "heic" else saved(half_dark((1600, 2000)), "HEIF")
		with pytest.raises(DocumentError) as caught:
			check_document(Document(DocumentKind.POD, f"paper.{kind}", content[: len(content) // 2]))
		assert caught.value.code == "image_corrupt"

	@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
	@pytest.mark.parametrize("size", [(400, 500), (2400, 3001)])
	def test_a_jpeg_without_its_end_mark_is_whole_and_one_that_lacks_more_is_not(self, mode, size):
		picture = paper_picture(size, "L", 3).convert(mode)
		content = saved(picture, "JPEG", quality=85)
		whole = seen(packet(content, "photo.jpg").content, 1).tobytes()
		for without in (content[:-2], content[:-1], content[:-2] + bytes(40)):
			assert seen(packet(without, "photo.jpg").content, 1).tobytes() == whole
		for less in (12, 60, 400, len(content) // 3):
			with pytest.raises(DocumentError) as caught:
				check_document(Document(DocumentKind.POD, "photo.jpg", content[:-less]))
			assert caught.value.code == "image_corrupt", less

	def test_a_jpeg_in_passes_without_its_end_mark_may_lack_one(self):
		content = saved(half_dark((900, 1200)), "JPEG", progressive=True)
		assert check_document(Document(DocumentKind.POD, "photo.jpg", content)) == 1
		for less in (2, 1000):
			with pytest.raises(DocumentError):
				check_document(Document(DocumentKind.POD, "photo.jpg", content[:-less]))

	@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I;16"])
	def test_every_kind_of_tiff_shows_what_it_shows(self, mode):
		picture = half_dark(mode="L")
		picture = (
			picture.point(lambda v: v * 257, "I").convert("I;16") if mode == "I;16" else picture.convert(mode)
		)
		page = seen(packet(saved(picture, "TIFF"), "scan.tif").content, 1)
		assert page.getpixel((200, 200)) < 40 and page.getpixel((420, 200)) > 215

	@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "HEIF", *AVIF])
	def test_orientation_is_obeyed_once(self, kind):
		exif = Image.Exif()
		exif[0x0112] = 6  # what is stored left is seen at the top
		content = saved(half_dark((400, 400)), kind, exif=exif.tobytes())
		page = seen(packet(content, "photo").content, 1)
		dark = inked(page)
		assert dark[2] - dark[0] > 1.8 * (dark[3] - dark[1]), "the dark half is the upper one"
		assert page.getpixel(((dark[0] + dark[2]) // 2, dark[3] + 50)) > 215

	def test_all_pictures_of_a_heic_are_pages(self):
		file, buffer = pillow_heif.HeifFile(), io.BytesIO()
		for size in ((400, 500), (500, 400)):
			file.add_from_pillow(half_dark(size))
		file.save(buffer)
		assert sizes(packet(buffer.getvalue(), "scan.heic").content)[1:] == [(612, 792), (792, 612)]

	def test_a_moving_picture_is_refused(self):
		for kind in ("GIF", "WEBP"):
			content = saved(half_dark(), kind, save_all=True, append_images=[Image.new("RGB", (400, 500))])
			with pytest.raises(DocumentError) as caught:
				check_document(Document(DocumentKind.POD, "a.gif", content))
			assert caught.value.code == "image_moves"


class TestFax:
	@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_lzw", "packbits", None])
	def test_all_pages_come_in_two_tones_and_small(self, compression):
		pages = [paper_picture((1728, 2200), "1", seed) for seed in (1, 2, 3)]
		made = packet(tiff(*pages, compression=compression, dpi=(204, 196)), "fax.tif")
		assert made.pages == 4
		found = pictures(made.content)
		assert [image["/BitsPerComponent"] for image in found] == [1, 1, 1]
		assert all(image["/Filter"] == "/CCITTFaxDecode" for image in found)
		smallest = len(tiff(*pages, compression="group4"))
		assert len(made.content) - len(packet(pdf()).content) < smallest
		for number, page in enumerate(pages, 1):
			drawn = seen(made.content, number, dpi=204 * 567 / (1728 / 204 * 72))
			dark = sum(drawn.histogram()[:128]) / (drawn.width * drawn.height)
			assert dark == pytest.approx(page.histogram()[0] / (1728 * 2200), abs=0.02)

	def test_a_fax_in_standard_resolution_is_not_squeezed(self):
		fine = half_dark((1728, 2200), "1")
		standard = fine.resize((1728, 1056))
		boxes = [
			inked(seen(packet(tiff(page, compression="group3", dpi=dpi), "fax.tif").content, 1))
			for page, dpi in ((fine, (204, 204)), (standard, (204, 98)))
		]
		assert boxes[0] == pytest.approx(boxes[1], abs=4)

	def test_a_scan_at_600_dpi_comes_at_300_in_two_tones(self):
		made = packet(tiff(paper_picture((5100, 6600), "1", height=120), compression="group4"), "scan.tif")
		(image,) = pictures(made.content)
		assert image["/BitsPerComponent"] == 1 and 2300 < image["/Width"] <= 2550
		drawn = seen(made.content, 1)
		assert 0.01 < sum(drawn.histogram()[:200]) / (drawn.width * drawn.height) < 0.5

	@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP"])
	def test_black_on_white_is_in_two_tones_in_every_format(self, kind):
		content = saved(paper_picture((1728, 2200), "1").convert("L"), kind)
		(image,) = pictures(packet(content, "scan").content)
		assert image["/BitsPerComponent"] == 1

	def test_thumbnails_and_masks_in_a_tiff_are_no_pages(self):
		page = Image.new("L", (900, 1200), 200)
		thumbnail, mask = Image.new("L", (90, 120), 10), Image.new("1", (900, 1200))
		buffer = io.BytesIO()
		with TiffImagePlugin.AppendingTiffWriter(buffer) as frames:
			for picture, subfile in ((page, 0), (thumbnail, 1), (mask, 4), (page, 2)):
				picture.save(frames, "TIFF", tiffinfo={254: subfile})
				frames.newFrame()
		assert packet(buffer.getvalue(), "scan.tif").pages == 3

	@pytest.mark.parametrize("subfiles", [(1, 1, 1), (0, 1, 1), (1, 0, 2)])
	def test_pages_that_a_scanner_calls_smaller_ones_of_others_are_pages(self, subfiles):
		buffer = io.BytesIO()
		with TiffImagePlugin.AppendingTiffWriter(buffer) as frames:
			for shade, subfile in enumerate(subfiles, 1):
				picture = Image.new("L", (900, 1200), 50 * shade)
				picture.save(frames, "TIFF", tiffinfo={254: subfile})
				frames.newFrame()
		made = packet(buffer.getvalue(), "scan.tif")
		assert [seen(made.content, number).getpixel((300, 300)) for number in (1, 2, 3)] == [50, 100, 150]

	def test_each_picture_of_a_scan_has_its_own_time(self):
		pages, restarts = [photographed((300, 400), seed) for seed in (1, 2, 3)], []
		read_pictures(tiff(*pages), "TIFF", "scan.tif", lambda: restarts.append("tiff"))
		reader = PdfReader(io.BytesIO(saved(pages[0], "PDF", save_all=True, append_images=pages[1:])))
		coarsen(reader.pages, [{}] * 3, Quality(100, 40), lambda: restarts.append("pdf"))
		assert restarts == ["tiff"] * 3 + ["pdf"] * 3

	def test_a_raw_picture_of_a_camera_is_refused(self):
		content = saved(half_dark((90, 120)), "TIFF", tiffinfo={50706: b"\x01\x04\x00\x00"})
		with pytest.raises(DocumentError) as caught:
			check_document(Document(DocumentKind.POD, "IMG_1.dng", content))
		assert caught.value.key == "unsupported_type.raw"


class TestLayout:
	@pytest.mark.parametrize(
		("size", "page"), [((2000, 1500), (792, 612)), ((1500, 2000), (612, 792)), ((900, 900), (612, 792))]
	)
	def test_a_page_lies_as_its_picture_does(self, size, page):
		assert sizes(packet(saved(half_dark(size), "JPEG"), "photo.jpg").content)[1] == page

	def test_a_long_receipt_is_cut_into_pages_and_no_line_is_lost(self):
		receipt = Image.new("L", (600, 6000), 255)
		for n in range(60):  # stripes of their own grey
			receipt.paste(40 + 2 * n, (100, 100 * n + 20, 500, 100 * n + 60))
		made = packet(saved(receipt, "PNG"), "lumper receipt.png")
		assert made.pages == 5 and set(sizes(made.content)) == {(612, 792)}
		shown = set()
		for number in range(1, made.pages):
			page = seen(made.content, number)
			left, _, right, _ = inked(page.point(lambda value: 0 if value < 250 else 255))
			assert (right - left) / 72 > 2, "as wide as a receipt"
			column = [page.getpixel(((left + right) // 2, y)) for y in range(page.height)]
			shown |= {value for value in column if column.count(value) > 10}
		assert {40 + 2 * n for n in range(60)} <= shown

	def test_a_photo_of_a_paper_is_not_cut(self):
		assert packet(saved(half_dark((800, 2300)), "JPEG"), "screenshot.jpg").pages == 2

	def test_a_line_of_pixels_is_one_page(self):
		assert packet(saved(half_dark((20, 4000)), "PNG"), "line.png").pages == 2


def office(*names):
	buffer = io.BytesIO()
	with zipfile.ZipFile(buffer, "w") as archive:
		for name in names:
			archive.writestr(name, "x")
	return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


@pytest.mark.parametrize(
	("name", "content", "key"),
	[
		("BOL.docx", office("[Content_Types].xml", "word/document.xml"), "office"),
		("BOL.pdf", office("[Content_Types].xml", "word/document.xml"), "office"),
		("rates.xlsx", office("[Content_Types].xml", "xl/workbook.xml"), "office"),
		("deck.pptx", office("[Content_Types].xml", "ppt/presentation.xml"), "office"),
		("BOL.xps", office("FixedDocumentSequence.fdseq", "Documents/1/Pages/1.fpage"), "office"),
		("BOL.pages", office("Index/Document.iwa", "preview.jpg"), "office"),
		("BOL.doc", OLE + "WordDocument".encode("utf-16-le"), "office"),
		("rates.xls", OLE + "Workbook".encode("utf-16-le"), "office"),
		("RE POD.msg", OLE + "__substg1.0_0037001F".encode("utf-16-le"), "mail"),
		("BOL.rtf", b"{\\rtf1\\ansi BOL}", "office"),
		("RE POD.eml", b"From: a@b.c\r\nTo: d@e.f\r\nSubject: POD\r\n\r\nhere", "mail"),
		("portal.pdf", b"<!DOCTYPE html><html><body>Log in</body></html>", "office"),
		("papers.zip", office("POD.pdf", "BOL.jpg"), "zip"),
		("papers.pdf", office("POD.pdf"), "zip"),
		("IMG_1.mov", b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video"),
		("IMG_1.jpg", b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "video"),
		("a.bin", b"\x01\x02\x03", "other"),
	],
)
def test_other_files_are_refused_with_the_way_to_a_pdf(name, content, key):
	with pytest.raises(DocumentError) as caught:
		check_document(Document(DocumentKind.BOL, name, content))
	assert (caught.value.key, caught.value.where) == (f"unsupported_type.{key}", name)
	assert any(way in caught.value.hint for way in ("PDF", "Photograph"))


def test_a_photo_of_108_megapixels_is_taken():
	"""As phones of the last years make them; a JPEG of so many pixels is decoded at a fraction of its size."""
	buffer = io.BytesIO()
	Image.new("L", (9000, 12_000), 200).save(buffer, "JPEG", quality=50)
	document = Document(DocumentKind.POD, "photo.jpg", buffer.getvalue())
	assert check_document(document) == 1
	assert [finding.code for finding in judge(document.content, "photo.jpg")] == ["page_blank"]


def test_a_png_of_as_many_pixels_is_too_large():
	buffer = io.BytesIO()
	Image.new("1", (9000, 12_000), 1).save(buffer, "PNG")
	with pytest.raises(DocumentError) as caught:
		check_document(Document(DocumentKind.POD, "scan.png", buffer.getvalue()))
	assert caught.value.key == "image_too_large.measured"


def test_a_picture_in_passes_that_has_no_room_in_memory_is_not_called_damaged():
	"""The decoder of a progressive JPEG holds it whole: at 80 megapixels and full colour, 480 MB."""
	buffer = io.BytesIO()
	Image.new("RGB", (8000, 10_000), "white").save(
		buffer, "JPEG", quality=30, progressive=True, subsampling=0
	)
	with pytest.raises(DocumentError) as caught:
		check_document(Document(DocumentKind.POD, "photo.jpg", buffer.getvalue()))
	assert caught.value.key == "image_too_large.memory" and "8,000 × 10,000" in str(caught.value)
