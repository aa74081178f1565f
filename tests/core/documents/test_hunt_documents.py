"""PDFs as real programs write them: what a viewer shows is taken, and nothing that it does not show."""

import io
import re

import pypdfium2 as pdfium
import pytest

from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.documents.packet import Document, build_packet
from rts_factoring.core.errors import DocumentError
from tests.support.documents import pdf
from tests.support.paper_writers import MARK, by_pikepdf
from tests.support.workbooks import FIXTURES

HUNT = FIXTURES / "hunt"
INVOICE = (FIXTURES / "paperwork" / "bill_of_lading.pdf").read_bytes()


def carried(name: str) -> pdfium.PdfDocument:
	"""The packet of an invoice of one page and the document."""
	document = Document(DocumentKind.POD, name, (HUNT / name).read_bytes())
	return pdfium.PdfDocument(build_packet(INVOICE, [document]).content)


def texts(packet: pdfium.PdfDocument) -> list[str]:
	return [" ".join(page.get_textpage().get_text_range().split()) for page in list(packet)[1:]]


def picture(page) -> bytes:
	return page.render(scale=1).to_pil().convert("1").tobytes()


@pytest.mark.parametrize(
	"name, pages",
	[
		("pod_contents_indirect_array.pdf", 1),
		("pod_blank_back_page_null_contents.pdf", 2),
		("pod_no_mediabox.pdf", 1),
		("pod_no_eof.pdf", 1),
	],
)
def test_a_paper_that_viewers_open_is_taken_whole(name, pages):
	found = texts(carried(name))
	assert len(found) == pages and found[0].startswith("PROOF OF DELIVERY")
	original = pdfium.PdfDocument((HUNT / name).read_bytes())
	assert picture(carried(name)[1]) == picture(original[0])


@pytest.mark.parametrize("name", ["bol_filled_no_ap.pdf", "bol_filled_stale_appearance.pdf"])
def test_what_a_driver_filled_in_is_shown(name):
	assert "R. Delgado 11/05/2026 14:20" in texts(carried(name))[0]
	assert "24 pallets, 2 damaged" in texts(carried(name))[0]


def test_a_layer_that_is_switched_off_stays_unseen():
	original = pdfium.PdfDocument((HUNT / "ratecon_hidden_layer.pdf").read_bytes())
	assert picture(carried("ratecon_hidden_layer.pdf")[1]) == picture(original[0])


def test_layers_of_two_papers_keep_their_own_state():
	content = (HUNT / "ratecon_hidden_layer.pdf").read_bytes()
	shown = content.replace(b"/OFF [7 0 R]", b"/ON  [7 0 R]")
	assert shown != content
	papers = [
		Document(DocumentKind.RATE_CONFIRMATION, "a.pdf", content),
		Document(DocumentKind.BOL, "b.pdf", shown),
	]
	packet = pdfium.PdfDocument(build_packet(INVOICE, papers).content)
	pictures = {picture(packet[1]), picture(packet[2])}
	assert pictures == {picture(pdfium.PdfDocument(each)[0]) for each in (content, shown)}
	assert len(pictures) == 2


def test_a_page_that_does_not_call_itself_a_page_is_taken():
	content = pdf(["Proof of delivery"])
	untyped = content.replace(b"/Type /Page\n", b"\n           ").replace(b"/Type /Page ", b"            ")
	assert untyped != content and len(untyped) == len(content)
	document = Document(DocumentKind.POD, "pod.pdf", untyped)
	assert "Proof of delivery" in texts(pdfium.PdfDocument(build_packet(INVOICE, [document]).content))[0]


@pytest.mark.parametrize("damage", ["a header of another program", "a table that is not where the file says"])
@pytest.mark.parametrize("way", ["object streams", "linearized streams"])
def test_a_file_in_object_streams_that_viewers_mend_is_taken(way, damage):
	pytest.importorskip("pikepdf")
	(content,) = (paper.make() for paper in by_pikepdf() if paper.name == f"pikepdf {way}")
	if damage.startswith("a header"):
		content = b"HTTP/1.1 200 OK\r\n\r\n" + content
	else:
		content = re.sub(rb"startxref\s+\d+", b"startxref\n12345", content)
	packet = build_packet(INVOICE, [Document(DocumentKind.POD, "pod.pdf", content)])
	assert MARK in texts(pdfium.PdfDocument(packet.content))[0]


@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_a_file_cut_off_is_still_refused(kept):
	content = (HUNT / "pod_no_eof.pdf").read_bytes()
	with pytest.raises(DocumentError) as refused:
		build_packet(INVOICE, [Document(DocumentKind.POD, "cut.pdf", content[: int(len(content) * kept)])])
	assert refused.value.code == "truncated"


def test_the_same_form_gives_the_same_bytes():
	document = Document(DocumentKind.BOL, "a.pdf", (HUNT / "bol_filled_no_ap.pdf").read_bytes())
	packets = {build_packet(INVOICE, [document]).content for _ in range(2)}
	assert len(packets) == 1 and io.BytesIO(packets.pop()).read(5) == b"%PDF-"
