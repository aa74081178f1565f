"""Reports that come by themselves become drafts, once each; nothing is posted by itself."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from unittest import mock

import frappe
import paramiko
from frappe.utils import add_days, now_datetime

from rts_factoring.core.delivery import fetch_file, list_folder
from rts_factoring.core.errors import DeliveryError
from rts_factoring.sandbox.server import SandboxFiles
from rts_factoring.services.reports import inbox
from rts_factoring.tests import factories
from rts_factoring.tests.cases import point_to
from rts_factoring.tests.factories import ACME, FIXTURES
from rts_factoring.tests.inbox_case import InboxCase


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
		self.addCleanup(factories.forget_user, self.manager)

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

	def test_a_report_says_which_folder_it_came_from(self):
		(self.outbox / "purchase.xlsx").write_bytes(self.report)
		self.make_manager()
		(name,) = inbox.poll(ACME)
		where = f"{self.server.host}:{self.server.port} outbox/purchase.xlsx"
		self.assertEqual(
			frappe.db.get_value("Report Import", name, ["source", "received_from"]), ("Server Folder", where)
		)
		(told,) = frappe.get_all("Notification Log", {"for_user": self.manager}, pluck="subject")
		self.assertEqual(told, f"A purchase report was fetched from {where}")

	def names_only(self):
		def listing(*arguments):
			return [replace(file, size=None, modified=None) for file in list_folder(*arguments)]

		return mock.patch.object(inbox, "list_folder", listing)

	def test_where_the_server_tells_neither_size_nor_time_a_name_is_fetched_once_a_day(self):
		fetched = mock.patch.object(inbox, "fetch_file", side_effect=fetch_file)
		(self.outbox / "report.xlsx").write_bytes(self.report)
		with self.names_only(), fetched as fetch:
			self.assertEqual(len(inbox.poll(ACME)), 1)
			self.assertEqual((inbox.poll(ACME), inbox.poll(ACME)), ([], []))
			self.assertEqual(fetch.call_count, 1)
			self.let_a_day_pass()
			self.assertEqual((inbox.poll(ACME), inbox.poll(ACME)), ([], []))
			self.assertEqual(fetch.call_count, 2)

	def test_where_the_server_tells_neither_size_nor_time_a_report_that_reuses_its_name_comes_the_next_day(
		self,
	):
		with self.names_only():
			(self.outbox / "report.xlsx").write_bytes(self.report)
			self.assertEqual(len(inbox.poll(ACME)), 1)
			(self.outbox / "report.xlsx").write_bytes(self.other)
			self.let_a_day_pass()
			self.assertEqual(len(inbox.poll(ACME)), 1)
		self.assertEqual(frappe.db.count("Factoring Log", {"action": "Inbox"}), 2)

	def let_a_day_pass(self):
		frappe.db.set_value("Received Report", {"company": ACME}, "checked_on", add_days(now_datetime(), -1))

	def test_what_a_person_deleted_stays_away_when_the_logs_are_cleared(self):
		(self.outbox / "purchase.xlsx").write_bytes(self.report)
		(name,) = inbox.poll(ACME)
		frappe.delete_doc("Report Import", name)
		frappe.db.delete("Factoring Log")
		self.assertEqual(inbox.poll(ACME), [])
		(row,) = frappe.get_all("Received Report", fields=["status", "report_import", "file_name"])
		self.assertEqual((row.status, row.report_import, row.file_name), ("Deleted", None, "purchase.xlsx"))


class Locked(SandboxFiles):
	def open(self, path, flags, attr):
		return (
			paramiko.SFTP_PERMISSION_DENIED
			if "locked" in path
			else SandboxFiles.open(self, path, flags, attr)
		)
