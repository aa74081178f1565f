"""Every file of a batch arrives once, whole, the schedule last, whatever happens to the job or the line."""

import hashlib
import random
import subprocess
import sys
import zipfile

import frappe
from frappe.utils import add_to_date, get_datetime, now_datetime

from rts_factoring.services.batches import batch_status, delivery, factoring_batch
from rts_factoring.tests import factories
from rts_factoring.tests.cases import PASSWORD, THREE, DeliveryCase, FreightCase, arrivals, point_to, received
from rts_factoring.tests.factories import ACME

JOB = """
import sys, frappe
frappe.init(site=sys.argv[1], sites_path=sys.argv[3]); frappe.connect()
frappe.flags.in_test = True
from rts_factoring.services.batches import delivery
print("ready", flush=True)
print(delivery.deliver_batch(sys.argv[2]))
"""


class TestDeliveries(DeliveryCase):
	def start_job(self, batch) -> subprocess.Popen:
		"""The job in a process of its own."""
		frappe.db.commit()
		sites = frappe.utils.get_bench_path() + "/sites"
		command = [sys.executable, "-c", JOB, frappe.local.site, batch.name, sites]
		return subprocess.Popen(command, cwd=sites, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

	def assert_whole(self, server, batch):
		"""Everything is there once, whole, under its final name, the schedule last, and nothing else."""
		batch.reload()
		self.assertEqual(batch.status, "Delivered", batch.error)
		self.assertEqual(sorted(received(server)), sorted(row.file_name for row in batch.files))
		self.assertEqual(len(batch.files), len(THREE) + 1)
		self.assertEqual(sorted(arrivals(server)), sorted(received(server)))
		self.assertEqual(arrivals(server)[-1], batch.files[-1].file_name)
		for row in batch.files:
			content = (server.inbox / row.file_name).read_bytes()
			self.assertEqual((len(content), hashlib.sha256(content).hexdigest()), (row.size, row.sha256))
		self.assertEqual({factories.state(name) for name in THREE}, {"Submitted"})

	def test_a_delivered_batch_is_not_sent_again(self):
		server = self.factor()
		batch = self.submit()
		self.assertEqual(self.run_job(batch), "Delivered")
		before = {path: path.stat().st_mtime_ns for path in server.inbox.iterdir()}
		self.assertEqual(self.run_job(batch), "Delivered")
		self.assertEqual({path: path.stat().st_mtime_ns for path in server.inbox.iterdir()}, before)
		self.assertEqual(batch.attempts, 1)

	def test_while_the_line_is_down_it_waits_longer_each_time_and_then_goes_on(self):
		server = self.factor()
		batch = self.submit()
		server.stop()
		pauses = []
		for attempt in (1, 2, 3):
			self.assertEqual(self.run_job(batch), "Queued")
			self.assertEqual(batch.attempts, attempt)
			pauses.append((batch.next_attempt_on - now_datetime()).total_seconds())
			self.assertNotIn(batch.name, delivery.resume_due())
			self.let_time_pass(batch)
			self.assertIn(batch.name, delivery.resume_due())
		self.assertEqual(pauses, sorted(pauses))
		self.assertGreater(pauses[2], 10 * pauses[0])
		self.assertIn("cannot be reached", batch.error)
		server.start()
		point_to(server)
		self.assertEqual(self.run_job(batch), "Delivered")
		self.assert_whole(server, batch)

	def test_after_the_last_attempt_the_managers_get_one_message(self):
		manager = factories.make_user("boss@rts.test", "Factoring Manager")
		server = self.factor(max_attempts=2)
		server.stop()
		batch = self.submit()
		self.run_job(batch)
		self.let_time_pass(batch)
		self.assertEqual(self.run_job(batch), "Failed")
		self.assertEqual(self.run_job(batch), "Failed")  # failed is failed until somebody asks
		told = frappe.get_all(
			"Notification Log", {"for_user": manager, "document_name": batch.name}, ["subject"]
		)
		self.assertEqual(len(told), 1)
		self.assertIn(batch.name, told[0].subject)
		delivery.retry(batch.name)
		server.start()
		point_to(server)
		self.assertEqual(self.run_job(batch), "Delivered")

	def test_a_changed_host_key_stops_everything_before_any_login(self):
		manager = factories.make_user("boss@rts.test", "Factoring Manager")
		server = self.factor(pin="SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
		batch = self.submit()
		self.assertEqual(self.run_job(batch), "Failed")
		self.assertEqual(server.auth_attempts, 0)
		self.assertIn(server.fingerprint, batch.error)
		self.assertTrue(
			frappe.db.exists("Notification Log", {"for_user": manager, "document_name": batch.name})
		)

	def test_a_foreign_file_under_a_final_name_is_left_alone_and_named(self):
		server = self.factor()
		(server.inbox / "AF-10002.pdf").write_bytes(b"somebody else's")
		batch = self.submit()
		self.assertEqual(self.run_job(batch), "Failed")
		self.assertIn("AF-10002.pdf", batch.error)
		self.assertEqual((server.inbox / "AF-10002.pdf").read_bytes(), b"somebody else's")
		self.assertFalse([name for name in received(server) if name.endswith(".csv")])

	def test_two_jobs_at_once_deliver_once(self):
		server = self.factor()
		batch = self.submit()
		jobs = [self.start_job(batch) for _job in range(2)]
		ended = [job.communicate(timeout=120) for job in jobs]
		self.assertEqual([job.returncode for job in jobs], [0, 0], ended)
		frappe.db.rollback()
		self.assert_whole(server, batch)
		self.assertEqual(batch.attempts, 1)

	def test_a_killed_job_is_continued_where_it_died(self):
		server = self.factor(max_attempts=20)
		batch = self.submit()
		moments = random.Random(4)
		kills = 0
		for _try in range(8):
			job = self.start_job(batch)
			job.stdout.readline()
			try:
				job.wait(timeout=moments.uniform(0.02, 2.5))
			except subprocess.TimeoutExpired:
				job.kill()
				kills += 1
			job.communicate()
			frappe.db.rollback()
			self.let_time_pass(batch)
		self.assertGreater(kills, 0)
		self.run_job(batch)
		self.assert_whole(server, batch)

	def test_a_job_that_lost_its_claim_changes_nothing_more(self):
		self.factor()
		batch = self.submit()
		claim = delivery.acquire_claim(batch.name)
		self.let_time_pass(batch)
		other = delivery.acquire_claim(batch.name)
		self.assertNotEqual(claim, other)
		batch.reload()
		with self.assertRaises(delivery.ClaimLost):
			delivery._finish(batch, claim)
		self.assertEqual(frappe.db.get_value("Factoring Batch", batch.name, "status"), "Sending")

	def test_one_bad_page_keeps_one_invoice_back_and_no_other(self):
		server = self.factor()
		batch = self.submit()
		file = factories.upload("paperwork/bad/zero_pages.pdf", "AF-10002")
		row = {"kind": "Proof of Delivery", "file": file, "parent": "AF-10002", "parenttype": "Sales Invoice"}
		row |= {"doctype": "Factoring Document", "parentfield": "factoring_documents"}
		frappe.get_doc(row).db_insert()
		self.assertEqual(self.run_job(batch), "Delivered", batch.error)
		self.assertEqual([row.outcome for row in batch.invoices], ["Submitted", "Returned", "Submitted"])
		self.assertIn("zero_pages", batch.invoices[1].reason)
		self.assertEqual([factories.state(name) for name in THREE], ["Submitted", "Not Ready", "Submitted"])
		self.assertNotIn("AF-10002.pdf", received(server))
		schedule = (server.inbox / batch.files[-1].file_name).read_text()
		self.assertNotIn("AF-10002", schedule)

	def test_all_in_one_zip_where_the_factor_wants_that(self):
		server = self.factor(zip_mode="All in One Zip")
		batch = self.submit()
		self.assertEqual(self.run_job(batch), "Delivered", batch.error)
		(name,) = received(server)
		with zipfile.ZipFile(server.inbox / name) as archive:
			names = archive.namelist()
		self.assertEqual(names[:-1], ["AF-10001.pdf", "AF-10002.pdf", "AF-10003.pdf"])
		self.assertTrue(names[-1].endswith(".csv"))

	def test_the_next_batch_waits_until_the_first_was_seen(self):
		self.factor(max_invoices=2, wait_for_first=1)
		first = self.submit()
		second = frappe.get_doc("Factoring Batch", {"split_from": first.name})
		self.run_job(first)
		self.assertEqual(self.run_job(second), "Queued")
		self.assertEqual(second.attempts, 0)
		batch_status.mark_seen(first.name)
		self.assertEqual(self.run_job(second), "Delivered")

	def test_the_log_tells_attempts_and_no_secret(self):
		server = self.factor()
		batch = self.submit()
		server.stop()
		self.run_job(batch)
		self.let_time_pass(batch)
		server.start()
		point_to(server)
		factories.make_settings(
			ACME, password="wrong " + PASSWORD, host=server.host, port=server.port, username="rts"
		)
		frappe.db.set_value(factories.settings.DOCTYPE, ACME, "host_key_fingerprint", server.fingerprint)
		frappe.clear_document_cache(factories.settings.DOCTYPE, ACME)
		self.assertEqual(self.run_job(batch), "Failed")
		log = frappe.get_all("Factoring Log", {"batch": batch.name}, ["*"], order_by="attempt")
		self.assertEqual([(row.attempt, row.status) for row in log], [(1, "Retry"), (2, "Failed")])
		errors = frappe.get_all(
			"Error Log", {"creation": (">", add_to_date(now_datetime(), minutes=-5))}, ["*"]
		)
		self.assertNotIn(PASSWORD, frappe.as_json([log, errors, batch.as_dict()]))


class TestSpeed(FreightCase):
	def test_a_batch_whose_packets_exist_renders_nothing(self):
		self.factor()
		from rts_factoring.services.invoices import packets

		factories.make_invoices(THREE)
		batch = factoring_batch.create(ACME, THREE)
		frappe.db.commit()
		packets.make_packets(THREE)
		made = {name: frappe.db.get_value("Sales Invoice", name, "factoring_packet") for name in THREE}
		batch.submit()
		frappe.db.commit()
		started = now_datetime()
		self.assertEqual(delivery.deliver_batch(batch.name), "Delivered")
		batch.reload()
		self.assertEqual({row.sales_invoice: row.packet for row in batch.invoices}, made)
		later = [
			get_datetime(frappe.db.get_value("File", packet, "creation")) < started
			for packet in made.values()
		]
		self.assertEqual(later, [True] * 3)
