"""Adjustments, corrections, openings and closes in orders that nobody plans: the books agree, and nothing counts twice."""

import frappe
from frappe.utils import getdate

from rts_factoring.services.accounting import (
	adjustment_payments,
	adjustments,
	deposits,
	ledger_sums,
	payout_balances,
)
from rts_factoring.services.reports import corrections, decisions, report_import
from rts_factoring.services.views import payouts, statements
from rts_factoring.tests import factories, opening_factories, report_factories
from rts_factoring.tests.adjustment_factories import adjustment, buyout, close_month
from rts_factoring.tests.factories import ACME, BLUEBIRD
from rts_factoring.tests.report_case import PERIOD, ReportCase, UndoCase

ONE, TWO = "AF-10001", "AF-10003"  # 2450.00 and 3120.25, bought whole on 2026-11-04
ADJUSTMENT = "Factoring Adjustment"


class OddOrdersCase(UndoCase):
	POLICY = "Borrowing"

	def setUp(self):
		ReportCase.setUp(self)
		factories.make_settings(ACME, policy=self.POLICY)
		self.bought = report_factories.import_sample("purchase_clean")

	def correct(self, doc, row: int = 4, **right):
		"""A submitted correction of one row, its right line changed."""
		made = frappe.get_doc(ADJUSTMENT, corrections.correct(doc, row, "RTS told us by mail"))
		made.lines[-1].update(right)
		made.save()
		made.submit()
		return made

	def take_back(self, doc, row: int = 4, submit: bool = True):
		"""A correction that posts nothing instead of the row."""
		made = frappe.get_doc(ADJUSTMENT, corrections.correct(doc, row, "RTS told us by mail"))
		made.set("lines", [line for line in made.lines if line.event == "Reversal"])
		made.save()
		if submit:
			made.submit()
		return made

	def submit_after_the_closed_days(self, draft) -> None:
		frappe.db.savepoint("held_here")
		with self.refused("closed", frappe.utils.formatdate("2026-12-01")):
			draft.submit()
		frappe.db.rollback(save_point="held_here")
		draft = frappe.get_doc(draft.doctype, draft.name)
		draft.posting_date = "2026-12-01"
		draft.save()
		draft.submit()

	def row_of(self, doc, invoice: str) -> int:
		return next(line.row_no for line in report_factories.lines(doc) if line.sales_invoice == invoice)

	def assert_agree_as_of(self, *days: str) -> None:
		self.assert_books_agree()
		for day in days:
			wrong = [row for row in statements.tie_out(ACME, getdate(day)) if row["difference"]]
			self.assertEqual(wrong, [], day)


class TestClosedMonths(OddOrdersCase):
	"""Under a sale a payment changes positions and no account: a closed month is closed for it too."""

	POLICY = "Sale"

	def test_a_row_without_a_journal_entry_is_not_posted_into_a_closed_month(self):
		close_month("2026-11-01", "2026-11-30")
		content = report_factories.payment_rows(PERIOD, (ONE, "C1", "11/05/2026", "Payment", 2450))
		draft = report_factories.import_file("state-only.xlsx", content, submit=False)
		self.submit_after_the_closed_days(draft)
		then, now = (
			ledger_sums.positions_as_of(ACME, getdate(day))[ONE] for day in ("2026-11-30", "2026-12-01")
		)
		self.assertEqual((then.open, now.open), (2450, 0))

	def test_an_adjustment_without_a_journal_entry_neither(self):
		close_month("2026-11-01", "2026-11-30")
		with self.refused("closed"):
			adjustment({"event": "Payment", "sales_invoice": ONE, "amount": 2450})

	def test_nor_is_one_cancelled_there(self):
		made = adjustment({"event": "Payment", "sales_invoice": ONE, "amount": 2450})
		close_month("2026-11-01", "2026-11-30")
		with self.refused("closed", made.name):
			frappe.get_doc(ADJUSTMENT, made.name).cancel()


class TestCloseStands(OddOrdersCase):
	def test_an_adjustment_that_only_takes_back_is_part_of_the_closed_month(self):
		wrong = self.post((ONE, "C1", "11/05/2026", "Partial Payment", 100))
		made = self.take_back(wrong)
		close = {"doctype": "Factoring Close", "name": "CLOSE-AFL-2026-11", "company": ACME, "docstatus": 1}
		frappe.get_doc(close | {"month_end": "2026-11-30"}).db_insert()
		with self.refused("CLOSE-AFL-2026-11"):
			frappe.get_doc(ADJUSTMENT, made.name).cancel()


