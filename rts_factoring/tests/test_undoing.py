"""What stands in the way of a cancel, what it takes back, and what waits for a person after it."""

import frappe

from rts_factoring.core.money import text
from rts_factoring.services.accounting import deposits
from rts_factoring.services.invoices import readiness
from rts_factoring.services.reports import decisions, report_import
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.adjustment_factories import adjustment
from rts_factoring.tests.factories import ACME, bank_account
from rts_factoring.tests.report_case import UndoCase

ONE, TWO = "AF-10001", "AF-10003"


class TestOrder(UndoCase):
	def interwoven(self, late: tuple):
		first = self.post((ONE, "1", "11/05/2026", "Partial Payment", 300), late)
		second = self.post((ONE, "3", "11/06/2026", "Partial Payment", 200))
		return first, second

	def test_imports_whose_rows_interweave_do_not_block_each_other(self):
		before = report_factories.books()
		for turn in (0, 1):
			made = self.interwoven((ONE, "2", "11/05/2026", "Odd Word", 100))
			self.post_late(made[0], 5, "partial")
			self.assertEqual(self.figures(ONE), ("Partly Paid", "1850.00"))
			self.cancel(made[turn])
			self.cancel(made[1 - turn])
			self.assertEqual(report_factories.books(), before)

	def test_a_late_row_that_needs_the_other_import_blocks_it_and_can_go_itself(self):
		first, second = self.interwoven((ONE, "2", "11/07/2026", "Odd Word", 450))
		self.post_late(first, 5, "payment_removed")
		self.assertEqual(self.figures(ONE), ("Partly Paid", "2400.00"))
		self.blocked(second, first.name)  # 450 were taken back, and without it only 300 were paid
		self.cancel(first)
		self.cancel(second)
		self.assertEqual(self.figures(ONE), ("Financed", "2450.00"))

	def test_a_later_import_blocks_the_one_before(self):
		first = self.post((ONE, "1", "11/05/2026", "Partial Payment", 300))
		second = self.post((ONE, "3", "11/06/2026", "Partial Payment", 200))
		self.blocked(first, second.name)
		self.blocked(self.bought, second.name, first.name)


class TestWhatStandsInTheWay(UndoCase):
	def test_an_import_that_posted_only_the_difference_to_a_row_without_an_invoice(self):
		first = self.post((None, None, "11/05/2026", "Reserve Release", None, 5, 50))
		second = self.post(
			(None, None, "11/05/2026", "Reserve Release", None, 7, 50),
			(ONE, "9", "11/06/2026", "Partial Payment", 10),
		)
		decisions.record_decision(second.name, [4], "accept")
		report_import.post_waiting(second.name)
		self.blocked(first, second.name)
		self.cancel(second)
		self.cancel(first)

	def test_a_recorded_deposit_stands_in_the_way(self):
		made = deposits.record(self.bought, bank_account(), 26000, "2026-11-04")
		self.blocked(self.bought, made["journal_entry"])
		frappe.delete_doc("Journal Entry", made["journal_entry"])
		self.cancel(self.bought)

	def test_a_policy_changed_since_stands_in_the_way(self):
		paid = [
			(row.name, "1", "11/05/2026", "Payment", row.outstanding_amount)
			for row in frappe.get_all(
				"Sales Invoice", {"factoring_status": "Financed"}, ["name", "outstanding_amount"], limit=0
			)
		]
		doc = self.post(*paid)
		factories.make_settings(ACME, policy="Sale")
		self.blocked(doc, "Borrowing", "Sale")
		factories.make_settings(ACME, policy="Borrowing")
		self.cancel(doc)


