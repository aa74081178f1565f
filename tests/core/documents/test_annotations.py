"""Fields, signatures and remarks in somebody else's PDF: painted into the page, refused where that cannot be done, never live."""

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
	ArrayObject,
	BooleanObject,
	DecodedStreamObject,
	DictionaryObject,
	FloatObject,
	NameObject,
	NumberObject,
	TextStringObject,
)

from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.documents.packet import Document, build_packet
from rts_factoring.core.errors import DocumentError
from rts_factoring.core.notice.notice import Notice, NoticeValues
from rts_factoring.core.notice.overlay import stamp_pdf
from tests.support.documents import PAPERWORK, hides, objects, pdf, seen, texts, written


def paper(content, name="paper.pdf"):
	return Document(DocumentKind.OTHER, name, content)


def packet(document):
	return build_packet(pdf(["Invoice INV-1"]), [document])


def with_annotation(annotation, **entries):
	"""A page with one annotation that has a black box as its look."""
	writer = PdfWriter(clone_from=io.BytesIO(pdf(["Page text"])))
	page = writer.pages[0]
	look = DecodedStreamObject()
	look.set_data(b"0 0 10 10 re f")
	look[NameObject("/Subtype")] = NameObject("/Form")
	look[NameObject("/BBox")] = ArrayObject([NumberObject(n) for n in (0, 0, 10, 10)])
	note = DictionaryObject(
		{
			NameObject("/Type"): NameObject("/Annot"),
			NameObject("/Subtype"): NameObject(annotation),
			NameObject("/Rect"): ArrayObject([FloatObject(n) for n in (100, 300, 200, 340)]),
			NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(look)}),
			**{NameObject(f"/{key}"): value for key, value in entries.items()},
		}
	)
	page[NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
	return writer


class TestNothingActs:
	@pytest.mark.parametrize("subtype", ["/Widget", "/Stamp", "/Ink", "/FreeText"])
	def test_signatures_and_filled_fields_are_painted_into_the_page(self, subtype):
		made = packet(paper(written(with_annotation(subtype))))
		page = seen(made.content, 1)
		assert page.getpixel((150, 792 - 320)) == 0
		assert page.getpixel((150, 792 - 350)) == 255
		assert "/Annot" not in objects(made.content)

	@pytest.mark.parametrize("flags", [2, 32])
	def test_hidden_annotations_stay_hidden(self, flags):
		made = packet(paper(written(with_annotation("/Stamp", F=NumberObject(flags)))))
		assert seen(made.content, 1).getpixel((150, 792 - 320)) == 255

	def test_scripts_actions_and_embedded_files_stay_behind(self):
		act = DictionaryObject(
			{NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("EVIL1, EVIL3")}
		)
		launch = DictionaryObject(
			{NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("EVIL2")}
		)
		writer = with_annotation("/Widget", A=launch, AA=DictionaryObject({NameObject("/E"): act}))
		writer._root_object[NameObject("/OpenAction")] = act
		writer.add_attachment("EVIL4.exe", b"EVIL5")
		page = writer.pages[0]
		page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): act})
		embedded = DecodedStreamObject()
		embedded.set_data(b"EVIL6")
		spec = DictionaryObject(
			{
				NameObject("/Type"): NameObject("/Filespec"),
				NameObject("/EF"): DictionaryObject({NameObject("/F"): writer._add_object(embedded)}),
			}
		)
		form = DecodedStreamObject()
		form.set_data(b"0 0 5 5 re f")
		form[NameObject("/Subtype")] = NameObject("/Form")
		form[NameObject("/BBox")] = ArrayObject([NumberObject(n) for n in (0, 0, 5, 5)])
		form[NameObject("/AF")] = ArrayObject([writer._add_object(spec)])
		page["/Resources"].get_object()[NameObject("/XObject")] = DictionaryObject(
			{NameObject("/X"): writer._add_object(form)}
		)
		hostile = written(writer)
		assert "EVIL6" in objects(hostile)
		made = packet(paper(hostile)).content
		found = objects(made)
		for trace in ("EVIL", "/JavaScript", "/JS", "/Launch", "/AA", "/OpenAction", "/EmbeddedFile"):
			assert trace not in found, trace
		assert "Page text" in texts(made)[1]

	def test_the_page_looks_as_before(self):
		before = (PAPERWORK / "rate_confirmation.pdf").read_bytes()
		after = packet(paper(before)).content
		assert seen(after, 1).tobytes() == seen(before).tobytes()
		assert not hides(seen(before, 1), seen(after, 2))


