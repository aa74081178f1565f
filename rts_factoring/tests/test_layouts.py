"""Layouts: shared ones are changed by people who see all companies, and a company may have its own."""

import frappe

from rts_factoring.core.model import ReportKind
from rts_factoring.services.company import layouts, settings
from rts_factoring.services.reports import decisions
from rts_factoring.tests import company_isolation, factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD

MANAGER = company_isolation.address("Factoring Manager")
SHARED = layouts.DEFAULT_NAMES[ReportKind.PAYMENT]
COPY = f"{SHARED} - AFL"
WORDS = ("Misc Adj", "Other Adj")


class TestLayouts(FreightCase):
	def setUp(self):
		self.addCleanup(company_isolation.remove_limits)  # it commits: after the rollback of the base class
		super().setUp()
		company_isolation.make_people()

	def payment(self, *words: str):
		"""A draft import of one row a word; of the limited manager, who is the user from here on."""
		rows = [(None, None, "12/02/2026", word, 5 + n) for n, word in enumerate(words)]
		content = report_factories.payment_rows("12/01/2026 - 12/15/2026", *rows)
		frappe.set_user(MANAGER)
		return report_factories.import_file(f"{frappe.generate_hash(length=5)}.xlsx", content, submit=False)

	def remember(self, doc, row: int) -> None:
		decisions.record_decision(doc.name, [row], "type", event="charge", remember=True)

	def words(self, layout: str) -> list[str]:
		return [word for row in frappe.get_doc("Report Layout", layout).words if (word := row.word) in WORDS]

	def used(self, company: str) -> str:
		return frappe.db.get_value(settings.DOCTYPE, {"company": company}, "payment_report_layout") or ""

	def test_somebody_limited_to_a_company_does_not_change_a_shared_layout(self):
		frappe.set_user(MANAGER)
		for doctype, name, change in (
			("Report Layout", SHARED, {"tolerance": 500}),
			("Schedule Layout", layouts.DEFAULT_SCHEDULE, {"encoding": "cp1252"}),
		):
			doc = frappe.get_doc(doctype, name)
			for forged in ({}, {"company": ACME}):
				doc.update(change | forged)
				with self.assertRaises(frappe.PermissionError):
					doc.save()
			with self.assertRaises(frappe.PermissionError):
				frappe.delete_doc(doctype, name)
			doc = frappe.copy_doc(frappe.get_doc(doctype, name))
			doc.update({"layout_name": "Mine", "company": ""})
			with self.assertRaises(frappe.PermissionError):
				doc.insert()

	def test_somebody_limited_to_a_company_makes_and_changes_its_layouts(self):
		frappe.set_user(MANAGER)
		own = frappe.get_doc("Report Layout", company_isolation.own_layout("Report Layout", ACME))
		own.tolerance = 5
		own.save()
		for company in ("", BLUEBIRD):
			own.reload()
			own.company = company
			with self.assertRaises((frappe.PermissionError, frappe.CannotChangeConstantError)):
				own.save()
		with self.assertRaises(frappe.PermissionError):
			company_isolation.own_layout("Schedule Layout", BLUEBIRD)

	def test_a_shared_layout_cannot_be_taken_from_the_others_by_naming_a_company(self):
		doc = frappe.get_doc("Report Layout", SHARED)
		doc.company = ACME
		with self.assertRaises(frappe.CannotChangeConstantError):
			doc.save()

	def test_a_company_uses_no_layout_of_another(self):
		foreign = company_isolation.own_layout("Report Layout", BLUEBIRD)
		content = report_factories.payment_rows(
			"12/01/2026 - 12/15/2026", (None, None, "12/02/2026", "Fee", 5)
		)
		with self.refused("the layout of another company"):
			report_factories.import_file("foreign.xlsx", content, submit=False, layout=foreign)
		for field, name in (
			("purchase_report_layout", foreign),
			("schedule_layout", company_isolation.own_layout("Schedule Layout", BLUEBIRD)),
		):
			with self.refused("the layout of another company"):
				factories.make_settings(ACME, **{field: name})

	def test_a_word_remembered_by_somebody_limited_goes_into_the_companys_copy(self):
		doc = self.payment(*WORDS)
		self.remember(doc, 4)
		self.remember(doc, 5)
		self.assertEqual((self.words(SHARED), self.words(COPY)), ([], list(WORDS)))
		self.assertEqual(frappe.db.get_value("Report Layout", COPY, "company"), ACME)
		self.assertEqual((self.used(ACME), self.used(BLUEBIRD)), (COPY, ""))
		later = self.payment(*WORDS[::-1])
		self.assertEqual({row.outcome for row in report_factories.lines(later)}, {"matched"})
		frappe.set_user("Administrator")
		self.assertEqual(len(frappe.get_all("Report Layout", {"layout_name": ("like", f"{SHARED}%")})), 2)

	def test_a_word_remembered_does_not_replace_another_layout_the_company_has_chosen(self):
		chosen = company_isolation.own_layout("Report Layout", ACME, SHARED)
		factories.make_settings(ACME, payment_report_layout=chosen)
		doc = self.payment(WORDS[0])
		doc.update({"layout": SHARED})
		doc.save()
		self.remember(doc, 4)
		self.assertEqual((self.words(COPY), self.used(ACME)), ([WORDS[0]], chosen))

	def test_a_word_remembered_by_somebody_who_sees_all_companies_is_shared(self):
		doc = self.payment(WORDS[0])
		frappe.set_user("Administrator")
		self.remember(doc, 4)
		self.assertEqual((self.words(SHARED), self.used(ACME)), ([WORDS[0]], ""))

	def test_the_shipped_layouts_are_shared_whatever_the_default_company(self):
		frappe.db.set_default("company", ACME)
		self.addCleanup(frappe.db.set_default, "company", None)
		for doctype, name in company_isolation.SHARED.items():
			frappe.delete_doc(doctype, name, force=True)
		layouts.create_defaults()
		for doctype, name in company_isolation.SHARED.items():
			self.assertFalse(frappe.db.get_value(doctype, name, "company"))
