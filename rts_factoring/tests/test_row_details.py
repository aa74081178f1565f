"""What the form shows of a report's rows: pages, search, and everything about one row."""

import frappe

from rts_factoring import api
from rts_factoring.services.reports import decisions
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME


class TestRowDetails(FreightCase):
	def setUp(self):
		super().setUp()
		self.names = ["AF-10001", "AF-10002", "AF-10003"]
		factories.make_invoices(self.names)
		report_factories.sent_batch("D", self.names)

	def report(self, submit=False):
		"""Three purchases, of which the second (row 6) has lost its prefix and the third (row 7) is of no invoice."""
		rows = [
			("Purchase Report",),
			("Client #:", "104233"),
			("Batch:", "D"),
			report_factories.PURCHASE_HEADER,
		]
		for number, stated, fee in (
			("AF-10001", "AF-10001", 75),
			("AF-10002", "10002", 60),
			("AF-10003", "ZZ_1", 90),
		):
			sample = factories.receivables()[number]
			amount = float(sample["amount"])
			rows.append((stated, sample["customer"], amount, amount, fee, 100, amount - fee - 100))
		return report_factories.import_file("rows.xlsx", report_factories.workbook(rows), submit)

	def test_a_row_is_shown_with_its_cells_and_the_invoice_beside_it(self):
		doc = self.report()
		found = api.get_report_row(doc.name, 6)
		cells = {cell["title"]: cell["text"] for cell in found["cells"]}
		self.assertEqual((cells["Invoice #"], cells["Purchase Amount"]), ("10002", "1875.5"))
		self.assertEqual(found["cells"][0]["column"], "A")
		self.assertEqual((found["waits"], found["invoice"]["name"]), (True, "AF-10002"))
		compared = {value["name"]: value["agrees"] for value in found["invoice"]["compared"]}
		self.assertEqual(compared, {"number": False, "debtor": True, "amount": True})
		self.assertEqual(found["actions"], ["accept", "invoice", "type", "ignore"])

	def test_a_row_of_no_invoice_is_offered_the_likely_ones_that_the_user_may_read(self):
		doc = self.report()
		found = api.get_report_row(doc.name, 7)
		self.assertIsNone(found["invoice"])
		self.assertEqual([invoice["name"] for invoice in found["candidates"]], ["AF-10003"])
		user = factories.make_user("rows@acme.example", "Accounts User", "Factoring User")
		other = frappe.db.get_value("Sales Invoice", "AF-10001", "customer")
		limit = {"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": other}
		frappe.get_doc(limit).insert(ignore_permissions=True)
		frappe.set_user(user)
		self.assertEqual(api.get_report_row(doc.name, 7)["candidates"], [])

	def test_the_rows_that_wait_follow_each_other(self):
		doc = self.report()
		self.assertEqual(api.get_report_row(doc.name, 0), {"next": 6, "previous": None})
		found = [api.get_report_row(doc.name, row) for row in (5, 6, 7)]
		self.assertEqual([(row["previous"], row["next"]) for row in found], [(None, 6), (None, 7), (6, None)])

	def test_a_posted_row_tells_its_entries_and_takes_no_decision(self):
		doc = self.report(submit=True)
		found = api.get_report_row(doc.name, 5)
		(entry,) = found["posted"]
		self.assertEqual(
			(entry.event, entry.owner, entry.amounts["clearing"]), ("purchase", "Administrator", 2275)
		)
		self.assertEqual(frappe.db.get_value("Journal Entry", entry.journal_entry, "company"), ACME)
		self.assertEqual((found["actions"], found["candidates"]), ([], []))
		self.assertEqual(api.get_report_row(doc.name, 6)["posted"], [])

	def test_an_ignored_row_has_its_reason_once(self):
		doc = self.report()
		decisions.record_decision(doc.name, [7], "ignore", reason="not ours")
		row = api.get_report_row(doc.name, 7)["row"]
		self.assertEqual((row.resolution_reason, row.meaning), ("not ours", ""))
		self.assertEqual(api.get_report_row(doc.name, 7)["actions"], ["invoice", "type", "undo"])

	def test_the_decisions_offered_are_those_that_are_taken(self):
		doc = self.report()
		values = {"invoice": {"invoice": "AF-10003"}, "type": {"event": "fee"}, "ignore": {"reason": "x"}}
		for row in (5, 6, 7):
			offered = api.get_report_row(doc.name, row)["actions"]
			for action in ("accept", "without_fee", "genuine", "invoice", "type", "ignore"):
				frappe.db.savepoint("undecided")
				try:
					decisions.record_decision(doc.name, [row], action, **values.get(action, {"reason": "x"}))
					taken = True
				except frappe.ValidationError:
					taken = False
				frappe.db.rollback(save_point="undecided")
				self.assertEqual(action in offered, taken, (row, action))

	def rows_of(self, doc, **asked):
		page = api.get_report_rows(doc.name, **asked)
		return [row.row_no for row in page["rows"]], page["total"]

	def test_rows_are_found_by_invoice_debtor_and_reference_on_the_server(self):
		doc = self.report()
		debtor = factories.receivables()["AF-10001"]["customer"]
		self.assertEqual(self.rows_of(doc), ([5, 6, 7], 3))
		self.assertEqual(self.rows_of(doc, search="AF-10002"), ([6], 1))  # the invoice it was matched with
		self.assertIn(5, self.rows_of(doc, search=debtor[:6].lower())[0])
		self.assertEqual(self.rows_of(doc, search="Z_1"), ([7], 1))
		for search in ("1_0002", "%", "\\"):
			self.assertEqual(self.rows_of(doc, search=search), ([], 0), search)
		self.assertEqual(self.rows_of(doc, search="1000", outcome="suggested"), ([6], 1))

	def test_the_page_of_a_row_is_found(self):
		doc = self.report()
		page = api.get_report_rows(doc.name, length=2, row=7)
		self.assertEqual((page["start"], [row.row_no for row in page["rows"]], page["total"]), (2, [7], 3))
		page = api.get_report_rows(doc.name, outcome="waiting", length=1, row=7)
		self.assertEqual((page["start"], page["total"]), (1, 2))

	def test_the_strip_sums_what_was_bought_by_outcome(self):
		page = api.get_report_rows(self.report().name)
		self.assertEqual(page["counts"], {"matched": 1, "suggested": 1, "unmatched": 1})
		self.assertEqual(page["sums"], {"matched": 2450, "suggested": 1875.5, "unmatched": 3120.25})
