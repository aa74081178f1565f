"""*Factoring Position* and *Debtor Scorecard* on posted reports: every figure is worked out by hand."""

from datetime import date

import frappe
from frappe.desk.query_report import run

from rts_factoring import api
from rts_factoring.services.accounting import deposits
from rts_factoring.services.views import debtors, forecasts
from rts_factoring.tests import factories, opening_factories, report_factories
from rts_factoring.tests.factories import ACME, BLUEBIRD, bank_account
from rts_factoring.tests.recorded_queries import recorded
from rts_factoring.tests.report_case import ReportCase

FAST, SLOW = "Prairie Foods", "Lakeside Steel"
TODAY = date(2026, 11, 28)
HEADER = (*report_factories.PURCHASE_HEADER, "Purchase Date")
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


class PositionCase(ReportCase):
	"""Two debtors. Each invoice is of 1,000.00, dated 1 October and bought on its batch's day: advance 950.00, reserve 50.00, fee
	30.00, so 920.00 are paid out. *Fast* pays after 20 days, *Slow* after 40. What a test adds is rolled back."""

	SENT = True  # the case itself posts the history, once for all its tests

	@classmethod
	def setUpClass(cls):
		super(ReportCase, cls).setUpClass()
		factories.wipe()
		for company in factories.COMPANIES:
			factories.make_settings(company)
		factories.make_settings(ACME, repurchase_days=60, recourse=1)
		factories.make_notice(ACME)
		for name in (FAST, SLOW):
			if not frappe.db.exists("Customer", name):
				doc = {"doctype": "Customer", "customer_name": name, "customer_type": "Company"}
				frappe.get_doc(doc).insert()
		cls.posted = []
		cls.history()
		factories.commit_without_jobs()

	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.set_user, "Administrator")
		self.addCleanup(frappe.clear_document_cache, factories.settings.DOCTYPE, ACME)

	@classmethod
	def history(cls) -> None:
		cls.buy("P1", "2026-10-05", F1=FAST, F2=FAST, S1=SLOW)
		cls.buy("P2", "2026-11-10", F3=FAST, S2=SLOW)
		cls.pay(
			("F1", "10/25/2026", "Payment", 1000, 50),  # 20 days, 24 from the invoice
			("F2", "10/25/2026", "Payment", 1000, None),  # its reserve is still held
			("S1", "11/14/2026", "Payment", 1000, 50),  # 40 days
		)

	@classmethod
	def buy(cls, batch: str, day: str, **customers: str) -> None:
		"""A batch, delivered on the day RTS buys it; keywords are invoice number → debtor."""
		for number, customer in customers.items():
			factories.make_invoice(
				number, customer=customer, amount=1000, po_no=number, posting_date="2026-10-01"
			)
			factories.receivables()[number] = {"customer": customer, "amount": "1000"}
		sent = report_factories.sent_batch(batch, list(customers))
		sent.db_set("delivered_on", f"{day} 08:00:00")
		titles = [("Purchase Report",), ("Client #:", "104233"), ("Batch:", batch)]
		bought = [(number, name, 1000, 1000, 30, 50, 920, day) for number, name in customers.items()]
		content = report_factories.workbook([*titles, HEADER, *bought])
		cls.posted.append(report_factories.import_file(f"{batch}.xlsx", content))

	@classmethod
	def pay(cls, *lines) -> None:
		"""Lines are invoice, day, type, amount, and the reserve released."""
		rows = [
			(number, str(place), day, kind, amount, None, released)
			for place, (number, day, kind, amount, released) in enumerate(lines)
		]
		content = report_factories.payment_rows("10/01/2026 - 11/28/2026", *rows)
		cls.posted.append(report_factories.import_file(f"pay-{len(cls.posted)}.xlsx", content))

	def lines(self, found, part: str) -> dict:
		return {row["key"]: row for row in found[part]}


