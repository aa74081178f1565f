"""Day one: invoices that are at RTS already are let in against what the books hold, and nothing is posted twice."""

import frappe

from rts_factoring.tests import factories, opening_factories, report_factories
from rts_factoring.tests.opening_case import OpeningCase
from rts_factoring.tests.opening_factories import balance, line, opening


class TestThreeHundredBorrowed(OpeningCase):
	def test_an_opening_then_a_payment_report_then_both_undone(self):
		names = opening_factories.live_invoices(300, booked=400)
		partly = [name for name in names if name.startswith("OP-9")]
		clearing, advances = self.settings.clearing_account, self.settings.advances_account
		opening_factories.book("2026-10-31", (self.loan, -287_500), (self.reserve, 15_500), (clearing, 918))
		before, temporary = report_factories.books(), balance(self.temporary)
		doc = opening(
			[line(name, 1000, 600 if name in partly else 1000, 50) for name in names],
			[("Advances", self.loan, 0), ("Reserve", self.reserve, 0), ("Clearing", clearing, 0)],
			opening_reserve=15_500,
			opening_clearing=918,
		)
		self.assert_books_agree()
		self.assertEqual((balance(self.loan), balance(self.reserve)), (0, 0))
		self.assertEqual(balance(advances), -288_000)
		self.assertEqual((balance(self.settings.reserve_account), balance(clearing)), (15_500, 918))
		self.assertEqual(
			balance(self.temporary) - temporary, 500
		)  # RTS says 288,000.00 and the books held 287,500.00
		self.assertEqual(self.others(), {})
		self.assertEqual(self.figures("OP-0-7"), ("Financed", "1000.00"))
		self.assertEqual(self.figures("OP-9-7"), ("Partly Paid", "600.00"))
		self.assertTrue(self.prints_with_notice("OP-0-7"))
		self.pay(
			("OP-0-7", "48210", "11/05/2026", "Payment", 1000),
			("OP-9-7", "48210", "11/05/2026", "Payment", 600),
		)
		self.assertEqual(self.figures("OP-0-7"), ("Completed", "0.00"))
		self.assertEqual(self.figures("OP-9-7"), ("Completed", "0.00"))
		self.assertEqual(balance(advances), -286_400)
		self.assert_books_agree()
		with self.refused(self.payment.name):
			frappe.get_doc(doc.doctype, doc.name).cancel()
		frappe.get_doc("Report Import", self.payment.name).cancel()
		frappe.get_doc(doc.doctype, doc.name).cancel()
		self.assert_books_agree()
		self.assertEqual(report_factories.books()["balances"], before["balances"])
		self.assertEqual(self.figures("OP-9-7"), ("Not Factored", "600.00"))


class TestThreeHundredSold(OpeningCase):
	POLICY = "Sale"

	def test_an_opening_then_a_payment_report_then_both_undone(self):
		names = opening_factories.live_invoices(300, booked=1000)
		opening_factories.book("2026-10-31", (self.loan, -270_000), (self.reserve, 15_000))
		before, temporary = report_factories.books(), balance(self.temporary)
		doc = opening(
			[line(name, 1000, 1000, 50) for name in names],
			[("Advances", self.loan, 0), ("Reserve", self.reserve, 0)],
		)
		self.assert_books_agree()
		self.assertEqual((balance(self.loan), balance(self.reserve)), (0, 0))
		self.assertEqual(balance(self.temporary), temporary)
		self.assertEqual(balance(self.settings.advances_account), 0)
		self.assertEqual(balance(self.settings.reserve_account), 15_000)
		self.assertEqual(self.figures("OP-0-7"), ("Financed", "0.00"))  # its receivable was sold
		self.assertEqual(self.figures("OP-9-7"), ("Financed", "0.00"))  # the books had taken it off already
		self.pay(
			("OP-0-7", "48210", "11/05/2026", "Payment", 1000),
			("OP-9-7", "48210", "11/05/2026", "Payment", 1000),
		)
		self.assertEqual(self.figures("OP-9-7"), ("Completed", "0.00"))
		self.assert_books_agree()
		frappe.get_doc("Report Import", self.payment.name).cancel()
		frappe.get_doc(doc.doctype, doc.name).cancel()
		self.assert_books_agree()
		self.assertEqual(report_factories.books()["balances"], before["balances"])
		self.assertEqual(self.figures("OP-0-7"), ("Not Factored", "1000.00"))


