"""What the reports say of a past day is what was true then, whatever was posted since."""

import frappe
from frappe.utils import get_datetime, getdate

from rts_factoring.core.money import money, text
from rts_factoring.services.views import ageing, completeness, overview, payouts, reminders, statements
from rts_factoring.tests import adjustment_factories, factories, two_months
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.months_case import TwoMonthsCase
from rts_factoring.tests.two_months import OCTOBER, SEPTEMBER


class TestAsOfUnderBorrowing(TwoMonthsCase):
	def balances(self, day: str) -> dict[str, str]:
		rows = statements.tie_out(ACME, getdate(day))
		return {row["role"]: text(row["balance"]) for row in rows if row.get("balance")}

	def test_the_books_tie_out_as_of_every_day_of_both_months(self):
		for month in (8, 9, 10):
			for day in (1, 11, 12, 14, 25, 30):
				self.assertEqual(self.wrong(f"2026-{month:02}-{day:02}"), [], (month, day))
		self.assertEqual(self.wrong(OCTOBER), [])

	def test_control_accounts_have_the_balance_of_that_day(self):
		self.assertEqual(
			self.balances(SEPTEMBER), {"Clearing": "50.00", "Reserve": "125.00", "Advances": "-2500.00"}
		)
		self.assertEqual(
			self.balances(OCTOBER), {"Clearing": "100.00", "Reserve": "-435.00", "Advances": "-800.00"}
		)

	def test_a_difference_is_found_as_of_its_day_and_not_before(self):
		table = frappe.qb.DocType("Factoring Ledger Entry")
		change = frappe.qb.update(table).set(table.receivable, table.receivable + 7)
		change.where((table.sales_invoice == "CL-2") & (table.posting_date == "2026-10-05")).run()
		self.assertEqual(self.wrong("2026-10-04"), [])
		found = {row["role"]: text(row["difference"]) for row in self.wrong("2026-10-05")}
		self.assertEqual(found["Receivable, Invoice by Invoice"], "7.00")

	def test_the_books_tie_out_before_and_after_a_change_of_policy(self):
		values = {"purpose": "Change of Policy", "new_policy": "Sale", "posting_date": "2026-11-01"}
		adjustment_factories.adjustment(**values)
		for day, policy in ((SEPTEMBER, "Borrowing"), (OCTOBER, "Borrowing"), ("2026-11-01", "Sale")):
			self.assertEqual(statements.policy_on(ACME, getdate(day)), policy)
			self.assertEqual(self.wrong(day), [], day)

	def test_an_invoice_shows_what_it_was_then(self):
		rows = {
			row["sales_invoice"]: (
				row["factoring_status"],
				text(money(row["open_change"])),
				text(money(row["outstanding_amount"])),
			)
			for row in self.shown("Factored Invoices", as_of=SEPTEMBER)
		}
		self.assertEqual(
			rows,
			{
				"CL-1": ("Completed", "0.00", "0.00"),
				"CL-2": ("Financed", "2000.00", "2000.00"),
				"CL-3": ("Financed", "500.00", "500.00"),
			},
		)
		rows = self.shown("Factored Invoices", as_of="2026-10-05", state="Partly Paid")
		self.assertEqual(
			[(row["sales_invoice"], row["outstanding_amount"]) for row in rows], [("CL-2", 1500.0)]
		)

	def test_a_cancelled_import_counts_on_no_day(self):
		ledger = frappe.get_all(
			"Factoring Ledger Entry", {"report_import": self.imports["wrong"].name}, ["open_change"]
		)
		self.assertEqual(sorted(row.open_change for row in ledger), [-700.0, 700.0])
		rows = statements.factored_invoices(ACME, to_date=getdate("2026-10-19"))
		self.assertEqual([row.open_change for row in rows if row.sales_invoice == "CL-2"], [1500.0])
		self.assertEqual(self.wrong("2026-10-20"), [])

	def test_age_buyback_and_share_are_those_of_that_day(self):
		self.agreement(repurchase_days=60)
		rows = {row["sales_invoice"]: row for row in self.shown("Factored Invoices", as_of=SEPTEMBER)}
		row = rows["CL-2"]
		self.assertEqual((row["age"], row["bucket"], row["share"]), (29, "0-30", 100.0))
		self.assertEqual((str(row["buyback_on"]), row["recourse_days"]), ("2026-10-31", 31))
		self.assertEqual(rows["CL-1"]["recourse_days"], None)
		self.agreement(repurchase_days=60, repurchase_from="Purchase Date")
		rows = {row["sales_invoice"]: row for row in self.shown("Factored Invoices", as_of=SEPTEMBER)}
		self.assertEqual(str(rows["CL-2"]["buyback_on"]), "2026-11-11")

	def test_a_debtors_share_is_of_all_that_is_open(self):
		invoice = frappe.qb.DocType("Sales Invoice")
		frappe.qb.update(invoice).set(invoice.customer, "Another").where(invoice.name == "CL-3").run()
		rows = statements.factored_invoices(ACME, to_date=getdate(SEPTEMBER))
		ageing.add_ageing(rows, self.agreement(), getdate(SEPTEMBER))
		self.assertEqual(
			{row.sales_invoice: row.share for row in rows if row.share}, {"CL-2": 80.0, "CL-3": 20.0}
		)

	def test_a_card_shows_the_sum_of_a_day(self):
		self.assertIn("$ 2,500.00", overview.card("financed", ACME, getdate(SEPTEMBER)))
		self.assertIn("$ 125.00", overview.card("reserve", ACME, getdate(SEPTEMBER)))
		self.assertIn("$ 105.00", overview.card("fees", ACME, getdate(SEPTEMBER)))
		self.assertIn("$ 800.00", overview.card("financed", ACME))

	def test_the_reserve_statement_closes_with_the_balance_of_its_last_day(self):
		rows = self.shown("Reserve Statement", from_date="2026-09-01", to_date=SEPTEMBER)
		self.assertEqual(text(money(rows[-1]["balance"])), "125.00")


