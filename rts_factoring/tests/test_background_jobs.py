"""Jobs lose no change, fail alone, and have the time that their work needs."""

import io
import json
import subprocess
import sys
from unittest import mock

import frappe
import requests
from frappe.utils.background_jobs import get_job, get_job_status
from rq.job import JobStatus
from rq.timeouts import JobTimeoutException

from rts_factoring import tasks
from rts_factoring.services.batches import delivery
from rts_factoring.services.common import background
from rts_factoring.services.common.errors import StaleReadError
from rts_factoring.services.invoices import readiness
from rts_factoring.services.reports import decisions, jobs, posting, reconciling, report_import
from rts_factoring.services.reports import reading as reading_service
from rts_factoring.services.views import reminders
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import run_worker
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase
from rts_factoring.tests.web_server import TIMEOUT, Server

PASSWORD = "correct horse battery 9"


def execute(method: str, *arguments) -> None:
	"""Another process calls the function and commits."""
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", frappe.local.site]
	command += ["execute", method, "--args", json.dumps(arguments)]
	subprocess.run(
		command, cwd=frappe.utils.get_bench_path() + "/sites", check=True, capture_output=True, timeout=120
	)


class TestReadinessInTheBackground(ReportCase):
	JOB = f"rts_factoring:readiness:{ACME}:"

	def setUp(self):
		super().setUp()
		self.addCleanup(self.forget_jobs)
		self.forget_jobs()

	def forget_jobs(self):
		for name in self.names():
			if job := get_job(name):
				job.delete()

	def names(self):
		return (self.JOB, f"{self.JOB}:again")

	def change(self):
		readiness.update_readiness_later(company=ACME)
		frappe.db.commit()

	def statuses(self):
		return [get_job_status(name) for name in self.names()]

	def test_a_change_before_the_job_begins_needs_no_second_one(self):
		self.change()
		self.change()
		self.assertEqual(self.statuses(), [JobStatus.QUEUED, None])

	def test_a_change_made_while_the_job_runs_is_followed_by_another_job(self):
		self.change()
		get_job(self.JOB).set_status(JobStatus.STARTED)
		self.change()
		self.assertEqual(self.statuses(), [JobStatus.STARTED, JobStatus.QUEUED])
		self.change()
		self.assertEqual(self.statuses(), [JobStatus.STARTED, JobStatus.QUEUED])

	def test_a_change_that_is_taken_back_enqueues_nothing(self):
		readiness.update_readiness_later(company=ACME)
		frappe.db.rollback()
		frappe.db.commit()
		self.assertEqual(self.statuses(), [None, None])


class TestStepsOfTheScheduler(ReportCase):
	def test_a_step_that_fails_stops_no_other_and_is_in_the_error_log(self):
		frappe.db.delete("Error Log")
		later = []

		def breaks():
			raise RuntimeError("it broke")

		with (
			mock.patch.object(delivery, "resume_due", breaks),
			mock.patch.object(jobs, "resume_stuck", lambda: later.append("resumed")),
		):
			tasks.every_few_minutes()
		self.assertEqual(later, ["resumed"])
		(title,) = frappe.get_all("Error Log", pluck="method")
		self.assertEqual(title, f"{__name__}.breaks")

	def test_a_company_whose_step_fails_stops_no_other(self):
		reminded = []

		def remind(company):
			reminded.append(company)
			if company == ACME:
				raise RuntimeError

		with mock.patch.object(reminders, "remind", remind):
			tasks.daily()
		self.assertEqual(reminded, sorted(factories.COMPANIES))

	def test_what_a_failed_step_wrote_is_not_kept(self):
		def writes_and_fails():
			frappe.db.set_value("Sales Invoice", "AF-10001", "remarks", "half done")
			raise RuntimeError

		factories.make_invoices(["AF-10001"])
		frappe.db.commit()
		background.run_each([writes_and_fails])
		self.assertNotEqual(frappe.db.get_value("Sales Invoice", "AF-10001", "remarks"), "half done")


