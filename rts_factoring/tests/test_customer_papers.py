"""What a customer gets from us beside its invoices: nothing asks it to pay us what it owes the factor."""

import json

import frappe
from erpnext.accounts.doctype.process_statement_of_accounts import process_statement_of_accounts
from erpnext.selling.doctype.customer.customer import get_customer_outstanding
from frappe.core.doctype.communication import email
from frappe.desk import query_report

from rts_factoring.services.invoices import customer_papers
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.portal_user import PASSWORD, PORTAL_USER, make_portal_user
from rts_factoring.tests.report_case import ReportCase
from rts_factoring.tests.web_server import Server

NOTICE = "PAY TO THE FACTOR"
CUSTOMER = "Ridgeline Foods Inc"
STATES = {"AF-1": "Financed", "AF-2": "Charged Back", "AF-3": "Completed", "AF-4": "Not Factored"}


class PaperCase(ReportCase):
	"""One customer with an invoice that the factor holds, one given back, one short paid and one of ours."""

	def setUp(self):
		super().setUp()
		factories.make_settings(ACME, policy="Borrowing")
		notice = frappe.get_all("Notice of Assignment", {"company": ACME, "docstatus": 1})
		if not notice:
			factories.make_notice(ACME)
		for name in STATES:
			dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
			method = "Direct" if name == "AF-4" else "Factoring"
			values = {"amount": 1000, "po_no": name, "factoring_method": method, **dates}
			factories.make_invoice(name, company=ACME, customer=CUSTOMER, **values)
			factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000"}
		report_factories.sent_batch("FB-1", ["AF-1", "AF-2", "AF-3"])
		rows = [(name, 1000, 30, 50) for name in ("AF-1", "AF-2", "AF-3")]
		report_factories.import_file("bought.xlsx", report_factories.purchase_rows("FB-1", *rows))
		paid = [
			("AF-2", "C-1", "11/05/2026", "Chargeback", 1000),
			("AF-3", "C-1", "11/05/2026", "Short Pay", 900),
		]
		content = report_factories.payment_rows("11/01/2026 - 11/15/2026", *paid)
		report_factories.import_file("paid.xlsx", content)
		self.assertEqual({name: factories.state(name) for name in STATES}, STATES)


class TestFourInvoices(PaperCase):
	"""Refused for the invoice that the factor holds; made for the one given back, the short-paid rest, and our own."""

	def made(self, make) -> dict[str, bool]:
		done = {}
		for name in STATES:
			frappe.db.savepoint("one_paper")
			try:
				make(name)
				done[name] = True
			except frappe.ValidationError as error:
				self.assertIn("with the factor", str(error))
				done[name] = False
			frappe.db.rollback(save_point="one_paper")
		return done

	def test_papers_that_ask_for_money(self):
		from erpnext.accounts.doctype.payment_request.payment_request import make_payment_request
		from erpnext.accounts.doctype.sales_invoice.sales_invoice import create_dunning

		def request(name):
			make_payment_request(dt="Sales Invoice", dn=name, recipient_id="ap@debtor.test", mute_email=1)

		def dunning(name):
			doc = create_dunning(name)
			if not doc.overdue_payments:
				doc.append("overdue_payments", {"sales_invoice": name, "outstanding": 100})
			doc.insert(ignore_mandatory=True)

		def discounting(name):
			doc = frappe.get_doc({"doctype": "Invoice Discounting", "company": ACME})
			doc.append("invoices", {"sales_invoice": name, "outstanding_amount": 100})
			doc.insert(ignore_mandatory=True)

		expected = {"AF-1": False, "AF-2": True, "AF-3": True, "AF-4": True}
		for make in (request, dunning, discounting):
			with self.subTest(make.__name__):
				self.assertEqual(self.made(make), expected)


