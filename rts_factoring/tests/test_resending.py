"""What goes to the factor a second time: amended batches and held invoices, under names that are free, of the files as
they are now."""

import frappe
from frappe.desk.form.save import savedocs

from rts_factoring.services.batches import batch_files, batch_status, downloads, factoring_batch
from rts_factoring.services.invoices import readiness
from rts_factoring.tests import factories
from rts_factoring.tests.cases import THREE, DeliveryCase, received
from rts_factoring.tests.factories import ACME

CUSTOMER = "Ridgeline Foods Inc"


class TestResending(DeliveryCase):
	def deliver(self, invoices=THREE):
		batch = self.submit(invoices)
		self.assertEqual(self.run_job(batch), "Delivered", batch.error)
		return batch

	def cancel(self, batch):
		batch.cancel_reason = "RTS asked us to"
		batch.save()
		batch.cancel()

	def amend(self, batch):
		"""As the desk does: fields that are not to be copied come along too."""
		amended = frappe.copy_doc(batch)
		amended.amended_from, amended.docstatus = batch.name, 0
		return amended.insert()

	def hold(self, batch, invoice: str):
		"""As a purchase report does; then the paper is corrected."""
		frappe.db.set_value("Sales Invoice", invoice, "factoring_status", "Held")
		row = {"parent": batch.name, "sales_invoice": invoice}
		frappe.db.set_value("Factoring Batch Invoice", row, "outcome", "Held")
		doc = frappe.get_doc("Sales Invoice", invoice)
		file = factories.upload("paperwork/rate_confirmation.pdf", invoice)
		doc.append("factoring_documents", {"kind": "Proof of Delivery", "file": file})
		doc.save()

	def test_an_amended_batch_is_sent_although_the_first_one_was_delivered(self):
		server = self.factor()
		first = self.deliver()
		batch_status.mark_seen(first.name)
		first.reload()
		self.cancel(first)
		amended = self.amend(first)
		past = [amended.get(field) for field in factoring_batch.HISTORY_FIELDS]
		self.assertEqual(
			(amended.status, amended.files, [value for value in past if value]), ("Draft", [], [])
		)
		amended.submit()
		self.assertEqual(self.run_job(amended), "Delivered", amended.error)
		self.assertEqual(len(received(server)), 2 * (len(THREE) + 1))
		self.assertEqual({factories.state(name) for name in THREE}, {"Submitted"})

	def test_an_amended_batch_holds_again_what_was_held_or_returned(self):
		server = self.factor()
		first = self.deliver()
		self.hold(first, "AF-10002")
		first.reload()
		self.assertEqual(first.invoices[1].outcome, "Held")
		self.cancel(first)
		amended = self.amend(first)
		amended.submit()
		self.assertEqual(self.run_job(amended), "Delivered", amended.error)
		self.assertIn("AF-10002-2.pdf", received(server))

	def test_a_held_invoice_goes_again_where_the_server_keeps_the_first_file(self):
		server = self.factor()
		first = self.deliver()
		sent = (server.inbox / "AF-10002.pdf").read_bytes()
		for number in (2, 3):
			self.hold(first, "AF-10002")
			first = self.deliver(["AF-10002"])
			self.assertEqual(first.invoices[0].file_name, f"AF-10002-{number}.pdf")
			self.assertIn(f"AF-10002-{number}.pdf", received(server))
			schedule = (server.inbox / first.files[-1].file_name).read_text()
			self.assertIn("AF-10002,", schedule)  # the number RTS knows it by
			self.assertIn(f"AF-10002-{number}.pdf", schedule)
		self.assertEqual((server.inbox / "AF-10002.pdf").read_bytes(), sent)

	def test_names_are_free_among_batches_that_are_still_to_be_sent_too(self):
		for number in ("AF 77/1", "AF-77-1"):
			factories.make_invoice(
				number, customer=CUSTOMER, amount=500, po_no="L", posting_date="2026-10-26"
			)
		names = [self.submit([number]).invoices[0].file_name for number in ("AF 77/1", "AF-77-1")]
		self.assertEqual(names, ["AF-77-1.pdf", "AF-77-1-2.pdf"])

	def test_a_batch_that_was_never_sent_takes_no_name(self):
		first = self.submit()
		first.reload()
		first.cancel()
		self.assertEqual(self.submit().invoices[0].file_name, "AF-10001.pdf")

	def test_an_invoice_on_its_way_keeps_its_state_whatever_changes(self):
		self.factor()
		batch = self.submit()
		name = frappe.db.get_value("Sales Invoice", "AF-10001", "customer")
		self.addCleanup(frappe.db.set_value, "Customer", name, "factoring_excluded", 0)
		for excluded in (1, 0):
			customer = frappe.get_doc("Customer", name)
			customer.factoring_excluded = excluded
			customer.save()
			readiness.update_all_readiness(customer=name)
			self.assertEqual((factories.state("AF-10001"), factories.state("AF-10002")), ("Queued", "Queued"))
			self.assertNotIn("AF-10001", factoring_batch.queued(ACME))
		self.assertEqual(self.run_job(batch), "Delivered")
		self.assertEqual({factories.state(name) for name in THREE}, {"Submitted"})


