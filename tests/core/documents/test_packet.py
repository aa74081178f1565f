"""Invoice and paperwork as one PDF, looked at with pdfium; what must not be in it is looked for in its objects."""

import io
import random

import pytest
from PIL import Image, JpegImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
	DictionaryObject,
	NameObject,
)
from reportlab.lib.pdfencrypt import StandardEncryption

from rts_factoring.core.documents import limits
from rts_factoring.core.documents.kinds import DocumentKind, guess_kind
from rts_factoring.core.documents.packet import Document, build_packet, check_document, packet_key
from rts_factoring.core.errors import DocumentError, DocumentsRefused
from rts_factoring.core.notice.notice import Notice, NoticeValues
from rts_factoring.core.notice.overlay import stamp_pdf
from tests.support.documents import (
	PAPERWORK,
	changed,
	inked,
	jpeg,
	objects,
	page_tree_loop,
	pdf,
	saved,
	seen,
	sizes,
	texts,
	written,
)
from tests.support.fresh_processes import outputs
from tests.support.pictures import photographed

SAME_PACKET = """
from rts_factoring.core.documents.kinds import guess_kind
from rts_factoring.core.documents.packet import Document, build_packet
from tests.support.documents import PAPERWORK, pdf

files = [path for path in sorted(PAPERWORK.iterdir()) if path.is_file()]
documents = [Document(guess_kind(path.name), path.name, path) for path in files]
for options in ({}, {"max_bytes": 60_000}):
	print(build_packet(pdf(["Invoice INV-1"]), documents, **options).sha256)
"""
KINDS = DocumentKind
INVOICE = pdf(["Invoice INV-1"])


def paper(content, name="paper.pdf", kind=KINDS.OTHER):
	return Document(kind, name, content)


def packet(*documents, **options):
	return build_packet(INVOICE, documents, **options)


class TestWhatComesOut:
	def test_the_samples_become_one_upright_packet_in_the_order_of_the_settings(self):
		documents = [
			Document(guess_kind(p.name), p.name, p) for p in sorted(PAPERWORK.iterdir()) if p.is_file()
		]
		made = build_packet(INVOICE, documents, order=[KINDS.POD, KINDS.RATE_CONFIRMATION, KINDS.BOL])
		assert made.outline == (
			("Invoice", 1),
			("Proof of Delivery: pod_photo.jpg", 2),
			("Proof of Delivery: proof_of_delivery_rotated.pdf", 3),
			("Rate Confirmation: rate_confirmation.pdf", 4),
			("Bill of Lading: bill_of_lading.pdf", 6),
			("Lumper Receipt: lumper_receipt_a4_landscape.pdf", 7),
			("Scale Ticket: scale_ticket.png", 8),
		)
		assert made.pages == len(sizes(made.content)) == 8
		assert sizes(made.content)[2] == (612, 792), "it lay on its side and is turned upright"
		assert sizes(made.content)[6] == (842, 595)
		assert "INV-1" in texts(made.content)[0] and "Proof of Delivery line 1" in texts(made.content)[2]

	def test_bookmarks_lead_to_the_first_page_of_each_document(self):
		made = packet(paper(pdf(pages=3), "a.pdf", KINDS.BOL), paper(pdf(), "b.pdf", KINDS.POD))
		reader = PdfReader(io.BytesIO(made.content))
		found = [(item["/Title"], reader.get_destination_page_number(item) + 1) for item in reader.outline]
		assert tuple(found) == made.outline
		assert made.outline[1:] == (("Bill of Lading: a.pdf", 2), ("Proof of Delivery: b.pdf", 5))

	def test_an_invoice_alone_is_a_packet(self):
		assert packet().outline == (("Invoice", 1),)

	def test_the_same_input_gives_the_same_bytes_in_another_process(self):
		(printed,) = outputs(SAME_PACKET)
		assert len(set(printed.split())) == 2

	def test_chance_in_the_names_of_font_subsets_does_not_show(self):
		def printed(tag):
			content = stamp_pdf(pdf(), Notice("c", "Śląsk"), NoticeValues())
			reader = PdfReader(io.BytesIO(content))
			writer = PdfWriter(clone_from=reader)
			for item in writer._objects:
				for key in ("/BaseFont", "/FontName"):
					if isinstance(item, DictionaryObject) and "+" in str(item.get(key, "")):
						item[NameObject(key)] = NameObject(f"/{tag}+Font")
			return written(writer)

		first, second = (build_packet(printed(tag), []).content for tag in ("QNAAAA", "QTAAAA"))
		assert first == second
		assert "AAAAAA+Font" in objects(first)

	@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
	def test_pages_whose_text_lies_on_its_side_are_turned_upright(self, rotate):
		made = packet(paper(changed(pdf(["A line of text that says which way is up"]), rotate)))
		assert sizes(made.content)[1] == (612, 792)
		assert inked(seen(made.content, 1))[3] < 100, "the line is at the top"

	def test_a_landscape_page_that_reads_upright_stays_as_it_is(self):
		def sideways(canvas):
			canvas.rotate(90)
			canvas.drawString(60, -40, "A landscape table on a portrait sheet, turned for reading")

		made = packet(paper(changed(pdf([], draw=sideways), 90)))
		assert sizes(made.content)[1] == (792, 612)


