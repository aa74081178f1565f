"""The five reports as the desk runs them, and that the tie-out finds what it is there to find."""

from unittest.mock import patch

import frappe
from erpnext.accounts.doctype.journal_entry.journal_entry import make_reverse_journal_entry
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from frappe.desk.query_report import run

from rts_factoring.core.money import text
from rts_factoring.services.accounting import journal_entries, protection
from rts_factoring.services.views import costs, statements
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, bank_account
from rts_factoring.tests.report_case import ReportCase

PERIOD = "11/01/2026 - 11/30/2026"
YEAR = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
REPORTS = {
	"Factored Invoices": {},
	"Factoring Tie-out": {},
	"Reserve Statement": YEAR,
	"Cost of Factoring": YEAR,
	"Expected vs Actual": YEAR,
}
ONE = "AF-10001"  # of 2,450.00


def shown(name: str, company: str = ACME, **filters) -> tuple[list[dict], list]:
	"""Rows, and the total row as Frappe adds it (empty where there is none)."""
	answer = run(name, filters={"company": company, **REPORTS[name], **filters}, ignore_prepared_report=True)
	rows = answer["result"]
	total = rows.pop() if answer.get("add_total_row") and rows and isinstance(rows[-1], list) else []
	names = [column["fieldname"] for column in answer["columns"]]
	return rows, dict(zip(names, total, strict=True)) if total else {}


class StatementCase(ReportCase):
	SENT = True

	def pay(self, *rows):
		self.number = getattr(self, "number", 0) + 1
		return report_factories.import_file(
			f"st-{self.number}.xlsx", report_factories.payment_rows(PERIOD, *rows)
		)

	def differences(self) -> dict[str, tuple[str, str]]:
		return {
			row["role"]: (text(row["difference"]), row["account"])
			for row in statements.tie_out(ACME)
			if row["difference"]
		}


class TestReports(StatementCase):
	def test_each_report_runs_with_its_filters_in_the_companys_currency(self):
		report_factories.import_golden()
		for name in REPORTS:
			with self.subTest(name):
				rows, _total = shown(name)
				self.assertTrue(rows)
				self.assertEqual({row["currency"] for row in rows}, {"USD"})

	def test_the_chart_of_the_reserve_names_each_day_so_short_that_it_is_not_cut(self):
		report_factories.import_golden()
		filters = {"company": ACME, "from_date": "2026-11-01", "to_date": "2026-11-30"}
		chart = run("Reserve Statement", filters=filters, ignore_prepared_report=True)["chart"]
		self.assertEqual(chart["data"]["labels"][0], "Nov 3")
		self.assertEqual(len(set(chart["data"]["labels"])), len(chart["data"]["datasets"][0]["values"]))

	def test_a_company_that_no_longer_factors_keeps_its_reports(self):
		report_factories.import_golden()
		factories.make_settings(ACME, enabled=0)
		for name in REPORTS:
			with self.subTest(name):
				self.assertTrue(shown(name)[0])

	def test_a_fee_taken_at_collection_is_the_fee_expected(self):
		factories.make_settings(ACME, fee_rate=3, reserve_rate=5)
		report_factories.import_file(
			"no-fee.xlsx", report_factories.purchase_rows("A1", (ONE, 2450, 0, 122.5))
		)
		row = shown("Expected vs Actual")[0][0]
		self.assertEqual((text(row["fee"]), text(row["fee_difference"])), ("0.00", "-73.50"))
		self.pay((ONE, "1", "11/28/2026", "Payment", 2450, 73.5, 122.5))
		row = shown("Expected vs Actual")[0][0]
		self.assertEqual((text(row["fee"]), text(row["fee_difference"])), ("73.50", "0.00"))
		self.assertEqual(text(row["reserve_difference"]), "0.00")
		self.assertEqual(shown("Expected vs Actual", only_differences=1)[0], [])

	def test_an_undone_purchase_is_in_no_report(self):
		report_factories.import_file(
			"p.xlsx", report_factories.purchase_rows("A1", (ONE, 2450, 73.5, 122.5))
		).cancel()
		for name in ("Factored Invoices", "Cost of Factoring", "Expected vs Actual"):
			self.assertEqual(shown(name)[0], [], name)

	def test_days_to_pay_are_those_of_payments_that_stand(self):
		report_factories.import_file("p.xlsx", report_factories.purchase_rows("A1", (ONE, 2450, 73.5, 122.5)))
		bought = frappe.db.get_value("Factoring Ledger Entry", {"event": "purchase"}, "posting_date")
		self.pay((ONE, "1", "11/28/2026", "Payment", 2450)).cancel()
		self.pay((ONE, "1", "11/20/2026", "Partial Payment", 450))
		self.pay((ONE, "2", "11/25/2026", "Payment", 2000), (ONE, "2", "11/26/2026", "NSF", -2000))
		days = costs._days_to_pay(ACME, [ONE])[ONE]
		self.assertEqual(days, (frappe.utils.getdate("2026-11-20") - bought).days)

	def test_the_total_row_adds_up_amounts_and_nothing_else(self):
		report_factories.import_golden()
		rows, total = shown("Factored Invoices")
		self.assertGreater(total["purchased"], 0)
		self.assertEqual((total["age"], total["currency"]), ("", "USD"))
		self.assertTrue(any(row["age"] for row in rows))
		rows, total = shown("Cost of Factoring")
		self.assertGreater(total["cost"], 0)
		self.assertEqual((total["days"], total["share"], total["rate"]), ("", "", ""))


