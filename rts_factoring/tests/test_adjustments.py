"""What no report says, posted by a Factoring Adjustment under both policies; every amount is written out."""

import frappe

from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.adjustment_factories import adjustment, buyout, posted
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase

ONE, TWO = "AF-10001", "AF-10003"  # 2450.00 each way of these samples, bought whole


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


class TestEvents(AdjustmentCase):
	"""Under borrowing; TestEventsOfSale says the same for sale."""

	BUYOUT = ["Dr advances 2450.00", "Cr clearing 2450.00"]

	def test_a_buyback_paid_by_wire_with_its_bank_entry(self):
		doc = adjustment(buyout(ONE, 2450))
		self.assertEqual(posted(doc), self.BUYOUT)
		self.assertEqual(factories.state(ONE), "Charged Back")
		self.assert_books_agree()
		entry = frappe.get_doc("Journal Entry", doc.record_payment(factories.bank_account(), "2026-11-10"))
		self.assertEqual(entry.docstatus, 0)
		clearing = frappe.db.get_value(factories.settings.DOCTYPE, ACME, "clearing_account")
		rows = {row.account: (row.debit, row.credit) for row in entry.accounts}
		self.assertEqual(rows, {clearing: (2450, 0), factories.bank_account(): (0, 2450)})
		self.blocked(doc, entry.name)
		frappe.delete_doc("Journal Entry", entry.name)
		self.cancel(doc)

	def test_an_adjustment_stands_in_the_way_of_the_import_it_builds_on(self):
		doc = adjustment(buyout(ONE, 2450))
		self.blocked(self.bought, doc.name)
		self.cancel(doc)
		frappe.get_doc("Report Import", self.bought.name).cancel()
		self.assert_books_agree()

	def test_a_line_that_cannot_be_posted_is_named_and_nothing_is_posted(self):
		self.refuse(buyout(TWO, 1), buyout(ONE, 2450.01), words=("Line 2", "more than"))

	def test_its_journal_entry_is_neither_cancelled_nor_reversed_alone(self):
		doc = adjustment(buyout(ONE, 2450))
		name = frappe.db.get_value("Journal Entry", {"factoring_adjustment": doc.name})
		with self.refused(doc.name, "alone"):
			frappe.get_doc("Journal Entry", name).cancel()


class TestEventsOfSale(TestEvents):
	POLICY = "Sale"
	BUYOUT = ["Cr clearing 2450.00", "Dr receivable 2450.00"]
