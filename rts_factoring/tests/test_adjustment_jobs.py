"""Adjustments of many lines: a job posts them and takes them back, all or nothing, once, with the rights of whoever asked."""

import os
import signal
from contextlib import contextmanager
from unittest import mock

import frappe
from frappe.utils.background_jobs import get_job
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from rts_factoring import tasks
from rts_factoring.services.accounting import adjustment_jobs, journal_entries
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.adjustment_factories import adjustment, buyout
from rts_factoring.tests.cases import run_worker
from rts_factoring.tests.race_case import RaceCase
from rts_factoring.tests.web_server import TIMEOUT, Server

DOCTYPE = "Factoring Adjustment"
PASSWORD = "correct horse battery 9"


class TestAdjustmentJobs(RaceCase):
	def setUp(self):
		super().setUp()
		patch = mock.patch.object(adjustment_jobs, "AT_ONCE", 1)
		patch.start()
		self.addCleanup(patch.stop)
		self.addCleanup(frappe.set_user, "Administrator")
		self.user = factories.make_user("maria@rts.test", "Factoring Manager", "Accounts Manager")
		self.before = report_factories.books()

	@contextmanager
	def as_person(self):
		"""A request of Maria, who waits for the answer."""
		frappe.set_user(self.user)
		frappe.local.request = Request(EnvironBuilder(method="POST").get_environ())
		try:
			yield
		finally:
			del frappe.local.request
			frappe.set_user("Administrator")

	def two_lines(self, second: float = 1000):
		doc = adjustment(buyout("R-1", 1000), buyout("R-2", second), submit=False)
		self.save()
		self.addCleanup(self.forget_job, doc.name)
		return doc

	def forget_job(self, name: str) -> None:
		for job_id in (f"factoring-adjustment-{name}", f"factoring-adjustment-{name}:again"):
			if job := get_job(job_id):
				job.delete()

	def ask(self, doc, action: str = "submit"):
		with self.as_person():
			getattr(frappe.get_doc(DOCTYPE, doc.name), action)()
			frappe.db.commit()

	def state(self, doc) -> tuple:
		return frappe.db.get_value(DOCTYPE, doc.name, ["docstatus", "job_status"])

	def test_few_lines_are_posted_at_once(self):
		doc = adjustment(buyout("R-1", 1000), submit=False)
		self.ask(doc)
		self.assertEqual(self.state(doc), (1, None))

	def test_many_lines_are_posted_and_taken_back_by_a_job(self):
		doc = self.two_lines()
		self.ask(doc)
		self.assertEqual(self.state(doc), (0, "Posting"))
		self.assertEqual(report_factories.books(), self.before)
		run_worker("long")
		self.assertEqual(self.state(doc), (1, None))
		self.assertEqual((factories.state("R-1"), factories.state("R-2")), ("Charged Back", "Charged Back"))
		(owner,) = set(frappe.get_all("Journal Entry", {"factoring_adjustment": doc.name}, pluck="owner"))
		self.assertEqual(owner, self.user)
		self.assert_books_agree()
		self.ask(doc, "cancel")
		self.assertEqual(self.state(doc), (1, "Cancelling"))
		run_worker("long")
		self.assertEqual(self.state(doc), (2, None))
		self.assertEqual(report_factories.books(), self.before)
		self.assert_books_agree()

	def test_the_forms_submit_and_cancel_are_left_to_a_job(self):
		fees = ({"event": "Fee", "amount": 0.01} for _number in range(301))
		doc = adjustment(*fees, submit=False)
		self.addCleanup(self.forget_job, doc.name)
		frappe.utils.password.update_password(self.user, PASSWORD)
		self.save()
		server = Server()
		self.addCleanup(server.stop)
		person = server.person(self.user, PASSWORD)

		def press(method: str, **data) -> dict:
			url = f"{person.url}/api/method/frappe.desk.form.save.{method}"
			answer = person.session.post(url, data=data, timeout=TIMEOUT)
			self.assertEqual(answer.status_code, 200, answer.text[:500])
			frappe.db.rollback()
			return answer.json()["docs"][0]

		sent = press("savedocs", doc=frappe.get_doc(DOCTYPE, doc.name).as_json(), action="Submit")
		self.assertEqual((sent["docstatus"], sent["job_status"]), (0, "Posting"))
		self.assertEqual(self.state(doc), (0, "Posting"))
		run_worker("long")
		self.assertEqual(self.state(doc), (1, None))
		self.assert_books_agree()
		sent = press("cancel", doctype=DOCTYPE, name=doc.name)
		self.assertEqual((sent["docstatus"], sent["job_status"]), (1, "Cancelling"))
		run_worker("long")
		self.assertEqual((self.state(doc), report_factories.books()), ((2, None), self.before))

	def test_while_it_waits_nobody_changes_deletes_or_submits_it_again(self):
		doc = self.two_lines()
		self.ask(doc)
		for action in ("save", "submit", "delete"):
			with self.subTest(action), self.refused(doc.name, "background"):
				getattr(frappe.get_doc(DOCTYPE, doc.name), action)()
			frappe.db.rollback()
			with self.subTest(f"{action} of a person"), self.refused(doc.name, "background"):
				self.ask(doc, action)
			frappe.db.rollback()
		self.assertEqual(self.state(doc), (0, "Posting"))

	def test_two_jobs_post_it_once(self):
		doc = self.two_lines()
		self.ask(doc)
		adjustment_jobs.run_job(doc.name, "submit")
		posted = report_factories.books()
		frappe.db.commit()
		adjustment_jobs.run_job(doc.name, "submit")
		self.assertEqual(report_factories.books(), posted)
		self.assert_books_agree()

	def test_what_cannot_be_posted_is_said_on_the_draft_which_can_be_mended(self):
		doc = self.two_lines(second=1000.01)
		frappe.db.set_value(f"{DOCTYPE} Line", doc.lines[0].name, "amount", 1000.02)
		frappe.db.commit()
		self.ask(doc)
		run_worker("long")
		self.assertEqual(self.state(doc), (0, "Failed"))
		told = frappe.db.get_value(DOCTYPE, doc.name, "job_error").splitlines()
		self.assertEqual([text[:7] for text in told], ["Line 1:", "Line 2:"])
		self.assertEqual(report_factories.books(), self.before)
		mended = frappe.get_doc(DOCTYPE, doc.name)
		mended.lines[0].amount = mended.lines[1].amount = 1000
		mended.save()
		self.assertEqual(self.state(doc), (0, None))
		self.ask(doc)
		run_worker("long")
		self.assertEqual(self.state(doc), (1, None))

	def test_a_cancel_that_is_refused_leaves_it_posted_and_says_why(self):
		doc = self.two_lines()
		doc.submit()
		self.save()
		bank = doc.record_payment(factories.bank_account(), "2026-11-10")
		self.save()
		self.ask(doc, "cancel")
		run_worker("long")
		self.assertEqual(self.state(doc), (1, "Failed"))
		self.assertIn(bank, frappe.db.get_value(DOCTYPE, doc.name, "job_error"))
		self.assert_books_agree()

	def test_a_killed_job_is_resumed_with_the_rights_of_whoever_asked(self):
		doc = self.two_lines()
		self.ask(doc)
		self.forget_job(doc.name)
		write = journal_entries.post
		journal_entries.post = lambda *_given, **_named: os.kill(os.getpid(), signal.SIGKILL)
		child = self.process(lambda: adjustment_jobs.run_job(doc.name, "submit"))
		journal_entries.post = write
		_pid, status = os.waitpid(child, 0)
		self.assertTrue(os.WIFSIGNALED(status))
		frappe.db.rollback()
		self.assertEqual((self.state(doc), report_factories.books()), ((0, "Posting"), self.before))
		frappe.db.set_value(DOCTYPE, doc.name, "modified", "2026-01-01", update_modified=False)
		frappe.get_doc("User", self.user).remove_roles("Factoring Manager")
		tasks.every_few_minutes()
		run_worker("long")
		self.assertEqual((self.state(doc), report_factories.books()), ((0, "Failed"), self.before))
		frappe.get_doc("User", self.user).add_roles("Factoring Manager")
		self.ask(doc)
		frappe.db.set_value(DOCTYPE, doc.name, "modified", "2026-01-01", update_modified=False)
		self.forget_job(doc.name)
		tasks.every_few_minutes()
		run_worker("long")
		self.assertEqual(self.state(doc), (1, None))
		self.assert_books_agree()

	def test_who_may_not_submit_starts_nothing(self):
		doc = self.two_lines()
		frappe.get_doc("User", self.user).remove_roles("Factoring Manager")
		frappe.get_doc("User", self.user).add_roles("Factoring User")
		frappe.db.commit()
		with self.assertRaises(frappe.PermissionError):
			self.ask(doc)
		frappe.db.rollback()
		self.assertEqual(self.state(doc), (0, None))
		doc.reload()
		doc.job_status = "Posting"  # sent by a browser
		doc.save()
		self.assertEqual(self.state(doc), (0, None))
