"""What the desk shows and says: messages with their switches, reasons, timeline, bulk actions, the weekly chart."""

import re
from unittest.mock import patch

import frappe
from frappe.desk import query_report
from frappe.utils import add_days, fmt_money, get_first_day, getdate, now_datetime
from frappe.website.serve import get_response

from rts_factoring import api
from rts_factoring.overrides.boot import extend_bootinfo
from rts_factoring.rts_factoring.dashboard_chart_source.factoring_per_week import factoring_per_week
from rts_factoring.services.common import help_pages
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import readiness
from rts_factoring.services.reports import progress
from rts_factoring.services.views import (
	checklist,
	completeness,
	invoice_status,
	overview,
	reminders,
	timeline,
)
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD

MANAGER = "desk.manager@example.com"
PERIOD = {"from_date": "2026-01-01", "to_date": "2026-12-31"}


class TestDesk(FreightCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		factories.make_user(MANAGER, "Factoring User", "Factoring Manager", "Accounts User")
		frappe.db.commit()

	def setUp(self):
		super().setUp()
		frappe.db.delete("Notification Log", {"for_user": MANAGER})
		frappe.db.delete("User Permission", {"user": MANAGER})
		frappe.cache.hdel("user_permissions", MANAGER)

	def limit_manager_to(self, company: str) -> None:
		frappe.get_doc(
			{"doctype": "User Permission", "user": MANAGER, "allow": "Company", "for_value": company}
		).insert()

	def subjects(self) -> list[str]:
		return frappe.get_all("Notification Log", {"for_user": MANAGER}, pluck="subject", order_by="creation")

	def sent(self, name: str, numbers, days_ago: int):
		factories.make_invoices(numbers)
		batch = report_factories.sent_batch(name, numbers)
		batch.db_set("delivered_on", add_days(now_datetime(), -days_ago))
		return batch

	def test_a_batch_is_overdue_once_the_days_have_passed_and_no_purchase_report_is_in(self):
		factories.make_settings(ACME, purchase_overdue_days=3)
		self.sent("OLD", ["AF-10001"], days_ago=5)
		self.sent("NEW", ["AF-10002"], days_ago=1)
		self.assertEqual(completeness.overdue_batches(ACME), ["OLD"])
		report_factories.import_file(
			"p.xlsx", report_factories.purchase_rows("OLD", ("AF-10001", 2450, 73.5, 122.5))
		)
		self.assertEqual(completeness.overdue_batches(ACME), [])

	def test_zero_days_send_no_reminder(self):
		factories.make_settings(ACME, purchase_overdue_days=0)
		self.sent("OLD", ["AF-10001"], days_ago=50)
		self.assertEqual(completeness.overdue_batches(ACME), [])

	def test_each_matter_is_one_message_and_its_switch_silences_it(self):
		factories.make_settings(ACME, purchase_overdue_days=3)
		self.sent("OLD", ["AF-10001", "AF-10002"], days_ago=5)
		frappe.db.set_value("Sales Invoice", "AF-10002", "factoring_status", "Held")
		reminders.remind(ACME)
		self.assertEqual(len(self.subjects()), 2)
		self.assertIn("1 batches without a purchase report", self.subjects()[0])
		self.assertIn("1 invoices held", self.subjects()[1])
		frappe.db.delete("Notification Log", {"for_user": MANAGER})
		factories.make_settings(ACME, purchase_overdue_days=3, alert_held="Off")
		reminders.remind(ACME)
		self.assertEqual(len(self.subjects()), 1)

	def test_a_manager_of_another_company_is_not_told(self):
		frappe.get_doc(
			{"doctype": "User Permission", "user": MANAGER, "allow": "Company", "for_value": BLUEBIRD}
		).insert()
		self.sent("OLD", ["AF-10001"], days_ago=50)
		reminders.remind(ACME)
		self.assertEqual(self.subjects(), [])

	def test_a_reason_comes_with_its_fix_and_the_place_to_make_it(self):
		frappe.get_doc("Notice of Assignment", self.notice.name).cancel()
		factories.make_invoice("AF-10001")
		reasons = invoice_status.reasons("AF-10001")
		self.assertEqual([reason["code"] for reason in reasons], ["no_notice"])
		self.assertEqual(reasons[0]["doctype"], "Notice of Assignment")
		self.assertTrue(reasons[0]["fix"])

	def test_a_number_that_the_schedule_needs_is_entered_on_the_invoice(self):
		factories.make_invoice("AF-10001", po_no="")
		(reason,) = invoice_status.reasons("AF-10001")
		self.assertEqual((reason["code"], reason["field"]), ("schedule", "po_no"))
		self.assertEqual(reason["text"], "PO Number is missing.")
		self.assertIn("Customer's Purchase Order", reason["fix"])
		self.assertNotIn("doctype", reason)

	def test_a_reason_with_values_is_said_in_the_language_of_the_user(self):
		factories.make_settings(ACME, document_kinds=[{"kind": "Proof of Delivery", "required": 1}])
		factories.make_invoice("AF-10001")
		self.addCleanup(setattr, frappe.local, "lang", frappe.local.lang)
		frappe.local.lang = "es"
		(reason,) = invoice_status.reasons("AF-10001")
		self.assertNotIn("is missing", reason["text"])
		kept = frappe.db.get_value("Sales Invoice", "AF-10001", "factoring_reasons")
		self.assertEqual(kept, "Proof of Delivery is missing. Attach it under Documents.")

	def test_bulk_goes_on_past_a_refused_invoice(self):
		factories.make_invoices(["AF-10001", "AF-10002"])
		report_factories.sent_batch("A", ["AF-10001"])
		found = api.unqueue_invoices(["AF-10001", "AF-10002"])
		self.assertEqual(found["done"], ["AF-10002"])
		self.assertEqual([row["invoice"] for row in found["refused"]], ["AF-10001"])
		self.assertIn("A", found["refused"][0]["reason"])
		self.assertEqual(factories.state("AF-10002"), "Not Factored")

	def test_a_batch_is_made_of_one_company_only(self):
		factories.make_notice(BLUEBIRD)
		factories.make_invoices(["AF-10001", "BL-20001"])
		with self.refused("one company"):
			api.make_batch(["AF-10001", "BL-20001"])

	def test_queued_invoices_are_filtered_by_amount_before_they_are_counted(self):
		factories.make_invoices(["AF-10001", "AF-10002", "AF-10003"])  # 2450, 1875.50, 3120.25
		found = readiness.invoices_for_batch(ACME, limit=1)
		self.assertEqual(([row.name for row in found["offered"]], found["more"]), (["AF-10001"], True))
		found = api.get_queued_invoices(ACME, min_amount=3000)
		self.assertEqual(([row.name for row in found["offered"]], found["more"]), (["AF-10003"], False))

	def test_a_card_adds_up_each_currency_for_itself(self):
		factories.make_invoices(["AF-10001", "AF-10002"])
		frappe.db.set_value("Sales Invoice", "AF-10002", "currency", "EUR")
		shown = api.get_card({"card": "queued"})
		self.assertIn(fmt_money(2450, currency="USD"), shown)
		self.assertIn(
			fmt_money(frappe.db.get_value("Sales Invoice", "AF-10002", "grand_total"), currency="EUR"), shown
		)
		nothing = fmt_money(0, currency=frappe.db.get_default("currency"))
		self.assertIn(nothing, api.get_card({"card": "reserve"}))
		with self.refused("no such card"):
			api.get_card({"card": "x"})

	def test_each_card_leads_to_what_it_counts(self):
		month = str(get_first_day(getdate()))
		for card, address in {
			"queued": "sales-invoice?factoring_status",
			"financed": "query-report/Factored%20Invoices",
			"reserve": "query-report/Reserve%20Statement",
			"fees": f"query-report/Cost%20of%20Factoring?from_date={month}",
		}.items():
			self.assertIn(f"/{address}", overview.card(card), card)
		self.assertIn("?company=Acme+Freight+LLC", overview.card("reserve", ACME))

	def test_a_report_of_a_company_that_is_not_set_up_says_so_in_its_place(self):
		frappe.delete_doc_if_exists(settings.DOCTYPE, BLUEBIRD, force=True)
		frappe.clear_messages()
		for report in frappe.get_all("Report", {"module": "RTS Factoring", "disabled": 0}, pluck="name"):
			answer = query_report.run(report, {"company": BLUEBIRD, **PERIOD}, ignore_prepared_report=True)
			self.assertEqual(answer["result"], [], report)
			self.assertIn(
				"Bluebird Logistics Inc</strong> is not set up for factoring", answer["message"], report
			)
			self.assertIn("subsidiary-factoring-settings", answer["message"], report)
		self.assertEqual(frappe.get_message_log(), [])

	def test_reports_know_the_companies_that_factor_and_the_user_may_see(self):
		factories.make_settings(ACME)
		factories.make_settings(BLUEBIRD)
		boot = frappe._dict()
		extend_bootinfo(boot)
		self.assertEqual(boot.factoring_companies, [ACME, BLUEBIRD])
		self.limit_manager_to(BLUEBIRD)
		frappe.set_user(MANAGER)
		extend_bootinfo(boot)
		self.assertEqual(boot.factoring_companies, [BLUEBIRD])

	def test_the_cards_of_the_workspace_ask_for_a_card_that_exists(self):
		cards = frappe.get_all("Number Card", {"module": "RTS Factoring"}, ["method", "filters_json", "type"])
		self.assertEqual(len(cards), 5)
		for card in cards:
			self.assertEqual((card.type, card.method), ("Custom", "rts_factoring.api.get_card"))
			self.assertTrue(api.get_card(card.filters_json))

	def test_a_running_posting_tells_how_far_it_is(self):
		self.sent("T", ["AF-10001"], days_ago=1)
		doc = report_factories.import_file(
			"p.xlsx", report_factories.purchase_rows("T", ("AF-10001", 2450, 73.5, 122.5)), submit=False
		)
		self.addCleanup(progress.clear_progress, doc.name)
		progress.show_progress(doc.name, 3, 10)
		self.assertIsNone(api.get_report_rows(doc.name)["progress"])
		doc.db_set("status", "Posting")
		self.assertEqual(api.get_report_rows(doc.name)["progress"], {"done": 3, "of": 10})
		doc.db_set("status", "Ready")
		doc.submit()
		self.assertEqual(api.get_report_rows(doc.name)["status"], "Posted")
		self.assertIsNone(progress.posting_progress(doc.name))

	def test_the_stage_is_signed_only_with_the_agreement_attached(self):
		with self.refused("Attach the signed access agreement"):
			factories.make_settings(ACME, request_stage="Signed")
		frappe.db.set_value(settings.DOCTYPE, ACME, "request_stage", "Signed")
		steps = {step["step"]: step for step in api.get_checklist(ACME)}
		self.assertIn("Attach", steps["credentials"]["missing"])

	def test_the_checklist_names_rates_and_number_that_are_missing_and_mail_that_cannot_be_sent(self):
		doc = factories.make_settings(ACME)
		rates = {"advance_rate": 0, "reserve_rate": 0, "fee_rate": 0}
		frappe.db.set_value(settings.DOCTYPE, doc.name, {"client_number": "", "request_stage": "", **rates})
		frappe.clear_document_cache(settings.DOCTYPE, doc.name)
		with patch.object(checklist.EmailAccount, "find_default_outgoing", return_value=None):
			steps = {step["step"]: step for step in api.get_checklist(doc.name)}
			self.assertEqual(
				steps["terms"]["missing"],
				"Enter what the agreement states: Client Number, Advance (%), Reserve (%), Fee (%).",
			)
			self.assertIn("This site cannot send mail", steps["credentials"]["missing"])
			doc.reload()
			doc.representative_email = "rep@rts.example"
			with self.refused("This site cannot send mail"):
				checklist.request_credentials(doc)
		frappe.db.set_value(settings.DOCTYPE, doc.name, {"client_number": "104233", "fee_rate": 3})
		frappe.clear_document_cache(settings.DOCTYPE, doc.name)
		self.assertTrue(api.get_checklist(doc.name)[0]["done"])

	def test_the_timeline_tells_of_batch_and_postings(self):
		self.sent("T", ["AF-10001"], days_ago=1)
		doc = report_factories.import_file(
			"p.xlsx", report_factories.purchase_rows("T", ("AF-10001", 2450, 73.5, 122.5))
		)
		told = " ".join(event["content"] for event in timeline.of_invoice("AF-10001"))
		self.assertIn("/T", told)
		self.assertIn(doc.name, told)
		self.assertIn("2,450.00", told)

	def test_an_invoice_shows_its_position_its_story_and_its_documents(self):
		self.sent("S", ["AF-10001"], days_ago=1)
		self.assertEqual(api.get_invoice_overview("AF-10001")["days"], None)  # not bought yet
		rows = report_factories.purchase_rows("S", ("AF-10001", 2450, 73.5, 122.5))
		report_factories.import_file("p.xlsx", rows)
		bought = frappe.db.get_value("Factoring Ledger Entry", {"sales_invoice": "AF-10001"}, "posting_date")
		shown = api.get_invoice_overview("AF-10001")
		self.assertEqual((shown["purchased"], shown["open"]), ("2450.00", "2450.00"))
		self.assertEqual((shown["fee"], shown["reserve"]), ("73.50", "122.50"))
		self.assertEqual((shown["purchased_on"], shown["days"]), (str(bought), (getdate() - bought).days))
		self.assertIn("purchased", shown["story"][0]["content"])
		self.assertIn("/report-import/", shown["story"][0]["content"])
		factories.make_invoice("AF-10002")
		doc = frappe.get_doc("Sales Invoice", "AF-10002")
		for name, kind in (
			("pod_photo.jpg", "Proof of Delivery"),
			("rate_confirmation.pdf", "Rate Confirmation"),
		):
			file = factories.upload(f"paperwork/{name}", "AF-10002")
			doc.append("factoring_documents", {"kind": kind, "file": file})
		doc.save()
		papers = api.get_invoice_overview("AF-10002")["documents"]
		self.assertEqual([paper["kind"] for paper in papers], ["Proof of Delivery", "Rate Confirmation"])
		for paper in papers:
			self.assertTrue(paper["picture"].startswith("data:image/jpeg;base64,/9j/"), paper["file_name"])

	def test_amounts_in_the_timeline_are_said_in_words_not_by_their_sign(self):
		self.sent("T", ["AF-10001"], days_ago=1)
		report_factories.import_file(
			"p.xlsx", report_factories.purchase_rows("T", ("AF-10001", 2450, 73.5, 122.5))
		)
		row = ("AF-10001", "CHK-1", "11/05/2026", "Reserve Release", None, None, 122.5)
		doc = report_factories.import_file(
			"q.xlsx", report_factories.payment_rows("11/01/2026 - 11/07/2026", row)
		)
		self.assertIn("122.50 into the reserve", self.told())
		self.assertIn("released $ 122.50", self.told())
		doc.cancel()
		self.assertRegex(self.told(), r"undone by .*\(released \$ 122\.50\)")
		self.assertNotIn("-", " ".join(re.findall(r"\(([^()]*\d\.\d\d[^()]*)\)", self.told())))

	def told(self) -> str:
		return " ".join(event["content"] for event in timeline.of_invoice("AF-10001"))

	def test_the_chart_adds_up_weeks_of_the_companies_one_may_see(self):
		self.sent("T", ["AF-10001"], days_ago=1)
		report_factories.import_file(
			"p.xlsx", report_factories.purchase_rows("T", ("AF-10001", 2450, 73.5, 122.5))
		)
		day = frappe.db.get_value("Factoring Ledger Entry", {"sales_invoice": "AF-10001"}, "posting_date")
		found = overview.per_week([ACME], weeks=2, to_date=getdate(day))
		self.assertEqual(found["datasets"][0]["values"], [0, 2450])
		self.assertEqual(found["datasets"][1]["values"], [0, 73.5])
		self.assertEqual(
			overview.per_week([BLUEBIRD], weeks=2, to_date=getdate(day))["datasets"][0]["values"], [0, 0]
		)

	def test_every_page_of_the_help_comes_with_its_pictures_and_links(self):
		self.assertEqual(next(iter(help_pages.pages())), "README")
		for name in help_pages.pages():
			page = help_pages.as_html(name)
			self.assertNotIn('src="images/', page)
			self.assertNotIn('.md"', page)
		self.assertIn('href="/factoring-help/admin"', help_pages.as_html("README"))
		with self.assertRaises(frappe.PageDoesNotExistError):
			help_pages.as_html("../README")

	def test_the_help_asks_a_guest_to_log_in(self):
		frappe.set_user("Guest")
		answer = get_response("factoring-help")
		self.assertIn(answer.status_code, (301, 302))
		self.assertIn("/login", answer.headers["Location"])

	def test_the_chart_refuses_a_company_one_may_not_see(self):
		self.limit_manager_to(BLUEBIRD)
		frappe.set_user(MANAGER)
		with self.assertRaises(frappe.PermissionError):
			factoring_per_week.get({"company": ACME})
