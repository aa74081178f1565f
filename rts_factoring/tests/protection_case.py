"""An invoice that RTS bought, and documents of ERPNext that would settle it."""

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

from rts_factoring.core.money import text
from rts_factoring.services.views import statements
from rts_factoring.tests import report_factories
from rts_factoring.tests.factories import ACME, bank_account
from rts_factoring.tests.report_case import ReportCase

HELD = "AF-10001"  # bought by RTS in the sample report


class ProtectionCase(ReportCase):
	SENT = True

	def setUp(self):
		super().setUp()
		report_factories.import_sample("purchase_clean")

	def payment(self, invoice=HELD, **values):
		doc = get_payment_entry("Sales Invoice", invoice, bank_account=bank_account())
		doc.update({"reference_no": "C-1", "reference_date": "2026-11-10"} | values)
		return doc.insert()

	def assert_tied_out(self):
		rows = statements.tie_out(ACME)
		self.assertEqual({text(row["difference"]) for row in rows}, {"0.00"})

	def outstanding(self, invoice=HELD) -> float:
		return frappe.db.get_value("Sales Invoice", invoice, "outstanding_amount")

	def sent(self) -> str:
		"""An invoice that was sent to RTS and is not bought yet."""
		return frappe.db.get_value("Sales Invoice", {"company": ACME, "factoring_status": "Submitted"})

	def customer_accounts(self):
		doc = frappe.get_doc("Sales Invoice", HELD)
		return {"account": doc.debit_to, "party_type": "Customer", "party": doc.customer}

	def journal(self, **of_customer):
		doc = frappe.get_doc({"doctype": "Journal Entry", "company": ACME, "posting_date": "2026-11-10"})
		doc.append("accounts", {**self.customer_accounts(), **of_customer})
		doc.append("accounts", {"account": bank_account(), "debit_in_account_currency": 100})
		return doc.insert()
