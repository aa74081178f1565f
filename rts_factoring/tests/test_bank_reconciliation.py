"""Payouts at the bank: deposits of several imports and in parts, payments to RTS, and ERPNext's Bank Reconciliation Tool."""

import json

import frappe
from erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool import (
	create_journal_entry_bts,
	get_linked_payments,
	reconcile_vouchers,
)

from rts_factoring import api
from rts_factoring.core.money import text
from rts_factoring.patches import payouts
from rts_factoring.services.accounting import deposits, payout_balances
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.deposit_case import ONE, DepositCase
from rts_factoring.tests.factories import ACME, BLUEBIRD, bank_account


class TestSeveral(DepositCase):
	def test_one_deposit_pays_several_imports(self):
		made = deposits.record(
			self.first, bank_account(), 3979.5, "2026-11-04", "WIRE 1", others=[self.second.name]
		)
		entry = frappe.get_doc("Journal Entry", made["journal_entry"])
		entry.submit()
		self.assertEqual(self.sides(entry)[self.clearing()], (0.0, 3979.5))
		self.assertEqual(
			[(row.report_import, row.amount) for row in entry.factoring_payouts],
			[(self.first.name, 2254.0), (self.second.name, 1725.5)],
		)
		self.assertEqual((self.left(self.first), self.left(self.second)), ("0.00", "0.00"))
		self.assertEqual(payout_balances.open_payouts(ACME), [])
		entry.cancel()
		self.assertEqual((self.left(self.first), self.left(self.second)), ("2254.00", "1725.50"))

	def test_one_import_is_paid_by_several_deposits(self):
		for amount, left in ((2000, "254.00"), (254, "0.00")):
			deposits.record(self.first, bank_account(), amount, "2026-11-04")
			self.assertEqual(self.left(self.first), left)

	def test_an_import_that_is_paid_with_another_is_not_paid_again(self):
		deposits.record(self.first, bank_account(), 3979.5, "2026-11-04", others=[self.second.name])
		with self.refused(self.second.name, "recorded already"):
			deposits.record(
				self.first, bank_account(), 1725.5, "2026-11-04", others=[self.second.name], allow_more=True
			)

	def test_more_than_is_left_asks(self):
		with self.refused("$ 2,300.00", "$ 2,254.00"):
			deposits.record(self.first, bank_account(), 2300, "2026-11-04")
		made = deposits.record(self.first, bank_account(), 2300, "2026-11-04", allow_more=True)
		self.assertEqual(text(made["difference"]), "-46.00")
		with self.refused("$ 1.00", "$ -46.00"):
			deposits.record(self.first, bank_account(), 1, "2026-11-05")

	def test_the_rest_of_a_deposit_must_be_something_for_its_import(self):
		with self.refused(self.first.name, "Nothing of this amount is left"):
			deposits.record(self.first, bank_account(), 1725.5, "2026-11-04", others=[self.second.name])
		with self.refused("Enter the amount"):
			deposits.record(self.first, bank_account(), 0, "2026-11-04")

	def test_a_payment_to_rts_is_recorded_as_one(self):
		settled = self.pay_back()
		self.assertEqual(self.left(settled), "-500.00")
		with self.refused("$ 500.00", "$ -500.00"):
			deposits.record(settled, bank_account(), 500, "2026-11-20")
		made = deposits.record(settled, bank_account(), -500, "2026-11-20", "WIRE OUT")
		entry = frappe.get_doc("Journal Entry", made["journal_entry"])
		self.assertEqual(self.sides(entry), {bank_account(): (0.0, 500.0), self.clearing(): (500.0, 0.0)})
		self.assertIn("Payment to RTS WIRE OUT", entry.user_remark)
		self.assertEqual(self.left(settled), "0.00")

	def test_a_negative_payout_is_taken_from_the_deposit_of_another(self):
		settled = self.pay_back()
		made = deposits.record(self.first, bank_account(), 1754, "2026-11-20", others=[settled.name])
		entry = frappe.get_doc("Journal Entry", made["journal_entry"])
		self.assertEqual([row.amount for row in entry.factoring_payouts], [2254.0, -500.0])
		self.assertEqual((self.left(self.first), self.left(settled)), ("0.00", "0.00"))

	def pay_back(self):
		"""A funding of which RTS kept more than it paid: 500.00 to make the reserve good, and nothing was bought."""
		book = report_factories.workbook(
			[
				("Purchase Report",),
				("Client #:", "104233"),
				("Batch:", "A1"),
				(*report_factories.PURCHASE_HEADER, "Type"),
				(None, None, None, None, None, None, -500, "Reserve Settlement"),
			]
		)
		return report_factories.import_file("kept.xlsx", book)


