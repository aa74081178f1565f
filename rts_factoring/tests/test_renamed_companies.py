"""A company that gets another name keeps its agreement, its secrets, its books, and what was delivered under the old name."""

import frappe
from frappe.model.rename_doc import rename_doc

from rts_factoring import api
from rts_factoring.services.common import site_identity
from rts_factoring.services.common.site_identity import Mark
from rts_factoring.services.company import settings, site_binding
from rts_factoring.services.views import statements
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, BLUEBIRD
from rts_factoring.tests.report_case import ReportCase

RENAMED = "Acme Freight & Sons LLC"


class TestRenamedCompany(ReportCase):
	def rename(self, old: str = ACME, new: str = RENAMED, merge: bool = False):
		rename_doc("Company", old, new, merge=merge, show_alert=False, rebuild_search=False)

	def test_reports_come_in_and_are_posted_and_the_books_agree(self):
		factories.make_invoices(["AF-10001", "AF-10002"])
		report_factories.sent_batch("A1", ["AF-10001", "AF-10002"])
		bought = [("AF-10001", 2450, 73.5, 122.5)]
		report_factories.import_file("p.xlsx", report_factories.purchase_rows("A1", *bought))
		self.rename()
		rows = [("AF-10001", "C-1", "11/12/2026", "Payment", 2450)]
		content = report_factories.payment_rows("11/01/2026 - 11/30/2026", *rows)
		doc = report_factories.import_file("paid.xlsx", content, company="")
		self.assertEqual((doc.company, doc.status, doc.waiting_count), (RENAMED, "Posted", 0))
		again = report_factories.purchase_rows("A1", *bought, ("AF-10002", 1000, 30, 50))
		again = report_factories.import_file("again.xlsx", again, submit=False, company=RENAMED)
		self.assertEqual(
			{row.invoice_no: row.outcome for row in report_factories.lines(again)}["AF-10001"], "duplicate"
		)
		self.assertEqual([row for row in statements.tie_out(RENAMED) if row["difference"]], [])

	def test_the_settings_have_the_new_name_and_keep_their_secrets(self):
		factories.make_settings(ACME, password="kept")
		self.rename()
		doc = settings.find(RENAMED)
		self.assertEqual((doc.name, doc.company), (RENAMED, RENAMED))
		self.assertEqual(settings.secret(doc, "password"), "kept")
		self.assertEqual(site_binding.problem(doc), "")
		api.store_password(RENAMED, "new")
		self.assertEqual(settings.secret(doc, "password"), "new")
		self.assertEqual(frappe.db.count("__Auth", {"doctype": settings.DOCTYPE, "name": ACME}), 0)

	def test_a_company_that_was_renamed_by_an_earlier_release_can_be_worked_with(self):
		"""Its settings have the old name still."""
		frappe.db.set_value(settings.DOCTYPE, ACME, "name", "Old Name")
		frappe.clear_cache(doctype=settings.DOCTYPE)
		api.store_password(ACME, "new")
		self.assertEqual(settings.secret(settings.find(ACME), "password"), "new")
		self.rename()
		self.assertEqual(settings.find(RENAMED).name, RENAMED)

	def test_two_companies_with_agreements_are_not_merged(self):
		with self.refused(ACME, BLUEBIRD, "cannot be merged"):
			self.rename(new=BLUEBIRD, merge=True)


class TestMark(ReportCase):
	def setUp(self):
		super().setUp()
		for company in (ACME, RENAMED, "Third Name"):
			self.addCleanup(site_identity.forget_mark, company)

	def test_books_of_before_the_renaming_are_older_than_a_delivery_after_it(self):
		site_identity.write_mark(ACME, Mark("FB-1", 3))
		site_identity.rename_mark(ACME, RENAMED)
		self.assertEqual(site_identity.read_mark(RENAMED), Mark("FB-1", 3))
		site_identity.write_mark(RENAMED, Mark("FB-2", 5))
		self.assertEqual(site_identity.read_mark(ACME), Mark("FB-2", 5))  # the name in a backup of before
		self.assertEqual(site_binding.problem(settings.find(ACME)), "older_books")
		site_identity.forget_mark(ACME)
		self.assertIsNone(site_identity.read_mark(ACME))

	def test_a_company_that_gets_its_old_name_back_has_one_mark(self):
		site_identity.write_mark(ACME, Mark("FB-1", 3))
		for old, new in ((ACME, RENAMED), (RENAMED, "Third Name"), ("Third Name", ACME)):
			site_identity.rename_mark(old, new)
		for company in (ACME, RENAMED, "Third Name"):
			self.assertEqual(site_identity.read_mark(company), Mark("FB-1", 3))

	def test_a_company_that_delivered_nothing_leaves_none(self):
		site_identity.rename_mark(ACME, RENAMED)
		self.assertIsNone(site_identity.read_mark(RENAMED))