class TestTieOut(StatementCase):
	def setUp(self):
		super().setUp()
		report_factories.import_sample("purchase_clean")
		self.assertEqual(self.differences(), {})

	def test_an_invoice_paid_to_us_while_the_factor_has_it_is_named(self):
		payment = get_payment_entry("Sales Invoice", ONE, bank_account=bank_account())
		payment.reference_no, payment.reference_date = "C-1", "2026-11-10"
		payment.insert()
		with patch.object(protection, "check_payment"), protection.own_posting():  # as one of before the app
			payment.submit()
		self.assertEqual(self.differences(), {"Open with RTS, and in Our Books": ("2450.00", ONE)})

	def test_an_invoice_whose_payment_was_reversed_in_the_journal_is_named(self):
		doc = self.pay((ONE, "1", "11/05/2026", "Payment", 2450))
		entry = frappe.get_all("Journal Entry", {"factoring_report_import": doc.name}, pluck="name")[0]
		reverse = make_reverse_journal_entry(entry)
		reverse.posting_date = "2026-11-06"
		with self.refused(doc.name):
			reverse.insert()
		with patch.object(journal_entries, "refuse_reversal"):  # as one made before the app was there
			reverse.insert()
			reverse.submit()
		self.assertEqual(self.differences(), {"Owed by Customers at Most": ("2450.00", ONE)})

	def test_invoices_whose_entries_are_not_those_of_the_ledger_are_named(self):
		self.pay(
			(ONE, "1", "11/05/2026", "Payment", 2450), ("AF-10003", "1", "11/05/2026", "Partial Payment", 10)
		)
		table = frappe.qb.DocType("Factoring Ledger Entry")
		for invoice, amount in ((ONE, -2440), ("AF-10003", -20)):  # the sums agree, the invoices do not
			change = frappe.qb.update(table).set(table.receivable, amount)
			change.where((table.sales_invoice == invoice) & (table.event == "payment")).run()
		found = self.differences()
		self.assertEqual(found["Receivable, Invoice by Invoice"], ("20.00", f"{ONE}, AF-10003"))

	def test_an_invoice_of_which_more_was_taken_than_bought_is_named(self):
		self.pay((ONE, "1", "11/05/2026", "Partial Payment", 450))
		table = frappe.qb.DocType("Factoring Ledger Entry")
		change = frappe.qb.update(table).set(table.open_change, -2500)
		change.where((table.sales_invoice == ONE) & (table.event == "payment")).run()
		self.assertIn(("50.00", ONE), self.differences().values())
