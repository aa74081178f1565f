"""Correct a posted row without undoing its import; what later reports may post then; Posting Date; decisions that survive."""

import frappe

from rts_factoring.services.accounting import ledger_sums
from rts_factoring.services.reports import corrections, decisions, report_import, row_details
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.adjustment_factories import close_month
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import PERIOD, UndoCase

ONE, TWO = "AF-10001", "AF-10003"  # 2450.00 and 3120.25, bought whole
CHECK = (ONE, "C1", "11/05/2026", "Payment", 2450)


class CorrectionCase(UndoCase):
	def correct(self, doc, row: int = 4, submit: bool = True, **right):
		"""A correction of one row, its second line changed."""
		made = frappe.get_doc("Factoring Adjustment", corrections.correct(doc, row, "RTS told us by mail"))
		made.lines[1].update(right)
		made.save()
		if submit:
			made.submit()
		return made

	def outcomes(self, doc) -> list[tuple]:
		return [(line.outcome, line.reason) for line in report_factories.lines(doc)]


class TestCorrect(CorrectionCase):
	def test_another_invoice_across_a_closed_month_and_later_imports_stay(self):
		wrong = self.post((TWO, "C1", "11/05/2026", "Partial Payment", 2450))
		later = self.post((TWO, "C2", "11/06/2026", "Partial Payment", 100))
		close_month("2026-11-01", "2026-11-30")
		made = self.correct(wrong, event="Payment", sales_invoice=ONE)
		self.assertEqual(str(made.posting_date), "2026-12-01")
		self.assertEqual(
			(self.figures(ONE), self.figures(TWO)), (("Completed", "0.00"), ("Partly Paid", "3020.25"))
		)
		self.assertEqual(frappe.db.get_value("Report Import", later.name, "docstatus"), 1)
		days = frappe.get_all("Journal Entry", {"factoring_adjustment": made.name}, pluck="posting_date")
		self.assertEqual(set(map(str, days)), {"2026-12-01"})
		self.assert_books_agree()
		self.blocked(wrong, made.name)
		detail = row_details.details(wrong, 4)
		self.assertEqual(detail["corrections"], [{"name": made.name, "submitted": True}])
		self.assertFalse(detail["correctable"])

	def test_another_amount_and_another_type(self):
		wrong = self.post((ONE, "C1", "11/05/2026", "Chargeback", 2450))
		made = self.correct(wrong, event="Fee", amount=24.5)
		self.assertEqual(self.figures(ONE), ("Financed", "2450.00"))
		self.assertEqual(str(made.posting_date), "2026-11-05")  # its month is open
		self.assert_books_agree()
		self.cancel(made)
		self.assertEqual(self.figures(ONE)[0], "Charged Back")

	def cancel(self, doc) -> None:
		frappe.get_doc(doc.doctype, doc.name).cancel()
		self.assert_books_agree()

	def test_a_purchase_of_the_wrong_amount(self):
		row = next(line.row_no for line in report_factories.lines(self.bought) if line.sales_invoice == ONE)
		made = self.correct(self.bought, row, amount=2400, fee=72, reserve=120, other=15, net=0, accept=1)
		position = ledger_sums.positions(ACME)[ONE]
		self.assertEqual((position.purchased, position.open, position.holdback), (2400, 2400, 120))
		self.assertEqual(factories.state(ONE), "Financed")
		self.assert_books_agree()
		self.cancel(made)
		self.assertEqual(ledger_sums.positions(ACME)[ONE].purchased, 2450)

	def test_a_purchase_taken_back_leaves_the_invoice_submitted(self):
		row = next(line.row_no for line in report_factories.lines(self.bought) if line.sales_invoice == ONE)
		made = self.correct(self.bought, row, submit=False)
		made.set("lines", made.lines[:1])
		made.submit()
		self.assertEqual(self.figures(ONE), ("Submitted", "2450.00"))
		outcome = frappe.db.get_value("Factoring Batch Invoice", {"sales_invoice": ONE}, "outcome")
		self.assertEqual(outcome, "Submitted")
		self.assert_books_agree()

	def test_a_row_that_later_ones_build_on_is_not_taken_back_alone(self):
		self.post(CHECK)
		row = next(line.row_no for line in report_factories.lines(self.bought) if line.sales_invoice == ONE)
		made = self.correct(self.bought, row, submit=False)
		made.set("lines", made.lines[:1])
		with self.refused("Line 1", "build on this row"):
			made.submit()

	def test_a_row_is_taken_back_once(self):
		wrong = self.post(CHECK)
		self.correct(wrong, sales_invoice=TWO, event="Partial")
		with self.refused("nothing to take back"):
			corrections.correct(wrong, 4, "again")


