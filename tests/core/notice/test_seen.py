"""A notice that a viewer does not show is no notice."""

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, NameObject

from rts_factoring.core.documents.drawing import stream
from rts_factoring.core.errors import NoticeError
from rts_factoring.core.notice.notice import Notice, NoticeValues
from rts_factoring.core.notice.overlay import stamp_pdf
from rts_factoring.core.notice.printed import require_seen
from rts_factoring.core.notice.seen import is_seen
from tests.support.documents import raw, raw_stream, sizes, written

VALUES = NoticeValues("Blue Ridge Freight LLC", "7788", "Acme", "INV-1")
NOTICE = Notice(
	"Blue Ridge Freight LLC",
	"<b>NOTICE OF ASSIGNMENT</b>\nInvoice {invoice} is assigned; pay only the party below.",
	"Example Factor\nPO Box 1, Dallas, TX",
	name="NOA-1",
)


def stamp(content: bytes) -> bytes:
	return stamp_pdf(content, NOTICE, VALUES)


HIDING = {  # what a page leaves open hides whatever is drawn after it
	"a layer that is switched off": b"/OC /Off BDC\n",
	"a clip to nothing": b"Q Q Q 0 0 1 1 re W n\n",
}


def page(content: bytes) -> bytes:
	text = b"BT /F 12 Tf 60 500 Td (Invoice INV-1) Tj ET\n"
	return raw(
		b"<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] >> >> >>",
		b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
		b" /Resources << /Font << /F 5 0 R >> /Properties << /Off 6 0 R >> >> >>",
		raw_stream(text + content),
		b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		b"<< /Type /OCG /Name (Off) >>",
	)


@pytest.mark.parametrize("content", HIDING.values(), ids=HIDING)
def test_a_page_that_would_hide_the_stamp_gets_a_page_before_it(content):
	made = stamp(page(content))
	assert len(sizes(made)) == 2
	assert is_seen(made, NOTICE, VALUES)


def test_a_page_that_hides_nothing_is_stamped_itself():
	made = stamp(page(b""))
	assert len(sizes(made)) == 1
	assert is_seen(made, NOTICE, VALUES)


@pytest.mark.parametrize("drawn", [b"1 g 0 0 612 792 re f", b"0 g 0 0 612 792 re f"], ids=["white", "black"])
def test_a_stamp_that_was_painted_over_is_told(drawn):
	writer = PdfWriter(clone_from=io.BytesIO(stamp(page(b""))))
	first = writer.pages[0]
	cover = writer._add_object(stream(drawn))
	first[NameObject("/Contents")] = ArrayObject([*first["/Contents"], cover])
	with pytest.raises(NoticeError) as caught:
		stamp(written(writer))
	assert caught.value.code == "stamp_not_seen"
	with pytest.raises(NoticeError):
		require_seen(written(writer), NOTICE, VALUES)
