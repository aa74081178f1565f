"""Reports that come by themselves become drafts, once each; nothing is posted by itself."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from unittest import mock

import frappe
import paramiko

from rts_factoring.core.delivery import fetch_file, list_folder
from rts_factoring.core.errors import DeliveryError
from rts_factoring.sandbox.server import SandboxFiles
from rts_factoring.services.reports import inbox, jobs, reconciling
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import point_to, run_worker
from rts_factoring.tests.factories import ACME, BLUEBIRD, FIXTURES
from rts_factoring.tests.report_case import ReportCase


class InboxCase(ReportCase):
	"""RTS has two batches of an invoice each; it reports on them in two files."""

	def setUp(self):
		super().setUp()
		factories.make_invoices(["AF-10001", "AF-10002"])
		for batch, invoice in (("A1", "AF-10001"), ("A2", "AF-10002")):
			report_factories.sent_batch(batch, [invoice])
		self.report = report_factories.purchase_rows("A1", ("AF-10001", 2450, 73.5, 122.5))
		self.other = report_factories.purchase_rows("A2", ("AF-10002", 1875.5, 56.25, 93.75))


class TestInboxFolder(InboxCase):
	def setUp(self):
		super().setUp()
		self.server = self.factor(inbox_folder="outbox", poll_inbox=1)
		self.outbox = self.server.root / "outbox"
		self.outbox.mkdir(exist_ok=True)

	def test_each_report_becomes_one_draft(self):
		(self.outbox / "purchase.xlsx").write_bytes(self.report)
		(self.outbox / "readme.txt").write_text("not a report")
		made = inbox.poll(ACME)
		self.assertEqual(len(made), 1)
		doc = frappe.get_doc("Report Import", made[0])
		self.assertEqual((doc.kind, doc.batch, doc.docstatus, doc.status), ("Purchase", "A1", 0, "Ready"))
		self.assertEqual(inbox.poll(ACME), [])
		(self.outbox / "the same again.xlsx").write_bytes(self.report)
		self.assertEqual(inbox.poll(ACME), [])
		self.assertEqual(frappe.db.count("Report Import"), 1)

	def test_a_file_that_is_no_report_is_told_once_and_stops_no_other(self):
		(self.outbox / "a-bad.xlsx").write_bytes((FIXTURES / "bad" / "html_named.xlsx").read_bytes())
		(self.outbox / "b-good.xlsx").write_bytes(self.report)
		self.assertEqual(len(inbox.poll(ACME)), 1)
		self.assertEqual(inbox.poll(ACME), [])
		failed = frappe.get_all(
			"Factoring Log", {"action": "Inbox", "status": "Failed"}, ["file_name", "message"]
		)
		self.assertEqual(len(failed), 1)
		self.assertIn("a-bad.xlsx", failed[0].file_name)
		self.assertIn("web page", failed[0].message)

	def managers_are_told(self) -> int:
		return frappe.db.count("Notification Log", {"for_user": self.manager, "document_name": ACME})

	def make_manager(self):
		self.manager = factories.make_user("boss@rts.test", "Factoring Manager")
		self.addCleanup(forget, self.manager)

	def test_a_file_that_is_too_big_is_told_once_and_stops_no_other(self):
		self.make_manager()
		(self.outbox / "a-archive.csv").write_bytes(b"x" * 300_000)
		(self.outbox / "b-good.xlsx").write_bytes(self.report)
		with mock.patch.object(inbox, "fetch_file", partial(fetch_file, limit=100_000)):
			self.assertEqual(len(inbox.poll(ACME)), 1)
			self.assertEqual(inbox.poll(ACME), [])
		self.assertEqual(self.managers_are_told(), 1)

	def test_a_file_the_server_does_not_give_is_told_once_stops_no_other_and_is_asked_for_again(self):
		self.make_manager()
		self.server.files = Locked
		(self.outbox / "a-locked.xlsx").write_bytes(self.other)
		(self.outbox / "b-good.xlsx").write_bytes(self.report)
		self.assertEqual(len(inbox.poll(ACME)), 1)
		self.assertEqual(inbox.poll(ACME), [])
		self.assertEqual(self.managers_are_told(), 1)
		self.server.files = SandboxFiles
		self.assertEqual(len(inbox.poll(ACME)), 1)

	def test_a_file_that_is_listed_and_not_there_stops_no_other(self):
		(self.outbox / "a-gone.xlsx").symlink_to("/nonexistent")
		(self.outbox / "b-good.xlsx").write_bytes(self.report)
		self.assertEqual(len(inbox.poll(ACME)), 1)

	def test_a_line_that_breaks_is_kept_in_the_log_and_the_file_comes_with_the_next_poll(self):
		(self.outbox / "a-good.xlsx").write_bytes(self.report)
		broken = DeliveryError("connection_lost", retry=True, problem="it broke")
		with mock.patch.object(inbox, "fetch_file", side_effect=broken), self.assertRaises(DeliveryError):
			inbox.poll(ACME)
		self.assertEqual(frappe.db.count("Factoring Log", {"action": "Inbox", "status": "Retry"}), 1)
		self.assertEqual(len(inbox.poll(ACME)), 1)

	def test_a_changed_host_key_is_told_once_until_the_inbox_can_be_read_again(self):
		self.make_manager()
		for told, pin in (
			(1, "SHA256:" + "A" * 43),
			(1, "SHA256:" + "A" * 43),
			(1, ""),
			(2, "SHA256:" + "A" * 43),
		):
			point_to(self.server, inbox_folder="outbox", poll_inbox=1, **({"pin": pin} if pin else {}))
			with self.assertRaises(DeliveryError) if pin else nullcontext():
				inbox.poll(ACME)
			self.assertEqual(self.managers_are_told(), told)

	def test_where_the_server_tells_neither_size_nor_time_a_report_that_reuses_its_name_is_taken_too(self):
		def names_only(*arguments):
			return [replace(file, size=None, modified=None) for file in list_folder(*arguments)]

		with mock.patch.object(inbox, "list_folder", names_only):
			(self.outbox / "report.xlsx").write_bytes(self.report)
			self.assertEqual(len(inbox.poll(ACME)), 1)
			self.assertEqual(inbox.poll(ACME), [])
			(self.outbox / "report.xlsx").write_bytes(self.other)
			self.assertEqual(len(inbox.poll(ACME)), 1)
		self.assertEqual(frappe.db.count("Factoring Log", {"action": "Inbox"}), 2)


class TestMailedReport(InboxCase):
	ACCOUNT = "RTS Reports"

	def setUp(self):
		super().setUp()
		if not frappe.db.exists("Email Account", self.ACCOUNT):
			account = {"email_account_name": self.ACCOUNT, "email_id": "reports@example.com"}
			frappe.get_doc({"doctype": "Email Account", **account}).insert(ignore_mandatory=True)
		factories.make_settings(ACME, report_email_account=self.ACCOUNT)
		factories.make_settings(BLUEBIRD, report_email_account=None)
		self.addCleanup(self.forget_mail)
		self.default = frappe.db.get_default("company")
		frappe.db.set_default("company", BLUEBIRD)  # which the file's own company wins over

	def forget_mail(self):
		frappe.db.rollback()
		if self.default:
			frappe.db.set_default("company", self.default)
		else:
			frappe.defaults.clear_default("company", parent="__default")
		for name in frappe.get_all("Communication", {"email_account": self.ACCOUNT}, pluck="name"):
			frappe.db.delete("File", {"attached_to_doctype": "Communication", "attached_to_name": name})
			frappe.db.delete("Communication", {"name": name})
		frappe.db.commit()

	def mail(self, content: bytes, name: str = "mailed.xlsx", **values):
		"""A report comes by mail, as Frappe keeps one."""
		mail = {"communication_type": "Communication", "subject": "Report", "email_account": self.ACCOUNT}
		mail = frappe.get_doc(
			{"doctype": "Communication", "sent_or_received": "Received", **mail, **values}
		).insert()
		file = {"file_name": name, "content": content, "is_private": 1}
		file |= {"attached_to_doctype": "Communication", "attached_to_name": mail.name}
		return frappe.get_doc({"doctype": "File", **file}).insert()

	def asked_for(self, act) -> list[str]:
		"""The files whose job `act` enqueues."""
		with mock.patch.object(frappe, "enqueue") as enqueue:
			act()
		return [call.kwargs["file"] for call in enqueue.call_args_list if "file" in call.kwargs]

	def test_an_attachment_of_the_account_set_up_for_it_becomes_a_draft_once(self):
		file = self.mail(self.report)
		name = inbox.import_attachment(file.name, self.ACCOUNT)
		self.assertEqual(frappe.db.get_value("Report Import", name, ["company", "docstatus"]), (ACME, 0))
		self.assertEqual(inbox.import_attachment(file.name, self.ACCOUNT), "")

	def test_a_mail_that_comes_in_is_taken_by_a_worker(self):
		self.addCleanup(frappe.db.commit)
		self.mail(self.report)
		run_worker("long")
		self.assertEqual(frappe.db.count("Report Import", {"company": ACME}), 1)

	def test_only_reports_received_at_the_account_are_taken(self):
		taken = self.asked_for(lambda: self.mail(b"report"))
		self.assertEqual(len(taken), 1)
		for values in ({"sent_or_received": "Sent"}, {"email_account": ""}, {"name": "notes.txt"}):
			with self.subTest(**values):
				self.assertEqual(self.asked_for(lambda values=values: self.mail(b"report", **values)), [])

	def test_a_mail_whose_job_was_lost_is_taken_at_the_next_tick(self):
		files = []
		self.asked_for(lambda: files.append(self.mail(self.report)))
		self.asked_for(lambda: self.mail(b"sent", sent_or_received="Sent"))
		self.assertEqual(self.asked_for(inbox.import_mail_due), [files[0].name])
		inbox.import_attachment(files[0].name, self.ACCOUNT)
		self.assertEqual(self.asked_for(inbox.import_mail_due), [])

	def test_a_deadlock_has_the_job_run_again(self):
		file = self.mail(self.report)
		for module, name, job in (
			(inbox, "make_draft", lambda: inbox.import_attachment(file.name, self.ACCOUNT)),
			(reconciling, "stage_rows", lambda: jobs.stage_job("RI-1")),
		):
			deadlock = mock.patch.object(module, name, side_effect=frappe.QueryDeadlockError)
			with deadlock, self.assertRaises(frappe.RetryBackgroundJobError):
				job()

	def test_of_a_shared_account_a_refusal_is_told_to_those_who_may_see_all_its_companies(self):
		factories.make_settings(BLUEBIRD, report_email_account=self.ACCOUNT)
		people = {
			name: factories.make_user(f"{name}@rts.test", "Factoring Manager")
			for name in ("acme", "both", "all")
		}
		for name, companies in (("acme", (ACME,)), ("both", (ACME, BLUEBIRD))):
			for company in companies:
				limit = {"user": people[name], "allow": "Company", "for_value": company}
				frappe.get_doc({"doctype": "User Permission", **limit}).insert()
		for user in people.values():
			self.addCleanup(forget, user)
		file = self.mail((FIXTURES / "bad" / "html_named.xlsx").read_bytes())
		self.assertEqual(inbox.import_attachment(file.name, self.ACCOUNT), "")
		told = {
			name: frappe.db.count("Notification Log", {"for_user": user}) for name, user in people.items()
		}
		self.assertEqual(told, {"acme": 0, "both": 1, "all": 1})
		(line,) = frappe.get_all(
			"Factoring Log", {"action": "E-mail"}, ["name", "company", "status", "message"]
		)
		self.assertEqual((line.company or "", line.status), ("", "Failed"))
		log = frappe.get_doc("Factoring Log", line.name)
		for name, may_read in (("acme", False), ("all", True)):
			frappe.set_user(people[name])
			self.assertEqual(log.has_permission("read"), may_read, name)
		frappe.set_user("Administrator")

	def test_of_a_shared_account_each_report_goes_to_the_company_it_names(self):
		factories.make_settings(BLUEBIRD, report_email_account=self.ACCOUNT)
		name = inbox.import_attachment(self.mail(self.report).name, self.ACCOUNT)
		self.assertEqual(frappe.db.get_value("Report Import", name, "company"), ACME)
		self.assertEqual(frappe.get_all("Factoring Log", {"action": "E-mail"}, pluck="company"), [ACME])

	def test_a_report_about_a_company_of_another_account_is_refused_and_not_told_to_it(self):
		factories.make_settings(ACME, report_email_account=None)
		factories.make_settings(BLUEBIRD, report_email_account=self.ACCOUNT)
		manager = factories.make_user("acme@rts.test", "Factoring Manager")
		limit = {"user": manager, "allow": "Company", "for_value": ACME}
		frappe.get_doc({"doctype": "User Permission", **limit}).insert()
		self.addCleanup(forget, manager)
		self.assertEqual(inbox.make_draft("p.xlsx", self.report, None, among=[BLUEBIRD])[0], "")
		self.assertEqual(frappe.db.count("Report Import"), 0)
		self.assertEqual(frappe.db.count("Notification Log", {"for_user": manager}), 0)


def forget(user: str) -> None:
	frappe.db.rollback()
	for doctype, field in (("Notification Log", "for_user"), ("User Permission", "user")):
		frappe.db.delete(doctype, {field: user})
	frappe.delete_doc("User", user, force=True)
	frappe.db.commit()


class Locked(SandboxFiles):
	def open(self, path, flags, attr):
		return (
			paramiko.SFTP_PERMISSION_DENIED
			if "locked" in path
			else SandboxFiles.open(self, path, flags, attr)
		)