class TestAsOfUnderSale(TwoMonthsCase):
	POLICY = "Sale"

	def test_the_books_tie_out_as_of_each_month_end(self):
		for day in ("2026-09-12", SEPTEMBER, "2026-10-05", "2026-10-10", OCTOBER):
			self.assertEqual(self.wrong(day), [], day)

	def test_a_sold_invoice_owes_nothing_until_it_is_charged_back(self):
		def owed(day: str):
			rows = statements.factored_invoices(ACME, to_date=getdate(day))
			return {row.sales_invoice: row.outstanding_amount for row in rows}

		self.assertEqual(owed("2026-10-09"), {"CL-1": 0, "CL-2": 0, "CL-3": 0, "CL-4": 0})
		self.assertEqual(owed("2026-10-10")["CL-3"], 500)


class TestCompleteness(TwoMonthsCase):
	SETTINGS = {"payment_report_every": "Every Two Weeks"}

	def found(self, until: str | None = None) -> list[tuple[str, str]]:
		rows = completeness.find(ACME, getdate(until) if until else None)
		return [(row["kind"], row["name"]) for row in rows]

	def test_months_whose_reports_and_deposits_came_lack_nothing(self):
		self.assertEqual(self.found(SEPTEMBER), [])

	def test_a_payout_that_did_not_arrive_is_listed_with_what_is_left(self):
		def left() -> dict[str, str]:
			rows = completeness.find(ACME, getdate(OCTOBER))
			return {row["name"]: text(row["amount"]) for row in rows if row["kind"] == "No Deposit"}

		second = self.imports["second"]
		self.assertEqual(left(), {second.name: "100.00"})
		two_months.deposit(second, 60, "2026-11-02")
		self.assertEqual(left(), {second.name: "40.00"})

	def test_clearing_is_taken_apart_to_the_cent(self):
		found = payouts.clearing(ACME, getdate(SEPTEMBER))
		self.assertEqual((text(found.balance), text(found.unexplained)), ("50.00", "0.00"))
		self.assertEqual(
			[(row.source, text(row.left)) for row in found.payouts], [(self.imports["paid"].name, "50.00")]
		)
		two_months.bank_line(130, "2026-10-30")  # 30 more than RTS has announced
		found = payouts.clearing(ACME, getdate(OCTOBER))
		self.assertEqual((text(found.balance), text(found.unexplained)), ("-30.00", "30.00"))
		self.assertEqual(found.payouts, [])

	def test_a_gap_an_overlap_and_a_report_that_never_came_are_listed(self):
		period = {"period_from": "2026-10-15", "period_to": "2026-10-31"}
		frappe.db.set_value("Report Import", self.imports["second"].name, period)
		self.assertIn(("Gap", self.imports["second"].name), self.found())
		period = {"period_from": "2026-10-11", "period_to": "2026-10-31"}
		frappe.db.set_value("Report Import", self.imports["second"].name, period)
		self.assertIn(("Overlap", self.imports["second"].name), self.found())
		self.assertIn("Report Missing", [kind for kind, _name in self.found()])
		self.agreement(payment_report_every="Monthly")
		period = {"period_from": "2026-10-12", "period_to": frappe.utils.today()}
		frappe.db.set_value("Report Import", self.imports["second"].name, period)
		self.assertEqual([kind for kind, _name in self.found()], ["No Deposit"])

	def test_days_without_any_report_are_told_of_a_month(self):
		second = self.imports["second"].name
		period = {"period_from": "2026-10-12", "period_to": "2026-10-25"}
		frappe.db.set_value("Report Import", second, period)
		self.assertIn("Report Missing", [kind for kind, _name in self.found(OCTOBER)])

	def test_a_delivered_batch_without_its_report_is_listed(self):
		self.imports["bought"].reload()
		frappe.db.set_value("Report Import", self.imports["bought"].name, "docstatus", 2)
		frappe.db.set_value("Factoring Batch", "CB-2", "delivered_on", "2026-10-01 12:00:00")
		self.assertIn(("No Purchase Report", "CB-2"), self.found(OCTOBER))
		self.assertNotIn(("No Purchase Report", "CB-2"), self.found(SEPTEMBER))

	def test_a_company_that_no_longer_factors_is_still_checked(self):
		self.agreement(enabled=0)
		self.assertIn(("No Deposit", self.imports["second"].name), self.found(OCTOBER))

	def test_the_report_shows_what_is_missing_and_managers_are_told(self):
		rows = self.shown("Factoring Completeness", as_of=OCTOBER)
		self.assertIn("No Deposit", {row["kind"] for row in rows})
		manager = factories.make_user("closer@rts.test", "Factoring Manager")
		reminders.remind(ACME)
		subjects = frappe.get_all("Notification Log", {"for_user": manager}, pluck="subject")
		self.assertTrue([subject for subject in subjects if "reports or deposits are missing" in subject])


