"""What RTS says happened, on a real site: the journal entries, the tie-out after each step, and all of it undone."""

import frappe

from rts_factoring.services.accounting import credits, payout_balances
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import notices, readiness
from rts_factoring.services.reports import decisions, report_import
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase
from rts_factoring.tests.rts_facts import ACCEPT, FACTS, Bought, Note, Paid

CUSTOMER = "Ridgeline Foods Inc"
ROLES = ("advances", "charges", "clearing", "customer_credit", "customer_deductions", "differences", "fee")
ROLES += ("receivable", "reserve")
NET = ("Invoice #", "Customer", "Invoice Amount", "Purchase Amount", "Fee", "Reserve", "Net Funded")


class FactCase(ReportCase):
	def start(self, policy: str, **settings) -> None:
		"""One invoice of 1,000, sent and not bought."""
		factories.make_settings(ACME, policy=policy, **settings)
		dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
		factories.make_invoice("AF-1", company=ACME, customer=CUSTOMER, amount=1000, po_no="PO-1", **dates)
		factories.receivables()["AF-1"] = {"customer": CUSTOMER, "amount": "1000"}
		report_factories.sent_batch("FB-1", ["AF-1"])
		self.files = 0

	def take(self, step):
		"""Import one step, decide what it says, and check the books; returns the import and the reasons to wait."""
		if isinstance(step, Note):
			amount = step.amount if step.amount != 1000 else None
			factories.make_credit_note("AF-1", amount, own_balance=False)
			return None, []
		self.files += 1
		if isinstance(step, Bought):
			row = ("AF-1", CUSTOMER, 1000, step.purchased, step.fee, step.reserve, step.net)
			titles = [("Purchase Report",), ("Client #:", "104233"), ("Batch:", "FB-1")]
			content = report_factories.workbook([*titles, NET, row])
		else:
			day = f"11/{self.files + 3:02}/2026"
			row = (step.invoice_no, f"C{self.files}", day, step.word, step.amount, step.fee, step.released)
			content = report_factories.payment_rows("11/01/2026 - 11/30/2026", row)
		doc = report_factories.import_file(f"fact-{self.files}.xlsx", content)
		waited = []
		for action in step.decide:
			line = report_factories.lines(doc)[0]
			if line.posted:
				break
			self.assertEqual(line.outcome, "blocked", line)
			waited.append(line.reason)
			self.decide(doc, line.row_no, action)
		self.assertTrue(report_factories.lines(doc)[0].posted, report_factories.lines(doc))
		return doc, waited

	def decide(self, doc, row: int, action: str) -> None:
		if action in ("accept", "without_fee"):
			decisions.record_decision(doc.name, [row], action)
		elif action == "genuine":
			decisions.record_decision(doc.name, [row], action, reason="RTS paid it out again")
		else:
			decisions.record_decision(doc.name, [row], "type", event=action)
		report_import.post_waiting(doc.name)

	def posted(self, doc) -> str:
		sides = {"Dr": [], "Cr": []}
		for role in ROLES:
			debit, credit = report_factories.journal(doc, role)
			sides["Dr"] += [f"{role} {debit.normalize():f}"] if debit else []
			sides["Cr"] += [f"{role} {credit.normalize():f}"] if credit else []
		return "; ".join(f"{side} {', '.join(entries)}" for side, entries in sides.items() if entries)


class TestFacts(FactCase):
	def run_facts(self, policy: str):
		for name, fact in FACTS.items():
			with self.subTest(name):
				self.check(policy, fact)
			frappe.db.rollback()
			frappe.clear_cache(doctype=settings.DOCTYPE)
			frappe.clear_messages()

	def check(self, policy: str, fact):
		self.start(policy, **fact.settings)
		made = []
		before = report_factories.books()
		for step in fact.steps:
			doc, waited = self.take(step)
			self.assert_books_agree()
			if doc:
				made.append(doc)
			else:
				before = report_factories.books()
		sale = policy == "Sale"
		waits = fact.waits if not sale or fact.waits_under_sale is None else fact.waits_under_sale
		self.assertEqual(tuple(waited), waits)
		self.assertEqual(self.posted(doc), fact.sale if sale else fact.borrowing)
		self.assertEqual(self.figures("AF-1")[0], fact.state)
		for doc in reversed(made):
			frappe.get_doc("Report Import", doc.name).cancel()
			self.assert_books_agree()
		if isinstance(fact.steps[0], Note) or not any(isinstance(step, Note) for step in fact.steps):
			self.assertEqual(report_factories.books(), before)

	def test_borrowing(self):
		self.run_facts("Borrowing")

	def test_sale(self):
		self.run_facts("Sale")