class TestStatements(PaperCase):
	def statement(self, report: str) -> str:
		doc = frappe.get_doc(
			{
				"doctype": "Process Statement Of Accounts",
				"report": report,
				"company": ACME,
				"from_date": "2026-01-01",
				"to_date": "2026-12-31",
				"posting_date": "2026-12-31",
				"customers": [{"customer": CUSTOMER, "primary_email": "ap@debtor.test"}],
				"currency": "USD",
				"ageing_based_on": "Due Date",
			}
		)
		for field in ("categorize_by", "group_by"):
			if doc.meta.has_field(field):
				doc.set(field, "Categorize by Voucher" if field == "categorize_by" else "Group by Voucher")
		doc.insert(set_name="RTS Statement")
		pages = process_statement_of_accounts.get_report_pdf(doc, consolidated=False)
		self.assertTrue(pages)
		page = process_statement_of_accounts.get_statement_dict(doc)[CUSTOMER]
		doc.delete()
		return str(page)

	def test_a_statement_marks_what_the_factor_holds_and_says_once_whom_to_pay(self):
		for report in ("Accounts Receivable", "General Ledger"):
			with self.subTest(report):
				page = self.statement(report)
				self.assertEqual(page.count("data-rts-remit"), 1)
				self.assertIn("Pay them to the address below and not to us: AF-1<", page)
				self.assertIn(f"AF-1 {customer_papers.MARK}", page)
				for name in ("AF-2", "AF-3", "AF-4"):
					self.assertIn(name, page)
					self.assertNotIn(f"{name} {customer_papers.MARK}", page)

	def test_the_settings_leave_them_out_of_a_statement_of_open_invoices(self):
		factories.make_settings(ACME, policy="Borrowing", statement_invoices="Left Out")
		page = self.statement("Accounts Receivable")
		self.assertNotIn("AF-1<", page.replace(" ", "<").replace("\n", "<"))
		self.assertIn("AF-2", page)
		self.assertNotIn("data-rts-remit", page)
		self.assertIn("2,100.00", page)  # the total of the three others
		self.assertIn("data-rts-remit", self.statement("General Ledger"))

	def test_a_statement_without_such_an_invoice_is_erpnexts_own(self):
		frappe.db.set_value("Sales Invoice", "AF-1", "factoring_status", "Charged Back")
		self.assertNotIn("data-rts-remit", self.statement("Accounts Receivable"))


class TestAccountsReceivable(PaperCase):
	def report(self) -> dict:
		filters = {
			"company": ACME,
			"report_date": "2026-12-31",
			"party_type": "Customer",
			"ageing_based_on": "Due Date",
			"range": "30, 60, 90, 120",
		}
		return query_report.run("Accounts Receivable", filters=filters, ignore_prepared_report=True)

	def test_what_the_factor_holds_and_has_financed_is_told_apart(self):
		found = self.report()
		self.assertTrue(
			{"factoring_status", "factoring_open"} <= {c.get("fieldname") for c in found["columns"]}
		)
		rows = {row.get("voucher_no"): row for row in found["result"] if isinstance(row, dict)}
		told = {
			name: (rows[name].get("factoring_status"), rows[name].get("factoring_open")) for name in STATES
		}
		nothing = (None, None)
		self.assertEqual(
			told, {"AF-1": ("Financed", 1000), "AF-2": nothing, "AF-3": nothing, "AF-4": nothing}
		)
		self.assertEqual(rows["AF-3"]["outstanding"], 100)

	def test_its_print_marks_them_and_says_once_whom_to_pay(self):
		rows = [row for row in self.report()["result"] if isinstance(row, dict)]
		remit = [row["factoring_remit"] for row in rows if row.get("factoring_remit")]
		self.assertEqual(len(remit), 1)
		self.assertIn("AF-1<", remit[0])
		self.assertIn("The Factor", remit[0])
		method = frappe.get_hooks("override_whitelisted_methods")["frappe.desk.query_report.get_script"][-1]
		page = frappe.get_attr(method)("Accounts Receivable")["html_format"]
		self.assertIn("factoring_remit", page.split("<style>")[0])
		self.assertEqual(
			page.count('data[i]["factoring_status"]'), page.count('{%= data[i]["voucher_no"] %}')
		)
		self.assertTrue(page.count('{%= data[i]["voucher_no"] %}'))
		plain = frappe.get_attr(method)("General Ledger")
		self.assertNotIn("factoring_remit", plain["html_format"] or "")

	def test_a_company_that_does_not_factor_sees_the_report_as_it_was(self):
		frappe.db.set_value("Sales Invoice", {"company": ACME}, "factoring_status", "Not Factored")
		self.assertNotIn("factoring_status", {c.get("fieldname") for c in self.report()["columns"]})

	def test_the_credit_limit_counts_what_the_customer_owes_once(self):
		self.assertEqual(get_customer_outstanding(CUSTOMER, ACME), 1000 + 1000 + 100 + 1000)


