"""An invoice that RTS has bought is credited, then something happens at RTS, then each is taken back, in the other order too."""

import frappe
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

from rts_factoring.tests import factories
from rts_factoring.tests.adjustment_case import ONE, AdjustmentCase
from rts_factoring.tests.adjustment_factories import adjustment, buyout
from rts_factoring.tests.factories import ACME


class CreditedCase(AdjustmentCase):
	EVENTS = ("Payment", "Chargeback", "Buyout", "Write Off", "Recovery")

	def credit(self):
		note = make_sales_return(ONE)
		note.insert()
		note.submit()
		self.assert_books_agree()
		return note

	def happens(self, event: str):
		made = adjustment({"event": event, "sales_invoice": ONE, "amount": 2450})
		self.assert_books_agree()
		return made

	def taken_back(self, doc) -> None:
		frappe.get_doc(doc.doctype, doc.name).cancel()
		self.assert_books_agree()


class TestCreditedInvoices(CreditedCase):
	def test_each_event_after_a_credit_note_and_both_taken_back(self):
		for event in self.EVENTS:
			for credit_first in (True, False):
				with self.subTest(event, credit_first=credit_first):
					frappe.db.savepoint("event")
					made = [self.credit(), self.happens(event)]
					for doc in made if credit_first else reversed(made):
						self.taken_back(doc)
					self.assertEqual(factories.state(ONE), "Financed")
					frappe.db.rollback(save_point="event")

	def test_an_adjustment_does_not_name_a_credit_note(self):
		note = self.credit()
		with self.refused("Line 1"):
			adjustment(buyout(note.name, 10))

	def test_a_draft_whose_invoice_was_cancelled_and_amended_posts_nothing(self):
		dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
		factories.make_invoice(
			"NB-1", company=ACME, customer="Ridgeline Foods Inc", amount=500, po_no="NB-1", **dates
		)
		line = {"event": "Purchase", "sales_invoice": "NB-1", "amount": 500, "accept": 1}
		draft = adjustment(line, submit=False)
		frappe.get_doc("Sales Invoice", "NB-1").cancel()
		amended = frappe.copy_doc(frappe.get_doc("Sales Invoice", "NB-1"))
		amended.update({"amended_from": "NB-1", "docstatus": 0})
		amended.insert()
		amended.submit()
		frappe.db.savepoint("stale")
		with self.refused("NB-1"):
			frappe.get_doc(draft.doctype, draft.name).submit()
		frappe.db.rollback(save_point="stale")
		draft = frappe.get_doc(draft.doctype, draft.name)
		draft.lines[0].sales_invoice = amended.name
		draft.submit()
		self.assertEqual(factories.state(amended.name), "Financed")
		self.assert_books_agree()
		with self.assertRaises(frappe.ValidationError):
			frappe.get_doc("Sales Invoice", amended.name).cancel()


class TestCreditedInvoicesOfSale(TestCreditedInvoices):
	POLICY = "Sale"