def without_look(annotation, **entries) -> bytes:
	writer = with_annotation(annotation, **entries)
	del writer.pages[0]["/Annots"][0].get_object()["/AP"]
	return written(writer)


class TestNothingIsLost:
	"""Viewers draw these from their values alone; we do not, and so must not drop them in silence."""

	LOST = {
		"a filled-in field": (
			"/Widget",
			{"FT": NameObject("/Tx"), "V": TextStringObject("SIGNED BY JOHN DOE")},
		),
		"a ticked box": ("/Widget", {"FT": NameObject("/Btn"), "V": NameObject("/Yes")}),
		"a text remark": ("/FreeText", {"Contents": TextStringObject("RECEIVED 22 PALLETS")}),
		"a drawing": ("/Ink", {}),
	}
	NOTHING = {
		"an empty field": ("/Widget", {"FT": NameObject("/Tx"), "V": TextStringObject("")}),
		"a field without a value": ("/Widget", {"FT": NameObject("/Tx")}),
		"a box that is not ticked": ("/Widget", {"FT": NameObject("/Btn"), "V": NameObject("/Off")}),
		"a signature nobody sees": (
			"/Widget",
			{"FT": NameObject("/Sig"), "V": DictionaryObject({NameObject("/Type"): NameObject("/Sig")})},
		),
		"a field without room": (
			"/Widget",
			{"V": TextStringObject("x"), "Rect": ArrayObject([NumberObject(0)] * 4)},
		),
		"a hidden one": ("/Widget", {"V": TextStringObject("x"), "F": NumberObject(2)}),
		"a remark without words": ("/FreeText", {"Contents": TextStringObject(" ")}),
		"a link": ("/Link", {}),
	}

	@pytest.mark.parametrize("what", LOST)
	def test_a_field_without_a_picture_is_refused_with_the_files_name(self, what):
		subtype, entries = self.LOST[what]
		content = without_look(subtype, **entries)
		for act in (
			lambda: packet(paper(content, "pod.pdf")),
			lambda: stamp_pdf(content, Notice("c", "Text"), NoticeValues(), "pod.pdf"),
		):
			with pytest.raises(DocumentError) as caught:
				act()
			assert (caught.value.code, caught.value.where) == ("no_appearance", "pod.pdf")
			assert "new PDF" in caught.value.hint

	@pytest.mark.parametrize("subtype", ["/Highlight", "/StrikeOut", "/Underline"])
	def test_marks_on_the_text_are_drawn(self, subtype):
		corners = ArrayObject([FloatObject(n) for n in (100, 340, 200, 340, 100, 300, 200, 300)])
		content = without_look(subtype, QuadPoints=corners)
		page = seen(packet(paper(content)).content, 1)
		strip = page.crop((150, 792 - 345, 151, 792 - 295))
		assert min(strip.tobytes()) < 250

	def test_a_remark_is_not_lost_where_other_fields_are_drawn_anew(self):
		"""PDFium draws the frame of a typed remark, and no word of it."""
		text = TextStringObject("RECEIVED 22 PALLETS")
		writer = PdfWriter(clone_from=io.BytesIO(without_look("/FreeText", Contents=text)))
		form = DictionaryObject({NameObject("/NeedAppearances"): BooleanObject(True)})
		form[NameObject("/Fields")] = ArrayObject()
		writer._root_object[NameObject("/AcroForm")] = form
		with pytest.raises(DocumentError, match="without a picture"):
			packet(paper(written(writer)))

	def test_the_value_may_stand_on_the_fields_parent(self):
		writer = with_annotation("/Widget")
		note = writer.pages[0]["/Annots"][0].get_object()
		del note["/AP"]
		parent = DictionaryObject({NameObject("/V"): TextStringObject("22 pallets")})
		note[NameObject("/Parent")] = writer._add_object(parent)
		with pytest.raises(DocumentError, match="without a picture"):
			packet(paper(written(writer)))

	@pytest.mark.parametrize("what", NOTHING)
	def test_a_field_that_shows_nothing_may_lack_a_picture(self, what):
		subtype, entries = self.NOTHING[what]
		assert packet(paper(without_look(subtype, **entries))).pages == 2

	def test_a_checkbox_whose_state_has_no_picture_is_not_ticked(self):
		writer = with_annotation("/Widget", V=NameObject("/Yes"), AS=NameObject("/Off"))
		looks = writer.pages[0]["/Annots"][0].get_object()["/AP"]
		looks[NameObject("/N")] = DictionaryObject({NameObject("/Yes"): looks.raw_get("/N")})
		assert seen(packet(paper(written(writer))).content, 1).getpixel((150, 792 - 320)) == 255
