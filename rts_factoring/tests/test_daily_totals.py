"""The sums of the ledger per company, currency and day: kept with the entries, shown on the cards, proved by the tie-out."""

import frappe
from frappe.utils import getdate, today

from rts_factoring.rts_factoring.report.factoring_tie_out import factoring_tie_out
from rts_factoring.services.accounting import daily_totals
from rts_factoring.services.views import overview
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD

LIMITED = "daily.totals@example.com"
NAMES = ["AF-10001", "AF-10002"]


class TestDailyTotals(FreightCase):
	def setUp(self):
		super().setUp()
		factories.make_invoices(NAMES)
		report_factories.sent_batch("A1", NAMES)

	def buy(self):
		rows = [("AF-10001", 1000, 30, 50), ("AF-10002", 500, 15, 25)]
		return report_factories.import_file("p.xlsx", report_factories.purchase_rows("A1", *rows))

	def pay(self):
		rows = [
			("AF-10001", "1", "11/05/2026", "Payment", 1000, None, 50),
			(None, "2", "11/06/2026", "Wire Fee", -12),
		]
		return report_factories.import_file(
			"d.xlsx", report_factories.payment_rows("11/01/2026 - 11/15/2026", *rows)
		)

	def kept(self) -> dict[str, tuple]:
		rows = frappe.get_all(
			daily_totals.DOCTYPE,
			{"company": ACME, "currency": "USD"},
			["posting_date", *daily_totals.AMOUNTS],
			order_by="posting_date",
		)
		return {str(row.posting_date): tuple(row[name] for name in daily_totals.AMOUNTS) for row in rows}

	def assert_proved(self):
		self.assertEqual(daily_totals.compare(ACME).days, [])

	def test_each_posting_adds_its_entries_and_an_undo_takes_them_off(self):
		self.assertEqual(self.kept(), {})
		self.buy()
		bought = self.kept()
		(day,) = bought
		self.assertEqual(bought[day], (1500, 1500, 75, 45, 0))
		paid = self.pay()
		after = bought | {"2026-11-05": (0, -1000, -50, 0, 0), "2026-11-06": (0, 0, -12, 0, 12)}
		self.assertEqual(self.kept(), after)
		self.assert_proved()
		paid.cancel()
		self.assertEqual(self.kept(), after | dict.fromkeys(("2026-11-05", "2026-11-06"), (0, 0, 0, 0, 0)))
		self.assert_proved()

	def test_a_second_posting_of_a_day_is_added_to_the_first(self):
		frappe.db.delete(daily_totals.DOCTYPE, {"company": ACME})
		entry = {"company": ACME, "currency": "USD", "posting_date": "2026-11-05"}
		entry |= {"purchased": 10, "open_change": 10.1, "reserve": 0.2, "fee": 0, "charges": None}
		for _time in range(3):
			daily_totals.add([entry, entry | {"posting_date": getdate("2026-11-06")}])
		self.assertEqual(self.kept(), dict.fromkeys(("2026-11-05", "2026-11-06"), (30, 30.3, 0.6, 0, 0)))

	def test_the_tie_out_shows_sums_that_are_not_those_of_the_ledger(self):
		self.buy()
		self.assertEqual(self.row()["difference"], 0)
		frappe.db.set_value("Factoring Ledger Entry", {"sales_invoice": "AF-10002"}, "fee", 16)
		row = self.row()
		self.assertEqual((row["ledger"], row["journal"], row["difference"]), (1500, 1500, 1))
		self.assertNotEqual(row["account"], "sum over days")
		daily_totals.rebuild(ACME)
		self.assertEqual(self.row()["difference"], 0)

	def row(self) -> dict:
		return next(
			row for row in factoring_tie_out.execute({"company": ACME})[1] if "Day by Day" in row["role"]
		)

	def test_sums_are_written_anew_for_one_company_only(self):
		self.buy()
		bought = self.kept()
		other = {"company": BLUEBIRD, "currency": "USD", "posting_date": today()}
		daily_totals.add([other | dict.fromkeys(daily_totals.AMOUNTS, 7)])
		frappe.db.set_value(daily_totals.DOCTYPE, {"company": ACME}, "reserve", 1)
		daily_totals.rebuild(ACME)
		self.assertEqual(self.kept(), bought)
		self.assertEqual(frappe.db.get_value(daily_totals.DOCTYPE, {"company": BLUEBIRD}, "fee"), 7)

	def test_nobody_changes_a_sum_by_hand(self):
		self.buy()
		total = frappe.get_last_doc(daily_totals.DOCTYPE, {"company": ACME})
		total.fee = 0
		with self.refused("follow the Factoring Ledger Entries"):
			total.save()
		with self.refused("follow the Factoring Ledger Entries"):
			total.delete()

	def test_a_card_sums_what_the_user_may_list_and_no_more(self):
		self.buy()
		factories.make_user(LIMITED, "Factoring User")
		customer = frappe.db.get_value("Sales Invoice", "AF-10002", "customer")
		self.assertNotEqual(customer, frappe.db.get_value("Sales Invoice", "AF-10001", "customer"))
		self.addCleanup(frappe.db.delete, "User Permission", {"user": LIMITED})
		for allow, value, amount in (
			(None, None, "1,500.00"),
			("Customer", customer, "500.00"),
			("Company", ACME, "1,500.00"),
			("Company", BLUEBIRD, "0.00"),
		):
			with self.subTest(allow=allow, value=value):
				frappe.db.delete("User Permission", {"user": LIMITED})
				if allow:
					permission = {
						"doctype": "User Permission",
						"user": LIMITED,
						"allow": allow,
						"for_value": value,
					}
					frappe.get_doc(permission).insert()
				frappe.cache.hdel("user_permissions", LIMITED)
				frappe.set_user(LIMITED)
				try:
					self.assertIn(
						f" {amount}<", overview.card("financed").replace("$", " ").replace("  ", " ")
					)
				finally:
					frappe.set_user("Administrator")