class TestReportsInTheBackground(ReportCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(factories.wipe)
		factories.make_invoices(["AF-10001", "AF-10002"])
		report_factories.sent_batch("A1", ["AF-10001", "AF-10002"])
		rows = (("AF-10001", 2450, 73.5, 122.5), ("AF-10002", 1875.5, 56.25, 93.75))
		self.content = report_factories.purchase_rows("A1", *rows)

	def draft(self):
		doc = report_factories.import_file("draft.xlsx", self.content, submit=False)
		factories.commit_without_jobs()
		return doc

	def test_a_job_that_read_the_file_before_a_change_gives_way_to_the_one_after_it(self):
		doc = self.draft()
		real = reading_service.read_report

		def read_while_somebody_saves(given):
			found = real(given)
			execute("frappe.db.set_value", "Report Import", doc.name, "read_request", "newer")
			return found

		saves = mock.patch.object(reading_service, "read_report", read_while_somebody_saves)
		with saves, self.assertRaises(frappe.RetryBackgroundJobError):
			jobs.stage_job(doc.name)
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value("Report Import", doc.name, "read_request"), "newer")
		jobs.stage_job(doc.name)
		self.assertEqual(frappe.db.get_value("Report Import", doc.name, "status"), "Ready")

	def test_rows_that_are_being_read_again_cannot_be_decided(self):
		doc = self.draft()
		doc.db_set("status", "Reading")
		with self.assertRaises(StaleReadError):
			decisions.record_decision(doc.name, [5], "ignore", reason="twice")

	def test_the_time_limit_grows_with_the_rows(self):
		doc = self.draft()
		limits = []
		for rows in (100, 25_000, 100_000):
			doc.db_set("line_count", rows)
			with mock.patch.object(frappe, "enqueue") as enqueue:
				jobs.enqueue_step("post", doc.name)
				frappe.db.commit()
			limits.append(enqueue.call_args.kwargs["timeout"])
		self.assertEqual(limits, [3650, 16100, 53600])

	def test_a_step_that_met_its_limit_runs_again_with_twice_the_time_and_is_not_failed(self):
		doc = report_factories.import_file("posted.xlsx", self.content, submit=False)
		with mock.patch.object(report_import, "AT_ONCE", -1):
			doc.submit()
		factories.commit_without_jobs()
		timeout = mock.patch.object(posting, "post", side_effect=JobTimeoutException("too long"))
		with timeout, mock.patch.object(frappe, "enqueue") as enqueue:
			jobs.post_job(doc.name)
		self.assertEqual(
			frappe.db.get_value("Report Import", doc.name, ["status", "posted_count"]), ("Posting", 0)
		)
		self.assertEqual(enqueue.call_args.kwargs["patience"], 2)
		self.assertEqual(enqueue.call_args.kwargs["timeout"], 2 * int(3600 + 0.5 * doc.line_count))
		jobs.post_job(doc.name, patience=2)
		self.assertEqual(frappe.db.get_value("Report Import", doc.name, "status"), "Posted")
		self.assert_books_agree()

	def test_a_large_file_that_a_person_uploads_is_read_in_the_background(self):
		person = self.person()
		answer = self.upload(person, self.large_csv())
		self.assertEqual(answer.status_code, 200, answer.text[:300])
		doc = answer.json()["data"]
		self.assertEqual((doc["status"], doc["line_count"], doc["source"]), ("Reading", 0, "Person"))
		frappe.db.rollback()
		run_worker("long")
		doc = frappe.get_doc("Report Import", doc["name"])
		self.assertEqual((doc.status, doc.kind, doc.line_count), ("Ready", "Payment", 2500))
		self.assertEqual((doc.received_from, doc.owner), (person.user, person.user))

	def test_a_large_file_needs_its_company_and_one_that_is_no_report_says_so(self):
		person = self.person()
		factories.make_settings(factories.BLUEBIRD)
		frappe.defaults.set_user_default("company", factories.BLUEBIRD, user="uma@rts.test")
		self.addCleanup(frappe.defaults.clear_user_default, "company", user="uma@rts.test")
		frappe.db.commit()
		self.assertIn("Choose the company", self.upload(person, self.large_csv(), company="").text)
		answer = self.upload(person, b"no,report\n" + b"1,2\n" * 1_500_000)
		self.assertEqual(answer.status_code, 200, answer.text[:300])
		frappe.db.rollback()
		run_worker("long")
		doc = frappe.get_doc("Report Import", answer.json()["data"]["name"])
		self.assertEqual(doc.status, "Failed")
		self.assertTrue(doc.error)
		with self.refused("could not be read"):
			doc.submit()

	def person(self):
		"""A Factoring User who asks a web server of the site."""
		user = factories.make_user("uma@rts.test", "Factoring User", "Accounts User")
		frappe.utils.password.update_password(user, PASSWORD)
		frappe.db.commit()
		server = Server()
		self.addCleanup(server.stop)
		return server.person(user, PASSWORD)

	def large_csv(self) -> bytes:
		"""A payment report of 2,500 rows and 6 MB."""
		text = io.StringIO()
		text.write("Payment Report 11/01/2026 - 11/30/2026\nClient #:,104233\n")
		text.write("Invoice #,Check #,Payment Date,Type,Payment Amount,Notes\n")
		for number in range(2500):
			text.write(f"X-{number},{number},11/12/2026,Payment,{number}.50,{'n' * 2400}\n")
		return text.getvalue().encode()

	def upload(self, person, content: bytes, company: str = ACME) -> requests.Response:
		url, session = person.url, person.session
		file = session.post(
			f"{url}/api/method/upload_file",
			files={"file": ("large.csv", content)},
			data={"is_private": "1"},
			timeout=TIMEOUT,
		)
		file.raise_for_status()
		address = file.json()["message"]["file_url"]
		return session.post(
			f"{url}/api/resource/Report Import", json={"company": company, "file": address}, timeout=TIMEOUT
		)


class TestReadAgain(ReportCase):
	def test_a_decision_survives_a_file_that_is_staged_again(self):
		factories.make_invoices(["AF-10001"])
		report_factories.sent_batch("A1", ["AF-10001"])
		content = report_factories.purchase_rows("A1", ("AF-10001", 2450, 73.5, 122.5))
		doc = report_factories.import_file("draft.xlsx", content, submit=False)
		(line,) = report_factories.lines(doc)
		decisions.record_decision(doc.name, [line.row_no], "ignore", reason="by mistake")
		reconciling.stage_rows(doc.name)
		(line,) = report_factories.lines(doc, "resolution")
		self.assertEqual(line.resolution, "Ignored")
