"""Factoring Close: a month checked, compared with RTS's statements, and frozen."""

import hashlib

import frappe
from frappe.utils import formatdate, getdate

from rts_factoring.core.money import money, text
from rts_factoring.services.accounting import ledger_sums, periods
from rts_factoring.services.reports import corrections
from rts_factoring.services.views import closes, statements
from rts_factoring.tests import adjustment_factories, report_factories, two_months
from rts_factoring.tests.close_case import STATED, CloseCase, sheets
from rts_factoring.tests.factories import ACME, BLUEBIRD
from rts_factoring.tests.two_months import OCTOBER, SEPTEMBER


class TestClose(CloseCase):
	SETTINGS = {"payment_report_every": "Every Two Weeks"}

	def test_a_month_in_order_has_no_open_point(self):
		doc = self.close()
		self.assertEqual(self.open_points(doc), {})
		figures = {
			row.label: (text(money(row.ledger)), text(money(row.difference or 0))) for row in doc.figures
		}
		self.assertEqual(figures["Reserve"], ("125.00", "0.00"))
		self.assertEqual(figures["Advances"], ("-2500.00", "0.00"))
		self.assertEqual(figures["Open with RTS"], ("2500.00", "0.00"))
		self.assertEqual(figures["Purchased"], ("3500.00", "0.00"))
		self.assertEqual(figures["Fees"], ("105.00", "0.00"))

	def test_each_thing_that_is_wrong_is_an_open_point_with_its_document(self):
		second = self.imports["second"].name
		waiting = {"outcome": "unmatched", "posted": 0}
		row = frappe.db.get_value("Report Import Line", {"report_import": second}, "name")
		frappe.db.set_value("Report Import Line", row, waiting)
		two_months.entry(self.agreement().reserve_account, self.agreement().fee_account, 9, "2026-10-15")
		two_months.bank_line(200, "2026-10-20")
		frappe.db.set_value("Factoring Batch", "CB-2", "delivered_on", "2026-10-01 12:00:00")
		frappe.db.set_value("Report Import", self.imports["bought"].name, "batch", None)
		doc = self.close(OCTOBER, rts_reserve=-400, rts_open_source="")
		found = self.open_points(doc)
		self.assertIn(f"{second}, row", found["waiting"])
		self.assertIn("$ 9.00", found["others"])
		self.assertIn("$ 100.00 on clearing belongs to no payout", found["deposits"])
		self.assertIn("CB-2", found["batches"])
		self.assertIn("Difference: $ -35.00", found["rts_reserve"])
		self.assertIn("Enter what RTS states", found["rts_open"])
		self.assertEqual(doc.open_points, len(found))
		with self.refused("points are open"):
			doc.submit()
		doc.reload()
		doc.reason = "Agreed with the auditor on 11/10"
		doc.submit()
		self.assertEqual(doc.docstatus, 1)

	def test_books_that_do_not_agree_are_never_closed(self):
		table = frappe.qb.DocType("Factoring Ledger Entry")
		frappe.qb.update(table).set(table.reserve, 51).where(
			(table.sales_invoice == "CL-1") & (table.event == "purchase")
		).run()
		doc = self.close()
		self.assertIn("Reserve: $ 1.00", self.open_points(doc)["tie_out"])
		doc.reason = "it does not matter"
		with self.refused("do not agree"):
			doc.submit()

	def test_a_month_that_is_not_over_is_not_closed(self):
		day = str(frappe.utils.get_last_day(frappe.utils.add_months(frappe.utils.today(), 1)))
		doc = frappe.get_doc({"doctype": "Factoring Close", "company": ACME, "month_end": day, "reason": "x"})
		doc.insert()
		with self.refused("is not over"):
			doc.submit()

	def test_a_row_ignored_without_a_reason_is_open_and_one_with_it_is_told(self):
		row = {"report_import": self.imports["first"].name}
		name = frappe.db.get_value("Report Import Line", row, "name")
		by = {"resolution": "Ignored", "decided_by": "Administrator", "decided_on": "2026-10-12 09:00:00"}
		frappe.db.set_value("Report Import Line", name, by)
		self.assertIn(
			"ignored by Administrator without a reason", self.open_points(self.close(OCTOBER))["by_hand"]
		)
		frappe.db.rollback()
		frappe.db.set_value("Report Import Line", name, by | {"resolution_reason": "RTS withdrew it"})
		doc = self.close(OCTOBER)
		self.assertNotIn("by_hand", self.open_points(doc))
		rows = sheets(closes.workbook(doc))["Decided by Hand"]
		self.assertEqual([row["Reason"] for row in rows], ["RTS withdrew it"])

	def test_an_adjustment_is_told_with_who_and_why(self):
		buyback = adjustment_factories.buyout("CL-4", 300)
		made = adjustment_factories.adjustment(buyback, posting_date="2026-10-28", reason="agreed by phone")
		draft = adjustment_factories.adjustment(buyback, submit=False, posting_date="2026-10-29")
		doc = self.close(OCTOBER, rts_open=500)
		found = self.open_points(doc)
		self.assertEqual(found["waiting"], f"{draft.name} is not submitted")
		(by_hand,) = [row.detail for row in doc.checklist if row.key == "by_hand"]
		self.assertEqual(by_hand, f"Administrator: {made.name} (Event), agreed by phone")
		self.assertNotIn("rts_open", found)
		book = sheets(closes.workbook(doc))
		rows = [row for row in book["Entries to File Rows"] if row["Factoring Adjustment"]]
		self.assertEqual([(row["Advances"], row["Clearing"]) for row in rows], [(300, -300)])
		self.assertEqual(next(row["Reason"] for row in book["Adjustments"]), "agreed by phone")

	def test_a_company_and_month_have_one_close(self):
		first = self.close(submit=True)
		with self.refused(first.name):
			self.close()
		other = frappe.get_doc({"doctype": "Factoring Close", "company": ACME, "month_end": "2026-10-03"})
		other.insert()
		self.assertEqual(str(other.month_end), OCTOBER)
		with self.refused("one close"):
			self.close(OCTOBER)

	def test_a_cancelled_close_is_amended_and_closes_again(self):
		doc = self.close(submit=True)
		doc.cancel()
		with self.refused("Amend it"):
			self.close()
		again = frappe.copy_doc(doc)
		again.amended_from = doc.name
		again.update({"docstatus": 0, "rts_reserve_source": "corrected", "rts_open_source": "aging"})
		again.update(STATED[SEPTEMBER])
		again.insert()
		again.submit()
		self.assertEqual((again.name, again.docstatus), (f"{doc.name}-1", 1))
		self.assertNotEqual(again.workbook, doc.workbook)

	def test_what_the_browser_sends_of_the_figures_is_not_kept(self):
		doc = self.close()
		doc.update({"open_points": 0, "closed_by": "Guest", "workbook": "/private/files/x.xlsx"})
		doc.checklist[0].is_done = 0
		doc.figures[0].ledger = 999
		doc.append("entries", {"kind": "Fee Accrual", "amount": 7, "journal_entry": None})
		doc.save()
		doc.reload()
		self.assertEqual((doc.closed_by, doc.workbook, self.open_points(doc)), (None, None, {}))
		self.assertNotIn(999, [row.ledger for row in doc.figures])
		self.assertEqual(self.proposed(doc), {})

	def test_a_closed_month_keeps_its_figures_and_its_workbook(self):
		doc = self.close(submit=True)
		frozen = closes.workbook(doc)
		self.assertEqual(hashlib.sha256(frozen).hexdigest(), doc.workbook_sha256)
		doc.run_method("onload")
		self.assertEqual(doc.get_onload("changed_since"), 0)
		frappe.db.set_value("Factoring Close", doc.name, "closed_on", "2026-11-01 00:00:00")
		two_months.bank_line(5, "2026-09-29")
		doc.reload()
		self.assertEqual(closes.changed_since(doc) > 0, True)
		self.assertEqual(closes.workbook(doc), frozen)
		file = frappe.get_doc("File", {"file_url": doc.workbook})
		with open(file.get_full_path(), "ab") as target:
			target.write(b"x")
		with self.refused("not the one"):
			closes.workbook(doc)

	def test_reports_are_posted_after_a_closed_month_and_not_into_it(self):
		self.close(OCTOBER, submit=True, reason="a payout is under way")
		row = ("CL-4", "9", "10/30/2026", "Payment", 800)
		with self.refused("2026"):
			two_months.payment("10/30/2026 - 10/31/2026", row)
		frappe.db.rollback()
		self.agreement()
		self.close(OCTOBER, submit=True, reason="a payout is under way")
		late = two_months.payment("10/30/2026 - 11/02/2026", ("CL-4", "9", "11/02/2026", "Payment", 800))
		self.assertEqual(str(report_factories.lines(late, "date")[0].date), "2026-11-02")
		with self.refused("Cancel that close first"):
			self.imports["second"].reload()
			self.imports["second"].cancel()

	def test_a_correction_after_the_close_moves_nothing_of_the_closed_month(self):
		doc = self.close(OCTOBER, submit=True, reason="a payout is under way")
		frozen = closes.workbook(doc)
		name = corrections.correct(self.imports["first"], 5, "RTS withdrew the chargeback of CL-3")
		made = frappe.get_doc("Factoring Adjustment", name)
		made.lines[1].update({"event": "Fee", "amount": 15})
		made.save()
		made.submit()
		self.assertEqual(str(made.posting_date), "2026-11-01")
		for day, reserve, still_open in ((OCTOBER, "-435.00", "800.00"), ("2026-11-01", "50.00", "1300.00")):
			rows = statements.tie_out(ACME, getdate(day))
			self.assertEqual([row for row in rows if row["difference"]], [], day)
			self.assertEqual([text(row["ledger"]) for row in rows if row["role"] == "Reserve"], [reserve])
			self.assertEqual(text(ledger_sums.of_company(ACME, getdate(day))["open_change"]), still_open)
		doc.reload()
		self.assertEqual((closes.changed_since(doc), closes.workbook(doc)), (0, frozen))

	def test_another_companys_month_stays_open(self):
		self.close(OCTOBER, submit=True, reason="a payout is under way")
		self.assertEqual(str(periods.first_open(ACME, getdate("2026-10-31"))), "2026-11-01")
		self.assertEqual(str(periods.first_open(BLUEBIRD, getdate("2026-10-31"))), OCTOBER)

	def test_it_prints_with_every_point_and_figure(self):
		doc = self.close(reason="<b>look</b>")
		html = frappe.get_print("Factoring Close", doc.name, "Factoring Close")
		for words in ("Payment reports cover the month", "$ 2,500.00", "Clearing", "Reviewed by"):
			self.assertIn(words, html)
		self.assertNotIn("<b>look</b>", html)


