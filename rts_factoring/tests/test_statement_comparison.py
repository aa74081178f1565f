"""RTS's statements beside the books: they post nothing, say why they differ, and lead to the correction."""

import frappe

from rts_factoring.services.accounting import ledger_sums
from rts_factoring.services.reports import decisions, opening_lines, report_import, row_details
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase

FIELDS = ("invoice_no", "outcome", "reason", "balance", "ours", "difference")


class StatementCase(ReportCase):
	SENT = True

	def setUp(self):
		super().setUp()
		report_factories.import_sample("purchase_clean")
		self.open = {
			name: float(each.open) for name, each in ledger_sums.positions(ACME).items() if each.open
		}
		self.before = report_factories.books()

	def compare(self, *rows, submit: bool = True, **more):
		return report_factories.import_file("aging.xlsx", report_factories.aging(*rows, **more), submit)

	def row(self, doc, number: str):
		return next(row for row in report_factories.lines(doc, *FIELDS) if row.invoice_no == number)

	def correction(self, doc, number: str):
		row_no = frappe.db.get_value(
			"Report Import Line", {"report_import": doc.name, "invoice_no": number}, "row_no"
		)
		return row_details.details(doc, row_no)["correction"]


class TestOpenInvoices(StatementCase):
	def test_a_list_that_agrees_is_compared_and_posts_nothing(self):
		doc = self.compare(*self.open.items())
		self.assertEqual((doc.kind, doc.status, str(doc.as_of)), ("Open Invoices", "Compared", "2026-11-30"))
		self.assertEqual((doc.matched_count, doc.differs_count, doc.waiting_count), (len(self.open), 0, 0))
		found = frappe.parse_json(doc.compared)
		self.assertEqual((found["difference"], found["alone"]), ("0.00", []))
		self.assertEqual(report_factories.books(), self.before)
		doc.cancel()
		self.assertEqual(frappe.db.get_value("Report Import", doc.name, "status"), "Cancelled")
		self.assertEqual(report_factories.books(), self.before)

	def test_each_difference_has_its_cause_and_leads_to_its_correction(self):
		(less, of_less), (gone, of_gone) = list(self.open.items())[:2]
		rest = {name: amount for name, amount in self.open.items() if name not in (less, gone)}
		doc = self.compare((less, of_less - 100), ("XX-77", 400), *rest.items())
		row = self.row(doc, less)
		self.assertEqual((row.outcome, row.reason), ("differs", "statement_not_here"))
		self.assertEqual((row.balance, row.ours, row.difference), (of_less - 100, of_less, -100))
		line = self.correction(doc, less)["line"]
		self.assertEqual((line["event"], line["sales_invoice"], line["amount"]), ("Payment", less, 100))
		self.assertEqual(self.row(doc, "XX-77").reason, "statement_unknown")
		self.assertIsNone(self.correction(doc, "XX-77"))
		alone = frappe.parse_json(doc.compared)["alone"]
		self.assertEqual([(each["invoice"], float(each["ours"])) for each in alone], [(gone, of_gone)])

	def test_a_row_that_waits_is_the_cause_and_the_way_leads_to_it(self):
		(name, amount), *_rest = self.open.items()
		content = report_factories.payment_rows(
			"11/16/2026 - 11/30/2026", (name, "1", "11/20/2026", "Odd", 100)
		)
		waiting = report_factories.import_file("odd.xlsx", content)
		doc = self.compare((name, amount - 100))
		self.assertEqual(self.row(doc, name).reason, "statement_row_waits")
		self.assertEqual(self.correction(doc, name), {"open": waiting.name, "row": 4})

	def test_the_books_are_taken_as_of_the_statements_day(self):
		(name, amount), *_rest = self.open.items()
		doc = self.compare((name, amount), day="11/01/2026")
		self.assertEqual(self.row(doc, name).reason, "statement_dated_later")

	def test_rows_are_compared_again_after_a_correction(self):
		(name, amount), *_rest = self.open.items()
		doc = self.compare((name, amount - 100))
		content = report_factories.payment_rows(
			"11/16/2026 - 11/30/2026", (name, "1", "11/20/2026", "Partial", 100)
		)
		report_factories.import_file("paid.xlsx", content)
		doc.update_rows()
		self.assertEqual(self.row(doc, name).outcome, "matched")

	def test_rows_of_a_statement_are_neither_decided_nor_posted(self):
		doc = self.compare(*self.open.items())
		with self.refused("only compared"):
			decisions.record_decision(doc.name, [4], "ignore", reason="no")
		with self.refused("posts nothing"):
			report_import.post_waiting(doc.name)

	def test_another_companys_invoice_is_unknown(self):
		other = next(name for name, row in factories.receivables().items() if row["company"] != ACME)
		self.assertEqual(self.row(self.compare((other, 100)), other).reason, "statement_unknown")

	def test_an_opening_is_made_of_the_invoices_that_the_app_does_not_know(self):
		factories.make_invoice(
			"OP-1",
			company=ACME,
			customer="Ridgeline Foods Inc",
			posting_date="2026-10-01",
			amount=1000,
		)
		doc = self.compare(("OP-1", 600), ("XX-77", 400), *self.open.items(), submit=False)
		opening = opening_lines.make(doc.name)
		self.assertEqual([(row.sales_invoice, row.amount) for row in opening.lines], [("OP-1", 600)])
		unknown = opening_lines.unknown(doc.name)
		self.assertEqual((unknown["count"], unknown["open"]), (1, 400))
		self.assertEqual(unknown["rows"][0]["invoice"], "XX-77")

	def test_the_empty_list_is_read_by_the_shipped_layout(self):
		content = opening_lines.template()
		import io

		import openpyxl

		book = openpyxl.load_workbook(io.BytesIO(content))
		(name, amount), *_rest = self.open.items()
		book.active.append((name, "Ridgeline Foods Inc", amount, amount, amount, 50))
		filled = io.BytesIO()
		book.save(filled)
		doc = report_factories.import_file("list.xlsx", filled.getvalue(), submit=False)
		self.assertEqual((doc.kind, self.row(doc, name).outcome), ("Open Invoices", "matched"))


