"""What ERPNext's own documents may do to an invoice that the factor holds: by every door, the books still agree."""

import frappe
from erpnext.accounts.doctype.payment_request.payment_request import make_payment_request

from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, bank_account
from rts_factoring.tests.protection_case import HELD, ProtectionCase


class TestPaymentEntry(ProtectionCase):
	def test_a_payment_needs_a_choice_whose_money_it_is(self):
		with self.refused(HELD, "Held for the Factor", "Payment Is Ours"):
			self.payment().submit()
		self.assertEqual(self.outstanding(), 2450)
		self.assert_tied_out()

	def test_a_payment_of_a_financed_invoice_is_never_ours(self):
		doc = self.payment(factoring_is_ours=1, factoring_ours_reason="RTS agreed by phone")
		with self.refused(HELD, "buyback"):
			doc.submit()
		self.assert_tied_out()

	def test_a_payment_that_is_ours_needs_a_reason(self):
		doc = self.payment(self.sent(), factoring_is_ours=1)
		with self.refused(self.sent(), "Reason It Is Ours"):
			doc.submit()

	def test_a_payment_declared_ours_settles_an_invoice_that_was_only_sent_and_can_be_cancelled(self):
		invoice = self.sent()
		amount = self.outstanding(invoice)
		doc = self.payment(invoice, factoring_is_ours=1, factoring_ours_reason="RTS agreed by phone")
		doc.submit()
		self.assertEqual(self.outstanding(invoice), 0)
		self.assert_tied_out()
		doc.cancel()
		self.assertEqual(self.outstanding(invoice), amount)
		self.assert_tied_out()

	def test_an_invoice_that_is_not_factored_is_paid_as_ever(self):
		dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
		customer = frappe.db.get_value("Sales Invoice", HELD, "customer")
		factories.make_invoice("XM-1", company=ACME, customer=customer, amount=500, po_no="XM-1", **dates)
		self.payment("XM-1").submit()
		self.assertEqual(self.outstanding("XM-1"), 0)


class TestOtherWaysToSettle(ProtectionCase):
	def test_a_hand_made_journal_entry_cannot_settle_the_invoice(self):
		doc = self.journal(
			credit_in_account_currency=100, reference_type="Sales Invoice", reference_name=HELD
		)
		with self.refused(HELD, "Held for the Factor"):
			doc.submit()

	def test_payment_reconciliation_cannot_allocate_to_the_invoice(self):
		self.journal(credit_in_account_currency=100, is_advance="Yes").submit()
		doc = frappe.get_doc(
			{
				"doctype": "Payment Reconciliation",
				"company": ACME,
				"party_type": "Customer",
				"party": self.customer_accounts()["party"],
				"receivable_payable_account": self.customer_accounts()["account"],
			}
		)
		doc.get_unreconciled_entries()
		invoices = [row.as_dict() for row in doc.invoices if row.invoice_number == HELD]
		doc.allocate_entries(
			frappe._dict({"invoices": invoices, "payments": [row.as_dict() for row in doc.payments]})
		)
		with self.refused(HELD, "with the factor"):
			doc.reconcile()

	def test_an_entry_of_a_report_is_not_unreconciled(self):
		report_factories.import_sample("payment_clean")
		entry = frappe.db.get_value(
			"Journal Entry", {"factoring_report_import": ("is", "set")}, order_by="creation desc"
		)
		doc = frappe.get_doc(
			{
				"doctype": "Unreconcile Payment",
				"company": ACME,
				"voucher_type": "Journal Entry",
				"voucher_no": entry,
			}
		)
		with self.refused(entry, "Report Import"):
			doc.insert()

	def test_a_report_import_cannot_be_claimed_by_a_hand_made_entry(self):
		report = frappe.db.get_value("Report Import", {"company": ACME})
		doc = frappe.get_doc(
			{
				"doctype": "Journal Entry",
				"company": ACME,
				"posting_date": "2026-11-10",
				"factoring_report_import": report,
			}
		)
		doc.append("accounts", {**self.customer_accounts(), "credit_in_account_currency": 100})
		doc.append("accounts", {"account": bank_account(), "debit_in_account_currency": 100})
		doc.insert()
		self.assertFalse(doc.factoring_report_import)
		self.assertFalse(frappe.db.get_value("Journal Entry", doc.name, "factoring_report_import"))

	def test_an_invoice_with_entries_of_a_report_is_not_cancelled(self):
		frappe.db.set_value("Sales Invoice", HELD, {"factoring_batch": None, "factoring_status": ""})
		report = frappe.db.get_value("Report Import", {"company": ACME})
		with self.refused(HELD, report):
			frappe.get_doc("Sales Invoice", HELD).cancel()


class TestRequests(ProtectionCase):
	def test_no_payment_request_asks_for_money_owed_to_the_factor(self):
		with self.refused(HELD, "pays the factor"):
			make_payment_request(
				dt="Sales Invoice", dn=HELD, recipient_id="ap@debtor.test", mute_email=1, submit_doc=0
			)

	def test_no_dunning_asks_for_money_owed_to_the_factor(self):
		from erpnext.accounts.doctype.sales_invoice.sales_invoice import create_dunning

		doc = create_dunning(HELD)
		if not doc.overdue_payments:
			doc.append("overdue_payments", {"sales_invoice": HELD, "outstanding": 2450})
		with self.refused(HELD, "pays the factor"):
			doc.insert(ignore_mandatory=True)


class TestCreditNote(ProtectionCase):
	def test_a_credit_note_warns_and_leaves_a_task_to_tell_the_factor(self):
		frappe.clear_messages()
		note = factories.make_credit_note(HELD, 100)
		self.assertIn("Tell the factor", str(frappe.get_message_log()))
		tasks = frappe.get_all("ToDo", {"reference_name": HELD, "description": ("like", f"%{note.name}%")})
		self.assertTrue(tasks)
		self.assert_tied_out()
