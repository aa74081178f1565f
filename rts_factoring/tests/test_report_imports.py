"""Reports on real invoices: what the sample files expect is what the general ledger shows, under both policies."""

import json
import re
from unittest.mock import patch

import frappe

from rts_factoring.core.model import ReportKind
from rts_factoring.core.money import text
from rts_factoring.services.company import layouts
from rts_factoring.services.reports import decisions, posting, reading, report_import
from rts_factoring.services.views import statements
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase

STATES = {
	"AF-10001": ("Completed", "0.00"),
	"AF-10002": ("Financed", "1875.50"),  # paid, then the check bounced
	"AF-10009": ("Completed", "100.00"),  # paid short by 100.00
	"AF-10010": ("Completed", "0.00"),  # in two parts
	"AF-10011": ("Completed", "0.00"),  # paid over by 75.00
	"AF-10012": ("Charged Back", "2890.40"),
	"AF-10013": ("Financed", "1499.99"),
	"AF-10014": ("Financed", "2150.00"),
	"AF-10015": ("Held", "3640.00"),
	"AF-10016": ("Denied", "1120.00"),
	"AF-10017": ("Completed", "0.00"),
	"AF-10018": ("Submitted", "1815.20"),  # only suggested
	"AF-10019": ("Submitted", "2500.00"),  # blocked
}
# Under sale the receivable left the books at the purchase.
SALE_OUTSTANDING = {"AF-10002": "0.00", "AF-10013": "0.00", "AF-10014": "150.00"}


class TestGoldenReports(ReportCase):
	def check(self, policy: str):
		factories.make_settings(ACME, policy=policy)
		report_factories.sent_samples()
		before = report_factories.books()
		made = []
		for sample in report_factories.GOLDEN:
			doc = report_factories.import_sample(sample)
			expected = report_factories.expected(sample)
			with self.subTest(policy=policy, sample=sample):
				self.assertEqual((doc.status, doc.kind.lower()), ("Posted", expected["kind"]))
				self.assertEqual(doc.batch or None, expected.get("batch"))
				self.check_lines(doc, expected)
				self.check_journal(doc, expected["postings"][policy.lower()])
				self.assert_books_agree()
			made.append(doc)
		for invoice, (state, outstanding) in STATES.items():
			if policy == "Sale":
				outstanding = SALE_OUTSTANDING.get(invoice, outstanding)
			self.assertEqual(self.figures(invoice), (state, outstanding), invoice)
		self.check_undo(made, before)

	def check_lines(self, doc, expected):
		found = report_factories.lines(doc)
		self.assertEqual([row.row_no for row in found], [line["row"] for line in expected["lines"]])
		for row, line in zip(found, expected["lines"], strict=True):
			outcome, reason = line["outcome"], line["reason"]
			if (
				reason == "other_subsidiary"
			):  # on a site nothing tells whether another company has the invoice
				outcome, reason = "unmatched", "unknown_invoice"
			self.assertEqual((row.outcome, row.reason or None), (outcome, reason), line)
			self.assertEqual(row.sales_invoice or row.invoice_no or None, line["invoice"])

	def check_journal(self, doc, expected):
		for role in (*report_factories.ROLE_ACCOUNTS, "receivable", "customer_credit"):
			debit, credit = report_factories.journal(doc, role)
			sums = expected.get(role, {"debit": "0.00", "credit": "0.00"})
			self.assertEqual({"debit": text(debit), "credit": text(credit)}, sums, role)

	def check_undo(self, made, before):
		with self.refused(made[-1].name):
			frappe.get_doc("Report Import", made[0].name).cancel()
		for doc in reversed(made):
			frappe.get_doc("Report Import", doc.name).cancel()
			self.assert_books_agree()
		self.assertEqual(report_factories.books(), before)

	def test_the_golden_reports_post_as_expected_under_borrowing(self):
		self.check("Borrowing")

	def test_the_golden_reports_post_as_expected_under_sale(self):
		self.check("Sale")


