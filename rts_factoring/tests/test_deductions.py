"""What RTS keeps of a funding, on a real site: each deduction on its account, the clearing equal to the deposits, all undone."""

import frappe

from rts_factoring.core.reports.layout import DEFAULT_LAYOUTS
from rts_factoring.patches import deductions
from rts_factoring.services.company import layouts
from rts_factoring.services.reports import decisions, report_import, row_pages
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase

CUSTOMER = "Ridgeline Foods Inc"
TITLES = [("Purchase Report",), ("Client #:", "104233"), ("Batch:", "FB-1")]
HEADER = ("Invoice #", "Customer", "Type", "Invoice Amount", "Purchase Amount", "Discount", "Fees", "Reserve")
HEADER += ("Fuel Advance", "Adjustments", "Chargeback", "Net", "Sundry")
NOTHING = (None,) * 7
# One row of each kind, what it waits for, and what is decided. The nets add up to 2,533.00.
ROWS = (
	(("AF-1", CUSTOMER, "Purchase", 1000, 1000, 30, 2, 50, None, None, None, 918, None), None, ""),
	(("AF-2", CUSTOMER, "Purchase", 1000, 1000, 30, None, 50, 400, None, None, 520, None), None, ""),
	(
		("AF-3", CUSTOMER, "Purchase", 1000, 1000, 30, None, 50, None, 25, None, 895, None),
		"unclear_deduction",
		"accept",
	),
	(
		("AF-4", CUSTOMER, "Purchase", 1000, 1000, 30, None, 50, None, None, 70, 850, None),
		"recovery_unclear",
		"accept",
	),
	(
		("AF-5", CUSTOMER, "Purchase", 1000, 1000, 30, None, 50, None, None, None, 920, 9),
		"unread_money",
		"accept",
	),
	(
		("AF-6", CUSTOMER, "Purchase", 100, 100, 3, None, 5, None, None, None, 92, None),
		"differs_from_invoice",
		"accept",
	),
	(("AF-0", CUSTOMER, "Chargeback", None, *NOTHING[:6], None, -1000, None), None, ""),
	(("", "", "Fuel Advance", None, *NOTHING[:6], None, -300, None), None, ""),
	(("", "", "Reserve Settlement", None, *NOTHING[:6], None, -200, None), None, ""),
	(("", "", "Wire Fee", None, *NOTHING[:6], None, -15, None), None, ""),
	(("", "", "", None, *NOTHING[:6], None, -147, None), "missing_invoice", "difference"),
)
POSTED = {
	"clearing": 2533,
	"cash_advances": 700,
	"differences": 25 + 70 + 147,
	"fee": 32 + 30 * 4 + 3,
	"charges": 15,
	"reserve": 255 + 200,
}


