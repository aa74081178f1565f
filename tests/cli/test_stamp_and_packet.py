"""`stamp` and `packet` from the outside."""

import hashlib

import pypdfium2
import pytest

from tests.support.command_line import FIXTURES, command, refused

PAPERWORK = FIXTURES / "paperwork"
INVOICE = PAPERWORK / "rate_confirmation.pdf"  # any PDF will do for an invoice


def text(path, page=0) -> str:
	return " ".join(pypdfium2.PdfDocument(path)[page].get_textpage().get_text_bounded().split())


@pytest.fixture
def notice(tmp_path):
	path = tmp_path / "notice.txt"
	path.write_text(
		"Invoice {invoice} of {company} (client {client_number}) is assigned.\nPay the factor, {customer}."
	)
	return path


VALUES = (
	"--company",
	"Acme",
	"--client-number",
	"104233",
	"--customer",
	"Ridge <b>Foods",
	"--invoice",
	"AF-1",
)


def test_the_stamp_carries_the_values_and_where_to_pay(tmp_path, notice):
	out = tmp_path / "out.pdf"
	result = command("stamp", INVOICE, out, "--notice", notice, *VALUES, "--remit-to", r"The Factor\nBox 9")
	assert result.status == 0, result.error
	shown = text(out)
	assert "Invoice AF-1 of Acme (client 104233) is assigned. Pay the factor, Ridge <b>Foods." in shown
	assert "The Factor Box 9" in shown


def test_a_notice_is_never_stamped_with_a_blank_in_it(tmp_path, notice):
	out = tmp_path / "out.pdf"
	result = command("stamp", INVOICE, out, "--notice", notice, "--company", "Acme", "--invoice", "AF-1")
	assert result.status == 2
	assert "--client-number and --customer" in result.error
	assert not out.exists()


def test_only_the_values_the_notice_names_are_needed(tmp_path):
	notice = tmp_path / "notice.txt"
	notice.write_text("Pay the factor.")
	assert command("stamp", INVOICE, tmp_path / "out.pdf", "--notice", notice).status == 0


@pytest.mark.parametrize(
	("content", "said"),
	[
		(b"Pay {someone}.", "{someone}"),
		(b"", "no text"),
		(b"\xff\xfeP\x00a\x00y\x00", "not plain text"),
	],
)
def test_a_notice_that_cannot_be_used_is_refused(tmp_path, content, said):
	(tmp_path / "notice.txt").write_bytes(content)
	result = command("stamp", INVOICE, tmp_path / "out.pdf", "--notice", tmp_path / "notice.txt")
	assert said in refused(result)
	assert not (tmp_path / "out.pdf").exists()


@pytest.mark.parametrize(
	"name", ["encrypted.pdf", "truncated.pdf", "not_a_pdf.pdf", "empty.pdf", "zero_pages.pdf"]
)
def test_a_bad_pdf_is_refused_and_what_stood_there_stays(tmp_path, notice, name):
	out = tmp_path / "out.pdf"
	out.write_bytes(b"what stood here")
	assert name in refused(command("stamp", PAPERWORK / "bad" / name, out, "--notice", notice, *VALUES))
	assert name in refused(command("packet", out, INVOICE, PAPERWORK / "bad" / name))
	assert out.read_bytes() == b"what stood here"
	assert {path.name for path in tmp_path.iterdir()} == {"out.pdf", "notice.txt"}


def test_a_packet_has_the_invoice_first_and_the_paperwork_by_kind(tmp_path):
	out = tmp_path / "packet.pdf"
	papers = ("scale_ticket.png", "pod_photo.jpg", "bill_of_lading.pdf")
	made = command("packet", out, INVOICE, *(PAPERWORK / name for name in papers), "--json").data
	assert [one["title"] for one in made["outline"]] == [
		"Invoice",
		"Bill of Lading: bill_of_lading.pdf",
		"Proof of Delivery: pod_photo.jpg",
		"Scale Ticket: scale_ticket.png",
	]
	assert made["pages"] == len(pypdfium2.PdfDocument(out)) == made["outline"][-1]["page"]
	assert made["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
	assert made["bytes"] == out.stat().st_size


def test_a_packet_that_cannot_get_under_its_limit_is_refused(tmp_path):
	out = tmp_path / "packet.pdf"
	assert "coarse" in refused(
		command("packet", out, INVOICE, PAPERWORK / "pod_photo.jpg", "--max-mb", "0.001")
	)
	assert not out.exists()


def test_a_packet_for_a_folder_that_is_not_there_is_refused(tmp_path):
	assert "no such file" in refused(command("packet", tmp_path / "none" / "out.pdf", INVOICE))
	assert "cannot be read or written" in refused(command("packet", tmp_path, INVOICE))