class TestMails(PaperCase):
	def mail(self, *names: str) -> str:
		return email.make(
			doctype="Sales Invoice",
			name="AF-1",
			recipients="ap@debtor.test",
			subject="Invoice",
			content="Please find it attached.",
			send_email=0,
			attachments=json.dumps(names),
		)["name"]

	def attached(self, name: str, content: bytes) -> str:
		values = {"file_name": name, "content": content, "is_private": 1}
		about = {"attached_to_doctype": "Sales Invoice", "attached_to_name": "AF-1"}
		return frappe.get_doc({"doctype": "File", **values, **about}).insert().name

	def printed(self) -> bytes:
		return frappe.attach_print("Sales Invoice", "AF-1")["fcontent"]

	def test_a_print_from_before_it_was_factored_is_not_sent_on(self):
		state = frappe.db.get_value("Sales Invoice", "AF-1", "factoring_status")
		frappe.db.set_value("Sales Invoice", "AF-1", "factoring_status", "Charged Back")
		stale = self.attached("AF-1 old.pdf", self.printed())
		self.assertTrue(self.mail(stale))  # given back: it is right as it is
		frappe.db.set_value("Sales Invoice", "AF-1", "factoring_status", state)
		with self.refused("AF-1 old.pdf", "Attach Document Print"):
			self.mail(stale)
		fresh = self.attached("AF-1 new.pdf", self.printed())
		pod = self.attached("pod.pdf", (factories.FIXTURES / "paperwork" / "bill_of_lading.pdf").read_bytes())
		self.assertTrue(self.mail(fresh, pod))


class TestPortal(FreightCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.server = Server()
		cls.addClassCleanup(cls.server.stop)

	def test_the_page_of_an_invoice_shows_its_notice_and_no_button_to_pay_us(self):
		for name, method in (("AF-10001", "Factoring"), ("AF-10002", "Direct")):
			factories.make_invoice(name, factoring_method=method)
		make_portal_user("AF-10001", "AF-10002")
		frappe.db.commit()
		debtor = self.server.person(PORTAL_USER, PASSWORD)
		factored, direct = (debtor.get(f"/invoices/{name}") for name in ("AF-10001", "AF-10002"))
		self.assertEqual((factored.status_code, direct.status_code), (200, 200))
		self.assertEqual((factored.text.count(NOTICE), direct.text.count(NOTICE)), (1, 0))

	def test_the_button_goes_and_a_missing_notice_is_no_invitation_to_pay(self):
		doc = factories.make_invoice("AF-10001")
		context = frappe._dict(doc=doc, show_pay_button=True, pay_amount=1)
		self.assertEqual(customer_papers.show_on_portal(context)["show_pay_button"], False)
		for name in frappe.get_all("Notice of Assignment", {"company": ACME, "docstatus": 1}, pluck="name"):
			frappe.db.set_value("Notice of Assignment", name, "docstatus", 2)
		doc.terms = ""
		self.assertEqual(customer_papers.show_on_portal(context)["show_pay_button"], False)
		self.assertIn("whom to pay", doc.terms)
		frappe.db.rollback()