class TestLinks(DepositCase):
	def test_an_entry_that_moves_what_is_left_of_one_import_is_its_deposit(self):
		frappe.clear_messages()
		entry = self.bank_entry(2254)
		self.assertEqual([row.report_import for row in entry.factoring_payouts], [self.first.name])
		self.assertIn(self.first.name, str(frappe.get_message_log()))
		self.assertEqual(self.left(self.first), "0.00")

	def test_an_entry_that_may_be_the_deposit_of_two_is_linked_by_a_person(self):
		factories.make_invoice(
			"L-1",
			customer=frappe.db.get_value("Sales Invoice", ONE, "customer"),
			amount=2450,
			po_no="L-1",
			posting_date="2026-10-20",
			due_date="2026-11-20",
		)
		factories.receivables()["L-1"] = factories.receivables()[ONE] | {"invoice_no": "L-1"}
		report_factories.sent_batch("A3", ["L-1"])
		self.post("A3", ("L-1", 2450, 73.5, 122.5))
		entry = self.bank_entry(2254)
		self.assertEqual(entry.factoring_payouts, [])
		entry.submit()
		found = api.expected_deposit(self.first.name)
		self.assertEqual(
			[(row.journal_entry, text(row.left)) for row in found["entries"]], [(entry.name, "2254.00")]
		)
		self.first.link_deposit(entry.name, 2254)
		self.assertEqual(self.left(self.first), "0.00")
		self.assertEqual(api.expected_deposit(self.first.name)["entries"], [])
		self.assertEqual(frappe.db.count("Repost Accounting Ledger"), 0)
		with self.refused("deposit of this import is recorded", entry.name):
			frappe.get_doc("Report Import", self.first.name).cancel()

	def test_one_entry_is_linked_to_several_imports(self):
		entry = self.bank_entry(3979.5)
		entry.submit()
		self.first.link_deposit(entry.name, 2254)
		with self.refused("adds up to $ 4,000.00", "moves $ 3,979.50"):
			self.second.link_deposit(entry.name, 1746, allow_more=True)
		self.second.link_deposit(entry.name, 1725.5)
		self.assertEqual(payout_balances.unlinked_entries(ACME), [])

	def test_an_entry_names_imports_of_its_company_only(self):
		entry = self.bank_entry(100)
		entry.append("factoring_payouts", {"report_import": self.first.name, "amount": 100})
		entry.save()
		entry.factoring_payouts[0].amount = 100.01
		with self.refused("Payouts", "$ 100.01", "$ 100.00"):
			entry.save()
		frappe.db.set_value("Report Import", self.first.name, "company", BLUEBIRD)
		entry.reload()
		with self.assertRaises(frappe.LinkValidationError) as foreign:
			entry.save()
		entry.reload()
		entry.factoring_payouts[0].report_import = "RI-0"
		with self.assertRaises(frappe.LinkValidationError) as none:
			entry.save()
		self.assertEqual(str(foreign.exception).replace(self.first.name, "RI-0"), str(none.exception))

	def test_deposits_of_an_earlier_release_are_linked_once_and_keep_their_number(self):
		old = self.bank_entry(2200)
		old.db_set("cheque_no", self.first.name)
		old.submit()
		self.assertEqual(self.left(self.first), "2254.00")
		for _again in range(2):
			payouts.execute()
		self.assertEqual(self.left(self.first), "54.00")
		self.assertEqual(frappe.db.get_value("Journal Entry", old.name, "cheque_no"), self.first.name)
		self.assertEqual(payout_balances.entries(self.first.name), [old.name])

	def test_money_held_by_an_earlier_release_is_marked(self):
		held, other = self.bank_entry(100), self.bank_entry(200)
		held.db_set("user_remark", "Paid to us by Big Shipper for AF-10001, held for RTS")
		payouts.execute()
		self.assertEqual(frappe.db.get_value("Journal Entry", held.name, "factoring_is_held"), 1)
		self.assertEqual([row.journal_entry for row in payout_balances.unlinked_entries(ACME)], [other.name])