class TestForgedRows(DeliveryCase):
	"""Files, packets and outcomes are the job's to write, whatever a form or an integration sends."""

	def setUp(self):
		super().setUp()
		content = {"file_name": "secret.txt", "is_private": 1, "content": b"SECRET"}
		self.secret = frappe.get_doc({"doctype": "File", **content}).insert().name
		self.addCleanup(frappe.delete_doc, "File", self.secret, force=True)
		self.forged = {"file_name": "x.txt", "kind": "Packet", "file": self.secret, "state": "Delivered"}

	def draft(self, row=None, **values):
		doc = {"doctype": "Factoring Batch", "company": ACME, **values}
		return frappe.get_doc(doc | {"invoices": [{"sales_invoice": "AF-10001", **(row or {})}]})

	def test_a_draft_has_no_files_and_none_to_download(self):
		doc = self.draft(files=[self.forged]).insert()
		self.assertEqual(doc.files, [])
		with self.refused("not made yet"):
			downloads.of_batch(doc.name)
		frappe.get_doc(
			{"doctype": batch_files.FILE_DOCTYPE, "parent": doc.name, **self.parent, **self.forged}
		).db_insert()
		with self.refused("not made yet"):
			downloads.of_batch(doc.name)

	parent = {"parenttype": "Factoring Batch", "parentfield": "files"}

	def test_a_packet_or_an_outcome_named_by_the_sender_counts_for_nothing(self):
		server = self.factor()
		doc = self.draft({"packet": self.secret, "outcome": "Held", "file_name": "y.pdf"}).insert()
		self.assertEqual([doc.invoices[0].get(f) for f in ("packet", "outcome", "file_name")], [None] * 3)
		doc.invoices[0].update({"packet": self.secret, "outcome": "Held"})
		doc.append("files", self.forged)
		savedocs(frappe.as_json(doc), "Submit")
		doc.reload()
		self.assertEqual(doc.docstatus, 1)
		self.assertEqual(self.run_job(doc), "Delivered", doc.error)
		self.assertEqual((server.inbox / "AF-10001.pdf").read_bytes()[:5], b"%PDF-")
		self.assertEqual(len(received(server)), 2)

	def test_rows_are_not_added_after_submit(self):
		doc = self.submit()
		doc.reload()
		doc.append("files", self.forged)
		with self.assertRaises(frappe.ValidationError):
			doc.save()

	def test_a_file_of_others_is_neither_sent_nor_downloaded_whoever_wrote_the_row(self):
		server = self.factor()
		doc = self.submit()
		row = {"parent": doc.name, "sales_invoice": "AF-10001"}
		frappe.db.set_value("Factoring Batch Invoice", row, "packet", self.secret)
		self.assertEqual(self.run_job(doc), "Failed")
		self.assertIn("attached neither", doc.error)
		self.assertEqual(received(server), [])
		frappe.get_doc(
			{"doctype": batch_files.FILE_DOCTYPE, "parent": doc.name, **self.parent, **self.forged}
		).db_insert()
		with self.refused("attached neither"):
			downloads.of_batch(doc.name)
