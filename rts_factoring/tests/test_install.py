"""The app comes onto a site and leaves it without a trace."""

import frappe
from frappe.utils.password import set_encrypted_password

from rts_factoring import custom_fields
from rts_factoring.install import ROLES
from rts_factoring.tests import factories
from rts_factoring.tests.cases import FreightCase, bench
from rts_factoring.tests.factories import ACME

APP, MODULE = "rts_factoring", "RTS Factoring"
LISTED_BY_MODULE = (
	"DocType",
	"Report",
	"Workspace",
	"Number Card",
	"Dashboard Chart",
	"Notification",
	"Page",
)
LISTED_BY_MODULE += ("Custom Field", "Print Format", "Module Onboarding", "Property Setter")


def our_columns() -> list[str]:
	fields = custom_fields.custom_fields()
	return [
		f"{doctype}.{field['fieldname']}"
		for doctype, listed in fields.items()
		for field in listed
		if field["fieldtype"] not in ("Tab Break", "Section Break", "Column Break", "Table")
	]


def columns_there() -> list[str]:
	there = {doctype: frappe.db.get_table_columns(doctype) for doctype in custom_fields.custom_fields()}
	return [name for name in our_columns() if name.split(".")[1] in there[name.split(".")[0]]]


def desktop_entries() -> list[str]:
	"""Frappe 16's icons and sidebars of the app; Frappe 15 has none."""
	found = []
	for doctype in ("Desktop Icon", "Workspace Sidebar"):
		if frappe.db.table_exists(doctype, cached=False):
			found += [f"{doctype} {name}" for name in frappe.get_all(doctype, {"app": APP}, pluck="name")]
	return sorted(found)


class TestInstall(FreightCase):
	def test_uninstall_leaves_nothing_and_the_app_can_be_installed_again(self):
		doctypes = frappe.get_all("DocType", {"module": MODULE}, pluck="name")
		self.assertGreater(len(doctypes), 10)
		self.assertEqual(columns_there(), our_columns())
		set_encrypted_password(factories.settings.DOCTYPE, ACME, "a secret", "password")
		frappe.get_doc("User", "Administrator").add_roles(*ROLES)
		there_before = desktop_entries()

		bench("uninstall-app", APP, "--yes", "--no-backup")
		self.addCleanup(factories.ensure_companies)
		self.assertNotIn(APP, frappe.get_installed_apps())
		self.assertEqual(columns_there(), [])
		tables = frappe.db.get_tables(cached=False)
		self.assertEqual([name for name in doctypes if f"tab{name}" in tables], [])
		for doctype in LISTED_BY_MODULE:
			self.assertEqual(frappe.get_all(doctype, {"module": MODULE}, pluck="name"), [], doctype)
		self.assertEqual(frappe.get_all("Module Def", {"app_name": APP}), [])
		self.assertEqual(desktop_entries(), [])
		self.assertEqual(frappe.get_all("Role", {"name": ("in", ROLES)}), [])
		for table in ("Has Role", "DocPerm", "Custom DocPerm"):
			self.assertEqual(frappe.db.count(table, {"role": ("in", ROLES)}), 0, table)
		secrets = frappe.db.sql("select name from `__Auth` where doctype = %s", factories.settings.DOCTYPE)
		self.assertEqual(secrets, ())

		bench("install-app", APP)
		self.assertEqual(columns_there(), our_columns())
		self.assertEqual(desktop_entries(), there_before)
		self.assertEqual(len(frappe.get_all("Role", {"name": ("in", ROLES)})), 2)
		self.assertEqual(len(frappe.get_all("Report Layout")), 8)  # four kinds of RTS, four of other factors
		self.assertEqual(len(frappe.get_all("Schedule Layout")), 1)
		factories.ensure_companies()
		factories.make_notice(ACME)
		self.assertEqual(factories.make_invoice("AF-10001").factoring_status, "Queued")

	def test_the_columns_can_come_and_go_any_number_of_times(self):
		names = [f"column_{number}" for number in range(12)]
		table = "factoring_install_test"
		self.addCleanup(frappe.db.sql_ddl, f"drop table if exists `{table}`")
		frappe.db.sql_ddl(f"create table `{table}` (name varchar(140) primary key) row_format=dynamic")
		for _time in range(40):
			added = ", ".join(f"add column `{name}` varchar(140)" for name in names)
			frappe.db.sql_ddl(f"alter table `{table}` {added}")
			custom_fields.drop_columns(table, names)
		self.assertEqual([column[0] for column in frappe.db.sql(f"show columns from `{table}`")], ["name"])

	def test_a_dry_run_of_uninstall_takes_nothing(self):
		bench("uninstall-app", APP, "--yes", "--no-backup", "--dry-run")
		self.assertEqual(columns_there(), our_columns())
		self.assertEqual(len(frappe.get_all("Role", {"name": ("in", ROLES)})), 2)

	def test_an_edited_layout_survives_a_migration(self):
		layout = frappe.get_doc("Report Layout", "RTS Purchase Report")
		layout.append("headers", {"field": "invoice_no", "text": "Freight Bill"})
		layout.save()
		from rts_factoring import install

		install.after_migrate()
		texts = [row.text for row in frappe.get_doc("Report Layout", layout.name).headers]
		self.assertIn("Freight Bill", texts)
