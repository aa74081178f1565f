"""Do the documents agree with the invoice? Each text stands on a real PDF; a warning needs a stated and different value."""

import io
from decimal import Decimal

import pytest
from reportlab.lib.utils import ImageReader

from rts_factoring.core.documents.disagreements import InvoiceDetails, compare, document_text, stated_total
from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.documents.packet import Document
from tests.support.documents import PAPERWORK, jpeg, pdf

RATE, BOL, POD = DocumentKind.RATE_CONFIRMATION, DocumentKind.BOL, DocumentKind.POD
INVOICE = InvoiceDetails(
	Decimal("2540.00"),
	load_no="5530912",
	po_no="PO-8812",
	debtor="Marlow Logistics, LLC",
	debtor_mc="MC 123456",
)
CONFIRMATION = (
	"Rate Confirmation",
	"Broker: Marlow Logistics",
	"Load #: 5530912",
	"Weight: 42,000 lbs  Miles: 1,212",
	"Line Haul: $2,390.00",
	"Fuel Surcharge: $150.00",
	"Total Carrier Pay: $2,540.00",
)


def confirmation(*lines, kind=RATE, name="rc.pdf"):
	return Document(kind, name, pdf(lines))


def changed(old, new):
	return tuple(line.replace(old, new) for line in CONFIRMATION)


def warnings(*documents, invoice=INVOICE):
	return [str(found.text) for found in compare(documents, invoice)]


def test_an_agreeing_confirmation_is_quiet():
	assert warnings(confirmation(*CONFIRMATION)) == []


def test_another_amount_is_told_with_both():
	text = changed("2,540.00", "2,450.00")
	(found,) = compare([confirmation(*text, name="Marlow RC.pdf")], INVOICE)
	assert found.code == "amount" and found.file_name == "Marlow RC.pdf"
	assert found.text == "The rate confirmation Marlow RC.pdf says 2,450.00, the invoice 2,540.00."


def test_another_load_is_told():
	text = changed("5530912", "5530921")
	assert warnings(confirmation(*text)) == [
		"The rate confirmation rc.pdf is for load 5530921, the invoice for load 5530912."
	]
	assert warnings(confirmation(*text, kind=BOL, name="bol.pdf")) == [
		"The bill of lading bol.pdf is for load 5530921, the invoice for load 5530912."
	]


def test_another_debtor_is_told():
	text = changed("Marlow Logistics", "Ridge Brokerage Inc")
	assert warnings(confirmation(*text)) == [
		"The rate confirmation rc.pdf is from Ridge Brokerage Inc, the invoice is to Marlow Logistics, LLC."
	]


@pytest.mark.parametrize(
	"text, total",
	[
		("Total: $2,450.00", "2450.00"),
		("TOTAL RATE 2,450.00", "2450.00"),
		("Total Rate (USD): 2,450.00", "2450.00"),
		("Total Carrier Pay $2450", "2450"),
		("Total Amount Due: USD 2,450.00", "2450.00"),
		("Carrier Total: 2,450.00 USD", "2450.00"),
		("Agreed Amount: $2,450", "2450"),
		("Carrier Pay: $2,450.00", "2450.00"),
		("Flat Rate $2,450.00", "2450.00"),
		("Amount: 2450.00", "2450.00"),
		("Rate: 2450 USD", "2450"),
		("Total\r\n$2,450.00", "2450.00"),
		("Line Haul $2,300.00 Fuel $150.00 Total $2,450.00", "2450.00"),
		("Rate: $2,300.00 Total: $2,450.00", "2450.00"),
		("Subtotal: $2,300.00 Total: $2,450.00", "2450.00"),
		("Total: $2,450.00 ... Total: $2,450.00", "2450.00"),
		("Tarifa total: $2,450.00", "2450.00"),
		("Total to the carrier: $2,450.00.", "2450.00"),
	],
)
def test_the_stated_total(text, total):
	assert stated_total(text) == Decimal(total)


