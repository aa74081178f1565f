"""The stamp on a PDF that exists already, looked at with pdfium."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat
from pypdf import PdfReader, PdfWriter
from reportlab.lib.utils import ImageReader

from rts_factoring.core.errors import DocumentError, NoticeError
from rts_factoring.core.notice.notice import Notice, NoticeValues
from rts_factoring.core.notice.overlay import stamp_pdf
from rts_factoring.core.notice.printed import require_on
from tests.support.documents import (
	PAPERWORK,
	changed,
	full_page,
	hides,
	inked,
	pdf,
	raw,
	raw_stream,
	seen,
	sizes,
	texts,
	written,
)
from tests.support.fresh_processes import outputs

VALUES = NoticeValues("Blue Ridge Freight LLC", "7788", "Acme", "INV-1")
NOTICE = Notice(
	"Blue Ridge Freight LLC",
	"<b>NOTICE OF ASSIGNMENT</b>\nInvoice {invoice} is assigned; pay only the party below.",
	"Example Factor\nPO Box 1, Dallas, TX",
	name="NOA-1",
)


def stamp(content, notice=NOTICE, values=VALUES):
	return stamp_pdf(content, notice, values)


def added(before, after):
	"""The box, as one sees the page, of what the stamp made dark: (left, top, right, bottom) points."""
	return inked(ImageChops.invert(ImageChops.difference(seen(before), seen(after))))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (50, 80, 580, 700)])
@pytest.mark.parametrize("size", [(612, 792), (595, 842), (842, 595), (612, 1008), (1224, 792), (420, 595)])
def test_the_stamp_stands_upright_in_free_room_of_any_page_and_covers_nothing(size, crop, rotate):
	def draw(canvas):  # text that lies upright as the turned page is seen
		canvas.saveState()
		canvas.translate(size[0] / 2, size[1] / 2)
		canvas.rotate(rotate)
		for n in range(6):
			canvas.drawString(-120, 60 - 15 * n, f"Freight from Laredo to Chicago, line {n}")
		canvas.restoreState()

	if crop and (crop[2] > size[0] or crop[3] > size[1]):
		crop = (30, 40, size[0] - 20, size[1] - 35)
	before = changed(pdf([], size, draw=draw), rotate, crop)
	after = stamp(before)
	assert sizes(after) == sizes(before)
	assert "Invoice INV-1 is assigned" in texts(after)[0] and "PO Box 1" in texts(after)[0]
	assert not hides(seen(before), seen(after))
	left, top, right, bottom = added(before, after)
	width, height = sizes(after)[0]
	assert right - left > 0.8 * width, "upright: a wide box"
	assert bottom - top < 0.35 * height
	assert left >= 30 and width - right >= 30 and top >= 15 and height - bottom >= 15
	blank = pdf([], (width, height))
	expected = seen(stamp(blank)).crop(added(blank, stamp(blank)))
	differing = ImageChops.difference(seen(after).crop(added(before, after)).resize(expected.size), expected)
	assert ImageStat.Stat(differing).mean[0] < 12, (
		"the same picture as on a plain page, not mirrored or on its head"
	)


@pytest.mark.parametrize(
	("first", "last", "where"),
	[(600, 20, "top"), (780, 130, "foot"), (600, 130, "top")],
)
def test_free_room_at_the_top_is_used_before_room_at_the_foot(first, last, where):
	before = full_page(first=first, last=last)
	after = stamp(before)
	assert len(sizes(after)) == 1 and not hides(seen(before), seen(after))
	_, top, _, bottom = added(before, after)
	assert (bottom < 180) if where == "top" else (top > 620)


def test_free_room_between_the_body_and_a_footer_is_used():
	before = pdf(
		["Letterhead"] + [f"Line {n}" for n in range(12)],
		top=770,
		draw=lambda canvas: canvas.drawString(60, 24, "Page 1 of 1"),
	)
	after = stamp(before)
	assert len(sizes(after)) == 1 and not hides(seen(before), seen(after))
	_, top, _, bottom = added(before, after)
	assert top > 396 and bottom < 765


def test_a_full_page_gets_a_stamped_page_before_it_that_names_the_invoice():
	before = full_page()
	after = stamp(before)
	assert sizes(after) == [(612, 792), (612, 792)]
	assert "assigned" in texts(after)[0] and "Acme · INV-1" in texts(after)[0]
	assert texts(after)[1] == texts(before)[0]
	assert not ImageChops.difference(seen(before), seen(after, 1)).getbbox()


def test_only_the_first_page_is_stamped():
	after = texts(stamp(pdf(["Line"], pages=3)))
	assert ["assigned" in text for text in after] == [True, False, False]


def a_scan(canvas):
	canvas.drawImage(ImageReader(Image.new("L", (85, 110), 255)), 0, 0, 612, 792)


def a_pattern(canvas):
	canvas.linearGradient(0, 0, 612, 792, ("#fff", "#eee"))


def a_form(canvas):
	canvas.beginForm("f")
	canvas.rect(10, 10, 590, 770, fill=1)
	canvas.endForm()
	canvas.doForm("f")


def a_coloured_page(canvas):
	canvas.setFillGray(0.9)
	canvas.rect(0, 0, 612, 792, stroke=0, fill=1)


def an_open_state(canvas):
	canvas._code.append("q 2 0 0 2 0 0 cm")


def one_state_too_few(canvas):
	canvas._code.append("Q 2 0 0 2 0 0 cm")


def a_string_that_never_ends(canvas):
	canvas._code.append("BT /F1 12 Tf (Line of the invoice")


def ruled_lines(canvas):
	for y in range(20, 790, 20):
		canvas.line(20, y, 590, y)


def curves(canvas):
	for y in range(20, 790, 20):
		canvas.bezier(20, y, 200, y + 15, 400, y - 15, 590, y)


@pytest.mark.parametrize(
	"draw",
	[
		a_scan,
		a_pattern,
		a_form,
		a_coloured_page,
		an_open_state,
		one_state_too_few,
		a_string_that_never_ends,
		ruled_lines,
		curves,
	],
)
def test_what_covers_the_page_or_cannot_be_followed_counts_as_full(draw):
	after = stamp(pdf([], draw=draw))
	assert len(sizes(after)) == 2
	assert "assigned" in texts(after)[0]


def of_type3(lines: int) -> bytes:
	"""A page whose first line is drawn by a font of 40-point glyphs at size 1."""
	glyphs = b" ".join(
		b"BT /F 12 Tf 72 %d Td (Line of the invoice) Tj ET" % (600 - 14 * n) for n in range(lines)
	)
	return raw(
		b"<< /Type /Catalog /Pages 2 0 R >>",
		b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
		b" /Resources << /Font << /T 5 0 R /F 7 0 R >> >> >>",
		raw_stream(b"BT /T 1 Tf 1 0 0 1 72 665 Tm (AAAAAAAAAA) Tj ET\n" + glyphs),
		b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 30 40] /FontMatrix [1 0 0 1 0 0] /CharProcs << /A 6 0 R >>"
		b" /Encoding << /Type /Encoding /Differences [65 /A] >> /FirstChar 65 /LastChar 65 /Widths [35]"
		b" /Resources << >> >>",
		raw_stream(b"35 0 0 0 30 40 d1 0 0 30 40 re f"),
		b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	)


def test_letters_that_are_drawings_count_as_a_full_page():
	after = stamp(of_type3(42))
	assert len(sizes(after)) == 2


def upward(canvas, **spacing):
	"""A line that runs up the page by its spacing alone, into the room at the top."""
	for y in range(20, 590, 20):
		canvas.drawString(60, y, "Line of the invoice")
	text = canvas.beginText()
	text.setTextTransform(0, 1, -1, 0, 100, 600)
	text.setFont("Helvetica", 8)
	for name, value in spacing.items():
		getattr(text, f"set{name}")(value)
	text.textOut("a b c d")
	canvas.drawText(text)


@pytest.mark.parametrize("spacing", [{"CharSpace": 25}, {"WordSpace": 55}, {"HorizScale": 500}])
def test_letters_set_wide_are_not_stamped_over(spacing):
	before = pdf([], draw=lambda canvas: upward(canvas, **spacing))
	after = stamp(before)
	page = len(sizes(after)) - 1
	assert not hides(seen(before), seen(after, page))


def test_letters_set_a_little_wide_leave_room_for_the_stamp():
	def draw(canvas):
		text = canvas.beginText(60, 500)
		text.setFont("Helvetica", 10)
		text.setCharSpace(0.2)
		text.setWordSpace(1.5)
		text.setHorizScale(98)
		text.textLine("Freight from Dallas to Denver, and a lumper's receipt")
		canvas.drawText(text)

	assert len(sizes(stamp(pdf([], draw=draw)))) == 1


def a_frame(canvas):
	canvas.rect(20, 20, 572, 752, stroke=1, fill=0)


def white_paper(canvas):
	canvas.setFillGray(1)
	canvas.rect(0, 0, 612, 792, stroke=0, fill=1)


def a_clip(canvas):
	path = canvas.beginPath()
	path.rect(0, 0, 612, 792)
	canvas.clipPath(path, stroke=0, fill=0)


@pytest.mark.parametrize("draw", [a_frame, white_paper, a_clip])
def test_a_frame_white_paper_and_a_clip_leave_the_page_free(draw):
	before = pdf(
		[], draw=lambda canvas: (draw(canvas), canvas.setFillGray(0), canvas.drawString(60, 400, "Hi"))
	)
	after = stamp(before)
	assert len(sizes(after)) == 1
	assert "assigned" in texts(after)[0]


def test_a_receipt_too_narrow_for_the_stamp_gets_a_letter_page_before_it():
	assert sizes(stamp(pdf(["Lumper 85.00"], (220, 500)))) == [(612, 792), (220, 500)]


def test_the_stamp_grows_with_a_photo_whose_pixels_are_points():
	before = pdf(["Invoice"], (2448, 3168), top=1500)
	_, top, _, bottom = added(before, stamp(before))
	_, small_top, _, small_bottom = added(pdf(top=400), stamp(pdf(top=400)))
	assert bottom - top == pytest.approx(4 * (small_bottom - small_top), rel=0.1)


def test_the_stamp_is_black_on_white():
	image = seen(stamp(pdf([])), dpi=300)
	dark = sum(image.histogram()[:80])
	grey = sum(image.histogram()[80:180])
	assert dark > 4 * grey, "grey is only the smoothing of the letters' edges"


def test_the_same_stamp_is_printed_once():
	once = stamp(pdf())
	assert stamp(once) == once


def test_another_version_of_the_notice_on_top_is_refused():
	with pytest.raises(NoticeError) as caught:
		stamp(stamp(pdf()), Notice("Blue Ridge Freight LLC", "Other text", name="NOA-2"))
	assert caught.value.code == "already_stamped"


SAME_STAMP = """
import hashlib
from rts_factoring.core.notice.notice import Notice, NoticeValues
from rts_factoring.core.notice.overlay import stamp_pdf
from tests.support.documents import full_page, pdf

