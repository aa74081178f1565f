"""Costs follow the report, not the history: rows that the database reads, and an index for every query of a week."""

import frappe
from frappe.utils import getdate

from rts_factoring import api, indexes
from rts_factoring.services.accounting import lookups
from rts_factoring.services.common import file_companies
from rts_factoring.services.invoices import number_keys
from rts_factoring.services.reports import decisions, reconciling, row_pages
from rts_factoring.services.views import closes, costs, forecasts, overview, reminders, timeline
from rts_factoring.tests import factories, grown_books, recorded_queries, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD
from rts_factoring.tests.grown_books import CUSTOMER

PERIOD = "11/01/2026 - 11/15/2026"
LIMITED = "growth-limited@example.com"
GROWING = {
	*("Sales Invoice", "GL Entry", "Payment Ledger Entry", "Journal Entry", "Journal Entry Account", "File"),
	*("Factoring Batch", "Factoring Batch Invoice", "Factoring Batch File", "Factoring Ledger Entry"),
	*(
		"Factoring Log",
		"Factoring Close",
		"Factoring Daily Total",
		"Factoring Close Entry",
		"Report Import",
		"Report Import Line",
		"Received Report",
	),
}


def rows_read(work) -> int:
	"""Rows and index entries that the database touches for it."""

	def count() -> int:
		status = frappe.db.sql("show session status like 'Handler_read%'")
		return sum(int(value) for _name, value in status)

	before = count()
	work()
	return count() - before


