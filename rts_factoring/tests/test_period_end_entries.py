"""Entries that a month's end asks for: offered as drafts, turned back on the next day, under both policies."""

import frappe
from frappe.utils import getdate

from rts_factoring.services.views import statements
from rts_factoring.tests.close_case import CloseCase
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.two_months import OCTOBER, SEPTEMBER


class TestPeriodEndEntriesUnderBorrowing(CloseCase):
	def test_discount_not_yet_earned_and_the_reserve_are_offered_as_drafts_and_turned_back(self):
		self.with_accounts(fee_covers_days=30, right_of_setoff=1)
		doc = self.close()
		self.assertEqual(
			self.proposed(doc), {"Prepaid Discount": "30.00", "Reserve Against Advances": "125.00"}
		)
		names = doc.make_entries()
		self.assertEqual(len(names), 4)
		entries = [frappe.get_doc("Journal Entry", name) for name in names]
		self.assertEqual({entry.docstatus for entry in entries}, {0})
		self.assertEqual(
			[str(entry.posting_date) for entry in entries],
			[SEPTEMBER, "2026-10-01", SEPTEMBER, "2026-10-01"],
		)
		self.assertEqual(
			[legs(entry) for entry in entries],
			[
				(("Prepaid Discount", 30.0), ("Factoring Fees", 30.0)),
				(("Factoring Fees", 30.0), ("Prepaid Discount", 30.0)),
				(("Factor Advances", 125.0), ("Factor Reserve", 125.0)),
				(("Factor Reserve", 125.0), ("Factor Advances", 125.0)),
			],
		)
		doc.reload()
		self.assertIn(names[0], self.open_points(doc)["entries"])
		for entry in entries:
			entry.submit()
		doc.save()
		self.assertEqual(self.open_points(doc), {})  # entries of a close are no entries of others
		doc.submit()
		self.assertEqual(
			[row for row in statements.tie_out(ACME, getdate(SEPTEMBER)) if row["difference"]], []
		)
		with self.refused():
			frappe.get_doc("Journal Entry", names[0]).cancel()

	def test_drafts_are_made_anew_and_submitted_ones_stay(self):
		self.with_accounts(fee_covers_days=30, right_of_setoff=1)
		doc = self.close()
		before = doc.make_entries()
		frappe.get_doc("Journal Entry", before[2]).submit()
		doc.reload()
		after = doc.make_entries()
		self.assertEqual(len(after), 2)
		self.assertFalse(frappe.db.exists("Journal Entry", before[0]))
		self.assertTrue(frappe.db.exists("Journal Entry", before[2]))
		doc.reload()
		self.assertEqual(len(doc.entries), 2)

	def test_a_fee_that_runs_daily_is_accrued(self):
		self.with_accounts(fee_yearly_rate=18, fee_year_days="360", prepaid_discount_account=None)
		table = frappe.qb.DocType("Factoring Ledger Entry")
		frappe.qb.update(table).set(table.fee, 0).set(table.purchase_fee, 0).run()
		doc = self.close(reason="the fee of the ledger was taken off by the test")
		# 18 days on 2,500 at 18 % of 360
		self.assertEqual(self.proposed(doc), {"Fee Accrual": "22.50"})

	def test_a_missing_account_is_named(self):
		self.agreement(fee_yearly_rate=90, accrued_fees_account=None)
		table = frappe.qb.DocType("Factoring Ledger Entry")
		frappe.qb.update(table).set(table.fee, 0).run()
		doc = self.close()
		with self.refused("Accrued Fees", ACME):
			doc.make_entries()

	def test_entries_are_refused_where_erpnext_closed_its_books(self):
		self.with_accounts(fee_covers_days=30)
		doc = self.close()
		names = {"company": ACME, "start_date": "2026-09-01", "end_date": SEPTEMBER}
		period = frappe.get_doc({"doctype": "Accounting Period", "period_name": "September", **names})
		period.append("closed_documents", {"document_type": "Journal Entry", "closed": 1})
		period.insert()
		with self.refused("closed on"):
			doc.make_entries()

	def test_a_deleted_draft_takes_its_drafts_along(self):
		self.with_accounts(fee_covers_days=30)
		doc = self.close()
		names = doc.make_entries()
		doc.reload()
		doc.delete()
		self.assertEqual(frappe.db.count("Journal Entry", {"name": ("in", names)}), 0)


class TestPeriodEndEntriesUnderSale(CloseCase):
	POLICY = "Sale"

	def test_the_expected_loss_from_recourse_is_offered(self):
		self.with_accounts(right_of_setoff=1, fee_covers_days=30)
		doc = self.close()
		self.assertEqual(self.proposed(doc), {})  # nothing is deferred or netted under sale
		doc.update({"recourse_loss": 40, "recourse_loss_basis": "2 % of what is open, less reserve"})
		doc.save()
		names = doc.make_entries()
		self.assertEqual(
			legs(frappe.get_doc("Journal Entry", names[0])),
			(("Loss on Receivables Sold", 40.0), ("Recourse Obligation", 40.0)),
		)
		october = self.close(OCTOBER)
		self.assertEqual(october.chargeback_rate, 11.63)  # 500 of 4,300


def legs(entry) -> tuple:
	def name(row):
		return frappe.db.get_value("Account", row.account, "account_name")

	debit = next((name(row), row.debit) for row in entry.accounts if row.debit)
	return debit, next((name(row), row.credit) for row in entry.accounts if row.credit)