class TestRefusals(OpeningCase):
	def setUp(self):
		super().setUp()
		self.names = opening_factories.live_invoices(10)

	def test_what_the_app_knows_already_is_not_opened_again(self):
		opening([line("OP-0", 1000, 1000)])
		with self.refused("Line 2", "knows already"):
			opening([line("OP-1", 1000, 1000), line("OP-0", 1000, 1000)])

	def test_balances_of_rts_are_stated_once(self):
		first = opening([line("OP-0", 1000, 1000)], opening_clearing=918)
		with self.refused(first.name, "already"):
			opening([line("OP-1", 1000, 1000)], opening_clearing=918)

	def test_no_more_is_taken_over_than_an_account_holds(self):
		opening_factories.book("2026-10-31", (self.loan, -900))
		with self.refused("holds", "cannot be taken over"):
			opening([line("OP-0", 1000, 1000)], [("Advances", self.loan, 1000)])

	def test_a_balance_posted_after_the_opening_day_does_not_count(self):
		opening_factories.book("2026-11-02", (self.loan, -900))
		with self.refused("holds", "cannot be taken over"):
			opening([line("OP-0", 1000, 1000)], [("Advances", self.loan, 900)])

	def test_an_invoice_that_the_books_have_as_paid_is_refused_under_borrowing(self):
		factories.settle_by_journal("OP-0", 1000)
		with self.refused("owes less in our books"):
			opening([line("OP-0", 1000, 1000)])

	def test_an_invoice_younger_than_the_opening_is_refused(self):
		with self.refused("younger than the opening"):
			opening([line("OP-0", 1000, 1000)], posting_date="2026-09-30")

	def test_more_open_than_financed_is_refused(self):
		with self.refused("More is open than was financed"):
			opening([line("OP-0", 800, 900)])

	def test_an_invoice_stands_in_one_line(self):
		with self.refused("OP-0", "two lines"):
			opening([line("OP-0", 1000, 1000), line("OP-0", 1000, 1000)])

	def test_an_account_kept_by_party_is_refused(self):
		debtors = frappe.db.get_value("Sales Invoice", "OP-0", "debit_to")
		with self.refused("kept by party"):
			opening([line("OP-0", 1000, 1000)], [("Advances", debtors, 0)])

	def test_its_list_of_open_invoices_is_not_called_corrected(self):
		self.assertEqual(frappe.get_meta("Factoring Adjustment").get_label("report_import"), "Report Import")

	def test_its_taking_over_entry_is_not_cancelled_alone(self):
		opening_factories.book("2026-10-31", (self.loan, -1000))
		doc = opening([line("OP-0", 1000, 1000)], [("Advances", self.loan, 0)])
		filters = {"factoring_adjustment": doc.name, "voucher_type": "Opening Entry"}
		with self.refused(doc.name, "alone"):
			frappe.get_doc("Journal Entry", frappe.db.get_value("Journal Entry", filters)).cancel()

	def test_an_invoice_billed_directly_is_billed_through_the_factor_until_the_opening_is_undone(self):
		frappe.db.set_value("Sales Invoice", "OP-0", "factoring_method", "Direct")
		doc = opening([line("OP-0", 1000, 1000)])
		self.assertTrue(self.prints_with_notice("OP-0"))
		frappe.get_doc(doc.doctype, doc.name).cancel()
		self.assertEqual(frappe.db.get_value("Sales Invoice", "OP-0", "factoring_method"), "Direct")
