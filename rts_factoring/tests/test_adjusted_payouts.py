"""What corrections do to the payout of an import, and the bank entries of Factoring Adjustments."""

import frappe

from rts_factoring.core.money import text
from rts_factoring.patches import payouts
from rts_factoring.services.accounting import adjustment_payments, deposits, payout_balances
from rts_factoring.services.reports import corrections
from rts_factoring.services.views import forecasts
from rts_factoring.services.views import payouts as clearing_payouts
from rts_factoring.tests import adjustment_factories, report_factories
from rts_factoring.tests.deposit_case import ONE, DepositCase
from rts_factoring.tests.factories import ACME, BLUEBIRD, bank_account


class TestCorrectedPayouts(DepositCase):
	"""What RTS pays out of an import follows the adjustments that correct its rows."""

	def correct(self, right: dict | None):
		row = next(line.row_no for line in report_factories.lines(self.first) if line.sales_invoice == ONE)
		made = frappe.get_doc("Factoring Adjustment", corrections.correct(self.first, row, "RTS told us"))
		made.lines[1].update(right or {})
		if right is None:
			made.set("lines", made.lines[:1])
		made.save()
		made.submit()
		return made

	def payouts(self) -> dict[str, str]:
		"""The payouts that are not at the bank, by the list to record from, which is that of the month's close."""
		found = {row["report_import"]: text(row["left"]) for row in payout_balances.open_payouts(ACME)}
		of_close = clearing_payouts.clearing(ACME)
		self.assertEqual({row.source: text(row.left) for row in of_close.payouts}, found)
		self.assertEqual(of_close.unexplained, 0)
		return found

	def test_a_row_posted_with_another_fee_changes_the_payout_of_its_import(self):
		made = self.correct({"fee": 173.5, "net": 2154})
		self.assertEqual(
			payout_balances.expected(self.first.name), {"payout": 2154.0, "recorded": 0.0, "left": 2154.0}
		)
		self.assertEqual(self.payouts(), {self.first.name: "2154.00", self.second.name: "1725.50"})
		self.assertEqual(payout_balances.left_of_adjustments(ACME), {})
		with self.refused("corrects the payout", self.first.name):
			adjustment_payments.record_payment(made, bank_account(), "2026-11-10")
		entry = deposits.record(self.first, bank_account(), 2154, "2026-11-04", "WIRE 1")
		frappe.get_doc("Journal Entry", entry["journal_entry"]).submit()
		self.assertEqual(self.payouts(), {self.second.name: "1725.50"})
		self.assertEqual((self.left(self.first), self.left(self.second)), ("0.00", "1725.50"))

	def test_a_row_taken_back_leaves_no_payout_until_its_correction_is_cancelled(self):
		made = self.correct(None)
		self.assertEqual(self.payouts(), {self.second.name: "1725.50"})
		made.cancel()
		self.assertEqual(self.payouts(), {self.first.name: "2254.00", self.second.name: "1725.50"})

	def test_a_correction_after_the_deposit_says_what_is_paid_too_much(self):
		deposits.record(self.first, bank_account(), 2254, "2026-11-04", "WIRE 1")
		self.correct({"fee": 173.5, "net": 2154})
		self.assertEqual(self.left(self.first), "-100.00")

	def test_an_adjustment_without_an_import_is_a_payout_of_its_own(self):
		made = adjustment_factories.adjustment({"event": "Reserve Release", "amount": 50})
		self.assertEqual(self.left(self.first), "2254.00")
		self.assertEqual(payout_balances.left_of_adjustments(ACME), {made.name: 50})
		left = {row.source: text(row.left) for row in clearing_payouts.clearing(ACME).payouts}
		self.assertEqual(left[made.name], "50.00")