class TestWhatIsTakenBack(UndoCase):
	def test_the_tasks_and_with_them_the_assignment_of_the_import(self):
		people = [factories.make_user(f"undo{number}@example.com", "Factoring Manager") for number in (1, 2)]
		doc = self.post((ONE, "1", "11/05/2026", "Chargeback", 2450))
		found = {"reference_name": doc.name, "status": "Open", "description": ("like", f"%{ONE}%")}
		self.assertLessEqual(set(people), set(frappe.get_all("ToDo", found, pluck="allocated_to")))
		self.assertIn(people[1], frappe.db.get_value("Report Import", doc.name, "_assign"))
		self.cancel(doc)
		self.assertEqual(frappe.get_all("ToDo", found), [])
		self.assertIn(frappe.db.get_value("Report Import", doc.name, "_assign"), (None, "", "[]"))

	def test_the_credit_of_a_cancelled_import_is_not_one_that_the_customer_has_used(self):
		row = (ONE, "1", "11/05/2026", "Over Pay", 2457)
		self.cancel(self.post(row))
		self.post(row, (ONE, "2", "11/05/2026", "Fee", None, 1))
		bounced = self.post((ONE, "1", "11/09/2026", "NSF", -2457))
		self.assertEqual([line.outcome for line in report_factories.lines(bounced)], ["matched"])
		self.assertEqual(self.figures(ONE), ("Financed", "2450.00"))
		self.assert_books_agree()

	def test_the_reason_why_the_factor_held_an_invoice_is_taken_back(self):
		made = report_factories.import_sample("purchase_mixed")
		self.assertTrue(frappe.db.get_value("Sales Invoice", "AF-10015", "factoring_reasons"))
		self.cancel(made)
		found = frappe.db.get_value("Sales Invoice", "AF-10015", ["factoring_status", "factoring_reasons"])
		self.assertEqual(found, ("Submitted", ""))

	def test_an_invoice_that_went_on_in_another_batch_stays_held_in_the_first(self):
		made = report_factories.import_sample("purchase_mixed")
		first = {"parent": made.batch, "sales_invoice": "AF-10015"}
		self.assertEqual(frappe.db.get_value("Factoring Batch Invoice", first, "outcome"), "Held")
		readiness.requeue("AF-10015")
		report_factories.sent_batch("AGAIN", ["AF-10015"])
		self.cancel(made)
		self.assertEqual(frappe.db.get_value("Factoring Batch Invoice", first, "outcome"), "Held")
		other = {"parent": made.batch, "sales_invoice": ("!=", "AF-10015")}
		outcomes = frappe.get_all("Factoring Batch Invoice", other, pluck="outcome")
		self.assertEqual(set(outcomes), {"Submitted"})


class TestWhatCanBePostedAfterwards(UndoCase):
	def test_a_row_that_another_import_repeats_can_be_posted_there(self):
		row = (ONE, "1", "11/05/2026", "Payment", 2450)
		first, second = self.post(row), self.post(row, (TWO, "1", "11/05/2026", "Partial Payment", 10))
		self.assertEqual([line.outcome for line in report_factories.lines(second)], ["duplicate", "matched"])
		self.cancel(first)
		second.reload()
		self.assertEqual(
			[(line.outcome, line.posted) for line in report_factories.lines(second)],
			[("matched", 0), ("matched", 1)],
		)
		self.assertEqual((second.duplicate_count, second.matched_count, second.posted_count), (0, 2, 1))
		report_import.post_waiting(second.name)
		self.assertEqual(self.figures(ONE), ("Completed", "0.00"))
		self.assert_books_agree()

	def test_an_import_whose_file_is_gone_does_not_stand_in_the_way(self):
		row = (ONE, "1", "11/05/2026", "Payment", 2450)
		first, second = self.post(row), self.post(row, (TWO, "1", "11/05/2026", "Partial Payment", 10))
		frappe.db.set_value("Report Import", second.name, "file_sha256", "changed")
		self.cancel(first)
		self.assertEqual(frappe.db.get_value("Report Import", second.name, "status"), "Failed")


class TestReportsInTheWrongOrder(UndoCase):
	def test_a_bounced_check_waits_for_the_report_with_its_payment_and_is_posted_then(self):
		bounced = self.post((ONE, "1", "11/09/2026", "NSF", -2450))
		self.assertEqual(report_factories.lines(bounced)[0].reason, "not_collected")
		self.post((ONE, "1", "11/05/2026", "Payment", 2450))
		report_import.post_waiting(bounced.name)
		self.assertEqual(report_factories.lines(bounced)[0].posted, 1)
		self.assertEqual(self.figures(ONE), ("Financed", "2450.00"))
		self.assert_books_agree()

	def test_a_payment_of_an_unknown_type_still_waits_after_another_row_of_its_check(self):
		first = self.post((ONE, "1", "11/05/2026", "Odd Word", 400))
		self.post((ONE, "1", "11/12/2026", "Fee", None, 7))
		self.assertEqual([line.outcome for line in report_factories.lines(first)], ["blocked"])