class TestRefusals(ReportCase):
	SENT = True

	def test_the_same_file_is_refused_with_its_first_import(self):
		first = report_factories.import_sample("purchase_clean")
		with self.refused(first.name):
			report_factories.import_sample("purchase_clean")

	def test_a_file_of_another_client_is_refused(self):
		with self.refused("104233"):
			report_factories.import_sample("purchase_clean", company=factories.BLUEBIRD)

	def test_the_file_names_the_company_whatever_the_users_default_is(self):
		factories.make_settings(factories.BLUEBIRD)
		frappe.defaults.set_user_default("company", factories.BLUEBIRD)
		self.addCleanup(frappe.defaults.clear_user_default, "company")
		doc = report_factories.import_sample("purchase_clean", submit=False, company=None)
		self.assertEqual((doc.company, doc.client_number), (ACME, "104233"))

	def test_a_file_that_names_no_client_is_for_the_company_the_user_works_for(self):
		rows = report_factories.purchase_rows("A1", ("AF-10001", 2450, 73.5, 122.5), client="")
		frappe.defaults.set_user_default("company", ACME)
		self.addCleanup(frappe.defaults.clear_user_default, "company")
		self.assertEqual(
			report_factories.import_file("none.xlsx", rows, submit=False, company=None).company, ACME
		)

	def test_a_file_of_another_kind_is_refused(self):
		with self.refused("purchase report"):
			report_factories.import_sample("purchase_clean", kind="Payment")

	def test_a_file_of_another_batch_is_refused(self):
		with self.refused("A1", "A2"):
			report_factories.import_sample("purchase_clean", batch="A2")

	def test_every_bad_file_is_refused_and_leaves_no_import(self):
		for path in sorted((factories.FIXTURES / "bad").glob("*.xlsx")):
			if not path.stat().st_size:
				continue  # Frappe itself takes no empty file
			with self.subTest(path.name), self.assertRaises(frappe.ValidationError):
				report_factories.import_file(path.name, path.read_bytes())
		self.assertEqual(frappe.db.count("Report Import"), 0)
		self.assertEqual(frappe.db.count("Report Import Line"), 0)

	def test_a_row_of_an_overlapping_period_is_posted_once(self):
		report_factories.import_golden("payment_clean")
		before = report_factories.books()
		day = "11/09/2026"
		again = report_factories.payment_rows(
			"11/05/2026 - 11/20/2026",
			("AF-10001", "48210", day, "Payment", 2450.00, None, 122.50),
			("AF-10009", "49000", "11/18/2026", "Partial Payment", 80),
			("AF-10009", "49000", "11/18/2026", "Partial Payment", 80),  # a genuine twin
		)
		doc = report_factories.import_file("overlap.xlsx", again)
		self.assertEqual(
			[row.outcome for row in report_factories.lines(doc)], ["duplicate", "matched", "matched"]
		)
		self.assertEqual(self.figures("AF-10009"), ("Partly Paid", "1420.00"))
		frappe.get_doc("Report Import", doc.name).cancel()
		self.assertEqual(report_factories.books(), before)

	def test_posting_again_posts_nothing(self):
		doc = report_factories.import_sample("purchase_clean")
		before, entries = report_factories.books(), frappe.db.count("Factoring Ledger Entry")
		self.assertEqual(posting.post(doc.name), 0)
		self.assertEqual(
			(report_factories.books(), frappe.db.count("Factoring Ledger Entry")), (before, entries)
		)

	def test_the_database_itself_refuses_a_row_twice(self):
		doc = report_factories.import_sample("purchase_clean")
		row = frappe.get_all("Report Import Line", {"report_import": doc.name}, ["posted_key"], limit=1)[0]
		other = report_factories.import_sample("payment_clean", submit=False)
		name = frappe.db.get_value("Report Import Line", {"report_import": other.name})
		with self.assertRaises(Exception) as caught:
			frappe.db.set_value("Report Import Line", name, "posted_key", row.posted_key)
		self.assertTrue(frappe.db.is_unique_key_violation(caught.exception), caught.exception)

	def test_the_journal_entry_of_a_report_is_not_cancelled_alone(self):
		doc = report_factories.import_sample("purchase_clean")
		entry = frappe.get_all("Journal Entry", {"factoring_report_import": doc.name}, pluck="name")[0]
		with self.refused(doc.name):
			frappe.get_doc("Journal Entry", entry).cancel()

	def test_the_ledger_is_never_changed(self):
		report_factories.import_sample("purchase_clean")
		entry = frappe.get_doc(
			"Factoring Ledger Entry", frappe.get_all("Factoring Ledger Entry", pluck="name")[0]
		)
		entry.remarks = "changed"
		with self.refused("cannot be changed"):
			entry.save()
		with self.refused("cannot be deleted"):
			entry.delete()

	def test_an_error_in_the_middle_posts_nothing(self):
		factories.make_settings(ACME)
		doc = report_factories.import_sample("purchase_clean", submit=False)
		before = report_factories.books()
		frappe.db.set_value(factories.settings.DOCTYPE, ACME, "fee_account", None)
		frappe.clear_document_cache(factories.settings.DOCTYPE, ACME)
		frappe.db.savepoint("before_submit")
		with self.refused("Fees"):
			doc.submit()
		frappe.db.rollback(save_point="before_submit")
		self.assertEqual(report_factories.books(), before)
		self.assertEqual(frappe.db.count("Factoring Ledger Entry"), 0)
		factories.make_settings(ACME)


