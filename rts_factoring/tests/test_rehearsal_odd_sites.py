"""A rehearsal on sites that are set up in other ways than most, and beside documents that people made by hand."""

import frappe
from frappe.utils import getdate

from rts_factoring import uninstall
from rts_factoring.services.company import rehearsal_company
from rts_factoring.services.views import rehearsals
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.rehearsal_case import RehearsalCase, count_rows

COMPANY = rehearsal_company.COMPANY


class OddSiteCase(RehearsalCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(self.remove)

	def start(self):
		rehearsals.start()
		frappe.db.commit()

	def take_away(self):
		rehearsals.remove()
		frappe.db.commit()

	def leaves_nothing(self):
		"""What is made is taken away again."""
		rows = count_rows()
		self.start()
		self.assertEqual(set(frappe.get_all("Sales Invoice", {"company": COMPANY}, pluck="docstatus")), {1})
		self.take_away()
		changed = {
			table: (rows.get(table), now) for table, now in count_rows().items() if rows.get(table) != now
		}
		self.assertEqual(changed, {})

	def for_this_test(self, doctype: str, field: str, value: str):
		"""A setting of the site is another one."""
		for wanted, put in ((value, True), (frappe.db.get_single_value(doctype, field, cache=False), False)):
			change = self.setter(doctype, field, wanted)
			change() if put else self.addCleanup(change)

	def setter(self, doctype: str, field: str, value: str):
		def change():
			frappe.db.rollback()
			frappe.db.set_single_value(doctype, field, value)
			frappe.db.set_default(field, value)
			frappe.db.commit()

		return change


class TestOddSites(OddSiteCase):
	def test_customers_that_a_series_names(self):
		self.for_this_test("Selling Settings", "cust_master_name", "Naming Series")
		self.leaves_nothing()

	def test_a_person_who_reads_another_language_than_the_site_was_set_up_in(self):
		frappe.local.lang = "es"
		self.addCleanup(setattr, frappe.local, "lang", "en")
		self.leaves_nothing()

	def test_units_in_another_language(self):
		def rename(old, new):
			frappe.db.rollback()
			frappe.rename_doc("UOM", old, new, force=True)
			frappe.db.commit()

		rename("Nos", "Nos.")
		self.addCleanup(rename, "Nos.", "Nos")
		self.leaves_nothing()

	def test_fiscal_years_that_are_limited_to_companies(self):
		def limit(*companies):
			frappe.db.rollback()
			for name in frappe.get_all("Fiscal Year", pluck="name"):
				year = frappe.get_doc("Fiscal Year", name)
				year.set("companies", [{"company": company} for company in companies])
				year.save()
			frappe.db.commit()

		limit(ACME)
		self.addCleanup(limit)
		self.leaves_nothing()

	def test_abbreviations_that_are_taken(self):
		taken = ["EXRH", "exrh2", "EXRH3"]
		companies = frappe.get_all("Company", fields=["name", "abbr"], limit=2)
		for abbr in taken:
			doc = frappe.get_doc({"doctype": "Company", "company_name": f"Taken {abbr}", "abbr": abbr})
			doc.update({"country": "United States", "default_currency": "USD"})
			doc.db_insert()
			self.addCleanup(frappe.db.commit)
			self.addCleanup(frappe.db.delete, "Company", {"name": doc.name})
		frappe.db.commit()
		self.assertTrue(companies)
		self.leaves_nothing()


class TestByHand(OddSiteCase):
	def test_settings_of_the_site_that_name_it_stop_the_removal(self):
		self.start()
		warehouse = frappe.db.get_value("Warehouse", {"company": COMPANY, "is_group": 0})
		self.for_this_test("Stock Settings", "default_warehouse", warehouse)
		with self.refused("Stock Settings"):
			rehearsals.remove()

	def test_a_fiscal_year_of_its_own_stops_the_removal(self):
		"""Without its company the year would be every company's."""
		self.start()
		last = max(getdate(day) for day in frappe.get_all("Fiscal Year", pluck="year_end_date"))
		year = frappe.new_doc("Fiscal Year")
		year.update({"year": "Rehearsed", "year_start_date": f"{last.year + 1}-01-01"})
		year.update({"year_end_date": f"{last.year + 1}-12-31", "companies": [{"company": COMPANY}]})
		year.insert()
		frappe.db.commit()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Fiscal Year", year.name)
		with self.refused("Rehearsed"):
			rehearsals.remove()
		frappe.db.rollback()
		year.append("companies", {"company": ACME})
		year.save()
		frappe.db.commit()
		self.take_away()
		self.assertFalse(frappe.db.exists("Company", COMPANY))

	def test_what_is_found_by_its_name_keeps_it(self):
		self.start()
		for doctype, name in (("Company", COMPANY), ("Customer", rehearsal_company.CUSTOMERS[0])):
			with self.refused("rehearsal"):
				frappe.rename_doc(doctype, name, "Another Name")
			frappe.db.rollback()

	def test_the_app_is_not_uninstalled_while_there_is_one(self):
		uninstall.before_uninstall()
		self.start()
		with self.refused("Remove Rehearsal"):
			uninstall.before_uninstall()
