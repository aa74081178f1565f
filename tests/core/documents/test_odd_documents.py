"""PDFs that programs write beside the rules: what a viewer shows, or a person filled in, is in the packet."""

import re

import pypdfium2 as pdfium
import pytest

from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.documents.packet import Document, build_packet
from rts_factoring.core.documents.pdf import _has_tables_in_a_circle
from rts_factoring.core.documents.quality import judge
from rts_factoring.core.errors import DocumentError
from tests.support.documents import pdf
from tests.support.plain_pdf import SAYS, annotated, field, page

INVOICE = pdf(["Invoice INV-1"])
RED = b"1 0 0 rg 0 0 200 100 re f"
PICTURE = ("/Subtype /Form /BBox [0 0 200 100]", RED)


def carried(content: bytes):
	"""The only page of a document, as it stands in the packet."""
	packet = build_packet(INVOICE, [Document(DocumentKind.POD, "pod.pdf", content)])
	assert packet.pages == 2
	return pdfium.PdfDocument(packet.content)[1]


def text(content: bytes) -> str:
	return " ".join(carried(content).get_textpage().get_text_range().split())


def color(content: bytes) -> tuple[int, int, int]:
	"""That of the middle of the annotation."""
	return carried(content).render().to_pil().convert("RGB").getpixel((200, 242))


def refusal(content: bytes) -> str:
	with pytest.raises(DocumentError) as refused:
		carried(content)
	return refused.value.code


class TestFields:
	def test_a_value_with_an_empty_picture_is_drawn(self):
		empty = ("/Subtype /Form /BBox [0 0 200 100]", b"0.9 g 0 0 200 100 re f /Tx BMC EMC")
		shown = field(
			"/FT /Tx /V (24 pallets, 2 damaged) /DA (/Helv 12 Tf 0 g) /AP << /N 13 0 R >>", {13: empty}
		)
		assert "24 pallets, 2 damaged" in text(shown)

	def test_a_choice_with_an_empty_picture_is_drawn(self):
		empty = ("/Subtype /Form /BBox [0 0 200 100]", b"/Tx BMC EMC")
		entries = "/FT /Ch /Ff 131072 /V (Refused) /Opt [(Refused) (Taken)] /DA (/Helv 12 Tf 0 g) /AP << /N 13 0 R >>"
		assert "Refused" in text(field(entries, {13: empty}))

	def test_a_picture_with_the_text_stays_as_it_is(self):
		drawn = (
			"/Subtype /Form /BBox [0 0 200 100] /Resources << /Font << /F1 5 0 R >> >>",
			b"/Tx BMC BT /F1 9 Tf 5 40 Td (24 pallets, short) Tj ET EMC",
		)
		entries = "/FT /Tx /V (24 pallets) /DA (/Helv 12 Tf 0 g) /AP << /N 13 0 R >>"
		assert "24 pallets, short" in text(field(entries, {13: drawn}))

	def test_the_bars_of_a_bar_code_are_a_picture(self):
		bars = b"0 g " + b"".join(b"%d 0 3 100 re f " % (6 * n) for n in range(33))
		entries = "/FT /Tx /V (5530912) /AP << /N 13 0 R >>"
		shown = text(field(entries, {13: ("/Subtype /Form /BBox [0 0 200 100]", bars)}))
		assert shown.count("5530912") == 1  # in the page's own text

	def test_a_box_without_a_state_shows_its_value(self):
		ticked = "/FT /Btn /V /Yes /AP << /N << /Yes 13 0 R >> >>"
		assert color(field(ticked, {13: PICTURE})) == (255, 0, 0)
		assert color(field(ticked.replace("/V /Yes", "/V /Off"), {13: PICTURE})) == (255, 255, 255)
		assert color(field(ticked + " /AS /Off", {13: PICTURE})) == (255, 255, 255)


