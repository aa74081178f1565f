"""How a file's pages hang together, and how it names what they draw with: each page of the packet is as viewers show it."""

import pypdfium2 as pdfium
import pytest

from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.documents.packet import Document, build_packet
from tests.support.documents import pdf, saved
from tests.support.paper_writers import by_pikepdf
from tests.support.pictures import photographed
from tests.support.plain_pdf import LETTERS, Objects, written

INVOICE = pdf(["Invoice INV-1"])
NODE = "<< /Type /Pages /Parent 2 0 R /Kids [{}] /Count 1 {} >>"
PAGE = "<< /Type /Page /Parent {} 0 R /Contents {} 0 R {} >>"


def carried(content: bytes, **options) -> list:
	"""The pages of a document as they stand in the packet."""
	packet = build_packet(INVOICE, [Document(DocumentKind.POD, "pod.pdf", content)], **options)
	return list(pdfium.PdfDocument(packet.content))[1:]


def look(page) -> tuple[tuple[float, float], bytes]:
	return page.get_size(), page.render(scale=1).to_pil().tobytes()


def text(page) -> str:
	return " ".join(page.get_textpage().get_text_range().split())


def drawn(words: str) -> tuple[str, bytes]:
	return "", f"BT /F1 14 Tf 72 300 Td ({words}) Tj ET".encode()


def two_branches(entries: str, more: Objects | None = None) -> bytes:
	"""A tree of two branches of a page each, of which the first states `entries` for its own pages."""
	objects: Objects = {
		1: "<< /Type /Catalog /Pages 2 0 R >>",
		2: "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 612 792]"
		" /Resources << /Font << /F1 9 0 R >> >> >>",
		3: NODE.format("5 0 R", entries),
		4: NODE.format("6 0 R", ""),
		5: PAGE.format(3, 7, ""),
		6: PAGE.format(4, 8, ""),
		7: drawn("BILL OF LADING"),
		8: drawn("PROOF OF DELIVERY"),
		9: LETTERS,
	}
	return written(objects | (more or {}))


class TestBranches:
	@pytest.mark.parametrize(
		"entries",
		[
			"/Rotate 180",
			"/MediaBox [0 0 300 200]",
			"/CropBox [0 0 612 200]",
			"/Resources << /Font << /F2 9 0 R >> >>",
			"/Resources << /Font << /F1 9 0 R >> >> /CropBox [50 250 500 400]",
		],
	)
	def test_what_one_branch_states_is_not_of_the_next(self, entries):
		content = two_branches(entries)
		assert [look(page) for page in carried(content)] == [
			look(page) for page in pdfium.PdfDocument(content)
		]

	def test_a_page_that_states_nothing_of_its_own_has_what_the_branches_above_state(self):
		content = two_branches("/MediaBox null /CropBox [0 200 612 400]")
		assert [page.get_size() for page in carried(content)] == [(612, 200), (612, 792)]

	@pytest.mark.parametrize("kind", ["/Page", "/page", "/Pages", "/Template", "null", "(Page)"])
	def test_a_page_is_one_whatever_it_calls_itself(self, kind):
		content = two_branches("", {6: PAGE.format(4, 8, "").replace("/Type /Page", f"/Type {kind}")})
		assert [text(page) for page in carried(content)] == ["BILL OF LADING", "PROOF OF DELIVERY"]

	@pytest.mark.parametrize("kind", ["/Pages", "/Page", "/Kids", "null"])
	def test_a_branch_is_one_whatever_it_calls_itself(self, kind):
		content = two_branches("", {4: NODE.format("6 0 R", "").replace("/Type /Pages", f"/Type {kind}")})
		assert [text(page) for page in carried(content)] == ["BILL OF LADING", "PROOF OF DELIVERY"]


NAMES = ["F1", "AA", "EF", "JS", "OpenAction", "S", "F", "JavaScript", "AF"]


