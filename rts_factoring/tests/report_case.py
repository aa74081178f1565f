"""The case of tests that import reports."""

import frappe

from rts_factoring.core.money import money, text
from rts_factoring.services.views import overview, statements
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME


class ReportCase(FreightCase):
	"""The samples are sent once for a class where its tests only read or roll back (`SENT`)."""

	SENT = False

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		if cls.SENT:
			factories.wipe()
			for company in factories.COMPANIES:
				factories.make_settings(company)
			factories.make_notice(ACME)
			report_factories.sent_samples()
			factories.commit_without_jobs()  # RTS has them already: no worker sends them

	def setUp(self):
		if not self.SENT:
			super().setUp()
		self.addCleanup(frappe.db.rollback)
		self.addCleanup(factories.receivables.cache_clear)

	def assert_books_agree(self):
		rows = (*statements.tie_out(ACME), overview.tie_out_row(ACME))
		wrong = [row for row in rows if row["difference"]]
		self.assertEqual(wrong, [])

	def figures(self, invoice: str) -> tuple[str, str]:
		row = frappe.db.get_value("Sales Invoice", invoice, ["factoring_status", "outstanding_amount"])
		return row[0], text(money(row[1]))
