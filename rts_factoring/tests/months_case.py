"""The case of tests that look back at two months: posted once for a class, whose tests roll back."""

import frappe
from frappe.desk.query_report import run
from frappe.utils import getdate

from rts_factoring.services.company import settings
from rts_factoring.services.views import statements
from rts_factoring.tests import factories, two_months
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase


class TwoMonthsCase(ReportCase):
	POLICY = "Borrowing"
	SETTINGS: dict = {}

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		factories.wipe()
		cls.clear()
		factories.make_settings(ACME, policy=cls.POLICY, **cls.SETTINGS)
		factories.make_notice(ACME)
		two_months.make_invoices()
		cls.imports = two_months.september() | two_months.october()
		factories.commit_without_jobs()

	@classmethod
	def clear(cls):
		values = {
			"repurchase_days": 0,
			"payment_report_every": "",
			"fee_yearly_rate": 0,
			"fee_covers_days": 0,
		}
		factories.make_settings(ACME, **values, **dict.fromkeys(settings.MONTH_END_ACCOUNTS))

	@classmethod
	def tearDownClass(cls):
		frappe.db.rollback()
		factories.wipe()
		cls.clear()
		frappe.db.commit()
		super().tearDownClass()

	def setUp(self):
		self.addCleanup(frappe.db.rollback)

	def agreement(self, **values):
		return factories.make_settings(ACME, policy=self.POLICY, **{**self.SETTINGS, **values})

	def wrong(self, day: str) -> list:
		return [row for row in statements.tie_out(ACME, getdate(day)) if row["difference"]]

	def shown(self, name: str, **filters) -> list[dict]:
		answer = run(name, filters={"company": ACME, **filters}, ignore_prepared_report=True)
		return [row for row in answer["result"] if isinstance(row, dict)]
