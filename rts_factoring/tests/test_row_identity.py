"""Rows of overlapping and re-taught reports on a site: posted once, and nothing is lost."""

import frappe

from rts_factoring.core.model import ReportKind
from rts_factoring.patches import row_identities
from rts_factoring.services.company import layouts
from rts_factoring.services.reports import decisions, posting, reconciling, row_pages
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME

WIRE = ("Wire Fee", None, None, None, None, None, -15)
PERIOD = "11/01/2026 - 11/15/2026"


class TestRowIdentity(FreightCase):
	def setUp(self):
		super().setUp()
		self.layout = frappe.get_doc("Report Layout", layouts.DEFAULT_NAMES[ReportKind.PAYMENT])
		self.addCleanup(self.forget_headers)
		factories.make_invoices(["AF-10001", "AF-10002"])
		report_factories.sent_batch("R1", ["AF-10001"])
		report_factories.sent_batch("R2", ["AF-10002"])

	def forget_headers(self):
		self.layout.reload()
		self.layout.headers = [row for row in self.layout.headers if row.text != "Rbt"]
		self.layout.save()
		frappe.db.commit()

	def purchase(self, batch, number, *rows, submit=True, name="purchase.xlsx"):
		sample = factories.receivables()[number]
		amount = float(sample["amount"])
		line = (number, sample["customer"], amount, amount, 0, 0, amount)
		titles = [("Client #:", "104233"), ("Batch:", batch), (name,)]
		content = report_factories.workbook([*titles, report_factories.PURCHASE_HEADER, line, *rows])
		return report_factories.import_file(name, content, submit)

	def payments(self, *rows, header=(*report_factories.PAYMENT_HEADER[:7], "Rbt"), name="payments.xlsx"):
		titles = [(f"Payment Report {PERIOD}",), ("Client #:", "104233"), (name,)]  # no two files are equal
		return report_factories.import_file(name, report_factories.workbook([*titles, header, *rows]))

	def partial(self, rebate, check="48210"):
		return ("AF-10001", "", check, "11/03/2026", "Partial", 400, None, rebate)

	def outcomes(self, doc):
		return [(row.outcome, row.reason or "") for row in report_factories.lines(doc)]

	def reconciled_again(self, doc):
		reconciling.update_rows(doc.name)
		return self.outcomes(doc)

	def test_each_of_two_batches_posts_its_wire_fee(self):
		for batch, number in (("R1", "AF-10001"), ("R2", "AF-10002")):
			doc = self.purchase(batch, number, WIRE, submit=False)
			row = report_factories.lines(doc, "row_no")[1].row_no
			decisions.record_decision(doc.name, [row], "type", event="charge")
			doc.reload()
			doc.submit()
			self.assertEqual([outcome for outcome, _ in self.outcomes(doc)], ["matched", "matched"])
			self.assertEqual(report_factories.journal(doc, "charges"), (15, 0))

	def test_a_column_taught_between_two_reports_posts_only_what_is_new(self):
		self.purchase("R1", "AF-10001")
		first = self.payments(self.partial(50))
		self.assertEqual(self.outcomes(first), [("blocked", "unread_money")])
		decisions.record_decision(first.name, [5], "accept")
		posting.post(first.name)
		self.assertEqual(report_factories.journal(first, "advances"), (400, 0))
		layouts.add_header(self.layout.name, "reserve_released", "Rbt", ACME)
		second = self.payments(self.partial(50), self.partial(0, "48211"), name="second.xlsx")
		self.assertEqual(self.outcomes(second), [("blocked", "posted_differently"), ("matched", "")])
		self.assertEqual(second.waiting_count, 1)
		shown = row_pages.page(second.name)["rows"][0]
		self.assertEqual(shown.before, {"report_import": first.name, "row_no": 5})
		self.assertEqual(shown.differences, [{"field": "released", "posted": "0.00", "stated": "50.00"}])
		decisions.record_decision(second.name, [shown.row_no], "accept")
		posting.post(second.name)
		self.assertEqual(report_factories.journal(second, "clearing"), (50, 0))
		self.assertEqual(report_factories.journal(second, "advances"), (400, 0))  # of the second check alone
		third = self.payments(self.partial(50), self.partial(0, "48211"), name="third.xlsx")
		self.assertEqual(self.outcomes(third), [("duplicate", "posted_before")] * 2)

	def test_a_duplicate_that_a_person_calls_a_row_of_its_own_is_posted(self):
		self.purchase("R1", "AF-10001")
		self.payments(self.partial(None))
		second = self.payments(self.partial(None), name="second.xlsx")
		self.assertEqual(self.outcomes(second), [("duplicate", "posted_before")])
		row = report_factories.lines(second)[0].row_no
		with self.refused("say why"):
			decisions.record_decision(second.name, [row], "genuine")
		decisions.record_decision(second.name, [row], "genuine", reason="two checks of 400")
		posting.post(second.name)
		self.assertEqual(report_factories.journal(second, "advances"), (400, 0))
		line = report_factories.lines(second, "resolution", "resolution_reason", "occurrence")[0]
		self.assertEqual(tuple(line.values()), ("Row of Its Own", "two checks of 400", 2))
		second.reload()
		second.cancel()
		again = self.payments(self.partial(None), name="third.xlsx")
		self.assertEqual(self.outcomes(again), [("duplicate", "posted_before")])

	def test_rows_that_repeat_those_of_a_cancelled_import_count_again(self):
		self.purchase("R1", "AF-10001")
		first = self.payments(self.partial(None))
		second = self.payments(self.partial(None), name="second.xlsx")
		first.cancel()
		self.assertEqual(self.outcomes(second), [("matched", "")])

	def test_rows_of_an_earlier_release_are_still_recognised(self):
		self.purchase("R1", "AF-10001", WIRE)
		self.payments(self.partial(None))
		table = frappe.qb.DocType("Report Import Line")
		frappe.qb.update(table).set(table.identity, "old").set(table.fingerprint, None).run()
		row_identities.execute()
		second = self.payments(self.partial(None), name="second.xlsx")
		self.assertEqual(self.outcomes(second), [("duplicate", "posted_before")])
		again = self.purchase("R1", "AF-10001", WIRE, name="again.xlsx")
		self.assertEqual(self.outcomes(again)[0], ("duplicate", "posted_before"))