class TestDecisions(ReportCase):
	SENT = True

	def setUp(self):
		super().setUp()
		report_factories.import_golden("payment_clean")
		self.doc = report_factories.import_sample("purchase_mixed", submit=False)

	def test_an_accepted_suggestion_is_posted_with_the_rest(self):
		decisions.record_decision(self.doc.name, [13], "accept")
		doc = frappe.get_doc("Report Import", self.doc.name)
		self.assertEqual(doc.missing_from_report, '["AF-10022"]')
		doc.submit()
		self.assertEqual(self.figures("AF-10018"), ("Financed", "1815.20"))
		row = report_factories.lines(doc, "row_no", "outcome", "rule", "resolution", "decided_by", "posted")[
			6
		]
		self.assertEqual(tuple(row.values()), (13, "matched", "decided", "Accepted", "Administrator", 1))
		self.assert_books_agree()

	def test_a_row_decided_after_submit_is_posted_by_the_same_import(self):
		self.doc.submit()
		self.assertEqual(self.figures("AF-10018")[0], "Submitted")
		decisions.record_decision(self.doc.name, [13], "accept")
		self.assertEqual(self.figures("AF-10018")[0], "Submitted")
		report_import.post_waiting(self.doc.name)
		self.assertEqual(self.figures("AF-10018")[0], "Financed")
		entries = frappe.get_all(
			"Factoring Ledger Entry", {"sales_invoice": "AF-10018"}, ["report_import", "purchased"]
		)
		self.assertEqual([(row.report_import, row.purchased) for row in entries], [(self.doc.name, 1815.20)])
		self.assert_books_agree()

	def test_an_ignored_row_keeps_its_reason_and_waits_no_more(self):
		decisions.record_decision(self.doc.name, [15], "ignore", reason="Not ours")
		self.doc.reload()
		self.doc.submit()
		row = next(
			row
			for row in report_factories.lines(self.doc, "row_no", "outcome", "resolution_reason")
			if row.row_no == 15
		)
		self.assertEqual((row.outcome, row.resolution_reason), ("ignored", "Not ours"))

	def test_a_decision_needs_what_it_needs(self):
		with self.refused("nothing to accept"):
			decisions.record_decision(self.doc.name, [15], "accept")
		with self.refused("why it is ignored"):
			decisions.record_decision(self.doc.name, [15], "ignore", reason=" ")
		with self.refused(ACME):
			decisions.record_decision(self.doc.name, [15], "invoice", invoice="BL-20001")

	def test_a_posted_row_is_not_decided_again(self):
		self.doc.submit()
		with self.refused("Row 7", "posted"):
			decisions.record_decision(self.doc.name, [7], "ignore", reason="too late")

	def test_a_word_set_and_remembered_is_known_to_the_next_report(self):
		self.doc.submit()
		messy = report_factories.import_sample("payment_messy", submit=False)
		decisions.record_decision(messy.name, [20], "type", event="charge", remember=True)
		messy.reload()
		messy.submit()
		later = report_factories.import_file(
			"later.xlsx",
			report_factories.payment_rows(
				"12/01/2026 - 12/15/2026", (None, None, "12/02/2026", "Misc Adj", 5)
			),
		)
		self.assertEqual([row.outcome for row in report_factories.lines(later)], ["matched"])
		self.assertEqual(text(report_factories.journal(later, "charges")[0]), "5.00")

	def test_a_corrected_row_supersedes_the_one_that_waits(self):
		self.doc.submit()
		messy = report_factories.import_sample("payment_messy")
		factories.make_invoice(
			"AF-20001", customer="Summit Logistics Group", posting_date="2026-11-01", amount="10"
		)
		wrong = next(row for row in report_factories.lines(self.doc) if row.row_no == 14)
		self.assertEqual((wrong.outcome, wrong.reason), ("blocked", "arithmetic"))
		fixed = report_factories.import_file(
			"fixed.xlsx", report_factories.purchase_rows("A2", ("AF-10019", 2500, 75, 125))
		)
		row = next(
			row
			for row in report_factories.lines(
				self.doc, "row_no", "outcome", "resolution", "resolution_reason"
			)
			if row.row_no == 14
		)
		self.assertEqual(tuple(row.values()), (14, "ignored", "Superseded", fixed.name))
		frappe.get_doc("Report Import", fixed.name).cancel()
		row = next(row for row in report_factories.lines(self.doc) if row.row_no == 14)
		self.assertEqual((row.outcome, row.posted), ("blocked", 0))
		self.assertEqual(messy.status, "Posted")


