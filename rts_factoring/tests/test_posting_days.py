"""On which day rows that name none are posted: on the report's, else on the one a person sets, else on the day of posting."""

import frappe
from frappe.utils import today

from rts_factoring.tests import report_factories
from rts_factoring.tests.report_case import ReportCase


class TestUndatedRows(ReportCase):
	SENT = True

	def draft(self):
		content = report_factories.purchase_rows("A1", ("AF-10001", 2450, 61.25, 245))
		return report_factories.import_file("undated.xlsx", content, submit=False)

	def days_of(self, doc) -> set[str]:
		doc.submit()
		days = frappe.get_all("Journal Entry", {"factoring_report_import": doc.name}, pluck="posting_date")
		return set(map(str, days))

	def undated_shown(self, doc) -> int:
		doc = frappe.get_doc(doc.doctype, doc.name)
		doc.run_method("onload")
		return doc.get_onload("undated_rows")

	def test_they_are_posted_on_the_day_of_posting_and_the_draft_says_so(self):
		doc = self.draft()
		self.assertEqual(self.undated_shown(doc), 1)
		self.assertEqual(self.days_of(doc), {today()})
		self.assertEqual(self.undated_shown(doc), 0)

	def test_they_are_posted_on_the_day_a_person_sets(self):
		doc = self.draft()
		doc.posting_date = "2026-11-04"
		doc.save()
		self.assertEqual(self.days_of(doc), {"2026-11-04"})
		self.assert_books_agree()

	def test_the_day_in_the_reports_title_counts_before_it(self):
		rows = [("Purchase Report",), ("Client #:", "104233"), ("Batch:", "A1"), ("Run Date:", "11/03/2026")]
		rows += [report_factories.PURCHASE_HEADER]
		rows += [("AF-10001", "Ridgeline Foods Inc", 2450, 2450, 61.25, 245, 2143.75)]
		doc = report_factories.import_file("titled.xlsx", report_factories.workbook(rows), submit=False)
		self.assertEqual(self.undated_shown(doc), 0)
		doc.posting_date = "2026-11-05"
		doc.save()
		self.assertEqual(self.days_of(doc), {"2026-11-03"})

	def test_a_payment_without_a_date_waits_and_is_not_called_posted(self):
		rows = report_factories.payment_rows("11/01/2026 - 11/30/2026", (None, "C1", None, "Wire Fee", 15))
		doc = report_factories.import_file("fees.xlsx", rows, submit=False)
		self.assertEqual([line.outcome for line in report_factories.lines(doc)], ["blocked"])
		self.assertEqual(self.undated_shown(doc), 0)