class TestProgress:
	def test_each_file_is_told_as_it_is_read(self):
		told: list[str] = []
		documents = [Document(DocumentKind.POD, name, pdf([name])) for name in ("b.pdf", "a.pdf")]
		build_packet(pdf(), documents, invoice_name="INV-1.pdf", told=told.append)
		assert told == ["INV-1.pdf", "b.pdf", "a.pdf"]


class TestPhotos:
	@pytest.mark.parametrize(
		("orientation", "corner"),
		[(1, "tl"), (2, "tr"), (3, "br"), (4, "bl"), (5, "tl"), (6, "tr"), (7, "br"), (8, "bl")],
	)
	def test_exif_orientation_is_obeyed(self, orientation, corner):
		made = packet(paper(jpeg((800, 600), orientation, color="#ddd", mark=True), "photo.jpg"))
		page = seen(made.content, 1)
		left, top, right, bottom = page.point(lambda v: 255 if v < 250 else 0).getbbox()
		x = left + (right - left) * (0.25 if "l" in corner else 0.75)
		y = top + (bottom - top) * (0.25 if "t" in corner else 0.75)
		assert page.getpixel((int(x), int(y))) < 100
		assert page.getpixel((int(left + right - x), int(top + bottom - y))) > 180
		assert (right - left > bottom - top) == (orientation < 5)

	@pytest.mark.parametrize("size", [(6000, 3000), (3000, 6000), (1500, 1500), (200, 100)])
	@pytest.mark.parametrize("orientation", [1, 6])
	def test_a_photo_is_a_letter_page_at_no_more_than_200_dpi(self, size, orientation):
		made = packet(paper(jpeg(size, orientation, color="#888"), "photo.jpg"))
		wide = (size[0] > size[1]) != (orientation == 6 and size[0] != size[1])
		assert sizes(made.content)[1] == ((792, 612) if wide else (612, 792))
		(image,) = PdfReader(io.BytesIO(made.content)).pages[1]["/Resources"]["/XObject"].values()
		image = image.get_object()
		left, _, right, _ = inked(seen(made.content, 1).point(lambda v: 0 if v < 250 else 255))
		assert image["/Width"] / ((right - left) / 72) <= 202
		if max(size) < 1600:
			assert {image["/Width"], image["/Height"]} == set(size), "and is never made larger"

	@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK"])
	def test_every_kind_of_png_and_jpg_shows_what_it_shows(self, mode):
		kind = "JPEG" if mode == "CMYK" else "PNG"
		image = Image.new("L", (400, 400), 255)
		image.paste(0, (0, 0, 200, 400))
		image = image.point(lambda v: v * 257, "I").convert("I;16") if mode == "I;16" else image.convert(mode)
		made = packet(paper(saved(image, kind), "ticket." + kind.lower()))
		page = seen(made.content, 1)
		assert page.getpixel((150, 100)) < 40 and page.getpixel((450, 100)) > 215

	def test_a_photo_that_needs_no_change_is_kept_as_it_is_without_what_the_phone_wrote_beside_it(self):
		exif = Image.Exif()
		exif[0x010E] = "TAKEN AT HOME"
		picture = Image.frombytes("RGB", (400, 500), random.Random(2).randbytes(600_000))
		photo = saved(picture, "JPEG", quality=97, exif=exif, comment=b"PRIVATE")
		made = packet(paper(photo, "photo.jpg")).content
		(image,) = PdfReader(io.BytesIO(made)).pages[1]["/Resources"]["/XObject"].values()
		kept = image.get_object()._data
		assert b"TAKEN AT HOME" in photo and b"PRIVATE" in photo
		assert b"TAKEN AT HOME" not in made and b"PRIVATE" not in made
		assert Image.open(io.BytesIO(kept)).tobytes() == Image.open(io.BytesIO(photo)).tobytes()

	def test_what_is_transparent_is_white(self):
		made = packet(paper(saved(Image.new("RGBA", (400, 400), (0, 0, 0, 0)), "PNG"), "t.png"))
		assert inked(seen(made.content, 1)) is None

	def test_a_photo_named_pdf_is_taken_for_what_it_is(self):
		assert sizes(packet(paper(jpeg(), "photo.pdf")).content)[1] == (792, 612)


