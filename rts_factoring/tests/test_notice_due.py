"""On which invoices the notice stands: by company, customer, invoice, state and what was posted."""

import json

import frappe

from rts_factoring.core.errors import DocumentError
from rts_factoring.core.model import InvoiceState
from rts_factoring.services.invoices import packets, readiness, receivables
from rts_factoring.tests import factories, print_formats
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.print_formats import BETA, JINJA, Seen

NOTICE = "PAY TO THE FACTOR"
FACTORED = "AF-10001"


class TestWhenItIsDue(FreightCase):
	def setUp(self):
		super().setUp()
		print_formats.make()
		frappe.local.form_dict = frappe._dict()
		self.invoice = factories.make_invoice(FACTORED)

	def stamps(self, words=NOTICE, **options) -> int:
		return Seen(frappe.get_print("Sales Invoice", FACTORED, **options)).stamps(words)

	def set_state(self, state: InvoiceState):
		frappe.db.set_value("Sales Invoice", FACTORED, "factoring_status", state.value)
		frappe.clear_document_cache("Sales Invoice", FACTORED)

	def test_the_notice_leaves_with_denial_and_buyback_and_stays_in_every_other_state(self):
		for state in InvoiceState:
			away = (InvoiceState.DENIED, InvoiceState.CHARGED_BACK, InvoiceState.NOT_FACTORED)
			with self.subTest(state=state.value):
				self.set_state(state)
				self.assertEqual(self.stamps(), 0 if state in away else 1)

	def test_a_sold_invoice_keeps_the_notice_whatever_the_settings_say_later(self):
		self.set_state(InvoiceState.FINANCED)
		factories.make_settings(ACME, enabled=0)
		frappe.db.set_value("Customer", self.invoice.customer, "factoring_excluded", 1)
		self.addCleanup(frappe.db.set_value, "Customer", self.invoice.customer, "factoring_excluded", 0)
		frappe.clear_document_cache("Customer", self.invoice.customer)
		self.assertEqual(self.stamps(), 1)

	def test_an_invoice_not_sold_follows_company_customer_and_invoice(self):
		self.set_state(InvoiceState.QUEUED)
		self.assertEqual(self.stamps(), 1)
		frappe.db.set_value("Customer", self.invoice.customer, "factoring_excluded", 1)
		frappe.clear_document_cache("Customer", self.invoice.customer)
		self.assertEqual(self.stamps(), 0)
		frappe.db.set_value("Customer", self.invoice.customer, "factoring_excluded", 0)
		frappe.clear_document_cache("Customer", self.invoice.customer)
		factories.make_settings(ACME, enabled=0)
		self.assertEqual(self.stamps(), 0)
		factories.make_settings(ACME)
		frappe.db.set_value("Sales Invoice", FACTORED, "factoring_method", "Direct")
		self.assertEqual(self.stamps(), 0)

	def test_a_draft_of_a_factored_invoice_has_the_notice(self):
		factories.make_invoice("AF-10003", submit=False)
		self.assertEqual(Seen(frappe.get_print("Sales Invoice", "AF-10003")).stamps(NOTICE), 1)

	def test_what_a_caller_sends_along_does_not_take_the_notice_off(self):
		from frappe.www.printview import get_html_and_style

		doc = frappe.get_doc("Sales Invoice", FACTORED)
		doc.factoring_method, doc.factoring_status = "Direct", "Denied"
		self.assertEqual(Seen(get_html_and_style(doc.as_json())["html"]).stamps(NOTICE), 1)

	def test_a_credit_note_has_no_notice_and_takes_it_off_the_credited_invoice(self):
		credit = factories.make_credit_note(FACTORED)
		self.assertEqual(self.stamps(), 0)
		self.assertEqual(receivables.load([FACTORED])[FACTORED].standing.value, "returned")
		self.assertEqual(Seen(frappe.get_print("Sales Invoice", credit.name)).stamps(NOTICE), 0)

	def test_a_credit_in_full_leaves_the_notice_on_while_the_factor_holds_the_invoice(self):
		factories.make_credit_note(FACTORED)
		for state in (InvoiceState.SUBMITTED, InvoiceState.HELD, InvoiceState.FINANCED):
			self.set_state(state)
			self.assertEqual(self.stamps(), 1, state)
		self.set_state(InvoiceState.CHARGED_BACK)
		self.assertEqual(self.stamps(), 0)

	def test_a_credit_note_over_a_part_leaves_the_notice_on_even_when_the_rest_is_posted_away(self):
		"""ERPNext then says Credit Note Issued, as it does of one credited in full."""
		self.set_state(InvoiceState.FINANCED)
		factories.make_credit_note(FACTORED, 100)
		open_amount = frappe.db.get_value("Sales Invoice", FACTORED, "outstanding_amount")
		factories.settle_by_journal(FACTORED, open_amount)
		status, left = frappe.db.get_value("Sales Invoice", FACTORED, ["status", "outstanding_amount"])
		self.assertEqual((status, left), ("Credit Note Issued", 0))
		self.assertEqual(self.stamps(), 1)
		self.assertEqual(receivables.load([FACTORED])[FACTORED].standing.value, "open")

	def test_a_cancelled_invoice_has_no_notice(self):
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

	def begin_factoring_on(self, day: str):
		frappe.get_doc("Notice of Assignment", self.notice.name).cancel()
		later = frappe.copy_doc(self.notice)
		later.update({"docstatus": 0, "amended_from": None, "valid_from": day})
		later.insert()
		later.submit()
		return later

	def test_an_open_invoice_from_before_the_first_notice_prints_without_and_cannot_be_sold(self):
		self.begin_factoring_on("2026-11-01")
		self.assertEqual(self.stamps(), 0)
		readiness.update_readiness([FACTORED])
		status, reasons = frappe.db.get_value(
			"Sales Invoice", FACTORED, ["factoring_status", "factoring_reasons"]
		)
		self.assertEqual(status, "Not Ready")
		self.assertIn("No Notice of Assignment is in force", reasons)
		self.assertEqual(self.stamps(), 0)

	def test_an_invoice_sold_before_the_first_notice_does_not_print_without_one(self):
		self.begin_factoring_on("2026-11-01")
		self.set_state(InvoiceState.FINANCED)
		with self.refused(FACTORED, "Notice of Assignment"):
			frappe.get_print("Sales Invoice", FACTORED)

	def test_an_invoice_the_factor_never_buys_has_no_notice(self):
		"""Below the smallest amount, or in another currency: its reasons say to bill it directly."""
		self.addCleanup(factories.make_settings, ACME, min_amount=0)
		amount = self.invoice.grand_total
		for smallest, stamps in ((amount, 1), (amount + 1, 0)):
			factories.make_settings(ACME, min_amount=smallest)
			readiness.update_readiness([FACTORED])
			self.assertEqual(
				(factories.state(FACTORED), self.stamps()), ("Queued" if stamps else "Not Ready", stamps)
			)
		self.set_state(InvoiceState.FINANCED)
		self.assertEqual(self.stamps(), 1, "sold before the agreement changed")
		factories.make_settings(ACME, min_amount=0)
		self.set_state(InvoiceState.NOT_READY)
		frappe.db.set_value("Sales Invoice", FACTORED, "currency", "CAD")
		self.assertEqual(self.stamps(), 0)

	def test_an_invoice_paid_to_us_before_factoring_began_prints_as_ever(self):
		frappe.get_doc("Notice of Assignment", self.notice.name).cancel()
		frappe.db.set_value("Sales Invoice", FACTORED, {"outstanding_amount": 0, "factoring_status": ""})
		self.assertEqual(self.stamps(), 0)

	def test_the_notice_is_in_the_language_of_the_print(self):
		spanish = frappe.copy_doc(self.notice)
		spanish.update({"language": "es", "text": "PAGAR A LA FINANCIERA. {invoice}", "amended_from": None})
		spanish.insert()
		spanish.submit()
		from frappe.translate import print_language

		for name in ("lang", "jenv"):  # Frappe leaves both as they are when a print fails
			self.addCleanup(setattr, frappe.local, name, getattr(frappe.local, name, None))
		with print_language("es"):
			self.assertEqual(self.stamps("PAGAR A LA FINANCIERA"), 1)
		with print_language("fr"):
			self.assertEqual(self.stamps(NOTICE), 1)

	def test_template_code_in_the_text_is_printed_not_run(self):
		factories.wipe()
		factories.make_notice(
			ACME, "PAY TO THE FACTOR {{ doc.name }} {% if 1 %}x{% endif %} <script>alert(1)</script>"
		)
		factories.make_invoice(FACTORED)
		printed = frappe.get_print("Sales Invoice", FACTORED)
		self.assertIn("{{ doc.name }} {% if 1 %}x{% endif %} <script>alert(1)</script>", Seen(printed).text)
		self.assertNotIn("<script>alert", printed)


