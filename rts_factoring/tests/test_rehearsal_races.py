"""A rehearsal that several people and jobs work on at the same moment: one of them wins, and nothing stays behind."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from unittest.mock import patch

import frappe
from frappe.utils.password import update_password
from frappe.utils.synchronization import LockTimeoutError

from rts_factoring.services.batches import factoring_batch
from rts_factoring.services.common import locks
from rts_factoring.services.company import factor_server, rehearsal_company, settings
from rts_factoring.services.invoices import packets
from rts_factoring.services.views import rehearsals
from rts_factoring.tests import factories
from rts_factoring.tests.cases import run_worker
from rts_factoring.tests.rehearsal_case import RehearsalCase, count_rows, site_files
from rts_factoring.tests.web_server import Server

COMPANY = rehearsal_company.COMPANY
METHOD = "rts_factoring.rts_factoring.doctype.subsidiary_factoring_settings.subsidiary_factoring_settings.{}"
PASSWORD = "a long pass phrase 8"
ANA = "rehearsing@rts.test"


@contextmanager
def another_connection():
	"""What runs SQL as another job does."""
	ours = frappe.local.db
	frappe.connect(set_admin_as_user=False)
	theirs, frappe.local.db = frappe.local.db, ours
	try:
		yield theirs.sql
	finally:
		theirs.rollback()
		theirs.close()


class TestOverHTTP(RehearsalCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		factories.make_user(ANA, "System Manager", "Factoring Manager", "Accounts Manager")
		update_password(ANA, PASSWORD)
		frappe.db.commit()
		cls.server = Server()
		cls.addClassCleanup(cls.server.stop)

	def setUp(self):
		super().setUp()
		self.remove()
		self.addCleanup(self.remove)

	def ask(self, *methods: str) -> list:
		"""The answers of requests that people send at the same moment."""
		people = [self.server.person(ANA, PASSWORD) for _method in methods]

		def send(person, method):
			url = f"{self.server.url}/api/method/{METHOD.format(method)}"
			token = {"X-Frappe-CSRF-Token": "none"}
			return person.session.post(url, headers=token, timeout=120)

		with ThreadPoolExecutor() as pool:
			return list(pool.map(send, people, methods))

	def test_who_starts_at_the_same_moment_gets_the_same_company_or_is_told_to_wait(self):
		answers = self.ask("start_rehearsal", "start_rehearsal", "start_rehearsal")
		made = [answer for answer in answers if answer.ok]
		self.assertTrue(made)
		self.assertEqual({answer.json()["message"] for answer in made}, {COMPANY})
		told = [answer.text for answer in answers if not answer.ok]
		self.assertTrue(all("Try again in a minute" in text for text in told), told)
		self.assertEqual(frappe.db.count("DefaultValue", rehearsal_company.MARK), 1)
		self.assertEqual(frappe.db.count("Sales Invoice", {"company": COMPANY}), 3)

	def test_what_was_read_before_another_request_ended_is_read_again(self):
		self.assertFalse(rehearsal_company.is_marked())  # this transaction sees no rehearsal from here on
		(answer,) = self.ask("start_rehearsal")
		self.assertEqual(answer.json()["message"], COMPANY)
		self.assertEqual(rehearsals.start(), COMPANY)
		frappe.db.commit()
		agreement = settings.find(COMPANY)
		self.assertTrue(rehearsal_company.is_marked())
		self.ask("remove_rehearsal")
		with self.refused("removed"), factor_server.reached(agreement):
			self.fail("The sandbox of a rehearsal that is gone was reached.")
		frappe.db.rollback()
		self.assertFalse(rehearsal_company.folder().exists())

	def test_packets_that_a_job_made_meanwhile_are_removed_too(self):
		rows, on_disk, papers = count_rows(), site_files(), {"attached_to_doctype": "Sales Invoice"}
		before = frappe.db.count("File", papers)
		rehearsals.start()
		frappe.db.commit()
		self.assertEqual(frappe.db.count("File", papers) - before, 3)
		with patch.object(frappe.db, "commit"), patch.object(frappe.db, "rollback"):
			run_worker()
		rehearsals.remove()
		frappe.db.commit()
		changed = {name: (rows.get(name), now) for name, now in count_rows().items() if rows.get(name) != now}
		self.assertEqual(changed, {})
		self.assertEqual(site_files(), on_disk)

	def test_a_packet_whose_invoice_is_gone_is_no_error_of_the_site(self):
		rehearsals.start()
		frappe.db.commit()
		build = packets.build_packet

		def slow(*given, **named):
			packet = build(*given, **named)
			rehearsals.remove()
			frappe.db.commit()
			return packet

		with patch.object(packets, "build_packet", slow):
			packets.make_packets(["EX-RH-1001"])
		deferred = frappe.cache.lrange("insert_queue_for_Error Log", 0, -1)
		self.assertFalse([error for error in deferred if "EX-RH-1001" in str(error)])

	def test_nobody_reaches_it_until_the_removal_is_committed(self):
		rehearsals.start()
		frappe.db.commit()
		for end in (frappe.db.rollback, frappe.db.commit):
			rehearsals.remove()
			with self.assertRaises(LockTimeoutError), rehearsal_company.alone(0):
				self.fail("It was reached.")
			end()
			with rehearsal_company.alone(0):
				pass

	def test_a_document_that_a_job_works_on_stops_the_removal(self):
		rehearsals.start()
		frappe.db.commit()
		factoring_batch.create(COMPANY, rehearsal_company.INVOICES)
		frappe.db.commit()
		for doctype in ("Sales Invoice", "Factoring Batch"):
			with another_connection() as sql:
				sql(f"select name from `tab{doctype}` where company = %s for update", COMPANY)
				with patch.object(locks, "is_request", return_value=True), self.refused("Try again"):
					rehearsals.remove()
			frappe.db.rollback()
			self.assertTrue(frappe.db.exists("Company", COMPANY))
