"""Packets while their batch is being made ready: they take long, are made twice, get lost, or are large."""

import os
from contextlib import contextmanager
from unittest import mock

import frappe
from frappe.utils import add_to_date, now_datetime
from PIL import Image

from rts_factoring.services.batches import batch_files, delivery, delivery_claim
from rts_factoring.services.invoices import packet_progress, packets
from rts_factoring.tests import factories
from rts_factoring.tests.cases import THREE, DeliveryCase, point_to, received
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.packet_factories import packet_state

ONE = THREE[0]


class TestWhileAPacketIsMade(DeliveryCase):
	@contextmanager
	def at_each_file(self, act):
		"""While it lasts `act(number)` is called as the making of a packet turns to another file."""
		told = []

		def tell(*_what):
			told.append(1)
			act(len(told))

		with mock.patch.object(packet_progress, "tell", tell):
			yield told

	def write(self, batch, **values):
		frappe.db.set_value("Factoring Batch", batch.name, values, update_modified=False)
		frappe.db.commit()

	def test_no_other_job_takes_the_batch_however_long_it_takes(self):
		self.factor()
		batch = self.submit([ONE])
		taken = []

		def an_hour_passes(number: int):
			if number > 1:
				taken.append(delivery.acquire_claim(batch.name))
			self.write(batch, claimed_on=add_to_date(now_datetime(), hours=-1))

		with (
			mock.patch.object(batch_files, "HEARTBEAT_INTERVAL", 0),
			self.at_each_file(an_hour_passes),
		):
			self.assertEqual(self.run_job(batch), "Delivered")
		self.assertTrue(taken)
		self.assertEqual(set(taken), {""})
		self.assertEqual(batch.attempts, 1)

	def test_what_a_job_made_that_lost_the_batch_is_there_for_the_next(self):
		server = self.factor()
		batch = self.submit([ONE])
		with self.at_each_file(lambda number: self.write(batch, claim="another")):
			self.assertEqual(self.run_job(batch), "Sending")
		self.assertEqual([row.packet for row in batch.invoices], [None])
		made = packet_state(ONE).factoring_packet
		self.assertTrue(frappe.get_doc("File", made).exists_on_disk())
		self.let_time_pass(batch)
		with self.at_each_file(lambda number: None) as told:
			self.assertEqual(self.run_job(batch), "Delivered")
		self.assertEqual(told, [])
		self.assertIn(f"{ONE}.pdf", received(server))

	def test_a_packet_that_another_job_makes_anew_meanwhile_is_the_one_that_is_sent(self):
		self.factor()
		packets.make_packets(THREE)
		batch = self.submit([ONE])
		renew, made = delivery_claim.renew, []

		def renew_later(*what, **how):
			if not made:
				frappe.db.set_value("Sales Invoice", ONE, "po_no", "4712")
				made.append(packets.ensure_packet(ONE))
				frappe.db.commit()
			return renew(*what, **how)

		with mock.patch.object(delivery_claim, "renew", renew_later):
			self.assertEqual(self.run_job(batch), "Delivered")
		self.assertEqual([row.packet for row in batch.invoices], made)


class TestLostFiles(DeliveryCase):
	def lose(self, file: str):
		"""As in a site that was restored without its files."""
		os.remove(frappe.get_doc("File", file).get_full_path())

	def test_packets_that_are_not_on_the_disk_are_made_again(self):
		server = self.factor()
		packets.make_packets(THREE)
		before = [packet_state(name).factoring_packet for name in THREE]
		for file in before:
			self.lose(file)
		batch = self.submit()
		self.assertEqual(self.run_job(batch), "Delivered")
		self.assertEqual(len(received(server)), len(THREE) + 1)
		self.assertEqual(frappe.get_all("File", {"name": ("in", before)}), [])

	def test_a_packet_that_is_deleted_before_the_files_are_frozen_is_made_again(self):
		self.factor()
		batch = self.submit([ONE])
		with mock.patch.object(batch_files, "_freeze_files", side_effect=frappe.QueryDeadlockError):
			self.assertEqual(self.run_job(batch), "Queued")
		self.assertTrue(batch.invoices[0].packet)
		frappe.delete_doc("File", batch.invoices[0].packet, force=True)
		self.let_time_pass(batch)
		self.assertEqual(self.run_job(batch), "Delivered")

	def test_a_file_that_is_deleted_once_they_are_frozen_is_named(self):
		server = self.factor()
		batch = self.submit()
		server.stop()
		self.assertEqual(self.run_job(batch), "Queued")
		server.start()
		point_to(server)
		for lose in (self.lose, lambda file: frappe.delete_doc("File", file, force=True)):
			lose(batch.files[1].file)
			self.let_time_pass(batch)
			self.assertEqual(self.run_job(batch), "Failed")
			self.assertIn(f"The file {batch.files[1].file_name} of this batch cannot be read", batch.error)
			self.assertNotIn(batch.files[-1].file_name, received(server))
			delivery.retry(batch.name)


class TestLargeFiles(DeliveryCase):
	"""The site takes uploads of a megabyte at most."""

	def setUp(self):
		super().setUp()
		before = frappe.db.get_single_value("System Settings", "max_file_size")
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_single_value, "System Settings", "max_file_size", before)
		frappe.db.set_single_value("System Settings", "max_file_size", 1)
		frappe.clear_document_cache("System Settings", "System Settings")

	def photos(self, invoice: str, count: int) -> None:
		doc = frappe.get_doc("Sales Invoice", invoice)
		for number in range(count):
			path = frappe.get_site_path(f"{invoice}-{number}.jpg")
			Image.effect_noise((1000, 1000), 60 + number).save(path, quality=88)
			with open(path, "rb") as stream:
				content = stream.read()
			os.remove(path)
			self.assertLess(len(content), 1024 * 1024)
			file = frappe.get_doc({"doctype": "File", "file_name": f"{number}.jpg", "is_private": 1})
			file.content = content
			file.insert()
			doc.append("factoring_documents", {"kind": "Proof of Delivery", "file": file.file_url})
		doc.save()
		frappe.db.commit()

	def test_a_packet_of_several_documents_may_be_larger_than_each_of_them(self):
		self.photos(ONE, 3)
		file = frappe.get_doc("File", packets.ensure_packet(ONE))
		self.assertGreater(file.file_size, 1024 * 1024)
		self.assertEqual(file.file_size, os.path.getsize(file.get_full_path()))

	def test_all_in_one_zip_may_be_larger_than_each_packet(self):
		server = self.factor(zip_mode="All in One Zip")
		for invoice in THREE:
			self.photos(invoice, 1)
		batch = self.submit()
		self.assertEqual(self.run_job(batch), "Delivered", batch.error)
		(row,) = batch.files
		self.assertGreater(row.size, 1024 * 1024)
		self.assertEqual(received(server), [row.file_name])


class TestAttempts(DeliveryCase):
	def test_a_file_counts_an_attempt_once_there_is_a_server_to_ask(self):
		self.factor()
		batch = self.submit([ONE])
		prepare = batch_files.prepare

		def disabled_meanwhile(*what):
			prepare(*what)
			factories.make_settings(ACME, enabled=0)

		with mock.patch.object(batch_files, "prepare", disabled_meanwhile):
			self.assertEqual(self.run_job(batch), "Failed")
		self.assertIn("switched off", batch.error)
		self.assertEqual({row.attempts for row in batch.files}, {0})
