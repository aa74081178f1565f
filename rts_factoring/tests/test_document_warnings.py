"""Documents that contradict their invoice: shown on the invoice and the draft batch, in the way of nothing."""

import io

import frappe
from reportlab.pdfgen.canvas import Canvas

from rts_factoring import api
from rts_factoring.services.batches import factoring_batch
from rts_factoring.services.invoices import document_checks
from rts_factoring.tests import factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME

ONE, TWO = "AF-10001", "AF-10002"
RATE = "Rate Confirmation"


def attach(invoice: str, name: str, *lines: str, kind: str = RATE) -> str:
	out = io.BytesIO()
	canvas = Canvas(out)
	for number, line in enumerate(lines):
		canvas.drawString(60, 780 - 20 * number, line)
	canvas.save()
	file = frappe.get_doc({"doctype": "File", "file_name": name, "is_private": 1, "content": out.getvalue()})
	file.insert()
	doc = frappe.get_doc("Sales Invoice", invoice)
	doc.append("factoring_documents", {"kind": kind, "file": file.file_url})
	doc.save()
	return file.file_url


class TestDocumentWarnings(FreightCase):
	def setUp(self):
		super().setUp()
		factories.make_settings(ACME, document_kinds=[])
		self.amount = factories.make_invoice(ONE).grand_total

	def texts(self, invoice=ONE):
		return api.get_invoice_state(invoice)["warnings"]

	def test_another_total_is_told_and_the_invoice_stays_queued(self):
		attach(ONE, "rate con.pdf", "Rate Confirmation", f"Total Rate: ${self.amount + 90:,.2f}")
		(text,) = self.texts()
		self.assertRegex(text, r"^The rate confirmation rate con\w*\.pdf says ")
		self.assertIn(f"says {self.amount + 90:,.2f}, the invoice {self.amount:,.2f}.", text)
		self.assertEqual(api.get_invoice_state(ONE)["status"], "Queued")
		factoring_batch.create(ACME, [ONE]).submit()

	def test_agreeing_documents_and_other_kinds_are_quiet(self):
		attach(ONE, "rate con.pdf", f"Total Rate: ${self.amount:,.2f}")
		attach(ONE, "other.pdf", "Total Rate: $1.00", kind="Other")
		self.assertEqual(self.texts(), [])

	def test_a_change_of_the_invoice_or_its_documents_is_judged_anew(self):
		attach(ONE, "rate con.pdf", f"Total Rate: ${self.amount + 90:,.2f}")
		self.assertEqual(len(self.texts()), 1)
		attach(ONE, "revised.pdf", f"Total Rate: ${self.amount:,.2f}")
		self.assertEqual(self.texts(), [])
		frappe.db.set_value("Sales Invoice", ONE, "factoring_load_no", "5530912")
		attach(ONE, "bol.pdf", "Load #: 5530921", kind="Bill of Lading")
		self.assertIn("load 5530921, the invoice for load 5530912", self.texts()[0])

	def test_what_was_found_is_kept_and_said_in_the_language_of_the_reader(self):
		url = attach(ONE, "rate con.pdf", f"Total Rate: ${self.amount + 90:,.2f}")
		self.assertEqual(len(self.texts()), 1)
		with open(frappe.get_doc("File", {"file_url": url}).get_full_path(), "wb") as file:
			file.write(b"gone")  # the file is not read again
		frappe.local.lang = "es"
		try:
			self.assertIn("La confirmación de tarifa", self.texts()[0])
		finally:
			frappe.local.lang = "en"

	def test_a_missing_file_is_no_disagreement(self):
		url = attach(ONE, "rate con.pdf", f"Total Rate: ${self.amount + 90:,.2f}")
		file = frappe.get_doc("File", {"file_url": url})
		frappe.db.set_value("File", file.name, "content_hash", "another")
		frappe.utils.file_manager.delete_file(file.file_url)
		self.assertEqual(document_checks.warnings([ONE]), {})

	def test_a_draft_batch_lists_the_warnings_of_its_invoices(self):
		factories.make_invoice(TWO)
		attach(TWO, "rate con.pdf", f"Total Rate: ${self.amount + 1234:,.2f}")
		batch = factoring_batch.create(ACME, [ONE, TWO])
		(found,) = api.get_document_warnings("Factoring Batch", batch.name)["warnings"]
		self.assertEqual((found["invoice"], len(found["texts"])), (TWO, 1))
		(of_one,) = api.get_document_warnings("Sales Invoice", TWO)["warnings"]
		self.assertEqual(of_one, found)