class TestNames:
	"""A program may name its fonts, pictures and letters as it likes."""

	def page_of(self, name: str, resources: str, more: Objects, content: bytes) -> bytes:
		objects: Objects = {
			1: "<< /Type /Catalog /Pages 2 0 R >>",
			2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
			3: f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << {resources} >> >>",
			4: ("", content),
		}
		return written(objects | more)

	@pytest.mark.parametrize("name", NAMES)
	def test_a_font(self, name):
		more = {5: f"<< /{name} 6 0 R /Other 6 0 R >>", 6: LETTERS}
		content = f"BT /{name} 14 Tf 72 700 Td (SIGNED) Tj /Other 14 Tf (DELGADO) Tj ET".encode()
		paper = self.page_of(name, "/Font 5 0 R", more, content)
		assert look(carried(paper)[0]) == look(pdfium.PdfDocument(paper)[0])
		assert text(carried(paper)[0]) == "SIGNEDDELGADO"

	@pytest.mark.parametrize("name", NAMES)
	def test_a_picture(self, name):
		square = ("/Type /XObject /Subtype /Form /BBox [0 0 99 99]", b"1 0 0 rg 0 0 99 99 re f")
		more = {5: f"<< /{name} 6 0 R /Other 6 0 R >>", 6: square}
		paper = self.page_of(name, "/XObject 5 0 R", more, f"/{name} Do 1 0 0 1 200 0 cm /Other Do".encode())
		shown = carried(paper)[0]
		assert look(shown) == look(pdfium.PdfDocument(paper)[0])
		assert shown.render().to_pil().convert("RGB").getpixel((250, 750)) == (255, 0, 0)

	@pytest.mark.parametrize("name", NAMES)
	def test_a_letter_of_a_font_that_is_drawn(self, name):
		font = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] /CharProcs 7 0 R"
		font += (
			f" /Encoding << /Type /Encoding /Differences [65 /{name} /other] >> /FirstChar 65 /LastChar 66"
		)
		font += " /Widths [1000 1000] /Resources << >> >>"
		letter = ("", b"1000 0 0 0 750 750 d1 0 0 750 750 re f")
		more = {5: "<< /F1 6 0 R >>", 6: font, 7: f"<< /{name} 8 0 R /other 8 0 R >>", 8: letter}
		paper = self.page_of(name, "/Font 5 0 R", more, b"BT /F1 40 Tf 72 700 Td (AB) Tj ET")
		shown = carried(paper)[0]
		assert look(shown) == look(pdfium.PdfDocument(paper)[0])
		assert shown.render().to_pil().convert("L").getpixel((80, 85)) < 50


@pytest.mark.parametrize("state, shown", [("/OFF [10 0 R]", 255), ("", 60)])
def test_a_picture_keeps_its_layer_when_it_is_made_smaller(state, shown):
	picture = saved(photographed((2400, 3000)).point(lambda value: 40 + value // 9), "JPEG", quality=95)
	entries = (
		"/Type /XObject /Subtype /Image /Width 2400 /Height 3000 /ColorSpace /DeviceRGB /BitsPerComponent 8"
	)
	layers = f"/OCProperties << /OCGs [10 0 R] /D << /Order [10 0 R] {state} >> >>"
	paper = written(
		{
			1: f"<< /Type /Catalog /Pages 2 0 R {layers} >>",
			2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
			3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
			" /Resources << /XObject << /I 5 0 R >> >> >>",
			4: ("", b"612 0 0 792 0 0 cm /I Do"),
			5: (f"{entries} /Filter /DCTDecode /OC 10 0 R", picture),
			10: "<< /Type /OCG /Name (Draft) >>",
		}
	)
	(page,) = carried(paper, max_bytes=len(picture) // 2)
	assert abs(page.render().to_pil().convert("L").getpixel((300, 400)) - shown) < 30


@pytest.mark.parametrize("end", [b"", b"\r", b"\n\0"])
def test_a_file_made_for_the_web_whose_last_line_end_was_cut_off_is_whole(end):
	pytest.importorskip("pikepdf")
	for paper in by_pikepdf():
		if "linearized" in paper.name:
			content = paper.make().rstrip() + end
			assert carried(content), paper.name
