"""Reports that come by e-mail: taken from senders whom the settings allow, kept aside unopened from all others."""

from unittest import mock

import frappe
from frappe.email.receive import InboundMail

from rts_factoring.services.common import site_identity
from rts_factoring.services.reports import jobs, mailbox, received, reconciling
from rts_factoring.tests import factories
from rts_factoring.tests.cases import run_worker
from rts_factoring.tests.factories import ACME, BLUEBIRD, FIXTURES
from rts_factoring.tests.test_inbox import InboxCase, forget

SENDER = "reports@rts.test"
MESSAGE = """From: RTS <{sender}>
To: reports@example.com
Subject: Report
Message-ID: <{number}@rts.test>
{headers}MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="cut"

--cut
Content-Type: text/plain

The report.
--cut
Content-Type: application/octet-stream; name="{name}"
Content-Disposition: attachment; filename="{name}"
Content-Transfer-Encoding: base64

{content}
--cut--
"""


class MailCase(InboxCase):
	ACCOUNT = "RTS Reports"

	def setUp(self):
		super().setUp()
		if not frappe.db.exists("Email Account", self.ACCOUNT):
			account = {"email_account_name": self.ACCOUNT, "email_id": "reports@example.com"}
			frappe.get_doc({"doctype": "Email Account", **account}).insert(ignore_mandatory=True)
		factories.make_settings(ACME, report_email_account=self.ACCOUNT)
		factories.make_settings(BLUEBIRD, report_email_account=None)
		self.manager = factories.make_user("boss@rts.test", "Factoring Manager")
		self.addCleanup(forget, self.manager)
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
		"""A report comes by mail, as Frappe keeps one; returns its row of the register, if it has one."""
		mail = {"communication_type": "Communication", "subject": "Report", "email_account": self.ACCOUNT}
		mail |= {"sent_or_received": "Received", "sender": SENDER} | values
		mail = frappe.get_doc({"doctype": "Communication", **mail}).insert()
		file = {"file_name": name, "content": content, "is_private": 1}
		file |= {"attached_to_doctype": "Communication", "attached_to_name": mail.name}
		file = frappe.get_doc({"doctype": "File", **file}).insert()
		return frappe.db.get_value("Received Report", {"file": file.name})

	def row(self, name: str):
		return frappe.get_doc("Received Report", name)

	def asked_for(self, act) -> list[str]:
		"""The rows of the register whose job `act` enqueues."""
		with mock.patch.object(frappe, "enqueue") as enqueue:
			act()
		return [call.kwargs["name"] for call in enqueue.call_args_list if "mailbox" in str(call.args[:1])]


