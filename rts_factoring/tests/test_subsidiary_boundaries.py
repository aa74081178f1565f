"""What one subsidiary learns of another: nothing, by no outcome, message, count of queries or refusal."""

from contextlib import contextmanager

import frappe

from rts_factoring.services.batches import factoring_batch
from rts_factoring.services.company import connections, credentials, layouts, settings
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, BLUEBIRD
from rts_factoring.tests.report_case import ReportCase

CUSTOMER = "Ridgeline Foods Inc"
PERIOD = "11/01/2026 - 11/30/2026"


class TestReports(ReportCase):
	def setUp(self):
		super().setUp()
		factories.make_invoices(["AF-10001"])
		factories.make_notice(BLUEBIRD)
		dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
		factories.make_invoice(
			"BL-77001", company=BLUEBIRD, customer=CUSTOMER, amount=900, po_no="77", **dates
		)
		report_factories.sent_batch("BB-1", ["BL-77001"], company=BLUEBIRD)

	@contextmanager
	def as_acmes_manager(self):
		user = factories.make_user("acme@rts.test", "Factoring Manager")
		limit = {"user": user, "allow": "Company", "for_value": ACME}
		frappe.get_doc({"doctype": "User Permission", **limit}).insert()
		frappe.set_user(user)
		try:
			yield user
		finally:
			frappe.set_user("Administrator")

	def row_of(self, invoice: str):
		"""What an import of Acme makes of a payment of this invoice, and with how many queries."""
		content = self.content(invoice)
		queries = []
		real = frappe.db.sql

		def counted(*arguments, **options):
			queries.append(str(arguments[0])[:60])
			return real(*arguments, **options)

		frappe.db.sql = counted
		try:
			doc = report_factories.import_file(f"{invoice}.xlsx", content, submit=False, company=ACME)
		finally:
			frappe.db.sql = real
		(line,) = report_factories.lines(doc, "outcome", "reason", "rule", "sales_invoice", "event_type")
		return {**line, "queries": len(queries)}

	def content(self, invoice: str) -> bytes:
		factories.receivables()[invoice] = {"customer": CUSTOMER, "amount": "900"}
		return report_factories.payment_rows(PERIOD, (invoice, "C-1", "11/12/2026", "Payment", 900))

	def test_a_row_of_another_companys_invoice_is_one_of_an_invoice_that_does_not_exist(self):
		with self.as_acmes_manager():
			self.row_of("BL-88888")  # fills Frappe's caches
			elsewhere, nowhere = self.row_of("BL-77001"), self.row_of("BL-99999")
		self.assertEqual(elsewhere, nowhere)
		self.assertEqual((elsewhere["outcome"], elsewhere["reason"]), ("unmatched", "unknown_invoice"))

	def test_a_report_about_another_companys_batch_is_one_about_a_batch_that_does_not_exist(self):
		messages = []
		with self.as_acmes_manager():
			for batch in ("BB-1", "BB-9"):
				content = report_factories.purchase_rows(batch, ("AF-10001", 2450, 73.5, 122.5))
				with self.assertRaises(frappe.ValidationError) as refused:
					report_factories.import_file(f"p-{batch}.xlsx", content, submit=False, company=ACME)
				messages.append(str(refused.exception).replace(batch, "{batch}"))
		self.assertEqual(messages[0], messages[1])

	def test_a_report_of_another_companys_client_is_one_of_an_unknown_client(self):
		messages = []
		with self.as_acmes_manager():
			for client in ("104871", "999999"):
				content = report_factories.purchase_rows("X", ("AF-10001", 1, 0, 0), client=client)
				with self.assertRaises(frappe.ValidationError) as refused:
					report_factories.import_file(f"p-{client}.xlsx", content, submit=False, company="")
				messages.append(str(refused.exception).replace(client, "{client}"))
		self.assertEqual(messages[0], messages[1])

	def test_what_another_company_imported_is_nobodys_business(self):
		content = self.content("BL-77001")
		doc = report_factories.import_file("theirs.xlsx", content, submit=False, company=ACME)
		doc.db_set("company", BLUEBIRD)  # as if theirs
		with self.as_acmes_manager():
			mine = report_factories.import_file("mine.xlsx", content, submit=False, company=ACME)
		self.assertEqual(mine.company, ACME)

	def test_a_report_that_two_agreements_may_mean_is_refused(self):
		frappe.db.set_value(settings.DOCTYPE, BLUEBIRD, "client_number", "0104233")
		content = report_factories.purchase_rows("A1", ("AF-10001", 2450, 73.5, 122.5))
		with self.refused("several subsidiaries"):
			report_factories.import_file("p.xlsx", content, submit=False, company="")

	def test_an_agreement_that_ended_gives_way_to_the_live_one_of_its_number(self):
		frappe.db.set_value(settings.DOCTYPE, BLUEBIRD, {"client_number": "104233", "enabled": 0})
		report_factories.sent_batch("A1", ["AF-10001"])
		content = report_factories.purchase_rows("A1", ("AF-10001", 2450, 73.5, 122.5))
		self.assertEqual(
			report_factories.import_file("p.xlsx", content, submit=False, company="").company, ACME
		)


