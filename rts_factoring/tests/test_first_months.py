"""The first three months with the app, as one story under each policy: every step ties out, and so does every month's end.

| Day | What happens |
|---|---|
| 1 September | 300 live invoices are let in |
| September | ten more are bought and funded; payments, a chargeback, and a payment that RTS put on the wrong invoice |
| 30 September | the month is closed |
| October | two corrections of September's rows, a report, the switch to another factor, which buys ten invoices |
| 1 November | the change of policy, then a report of what is still out |
"""

import frappe
from frappe.utils import getdate

from rts_factoring.core.money import money
from rts_factoring.services.accounting import adjustments, ledger_sums
from rts_factoring.services.invoices import readiness
from rts_factoring.services.reports import corrections
from rts_factoring.services.views import statements
from rts_factoring.tests import factories, opening_factories, report_factories, two_months
from rts_factoring.tests.adjustment_factories import adjustment
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.opening_case import OpeningCase
from rts_factoring.tests.opening_factories import CUSTOMER, balance, line, opening

FIRST_DAY = "2026-09-01"
MONTH_ENDS = ("2026-09-30", "2026-10-31", "2026-11-30")
NEW = [f"NEW-{number}" for number in range(10)]
ROLES = ("clearing", "reserve", "advances", "cash_advances")


