"""Two people, one company, the same moment: real processes with transactions of their own."""

import os
import signal
import time

import frappe
from frappe.utils.background_jobs import execute_job

from rts_factoring import tasks
from rts_factoring.services.accounting import journal_entries, posting_lock
from rts_factoring.services.reports import decisions, jobs, posting
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import run_worker
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.race_case import RaceCase

POST_JOB = "rts_factoring.services.reports.jobs.post_job"


class TestTwoAtOnce(RaceCase):
	def test_two_imports_of_one_company_never_post_on_what_they_saw_before_each_other(self):
		first = self.draft(("R-1", "1", "11/05/2026", "Chargeback", 1000))
		second = self.draft(("R-1", "2", "11/06/2026", "Chargeback", 1000))
		found = self.together(lambda: submit(first.name), lambda: submit(second.name))
		self.assertIn("StaleReadError", found)
		self.assertEqual((self.position().open, self.position().charged_back), (0, 1000))
		self.assertEqual(frappe.db.get_value("Report Import", second.name, "docstatus"), 0)
		submit(second.name)
		row = report_factories.lines(second)[0]
		self.assertEqual((row.outcome, row.reason), ("blocked", "charged_back"))
		self.assert_books_agree()

	def test_a_job_waits_for_its_turn_and_judges_then(self):
		first = self.draft(("R-1", "1", "11/05/2026", "Partial Payment", 600))
		second = self.to_be_posted(("R-1", "2", "11/06/2026", "Partial Payment", 600))
		found = self.together(lambda: submit(first.name), lambda: jobs.post_job(second.name))
		self.assertEqual(found, "done")
		row = report_factories.lines(second)[0]
		self.assertEqual((row.outcome, row.reason), ("blocked", "exceeds_open"))
		self.assertEqual((self.position().open, self.position().collected), (400, 600))
		self.assertEqual(frappe.db.get_value("Report Import", second.name, "status"), "Posted")

	def test_an_import_is_not_cancelled_under_one_that_is_being_posted(self):
		payment = self.draft(("R-1", "1", "11/05/2026", "Payment", 1000))
		found = self.together(lambda: submit(payment.name), lambda: cancel(self.bought.name))
		self.assertIn("StaleReadError", found)
		with self.refused(payment.name):
			cancel(self.bought.name)
		frappe.db.rollback()
		self.assertEqual(self.figures("R-1"), ("Completed", "0.00"))
		self.assert_books_agree()

	def test_a_row_is_not_decided_while_it_is_posted(self):
		doc = self.to_be_posted(("R-1", "1", "11/05/2026", "Payment", 1000))
		ignore = {"action": "ignore", "reason": "too late"}
		found = self.together(
			lambda: jobs.post_job(doc.name), lambda: decisions.record_decision(doc.name, [4], **ignore)
		)
		self.assertIn("posted meanwhile", found)

	def test_the_policy_does_not_change_under_a_posting(self):
		cancel(self.bought.name)
		self.save()
		again = report_factories.import_file(
			"again.xlsx", report_factories.purchase_rows("RB-1", ("R-1", 1000, 31, 50)), submit=False
		)
		self.save()
		found = self.together(
			lambda: submit(again.name), lambda: factories.make_settings(ACME, policy="Sale")
		)
		self.assertIn("StaleReadError", found)
		self.assertEqual(frappe.db.get_value(factories.settings.DOCTYPE, ACME, "policy"), "Borrowing")

	def test_settings_are_saved_while_a_report_is_being_posted(self):
		def hold():
			posting_lock.lock(ACME)
			time.sleep(4)

		child = self.process(hold)
		time.sleep(1)
		frappe.db.rollback()
		frappe.db.sql("set session innodb_lock_wait_timeout = 1")
		self.addCleanup(frappe.db.sql, "set session innodb_lock_wait_timeout = default")
		factories.make_settings(ACME, representative_email="pat@rts.test")
		frappe.db.commit()
		os.waitpid(child, 0)
		self.assertEqual(
			frappe.db.get_value(factories.settings.DOCTYPE, ACME, "representative_email"), "pat@rts.test"
		)


def submit(name: str) -> None:
	frappe.get_doc("Report Import", name).submit()


def cancel(name: str) -> None:
	frappe.get_doc("Report Import", name).cancel()


class TestJobs(RaceCase):
	def test_a_posting_that_met_a_deadlock_runs_again(self):
		doc = self.to_be_posted(("R-1", "1", "11/05/2026", "Payment", 1000))
		post, calls = posting.post, []

		def once_deadlocked(name):
			calls.append(name)
			if len(calls) == 1:
				raise frappe.QueryDeadlockError("Deadlock found when trying to get lock")
			return post(name)

		posting.post = once_deadlocked
		self.addCleanup(setattr, posting, "post", post)
		child = self.process(lambda: run(doc.name))
		os.waitpid(child, 0)
		frappe.db.rollback()
		self.assertEqual(
			frappe.db.get_value("Report Import", doc.name, ["status", "posted_count"]), ("Posted", 1)
		)
		self.assertEqual(self.figures("R-1"), ("Completed", "0.00"))

	def test_what_a_killed_worker_left_is_resumed_by_the_scheduler_and_not_too_early(self):
		doc = self.to_be_posted(
			("R-1", "1", "11/05/2026", "Payment", 1000), ("R-2", "1", "11/06/2026", "Payment", 1000)
		)
		write, calls = journal_entries.post, []

		def killed_at_the_second(*given, **named):
			calls.append(given)
			return write(*given, **named) if len(calls) == 1 else os.kill(os.getpid(), signal.SIGKILL)

		journal_entries.post = killed_at_the_second
		child = self.process(lambda: run(doc.name))
		journal_entries.post = write
		_pid, status = os.waitpid(child, 0)
		self.assertTrue(os.WIFSIGNALED(status))
		frappe.db.rollback()
		self.assertEqual(self.figures("R-1"), ("Financed", "1000.00"))
		self.addCleanup(setattr, jobs, "enqueue_step", jobs.enqueue_step)
		enqueue, found = jobs.enqueue_step, []
		jobs.enqueue_step = lambda *step: found.append(step)
		jobs.resume_stuck()
		self.assertEqual(found, [])
		jobs.enqueue_step = enqueue
		frappe.db.set_value("Report Import", doc.name, "modified", "2026-01-01", update_modified=False)
		tasks.every_few_minutes()
		run_worker("long")
		self.assertEqual(
			frappe.db.get_value("Report Import", doc.name, ["status", "posted_count"]), ("Posted", 2)
		)
		self.assertEqual((self.figures("R-1"), self.figures("R-2")), (("Completed", "0.00"),) * 2)
		self.assert_books_agree()

	def test_reading_that_was_killed_is_resumed_too(self):
		doc = self.draft(("R-1", "1", "11/05/2026", "Payment", 1000))
		frappe.db.set_value(
			"Report Import", doc.name, {"status": "Reading", "modified": "2026-01-01"}, update_modified=False
		)
		frappe.db.delete("Report Import Line", {"report_import": doc.name})
		self.save()
		jobs.resume_stuck()
		run_worker("long")
		self.assertEqual(frappe.db.get_value("Report Import", doc.name, "status"), "Ready")
		self.assertEqual([row.outcome for row in report_factories.lines(doc)], ["matched"])


def run(name: str) -> None:
	"""As a worker does; it leaves no connection, so there is a new one for what follows."""
	site = frappe.local.site
	execute_job(site, POST_JOB, "test", POST_JOB, {"name": name})
	frappe.init(site=site)
	frappe.connect()