class TestAgreements(ReportCase):
	def test_two_live_agreements_cannot_share_a_client_number(self):
		for number in ("104233", "0104233", "C-104233"):
			with self.subTest(number), self.refused("client number"):
				factories.make_settings(BLUEBIRD, client_number=number)
			frappe.db.rollback()
		factories.make_settings(BLUEBIRD, client_number="104233", enabled=0)

	def test_the_refusal_does_not_name_the_other_company(self):
		with self.assertRaises(frappe.ValidationError) as refused:
			factories.make_settings(BLUEBIRD, client_number="104233")
		self.assertNotIn(ACME, str(refused.exception))

	def test_only_a_system_manager_sets_mailbox_and_senders(self):
		manager = factories.make_user("boss@rts.test", "Factoring Manager")
		frappe.set_user(manager)
		doc = frappe.get_doc(settings.DOCTYPE, ACME)
		doc.update({"report_senders": "evil.example", "mail_server_name": "", "repurchase_days": 91})
		doc.save()
		frappe.set_user("Administrator")
		saved = frappe.get_doc(settings.DOCTYPE, ACME)
		self.assertEqual((saved.report_senders, saved.repurchase_days), ("rts.test", 91))


class TestConnections(ReportCase):
	def test_a_host_in_the_sites_own_networks_is_not_reached(self):
		server = self.factor()
		kept = frappe.local.conf.factoring_private_networks
		frappe.local.conf.factoring_private_networks = ["10.0.0.0/8"]
		try:
			doc = frappe.get_doc(settings.DOCTYPE, ACME)
			for act in (connections.show_host_key, connections.test_connection):
				with self.refused("not public", "factoring_private_networks"):
					act(doc)
		finally:
			frappe.local.conf.factoring_private_networks = kept
		self.assertEqual(server.events, [])
		connections.test_connection(frappe.get_doc(settings.DOCTYPE, ACME))

	def test_a_network_that_is_none_is_told(self):
		kept = frappe.local.conf.factoring_private_networks
		frappe.local.conf.factoring_private_networks = "127.0.0.1 nonsense"
		try:
			with self.refused("factoring_private_networks", "nonsense"):
				credentials.private_networks()
		finally:
			frappe.local.conf.factoring_private_networks = kept

	def test_a_layout_names_a_folder_inside_the_one_of_the_settings(self):
		layout = frappe.copy_doc(frappe.get_doc("Schedule Layout", layouts.DEFAULT_SCHEDULE))
		layout.update({"layout_name": "Ours", "company": ACME, "remote_folder": "schedules"})
		layout.insert()
		factories.make_settings(ACME, remote_folder="inbox", schedule_layout=layout.name)
		factories.make_invoices(["AF-10001"])
		self.assertEqual(factoring_batch.create(ACME, ["AF-10001"]).remote_folder, "inbox/schedules")
		for folder in ("/etc", "../other-client", "a/../../b", "a\\b", ".ssh"):
			with self.subTest(folder), self.refused("inside the folder"):
				frappe.get_doc("Schedule Layout", layout.name).update({"remote_folder": folder}).save()
