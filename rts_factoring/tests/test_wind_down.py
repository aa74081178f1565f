"""*Enabled* is off: nothing new is sold, and what RTS has is still reported, posted, corrected and deposited."""

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

from rts_factoring.core.money import text
from rts_factoring.services.accounting import deposits, direct_payments, payout_balances
from rts_factoring.services.batches import factoring_batch
from rts_factoring.services.reports import posting
from rts_factoring.services.views import completeness, reminders
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, bank_account
from rts_factoring.tests.report_case import ReportCase

ONE, TWO = "AF-10001", "AF-10002"


class TestWindDown(ReportCase):
	def setUp(self):
		super().setUp()
		factories.make_invoices([ONE, TWO, "AF-10003"])
		report_factories.sent_batch("A1", [ONE, TWO])
		rows = report_factories.purchase_rows("A1", (ONE, 2450, 73.5, 122.5))
		self.bought = report_factories.import_file("p.xlsx", rows)
		factories.make_settings(ACME, enabled=0, purchase_overdue_days=3)

	def test_no_invoice_and_no_batch_is_new(self):
		dates = {"posting_date": "2026-11-20", "due_date": "2026-12-20"}
		made = factories.make_invoice("W-1", customer=self.customer(), amount=500, po_no="W-1", **dates)
		self.assertEqual(factories.state(made.name), "Not Factored")
		with self.refused(ACME, "not set up for factoring"):
			factoring_batch.create(ACME, ["AF-10003"])

	def test_reports_on_what_is_out_find_their_company_and_are_posted_and_undone(self):
		rows = report_factories.purchase_rows("A1", (TWO, 1875.5, 56.25, 93.75))
		late = report_factories.import_file("late.xlsx", rows, submit=False, company="")
		self.assertEqual((late.company, late.status), (ACME, "Ready"))
		self.assertEqual(len(posting.preview(late.name)), 1)
		late.submit()
		self.assertEqual(self.figures(TWO), ("Financed", "1875.50"))
		paid = report_factories.payment_rows(
			"11/16/2026 - 11/22/2026", (ONE, "1", "11/18/2026", "Payment", 2450, None, 122.5)
		)
		doc = report_factories.import_file("paid.xlsx", paid)
		self.assertEqual(self.figures(ONE), ("Completed", "0.00"))
		frappe.get_doc("Report Import", doc.name).cancel()
		self.assertEqual(self.figures(ONE), ("Financed", "2450.00"))
		self.assert_books_agree()

	def test_its_payout_is_deposited(self):
		deposits.record(self.bought, bank_account(), 2254, "2026-11-04", "WIRE 1")
		self.assertEqual(payout_balances.expected(self.bought.name)["left"], 0.0)

	def test_a_debtors_payment_is_held_for_the_factor(self):
		payment = get_payment_entry("Sales Invoice", ONE, bank_account=bank_account())
		payment.reference_no, payment.reference_date = "C-1", "2026-11-10"
		payment.insert()
		self.assertTrue(direct_payments.hold_for_factor(payment))

	def test_managers_are_reminded_of_what_rts_has_not_answered(self):
		manager = factories.make_user("boss@rts.test", "Factoring Manager")
		frappe.db.set_value("Factoring Batch", "A1", "delivered_on", "2026-11-02 10:00:00")
		self.assertEqual(completeness.overdue_batches(ACME), [])  # its purchase report is there
		frappe.db.set_value("Sales Invoice", TWO, "factoring_status", "Held")
		for step in reminders.steps():
			step()
		told = frappe.get_all(
			"Notification Log", {"for_user": manager, "document_name": TWO}, ["subject", "email_content"]
		)
		self.assertEqual([row.subject for row in told], [f"{ACME}: 1 invoices held by RTS"])
		self.assertIn("Ask RTS to buy or deny", told[0].email_content)
		self.assertNotIn("queue them again", told[0].email_content)

	def test_the_tie_out_of_what_is_left_is_zero(self):
		self.assert_books_agree()
		self.assertEqual(text(self.bought.total_net), "2254.00")

	def customer(self) -> str:
		return frappe.db.get_value("Sales Invoice", ONE, "customer")


class TestAnotherCurrency(ReportCase):
	def test_an_invoice_in_another_currency_says_so_and_what_to_do(self):
		account = self.receivable_in("EUR")
		dates = {"posting_date": "2026-11-20", "due_date": "2026-12-20", "company": ACME}
		made = factories.make_invoice(
			"E-1",
			customer=self.european(),
			amount=500,
			po_no="E-1",
			currency="EUR",
			conversion_rate=1.1,
			price_list_currency="EUR",
			plc_conversion_rate=1.1,
			debit_to=account,
			**dates,
		)
		row = frappe.db.get_value(
			"Sales Invoice", made.name, ["factoring_status", "factoring_reasons"], as_dict=True
		)
		self.assertEqual(row.factoring_status, "Not Ready")
		self.assertIn("The invoice is in EUR. The agreement is in USD.", row.factoring_reasons)
		self.assertIn("a company that keeps its books in EUR", row.factoring_reasons)

	def test_an_agreement_in_another_currency_is_refused_with_the_way_out(self):
		with self.refused("EUR", "a company that keeps its books in EUR"):
			factories.make_settings(ACME, currency="EUR")

	def european(self) -> str:
		doc = frappe.get_doc({"doctype": "Customer", "customer_name": "Fracht AG", "default_currency": "EUR"})
		return doc.insert().name

	def receivable_in(self, currency: str) -> str:
		parent = frappe.db.get_value(
			"Account", {"company": ACME, "is_group": 1, "account_name": "Accounts Receivable"}
		)
		doc = frappe.get_doc(
			{
				"doctype": "Account",
				"account_name": f"Debtors {currency}",
				"company": ACME,
				"parent_account": parent,
				"account_type": "Receivable",
				"account_currency": currency,
			}
		)
		return doc.insert().name