class TestTakenBackOnce(OddOrdersCase):
	def test_a_row_stands_in_one_line(self):
		wrong = self.post((None, "C1", "11/05/2026", "Wire Fee", 15))
		made = self.take_back(wrong, submit=False)
		made.append("lines", {"event": "Reversal", "report_import_line": made.lines[0].report_import_line})
		with self.refused("Line 2", "line 1"):
			made.save()

	def test_an_amended_correction_of_a_row_that_another_one_took_back_posts_nothing(self):
		wrong = self.post((TWO, "C1", "11/05/2026", "Partial Payment", 100))
		first = self.correct(wrong, sales_invoice=ONE)
		frappe.get_doc(ADJUSTMENT, first.name).cancel()
		self.correct(wrong, sales_invoice=ONE, amount=90)
		self.assert_agree_as_of("2026-11-05", "2026-11-30")
		amended = frappe.copy_doc(frappe.get_doc(ADJUSTMENT, first.name))
		amended.update({"amended_from": first.name, "docstatus": 0})
		amended.insert()
		with self.refused("Line 1", "posts nothing any more"):
			amended.submit()

	def posted_difference(self):
		"""A payment with a fee of 10.00, then the same row with 14.00: the second posts 4.00."""
		first = self.post((ONE, "C1", "11/05/2026", "Partial Payment", 100, 10))
		rows = (
			(ONE, "C1", "11/05/2026", "Partial Payment", 100, 14),
			(TWO, "C2", "11/05/2026", "Partial Payment", 5),
		)
		second = self.post(*rows)
		decisions.record_decision(second.name, [4], "accept")
		report_import.post_waiting(second.name)
		position = ledger_sums.positions(ACME)[ONE]
		self.assertEqual((position.collected, position.fee - position.purchase_fee), (100, 14))
		return first, second

	def test_a_row_that_posted_a_difference_is_corrected_with_the_row_it_differs_from(self):
		for number in (0, 1):
			with self.subTest(number):
				frappe.db.savepoint("held_here")
				self.correct(self.posted_difference()[number], sales_invoice=TWO)
				one, two = (ledger_sums.positions(ACME)[name] for name in (ONE, TWO))
				self.assertEqual((one.collected, one.fee - one.purchase_fee), (0, 0))
				self.assertEqual((two.collected, two.fee - two.purchase_fee), (105, 14))
				self.assert_agree_as_of("2026-11-05", "2026-11-30")
				frappe.db.rollback(save_point="held_here")


class TestSentAgain(OddOrdersCase):
	def setUp(self):
		super().setUp()
		self.back = self.post((ONE, "C1", "11/05/2026", "Chargeback", 2450))
		frappe.db.set_value("Sales Invoice", ONE, {"factoring_status": "Queued", "factoring_batch": None})
		report_factories.sent_batch("FB-AGAIN", [ONE])

	def test_its_chargeback_is_not_taken_back(self):
		made = self.take_back(self.back, submit=False)
		self.assertIn("open with RTS twice", adjustments.preview(made)["problems"][0]["text"])
		with self.refused("Line 1", "open with RTS twice"):
			made.submit()
		self.assertEqual(factories.state(ONE), "Submitted")

	def test_once_bought_again_only_together_with_that_purchase(self):
		rows = report_factories.purchase_rows("FB-AGAIN", (ONE, 2450, 50, 100))
		again = report_factories.import_file("again.xlsx", rows)
		made = self.take_back(self.back, submit=False)
		frappe.db.savepoint("held_here")
		with self.refused("Line 1", "open with RTS twice"):
			made.submit()
		frappe.db.rollback(save_point="held_here")
		made.reload()
		second = report_factories.lines(again, "name", "sales_invoice")[0].name
		chargeback = made.lines[0].report_import_line
		made.set("lines", [])
		for line in (second, chargeback):
			made.append("lines", {"event": "Reversal", "report_import_line": line})
		made.posting_date = frappe.utils.today()  # of the second purchase, whose report has no day
		made.save()
		made.submit()
		position = ledger_sums.positions(ACME)[ONE]
		self.assertEqual((position.purchased, position.open, position.charged_back), (2450, 2450, 0))
		self.assert_agree_as_of("2026-11-10", frappe.utils.today())


