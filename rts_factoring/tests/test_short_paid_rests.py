"""What customers still owe after a short pay that RTS has closed: billed, credited or written off for many rows at once."""

import frappe

from rts_factoring.services.company import settings
from rts_factoring.services.reports import row_pages, short_paid_rests
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase

CUSTOMER = "Ridgeline Foods Inc"


class TestRests(ReportCase):
	def start(self, policy: str):
		"""AF-1 and AF-2 short paid by 100 and 40, AF-3 paid in full; returns the payment report."""
		factories.make_settings(ACME, policy=policy)
		numbers = [f"AF-{number}" for number in (1, 2, 3)]
		for name in numbers:
			dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
			factories.make_invoice(name, company=ACME, customer=CUSTOMER, amount=1000, po_no=name, **dates)
			factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000"}
		report_factories.sent_batch("FB-1", numbers)
		bought = report_factories.purchase_rows("FB-1", *((name, 1000, 30, 50) for name in numbers))
		report_factories.import_file("bought.xlsx", bought)
		rows = [
			("AF-1", "C1", "11/05/2026", "Short Pay", 900),
			("AF-2", "C1", "11/05/2026", "Short Pay", 960),
			("AF-3", "C1", "11/05/2026", "Payment", 1000),
		]
		content = report_factories.payment_rows("11/01/2026 - 11/15/2026", *rows)
		return report_factories.import_file("paid.xlsx", content)

	def row_numbers(self, doc) -> list[int]:
		return [line.row_no for line in report_factories.lines(doc)]

	def check_written_off(self, policy: str) -> None:
		doc = self.start(policy)
		before = report_factories.books()
		shown = {row.sales_invoice: row.rest for row in row_pages.page(doc.name)["rows"]}
		self.assertEqual(shown, {"AF-1": 100, "AF-2": 40, "AF-3": 0})
		with self.refused("Say why"):
			doc.settle_rests(self.row_numbers(doc), "write_off")
		done = doc.settle_rests(self.row_numbers(doc), "write_off", "Quick pay")
		self.assertEqual(done["made"], ["AF-1", "AF-2"])
		self.assert_books_agree()
		self.assertEqual(report_factories.journal(doc, "customer_deductions"), (140, 0))
		self.assertEqual([self.figures(f"AF-{n}") for n in (1, 2)], [("Completed", "0.00")] * 2)
		with self.refused("None of the chosen rows has a rest"):
			doc.settle_rests(self.row_numbers(doc), "write_off", "again")
		self.assertTrue(
			frappe.db.exists("Comment", {"reference_name": doc.name, "content": ("like", "%Quick pay%")})
		)
		frappe.get_doc("Report Import", doc.name).cancel()
		self.assert_books_agree()
		self.assertEqual(self.figures("AF-1"), ("Financed", "1000.00" if policy == "Borrowing" else "0.00"))
		self.assertNotEqual(report_factories.books(), before)

	def test_written_off_under_borrowing(self):
		self.check_written_off("Borrowing")

	def test_written_off_under_sale(self):
		self.check_written_off("Sale")

	def test_a_rest_written_off_is_owed_again_when_rts_gives_back_what_it_took(self):
		for policy in ("Borrowing", "Sale"):
			with self.subTest(policy):
				doc = self.start(policy)
				doc.settle_rests(self.row_numbers(doc), "write_off", "Quick pay")
				back = ("AF-1", "C2", "11/09/2026", "Chargeback Reversal", 100)
				content = report_factories.payment_rows("11/01/2026 - 11/15/2026", back)
				given = report_factories.import_file("given-back.xlsx", content)
				self.assertEqual(report_factories.journal(given, "customer_deductions"), (0, 100))
				owed = {"Borrowing": "100.00", "Sale": "0.00"}[policy]
				self.assertEqual(self.figures("AF-1"), ("Partly Paid", owed))
				self.assert_books_agree()
				paid = ("AF-1", "C3", "11/10/2026", "Payment", 100)
				report_factories.import_file(
					"rest.xlsx", report_factories.payment_rows("11/01/2026 - 11/15/2026", paid)
				)
				self.assertEqual(self.figures("AF-1"), ("Completed", "0.00"))
				self.assert_books_agree()
			frappe.db.rollback()
			frappe.clear_cache(doctype=settings.DOCTYPE)

	def test_credited_by_draft_credit_notes_over_the_rest(self):
		doc = self.start("Borrowing")
		done = doc.settle_rests(self.row_numbers(doc), "credit")
		self.assertEqual((len(done["made"]), done["refused"]), (2, {}))
		for name in done["made"]:
			note = frappe.get_doc("Sales Invoice", name)
			rest = short_paid_rests.rests([note.return_against])[note.return_against]
			self.assertEqual((note.docstatus, note.is_return, -note.grand_total), (0, 1, float(rest)))
			note.submit()
		self.assertEqual([self.figures(f"AF-{n}") for n in (1, 2)], [("Completed", "0.00")] * 2)
		self.assert_books_agree()

	def test_billed_by_draft_payment_requests_over_the_rest(self):
		doc = self.start("Borrowing")
		done = doc.settle_rests(self.row_numbers(doc)[:1], "bill")
		self.assertEqual(done["refused"], {})
		request = frappe.get_doc("Payment Request", done["made"][0])
		self.assertEqual((request.docstatus, request.reference_name, request.grand_total), (0, "AF-1", 100))

	def test_rows_that_the_factor_holds_have_no_rest(self):
		factories.make_settings(ACME, policy="Borrowing")
		self.assertEqual(short_paid_rests.rests(["AF-1"]), {})
		doc = self.start("Borrowing")
		frappe.db.set_value("Sales Invoice", "AF-1", "factoring_status", "Financed")
		self.assertEqual(list(short_paid_rests.rests(["AF-1", "AF-2", "AF-3"])), ["AF-2"])
		with self.refused("is not an action"):
			doc.settle_rests(self.row_numbers(doc), "forget")