class TestPaymentsOfAdjustments(DepositCase):
	def setUp(self):
		super().setUp()
		self.released = adjustment_factories.adjustment(
			{"event": "Reserve Release", "amount": 50}, posting_date="2026-11-04"
		)

	def left_at_close(self) -> str | None:
		found = {row.source: text(row.left) for row in clearing_payouts.clearing(ACME).payouts}
		return found.get(self.released.name)

	def test_a_payment_is_found_by_its_link_from_draft_to_cancel(self):
		name = adjustment_payments.record_payment(self.released, bank_account(), "2026-11-05", "ACH 5")
		self.assertEqual(payout_balances.left_of_adjustments(ACME), {})
		self.assertEqual(self.left_at_close(), "50.00")  # a draft is not at the bank
		owed = {row["key"]: row["amount"] for row in forecasts.position(ACME)["owed"]}
		self.assertEqual((owed["drafts"], owed["payouts"]), (50.0, 3979.5))
		self.assertNotIn("other", owed)
		entry = frappe.get_doc("Journal Entry", name)
		entry.submit()
		self.assertIsNone(self.left_at_close())
		self.assertEqual(payout_balances.unlinked_entries(ACME), [])
		with self.refused("payment for this adjustment is recorded", name):
			frappe.get_doc("Factoring Adjustment", self.released.name).cancel()
		with self.refused("recorded already", name):
			adjustment_payments.record_payment(self.released, bank_account(), "2026-11-05")
		entry.cancel()
		self.assertEqual(payout_balances.left_of_adjustments(ACME), {self.released.name: 50})

	def test_an_entry_that_moves_what_is_left_of_one_adjustment_is_its_payment(self):
		entry = self.bank_entry(50)
		self.assertEqual([row.factoring_adjustment for row in entry.factoring_payouts], [self.released.name])

	def test_one_entry_pays_an_import_and_an_adjustment(self):
		entry = self.bank_entry(2304)
		entry.append("factoring_payouts", {"report_import": self.first.name, "amount": 2254})
		entry.append("factoring_payouts", {"factoring_adjustment": self.released.name, "amount": 50})
		entry.submit()
		self.assertEqual((self.left(self.first), self.left_at_close()), ("0.00", None))
		self.assertEqual(payout_balances.left_of_adjustments(ACME), {})

	def test_a_row_names_one_submitted_document_of_the_company(self):
		draft = adjustment_factories.adjustment({"event": "Reserve Release", "amount": 5}, submit=False)
		for row, words in (
			({}, ("Row 1", "not both")),
			({"report_import": self.first.name, "factoring_adjustment": self.released.name}, ("not both",)),
			({"factoring_adjustment": draft.name}, (draft.name, "not submitted")),
		):
			entry = self.bank_entry(10)
			entry.append("factoring_payouts", {"amount": 10, **row})
			with self.refused(*words):
				entry.save()
		entry = self.bank_entry(10)
		entry.append("factoring_payouts", {"amount": 9, "factoring_adjustment": self.released.name})
		entry.save()
		entry.append("factoring_payouts", {"amount": 1, "factoring_adjustment": self.released.name})
		with self.refused(self.released.name, "twice"):
			entry.save()
		frappe.db.set_value("Factoring Adjustment", self.released.name, "company", BLUEBIRD)
		entry.reload()
		with self.assertRaises(frappe.LinkValidationError):
			entry.save()

	def test_payments_of_an_earlier_release_are_linked_once_and_keep_their_number(self):
		for source in (self.released, self.correction()):
			old = self.bank_entry(49)
			old.db_set("cheque_no", source.name)
		for _again in range(2):
			payouts.execute()
		self.assertEqual(payout_balances.left_of_adjustments(ACME), {self.released.name: 1})
		self.assertEqual(self.left(self.first), "2105.00")  # 2,154.00 as corrected, less 49.00
		self.assertEqual(len(payout_balances.entries(self.released.name, "Factoring Adjustment")), 1)

	def correction(self):
		row = next(line.row_no for line in report_factories.lines(self.first) if line.sales_invoice == ONE)
		made = frappe.get_doc("Factoring Adjustment", corrections.correct(self.first, row, "RTS told us"))
		made.lines[1].update({"fee": 173.5, "net": 2154})
		made.save()
		made.submit()
		return made

	def test_a_correction_is_named_by_its_import(self):
		entry = self.bank_entry(10)
		entry.append("factoring_payouts", {"amount": 10, "factoring_adjustment": self.correction().name})
		with self.refused("corrects the payout", self.first.name):
			entry.save()