class TestCosts(FreightCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(grown_books.wipe)

	def test_judging_a_report_reads_no_more_rows_in_a_grown_book(self):
		names = grown_books.start(open_weeks=2)
		rows = [
			(name, "48999", "11/05/2026", "Payment", 1000 + n, None, 50) for n, name in enumerate(names[:-1])
		]
		for name in names:
			factories.receivables().setdefault(name, {"customer": CUSTOMER})
		rows.append(
			("XX 999", *rows[-1][1:])
		)  # means none of our invoices, so looser rules look for candidates
		factories.receivables()["XX 999"] = {"customer": CUSTOMER}
		content = report_factories.payment_rows(PERIOD, *rows)
		draft = report_factories.import_file("growth.xlsx", content, submit=False).name
		steps = {
			"stage": lambda: reconciling.stage_rows(draft),
			"update": lambda: reconciling.update_rows(draft),
			"decide": lambda: decisions.record_decision(draft, [4], "ignore", reason="counted"),
			"page": lambda: row_pages.page(draft),
		}
		steps["decide"]()  # a decision is kept, so that the next stage judges twice
		grown_books.grow(2_000)  # MariaDB reads smaller tables as a whole, which costs nothing
		before = {name: rows_read(step) for name, step in steps.items()}
		grown_books.grow(5_000)
		for name, step in steps.items():
			with self.subTest(name):
				self.assertLess(rows_read(step), before[name] * 1.3)

	def test_figures_and_lists_read_no_more_rows_than_they_must(self):
		grown_books.start(open_weeks=1)
		grown_books.grow(2_000)
		entries = frappe.db.count("Factoring Ledger Entry", {"company": ACME})
		for card in ("financed", "reserve", "fees"):
			with self.subTest(card):
				self.assertLess(rows_read(lambda card=card: overview.card(card, ACME)), entries / 10)
				self.assertLess(rows_read(lambda card=card: overview.card(card)), entries / 10)
		self.assertLess(rows_read(lambda: overview.per_week([ACME])), entries / 10)
		costs_read = rows_read(lambda: costs.costs(ACME, getdate("2024-01-01"), getdate("2026-12-31")))
		self.assertLess(costs_read, 4.5 * entries)  # two passes, and the rows of what they group by

	def test_a_limited_user_reads_no_more_files_than_an_unlimited_one(self):
		"""Of the files that came; a site may have older ones, of documents that are gone."""
		factories.make_user(LIMITED, "Factoring User", "Accounts User")
		grown_books.start(open_weeks=1)
		file_companies.fill()  # of files that were copied past a save
		unlimited, limited = self.files_read(), self.files_read(of=ACME)
		grown_books.grow(2_000)
		file_companies.fill()
		unlimited, limited = self.files_read() - unlimited, self.files_read(of=ACME) - limited
		self.assertGreater(unlimited, 1_000)
		self.assertLess(limited, unlimited * 1.1)

	def files_read(self, of: str = "") -> int:
		"""Rows that a list of files reads for a user, who is limited to a company or not."""
		if of:
			values = {"doctype": "User Permission", "user": LIMITED, "allow": "Company", "for_value": of}
			permission = frappe.get_doc(values).insert()
		frappe.set_user(LIMITED)
		try:
			frappe.get_list("File", limit=0)  # what Frappe keeps is there now
			return rows_read(lambda: frappe.get_list("File", limit=0))
		finally:
			frappe.set_user("Administrator")
			if of:
				permission.delete()


class TestNumberKeys(FreightCase):
	def test_numbers_spelt_otherwise_find_their_invoice_and_no_other(self):
		factories.make_invoices(["AF-10001", "AF-10002", "AF-10003"])
		po_no = frappe.db.get_value("Sales Invoice", "AF-10003", "po_no")
		found = lookups.receivables_named(ACME, {"af 0010001", "10002"}, {f" {po_no.lower()}."})
		self.assertEqual({row.invoice_no for row in found.all}, {"AF-10001", "AF-10002", "AF-10003"})
		self.assertEqual(len(lookups.receivables_named(BLUEBIRD, {"af 0010001"}, {po_no})), 0)

	def test_a_po_number_changed_after_the_submit_has_its_key(self):
		doc = factories.make_invoice("AF-10001")
		doc.po_no = "Ü-7/x"
		doc.save()
		self.assertEqual(frappe.db.get_value("Sales Invoice", doc.name, number_keys.PO), "ü7x")

	def test_invoices_of_before_the_app_get_the_keys_that_a_save_would_give(self):
		factories.make_invoice("AF-10001")
		for number, po_no in (("RW-007", "Ü-7/x"), ("RW-008", " Po_8")):
			values = {"company": ACME, "customer": CUSTOMER, "posting_date": "2026-10-01", "amount": 10}
			factories.make_invoice(number, po_no=po_no, **values)
		keys = self.keys()
		self.assertEqual(keys["RW-008"], ("8", "po8", ""))
		invoice = frappe.qb.DocType("Sales Invoice")
		frappe.qb.update(invoice).set(invoice[number_keys.NUMBER], None).set(
			invoice[number_keys.PO], None
		).run()
		number_keys.fill_missing()
		self.assertEqual(self.keys(), keys)

	def keys(self) -> dict[str, tuple]:
		rows = frappe.get_all("Sales Invoice", {"company": ACME}, ["name", *number_keys.FIELDS], as_list=True)
		return {name: tuple(keys) for name, *keys in rows}


class TestIndexes(FreightCase):
	def test_the_indexes_are_there_after_the_installation(self):
		for doctype, wanted in indexes.INDEXES.items():
			self.assertLessEqual(set(wanted), set(indexes.existing_indexes(doctype).values()), doctype)

	def test_every_query_of_a_week_has_an_index(self):
		with recorded_queries.recorded() as queries:
			self.week()
		self.assertGreater(len(queries), 100)
		found = {
			f"{line} reads all of {doctype}: {statement[:300]}"
			for statement, line in queries.items()
			for doctype in recorded_queries.scans(statement)
			if doctype in GROWING
		}
		self.assertEqual(found, set())

	def week(self):
		"""Invoices, a batch, both reports, a decision, figures, reports, reminders, and an import undone."""
		names = ["AF-10001", "AF-10002", "AF-10003"]
		factories.make_invoices(names)
		report_factories.sent_batch("A1", names)
		report_factories.import_file(
			"p.xlsx", report_factories.purchase_rows("A1", *[(name, 1000, 30, 50) for name in names])
		)
		row = ("1", "11/05/2026", "Payment", 1000)
		content = report_factories.payment_rows(PERIOD, *[(name, *row) for name in names], (None, *row))
		paid = report_factories.import_file("d.xlsx", content)
		waiting = report_factories.lines(paid)[-1].row_no
		decisions.record_decision(paid.name, [waiting], "ignore", reason="counted")
		row_pages.page(paid.name)
		for card in overview.CARDS:
			overview.card(card, ACME)
		overview.per_week([ACME])
		for report in ("Factored Invoices", "Factoring Tie-out", "Reserve Statement", "Cost of Factoring"):
			self.show(report)
		self.show("Expected vs Actual")
		for report in ("Factored Invoices", "Factoring Tie-out", "Factoring Completeness"):
			self.show(report, as_of="2026-10-31")
		overview.card("financed", ACME, frappe.utils.getdate("2026-10-31"))
		close = frappe.get_doc({"doctype": "Factoring Close", "company": ACME, "month_end": "2026-10-31"})
		close.insert()
		closes.workbook(close)
		self.show("Debtor Scorecard")
		forecasts.position(ACME)
		api.expected_deposit(paid.name)
		timeline.of_invoice(names[0])
		reminders.remind(ACME)
		paid.reload()
		paid.cancel()

	def show(self, report: str, **more):
		from frappe.desk.query_report import run

		filters = {"company": ACME, "from_date": "2026-01-01", "to_date": "2026-12-31", **more}
		run(report, filters=filters, ignore_prepared_report=True)
