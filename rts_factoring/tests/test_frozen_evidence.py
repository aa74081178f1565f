"""What was sent stays as it was: notice and packet of an invoice are frozen with the files of its batch."""

import frappe

from rts_factoring.core.model import InvoiceState
from rts_factoring.services.batches import delivery, factoring_batch
from rts_factoring.services.invoices import invoice_state, packets, readiness
from rts_factoring.tests import factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.packet_factories import add_documents, packet_content, packet_state
from rts_factoring.tests.print_formats import Seen

ONE, TWO = "AF-10001", "AF-10002"
OLD, NEW = "PAY TO THE FACTOR", "PAY TO THE NEW FACTOR"


class EvidenceCase(FreightCase):
	def setUp(self):
		super().setUp()
		frappe.local.form_dict = frappe._dict()
		factories.make_settings(ACME, print_format=None)

	def new_version(self, valid_from="2026-01-01"):
		"""Amending makes the next version."""
		self.notice.reload()
		self.notice.cancel()
		amended = frappe.copy_doc(self.notice)
		amended.update(
			{
				"docstatus": 0,
				"amended_from": self.notice.name,
				"text": NEW + " {invoice}",
				"valid_from": valid_from,
			}
		)
		amended.insert()
		amended.submit()
		return amended

	def printed(self, invoice: str) -> Seen:
		return Seen(frappe.get_print("Sales Invoice", invoice))


class TestFrozenNotice(EvidenceCase):
	def sell(self, invoice: str, state=InvoiceState.FINANCED):
		packets.ensure_packet(invoice)
		frappe.db.set_value("Sales Invoice", invoice, "factoring_status", state.value)

	def test_a_reprint_shows_the_version_it_was_sent_with_and_later_invoices_the_new_one(self):
		factories.make_invoice(ONE)
		self.sell(ONE)
		amended = self.new_version()
		factories.make_invoice(TWO)
		packets.ensure_packet(TWO)
		self.assertEqual(
			(packet_state(ONE).factoring_notice, packet_state(TWO).factoring_notice),
			(self.notice.name, amended.name),
		)
		self.assertEqual((self.printed(ONE).stamps(OLD), self.printed(ONE).stamps(NEW)), (1, 0))
		self.assertEqual((self.printed(TWO).stamps(OLD), self.printed(TWO).stamps(NEW)), (0, 1))

	def test_a_version_from_a_later_day_does_not_touch_earlier_invoices(self):
		later = frappe.copy_doc(self.notice)
		later.update({"docstatus": 0, "text": NEW, "valid_from": "2026-10-26"})
		later.insert()
		later.submit()
		days = {ONE: "2026-10-25", TWO: "2026-10-26"}
		for name, day in days.items():
			factories.make_invoice(name, posting_date=day)
		self.assertEqual((self.printed(ONE).stamps(OLD), self.printed(TWO).stamps(NEW)), (1, 1))

	def test_an_invoice_not_sent_yet_takes_the_new_version_when_its_own_is_withdrawn(self):
		factories.make_invoice(ONE)
		packets.ensure_packet(ONE)
		first = packet_state(ONE).factoring_packet
		amended = self.new_version()
		self.assertNotEqual(packets.ensure_packet(ONE), first)
		self.assertEqual(packet_state(ONE).factoring_notice, amended.name)
		self.assertIn(NEW, Seen(packet_content(ONE)).pages[0])

	def test_a_buyback_removes_the_notice(self):
		factories.make_invoice(ONE)
		self.sell(ONE, InvoiceState.CHARGED_BACK)
		self.assertEqual(self.printed(ONE).stamps(OLD), 0)


class TestBatchOnItsWay(EvidenceCase):
	"""The files are made and wait for a person, or for another attempt."""

	def setUp(self):
		super().setUp()
		factories.make_settings(ACME, print_format=None, protocol="Download")
		factories.make_invoice(ONE)
		frappe.db.commit()
		self.batch = factoring_batch.create(ACME, [ONE])
		self.batch.submit()
		frappe.db.commit()
		self.assertEqual(delivery.deliver_batch(self.batch.name), "Ready to Download")
		self.sent = self.of_batch()

	def of_batch(self) -> str:
		return frappe.db.get_value("Factoring Batch Invoice", {"parent": self.batch.name}, "packet")

	def test_a_notice_amended_meanwhile_changes_neither_packet_nor_reprint(self):
		self.new_version()
		readiness.update_all_readiness(company=ACME)
		packets.make_packets([ONE])
		self.assertEqual(packets.ensure_packet(ONE), self.sent)
		delivery.mark_delivered(self.batch.name)
		frappe.db.commit()
		found = packet_state(ONE)
		self.assertEqual((found.factoring_status, found.factoring_notice), ("Submitted", self.notice.name))
		self.assertEqual((found.factoring_packet, self.of_batch()), (self.sent, self.sent))
		self.assertEqual((self.printed(ONE).stamps(OLD), self.printed(ONE).stamps(NEW)), (1, 0))
		self.assertIn(OLD, Seen(packet_content(ONE)).pages[0])

	def test_a_document_added_meanwhile_makes_no_other_packet(self):
		add_documents(ONE, "bill_of_lading.pdf")
		packets.make_packets([ONE])
		self.assertEqual((packet_state(ONE).factoring_packet, self.of_batch()), (self.sent, self.sent))

	def test_settings_changed_meanwhile_leave_it_queued_and_stamped(self):
		factories.make_settings(ACME, enabled=0)
		readiness.update_readiness([ONE])
		self.assertEqual(packet_state(ONE).factoring_status, "Queued")
		self.assertEqual(self.printed(ONE).stamps(OLD), 1)

	def test_cancelling_the_batch_lets_it_take_the_new_version(self):
		amended = self.new_version()
		self.batch.reload()
		self.batch.cancel()
		self.assertNotEqual(packets.ensure_packet(ONE), self.sent)
		self.assertEqual(packet_state(ONE).factoring_notice, amended.name)
		self.assertIn(NEW, Seen(packet_content(ONE)).pages[0])
		self.assertTrue(frappe.db.exists("File", self.sent), "the cancelled batch keeps what it held")


class TestHeldInvoice(EvidenceCase):
	def test_an_invoice_queued_again_takes_the_version_in_force(self):
		factories.make_invoice(ONE)
		packets.ensure_packet(ONE)
		invoice_state.write_fields([ONE], factoring_status="Held")
		amended = self.new_version()
		self.assertEqual(self.printed(ONE).stamps(OLD), 1, "what the factor has")
		self.assertEqual(readiness.requeue(ONE).state, InvoiceState.QUEUED)
		packets.ensure_packet(ONE)
		self.assertEqual(packet_state(ONE).factoring_notice, amended.name)
		self.assertIn(NEW, Seen(packet_content(ONE)).pages[0])

	def test_an_invoice_queued_again_keeps_its_version_while_that_is_in_force(self):
		factories.make_invoice(ONE)
		packets.ensure_packet(ONE)
		invoice_state.write_fields([ONE], factoring_status="Held")
		readiness.requeue(ONE)
		self.assertEqual(packet_state(ONE).factoring_notice, self.notice.name)
