"""RTS bought the sample invoices: what tests of adjustments begin with, under either policy."""

import frappe

from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.adjustment_factories import adjustment
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase

ONE, TWO = "AF-10001", "AF-10003"  # 2450.00 and 3120.25, bought whole


class AdjustmentCase(ReportCase):
	SENT = True
	POLICY = "Borrowing"

	def setUp(self):
		super().setUp()
		factories.make_settings(ACME, policy=self.POLICY)
		self.bought = report_factories.import_sample("purchase_clean")
		self.before = report_factories.books()

	def cancel(self, doc) -> None:
		frappe.get_doc(doc.doctype, doc.name).cancel()
		self.assert_books_agree()
		self.assertEqual(report_factories.books(), self.before)

	def blocked(self, doc, *words: str) -> None:
		frappe.db.savepoint("blocked")
		with self.refused(*words):
			frappe.get_doc(doc.doctype, doc.name).cancel()
		frappe.db.rollback(save_point="blocked")

	def refuse(self, *lines: dict, words=(), **values) -> None:
		"""The lines are kept as a draft, and not posted."""
		frappe.db.savepoint("refused")
		with self.refused(*words):
			adjustment(*lines, **values)
		frappe.db.rollback(save_point="refused")
		self.assertEqual(report_factories.books(), self.before)