class TestPostedOnce(CorrectionCase):
	"""Neither the wrong row nor the right one can post a second time."""

	def test_the_wrong_row_comes_again(self):
		wrong = self.post((TWO, "C1", "11/05/2026", "Partial Payment", 2450))
		self.correct(wrong, event="Payment", sales_invoice=ONE)
		again = self.post(
			(TWO, "C1", "11/05/2026", "Partial Payment", 2450), (TWO, "C7", "11/05/2026", "NSF", -1)
		)
		self.assertEqual(self.outcomes(again)[0], ("duplicate", "posted_before"))

	def test_the_right_row_comes(self):
		wrong = self.post((TWO, "C1", "11/05/2026", "Partial Payment", 2450))
		self.correct(wrong, event="Payment", sales_invoice=ONE)
		right = self.post(CHECK)
		self.assertEqual(self.outcomes(right), [("blocked", "adjusted_before")])
		self.assertEqual(self.figures(ONE), ("Completed", "0.00"))

	def test_the_corrected_row_comes_with_something_else(self):
		wrong = self.post((ONE, "C1", "11/05/2026", "Partial Payment", 2400, 10))
		self.correct(wrong, fee=12)
		other = self.post((ONE, "C1", "11/05/2026", "Partial Payment", 2400, 14))
		self.assertEqual(self.outcomes(other), [("blocked", "adjusted_before")])
		again = self.post(
			(TWO, "C4", "11/05/2026", "Partial Payment", 5),
			(ONE, "C1", "11/05/2026", "Partial Payment", 2400, 15),
		)
		self.assertEqual(self.outcomes(again)[0], ("matched", ""))


class TestPostingDate(CorrectionCase):
	def test_only_rows_of_the_closed_month_move(self):
		close_month("2026-11-01", "2026-11-30")
		rows = (
			(ONE, "C1", "11/28/2026", "Partial Payment", 100),
			(ONE, "C2", "12/02/2026", "Partial Payment", 50),
		)
		content = report_factories.payment_rows("11/28/2026 - 12/04/2026", *rows)
		draft = report_factories.import_file("cutoff.xlsx", content, submit=False)
		draft.posting_date = "2026-12-01"
		draft.save()
		draft.submit()
		days = frappe.get_all(
			"Factoring Ledger Entry",
			{"report_import": draft.name},
			["posting_date", "collected"],
			order_by="posting_date",
		)
		self.assertEqual(
			[(str(row.posting_date), row.collected) for row in days],
			[("2026-12-01", 100), ("2026-12-02", 50)],
		)
		self.assert_books_agree()

	def test_in_an_open_month_it_moves_nothing(self):
		content = report_factories.payment_rows(PERIOD, CHECK)
		draft = report_factories.import_file("open.xlsx", content, submit=False)
		draft.posting_date = "2026-11-20"
		draft.save()
		draft.submit()
		day = frappe.db.get_value("Factoring Ledger Entry", {"report_import": draft.name}, "posting_date")
		self.assertEqual(str(day), "2026-11-05")

	def test_it_never_moves_a_row_before_its_own_day(self):
		close_month("2026-11-01", "2026-11-30")
		draft = report_factories.import_file(
			"early.xlsx", report_factories.payment_rows(PERIOD, CHECK), submit=False
		)
		draft.posting_date = "2026-10-31"
		draft.save()
		with self.refused("closed", frappe.utils.formatdate("2026-12-01")):
			draft.submit()


class TestDecisionsSurvive(CorrectionCase):
	def test_the_cancel_and_the_amendment_of_their_import(self):
		doc = self.post((ONE, "C1", "11/05/2026", "Odd Word", 300), (TWO, "C2", "11/05/2026", "Odd Word", 9))
		decisions.record_decision(doc.name, [4], "type", event="partial")
		decisions.record_decision(doc.name, [5], "ignore", reason="Not ours")
		report_import.post_waiting(doc.name)
		frappe.get_doc("Report Import", doc.name).cancel()
		amended = frappe.copy_doc(frappe.get_doc("Report Import", doc.name))
		amended.update({"amended_from": doc.name, "docstatus": 0})
		amended.insert()
		self.assertEqual([outcome for outcome, _reason in self.outcomes(amended)], ["matched", "ignored"])
		who = frappe.db.get_value(
			"Report Import Line",
			{"report_import": amended.name, "row_no": 5},
			["decided_by", "resolution_reason"],
		)
		self.assertEqual(who, ("Administrator", "Not ours"))
		amended.submit()
		self.assertEqual(self.figures(ONE), ("Partly Paid", "2150.00"))
		self.assert_books_agree()
