"""The steps of Set Up Factoring on the workspace are ticked by what is done, not by the button alone."""

import frappe

from rts_factoring.overrides import onboarding
from rts_factoring.overrides.onboarding import REHEARSAL, STEPS
from rts_factoring.services.company import rehearsal_company, settings
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME


class TestOnboarding(FreightCase):
	def setUp(self):
		super().setUp()
		for step in (REHEARSAL, *STEPS.values()):
			frappe.db.set_value("Onboarding Step", step, "is_complete", 0)

	def ticked(self) -> set[str]:
		return set(frappe.get_all("Onboarding Step", {"is_complete": 1}, pluck="name")) & {
			REHEARSAL,
			*STEPS.values(),
		}

	def test_what_is_done_from_lists_and_forms_is_ticked(self):
		frappe.get_doc("Notice of Assignment", self.notice.name).cancel()
		frappe.delete_doc(settings.DOCTYPE, ACME, force=True)
		factories.make_settings(ACME)
		self.assertEqual(self.ticked(), {"Set Up the First Subsidiary"})
		factories.make_notice(ACME)
		self.assertIn("Enter the Notice of Assignment", self.ticked())
		factories.make_invoice("AF-10001")
		report_factories.sent_batch("A1", ["AF-10001"])
		self.assertIn("Send the First Batch", self.ticked())
		self.assertNotIn("Import the First Report", self.ticked())
		report_factories.import_file(
			"a.xlsx", report_factories.purchase_rows("A1", ("AF-10001", 2450, 73.5, 122.5))
		)
		self.assertEqual(self.ticked(), set(STEPS.values()))

	def test_a_rehearsal_is_not_the_first_week(self):
		onboarding.tick(frappe._dict(doctype="Factoring Batch", company=rehearsal_company.COMPANY))
		self.assertEqual(self.ticked(), {REHEARSAL})