class TestNeverBought(UndoCase):
	"""What a payment report or a person says beside it does not change whether RTS holds or has denied an invoice."""

	def test_a_fee_and_its_undoing_leave_its_state(self):
		report_factories.import_sample("purchase_mixed")
		states = {"AF-10015": "Held", "AF-10016": "Denied"}
		rows = [(name, "1", "11/12/2026", "Fee", None, 4) for name in states]
		self.assertEqual({name: factories.state(name) for name in states}, states)
		doc = self.post(*rows)
		self.assertEqual({line.outcome for line in report_factories.lines(doc)}, {"matched"})
		self.assertEqual({name: factories.state(name) for name in states}, states)
		lines = [{"event": "Fee", "sales_invoice": name, "amount": 3} for name in states]
		made = adjustment(*lines)
		self.assertEqual({name: factories.state(name) for name in states}, states)
		frappe.get_doc(made.doctype, made.name).cancel()
		self.cancel(doc)
		self.assertEqual({name: factories.state(name) for name in states}, states)


class TestRowsDecidedLate(UndoCase):
	def test_a_write_off_and_a_buyout_are_posted_and_undone(self):
		before = report_factories.books()
		doc = self.post(
			(ONE, "1", "11/05/2026", "Write-Off", 2450), (TWO, "2", "11/05/2026", "Bought Back", 100)
		)
		self.assertEqual(
			[line.reason for line in report_factories.lines(doc)], ["needs_decision", "unknown_type"]
		)
		self.post_late(doc, 4, "write_off")
		self.post_late(doc, 5, "buyout")
		self.assertEqual(self.figures(ONE), ("Completed", "0.00"))
		self.assertEqual(text(report_factories.journal(doc, "clearing")[1]), "100.00")
		task = {"reference_name": doc.name, "status": "Open", "description": ("like", f"%{TWO}%")}
		self.assertTrue(frappe.db.exists("ToDo", task))
		self.assert_books_agree()
		self.cancel(doc)
		self.assertEqual(report_factories.books(), before)

	def test_rows_decided_late_are_posted_on_a_day_set_after_their_month_was_closed(self):
		doc = self.post(
			(ONE, "1", "11/05/2026", "Partial Payment", 300), (ONE, "2", "11/06/2026", "Odd Word", 100)
		)
		period = {"doctype": "Accounting Period", "period_name": "Late", "company": ACME}
		period |= {"start_date": "2026-11-01", "end_date": "2026-11-30"}
		closed = {"document_type": "Journal Entry", "closed": 1}
		frappe.get_doc(period | {"closed_documents": [closed]}).insert()
		decisions.record_decision(doc.name, [5], "type", event="partial")
		frappe.db.savepoint("closed")
		with self.refused("Posting Date", frappe.utils.formatdate("2026-12-01")):
			report_import.post_waiting(doc.name)
		frappe.db.rollback(save_point="closed")
		doc = frappe.get_doc("Report Import", doc.name)
		doc.posting_date = "2026-11-05"
		with self.refused("Row 5", frappe.utils.formatdate("2026-11-06")):
			doc.save()
		doc = frappe.get_doc("Report Import", doc.name)
		doc.posting_date = "2026-12-01"
		doc.save()
		report_import.post_waiting(doc.name)
		days = frappe.get_all("Journal Entry", {"factoring_report_import": doc.name}, pluck="posting_date")
		self.assertEqual(sorted(map(str, days)), ["2026-11-05", "2026-12-01"])

	def test_the_entry_of_a_report_without_a_period_names_none(self):
		rows = [("Payment Report",), ("Client #:", "104233"), report_factories.PAYMENT_HEADER]
		rows.append((ONE, "Ridgeline Foods Inc", "7", "11/20/2026", "Payment", 2450, None, None))
		doc = report_factories.import_file("no-period.xlsx", report_factories.workbook(rows))
		remark = frappe.get_all("Journal Entry", {"factoring_report_import": doc.name}, pluck="user_remark")[
			0
		]
		self.assertEqual(remark, f"RTS payment report {doc.name}: 1 invoices")