class TestDates(OddOrdersCase):
	def test_an_adjustment_is_not_dated_before_rts_bought_its_invoice(self):
		with self.refused("Line 1", "bought the invoice after"):
			adjustment({"event": "Payment", "sales_invoice": ONE, "amount": 100}, posting_date="2026-10-31")

	def test_a_payment_from_before_the_purchase_is_posted_on_the_day_of_the_purchase(self):
		rows = (ONE, "C1", "10/31/2026", "Partial Payment", 100)
		doc = self.post(rows, period="10/25/2026 - 11/01/2026")
		bought, paid = (
			frappe.db.get_value(
				"Factoring Ledger Entry", {"report_import": name, "sales_invoice": ONE}, "posting_date"
			)
			for name in (self.bought.name, doc.name)
		)
		self.assertEqual(paid, bought)
		self.assert_agree_as_of("2026-10-31", "2026-11-30")

	def test_a_cancelled_correction_of_a_purchase_does_not_move_its_day(self):
		(before,) = self.bought_on()
		close_month("2026-11-01", "2026-11-30")
		amounts = {"fee": 72, "reserve": 120, "other": 15, "net": 0, "accept": 1}
		made = self.correct(self.bought, self.row_of(self.bought, ONE), amount=2400, **amounts)
		self.assertEqual(str(made.posting_date), "2026-12-01")
		frappe.get_doc(ADJUSTMENT, made.name).cancel()
		self.assertEqual(self.bought_on(), [before])

	def bought_on(self) -> list:
		return [row.bought_on for row in statements.factored_invoices(ACME) if row.sales_invoice == ONE]


class TestPolicyChange(OddOrdersCase):
	def test_a_late_payment_is_not_posted_before_the_change(self):
		adjustment(purpose="Change of Policy", new_policy="Sale", posting_date="2026-12-01")
		content = report_factories.payment_rows(PERIOD, (ONE, "C1", "11/25/2026", "Payment", 2450))
		draft = report_factories.import_file("late.xlsx", content, submit=False)
		self.submit_after_the_closed_days(draft)
		self.assertEqual(factories.state(ONE), "Completed")
		self.assert_agree_as_of("2026-11-25", "2026-11-30", "2026-12-31")

	def test_a_payment_that_a_credit_note_made_too_large_is_taken_back_after_the_change(self):
		factories.make_credit_note(ONE, 450, own_balance=False)
		paid = self.post((ONE, "C1", "11/05/2026", "Payment", 2450))
		decisions.record_decision(paid.name, [4], "accept")
		report_import.post_waiting(paid.name)
		adjustment(purpose="Change of Policy", new_policy="Sale", posting_date="2026-12-01")
		self.assert_agree_as_of("2026-11-30", "2026-12-01")
		before = report_factories.books()["balances"]
		made = self.take_back(paid)
		self.assertEqual(report_factories.books()["balances"], before)  # sold, and open with RTS again
		self.assertEqual(ledger_sums.positions(ACME)[ONE].open, 2450)
		self.assert_agree_as_of("2026-11-30", "2026-12-01", "2026-12-31")
		frappe.get_doc(ADJUSTMENT, made.name).cancel()
		self.assert_agree_as_of("2026-11-30", "2026-12-01", "2026-12-31")


class TestDeposits(OddOrdersCase):
	def test_a_purchase_corrected_after_its_deposit_leaves_its_difference_on_clearing(self):
		left = payout_balances.expected(self.bought.name)["left"]
		made = deposits.record(self.bought, factories.bank_account(), left, "2026-11-06", "REF1")
		frappe.get_doc("Journal Entry", made["journal_entry"]).submit()
		amounts = {"fee": 72, "reserve": 120, "other": 15, "net": 0, "accept": 1}
		self.correct(self.bought, self.row_of(self.bought, ONE), amount=2400, **amounts)
		found = payouts.clearing(ACME)
		self.assertEqual((found.balance, found.payouts, found.unexplained), (-46, [], 46))
		self.assert_agree_as_of("2026-11-30", "2026-12-31")


class TestOtherCompany(OddOrdersCase):
	def test_a_bank_entry_of_another_company_is_no_payment_of_an_adjustment(self):
		made = adjustment(buyout(ONE, 100))
		filters = {"company": BLUEBIRD, "is_group": 0, "root_type": "Expense", "account_type": ""}
		debit, credit = frappe.get_all("Account", filters, pluck="name", limit=2)
		dates = {"posting_date": "2026-11-10", "cheque_date": "2026-11-10"}
		entry = {"doctype": "Journal Entry", "voucher_type": "Bank Entry", "company": BLUEBIRD, **dates}
		entry = frappe.get_doc(entry | {"cheque_no": made.name})
		entry.append("accounts", {"account": debit, "debit_in_account_currency": 5})
		entry.append("accounts", {"account": credit, "credit_in_account_currency": 5})
		entry.insert()
		self.assertEqual(adjustment_payments.bank_entries(made.name), [])
		frappe.get_doc(ADJUSTMENT, made.name).cancel()

	def test_invoices_and_rows_of_another_company_are_answered_as_if_they_did_not_exist(self):
		row = report_factories.lines(self.bought, "name")[0].name
		for fieldname, line, stranger in (
			("Sales Invoice", buyout(ONE, 100), ONE),
			("Row of a Report", {"event": "Reversal", "report_import_line": row}, row),
		):
			answers = []
			for name in (stranger, "NO-SUCH"):
				field = "sales_invoice" if "sales_invoice" in line else "report_import_line"
				with (
					self.subTest(fieldname, name=name),
					self.assertRaises(frappe.LinkValidationError) as caught,
				):
					adjustment(line | {field: name}, submit=False, company=BLUEBIRD)
				answers.append(str(caught.exception).replace(name, "…"))
			self.assertEqual(answers[0], answers[1])


