"""*Factoring by Company*: what each company has, only of companies the user may see, and no sum over two currencies."""

from urllib.parse import parse_qs, urlparse

import frappe
from frappe.desk.query_report import run
from frappe.utils import add_days, get_last_day, getdate

from rts_factoring.services.accounting import daily_totals
from rts_factoring.services.views import by_company
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD

REPORT = "Factoring by Company"
SHOWN = (*by_company.AMOUNTS, "waiting_rows")


def shown(day=None) -> dict[str, dict]:
	"""Company → its row, with whole amounts."""
	rows = by_company.rows(None, day or getdate())
	return {row["company"]: {name: int(row[name]) for name in SHOWN} for row in rows}


class TestByCompany(FreightCase):
	def setUp(self):
		super().setUp()
		factories.make_settings(ACME, repurchase_days=30, recourse=1)
		factories.make_notice(BLUEBIRD)
		factories.make_invoices(["AF-10001", "AF-10002", "AF-10003", "BL-20001"])
		report_factories.sent_batch("BC-1", ["AF-10001", "AF-10002"])
		bought = report_factories.purchase_rows("BC-1", ("AF-10001", 2450, 70, 120))
		report_factories.import_file("bought.xlsx", bought)
		rows = report_factories.payment_rows(
			"11/01/2026 - 11/15/2026", ("AF-10003", "1", "11/05/2026", "?", 5)
		)
		report_factories.import_file("odd.xlsx", rows, submit=False)

	def test_a_company_has_one_line_and_the_sum_follows(self):
		ours = {"queued": 3120, "unanswered": 1875, "financed": 2450, "reserve": 120, "fees": 70}
		ours |= {"buyback": 2450, "waiting_rows": 1}
		theirs = dict.fromkeys(SHOWN, 0) | {"queued": 3050}
		total = {name: ours[name] + theirs[name] for name in SHOWN}
		self.assertEqual(shown(), {ACME: ours, BLUEBIRD: theirs, "Total USD": total})

	def test_fees_are_those_of_the_days_month(self):
		next_month = add_days(get_last_day(getdate()), 1)
		self.assertEqual(shown(next_month)[ACME] | {"fees": 70}, shown()[ACME])
		self.assertEqual(shown(next_month)[ACME]["fees"], 0)

	def test_what_a_figure_counts_is_one_click_away(self):
		(row,) = by_company.rows([ACME], getdate())
		asked = {
			name: (urlparse(link).path, parse_qs(urlparse(link).query)) for name, link in row["links"].items()
		}
		self.assertEqual(set(asked), set(SHOWN))
		self.assertTrue(all(query["company"] == [ACME] for _path, query in asked.values()))
		self.assertTrue(asked["unanswered"][0].endswith("/sales-invoice"))
		self.assertEqual(asked["unanswered"][1]["factoring_status"], ["Submitted"])
		self.assertEqual(asked["buyback"][1]["due_within"], ["30"])

	def test_two_currencies_are_not_added_up(self):
		daily_totals.add(
			[
				{"company": BLUEBIRD, "currency": "CAD", "posting_date": "2026-11-02"}
				| dict.fromkeys(daily_totals.AMOUNTS, 500)
			]
		)
		rows = by_company.rows(None, getdate())
		found = [(row["company"], row["currency"], int(row["financed"])) for row in rows]
		self.assertEqual(
			found,
			[
				(ACME, "USD", 2450),
				(BLUEBIRD, "USD", 0),
				(BLUEBIRD, "CAD", 500),
				("Total USD", "USD", 2450),
			],
		)

	def test_a_user_limited_to_one_company_sees_it_alone(self):
		user = factories.make_user("by.company@example.com", "Factoring User", "Accounts User")
		limit = {"doctype": "User Permission", "user": user, "allow": "Company", "for_value": BLUEBIRD}
		frappe.get_doc(limit).insert()
		frappe.set_user(user)
		rows = run(REPORT, {})["result"]
		self.assertEqual([row["company"] for row in rows], [BLUEBIRD])
		with self.assertRaises(frappe.PermissionError):
			run(REPORT, {"company": ACME})