class TestReserve(StatementCase):
	def movements(self):
		return frappe.get_all(
			"Factoring Ledger Entry",
			{"company": ACME, "reserve": ("!=", 0)},
			["posting_date", "sales_invoice", "reserve"],
			order_by="creation, name",
		)

	def test_movements_and_balance_agree(self):
		balance, rows = 0, []
		for each in self.movements():
			balance += each.reserve
			rows.append((each.posting_date, "Purchase", each.sales_invoice, "", each.reserve, balance))
		doc = report_factories.import_file("reserve.xlsx", report_factories.reserve_statement(*rows))
		self.assertEqual((doc.kind, doc.status, doc.differs_count), ("Reserve", "Compared", 0))
		found = frappe.parse_json(doc.compared)
		self.assertEqual(
			(found["stated"], found["difference"], found["alone"]), (f"{balance:.2f}", "0.00", [])
		)
		self.assertEqual(report_factories.books(), self.before)

	def test_what_only_rts_and_what_only_we_have_is_shown(self):
		first, *rest = self.movements()
		rows = [(each.posting_date, "Purchase", each.sales_invoice, "", each.reserve, None) for each in rest]
		rows.append(("11/28/2026", "Wire Fee", None, "Wire", -15, None))
		doc = report_factories.import_file("reserve.xlsx", report_factories.reserve_statement(*rows))
		self.assertEqual(doc.differs_count, 1)
		last = frappe.db.get_value(
			"Report Import Line", {"report_import": doc.name, "outcome": "differs"}, ["row_no", "reason"]
		)
		self.assertEqual(last[1], "statement_reserve_not_here")
		line = row_details.details(doc, last[0])["correction"]["line"]
		self.assertEqual((line["event"], line["amount"]), ("Charge", 15))
		alone = frappe.parse_json(doc.compared)["alone"]
		self.assertEqual([each["invoice"] for each in alone], [first.sales_invoice])


class TestBalanceOfPayments(StatementCase):
	HEADER = ("Invoice #", "Customer", "Check #", "Payment Date", "Type", "Payment Amount", "Balance")

	def pay(self, name: str, amount: float, balance: float):
		row = (name, factories.receivables()[name]["customer"], "1", "11/20/2026", "Partial", amount, balance)
		rows = [("Payment Report 11/16/2026 - 11/30/2026",), ("Client #:", "104233"), self.HEADER, row]
		return report_factories.import_file("balance.xlsx", report_factories.workbook(rows))

	def note(self, doc) -> str:
		return row_details.details(doc, 4)["row"]["note"]

	def test_a_balance_that_is_not_ours_is_noted_and_stops_nothing(self):
		(name, amount), *_rest = self.open.items()
		doc = self.pay(name, 100, amount - 150)
		self.assertEqual((doc.posted_count, doc.waiting_count), (1, 0))
		self.assertIn("RTS's balance is", self.note(doc))

	def test_a_balance_that_is_ours_is_not_noted(self):
		(name, amount), *_rest = self.open.items()
		self.assertEqual(self.note(self.pay(name, 100, amount - 100)), "")
