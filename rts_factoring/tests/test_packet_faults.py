"""An invoice that cannot be printed, or whose paper breaks the tools, stops no other; a lost connection blames none."""

import socket
from unittest.mock import patch

import frappe

from rts_factoring.core.errors import DocumentError
from rts_factoring.services.batches import delivery, factoring_batch
from rts_factoring.services.common.errors import is_transient
from rts_factoring.services.invoices import packets
from rts_factoring.tests import factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.packet_factories import packet_state

ONE, TWO, THREE = "AF-10001", "AF-10002", "AF-10003"
LETTER_HEAD = "Freight Letter Head"


class TestPacketFaults(FreightCase):
	def setUp(self):
		super().setUp()
		frappe.local.form_dict = frappe._dict()
		factories.make_settings(ACME, print_format=None)

	def break_second(self):
		"""A letter head that fails on invoices without terms."""
		self.remove_letter_head()
		self.addCleanup(self.remove_letter_head)
		content = '<p>{{ "Ship to " + doc.terms }}</p>'
		factories._insert("Letter Head", letter_head_name=LETTER_HEAD, source="HTML", content=content)
		for name in (ONE, TWO, THREE):
			terms = None if name == TWO else "net 30"
			factories.make_invoice(name, terms=terms, letter_head=LETTER_HEAD)
		frappe.db.commit()

	def remove_letter_head(self):
		frappe.delete_doc_if_exists("Letter Head", LETTER_HEAD, force=True)
		frappe.db.commit()

	def test_an_invoice_that_cannot_be_printed_is_not_ready_and_the_others_get_their_packets(self):
		self.break_second()
		packets.make_packets([ONE, TWO, THREE])
		self.assertEqual(
			[packet_state(name).factoring_status for name in (ONE, TWO, THREE)],
			["Queued", "Not Ready", "Queued"],
		)
		self.assertTrue(packet_state(ONE).factoring_packet and packet_state(THREE).factoring_packet)
		self.assertIn(
			f"{TWO}.pdf: The invoice could not be printed: TypeError", packet_state(TWO).factoring_reasons
		)
		self.assertIn("Then queue the invoice again", packet_state(TWO).factoring_reasons)

	def test_a_batch_gives_back_an_invoice_that_fails_and_sends_the_others(self):
		self.break_second()
		factories.make_settings(ACME, print_format=None, protocol="Download")
		batch = factoring_batch.create(ACME, [ONE, TWO, THREE])
		batch.submit()
		frappe.db.commit()
		self.assertEqual(delivery.deliver_batch(batch.name), "Ready to Download")
		batch.reload()
		self.assertEqual([row.outcome or "" for row in batch.invoices], ["", "Returned", ""])
		self.assertIn("TypeError", batch.invoices[1].reason)
		self.assertEqual(len(batch.files), 3)

	def test_a_pdf_engine_that_fails_is_the_invoices_reason(self):
		factories.make_invoice(ONE)
		with (
			patch("frappe.get_print", side_effect=OSError("wkhtmltopdf reported an error: Exit with code 1")),
			self.assertRaises(DocumentError) as caught,
		):
			packets.ensure_packet(ONE)
		self.assertEqual(caught.exception.code, "print_failed")
		self.assertIn("Exit with code 1", caught.exception.message)

	def test_a_mistake_of_ours_is_logged_and_stops_no_other(self):
		factories.make_invoices([ONE, TWO])
		frappe.db.commit()
		whole = packets.build_packet

		def failing(printed, *args, **options):
			if options["invoice_name"] == f"{ONE}.pdf":
				raise RuntimeError("first\n" * 100 + "IndexError: list index out of range")
			return whole(printed, *args, **options)

		frappe.db.delete("Error Log")
		with patch("rts_factoring.services.invoices.packets.build_packet", failing):
			packets.make_packets([ONE, TWO])
		self.assertEqual(
			(packet_state(ONE).factoring_status, packet_state(TWO).factoring_status), ("Not Ready", "Queued")
		)
		self.assertIn("IndexError: list index out of range", packet_state(ONE).factoring_reasons)
		self.assertLess(len(packet_state(ONE).factoring_reasons), 600)
		self.assertTrue(packet_state(TWO).factoring_packet)
		from frappe.deferred_insert import save_to_db

		save_to_db()
		self.assertTrue(frappe.db.exists("Error Log", {"reference_name": ONE}))

	def test_a_deadlock_makes_the_job_run_again_and_blames_no_invoice(self):
		factories.make_invoice(ONE)
		frappe.db.commit()
		for error in (
			frappe.QueryDeadlockError(1213, "Deadlock found"),
			frappe.QueryTimeoutError(1205, "Lock wait"),
		):
			with (
				patch("frappe.get_print", side_effect=error),
				self.assertRaises(frappe.RetryBackgroundJobError),
			):
				packets.make_packets([ONE])
			frappe.db.rollback()
			self.assertEqual(packet_state(ONE).factoring_status, "Queued")

	def test_while_the_web_server_is_down_no_invoice_is_blamed(self):
		factories.make_invoice(ONE)
		failed = OSError(
			"wkhtmltopdf reported an error: Exit with code 1 due to network error: ConnectionRefusedError"
		)
		with socket.create_server(("127.0.0.1", 0)) as closed:
			nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
		with (
			patch("frappe.get_print", side_effect=failed),
			patch("frappe.utils.get_url", return_value=nobody),
			self.assertRaises(frappe.RetryBackgroundJobError),
		):
			packets.ensure_packet(ONE)
		with patch("frappe.get_print", side_effect=failed), self.assertRaises(DocumentError):
			packets.ensure_packet(
				ONE
			)  # the site answers, so a picture of the invoice is elsewhere and missing

	def test_faults_that_pass_are_told_from_faults_of_the_invoice(self):
		from redis.exceptions import ConnectionError as RedisGone
		from rq.timeouts import JobTimeoutException

		lost = frappe.db.OperationalError(2013, "Lost connection to server during query")
		unknown_column = frappe.db.OperationalError(1054, "Unknown column")
		wrapped = frappe.ValidationError("Jinja Template Error")
		wrapped.__cause__ = lost
		for error in (lost, wrapped, RedisGone(), JobTimeoutException(), frappe.db.OperationalError()):
			self.assertTrue(is_transient(error), error)
		for error in (unknown_column, TypeError("x"), OSError("wkhtmltopdf"), frappe.ValidationError("x")):
			self.assertFalse(is_transient(error), error)