@pytest.mark.parametrize(
	"text",
	[
		"",
		"Total Weight: 42,000.00",
		"Total Miles: 1,212.00",
		"Total: 42,000 lbs",
		"Total: 24",
		"Total 24 pallets",
		"Total: 5.00%",
		"Rate per mile: $2.10",
		"Total 2026-11-03",
		"Total: 11/03/2026",
		"Total: 2,450.00 miles",
		"Subtotal: $2,300.00",
		"Detention is paid at $50.00 an hour",
		"Total: $2,450.00  Total: $2,540.00",
		"Rate 1: $100.00 Rate: $200.00 Amount: $300.00",
		"Total: 2.450,00",
		"A late fee of $250.00 applies",
		"Cargo insurance of at least $100,000.00",
	],
)
def test_no_total_is_made_up(text):
	assert stated_total(text) is None


@pytest.mark.parametrize(
	"document",
	[
		confirmation("Rate Confirmation", "See attached terms"),
		confirmation(*changed("2,540.00", "2540")),
		confirmation("Total: $2,450.00", "Revised to 2540"),
		confirmation("Total: $2,450.00", kind=POD),
		confirmation("Total: $2,450.00", kind=BOL),
		confirmation(*changed("Load #: 5530912", "Our load: X  Your reference: po 8812")),
		confirmation(*changed("Load #: 5530912", "Load #: 99112  Your PO: PO 8812")),
		confirmation(*changed("Load #: 5530912", "Load # 55-30912")),
		confirmation("Load is 53 feet, loading 2 stops", "Load number to be given by telephone"),
		confirmation(*changed("Broker: Marlow Logistics", "Broker: MARLOW LOGISTICS, L.L.C. dba Marlow")),
		confirmation(*changed("Broker: Marlow Logistics", "Bill to: Ridge Group   MC# 123456")),
		confirmation("Broker: Ridge Group", "a company of the Marlow family"),
		confirmation("Broker agrees to pay the carrier within 30 days of receipt of the documents"),
		Document(RATE, "rc.jpg", jpeg()),
		Document(RATE, "rc.pdf", b"%PDF-1.7 damaged"),
		Document(RATE, "rc.pdf", b""),
		Document(RATE, "rc.docx", b"PK\x03\x04"),
		Document(RATE, "rc.pdf", PAPERWORK / "rate_confirmation.pdf"),
		Document(RATE, "rc.pdf", PAPERWORK / "missing.pdf"),
		Document(BOL, "bol.pdf", PAPERWORK / "bill_of_lading.pdf"),
	],
)
def test_no_false_alarm(document):
	assert warnings(document) == []


def test_what_the_invoice_does_not_say_is_not_compared():
	text = changed("5530912", "77123")
	assert warnings(confirmation(*text), invoice=InvoiceDetails(Decimal("2540.00"))) == []


def test_an_older_confirmation_beside_the_right_one_is_no_disagreement():
	older = confirmation(*changed("2,540.00", "2,450.00"), name="old.pdf")
	assert warnings(older, confirmation(*CONFIRMATION)) == []
	assert len(warnings(older, confirmation(*changed("2,540.00", "2,400.00")))) == 2


def test_confirmations_that_add_up_agree():
	legs = [confirmation(*changed("2,540.00", amount)) for amount in ("1,540.00", "1,000.00")]
	assert warnings(*legs) == []


def test_the_text_that_a_scanner_recognised_is_not_believed():
	def scan(canvas):
		canvas.drawImage(ImageReader(io.BytesIO(jpeg())), 0, 0, 612, 792)
		text = canvas.beginText(60, 700)
		text.setTextRenderMode(3)
		text.textLine("Total Carrier Pay: $2,450.00")
		canvas.drawText(text)

	document = Document(RATE, "scan.pdf", pdf((), draw=scan))
	assert document_text(document) == "" and warnings(document) == []


def test_a_file_made_to_be_slow_ends_in_silence():
	pages = pdf(CONFIRMATION, pages=400)
	assert compare([Document(RATE, "rc.pdf", pages)], INVOICE, seconds=0.001) == []