class TestReading(ReportCase):
	SENT = True

	def setUp(self):
		super().setUp()
		reader = patch.object(reading, "read", wraps=reading.read)
		self.read = reader.start()
		self.addCleanup(reader.stop)

	def assert_reads(self, times: int):
		"""The file was read so often since the last call."""
		self.assertEqual(self.read.call_count, times)
		self.read.reset_mock()

	def test_a_save_reads_the_file_once_and_a_submit_once_more(self):
		doc = report_factories.import_sample("purchase_clean", submit=False)
		self.assertEqual(doc.status, "Ready")
		self.assert_reads(1)
		doc.save()
		self.assert_reads(0)
		doc.submit()
		self.assertEqual((doc.status, doc.posted_count), ("Posted", 12))
		self.assert_reads(1)

	def test_where_only_the_file_names_the_company_its_own_layout_reads_it(self):
		own = frappe.copy_doc(frappe.get_doc("Report Layout", layouts.DEFAULT_NAMES[ReportKind.PURCHASE]))
		own.update({"layout_name": "Acme Purchases", "company": ACME})
		own.insert()
		agreement = frappe.get_doc(factories.settings.DOCTYPE, {"company": ACME})
		agreement.db_set("purchase_report_layout", own.name)
		doc = report_factories.import_sample("purchase_clean", submit=False, company="")
		self.assertEqual(doc.company, ACME)
		self.assertEqual(json.loads(doc.layout_snapshot)["name"], own.name)
		self.assert_reads(1)

	def test_a_text_is_kept_as_it_is_whether_one_row_has_it_or_all(self):
		word = "50% off \\ 'x' %s"
		for rows in (1, 2):
			lines = [(None, "7", "11/05/2026", word, 10 * n) for n in range(1, rows + 1)]
			content = report_factories.payment_rows("11/01/2026 - 11/15/2026", *lines)
			doc = report_factories.import_file(f"odd-{rows}.xlsx", content, submit=False)
			kept = report_factories.lines(doc, "word", "cells")
			self.assertEqual([(row.word, json.loads(row.cells)[4]) for row in kept], [(word, word)] * rows)


class TestFollowUps(ReportCase):
	SENT = True

	def test_one_task_a_person_lists_chargeback_short_and_over_pay_and_goes_with_the_import(self):
		made = report_factories.import_golden()[-1]
		found = {"reference_name": made.name, "status": "Open"}
		tasks = frappe.get_all("ToDo", found, ["allocated_to", "description"])
		self.assertEqual(len({task.allocated_to for task in tasks}), len(tasks))
		for task in tasks:
			names = re.findall(r"AF-\d+", task.description)
			self.assertEqual(sorted(names), ["AF-10009", "AF-10011", "AF-10012"])
		made.cancel()
		self.assertEqual(frappe.get_all("ToDo", found), [])


class TestCurrencies(ReportCase):
	SENT = True

	def test_an_invoice_in_another_currency_waits_with_that_reason(self):
		frappe.db.set_value("Sales Invoice", "AF-10001", "currency", "CAD")
		doc = report_factories.import_sample("purchase_clean")
		row = report_factories.lines(doc)[0]
		self.assertEqual((row.outcome, row.reason, row.posted), ("blocked", "other_currency", 0))
		self.assertEqual(doc.posted_count, 11)

	def test_an_agreement_in_another_currency_than_the_books_is_refused(self):
		with self.refused("CAD", ACME):
			factories.make_settings(ACME, currency="CAD")

	def test_a_company_in_another_currency_keeps_its_own_books(self):
		name = "Maple Haulage Ltd"
		factories.COMPANIES[name] = ("MHL", "204000")
		self.addCleanup(factories.COMPANIES.pop, name)
		if not frappe.db.exists("Company", name):
			frappe.get_doc(
				{
					"doctype": "Company",
					"company_name": name,
					"abbr": "MHL",
					"country": "Canada",
					"default_currency": "CAD",
				}
			).insert()
		factories.make_settings(name, currency="CAD")
		factories.make_notice(name)
		given = {"company": name, "customer": "Maple Shipper", "currency": "CAD", "po_no": "M-1"}
		frappe.get_doc(
			{"doctype": "Customer", "customer_name": "Maple Shipper", "customer_group": "Commercial"}
			| {"territory": "All Territories", "default_currency": "CAD"}
		).insert(ignore_if_duplicate=True)
		factories.receivables()["MH-1"] = {"customer": "Maple Shipper", "amount": "1000.00"}
		self.addCleanup(factories.receivables().pop, "MH-1")
		factories.make_invoice(
			"MH-1",
			amount=1000,
			posting_date="2026-10-01",
			due_date="2026-11-01",
			price_list_currency="CAD",
			selling_price_list=None,
			**given,
		)
		report_factories.sent_batch("MB-1", ["MH-1"], name)
		content = report_factories.purchase_rows("MB-1", ("MH-1", 1000, 30, 50), client="204000")
		doc = report_factories.import_file("maple.xlsx", content, company=name)
		self.assertEqual((doc.status, doc.currency, self.figures("MH-1")[0]), ("Posted", "CAD", "Financed"))
		self.assertEqual([row for row in statements.tie_out(name) if row["difference"]], [])