class TestPosition(PositionCase):
	def test_what_rts_owes_is_the_clearing_account_and_the_reserve(self):
		found = self.lines(forecasts.position(ACME, TODAY), "owed")
		# payouts: five of 920.00, and two releases of 50.00
		self.assertEqual(
			{key: row["amount"] for key, row in found.items()},
			{
				"payouts": 4700.0,
				"clearing": 4700.0,
				"reserve": 150.0,
				"total": 4850.0,
			},
		)
		made = deposits.record(self.posted[0], bank_account(), 2760, "2026-10-06", "W1")
		found = self.lines(forecasts.position(ACME, TODAY), "owed")
		self.assertEqual((found["payouts"]["amount"], found["drafts"]["amount"]), (1940.0, 2760.0))
		frappe.get_doc("Journal Entry", made["journal_entry"]).submit()
		found = self.lines(forecasts.position(ACME, TODAY), "owed")
		self.assertEqual((found["clearing"]["amount"], found["total"]["amount"]), (1940.0, 2090.0))
		self.assertNotIn("other", found)

	def test_what_comes_is_by_the_terms_and_by_each_debtors_own_days(self):
		factories.make_invoice("F4", customer=FAST, amount=2000, po_no="F4", posting_date="2026-11-20")
		sent = report_factories.sent_batch("P3", ["F4"])
		sent.db_set("delivered_on", "2026-11-28 09:00:00")
		frappe.db.set_value("Report Import", self.posted[1].name, "run_date", "2026-11-13")
		frappe.db.set_value("Report Import", self.posted[0].name, "run_date", "2026-10-08")
		found = self.lines(forecasts.position(ACME, TODAY), "expected")
		self.assertEqual(found["announced"]["due"], 4700.0)
		# 92 % of 2,000.00, three days after the delivery as the batches before
		self.assertEqual(found["sent"]["weeks"], [1840.0, 0.0, 0.0, 0.0])
		# F3 was bought on 10 November, and Fast pays after 20 days: 30 November. S2 after 40 days: 20 December.
		# The 50.00 of F2, which is paid, are due.
		self.assertEqual(found["released"]["weeks"], [50.0, 0.0, 0.0, 50.0])
		self.assertEqual((found["released"]["due"], found["released"]["total"]), (50.0, 150.0))
		self.assertEqual(found["total"]["weeks"], [1890.0, 0.0, 0.0, 50.0])
		self.assertEqual(found["total"]["total"], 6690.0)

	def test_recourse_counts_the_days_of_the_agreement(self):
		found = forecasts.position(ACME, TODAY)["recourse"]
		# dated 1 October, back after 60 days: 30 November, in 2 days
		self.assertEqual((found["open"], found["reserve"]), (2000.0, 100.0))
		rows = {row["key"]: (row["count"], row["amount"]) for row in found["rows"]}
		self.assertEqual(rows, {"overdue": (0, 0.0), "in_7": (2, 2000.0)})
		late = forecasts.position(ACME, date(2026, 12, 1))["recourse"]["rows"]
		self.assertEqual([(row["key"], row["count"]) for row in late], [("overdue", 2)])
		factories.make_settings(ACME, recourse=0, repurchase_days=60)
		found = forecasts.position(ACME, TODAY)["recourse"]
		self.assertEqual([(row["key"], row["count"]) for row in found["rows"]], [("later", 2)])

	def test_an_invoice_that_an_opening_let_in_counts_from_its_own_date(self):
		factories.make_invoice("F9", customer=FAST, amount=1000, po_no="F9", posting_date="2026-10-01")
		opened = opening_factories.line("F9", 1000, 800, 50)
		opening_factories.opening([opened], posting_date="2026-11-01")
		found = forecasts.position(ACME, TODAY)
		self.assertEqual((found["recourse"]["open"], found["recourse"]["reserve"]), (2800.0, 150.0))
		rows = {row["key"]: (row["count"], row["amount"]) for row in found["recourse"]["rows"]}
		self.assertEqual(rows, {"overdue": (0, 0.0), "in_7": (3, 2800.0)})
		released = self.lines(found, "expected")["released"]
		self.assertEqual((released["due"], released["total"]), (100.0, 200.0))  # usually paid on 21 October
		scores = {row["customer"]: row for row in debtors.scorecard(ACME, *YEAR)}
		self.assertEqual((scores[FAST]["open"], scores[FAST]["invoices"]), (1800, 3))

	def test_the_cost_is_a_yearly_rate_by_debtor(self):
		found = forecasts.position(ACME, TODAY)["costs"]
		rows = {
			row["customer"]: (row["invoices"], row["fee"], row["days"], row["rate"]) for row in found["rows"]
		}
		# 60 / (950 × 20 × 2) × 365 = 57.63 %; 30 / (950 × 40) × 365 = 28.82 %
		self.assertEqual(rows, {FAST: (2, 60.0, 20.0, 57.63), SLOW: (1, 30.0, 40.0, 28.82)})
		# 90 / (38,000 + 38,000) × 365 = 43.22 %
		self.assertEqual((found["total"]["rate"], found["total"]["days"]), (43.22, 20.0))

	def test_money_held_for_rts_and_foreign_entries_are_told_apart(self):
		clearing = frappe.db.get_value(factories.settings.DOCTYPE, {"company": ACME}, "clearing_account")
		write_off = frappe.db.get_value("Company", ACME, "write_off_account")
		center = frappe.db.get_value("Company", ACME, "cost_center")
		for account, amount in ((bank_account(), 11), (bank_account(), 101), (write_off, 7)):
			entry = frappe.get_doc(
				{"doctype": "Journal Entry", "company": ACME, "posting_date": "2026-11-20"}
			)
			entry.append(
				"accounts", {"account": account, "debit_in_account_currency": amount, "cost_center": center}
			)
			entry.append("accounts", {"account": clearing, "credit_in_account_currency": amount})
			entry.insert()
			if amount == 101:
				entry.db_set("factoring_is_held", 1)
				entry.reload()
			entry.submit()
		found = self.lines(forecasts.position(ACME, TODAY), "owed")
		self.assertEqual(
			{key: found[key]["amount"] for key in ("payouts", "unlinked", "held", "other", "clearing")},
			{"payouts": 4700.0, "unlinked": -11.0, "held": -101.0, "other": -7.0, "clearing": 4581.0},
		)

	def test_a_company_that_is_not_set_up_is_told_so_and_no_more(self):
		frappe.delete_doc(factories.settings.DOCTYPE, BLUEBIRD, force=True)
		self.assertEqual(
			forecasts.position(BLUEBIRD, TODAY),
			{"company": BLUEBIRD, "currency": "USD", "today": TODAY, "is_set_up": False},
		)
		answer = run(
			"Debtor Scorecard", filters={"company": BLUEBIRD, "from_date": YEAR[0], "to_date": YEAR[1]}
		)
		self.assertEqual(answer["result"], [])
		self.assertIn(f"<strong>{BLUEBIRD}</strong> is not set up for factoring.", answer["message"])

	def test_the_figures_take_few_queries_however_many_invoices_there_are(self):
		forecasts.position(ACME, TODAY)  # what is cached is cached
		with recorded() as few:
			forecasts.position(ACME, TODAY)
		self.buy("P4", "2026-11-12", **{f"M{number}": FAST for number in range(6)})
		with recorded() as more:
			forecasts.position(ACME, TODAY)
		self.assertEqual(len(few), len(more))

	def test_a_user_of_another_company_sees_nothing(self):
		user = factories.make_user("other@rts.test", "Factoring User")
		permission = {"doctype": "User Permission", "user": user, "allow": "Company", "for_value": BLUEBIRD}
		frappe.get_doc(permission).insert()
		frappe.set_user(user)
		with self.assertRaises(frappe.PermissionError):
			api.get_position(ACME)
		self.assertTrue(api.get_position(BLUEBIRD)["is_set_up"])


