"""Documents of an invoice are private files."""

import frappe

from rts_factoring.services import documents
from rts_factoring.tests import freight, walls
from rts_factoring.tests.case import FreightCase
from rts_factoring.tests.freight import FIXTURES

PAPER = "paperwork/rate_confirmation.pdf"


class TestFiles(FreightCase):
	def setUp(self):
		self.addCleanup(walls.remove_limits)  # it commits: after the rollback of the base class
		super().setUp()
		walls.remove_limits()

	def public(self) -> str:
		values = {"file_name": "pod.pdf", "is_private": 0, "content": (FIXTURES / PAPER).read_bytes()}
		return frappe.get_doc({"doctype": "File", **values}).insert().file_url

	def test_a_public_file_is_no_document_of_an_invoice(self):
		for number, submit in (("AF-10001", False), ("AF-10002", True)):
			invoice = freight.make_invoice(number, submit=submit)
			with self.refused("Row 1", "public"):
				documents.attach(invoice, self.public(), "Other")
			invoice.reload()
			with self.refused("Row 1", "public"):
				documents.attach_all(invoice, [self.public()])
			invoice.reload()
			invoice.append("factoring_documents", {"kind": "Other", "file": self.public()})
			with self.refused("Row 1", "public"):
				invoice.save()

	def test_rows_that_were_there_before_do_not_stop_a_save(self):
		invoice = freight.make_invoice("AF-10001", submit=False)
		documents.attach(invoice, freight.upload(PAPER), "Other")
		frappe.db.set_value("Factoring Document", invoice.factoring_documents[0].name, "file", self.public())
		invoice.reload()
		invoice.po_no = "changed"
		invoice.save()
