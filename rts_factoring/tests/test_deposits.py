"""Money at the bank: RTS's payouts, payments of debtors to the wrong party, and invoices in another currency."""

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

from rts_factoring.core.money import text
from rts_factoring.services.accounting import deposits, direct_payments, payout_balances
from rts_factoring.services.company import layouts
from rts_factoring.services.views import statements
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, FIXTURES, bank_account
from rts_factoring.tests.report_case import ReportCase


class TestDeposits(ReportCase):
	SENT = True

	def test_a_deposit_clears_the_payout_and_what_is_missing_is_told(self):
		doc = report_factories.import_sample("purchase_clean")
		self.assertEqual(
			payout_balances.expected(doc.name), {"payout": 26095.82, "recorded": 0.0, "left": 26095.82}
		)
		made = deposits.record(doc, bank_account(), 26000, "2026-11-04", "WIRE 77")
		self.assertEqual(text(made["difference"]), "95.82")
		entry = frappe.get_doc("Journal Entry", made["journal_entry"])
		self.assertEqual(entry.docstatus, 0)  # for review
		entry.submit()
		row = next(row for row in statements.tie_out(ACME) if row["role"] == "Clearing")
		self.assertEqual(
			(text(row["difference"]), text(row["balance"]), text(row["others"])),
			("0.00", "95.82", "-26000.00"),
		)
		deposits.record(doc, bank_account(), 95.82, "2026-11-05")
		self.assertEqual(payout_balances.expected(doc.name)["left"], 0.0)

	def test_a_deposit_goes_to_an_account_of_the_company(self):
		doc = report_factories.import_sample("purchase_clean")
		other = frappe.db.get_value(
			"Account", {"company": factories.BLUEBIRD, "is_group": 0, "root_type": "Asset"}
		)
		with self.refused(ACME):
			deposits.record(doc, other, 100, "2026-11-04")


class TestDirectPayment(ReportCase):
	SENT = True

	def test_a_payment_of_a_factored_invoice_is_told_and_can_be_held_for_the_factor(self):
		report_factories.import_sample("purchase_clean")
		payment = get_payment_entry("Sales Invoice", "AF-10001", bank_account=bank_account())
		payment.reference_no, payment.reference_date = "C-1", "2026-11-10"
		frappe.clear_messages()
		payment.insert()
		self.assertIn("AF-10001", str(frappe.get_message_log()))
		name = direct_payments.hold_for_factor(payment)
		self.assertFalse(frappe.db.exists("Payment Entry", payment.name))
		entry = frappe.get_doc("Journal Entry", name)
		entry.submit()
		clearing = frappe.db.get_value(factories.settings.DOCTYPE, {"company": ACME}, "clearing_account")
		sides = {row.account: (row.debit, row.credit) for row in entry.accounts}
		self.assertEqual(sides, {bank_account(): (2450.0, 0.0), clearing: (0.0, 2450.0)})
		self.assertEqual(self.figures("AF-10001"), ("Financed", "2450.00"))  # open until RTS reports it

	def mixed(self):
		"""A draft that pays AF-10001, which RTS has, 500 of an invoice it never had, and 10 on account."""
		payment = get_payment_entry("Sales Invoice", "AF-10001", bank_account=bank_account())
		payment.reference_no, payment.reference_date = "C-3", "2026-11-10"
		dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
		factories.make_invoice(
			"XM-1", company=ACME, customer=payment.party, amount=500, po_no="XM-1", **dates
		)
		row = {"reference_doctype": "Sales Invoice", "reference_name": "XM-1", "allocated_amount": 500}
		payment.append("references", row | {"outstanding_amount": 500, "total_amount": 500})
		payment.paid_amount = payment.received_amount = 2960
		return payment.insert()

	def test_a_payment_of_other_invoices_too_keeps_what_is_theirs(self):
		report_factories.import_sample("purchase_clean")
		payment = self.mixed()
		entry = frappe.get_doc("Journal Entry", direct_payments.hold_for_factor(payment))
		self.assertEqual([(row.debit, row.credit) for row in entry.accounts], [(2450.0, 0.0), (0.0, 2450.0)])
		payment = frappe.get_doc("Payment Entry", payment.name)
		self.assertEqual([row.reference_name for row in payment.references], ["XM-1"])
		self.assertEqual((payment.paid_amount, payment.unallocated_amount), (510, 10))
		payment.submit()
		self.assertEqual(self.figures("XM-1")[1], "0.00")

	def test_a_payment_with_deductions_is_not_divided(self):
		report_factories.import_sample("purchase_clean")
		account = frappe.db.get_value("Company", ACME, "write_off_account")
		center = frappe.db.get_value("Company", ACME, "cost_center")
		payment = self.mixed()
		payment.append("deductions", {"account": account, "cost_center": center, "amount": 5})
		with self.refused("AF-10001", "separate Payment Entry"):
			direct_payments.hold_for_factor(payment)
		self.assertTrue(frappe.db.exists("Payment Entry", payment.name))

	def test_a_payment_of_an_invoice_that_is_not_factored_gets_no_message(self):
		frappe.clear_messages()
		payment = get_payment_entry("Sales Invoice", "AF-10024", bank_account=bank_account())
		payment.reference_no, payment.reference_date = "C-2", "2026-11-10"
		payment.insert()
		self.assertNotIn("AF-10024", str(frappe.get_message_log()))
		with self.refused("Only a draft payment of factored invoices"):
			direct_payments.hold_for_factor(payment)


class TestTryingALayout(ReportCase):
	SENT = True

	def test_a_layout_shows_what_each_column_becomes_before_it_is_saved(self):
		content = (FIXTURES / "payment_clean.xlsx").read_bytes()
		file = frappe.get_doc(
			{"doctype": "File", "file_name": "try.xlsx", "is_private": 1, "content": content}
		).insert()
		doc = frappe.get_doc("Report Layout", "RTS Payment Report")
		found = layouts.preview_file(doc, file.file_url)
		self.assertEqual(found["columns"]["amount_paid"], ["Payment Amount"])
		self.assertEqual((found["line_count"], found["lines"][0]["paid"]), (8, "2450.00"))
		doc.headers = [row for row in doc.headers if row.text not in ("Payment Amount", "Reserve Released")]
		frappe.clear_messages()
		self.assertIn("amount paid", layouts.preview_file(doc, file.file_url)["problem"])
		self.assertEqual(frappe.get_message_log(), [])  # no dialog while somebody types
