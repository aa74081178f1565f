"""A report whose header no layout knows: the refusal leads to the mapping of its columns, and the saved layout reads it."""

import json

import frappe

from rts_factoring import api
from rts_factoring.services.company import layouts
from rts_factoring.services.reports import column_mapping, inbox
from rts_factoring.tests import company_isolation, factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD

HEADER = ("Rechnung", "Kunde", "Betrag", "Gekauft", "Kosten", "Sperrbetrag", "Auszahlung")
FIELDS = {
	"Rechnung": "invoice_no",
	"Kunde": "debtor_name",
	"Betrag": "invoice_amount",
	"Gekauft": "purchased_amount",
	"Kosten": "fee_amount",
	"Sperrbetrag": "reserve_amount",
	"Auszahlung": "net_amount",
}
TITLES = [("Ankaufsbericht",), ("Client #:", "104233")]
MANAGER = company_isolation.address("Factoring Manager")


def foreign(*rows) -> bytes:
	return report_factories.workbook([*TITLES, HEADER, *rows])


class TestColumnMapping(FreightCase):
	def setUp(self):
		self.addCleanup(company_isolation.remove_limits)  # it commits: after the rollback of the base class
		super().setUp()
		factories.make_invoices(["AF-10001", "AF-10002"])
		report_factories.sent_batch("R", ["AF-10001", "AF-10002"])
		customer = factories.receivables()["AF-10001"]["customer"]
		self.rows = [
			("AF-10001", customer, 2450, 2450, 73.5, 122.5, 2254),
			("AF-10002", customer, 1875.5, 1875.5, 56.25, 93.75, 1725.5),
		]

	def uploaded(self, content: bytes, name: str = "bericht.xlsx"):
		values = {"doctype": "File", "file_name": name, "is_private": 1, "content": content}
		return frappe.get_doc(values).insert()

	def button(self, content: bytes) -> dict | None:
		frappe.clear_messages()
		with self.refused("No row looks like the header"):
			report_factories.import_file("bericht.xlsx", content, submit=False)
		return frappe.message_log[-1].get("primary_action")

	def map(self, name: str = "Own Purchase Report", company: str = ACME) -> str:
		return api.save_report_columns("Purchase", json.dumps(FIELDS), company, "MDY", name)

	def test_the_refusal_has_the_button_that_leads_to_the_mapping(self):
		shown = self.button(foreign(*self.rows))
		self.assertEqual(shown["client_action"], "rts_factoring.map_columns")
		self.assertEqual(shown["args"]["company"], ACME)
		columns = api.get_report_columns(shown["args"]["file_url"], company=ACME)
		self.assertEqual((columns["row"], columns["kind"]), (3, "Purchase"))
		self.assertEqual([column["text"] for column in columns["columns"]], list(HEADER))
		self.assertEqual(columns["columns"][0]["examples"], ["AF-10001", "AF-10002"])
		self.assertIn("fee_amount", columns["fields"])

	def test_somebody_who_may_save_no_layout_gets_no_button(self):
		company_isolation.make_people()
		frappe.set_user(company_isolation.address("Factoring User"))
		self.assertIsNone(self.button(foreign(*self.rows)))
		with self.assertRaises(frappe.PermissionError):
			self.map()

	def test_the_columns_are_tried_before_they_are_saved(self):
		file = self.uploaded(foreign(*self.rows))
		tried = api.try_report_columns(file.file_url, "Purchase", json.dumps(FIELDS), ACME)
		self.assertEqual(tried, {"rows": 2, "problems": [], "refusal": ""})
		less = json.dumps(FIELDS | {"Kosten": ""})
		tried = api.try_report_columns(file.file_url, "Purchase", less, ACME)
		self.assertEqual(
			tried["problems"],
			[
				"Rows 4, 5: The column Kosten has an amount and is not read. Say what it is, or that it is not counted."
			],
		)
		none = json.dumps(dict.fromkeys(FIELDS, ""))
		tried = api.try_report_columns(file.file_url, "Purchase", none, ACME)
		self.assertIn("No column of the file is the invoice no", tried["refusal"])
		self.assertFalse(frappe.db.exists("Report Layout", {"company": ACME, "by_header": 1}))

	def test_the_saved_layout_reads_this_file_and_the_next_ones_of_the_company(self):
		self.assertEqual(self.map(), "Own Purchase Report")
		first = report_factories.import_file(
			"bericht.xlsx", foreign(self.rows[0]), submit=False, layout="Own Purchase Report"
		)
		self.assertEqual((first.total_purchased, first.total_fee, first.matched_count), (2450, 73.5, 1))
		second = report_factories.import_file("naechster.xlsx", foreign(self.rows[1]))
		self.assertEqual((second.layout, second.total_net, second.posted_count), (None, 1725.5, 1))
		self.assertEqual(json.loads(second.layout_snapshot)["name"], "Own Purchase Report")

	def test_the_next_file_is_read_too_when_only_the_file_names_the_company(self):
		self.map()
		doc = report_factories.import_file("naechster.xlsx", foreign(self.rows[0]), submit=False, company="")
		self.assertEqual((doc.company, doc.total_purchased), (ACME, 2450))

	def test_a_file_that_names_another_company_is_not_read_with_this_ones_layout(self):
		self.map()
		content = report_factories.workbook(
			[TITLES[0], ("Client #:", factories.COMPANIES[BLUEBIRD][1]), HEADER, self.rows[0]]
		)
		with self.refused("No row looks like the header"):
			report_factories.import_file("fremd.xlsx", content, submit=False, company="")

	def test_the_layout_of_a_company_reads_no_file_of_another(self):
		self.map()
		names = [layout.name for layout in layouts.layouts_by_header(BLUEBIRD)]
		self.assertIn("Faro Purchase Schedule", names)
		self.assertNotIn("Own Purchase Report", names)

	def test_a_column_is_taught_to_the_layout_that_the_header_chose(self):
		self.map()
		content = report_factories.workbook(
			[*TITLES, (*HEADER[:-1], "Porto", HEADER[-1]), (*self.rows[0][:-1], 5, 2249)]
		)
		doc = report_factories.import_file("porto.xlsx", content, submit=False)
		self.assertEqual(report_factories.lines(doc)[0].reason, "unread_money")
		known = api.get_teachable(doc.name)
		self.assertEqual(
			[(column["text"], column["field"]) for column in known["columns"] if column["teachable"]],
			[("Porto", "")],
		)
		self.assertEqual(known["columns"][0]["examples"], ["AF-10001"])
		taught = {"headers": {"Porto": "other_deductions"}, "words": {}}
		tried = doc.try_teaching(**taught)
		self.assertEqual(tried, {"rows": 1, "problems": [], "refusal": ""})
		self.assertEqual(report_factories.lines(doc)[0].reason, "unread_money")
		doc.teach(**taught)
		self.assertEqual(report_factories.lines(doc)[0].outcome, "matched")
		own = frappe.get_doc("Report Layout", "Own Purchase Report")
		self.assertIn("Porto", [row.text for row in own.headers])

	def test_a_name_that_is_taken_is_refused(self):
		with self.refused("There is a layout named RTS Purchase Report"):
			self.map("RTS Purchase Report")

	def test_somebody_limited_to_a_company_saves_layouts_of_that_company_only(self):
		company_isolation.make_people()
		frappe.set_user(MANAGER)
		with self.assertRaises(frappe.PermissionError):
			self.map("Theirs", BLUEBIRD)
		self.assertEqual(self.map("Ours"), "Ours")

	def test_a_file_of_somebody_else_is_not_shown(self):
		file = self.uploaded(foreign(*self.rows))
		company_isolation.make_people()
		frappe.set_user(MANAGER)
		with self.assertRaises(frappe.PermissionError):
			api.get_report_columns(file.file_url)

	def test_a_name_is_offered_that_no_layout_has(self):
		file = self.uploaded(foreign(*self.rows))
		offered = column_mapping.columns(file.file_url, "Purchase", ACME, "", 0)["layout_name"]
		self.assertEqual(offered, "Purchase Report - AFL")
		self.map(offered)
		offered = column_mapping.columns(file.file_url, "Purchase", ACME, "", 0)["layout_name"]
		self.assertEqual(offered, "Purchase Report - AFL 2")