class TestBuyback(TwoMonthsCase):
	def due(self, day: str) -> list[tuple[str, int]]:
		rows = ageing.due_for_buyback(self.agreement(repurchase_days=60), getdate(day))
		return [(row.sales_invoice, row.days_left) for row in rows]

	def test_invoices_come_due_within_thirty_days_and_leave_when_they_are_paid(self):
		self.assertEqual(self.due(SEPTEMBER), [])
		self.assertEqual(self.due("2026-10-01"), [("CL-2", 30)])
		self.assertEqual(self.due("2026-10-19"), [("CL-2", 12)])
		self.assertEqual(self.due("2026-10-25"), [("CL-4", 30)])

	def test_an_agreement_without_recourse_has_none(self):
		agreement = self.agreement(repurchase_days=60, recourse=0)
		self.assertEqual(ageing.due_for_buyback(agreement, getdate(OCTOBER)), [])

	def test_the_card_and_the_report_show_the_same_invoices(self):
		self.agreement(repurchase_days=60)
		self.assertIn("$ 800.00", overview.card("buyback", ACME, getdate(OCTOBER)))
		rows = self.shown("Factored Invoices", as_of=OCTOBER, due_within="30")
		self.assertEqual([(row["sales_invoice"], row["recourse_days"]) for row in rows], [("CL-4", 24)])

	def told_on(self, *days: str) -> list[str]:
		"""The days of the daily job, given in order, on which a manager was told of a buyback; CL-4 comes due on 11/24."""
		manager = factories.make_user("closer@rts.test", "Factoring Manager")
		self.agreement(repurchase_days=60)
		found = []
		for day in days:
			frappe.db.delete("Notification Log", {"for_user": manager})
			reminders._due_for_buyback(ACME, get_datetime(f"{day} 00:05:00"))
			subjects = frappe.get_all("Notification Log", {"for_user": manager}, pluck="subject")
			found += [day for text in subjects if "buyback" in text]
		return found

	def bought_before_the_first_run(self):
		table = frappe.qb.DocType("Factoring Ledger Entry")
		frappe.qb.update(table).set(table.creation, table.posting_date).where(table.company == ACME).run()

	def test_managers_are_told_once_at_thirty_fourteen_and_seven_days_and_on_the_day(self):
		self.bought_before_the_first_run()
		days = ("2026-10-24", "2026-10-25", "2026-10-26", "2026-11-10", "2026-11-11")
		days += ("2026-11-17", "2026-11-21", "2026-11-24", "2026-11-24", "2026-11-25")
		told = ["2026-10-25", "2026-11-10", "2026-11-17", "2026-11-24"]
		self.assertEqual(self.told_on(*days), told)

	def test_a_day_on_which_the_job_did_not_run_is_told_on_the_next_run_once(self):
		self.bought_before_the_first_run()
		self.assertEqual(
			self.told_on("2026-10-24", "2026-10-27", "2026-10-28", "2026-11-12", "2026-11-13", "2026-11-30"),
			["2026-10-27", "2026-11-12", "2026-11-30"],
		)

	def test_an_invoice_that_came_since_the_last_run_is_told_however_late_it_is(self):
		self.bought_before_the_first_run()
		table = frappe.qb.DocType("Factoring Ledger Entry")
		since = frappe.qb.update(table).set(table.creation, "2026-11-01 09:00:00")
		since.where(table.sales_invoice == "CL-4").run()
		self.assertEqual(self.told_on("2026-11-01", "2026-11-02", "2026-11-03"), ["2026-11-01", "2026-11-02"])

	def test_a_form_that_was_open_during_the_run_does_not_make_it_forget(self):
		self.bought_before_the_first_run()
		self.told_on("2026-10-25")
		doc = self.agreement()
		doc.buyback_told_on = None
		doc.save()
		self.assertEqual(self.told_on("2026-10-26"), [])