class TestStatementsOfRTS(CloseCase):
	SETTINGS = {"payment_report_every": "Every Two Weeks"}

	def aging(self, day: str, less: float = 0, submit: bool = True):
		"""RTS's list of what was open in our books on a day, of the last invoice less by an amount."""
		then = ledger_sums.positions_as_of(ACME, getdate(day))
		rows = [[name, float(each.open)] for name, each in sorted(then.items()) if each.open]
		rows[-1][1] -= less
		content = report_factories.aging(*map(tuple, rows), day=getdate(day).strftime("%m/%d/%Y"))
		return report_factories.import_file(f"aging-{day}-{less}.xlsx", content, submit)

	def point(self, doc, key: str):
		return next(row for row in doc.checklist if row.key == key)

	def test_what_rts_states_comes_from_the_statements_that_were_imported(self):
		open_invoices = self.aging(SEPTEMBER)
		rows = [("09/30/2026", "Purchase", "", "Balance", 125, 125)]
		content = report_factories.reserve_statement(*rows, day="09/30/2026")
		reserve = report_factories.import_file("reserve.xlsx", content)
		doc = self.close(rts_reserve=0, rts_reserve_source="", rts_open=1, rts_open_source="typed")
		self.assertEqual(self.open_points(doc), {})
		for key, statement, amount in (("rts_open", open_invoices, "2,500"), ("rts_reserve", reserve, "125")):
			point = self.point(doc, key)
			self.assertEqual(point.report_import, statement.name)
			self.assertEqual(
				point.detail,
				f"Books on {formatdate('2026-09-30')}: $ {amount}.00. RTS: $ {amount}.00, by {statement.name}. Difference: $ 0.00.",
			)

	def test_the_latest_statement_up_to_the_months_end_counts_as_of_its_own_day(self):
		self.aging("2026-09-15", less=7)
		late = self.aging("2026-09-29")
		self.aging("2026-10-05", less=9)
		self.aging(SEPTEMBER, less=11, submit=False)
		cancelled = self.aging(SEPTEMBER, less=13)
		cancelled.cancel()
		point = self.point(self.close(rts_open_source=""), "rts_open")
		self.assertEqual((point.report_import, point.is_done), (late.name, 1))
		self.assertIn(f"Books on {formatdate('2026-09-29')}", point.detail)
		self.assertIn(f"Books on {formatdate('2026-09-30')}: $ 2,500.00.", point.detail)

	def test_a_statement_that_differs_is_an_open_point(self):
		statement = self.aging(SEPTEMBER, less=100)
		found = self.open_points(self.close())
		self.assertIn(f"RTS: $ 2,400.00, by {statement.name}. Difference: $ 100.00.", found["rts_open"])

	def test_what_was_posted_since_the_comparison_counts(self):
		self.aging(SEPTEMBER, less=100)
		table = frappe.qb.DocType("Factoring Ledger Entry")
		frappe.qb.update(table).set(table.open_change, 1900).where(
			(table.sales_invoice == "CL-2") & (table.event == "purchase")
		).run()
		self.assertNotIn("rts_open", self.open_points(self.close()))

	def test_the_statement_of_a_closed_month_is_not_cancelled(self):
		statement = self.aging(SEPTEMBER)
		doc = self.close(submit=True)
		frappe.db.savepoint("closed")
		with self.assertRaises(frappe.LinkExistsError):
			statement.cancel()
		frappe.db.rollback(save_point="closed")
		doc.cancel()
		statement.reload()
		statement.cancel()
		self.assertEqual(statement.docstatus, 2)

	def test_another_companys_statement_is_not_taken(self):
		statement = self.aging(SEPTEMBER, less=100)
		frappe.db.set_value("Report Import", statement.name, "company", BLUEBIRD)
		self.assertIsNone(self.point(self.close(), "rts_open").report_import)