class TestOpenings(ReportCase):
	def setUp(self):
		super().setUp()
		factories.make_settings(ACME)
		self.names = opening_factories.live_invoices(10)

	def test_what_happened_up_to_the_opening_waits_and_never_counts_before_it(self):
		opening_factories.opening([opening_factories.line("OP-0", 1000, 1000, 50)])
		rows = (
			("OP-0", "C1", "10/25/2026", "Partial Payment", 400),
			("OP-0", "C2", "11/03/2026", "Partial Payment", 100),
			(None, "C3", "10/26/2026", "Wire Fee", 15),
			(None, "C4", "11/03/2026", "Wire Fee", 15),
		)
		content = report_factories.payment_rows("10/20/2026 - 11/05/2026", *rows)
		doc = report_factories.import_file("before.xlsx", content)
		found = [(line.outcome, line.reason) for line in report_factories.lines(doc)]
		waits, posted = ("blocked", "before_opening"), ("matched", "")
		self.assertEqual(found, [waits, posted, waits, posted])
		self.assertEqual(ledger_sums.positions(ACME)["OP-0"].open, 900)
		decisions.record_decision(doc.name, [4], "accept")
		report_import.post_waiting(doc.name)
		self.assertEqual(ledger_sums.positions(ACME)["OP-0"].open, 500)
		self.assert_books_agree()
		wrong = [row for row in statements.tie_out(ACME, getdate("2026-10-31")) if row["difference"]]
		self.assertEqual(wrong, [])

	def test_the_reserve_follows_lines_that_are_added(self):
		doc = opening_factories.opening([opening_factories.line("OP-0", 1000, 1000, 50)], submit=False)
		doc.append("lines", opening_factories.line("OP-1", 1000, 1000, 50))
		doc.save()
		self.assertEqual(doc.opening_reserve, 100)
		doc.opening_reserve = 130
		doc.save()
		doc.append("lines", opening_factories.line("OP-2", 1000, 1000, 50))
		doc.save()
		self.assertEqual(doc.opening_reserve, 130)  # what a person stated
		doc.opening_reserve = 0
		doc.save()
		self.assertEqual(doc.opening_reserve, 0)

	def test_a_balance_of_zero_is_stated_after_another_was_proposed(self):
		held = opening_factories.account(opening_factories.RESERVE, "Asset")
		opening_factories.book("2026-10-31", (held, 15))
		lines, balances = [opening_factories.line("OP-0", 1000, 1000)], [("Reserve", held, 0)]
		doc = opening_factories.opening(lines, balances, submit=False)
		self.assertEqual((doc.balances[0].balance, doc.balances[0].amount), (15, 15))
		opening_factories.book("2026-10-31", (held, 5))
		doc.save()
		self.assertEqual((doc.balances[0].balance, doc.balances[0].amount), (20, 20))
		doc.balances[0].amount = 0
		doc.save()
		self.assertEqual((doc.balances[0].balance, doc.balances[0].amount), (20, 0))
		doc.submit()
		doc.cancel()
		amended = frappe.copy_doc(doc)
		amended.update({"docstatus": 0, "amended_from": doc.name})
		amended.insert()
		self.assertEqual((amended.balances[0].balance, amended.balances[0].amount), (20, 0))


class TestMany(OddOrdersCase):
	def test_a_thousand_lines_of_a_cent_and_half_cents(self):
		lines = [{"event": "Fee", "amount": 0.01, "sales_invoice": (ONE, None)[n % 2]} for n in range(1000)]
		lines.append({"event": "Payment", "sales_invoice": ONE, "amount": 33.335})
		made = adjustment(*lines)
		self.assertEqual(
			ledger_sums.positions(ACME)[ONE].fee - ledger_sums.positions(ACME)[ONE].purchase_fee, 5
		)
		self.assert_agree_as_of("2026-11-30")
		frappe.get_doc(ADJUSTMENT, made.name).cancel()
		self.assert_agree_as_of("2026-11-30")