class FirstMonths:
	BOOKED: float
	CHANGED_TO: str

	def test_three_months_tie_out_after_every_step_and_at_every_months_end(self):
		self.open_with_300()
		self.september()
		close = self.close_september()
		self.correct_september()
		self.october()
		self.switch_of_factor()
		self.change_of_policy()
		self.november()
		self.every_month_end_ties_out()
		self.every_cent_has_its_document()
		close.reload()
		self.assertEqual((close.docstatus, self.open_on("2026-09-30")), (1, self.open_in_september))

	# the steps

	def open_with_300(self):
		names = opening_factories.live_invoices(300, self.BOOKED, day="2026-08-01", due="2026-09-15")
		self.partly = self.BOOKED if self.POLICY == "Borrowing" else 0
		amounts = {name: 1000 - self.partly if name.startswith("OP-9") else 1000 for name in names}
		loan = (
			-270_000 if self.POLICY == "Sale" else -sum(amounts.values())
		)  # what was sold is no debt in the books
		opening_factories.book("2026-08-31", (self.loan, loan), (self.reserve, 15_000))
		temporary = balance(self.temporary)
		opening(
			[line(name, 1000, amount, 50) for name, amount in amounts.items()],
			[("Advances", self.loan, 0), ("Reserve", self.reserve, 0)],
			posting_date=FIRST_DAY,
		)
		self.assertEqual((balance(self.loan), balance(self.reserve)), (0, 0))
		self.assertEqual(balance(self.temporary), temporary)
		self.assertEqual(self.open_on(FIRST_DAY), sum(amounts.values()))
		self.assert_books_agree()

	def september(self):
		for name in NEW:
			factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000.00"}
			values = {"posting_date": "2026-09-02", "due_date": "2026-10-17", "amount": 1000}
			factories.make_invoice(name, company=ACME, customer=CUSTOMER, po_no=f"PO{name}", **values)
		report_factories.sent_batch("FM-1", NEW)
		bought = self.buy("FM-1", "09/05/2026", NEW)
		self.assertEqual(self.figures("NEW-0")[0], "Financed")
		self.assert_books_agree()
		two_months.deposit(bought, 9200, "2026-09-08")
		before = self.open_on("2026-09-30")
		self.paid = two_months.payment(
			"09/06/2026 - 09/30/2026",
			*(
				(
					f"OP-{number}-1",
					"S1",
					"09/10/2026",
					"Payment",
					1000 if number < 9 else 1000 - self.partly,
					None,
					50,
				)
				for number in range(10)
			),
			("OP-0-2", "S2", "09/12/2026", "Partial Payment", 400),
			("OP-1-2", "S3", "09/14/2026", "Payment", 1000),  # the debtor paid OP-2-2
			("OP-3-2", "S4", "09/20/2026", "Chargeback", -1000),  # it was 600
			("NEW-9", "S5", "09/30/2026", "Payment", 1000, None, 50),
		)
		self.assert_books_agree()
		self.assertEqual(before - self.open_on("2026-09-30"), 13_400 - self.partly)
		self.assertEqual(self.figures("OP-1-2")[0], "Completed")
		two_months.deposit(self.paid, 550, "2026-09-30")
		self.assert_books_agree()

	def close_september(self):
		values = {"month_end": "2026-09-30", "reason": "RTS sends no statements yet"}
		doc = frappe.get_doc({"doctype": "Factoring Close", "company": ACME, **values}).insert()
		doc.submit()
		self.open_in_september = self.open_on("2026-09-30")
		return doc

	def correct_september(self):
		"""Another invoice, and another amount: dated in October, with September as it was closed."""
		rows = {row.invoice_no: row.row_no for row in report_factories.lines(self.paid)}
		self.correct(rows["OP-1-2"], sales_invoice="OP-2-2")
		self.assertEqual((self.figures("OP-1-2")[0], self.figures("OP-2-2")[0]), ("Financed", "Completed"))
		self.correct(rows["OP-3-2"], amount=600)
		self.assertEqual(self.open_on("2026-10-31"), self.open_in_september + 400)
		self.assertEqual(self.open_on("2026-09-30"), self.open_in_september)

	def october(self):
		two_months.payment(
			"10/01/2026 - 10/09/2026",
			*((f"OP-{number}-3", "O1", "10/05/2026", "Payment", 1000) for number in range(5)),
			("OP-0-2", "O2", "10/06/2026", "Payment", 600),
			("OP-4-2", "O3", "10/07/2026", "Partial Payment", 250),
			(None, "O4", "10/08/2026", "Wire Fee", -15),
		)
		self.assertEqual(self.figures("OP-0-2")[0], "Completed")
		self.assert_books_agree()

	def switch_of_factor(self):
		"""All that is out is bought out, the reserve comes back, and the new factor buys ten of it."""
		lines = adjustments.closing_lines(ACME)
		self.assertGreater(len(lines), 280)
		adjustment(*lines, purpose="Switch of Factor", posting_date="2026-10-10")
		self.assertEqual(self.open_on("2026-10-10"), 0)
		self.assertEqual(
			(balance(self.settings.reserve_account), balance(self.settings.advances_account)), (0, 0)
		)
		self.assert_books_agree()
		self.again = [f"OP-{number}-5" for number in range(9)]
		for name in self.again:
			readiness.requeue(name)
			self.assertEqual(factories.state(name), "Queued")
		report_factories.sent_batch("FM-2", self.again)
		self.buy("FM-2", "10/15/2026", self.again)
		self.assertEqual(self.open_on("2026-10-31"), 9000)
		self.assertEqual(balance(self.settings.reserve_account), 450)
		self.assert_books_agree()

	def change_of_policy(self):
		adjustment(purpose="Change of Policy", new_policy=self.CHANGED_TO, posting_date="2026-11-01")
		self.assertEqual(frappe.db.get_value(factories.settings.DOCTYPE, ACME, "policy"), self.CHANGED_TO)
		owed = balance(self.settings.advances_account)
		self.assertEqual(owed, 0 if self.CHANGED_TO == "Sale" else -9000)
		self.assertEqual(
			self.figures("OP-0-5"), ("Financed", "0.00" if self.CHANGED_TO == "Sale" else "1000.00")
		)
		self.assert_books_agree()

	def november(self):
		report = two_months.payment(
			"11/01/2026 - 11/15/2026",
			("OP-0-5", "N1", "11/05/2026", "Payment", 1000, None, 50),
			("OP-1-5", "N2", "11/06/2026", "Partial Payment", 300),
			("OP-2-5", "N3", "11/07/2026", "Chargeback", -1000),
		)
		# The switch bought OP-2-5 out of the old factor; what the new one charges back is another story.
		self.assertEqual({row.outcome for row in report_factories.lines(report)}, {"matched"})
		self.assertEqual(self.figures("OP-0-5"), ("Completed", "0.00"))
		self.assertEqual(self.figures("OP-1-5")[0], "Partly Paid")
		self.assertEqual(self.figures("OP-2-5"), ("Charged Back", "1000.00"))
		self.assertEqual(self.open_on("2026-11-30"), 6700)
		self.assert_books_agree()

	# what must hold

	def every_month_end_ties_out(self):
		for day in MONTH_ENDS:
			wrong = [row for row in statements.tie_out(ACME, getdate(day)) if row["difference"]]
			self.assertEqual(wrong, [], day)

	def every_cent_has_its_document(self):
		"""Each ledger row on a control account is of a report, an adjustment, or one of the two deposits."""
		accounts = {self.settings.get(f"{role}_account") for role in ROLES} - {None, ""}
		rows = frappe.get_all(
			"GL Entry",
			{"account": ("in", list(accounts)), "is_cancelled": 0},
			["voucher_type", "voucher_no", "debit", "credit"],
			limit=0,
		)
		self.assertGreater(len(rows), 10)
		others = []
		for voucher in sorted({(row.voucher_type, row.voucher_no) for row in rows}):
			fields = ["factoring_report_import", "factoring_adjustment"]
			if not any(frappe.db.get_value(*voucher, fields)):
				others.append(voucher)
		sums = sorted(
			sum(
				money(row.credit) - money(row.debit)
				for row in rows
				if (row.voucher_type, row.voucher_no) == voucher
			)
			for voucher in others
		)
		self.assertEqual(sums, [550, 9200])

	# helpers

	def buy(self, batch: str, day: str, names: list[str]):
		rows = [("Purchase Report",), ("Client #:", "104233"), ("Batch:", batch), two_months.HEADER]
		rows += [(name, CUSTOMER, 1000, 1000, 30, 50, 920, day) for name in names]
		return report_factories.import_file(f"{batch}.xlsx", report_factories.workbook(rows))

	def correct(self, row: int, **right):
		made = frappe.get_doc(
			"Factoring Adjustment", corrections.correct(self.paid, row, "RTS told us by mail")
		)
		made.lines[1].update(right)
		made.save()
		made.submit()
		self.assertEqual(str(made.posting_date), "2026-10-01")
		self.assert_books_agree()

	def open_on(self, day: str):
		return ledger_sums.of_company(ACME, getdate(day))["open_change"]


class TestFirstMonthsBorrowed(FirstMonths, OpeningCase):
	BOOKED, CHANGED_TO = 400, "Sale"


class TestFirstMonthsSold(FirstMonths, OpeningCase):
	POLICY = "Sale"
	BOOKED, CHANGED_TO = 1000, "Borrowing"