class TestComments:
	def test_a_picture_that_states_no_size_is_drawn(self):
		stamp = annotated("/Subtype /Stamp /AP << /N 13 0 R >>", {13: ("/Subtype /Form", RED)})
		assert color(stamp) == (255, 0, 0)

	@pytest.mark.parametrize("look", ["null", "99 0 R"])
	def test_a_stamp_whose_picture_is_missing_is_refused(self, look):
		assert refusal(annotated(f"/Subtype /Stamp /AP << /N {look} >>")) == "no_appearance"

	@pytest.mark.parametrize("state, shown", [("/OFF [10 0 R]", (255, 255, 255)), ("", (255, 0, 0))])
	def test_a_comment_is_seen_with_its_layer_only(self, state, shown):
		layers = f"/OCProperties << /OCGs [10 0 R] /D << /Order [10 0 R] {state} >> >>"
		more = {10: "<< /Type /OCG /Name (Draft) >>", 13: PICTURE}
		assert color(annotated("/Subtype /Stamp /OC 10 0 R /AP << /N 13 0 R >>", more, layers)) == shown


class TestTables:
	def test_a_table_that_leads_to_itself_is_passed_over(self):
		content = page()
		(start,) = re.findall(rb"startxref\n(\d+)", content)
		assert SAYS in text(content.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev " + start))

	def test_the_order_of_an_outline_is_not_taken_for_one(self):
		outline = {10: "<< /Title (POD) /Prev 12 0 R >>", 12: "<< /Title (BOL) /Prev 10 0 R >>"}
		assert not _has_tables_in_a_circle(b"GET 200\r\n" * 20 + page(more=outline))

	@pytest.mark.parametrize("zeros", [1, 600, 5000])
	def test_zeros_behind_a_file_without_an_end_mark_do_not_matter(self, zeros):
		assert SAYS in text(page().replace(b"%%EOF\n", b"") + bytes(zeros))


class TestSizes:
	@pytest.mark.parametrize(
		"box", ["[0 0 0 0]", "[0 0 612]", "[null null null null]", "[(0) (0) (612) (792)]", "7"]
	)
	def test_a_page_without_a_usable_size_is_a_letter_page(self, box):
		shown = carried(page(box))
		assert shown.get_size() == (612, 792) and SAYS in shown.get_textpage().get_text_range()
		assert judge(page(box), "pod.pdf") == []

	@pytest.mark.parametrize("crop", ["[1000 1000 1200 1200]", "[0 0 0 0]", "[0 -100 612 0]", "[50 50]"])
	@pytest.mark.parametrize("turned", ["", "/Rotate 90"])
	def test_a_part_of_the_page_that_would_show_nothing_is_not_believed(self, crop, turned):
		content = page(entries=f"/CropBox {crop} {turned}")
		shown = carried(content)
		assert shown.get_size() == (612, 792) and SAYS in shown.get_textpage().get_text_range()
		assert judge(content, "pod.pdf") == []

	def test_a_part_that_shows_something_is(self):
		assert carried(page(entries="/CropBox [50 600 500 760]")).get_size() == (450, 160)


class TestDynamicForms:
	WAIT = (
		b"BT /F1 9 Tf 72 700 Td (Espere... Para ver el documento necesita Adobe Reader 8 o superior.) Tj ET"
	)
	FORM = "/AcroForm << /Fields [%s] /XFA 14 0 R >>"
	XFA = {14: ("", b"<xdp:xdp/>")}

	def test_the_page_that_asks_to_wait_is_told_in_any_language(self):
		(found,) = judge(page(text=self.WAIT, catalog=self.FORM % "", more=self.XFA), "bol.pdf")
		assert (found.page, found.code) == (1, "placeholder_form")

	def test_a_form_with_fields_on_its_page_is_a_document(self):
		more = {
			12: "<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /Rect [100 500 300 520] /F 4 >>",
			**self.XFA,
		}
		content = page(text=self.WAIT, entries="/Annots [12 0 R]", catalog=self.FORM % "12 0 R", more=more)
		assert judge(content, "bol.pdf") == []