class TestFundings(ReportCase):
	def start(self, policy: str) -> None:
		factories.make_settings(ACME, policy=policy)
		dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
		for number in range(7):
			invoice = f"AF-{number}"
			factories.make_invoice(
				invoice, company=ACME, customer=CUSTOMER, amount=1000, po_no=invoice, **dates
			)
			factories.receivables()[invoice] = {"customer": CUSTOMER, "amount": "1000"}
		report_factories.sent_batch("FB-0", ["AF-0"])
		report_factories.sent_batch("FB-1", [f"AF-{number}" for number in range(1, 7)])
		content = report_factories.purchase_rows("FB-0", ("AF-0", 1000, 30, 50))
		report_factories.import_file("before.xlsx", content)

	def decide(self, doc, row: int, action: str) -> None:
		if action == "accept":
			decisions.record_decision(doc.name, [row], action)
		else:
			decisions.record_decision(doc.name, [row], "type", event=action)

	def net(self, doc, role: str):
		debit, credit = report_factories.journal(doc, role)
		return debit - credit

	def check(self, policy: str) -> None:
		self.start(policy)
		before = report_factories.books()
		content = report_factories.workbook([*TITLES, HEADER, *(row for row, _reason, _action in ROWS)])
		doc = report_factories.import_file("funding.xlsx", content)
		waited = {line.row_no: line.reason for line in report_factories.lines(doc) if not line.posted}
		first = len(TITLES) + 2
		self.assertEqual(
			waited, {first + place: reason for place, (_row, reason, _) in enumerate(ROWS) if reason}
		)
		rows = row_pages.page(doc.name)["rows"]
		self.assertEqual(
			[row.parts.get("fee") for row in rows[:2]], [["Discount: 30", "Fees: 2"], ["Discount: 30"]]
		)
		self.assert_books_agree()
		for place, (_row, reason, action) in enumerate(ROWS):
			if reason:
				self.decide(doc, first + place, action)
		report_import.post_waiting(doc.name)
		self.assertTrue(all(line.posted for line in report_factories.lines(doc)), report_factories.lines(doc))
		self.assert_books_agree()
		self.assertEqual({role: self.net(doc, role) for role in POSTED}, POSTED)
		self.assertEqual(factories.state("AF-0"), "Charged Back")
		self.assertEqual(factories.state("AF-6"), "Financed")
		frappe.get_doc("Report Import", doc.name).cancel()
		self.assert_books_agree()
		self.assertEqual(report_factories.books(), before)

	def test_borrowing(self):
		self.check("Borrowing")

	def test_sale(self):
		self.check("Sale")

	def test_a_column_that_is_taught_makes_its_rows_post(self):
		self.start("Borrowing")
		layout = frappe.copy_doc(frappe.get_doc("Report Layout", "RTS Purchase Report"))
		layout.update({"layout_name": "Own Purchase Report", "company": ACME})
		layout.insert()
		rows = [ROWS[2][0], ROWS[4][0]]
		content = report_factories.workbook([*TITLES, HEADER, *rows])
		doc = report_factories.import_file("taught.xlsx", content, submit=False, layout=layout.name)
		known = decisions.teachable(doc.name)
		self.assertEqual(known["headers"], ["Sundry", "Adjustments"])
		self.assertIn("not_counted", known["fields"])
		decisions.teach(doc.name, {"Adjustments": "fee_amount"}, {})
		decisions.teach(doc.name, {"Sundry": "not_counted"}, {})
		lines = report_factories.lines(doc)
		self.assertEqual([line.outcome for line in lines], ["matched"] * 2)
		layout.reload()
		self.assertEqual([row.field for row in layout.headers if row.text == "Adjustments"], ["fee_amount"])


class TestLayoutsOfAnEarlierRelease(ReportCase):
	def test_the_patch_moves_deductions_and_keeps_what_people_added(self):
		doc = frappe.get_doc("Report Layout", layouts.DEFAULT_NAMES[next(iter(DEFAULT_LAYOUTS))])
		for row in doc.headers:
			if row.text in ("Fuel Advance", "Adjustments"):
				row.field = "other_deductions"
		doc.words = [row for row in doc.words if row.list == "Status"]
		doc.headers = [row for row in doc.headers if row.field not in ("recovery_amount", "not_counted")]
		doc.append("headers", {"field": "fee_amount", "text": "Chargeback"})
		doc.append("headers", {"field": "other_deductions", "text": "Pallets"})
		doc.save()
		deductions.execute()
		deductions.execute()
		doc.reload()
		fields = {row.text: row.field for row in doc.headers}
		self.assertEqual(len(fields), len(doc.headers))
		self.assertEqual(
			{
				text: fields[text]
				for text in ("Fuel Advance", "Adjustments", "Chargeback", "Pallets", "Buyback")
			},
			{
				"Fuel Advance": "advance_repaid",
				"Adjustments": "unclear_deductions",
				"Chargeback": "fee_amount",
				"Pallets": "other_deductions",
				"Buyback": "recovery_amount",
			},
		)
		self.assertIn(("Type", "recovery"), {(row.list, row.means) for row in doc.words})