class TestSentAgain(FactCase):
	"""An invoice that came back goes out again under its own number."""

	def buy_again(self) -> None:
		self.assertEqual(readiness.requeue("AF-1").state.value, "Queued")
		row = frappe.db.get_value("Sales Invoice", "AF-1", ["factoring_status", "factoring_batch"])
		self.assertEqual(row, ("Queued", None))
		report_factories.sent_batch("FB-2", ["AF-1"])
		self.take(Paid("Fee", fee=4))
		self.assertEqual(factories.state("AF-1"), "Submitted")
		content = report_factories.purchase_rows("FB-2", ("AF-1", 1000, 31, 50))
		doc = report_factories.import_file("again.xlsx", content)
		self.assertEqual([line.outcome for line in report_factories.lines(doc)], ["matched"])
		self.assert_books_agree()
		self.assertEqual(factories.state("AF-1"), "Financed")
		frappe.get_doc("Report Import", doc.name).cancel()
		self.assert_books_agree()
		self.assertEqual(factories.state("AF-1"), "Submitted")

	def test_charged_back_and_sent_again(self):
		for policy in ("Borrowing", "Sale"):
			with self.subTest(policy):
				self.start(policy)
				self.take(Bought())
				self.take(Paid("Chargeback", 1000))
				self.assertEqual(factories.state("AF-1"), "Charged Back")
				self.buy_again()
			frappe.db.rollback()

	def test_its_chargeback_is_not_undone_while_it_is_with_rts_again(self):
		self.start("Borrowing")
		self.take(Bought())
		doc, _waited = self.take(Paid("Chargeback", 1000))
		readiness.requeue("AF-1")
		with self.refused("AF-1", "sent again"):
			frappe.get_doc("Report Import", doc.name).cancel()
		readiness.set_invoicing_method("AF-1", "Direct")
		frappe.get_doc("Report Import", doc.name).cancel()
		self.assertEqual(factories.state("AF-1"), "Financed")
		self.assert_books_agree()

	def test_denied_and_approved_after_a_review(self):
		for policy in ("Borrowing", "Sale"):
			with self.subTest(policy):
				self.start(policy)
				rows = [
					("Purchase Report",),
					("Client #:", "104233"),
					("Batch:", "FB-1"),
					(*NET, "Status", "Notes"),
				]
				rows.append(("AF-1", CUSTOMER, 1000, None, None, None, None, "Denied", "Credit limit"))
				report_factories.import_file("denied.xlsx", report_factories.workbook(rows))
				self.assertEqual(factories.state("AF-1"), "Denied")
				freight_method(self, "Direct")
				freight_method(self, "Factoring")
				self.buy_again()
			frappe.db.rollback()

	def test_a_form_that_is_saved_does_not_send_it_again(self):
		self.start("Borrowing")
		self.take(Bought())
		self.take(Paid("Chargeback", 1000))
		doc = frappe.get_doc("Sales Invoice", "AF-1")
		doc.po_no = "PO-2"
		doc.save()
		self.assertEqual(factories.state("AF-1"), "Charged Back")


def freight_method(case, method: str) -> None:
	doc = frappe.get_doc("Sales Invoice", "AF-1")
	doc.factoring_method = method
	doc.save()
	case.assertEqual(factories.state("AF-1"), "Denied")


class TestCredits(FactCase):
	def test_a_credit_that_paid_another_invoice_is_a_difference_when_its_check_bounces(self):
		self.start("Borrowing")
		self.take(Bought())
		doc, _waited = self.take(Paid("Over Pay", 1007))
		self.assertEqual(credits.used(ACME, ["AF-1"]), {"AF-1": 0})
		self.use_credit(4)
		self.assertEqual(credits.used(ACME, ["AF-1"]), {"AF-1": 4})
		doc, waited = self.take(Paid("NSF", -1007, decide=ACCEPT))
		self.assertEqual(waited, ["credit_used"])
		self.assertEqual(
			self.posted(doc),
			"Dr customer_credit 3, differences 4, receivable 1000; Cr advances 1000, reserve 7",
		)
		self.assert_books_agree()

	def use_credit(self, amount: float) -> None:
		"""Another invoice of the customer is settled with a part of the credit."""
		dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01", "factoring_method": "Direct"}
		other = factories.make_invoice(
			"AF-2", company=ACME, customer=CUSTOMER, amount=amount, po_no="PO-2", **dates
		)
		doc = frappe.get_doc(
			{
				"doctype": "Payment Reconciliation",
				"company": ACME,
				"party_type": "Customer",
				"party": CUSTOMER,
				"receivable_payable_account": other.debit_to,
			}
		)
		doc.get_unreconciled_entries()
		invoices = [row.as_dict() for row in doc.invoices if row.invoice_number == "AF-2"]
		payments = [row.as_dict() for row in doc.payments]
		doc.allocate_entries(frappe._dict({"invoices": invoices, "payments": payments}))
		doc.reconcile()
		self.assertEqual(frappe.db.get_value("Sales Invoice", "AF-2", "outstanding_amount"), 0)

	def test_a_direct_payment_is_no_payout(self):
		self.start("Borrowing")
		self.take(Bought())
		doc, _waited = self.take(Paid("Direct Payment", 1000, decide=ACCEPT))
		self.assertEqual(payout_balances.expected(doc.name)["payout"], 0)


class TestNotice(FactCase):
	def test_the_rest_of_a_short_pay_prints_without_the_notice(self):
		for policy in ("Borrowing", "Sale"):
			with self.subTest(policy):
				self.start(policy)
				self.take(Bought())
				self.assertTrue(self.is_due())
				self.take(Paid("Short Pay", 900))
				self.assertFalse(self.is_due())
				self.take(Paid("NSF", -900))
				self.assertTrue(self.is_due())
			frappe.db.rollback()

	def test_an_invoice_closed_net_of_its_reserve_prints_without_the_notice(self):
		self.start("Borrowing")
		self.take(Bought())
		self.take(Paid("Chargeback", 950, decide=ACCEPT))
		self.assertFalse(self.is_due())

	def is_due(self) -> bool:
		return notices.check_due(frappe.get_doc("Sales Invoice", "AF-1"))[0].due
