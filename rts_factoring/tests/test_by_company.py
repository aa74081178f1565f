"""*Factoring by Company*: what each company has, only of companies the user may see, and no sum over two currencies."""

import json
from unittest.mock import patch
from urllib.parse import parse_qs, urlparse

import frappe
from frappe.desk.query_report import run
from frappe.utils import add_days, get_last_day, getdate

from rts_factoring.rts_factoring.report.factoring_by_company import factoring_by_company
from rts_factoring.services.accounting import daily_totals
from rts_factoring.services.company import settings
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
		last = by_company.rows(None, getdate())[-1]
		self.assertEqual((last["is_total"], last["bold"], last["links"]), (1, 1, {}))

	def test_a_figure_counts_what_stands_and_nothing_else(self):
		"""Whole amounts of submitted invoices, what is posted up to the day, and reports that are not cancelled."""
		before = shown()
		frappe.db.set_value("Sales Invoice", "AF-10003", "outstanding_amount", 1)
		total = dict.fromkeys(daily_totals.AMOUNTS, 500)
		tomorrow = add_days(getdate(), 1)
		daily_totals.add([{"company": ACME, "currency": "USD", "posting_date": tomorrow, **total}])
		self.assertEqual(shown(), before)
		self.assertEqual(shown(tomorrow)[ACME]["financed"], before[ACME]["financed"] + 500)
		odd = frappe.db.get_value("Report Import", {"company": ACME, "docstatus": 0})
		for docstatus, counted in ((1, 1), (2, 0)):
			frappe.db.set_value("Report Import", odd, "docstatus", docstatus)
			self.assertEqual(shown()[ACME]["waiting_rows"], counted)
		frappe.db.set_value("Sales Invoice", "AF-10003", "docstatus", 2)
		self.assertEqual(shown()[ACME]["queued"], 0)

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

	def test_a_list_behind_a_figure_adds_up_to_it(self):
		"""Of rows that wait also where the report is submitted; nothing of what is cancelled."""
		sent = frappe.get_all("Sales Invoice", {"company": ACME, "factoring_status": "Submitted"}, limit=1)
		frappe.db.set_value("Sales Invoice", sent[0].name, "docstatus", 2)
		odd = frappe.db.get_value("Report Import", {"company": ACME, "docstatus": 0})
		for docstatus in (0, 1, 2):
			frappe.db.set_value("Report Import", odd, "docstatus", docstatus)
			(row,) = by_company.rows([ACME], getdate())
			for name, doctype, field in (
				("queued", "Sales Invoice", "grand_total"),
				("unanswered", "Sales Invoice", "grand_total"),
				("waiting_rows", "Report Import", "waiting_count"),
			):
				address = urlparse(row["links"][name])
				self.assertTrue(address.path.endswith(f"/{doctype.lower().replace(' ', '-')}"), address)
				filters = {
					key: json.loads(value) if value.startswith("[") else value
					for key, (value,) in parse_qs(address.query).items()
				}
				listed = frappe.get_all(doctype, filters=filters, pluck=field)
				self.assertTrue(all(listed))  # nothing that adds nothing
				self.assertEqual(sum(listed), float(row[name]), name)

	def test_a_company_has_its_line_when_nothing_is_there_and_when_its_agreement_ended(self):
		frappe.db.set_value("Sales Invoice", "BL-20001", "factoring_status", "")
		frappe.db.set_value(settings.DOCTYPE, BLUEBIRD, "enabled", 0)
		frappe.clear_document_cache(settings.DOCTYPE, BLUEBIRD)
		self.assertEqual(shown()[BLUEBIRD], dict.fromkeys(SHOWN, 0))

	def test_a_company_that_is_not_set_up_is_named(self):
		with patch.object(settings, "companies_with_settings", return_value=[BLUEBIRD]):
			self.assertEqual(
				run(REPORT, {"company": ACME})["message"], f"{ACME} is not set up for factoring."
			)
			self.assertIsNone(run(REPORT, {"company": BLUEBIRD})["message"])

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

	def test_rows_that_wait_count_once_in_a_company_of_two_currencies(self):
		total = {"company": ACME, "currency": "CAD", "posting_date": "2026-11-02"}
		daily_totals.add([total | dict.fromkeys(daily_totals.AMOUNTS, 500)])
		rows = by_company.rows([ACME], getdate())
		found = [(row["currency"], row["waiting_rows"], int(row["financed"])) for row in rows]
		self.assertEqual(found, [("USD", 1, 2450), ("CAD", 0, 500)])
		daily_totals.add([total | {"company": BLUEBIRD} | dict.fromkeys(daily_totals.AMOUNTS, 500)])
		totals = [row["company"] for row in by_company.rows(None, getdate()) if row.get("is_total")]
		self.assertEqual(totals, ["Total CAD", "Total USD"])

	def test_a_user_limited_to_one_company_sees_it_alone(self):
		user = factories.make_user("by.company@example.com", "Factoring User", "Accounts User")
		limit = {"doctype": "User Permission", "user": user, "allow": "Company", "for_value": BLUEBIRD}
		frappe.get_doc(limit).insert()
		frappe.set_user(user)
		answer = run(REPORT, {})
		self.assertEqual([row["company"] for row in answer["result"]], [BLUEBIRD])
		columns = [column["fieldname"] for column in answer["columns"]]
		self.assertEqual(columns, ["company", *SHOWN, "currency"])
		with self.assertRaises(frappe.PermissionError):
			run(REPORT, {"company": ACME})
		with self.assertRaises(frappe.PermissionError):  # also where Frappe's own check is passed by
			factoring_by_company.execute({"company": ACME})