class TestUnreadDrafts(FreightCase):
	def test_a_report_that_came_by_itself_and_cannot_be_read_is_kept_for_a_person(self):
		server = self.factor(inbox_folder="outbox", poll_inbox=1)
		outbox = server.root / "outbox"
		outbox.mkdir(exist_ok=True)
		factories.make_invoices(["AF-10001"])
		report_factories.sent_batch("R", ["AF-10001"])
		row = ("AF-10001", "R", 2450, 2450, 73.5, 122.5, 2254)
		(outbox / "bericht.xlsx").write_bytes(foreign(row))
		(name,) = inbox.poll(ACME)
		doc = frappe.get_doc("Report Import", name)
		self.assertEqual((doc.status, doc.docstatus, doc.line_count), ("Failed", 0, 0))
		self.assertIn("No row looks like the header of a report.", doc.error)
		with self.refused("could not be read"):
			doc.submit()
		self.assertEqual(inbox.poll(ACME), [])
		self.assertEqual(api.get_teachable(name)["columns"], [])
		layout = api.save_report_columns("Purchase", json.dumps(FIELDS), ACME, "MDY", "Own Purchase Report")
		doc.reload()
		doc.update({"layout": layout, "kind": "Purchase"})
		doc.save()
		self.assertEqual((doc.status, doc.total_purchased, doc.error), ("Ready", 2450, None))
