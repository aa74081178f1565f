"""The case of tests that import reports."""

import frappe

from rts_factoring.core.money import money, text
from rts_factoring.services.reports import decisions, report_import
from rts_factoring.services.views import overview, statements
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME

PERIOD = "11/01/2026 - 11/30/2026"


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


class UndoCase(ReportCase):
	"""One batch is bought; imports are posted, posted late and cancelled."""

	SENT = True

	def setUp(self):
		super().setUp()
		self.bought = report_factories.import_sample("purchase_clean")

	def post(self, *rows, period: str = PERIOD):
		self.number = getattr(self, "number", 0) + 1
		return report_factories.import_file(
			f"undo-{self.number}.xlsx", report_factories.payment_rows(period, *rows)
		)

	def cancel(self, doc) -> None:
		frappe.get_doc("Report Import", doc.name).cancel()
		self.assert_books_agree()

	def post_late(self, doc, row: int, event: str) -> None:
		decisions.record_decision(doc.name, [row], "type", event=event)
		report_import.post_waiting(doc.name)

	def blocked(self, doc, *words: str) -> None:
		frappe.db.savepoint("blocked")
		with self.refused(*words):
			frappe.get_doc("Report Import", doc.name).cancel()
		frappe.db.rollback(save_point="blocked")
