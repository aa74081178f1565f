"""Accounting dimensions: the invoice's own, else those of the settings, else the company's default."""

import frappe
from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import (
	make_dimension_in_accounting_doctypes,
)

from rts_factoring.install import create_dimension_fields
from rts_factoring.services.accounting import deposits
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, bank_account
from rts_factoring.tests.report_case import ReportCase

FIELD = "branch"
HOME, AWAY = "Dallas", "Tulsa"


class TestDimensions(ReportCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		if frappe.db.exists("Accounting Dimension", "Branch"):
			cls.switch(False)
		else:
			doc = frappe.get_doc(
				{"doctype": "Accounting Dimension", "document_type": "Branch", "label": "Branch"}
			)
			detail = {
				"company": ACME,
				"reference_document": "Branch",
				"mandatory_for_pl": 1,
				"mandatory_for_bs": 1,
			}
			doc.append("dimension_defaults", detail)
			doc.insert()
			make_dimension_in_accounting_doctypes(doc)
		for name in (HOME, AWAY):
			if not frappe.db.exists("Branch", name):
				frappe.get_doc({"doctype": "Branch", "branch": name}).insert()
		frappe.db.commit()
		cls.forget()

	@classmethod
	def tearDownClass(cls):
		frappe.db.rollback()
		cls.switch(True)
		super().tearDownClass()

	@classmethod
	def switch(cls, disabled: bool) -> None:
		doc = frappe.get_doc("Accounting Dimension", "Branch")
		doc.disabled = int(disabled)
		doc.save()
		frappe.db.commit()
		cls.forget()

	@staticmethod
	def forget() -> None:
		frappe.clear_cache()
		frappe.flags.accounting_dimensions = frappe.flags.accounting_dimensions_details = None

	def branches(self, names) -> dict:
		rows = frappe.get_all(
			"Journal Entry Account", {"parent": ("in", names)}, ["account", FIELD, "reference_name"], limit=0
		)
		return {row.reference_name or row.account.split(" - ")[0]: row[FIELD] for row in rows}

	def test_rows_take_the_dimension_of_the_invoice_else_of_the_settings(self):
		factories.make_settings(ACME, branch=HOME)
		for name, branch in (("DM-1", AWAY), ("DM-2", HOME)):
			values = {
				"posting_date": "2026-10-01",
				"due_date": "2026-11-01",
				"amount": 1000,
				"branch": branch,
			}
			doc = factories.make_invoice(
				name, False, company=ACME, customer="Ridgeline Foods Inc", po_no=name, **values
			)
			doc.items[0].branch = branch
			doc.submit()
			factories.receivables()[name] = {"customer": "Ridgeline Foods Inc", "amount": "1000"}
		report_factories.sent_batch("DM-B", ["DM-1", "DM-2"])
		bought = report_factories.import_file(
			"dm.xlsx", report_factories.purchase_rows("DM-B", ("DM-1", 1000, 30, 50), ("DM-2", 1000, 30, 50))
		)
		rows = [(name, "1", "11/05/2026", "Payment", 1000) for name in ("DM-1", "DM-2")]
		paid = report_factories.import_file(
			"dm-paid.xlsx", report_factories.payment_rows("11/01/2026 - 11/30/2026", *rows)
		)
		names = frappe.get_all(
			"Journal Entry", {"factoring_report_import": ("in", [bought.name, paid.name])}, pluck="name"
		)
		found = self.branches(names)
		self.assertEqual((found.pop("DM-1"), found.pop("DM-2")), (AWAY, HOME))
		self.assertEqual(set(found.values()), {HOME})
		self.assertEqual(
			set(found), {"Factor Clearing", "Factor Reserve", "Factoring Fees", "Factor Advances"}
		)
		made = deposits.record(bought, bank_account(), 1840, "2026-11-06")
		frappe.get_doc("Journal Entry", made["journal_entry"]).submit()
		self.assertEqual(set(self.branches([made["journal_entry"]]).values()), {HOME})
		self.assert_books_agree()

	def test_a_dimension_older_than_the_app_gets_its_field(self):
		name = frappe.db.get_value("Custom Field", {"dt": factories.settings.DOCTYPE, "fieldname": FIELD})
		frappe.delete_doc("Custom Field", name)
		create_dimension_fields()
		self.assertTrue(frappe.get_meta(factories.settings.DOCTYPE, cached=False).has_field(FIELD))
