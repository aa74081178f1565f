"""Jobs that die, wait, double or take long: the batch ends delivered or failed, and somebody knows."""

import threading
import time
from unittest import mock

import frappe
from frappe.utils.background_jobs import get_queue

from rts_factoring.core.delivery import workers
from rts_factoring.sandbox.server import SandboxFiles, SandboxHandle
from rts_factoring.services.batches import delivery, delivery_claim, factoring_batch
from rts_factoring.services.invoices import packets
from rts_factoring.tests import factories
from rts_factoring.tests.cases import THREE, DeliveryCase, arrivals, point_to, received
from rts_factoring.tests.factories import ACME


class TestJobs(DeliveryCase):
	def waiting_jobs(self, batch) -> int:
		kwargs = [job.kwargs.get("kwargs", {}) for job in get_queue("long").jobs]
		return sum(given.get("batch") == batch.name for given in kwargs)

	def test_a_job_killed_at_each_attempt_ends_failed_and_the_managers_are_told(self):
		manager = factories.make_user("boss@rts.test", "Factoring Manager")
		self.factor(max_attempts=3)
		batch = self.submit()
		for _death in range(3):
			self.assertTrue(delivery.acquire_claim(batch.name))
			self.let_time_pass(batch)
			self.assertIn(batch.name, delivery.resume_due())
		self.assertEqual(self.run_job(batch), "Failed")
		self.assertEqual(batch.attempts, 3)
		self.assertIn("stopped from outside", batch.error)
		self.assertEqual(len(self.told(manager, batch.name)), 1)
		delivery.retry(batch.name)
		self.assertEqual(self.run_job(batch), "Delivered")

	def test_a_company_that_was_disabled_meanwhile_fails_the_batch_and_says_so(self):
		self.factor()
		batch = self.submit()
		factories.make_settings(ACME, enabled=0)
		self.assertEqual(self.run_job(batch), "Failed")
		self.assertIn("switched off", batch.error)
		self.assertEqual(frappe.db.count("Factoring Log", {"batch": batch.name}), 1)

	def test_jobs_that_pile_up_do_not_shorten_the_pause(self):
		server = self.factor()
		batch = self.submit()
		server.stop()
		for _job in range(4):
			self.assertEqual(self.run_job(batch), "Queued")
		self.assertEqual(batch.attempts, 1)

	def test_one_job_waits_for_a_batch_however_often_the_scheduler_ticks(self):
		self.factor()
		batch = self.submit()
		for _tick in range(3):
			self.assertIn(batch.name, delivery.resume_due())
		self.assertEqual(self.waiting_jobs(batch), 1)

	def test_a_file_that_takes_longer_than_the_lease_is_delivered_by_the_job_that_began(self):
		server = self.factor()
		server.files = Slow
		packets.make_packets(THREE)
		batch = self.submit()
		site, ended, lease = frappe.local.site, [], 2

		def job():
			frappe.init(site=site)
			frappe.connect()
			frappe.flags.in_test = True
			try:
				ended.append(delivery.deliver_batch(batch.name))
			finally:
				frappe.destroy()

		with (
			mock.patch.object(delivery_claim, "LEASE", lease),
			mock.patch.object(workers, "HEARTBEAT_INTERVAL", 0.3),
		):
			first = threading.Thread(target=job)
			first.start()
			busy, until = 0, time.monotonic() + 60
			while first.is_alive() and time.monotonic() < until:
				time.sleep(lease / 4)
				frappe.db.rollback()
				if frappe.db.get_value("Factoring Batch", batch.name, "status") == "Sending":
					busy += 1
					self.assertNotIn(batch.name, delivery.resume_due())
					self.assertFalse(delivery.acquire_claim(batch.name))
			first.join(60)
		self.assertGreater(busy, 8)  # it was at it for longer than two leases
		self.assertEqual(ended, ["Delivered"])
		batch.reload()
		self.assertEqual(batch.attempts, 1)
		self.assertEqual(sorted(arrivals(server)), sorted(received(server)))

	def test_batches_split_off_are_sent_in_order(self):
		factories.make_settings(ACME, max_invoices=1)
		with mock.patch.object(delivery, "enqueue") as enqueue:
			self.submit()
		made = frappe.get_all("Factoring Batch", {"company": ACME}, pluck="name", order_by="creation")
		self.assertEqual([call.args[0] for call in enqueue.call_args_list], made)

	def test_each_file_counts_its_attempts_and_says_what_kept_it(self):
		server = self.factor()
		batch = self.submit()
		server.stop()
		self.run_job(batch)
		self.assertEqual({row.attempts for row in batch.files}, {1})
		self.assertTrue(all("cannot be reached" in row.error for row in batch.files))
		self.let_time_pass(batch)
		server.start()
		point_to(server)
		self.assertEqual(self.run_job(batch), "Delivered")
		self.assertEqual({(row.attempts, row.error or "") for row in batch.files}, {(2, "")})

	def test_whoever_watches_hears_the_status_the_batch_has(self):
		server = self.factor(max_attempts=2)
		batch = self.submit()
		server.stop()
		heard = []

		def hear(event, data=None, **_options):
			if event == "factoring_batch_progress" and data["what"] == "status":
				heard.append(data["state"])

		with mock.patch.object(frappe, "publish_realtime", hear):
			for _attempt in range(2):
				self.run_job(batch)
				self.let_time_pass(batch)
		self.assertEqual(heard, ["Sending", "Queued", "Sending", "Failed"])


class TestWaiting(DeliveryCase):
	def setUp(self):
		super().setUp()
		self.server = self.factor(max_invoices=2, wait_for_first=1)
		self.first = self.submit()
		self.second = frappe.get_doc("Factoring Batch", {"split_from": self.first.name})

	def test_a_first_batch_that_failed_can_be_cancelled_and_then_holds_nobody_up(self):
		(self.server.inbox / "AF-10001.pdf").write_bytes(b"somebody else's")
		self.assertEqual(self.run_job(self.first), "Failed")
		self.assertEqual(self.run_job(self.second), "Queued")
		self.first.cancel()
		self.assertEqual(self.run_job(self.second), "Delivered")
		self.assertEqual(factories.state(THREE[0]), "Queued")

	def test_an_amended_batch_still_waits_for_the_one_it_was_split_from(self):
		self.second.cancel()
		amended = frappe.copy_doc(self.second)
		amended.amended_from, amended.docstatus, amended.split_from = self.second.name, 0, None
		amended.insert()
		self.assertEqual(amended.split_from, self.first.name)

	def test_a_form_does_not_say_what_a_batch_was_split_from(self):
		self.second.cancel()
		doc = factoring_batch.create(ACME, THREE[2:])
		doc.split_from = self.first.name
		doc.save()
		self.assertFalse(doc.split_from)


class Slow(SandboxFiles):
	def open(self, path, flags, attr):
		opened = SandboxFiles.open(self, path, flags, attr)
		if isinstance(opened, SandboxHandle):
			opened.__class__ = SlowHandle
		return opened


class SlowHandle(SandboxHandle):
	def write(self, offset, data):
		time.sleep(5)
		return SandboxHandle.write(self, offset, data)
