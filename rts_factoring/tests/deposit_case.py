"""RTS bought an invoice in each of two batches: what tests about payouts at the bank begin with."""

import frappe

from rts_factoring.core.money import text
from rts_factoring.services.accounting import payout_balances
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, bank_account
from rts_factoring.tests.report_case import ReportCase

ONE, TWO = "AF-10001", "AF-10002"


class DepositCase(ReportCase):
	"""RTS bought an invoice in each of two batches: payouts of 2,254.00 and 1,725.50. Then it charged back the first."""

	def setUp(self):
		super().setUp()
		factories.make_invoices([ONE, TWO])
		report_factories.sent_batch("A1", [ONE])
		report_factories.sent_batch("A2", [TWO])
		self.first = self.post("A1", (ONE, 2450, 73.5, 122.5))
		self.second = self.post("A2", (TWO, 1875.5, 56.25, 93.75))

	def post(self, batch: str, *lines):
		return report_factories.import_file(f"{batch}.xlsx", report_factories.purchase_rows(batch, *lines))

	def left(self, doc) -> str:
		return text(payout_balances.expected(doc.name)["left"])

	def clearing(self) -> str:
		return frappe.db.get_value(factories.settings.DOCTYPE, {"company": ACME}, "clearing_account")

	def sides(self, entry) -> dict:
		return {row.account: (row.debit, row.credit) for row in entry.accounts}

	def bank_entry(self, amount: float, company: str = ACME):
		"""As a person books a bank line, bank against clearing."""
		entry = frappe.new_doc("Journal Entry")
		entry.update(
			{"voucher_type": "Bank Entry", "company": company, "posting_date": "2026-11-04"}
			| {"cheque_no": "WIRE 1", "cheque_date": "2026-11-04"}
		)
		bank_side, side = ("debit", "credit") if amount > 0 else ("credit", "debit")
		entry.append("accounts", {"account": bank_account(), f"{bank_side}_in_account_currency": abs(amount)})
		entry.append("accounts", {"account": self.clearing(), f"{side}_in_account_currency": abs(amount)})
		return entry.insert()