class TestBankReconciliationTool(DepositCase):
	def setUp(self):
		super().setUp()
		bank = frappe.get_doc({"doctype": "Bank", "bank_name": "First Freight Bank"}).insert()
		account = {"doctype": "Bank Account", "account_name": "Operating", "bank": bank.name}
		account |= {"is_company_account": 1, "company": ACME, "account": bank_account()}
		self.bank_account = frappe.get_doc(account).insert().name

	def transaction(self, amount: float, reference: str = "WIRE 77"):
		side = "deposit" if amount > 0 else "withdrawal"
		doc = {"doctype": "Bank Transaction", "date": "2026-11-04", "bank_account": self.bank_account}
		doc |= {"reference_number": reference, side: abs(amount), "currency": "USD", "company": ACME}
		doc = frappe.get_doc(doc).insert()
		doc.submit()
		return doc

	def matches(self, transaction) -> list:
		return get_linked_payments(
			transaction.name, ["journal_entry"], from_date="2026-10-01", to_date="2026-12-31"
		)

	def test_the_tool_finds_a_recorded_deposit_by_the_banks_reference(self):
		other = self.bank_entry(2254.01)
		other.submit()
		made = deposits.record(self.first, bank_account(), 2254, "2026-11-04", "WIRE 77")
		frappe.get_doc("Journal Entry", made["journal_entry"]).submit()
		transaction = self.transaction(2254)
		best = max(self.matches(transaction), key=lambda row: row["rank"])
		self.assertEqual(
			(best["name"], best["reference_no"], best["paid_amount"], best["rank"]),
			(made["journal_entry"], "WIRE 77", 2254.0, 3),
		)
		reconcile_vouchers(
			transaction.name,
			json.dumps([{"payment_doctype": "Journal Entry", "payment_name": best["name"], "amount": 2254}]),
		)
		transaction.reload()
		self.assertEqual((transaction.status, transaction.unallocated_amount), ("Reconciled", 0.0))
		cleared = frappe.db.get_value("Journal Entry", best["name"], "clearance_date")
		self.assertEqual(str(cleared), "2026-11-04")
		self.assertEqual(self.left(self.first), "0.00")

	def test_an_entry_that_the_tool_makes_counts_as_the_deposit(self):
		transaction = self.transaction(1725.5)
		create_journal_entry_bts(
			transaction.name, "WIRE 77", "2026-11-04", "2026-11-04", "Bank Entry", self.clearing()
		)
		transaction.reload()
		self.assertEqual(transaction.status, "Reconciled")
		self.assertEqual(self.left(self.second), "0.00")
		self.assertEqual(len(payout_balances.entries(self.second.name)), 1)

	def test_a_line_booked_before_its_report_came_is_linked_afterwards(self):
		transaction = self.transaction(1700)
		create_journal_entry_bts(
			transaction.name, "WIRE 77", "2026-11-04", "2026-11-04", "Bank Entry", self.clearing()
		)
		(found,) = api.expected_deposit(self.second.name)["entries"]
		self.assertEqual((found.reference, text(found.left)), ("WIRE 77", "1700.00"))
		self.second.link_deposit(found.journal_entry, 1700)
		self.assertEqual(self.left(self.second), "25.50")
