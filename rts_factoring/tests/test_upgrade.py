"""Databases of released versions, migrated by this one, keep their figures and work on."""

import io
import json
import unittest
from pathlib import Path

import frappe
import openpyxl
from frappe.desk.form.load import getdoc
from frappe.model import data_fieldtypes

from rts_factoring import custom_fields, install
from rts_factoring.services.accounting import ledger_sums
from rts_factoring.services.reports.report_import import ImportedBeforeError
from rts_factoring.services.views import statements
from rts_factoring.tests import factories, report_factories, upgrade_fixture
from rts_factoring.tests.cases import bench
from rts_factoring.tests.factories import ACME, COMPANIES, FIXTURES

CHILD_TABLES = {"istable": 1, "module": upgrade_fixture.MODULE}


def without_empty_roles(figures: dict) -> dict:
	"""A role that came later has no sum in an older file, and must have none in its books."""
	return {
		company: books
		| {"ledger": {role: value for role, value in books["ledger"].items() if value != "0.00"}}
		for company, books in figures.items()
	}


class UpgradeCase(unittest.TestCase):
	def setUp(self):
		frappe.set_user("Administrator")
		self.addCleanup(self.leave_a_clean_site)

	def leave_a_clean_site(self):
		frappe.db.rollback()
		factories.wipe()
		install.after_migrate()
		frappe.db.commit()


class TestMigration(UpgradeCase):
	def test_a_file_of_every_release_is_there(self):
		self.assertTrue(upgrade_fixture.files())

	def test_books_and_documents_of_every_release_are_kept(self):
		for file in upgrade_fixture.files():
			with self.subTest(file.name):
				data = upgrade_fixture.read(file)
				upgrade_fixture.load(data)
				bench("migrate", "--skip-search-index")
				self.assert_patches_ran()
				self.assert_tables_have_the_form_of_today()
				self.assertEqual(
					without_empty_roles(upgrade_fixture.figures()), without_empty_roles(data["figures"])
				)
				self.assert_documents_open(data)
				self.assert_work_goes_on()

	def assert_patches_ran(self):
		done = frappe.get_all(
			"Patch Log", {"patch": ("like", "rts_factoring.%"), "skipped": 0}, pluck="patch"
		)
		self.assertEqual({name.split()[0] for name in done}, set(upgrade_fixture.patches()))

	def assert_tables_have_the_form_of_today(self):
		ours = frappe.get_all("DocType", {"module": upgrade_fixture.MODULE, "issingle": 0}, pluck="name")
		for doctype in ours:
			there = frappe.db.get_table_columns(doctype)
			missing = [name for name in frappe.get_meta(doctype).get_valid_columns() if name not in there]
			self.assertEqual(missing, [], doctype)
		for doctype in ours:
			listed = json.loads(
				Path(
					frappe.get_module_path(upgrade_fixture.MODULE),
					"doctype",
					frappe.scrub(doctype),
					f"{frappe.scrub(doctype)}.json",
				).read_text()
			)
			known = {field.fieldname for field in frappe.get_meta(doctype).fields}
			self.assertEqual({field["fieldname"] for field in listed["fields"]} - known, set(), doctype)
		for doctype, fields in custom_fields.custom_fields().items():
			known = {field.fieldname for field in frappe.get_meta(doctype).fields}
			self.assertEqual({field["fieldname"] for field in fields} - known, set(), doctype)
			there = frappe.db.get_table_columns(doctype)
			kept = {field["fieldname"] for field in fields if field["fieldtype"] in data_fieldtypes}
			self.assertEqual(kept - set(there), set(), doctype)

	def assert_documents_open(self, data: dict):
		opened = 0
		children = frappe.get_all("DocType", CHILD_TABLES, pluck="name")
		for doctype, rows in {**data["ours"], "Sales Invoice": data["erpnext"]["Sales Invoice"]}.items():
			for row in rows if doctype not in children else ():
				frappe.response = frappe._dict(docs=[])
				getdoc(doctype, row["name"])
				self.assertEqual(frappe.response.docs[0].name, row["name"])
				opened += 1
		self.assertGreater(opened, 100)
		for name, content in data["contents"].items():
			self.assertTrue(Path(frappe.get_doc("File", name).get_full_path()).exists(), name)
			self.assertTrue(content)

	def assert_work_goes_on(self):
		"""Rows posted before the upgrade are known, what waits is posted, and imports are undone."""
		with self.assertRaises(ImportedBeforeError):
			report_factories.import_sample("payment_clean")
		workbook = openpyxl.load_workbook(FIXTURES / "payment_clean.xlsx")
		workbook.save(saved_again := io.BytesIO())
		again = report_factories.import_file("again.xlsx", saved_again.getvalue(), submit=False)
		self.assertEqual({row.outcome for row in report_factories.lines(again)}, {"duplicate"})
		again.delete()
		waiting = frappe.get_all("Report Import", {"docstatus": 0, "kind": "Payment"}, pluck="name")
		for name in waiting:
			frappe.get_doc("Report Import", name).submit()
		self.assert_tie_out()
		for name in frappe.get_all(
			"Report Import", {"docstatus": 1, "company": ACME}, pluck="name", order_by="creation desc"
		):
			frappe.get_doc("Report Import", name).cancel()
			self.assert_tie_out()
		self.assertEqual({value for value in ledger_sums.of_company(ACME).values() if value}, set())

	def assert_tie_out(self):
		for company in COMPANIES:
			wrong = [row for row in statements.tie_out(company) if row["difference"]]
			self.assertEqual(wrong, [], company)


class TestPatches(UpgradeCase):
	def test_patches_that_run_twice_change_nothing_the_second_time(self):
		upgrade_fixture.load(upgrade_fixture.read(upgrade_fixture.files()[0]))
		bench("migrate", "--skip-search-index")
		self.run_patches()
		once = upgrade_fixture.snapshot()
		self.assertTrue(once["Report Import Line"])
		self.run_patches()
		twice = upgrade_fixture.snapshot()
		for table, rows in once.items():
			self.assertEqual(twice[table], rows, table)

	def run_patches(self):
		for patch in upgrade_fixture.patches():
			frappe.get_attr(f"{patch}.execute")()