class TestRemitTo(FreightCase):
	"""The rest of the invoice must not tell the debtor to pay somebody else."""

	def setUp(self):
		super().setUp()
		print_formats.make()
		frappe.local.form_dict = frappe._dict()
		factories.make_settings(ACME, print_format=JINJA)
		factories.make_invoice(FACTORED)

	def add_to(self, print_format: str, markup: str):
		field, value = "html", print_formats._JINJA + markup
		if print_format == BETA:
			layout = json.loads(json.dumps(print_formats._BETA))
			html = {"label": "", "fieldname": "custom_html", "fieldtype": "HTML", "html": markup}
			layout["sections"][0]["columns"][0]["fields"].append(html)
			field, value = "format_data", json.dumps(layout)
		before = frappe.db.get_value("Print Format", print_format, field)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.clear_document_cache, "Print Format", print_format)
		self.addCleanup(frappe.db.set_value, "Print Format", print_format, field, before)
		frappe.db.set_value("Print Format", print_format, field, value)
		frappe.clear_document_cache("Print Format", print_format)
		factories.make_settings(ACME, print_format=print_format)
		frappe.db.commit()

	def warning(self, print_format: str) -> str:
		frappe.clear_messages()
		self.assertEqual(Seen(frappe.get_print("Sales Invoice", FACTORED, print_format)).stamps(NOTICE), 1)
		return str(frappe.message_log)

	def test_another_payee_under_a_label_warns_and_gets_no_packet(self):
		for print_format in (JINJA, BETA):
			with self.subTest(format=print_format):
				self.add_to(print_format, "<p>Remit-To:<br>Acme Freight &amp; Sons, Box 7</p>")
				self.assertIn("Acme Freight &amp; Sons, Box 7", self.warning(print_format))
				with self.assertRaises(DocumentError) as caught:
					packets.ensure_packet(FACTORED)
				self.assertEqual(caught.exception.code, "remit_conflict")
				self.assertIn("Acme Freight & Sons, Box 7", caught.exception.message)

	def test_words_that_may_mean_something_else_only_warn(self):
		self.add_to(JINJA, "<p>Detention payable to: Joe Driver</p>")
		self.assertIn("Joe Driver", self.warning(JINJA))
		self.assertTrue(packets.ensure_packet(FACTORED))

	def test_the_payee_of_the_notice_is_no_other(self):
		for print_format in (JINJA, BETA):
			with self.subTest(format=print_format):
				self.add_to(
					print_format,
					"<style>p { /* Remit to: X */ }</style><p>Remit to:&nbsp;The Factor, PO Box 1</p>",
				)
				self.assertEqual(self.warning(print_format), "[]")
				self.assertTrue(packets.ensure_packet(FACTORED))

	def test_the_stamp_itself_is_not_read(self):
		frappe.get_doc("Notice of Assignment", self.notice.name).cancel()
		factories.make_notice(ACME, "PAY TO THE FACTOR. Make all checks payable to:")
		self.add_to(JINJA, "{{ factoring_stamp(doc) }}")
		for print_format in ("Standard", JINJA, BETA):
			self.assertEqual(self.warning(print_format), "[]")
