"""What a person sees before a submit is what is posted: layouts that change in between, forged fields, deductions."""

import json

import frappe

from rts_factoring.core.model import ReportKind
from rts_factoring.services.company import layouts
from rts_factoring.services.reports import decisions, posting, reconciling, row_pages
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD

HEADER = (*report_factories.PURCHASE_HEADER, "Status")


class TestReview(FreightCase):
	def setUp(self):
		super().setUp()
		self.layout = frappe.get_doc("Report Layout", layouts.DEFAULT_NAMES[ReportKind.PURCHASE])
		self.addCleanup(self.forget_words)
		factories.make_invoices(["AF-10001", "AF-10002"])
		report_factories.sent_batch("R", ["AF-10001", "AF-10002"])

	def forget_words(self):
		self.layout.reload()
		self.layout.words = [row for row in self.layout.words if row.word != "Zu den Akten"]
		self.layout.save()
		frappe.db.commit()

	def report(self, *rows, submit=False, titles=(("Client #:", "104233"),), **values):
		content = report_factories.workbook([*titles, HEADER, *rows])
		return report_factories.import_file("review.xlsx", content, submit, **values)

	def row(self, number, word, purchased=1000, fee=30, reserve=50):
		sample = factories.receivables()[number]
		return (
			number,
			sample["customer"],
			sample["amount"],
			purchased,
			fee,
			reserve,
			purchased - fee - reserve,
			word,
		)

	def outcomes(self, doc):
		return [row.outcome for row in report_factories.lines(doc)]

	def teach(self):
		layouts.add_word(self.layout.name, "Status", "Zu den Akten", "matched", ACME)

	def test_an_unknown_word_is_named_with_its_column(self):
		doc = self.report(self.row("AF-10001", "Zu den Akten"), self.row("AF-10002", "Funded"))
		first, second = row_pages.page(doc.name)["rows"]
		self.assertEqual(first.meaning, "The column Status says Zu den Akten. The status is unknown.")
		self.assertEqual((second.meaning, first.parts, second.parts), ("", {}, {}))

	def test_the_rows_of_a_cancelled_import_stay_as_they_were(self):
		doc = self.report(self.row("AF-10001", "Funded"), submit=True)
		doc.cancel()
		for action, values in (("ignore", {"reason": "not ours"}), ("undo", {})):
			with self.refused(doc.name, "cancelled"):
				decisions.record_decision(doc.name, [4], action, **values)

	def test_a_word_taught_after_the_file_was_read_counts_once_the_rows_are_judged_again(self):
		doc = self.report(self.row("AF-10001", "Zu den Akten"), self.row("AF-10002", "Funded"))
		self.assertEqual(self.outcomes(doc), ["blocked", "matched"])
		self.teach()
		with self.refused("Update Rows"):
			frappe.get_doc("Report Import", doc.name).submit()
		reconciling.update_rows(doc.name)
		self.assertEqual(self.outcomes(doc), ["matched", "matched"])
		shown = posting.preview(doc.name)
		doc.reload()
		doc.submit()
		self.assertEqual(self.outcomes(doc), ["matched", "matched"])
		self.assertEqual(sum(row["debit"] for entry in shown for row in entry["rows"]), 2000)
		self.assertEqual(report_factories.journal(doc, "advances"), (0, 2000))

	def test_decisions_outlive_a_changed_layout(self):
		stranger = ("AF-99999", *self.row("AF-10002", "Funded")[1:])
		doc = self.report(self.row("AF-10001", "Zu den Akten"), stranger)
		decisions.record_decision(doc.name, [4], "ignore", reason="not ours")
		self.teach()
		reconciling.update_rows(doc.name)
		self.assertEqual(self.outcomes(doc), ["matched", "ignored"])
		row = report_factories.lines(doc, "resolution", "resolution_reason", "decided_by")[1]
		self.assertEqual(tuple(row.values()), ("Ignored", "not ours", "Administrator"))

	def test_what_a_browser_sends_of_our_own_fields_is_not_kept(self):
		doc = self.report(self.row("AF-10001", "Funded"))
		swapped = json.loads(doc.layout_snapshot)
		headers = swapped["headers"]
		headers["fee_amount"], headers["reserve_amount"] = headers["reserve_amount"], headers["fee_amount"]
		doc.layout_snapshot, doc.waiting_count = json.dumps(swapped), 77
		doc.save()
		self.assertNotEqual(json.loads(doc.layout_snapshot), swapped)
		self.assertEqual(frappe.db.get_value("Report Import", doc.name, "waiting_count"), 0)
		doc.layout_snapshot = json.dumps(swapped)
		doc.submit()
		self.assertEqual(report_factories.journal(doc, "fee"), (30, 0))

	def test_a_submit_that_changes_what_is_imported_is_refused(self):
		doc = self.report(self.row("AF-10001", "Funded"))
		doc.company = BLUEBIRD
		with self.refused("Save the changes first"):
			doc.submit()

	def test_a_report_that_names_no_batch_takes_the_one_of_its_rows(self):
		doc = self.report(self.row("AF-10001", "Funded"))
		self.assertEqual(doc.batch, "R")
		self.assertEqual(json.loads(doc.missing_from_report), ["AF-10002"])

	def test_rows_that_name_another_subsidiary_wait(self):
		header = ("Client", *HEADER)
		content = report_factories.workbook(
			[
				("Client #:", "104233"),
				header,
				(BLUEBIRD, *self.row("AF-10001", "Funded")),
				(ACME, *self.row("AF-10002", "Funded")),
			]
		)
		doc = report_factories.import_file("named.xlsx", content, submit=False)
		self.assertEqual(self.outcomes(doc), ["blocked", "matched"])
		self.assertEqual(report_factories.lines(doc)[0].reason, "other_subsidiary")

	def test_what_rts_kept_from_the_payout_is_posted_once_its_type_is_set(self):
		wire = ("Sundry", None, None, None, None, None, -15, None)
		doc = self.report(self.row("AF-10001", "Funded"), wire)
		self.assertEqual(self.outcomes(doc), ["matched", "unmatched"])
		with self.refused("choose the type"):
			decisions.record_decision(doc.name, [4], "type", event="payment")
		decisions.record_decision(doc.name, [4], "type", event="charge")
		self.assertEqual(self.outcomes(doc), ["matched", "matched"])
		doc.reload()
		doc.submit()
		self.assertEqual(report_factories.journal(doc, "charges"), (15, 0))
		debit, credit = report_factories.journal(doc, "clearing")
		self.assertEqual(debit - credit, 920 - 15)

	def test_a_header_of_the_file_is_taught_from_the_import(self):
		self.addCleanup(self.forget_header)
		header = (
			*report_factories.PURCHASE_HEADER[:4],
			"Schuld",
			*report_factories.PURCHASE_HEADER[5:],
			"Status",
		)
		content = report_factories.workbook([("Client #:", "104233"), header, self.row("AF-10001", "Funded")])
		doc = report_factories.import_file("taught.xlsx", content, submit=False)
		self.assertEqual(json.loads(doc.unknown_columns), ["Schuld"])
		self.assertEqual(report_factories.lines(doc)[0].reason, "unread_money")
		with self.refused("Choose a text of this file"):
			decisions.teach(doc.name, {"Fee": "fee_amount"}, {})
		decisions.teach(doc.name, {"Schuld": "fee_amount"}, {})
		doc.reload()
		self.assertEqual((json.loads(doc.unknown_columns), doc.total_fee), ([], 30))
		self.assertEqual(self.outcomes(doc), ["matched"])

	def test_a_status_word_of_the_file_is_taught_from_the_import(self):
		doc = self.report(self.row("AF-10001", "Zu den Akten"))
		self.assertEqual(decisions.teachable(doc.name)["words"], ["Zu den Akten"])
		decisions.teach(doc.name, {}, {"Zu den Akten": "matched"})
		self.assertEqual(self.outcomes(doc), ["matched"])

	def forget_header(self):
		self.layout.reload()
		self.layout.headers = [row for row in self.layout.headers if row.text != "Schuld"]
		self.layout.save()
		frappe.db.commit()
