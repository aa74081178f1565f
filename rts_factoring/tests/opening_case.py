"""Balances that the books hold before the app begins: what tests of openings begin with, under either policy."""

import frappe

from rts_factoring.core.model import Role
from rts_factoring.services.accounting import journal_rows
from rts_factoring.services.invoices import notices
from rts_factoring.services.views import statements
from rts_factoring.tests import factories, opening_factories, report_factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.opening_factories import LOAN, RESERVE
from rts_factoring.tests.report_case import ReportCase


class OpeningCase(ReportCase):
	POLICY = "Borrowing"

	def setUp(self):
		super().setUp()
		self.settings = factories.make_settings(ACME, policy=self.POLICY)
		self.loan = opening_factories.account(LOAN, "Liability")
		self.reserve = opening_factories.account(RESERVE, "Asset")
		self.temporary = journal_rows.account(self.settings, Role.OPENING)

	def others(self) -> dict[str, float]:
		"""What entries of others stand on our control accounts."""
		return {row["account"]: float(row["others"]) for row in statements.tie_out(ACME) if row.get("others")}

	def prints_with_notice(self, invoice: str) -> bool:
		decision, _values = notices.check_due(frappe.get_doc("Sales Invoice", invoice))
		return decision.due and not decision.problem

	def pay(self, *rows) -> None:
		self.payment = report_factories.import_file(
			"paid.xlsx", report_factories.payment_rows("11/01/2026 - 11/15/2026", *rows)
		)