class TestScorecard(PositionCase):
	def test_a_debtor_is_described_by_what_it_did(self):
		self.buy("P5", "2026-11-12", F5=FAST, F6=FAST)
		self.pay(
			("F5", "11/20/2026", "Short Pay", 900, None),
			("F6", "11/20/2026", "Chargeback", 1000, None),
		)
		rows = {row["customer"]: row for row in debtors.scorecard(ACME, *YEAR)}
		fast = rows[FAST]
		self.assertEqual(
			(fast["invoices"], str(fast["purchased"]), str(fast["open"])), (5, "5000.00", "1000.00")
		)
		self.assertEqual((fast["short_pays"], str(fast["short_paid"])), (1, "100.00"))
		self.assertEqual((fast["chargebacks"], str(fast["charged_back"])), (1, "1000.00"))
		# 20, 20 and 8 days; from the invoices' date 24, 24 and 50
		self.assertEqual((str(fast["days"]), str(fast["invoice_days"])), ("20", "24"))
		self.assertEqual((str(fast["share"]), str(rows[SLOW]["share"])), ("50.0", "50.0"))
		self.assertEqual(list(rows), [FAST, SLOW])  # as much is open; more was bought of the first

	def test_the_trend_compares_the_last_90_days_with_those_before(self):
		found = {row["customer"]: row["trend"] for row in debtors.scorecard(ACME, YEAR[0], date(2027, 1, 30))}
		# paid on 25 October and 14 November: only the second is after 1 November
		self.assertEqual(found, {FAST: None, SLOW: None})
		self.buy("P6", "2026-10-30", F7=FAST)
		self.pay(("F7", "11/27/2026", "Payment", 1000, 50))  # 28 days, after 20 before
		found = {row["customer"]: row["trend"] for row in debtors.scorecard(ACME, YEAR[0], date(2027, 1, 30))}
		self.assertEqual(str(found[FAST]), "8")

	def test_invoices_bought_outside_the_period_do_not_count(self):
		rows = debtors.scorecard(ACME, date(2026, 11, 1), date(2026, 11, 30))
		self.assertEqual({row["customer"]: row["invoices"] for row in rows}, {FAST: 1, SLOW: 1})
		self.assertEqual({row["days"] for row in rows}, {None})

	def test_holds_and_denials_stay_though_the_invoice_is_bought_later(self):
		report_factories.sent_samples()
		report_factories.import_golden("purchase_mixed")
		since, until = date(2026, 1, 1), date.today()
		found = debtors.refusals(ACME, since, until)
		lines = frappe.get_all(
			"Report Import Line",
			{"company": ACME, "posted": 1, "outcome": ("in", ("held", "denied"))},
			"outcome",
		)
		self.assertTrue(lines)
		self.assertEqual(sum(sum(counts.values()) for counts in found.values()), len(lines))

	def test_a_cancelled_import_leaves_no_trace(self):
		before = debtors.scorecard(ACME, *YEAR)
		self.buy("P7", "2026-11-12", F8=FAST)
		frappe.get_doc("Report Import", self.posted[-1].name).cancel()
		self.assertEqual(debtors.scorecard(ACME, *YEAR), before)

	def test_the_report_shows_the_rows_in_the_companys_currency(self):
		answer = run("Debtor Scorecard", filters={"company": ACME, "from_date": YEAR[0], "to_date": YEAR[1]})
		rows = [row for row in answer["result"] if isinstance(row, dict)]
		self.assertEqual([row["customer"] for row in rows], [FAST, SLOW])
		self.assertEqual({row["currency"] for row in rows}, {"USD"})
		self.assertEqual(answer["chart"]["data"]["datasets"][0]["values"], [1000.0, 1000.0])


class TestFirstWeeks(PositionCase):
	@classmethod
	def history(cls) -> None:
		cls.buy("P1", "2026-11-10", F1=FAST, S1=SLOW)

	def test_a_debtor_without_payments_pays_as_all_do_and_without_any_there_is_no_date(self):
		found = self.lines(forecasts.position(ACME, TODAY), "expected")["released"]
		self.assertEqual((found["undated"], found["weeks"]), (100.0, [0.0, 0.0, 0.0, 0.0]))
		self.pay(("F1", "11/20/2026", "Payment", 1000, 50))  # after 10 days; so Slow was due on 20 November
		found = self.lines(forecasts.position(ACME, TODAY), "expected")["released"]
		self.assertEqual((found["undated"], found["due"]), (0.0, 50.0))