notice = Notice("c", "Text {company}", name="N")
for values in (NoticeValues("Łódź", "1", "Ć", "I"), NoticeValues("A", "1", "C", "I")):
	for content in (pdf(), full_page()):
		print(hashlib.sha256(stamp_pdf(content, notice, values)).hexdigest())
"""


def test_the_same_input_gives_the_same_bytes_in_another_process():
	(printed,) = outputs(SAME_STAMP)
	assert len(set(printed.split())) == 4


def test_letters_beyond_western_europe_are_printed():
	values = NoticeValues("Ostróda Śląsk", "1", "Acme", "INV-1")
	assert "Ostróda Śląsk" in texts(stamp(pdf(), Notice("c", "Pay {company}"), values))[0]


def test_a_letter_no_font_has_is_an_error_that_names_it():
	with pytest.raises(NoticeError) as caught:
		stamp(pdf(), Notice("c", "Pay \U00013000"))
	assert caught.value.code == "notice_font"
	assert "\U00013000" in caught.value.message


def test_template_code_is_printed_as_typed():
	assert "{{ company }} {% if x %}" in texts(stamp(pdf(), Notice("c", "{{ company }} {% if x %}")))[0]


def test_a_notice_longer_than_a_page_is_refused():
	with pytest.raises(NoticeError) as caught:
		stamp(pdf(), Notice("c", "word\n" * 400))
	assert caught.value.code == "notice_too_long"


@pytest.mark.parametrize("path", sorted(PAPERWORK.glob("*.pdf")), ids=lambda path: path.stem)
def test_real_paperwork_takes_the_stamp_upright(path):
	after = stamp(path.read_bytes())
	assert "NOTICE OF ASSIGNMENT" in texts(after)[0]
	left, top, right, bottom = inked(seen(after).crop((30, 0, *sizes(after)[0])))
	assert right > left and bottom > top


def test_a_broken_file_is_refused_by_name():
	with pytest.raises(DocumentError) as caught:
		stamp_pdf((PAPERWORK / "bad" / "truncated.pdf").read_bytes(), NOTICE, VALUES, "INV-1.pdf")
	assert (caught.value.code, caught.value.where) == ("truncated", "INV-1.pdf")


def test_a_print_is_only_good_if_its_notice_can_be_read_on_its_first_page():
	def check(content):
		require_on(PdfReader(io.BytesIO(content)).pages[0], NOTICE, VALUES, "INV-1.pdf")
		return True

	assert check(stamp(pdf()))
	for other in (
		pdf(),
		pdf(["NOTICE OF ASSIGNMENT"]),
		stamp(pdf(), values=NoticeValues(invoice_no="INV-2")),
	):
		with pytest.raises(NoticeError) as caught:
			check(other)
		assert (caught.value.code, caught.value.where) == ("stamp_not_printed", "INV-1.pdf")


def test_an_empty_page_is_all_free():
	writer = PdfWriter()
	writer.add_blank_page(612, 792)
	assert len(sizes(stamp(written(writer)))) == 1
