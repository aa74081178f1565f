"""On which invoices the notice stands: by company, customer, invoice, state and what was posted."""

import frappe

from rts_factoring.core.model import InvoiceState
from rts_factoring.services import receivables
from rts_factoring.tests import formats, freight
from rts_factoring.tests.case import FreightCase
from rts_factoring.tests.formats import BETA, JINJA, Seen
from rts_factoring.tests.freight import ACME

NOTICE = "PAY TO THE FACTOR"
FACTORED = "AF-10001"


class TestWhenItIsDue(FreightCase):
	def setUp(self):
		super().setUp()
		formats.make()
		frappe.local.form_dict = frappe._dict()
		self.invoice = freight.make_invoice(FACTORED)

	def stamps(self, words=NOTICE, **options) -> int:
		return Seen(frappe.get_print("Sales Invoice", FACTORED, **options)).stamps(words)

	def set_state(self, state: InvoiceState):
		frappe.db.set_value("Sales Invoice", FACTORED, "factoring_status", state.value)
		frappe.clear_document_cache("Sales Invoice", FACTORED)

	def test_it_leaves_with_denial_and_buyback_and_stays_in_every_other_state(self):
		for state in InvoiceState:
			away = (InvoiceState.DENIED, InvoiceState.CHARGED_BACK, InvoiceState.NOT_FACTORED)
			with self.subTest(state=state.value):
				self.set_state(state)
				self.assertEqual(self.stamps(), 0 if state in away else 1)

	def test_a_sold_invoice_keeps_it_whatever_the_settings_say_later(self):
		self.set_state(InvoiceState.FINANCED)
		freight.make_settings(ACME, enabled=0)
		frappe.db.set_value("Customer", self.invoice.customer, "factoring_excluded", 1)
		self.addCleanup(frappe.db.set_value, "Customer", self.invoice.customer, "factoring_excluded", 0)
		frappe.clear_document_cache("Customer", self.invoice.customer)
		self.assertEqual(self.stamps(), 1)

	def test_one_not_sold_follows_company_customer_and_invoice(self):
		self.set_state(InvoiceState.QUEUED)
		self.assertEqual(self.stamps(), 1)
		frappe.db.set_value("Customer", self.invoice.customer, "factoring_excluded", 1)
		frappe.clear_document_cache("Customer", self.invoice.customer)
		self.assertEqual(self.stamps(), 0)
		frappe.db.set_value("Customer", self.invoice.customer, "factoring_excluded", 0)
		frappe.clear_document_cache("Customer", self.invoice.customer)
		freight.make_settings(ACME, enabled=0)
		self.assertEqual(self.stamps(), 0)
		freight.make_settings(ACME)
		frappe.db.set_value("Sales Invoice", FACTORED, "factoring_method", "Direct")
		self.assertEqual(self.stamps(), 0)

	def test_a_draft_of_a_factored_invoice_has_it_too(self):
		freight.make_invoice("AF-10003", submit=False)
		self.assertEqual(Seen(frappe.get_print("Sales Invoice", "AF-10003")).stamps(NOTICE), 1)

	def test_what_a_caller_sends_along_does_not_take_it_off(self):
		from frappe.www.printview import get_html_and_style

		doc = frappe.get_doc("Sales Invoice", FACTORED)
		doc.factoring_method, doc.factoring_status = "Direct", "Denied"
		self.assertEqual(Seen(get_html_and_style(doc.as_json())["html"]).stamps(NOTICE), 1)

	def test_a_credit_note_has_none_and_takes_it_off_the_credited_invoice(self):
		credit = freight.make_credit_note(FACTORED)
		self.assertEqual(self.stamps(), 0)
		self.assertEqual(receivables.load([FACTORED])[FACTORED].standing.value, "returned")
		self.assertEqual(Seen(frappe.get_print("Sales Invoice", credit.name)).stamps(NOTICE), 0)

	def test_a_credit_note_over_a_part_leaves_it_on_even_when_the_rest_is_posted_away(self):
		"""ERPNext then says Credit Note Issued, as it does of one credited in full."""
		self.set_state(InvoiceState.FINANCED)
		freight.make_credit_note(FACTORED, 100)
		open_amount = frappe.db.get_value("Sales Invoice", FACTORED, "outstanding_amount")
		freight.settle_by_journal(FACTORED, open_amount)
		status, left = frappe.db.get_value("Sales Invoice", FACTORED, ["status", "outstanding_amount"])
		self.assertEqual((status, left), ("Credit Note Issued", 0))
		self.assertEqual(self.stamps(), 1)
		self.assertEqual(receivables.load([FACTORED])[FACTORED].standing.value, "open")

	def test_a_cancelled_invoice_has_none(self):
		frappe.db.set_single_value("Print Settings", "allow_print_for_cancelled", 1)
		self.addCleanup(frappe.db.set_single_value, "Print Settings", "allow_print_for_cancelled", 0)
		frappe.get_doc("Sales Invoice", FACTORED).cancel()
		self.assertEqual(self.stamps(), 0)

	def test_due_without_a_notice_does_not_print_and_says_what_to_set_up(self):
		frappe.get_doc("Notice of Assignment", self.notice.name).cancel()
		with self.refused(FACTORED, "Notice of Assignment", "Submit"):
			frappe.get_print("Sales Invoice", FACTORED)
		with self.refused("Notice of Assignment"):
			frappe.get_print("Sales Invoice", FACTORED, BETA)

	def test_an_invoice_paid_to_us_before_factoring_began_prints_as_ever(self):
		frappe.get_doc("Notice of Assignment", self.notice.name).cancel()
		frappe.db.set_value("Sales Invoice", FACTORED, {"outstanding_amount": 0, "factoring_status": ""})
		self.assertEqual(self.stamps(), 0)

	def test_it_reads_in_the_language_of_the_print(self):
		spanish = frappe.copy_doc(self.notice)
		spanish.update({"language": "es", "text": "PAGAR A LA FINANCIERA. {invoice}", "amended_from": None})
		spanish.insert()
		spanish.submit()
		from frappe.translate import print_language

		with print_language("es"):
			self.assertEqual(self.stamps("PAGAR A LA FINANCIERA"), 1)
		with print_language("fr"):
			self.assertEqual(self.stamps(NOTICE), 1)

	def test_template_code_in_the_text_is_printed_not_run(self):
		freight.wipe()
		freight.make_notice(
			ACME, "PAY TO THE FACTOR {{ doc.name }} {% if 1 %}x{% endif %} <script>alert(1)</script>"
		)
		freight.make_invoice(FACTORED)
		printed = frappe.get_print("Sales Invoice", FACTORED)
		self.assertIn("{{ doc.name }} {% if 1 %}x{% endif %} <script>alert(1)</script>", Seen(printed).text)
		self.assertNotIn("<script>alert", printed)

	def test_an_invoice_that_names_another_payee_warns(self):
		frappe.db.set_value(
			"Print Format", JINJA, "html", formats._JINJA + "<p>Remit to: Acme Freight, Box 7</p>"
		)
		self.addCleanup(frappe.db.set_value, "Print Format", JINJA, "html", formats._JINJA)
		frappe.clear_document_cache("Print Format", JINJA)
		frappe.clear_messages()
		self.assertEqual(self.stamps(print_format=JINJA), 1)
		self.assertIn("Acme Freight, Box 7", str(frappe.message_log))
		frappe.clear_messages()
		self.stamps()
		self.assertEqual(frappe.message_log, [])