class TestMailedReport(MailCase):
	def test_an_attachment_of_the_account_set_up_for_it_becomes_a_draft_once(self):
		row = self.mail(self.report)
		name = mailbox.import_attachment(row)
		self.assertEqual(frappe.db.get_value("Report Import", name, ["company", "docstatus"]), (ACME, 0))
		self.assertEqual(mailbox.import_attachment(row), "")
		self.assertEqual((self.row(row).status, self.row(row).report_import), ("Imported", name))

	def test_a_mail_that_comes_in_is_taken_by_a_worker(self):
		self.addCleanup(frappe.db.commit)
		self.mail(self.report)
		run_worker("long")
		self.assertEqual(frappe.db.count("Report Import", {"company": ACME}), 1)

	def test_only_reports_received_at_the_account_are_taken(self):
		self.assertTrue(self.mail(b"report"))
		for values in ({"sent_or_received": "Sent"}, {"email_account": ""}, {"name": "notes.txt"}):
			with self.subTest(**values):
				self.assertIsNone(self.mail(b"report", **values))

	def test_a_mail_whose_job_was_lost_is_taken_at_a_later_tick(self):
		row = self.mail(self.report)
		self.assertEqual(self.asked_for(mailbox.import_mail_due), [])  # its job may still come
		frappe.db.set_value("Received Report", row, "modified", "2026-01-01", update_modified=False)
		self.assertEqual(self.asked_for(mailbox.import_mail_due), [row])
		mailbox.import_attachment(row)
		self.assertEqual(self.asked_for(mailbox.import_mail_due), [])

	def test_a_deadlock_has_the_job_run_again(self):
		row = self.mail(self.report)
		for module, name, job in (
			(received, "make_draft", lambda: mailbox.import_attachment(row)),
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
		row = self.mail((FIXTURES / "bad" / "html_named.xlsx").read_bytes())
		self.assertEqual(mailbox.import_attachment(row), "")
		told = {
			name: frappe.db.count("Notification Log", {"for_user": user}) for name, user in people.items()
		}
		self.assertEqual(told, {"acme": 0, "both": 1, "all": 1})
		(line,) = frappe.get_all(
			"Factoring Log", {"action": "E-mail"}, ["name", "company", "status", "message"]
		)
		self.assertEqual((line.company or "", line.status), ("", "Failed"))
		self.assertEqual((self.row(row).status, self.row(row).company), ("Refused", ""))
		for doc in (frappe.get_doc("Factoring Log", line.name), self.row(row)):
			for name, may_read in (("acme", False), ("all", True)):
				frappe.set_user(people[name])
				self.assertEqual(doc.has_permission("read"), may_read, name)
		frappe.set_user("Administrator")

	def test_of_a_shared_account_each_report_goes_to_the_company_it_names(self):
		factories.make_settings(BLUEBIRD, report_email_account=self.ACCOUNT)
		row = self.mail(self.report)
		name = mailbox.import_attachment(row)
		self.assertEqual(frappe.db.get_value("Report Import", name, "company"), ACME)
		self.assertEqual(frappe.get_all("Factoring Log", {"action": "E-mail"}, pluck="company"), [ACME])
		self.assertEqual(self.row(row).company, ACME)

	def test_a_report_about_a_company_of_another_account_is_refused_and_not_told_to_it(self):
		factories.make_settings(ACME, report_email_account=None)
		factories.make_settings(BLUEBIRD, report_email_account=self.ACCOUNT)
		manager = factories.make_user("acme@rts.test", "Factoring Manager")
		limit = {"user": manager, "allow": "Company", "for_value": ACME}
		frappe.get_doc({"doctype": "User Permission", **limit}).insert()
		self.addCleanup(forget, manager)
		self.assertEqual(mailbox.import_attachment(self.mail(self.report)), "")
		self.assertEqual(frappe.db.count("Report Import"), 0)
		self.assertEqual(frappe.db.count("Notification Log", {"for_user": manager}), 0)


class TestSendersOfReports(MailCase):
	"""The mails go through Frappe's own code, as its Email Account hands them over."""

	def receive(self, sender: str = SENDER, headers: str = "", number: int = 1, content: bytes = b""):
		"""A mail comes in; returns its row of the register."""
		import base64

		text = MESSAGE.format(
			sender=sender,
			headers=headers,
			number=f"{frappe.generate_hash(length=8)}-{number}",
			name="mailed.xlsx",
			content=base64.encodebytes(content or self.report).decode(),
		)
		account = frappe.get_doc("Email Account", self.ACCOUNT)
		mail = InboundMail(text.encode(), account)
		parent = "frappe.email.doctype.email_account.email_account.EmailAccount.get_inbound_mails"
		with mock.patch(parent, return_value=[mail]):  # what a mail server handed over
			(mail,) = account.get_inbound_mails()
		mail.process()
		(row,) = frappe.get_all("Received Report", pluck="name", order_by="creation desc", limit=1)
		return self.row(row)

	def told(self):
		return frappe.get_all(
			"Notification Log", {"for_user": self.manager}, ["subject", "email_content"], order_by="creation"
		)

	def test_a_report_from_anybody_else_is_kept_aside_unopened_and_told(self):
		row = self.receive(sender="rts@forged.example")
		self.assertEqual((row.status, row.received_from), ("Kept Aside", "rts@forged.example"))
		with mock.patch.object(received, "make_draft") as draft:
			self.assertEqual(mailbox.import_attachment(row.name), "")
			mailbox.import_mail_due()
			draft.assert_not_called()
		self.assertEqual(frappe.db.count("Report Import"), 0)
		(told,) = self.told()
		self.assertEqual(told.subject, "A report from rts@forged.example was kept aside")
		self.assertIn("not among the senders", told.email_content)

	def test_an_empty_list_of_senders_allows_nobody(self):
		factories.make_settings(ACME, report_email_account=self.ACCOUNT, report_senders="")
		self.assertEqual(self.receive().status, "Kept Aside")

	def test_the_import_and_its_message_say_who_sent_it_and_that_nobody_confirmed_the_address(self):
		name = mailbox.import_attachment(self.receive().name)
		doc = frappe.get_doc("Report Import", name)
		self.assertEqual((doc.source, doc.received_from), ("E-Mail", SENDER))
		self.assertEqual(doc.sender_check, "The sender's address was not confirmed by a mail server.")
		(told,) = self.told()
		self.assertEqual(told.subject, f"A purchase report came by e-mail from {SENDER}")
		self.assertIn("was not confirmed by a mail server", told.email_content)

	def test_with_the_name_of_the_mail_server_only_senders_it_confirmed_are_opened(self):
		factories.make_settings(ACME, report_email_account=self.ACCOUNT, mail_server_name="mx.example.com")
		passed = "Authentication-Results: mx.example.com; dmarc=pass header.from=rts.test\n"
		failed = "Authentication-Results: mx.example.com; dmarc=fail header.from=rts.test\n"
		forged = "Authentication-Results: mx.forged.example; dmarc=pass header.from=rts.test\n"
		for headers, status in (
			("", "Kept Aside"),
			(failed, "Kept Aside"),
			(forged, "Kept Aside"),
			(failed + passed, "Kept Aside"),  # the topmost one is the server's own
			(passed + forged, "Waiting"),
		):
			with self.subTest(headers):
				self.assertEqual(self.receive(headers=headers).status, status)
		name = mailbox.import_attachment(self.receive(headers=passed).name)
		self.assertEqual(
			frappe.db.get_value("Report Import", name, "sender_check"),
			"mx.example.com confirmed the sender: dmarc=pass header.from=rts.test.",
		)

	def test_a_manager_takes_a_report_that_was_kept_aside_and_the_import_says_so(self):
		row = self.receive(sender="new@rts-name.example")
		frappe.set_user(self.manager)
		name = mailbox.take(row.name)
		frappe.set_user("Administrator")
		doc = frappe.get_doc("Report Import", name)
		self.assertEqual((doc.company, doc.docstatus, doc.received_from), (ACME, 0, "new@rts-name.example"))
		self.assertIn(f"Taken by {self.manager}.", doc.sender_check)
		self.assertEqual((self.row(row.name).status, self.row(row.name).taken_by), ("Imported", self.manager))
		with self.refused("kept aside"):
			mailbox.take(row.name)

	def test_a_file_that_cannot_be_read_stays_kept_aside_with_its_reason(self):
		row = self.receive(sender="x@y.example", content=(FIXTURES / "bad" / "html_named.xlsx").read_bytes())
		with self.refused("web page"):
			mailbox.take(row.name)
		frappe.db.rollback()

	def test_a_setting_changed_since_the_mail_came_counts(self):
		row = self.receive()
		factories.make_settings(ACME, report_email_account=self.ACCOUNT, report_senders="other.example")
		self.assertEqual(mailbox.import_attachment(row.name), "")
		self.assertEqual(self.row(row.name).status, "Kept Aside")


class TestCopiedSite(MailCase):
	def test_a_copy_of_the_site_leaves_the_mails_of_the_real_one_on_the_server(self):
		account = frappe.get_doc("Email Account", self.ACCOUNT)
		parent = "frappe.email.doctype.email_account.email_account.EmailAccount.get_inbound_mails"
		with mock.patch(parent, return_value=[]) as fetch:
			with mock.patch.object(site_identity, "identity", return_value="another site"):
				account.get_inbound_mails()
			fetch.assert_not_called()
			factories.make_settings(BLUEBIRD, report_email_account=self.ACCOUNT)
			frappe.db.set_value(mailbox.settings.DOCTYPE, ACME, "confirmed_site", "another site")
			frappe.clear_document_cache(mailbox.settings.DOCTYPE, ACME)
			account.get_inbound_mails()  # one of two companies works here
			fetch.assert_called_once()
			factories.make_settings(BLUEBIRD, report_email_account=None)
			frappe.db.set_value(mailbox.settings.DOCTYPE, ACME, "report_email_account", None)
			account.get_inbound_mails()  # no reports arrive there
			self.assertEqual(fetch.call_count, 2)
