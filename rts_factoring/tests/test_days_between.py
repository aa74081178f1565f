"""Reports that date things in another order than they happened: the books of every day between are possible, and agree."""

import frappe
from frappe.utils import getdate, today

from rts_factoring.services.accounting import ledger_sums
from rts_factoring.services.views import statements
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.adjustment_factories import adjustment
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase, UndoCase

ONE, AMOUNT = "AF-10001", 2450  # bought whole on 2026-11-04
ORDERS = {
	"a chargeback that was given back before": (
		("Chargeback", AMOUNT, 10),
		("Chargeback Reversal", AMOUNT, 8),
	),
	"a payment that bounced before": (("Payment", AMOUNT, 10), ("NSF", -AMOUNT, 8)),
	"paid again before the first check bounced": (
		("Payment", AMOUNT, 6),
		("NSF", -AMOUNT, 10),
		("Payment", AMOUNT, 8),
	),
}


class BetweenCase(UndoCase):
	POLICY = "Borrowing"

	def setUp(self):
		ReportCase.setUp(self)
		factories.make_settings(ACME, policy=self.POLICY)
		self.bought = report_factories.import_sample("purchase_clean")

	def row(self, number: int, word: str, amount: float, day: int) -> tuple:
		return (ONE, f"C{number}", f"11/{day:02}/2026", word, amount)

	def assert_possible_on_every_day(self) -> None:
		self.assert_books_agree()
		for number in range(4, 14):
			day = getdate(f"2026-11-{number:02}")
			wrong = [row for row in statements.tie_out(ACME, day) if row["difference"]]
			self.assertEqual(wrong, [], day)
			position = ledger_sums.positions_as_of(ACME, day, [ONE])[ONE]
			self.assertTrue(0 <= position.open <= AMOUNT, (day, position.open))
			self.assertGreaterEqual(min(position.collected, position.charged_back), 0, day)


class TestOrders(BetweenCase):
	def test_one_report_after_the_other(self):
		for name, rows in ORDERS.items():
			with self.subTest(name):
				frappe.db.savepoint("in_order")
				for number, row in enumerate(rows):
					self.post(self.row(number, *row))
				self.assert_possible_on_every_day()
				frappe.db.rollback(save_point="in_order")

	def test_one_report(self):
		for name, rows in ORDERS.items():
			with self.subTest(name):
				frappe.db.savepoint("in_order")
				self.post(*(self.row(number, *row) for number, row in enumerate(rows)))
				self.assert_possible_on_every_day()
				frappe.db.rollback(save_point="in_order")

	def test_an_adjustment_too(self):
		self.post(self.row(1, "Chargeback", AMOUNT, 10))
		back = {"event": "Chargeback Reversal", "sales_invoice": ONE, "amount": AMOUNT}
		adjustment(back, posting_date="2026-11-08")
		self.assert_possible_on_every_day()

	def test_a_payment_of_a_report_that_came_late_keeps_its_day(self):
		self.post(self.row(1, "Partial Payment", 400, 10))
		late = self.post(self.row(2, "Partial Payment", 300, 8))
		days = frappe.get_all("Factoring Ledger Entry", {"report_import": late.name}, pluck="posting_date")
		self.assertEqual(list(map(str, days)), ["2026-11-08"])
		self.assert_possible_on_every_day()

	def test_an_invoice_that_rts_dates_a_day_before_us(self):
		dates = {"posting_date": "2026-11-11", "due_date": "2026-12-11"}
		factories.make_invoice(
			"DB-1", company=ACME, customer="Ridgeline Foods Inc", amount=500, po_no="DB-1", **dates
		)
		factories.receivables()["DB-1"] = {"customer": "Ridgeline Foods Inc", "amount": "500"}
		report_factories.sent_batch("DB", ["DB-1"])
		rows = report_factories.purchase_rows("DB", ("DB-1", 500, 15, 25), day="11/10/2026")
		report_factories.import_file("before.xlsx", rows)
		self.assert_possible_on_every_day()


class TestOrdersOfSale(TestOrders):
	POLICY = "Sale"


class TestImmutableLedger(BetweenCase):
	"""ERPNext's setting by which a cancel is dated on its own day, and the entry stands until then."""

	def test_a_cancelled_import_stands_until_the_day_of_its_cancel(self):
		frappe.db.set_single_value("Accounts Settings", "enable_immutable_ledger", 1)
		paid = self.post(self.row(1, "Partial Payment", 400, 5))
		made = adjustment({"event": "Charge", "sales_invoice": ONE, "amount": 15}, posting_date="2026-11-06")
		frappe.get_doc(made.doctype, made.name).cancel()
		self.cancel(paid)
		self.assertEqual(self.figures(ONE), ("Financed", "2450.00" if self.POLICY == "Borrowing" else "0.00"))
		for day in ("2026-11-04", "2026-11-05", "2026-11-06", today()):
			wrong = [row for row in statements.tie_out(ACME, getdate(day)) if row["difference"]]
			self.assertEqual(wrong, [], day)
		opened = [
			ledger_sums.positions_as_of(ACME, getdate(day), [ONE])[ONE].open
			for day in ("2026-11-05", today())
		]
		self.assertEqual(opened, [2050, 2450])


class TestImmutableLedgerOfSale(TestImmutableLedger):
	POLICY = "Sale"
