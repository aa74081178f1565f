"""Reports that come by themselves become drafts, once each; nothing is posted by itself."""

import frappe

from rts_factoring.services import inbox
from rts_factoring.tests import freight, reports
from rts_factoring.tests.freight import ACME, FIXTURES
from rts_factoring.tests.test_report_imports import ReportCase


def sample(name: str) -> bytes:
	return (FIXTURES / f"{name}.xlsx").read_bytes()


class TestInboxFolder(ReportCase):
	def setUp(self):
		super().setUp()
		reports.sent_samples()
		self.server = self.factor(inbox_folder="outbox", poll_inbox=1)
		self.outbox = self.server.root / "outbox"
		self.outbox.mkdir(exist_ok=True)

	def test_each_report_becomes_one_draft(self):
		(self.outbox / "purchase.xlsx").write_bytes(sample("purchase_clean"))
		(self.outbox / "readme.txt").write_text("not a report")
		made = inbox.poll(ACME)
		self.assertEqual(len(made), 1)
		doc = frappe.get_doc("Report Import", made[0])
		self.assertEqual((doc.kind, doc.batch, doc.docstatus, doc.status), ("Purchase", "A1", 0, "Ready"))
		self.assertEqual(inbox.poll(ACME), [])
		(self.outbox / "the same again.xlsx").write_bytes(sample("purchase_clean"))
		self.assertEqual(inbox.poll(ACME), [])
		self.assertEqual(frappe.db.count("Report Import"), 1)

	def test_a_file_that_is_no_report_is_told_once_and_stops_no_other(self):
		(self.outbox / "a-bad.xlsx").write_bytes((FIXTURES / "bad" / "html_named.xlsx").read_bytes())
		(self.outbox / "b-good.xlsx").write_bytes(sample("purchase_clean"))
		self.assertEqual(len(inbox.poll(ACME)), 1)
		self.assertEqual(inbox.poll(ACME), [])
		failed = frappe.get_all("Factoring Log", {"action": "Inbox", "status": "Failed"}, ["file_name", "message"])
		self.assertEqual(len(failed), 1)
		self.assertIn("a-bad.xlsx", failed[0].file_name)
		self.assertIn("web page", failed[0].message)


class TestMailedReport(ReportCase):
	def test_an_attachment_of_the_account_set_up_for_it_becomes_a_draft_once(self):
		reports.sent_samples()
		account = "RTS Reports"
		if not frappe.db.exists("Email Account", account):
			frappe.get_doc(
				{"doctype": "Email Account", "email_account_name": account, "email_id": "reports@example.com"}
			).insert(ignore_mandatory=True)
		freight.make_settings(ACME, report_email_account=account)
		mail = frappe.get_doc(
			{"doctype": "Communication", "communication_type": "Communication", "subject": "Report"}
			| {"email_account": account, "sent_or_received": "Received"}
		).insert()
		file = frappe.get_doc(
			{"doctype": "File", "file_name": "mailed.xlsx", "content": sample("purchase_clean"), "is_private": 1}
			| {"attached_to_doctype": "Communication", "attached_to_name": mail.name}
		).insert()
		name = inbox.take_attachment(file.name, account)
		self.assertEqual(frappe.db.get_value("Report Import", name, ["company", "docstatus"]), (ACME, 0))
		self.assertEqual(inbox.take_attachment(file.name, account), "")