class TestSizeCap:
	def documents(self):
		noise = Image.frombytes("RGB", (800, 1000), random.Random(1).randbytes(2_400_000)).resize(
			(1600, 2000)
		)
		return [paper(saved(noise, "JPEG", quality=95), "pod.jpg"), paper(self.scan(noise), "scan.pdf")]

	@staticmethod
	def scan(image):
		buffer = io.BytesIO()
		image.save(buffer, "PDF", quality=95)
		return buffer.getvalue()

	def test_photos_and_scans_get_coarser_until_it_fits(self):
		free = packet(*self.documents())
		cap = len(free.content) // 3
		made = packet(*self.documents(), max_bytes=cap)
		assert len(made.content) <= cap
		assert made.outline == free.outline
		assert inked(seen(made.content, 2).point(lambda v: v // 2)), "the scan is still to be seen"

	def test_pictures_get_no_coarser_than_needed(self):
		free = packet(*self.documents())
		assert packet(*self.documents(), max_bytes=len(free.content)).sha256 == free.sha256

	def test_a_cap_that_cannot_be_met_is_an_error_with_both_sizes(self):
		with pytest.raises(DocumentError) as caught:
			packet(*self.documents(), max_bytes=30_000, invoice_name="INV-1.pdf")
		assert (caught.value.code, caught.value.where) == ("packet_too_large", "INV-1.pdf")
		assert "30.0 kB" in caught.value.message and caught.value.message.count("B") >= 2

	def test_a_cap_that_cannot_be_met_names_the_file_that_is_large(self):
		small = [paper(pdf(), f"{n}.pdf") for n in range(3)]
		for place in range(3):
			documents = [*small[:place], self.documents()[0], *small[place:]]
			with pytest.raises(DocumentError) as caught:
				packet(*documents, max_bytes=30_000)
			assert "largest file in it is pod.jpg, with " in caught.value.message

	def test_a_photo_is_decoded_once_however_often_the_packet_is_written(self, monkeypatch):
		photo, decoded = self.documents()[0], []
		monkeypatch.setattr(limits, "_inside", True)  # no child, so that what is decoded can be counted
		load = JpegImagePlugin.JpegImageFile.load
		monkeypatch.setattr(
			JpegImagePlugin.JpegImageFile,
			"load",
			lambda self: (decoded.append(self.fp and len(self.fp.getbuffer())), load(self))[1],
		)
		free = len(packet(photo).content)
		decoded.clear()
		packet(photo, max_bytes=free // 3)
		assert decoded.count(len(photo.content)) == 1

	def test_scans_finer_than_a_print_needs_come_at_200_dpi(self):
		scan = photographed((2550, 3300))
		pages = [self.scan(scan), self.scan(scan.convert("L"))]
		made = packet(*(paper(self.resized(page, 612 / 2550), f"{n}.pdf") for n, page in enumerate(pages)))
		for page in PdfReader(io.BytesIO(made.content)).pages[1:]:
			(image,) = page["/Resources"]["/XObject"].values()
			assert (image.get_object()["/Width"], image.get_object()["/Height"]) == (1700, 2200)
		assert len(made.content) < sum(map(len, pages)) / 2
		assert sum(seen(made.content, 1).histogram()[:60]) > 1000, "the text is still to be seen"

	def test_a_scan_that_its_page_shows_large_stays_as_it_is(self):
		content = self.resized(self.scan(photographed((2550, 3300))), 2592 / 2550)  # 36 by 46 inches
		made = packet(paper(content, "plan.pdf"))
		(image,) = PdfReader(io.BytesIO(made.content)).pages[1]["/Resources"]["/XObject"].values()
		assert image.get_object()["/Width"] == 2550

	@staticmethod
	def resized(content, factor):
		"""A PDF whose pages are drawn smaller."""
		writer = PdfWriter(clone_from=io.BytesIO(content))
		for page in writer.pages:
			page.scale_by(factor)
		return written(writer)


class TestBadFiles:
	@pytest.mark.parametrize(
		("name", "code"),
		[
			("empty.pdf", "empty"),
			("encrypted.pdf", "encrypted"),
			("not_a_pdf.pdf", "not_a_pdf"),
			("truncated.pdf", "truncated"),
			("zero_pages.pdf", "no_pages"),
			("truncated.jpg", "image_corrupt"),
		],
	)
	def test_each_bad_file_is_refused_with_its_reason_and_name(self, name, code):
		with pytest.raises(DocumentError) as caught:
			packet(paper(pdf(), "good.pdf"), paper(PAPERWORK / "bad" / name, name))
		assert (caught.value.code, caught.value.where) == (code, name)
		assert caught.value.message and caught.value.hint
		with pytest.raises(DocumentError) as alone:
			check_document(paper(PAPERWORK / "bad" / name, name))
		assert alone.value.code == code

	def test_all_bad_files_of_an_invoice_are_named_at_once(self):
		bad = ["truncated.jpg", "encrypted.pdf", "empty.pdf"]
		documents = [paper(PAPERWORK / "bad" / name, name) for name in bad]
		documents[1:1] = [paper(pdf(), "good.pdf"), paper(page_tree_loop(), "loop.pdf")]
		with pytest.raises(DocumentsRefused) as caught:
			packet(*documents)
		found = [(error.code, error.where) for error in caught.value.errors]
		assert [where for _, where in found] == ["truncated.jpg", "loop.pdf", "encrypted.pdf", "empty.pdf"]
		assert [code for code, _ in found][2:] == ["encrypted", "empty"]
		assert all(f"{where}: " in str(caught.value) for _, where in found)
		assert "good.pdf" not in str(caught.value)

	@pytest.mark.parametrize(
		("name", "content", "code"),
		[
			("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 50, "image_corrupt"),
			("a.docx", b"PK\x03\x04", "unsupported_type"),
			("a.jpg", b"GIF89a", "image_corrupt"),
			("a.png", b"", "empty"),
			("a.png", saved(Image.new("L", (50, 50)), "PNG")[:-40], "image_corrupt"),
		],
	)
	def test_a_file_that_is_neither_pdf_nor_picture_is_refused(self, name, content, code):
		with pytest.raises(DocumentError) as caught:
			packet(paper(content, name))
		assert (caught.value.code, caught.value.where) == (code, name)

	def test_a_missing_file_is_refused(self, tmp_path):
		with pytest.raises(DocumentError) as caught:
			packet(paper(tmp_path / "gone.pdf", "gone.pdf"))
		assert caught.value.code == "file_missing"

	def test_a_pdf_cut_anywhere_is_refused_or_whole(self):
		content = (PAPERWORK / "rate_confirmation.pdf").read_bytes()
		whole = texts(packet(paper(content)).content)
		last = content.rindex(b"startxref")
		for end in (*range(0, last, 60), *range(last, len(content))):
			try:
				check_document(paper(content[:end], "cut.pdf"))
			except DocumentError as refused:
				assert refused.code in ("empty", "not_a_pdf", "truncated")
			else:
				assert end > last and texts(packet(paper(content[:end])).content) == whole

	def test_a_pdf_locked_only_against_editing_is_taken(self):
		locked = pdf(["Rate confirmation"], encrypt=StandardEncryption("", "owner", strength=128))
		assert b"/Encrypt" in locked
		assert "Rate confirmation" in texts(packet(paper(locked)).content)[1]


class TestKey:
	base = {
		"invoice_fingerprint": "f",
		"notice_version": "NOA-1",
		"document_hashes": ["a", "b"],
		"order": [KINDS.BOL, KINDS.POD],
		"max_bytes": None,
		"app_version": "1.0.0",
	}

	def test_the_same_input_has_the_same_key(self):
		assert packet_key(**self.base) == packet_key(
			**(self.base | {"order": ["Bill of Lading", "Proof of Delivery"]})
		)

	@pytest.mark.parametrize(
		"change",
		[
			{"invoice_fingerprint": "g"},
			{"notice_version": "NOA-2"},
			{"document_hashes": ["b", "a"]},
			{"document_hashes": ["ab"]},
			{"order": [KINDS.POD, KINDS.BOL]},
			{"max_bytes": 1000},
			{"app_version": "0.1.1"},
		],
	)
	def test_any_change_of_the_input_changes_it(self, change):
		assert packet_key(**(self.base | change)) != packet_key(**self.base)
