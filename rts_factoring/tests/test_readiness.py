"""Which Sales Invoices queue by themselves, what keeps the others out, and what lets them in."""

from unittest import mock

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

from rts_factoring.services.invoices import readiness
from rts_factoring.tests import factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME

CUSTOMER = "Ridgeline Foods Inc"


class TestReadiness(FreightCase):
	def setUp(self):
		super().setUp()
		self.set_customer()
		self.addCleanup(self.set_customer)

	def set_customer(self, **values):
		values = {"factoring_method": "", "factoring_excluded": 0} | values
		frappe.db.set_value("Customer", CUSTOMER, values)

	def test_the_nearest_method_decides(self):
		cases = [
			# invoice, customer, company → in the queue
			("", "", "Factoring", True),
			("", "", "Direct", False),
			("", "Direct", "Factoring", False),
			("", "Factoring", "Direct", True),
			("Factoring", "Direct", "Direct", True),
			("Direct", "Factoring", "Factoring", False),
		]
		for number, (invoice, customer, company, queued) in enumerate(cases, 1):
			with self.subTest(invoice=invoice, customer=customer, company=company):
				self.set_customer(factoring_method=customer)
				factories.make_settings(ACME, default_method=company)
				doc = factories.make_invoice(
					f"AF-9{number}",
					customer=CUSTOMER,
					amount=500,
					po_no="L1",
					posting_date="2026-10-26",
					factoring_method=invoice,
				)
				self.assertEqual(doc.factoring_status, "Queued" if queued else "Not Factored")

	def test_an_excluded_customer_is_not_factored(self):
		self.set_customer(factoring_excluded=1)
		invoice = factories.make_invoice("AF-10001")
		self.assertEqual(invoice.factoring_status, "Not Factored")
		self.assertIn("excluded", invoice.factoring_reasons)

	def test_a_missing_document_is_named_and_attaching_it_queues_the_invoice(self):
		factories.make_settings(
			ACME, document_kinds=[{"kind": "Proof of Delivery", "required": 1}, {"kind": "Bill of Lading"}]
		)
		invoice = factories.make_invoice("AF-10001")
		self.assertEqual(invoice.factoring_status, "Not Ready")
		self.assertEqual(
			invoice.factoring_reasons, "Proof of Delivery is missing. Attach it under Documents."
		)
		invoice.append(
			"factoring_documents",
			{
				"kind": "Proof of Delivery",
				"file": factories.upload("paperwork/rate_confirmation.pdf", "AF-10001"),
			},
		)
		invoice.save()
		self.assertEqual((invoice.factoring_status, invoice.factoring_reasons or ""), ("Queued", ""))

	def test_a_customer_can_ask_for_more_documents(self):
		customer = frappe.get_doc("Customer", CUSTOMER)
		customer.append("factoring_required_documents", {"kind": "Scale Ticket", "required": 1})
		customer.save()
		self.addCleanup(frappe.db.delete, "Factoring Document Kind", {"parent": CUSTOMER})
		self.assertIn("Scale Ticket is missing", factories.make_invoice("AF-10001").factoring_reasons)
		self.assertEqual(factories.make_invoice("AF-10002").factoring_status, "Queued")

	def test_what_the_schedule_needs_is_asked_for(self):
		invoice = factories.make_invoice("AF-10001", po_no="")
		self.assertEqual(invoice.factoring_status, "Not Ready")
		self.assertIn("PO Number is missing.", invoice.factoring_reasons)
		invoice.po_no = "LD70001"
		invoice.save()
		self.assertEqual(invoice.factoring_status, "Queued")

	def test_without_a_notice_in_force_nothing_goes(self):
		self.notice.cancel()
		invoice = factories.make_invoice("AF-10001")
		self.assertIn("No Notice of Assignment is in force.", invoice.factoring_reasons)
		factories.make_notice(ACME)
		self.assertEqual(readiness.update_readiness([invoice.name])[invoice.name].state.value, "Queued")

	def test_another_currency_than_the_agreements_is_refused_with_a_reason(self):
		frappe.db.set_single_value(
			"Accounts Settings", "allow_multi_currency_invoices_against_single_party_account", 1
		)
		invoice = factories.make_invoice("AF-10001", currency="CAD", conversion_rate=0.7)
		self.assertIn("The invoice is in CAD. The agreement is in USD.", invoice.factoring_reasons)

	def test_an_invoice_that_was_paid_in_part_is_not_sold(self):
		invoice = factories.make_invoice("AF-10001")
		payment = get_payment_entry("Sales Invoice", invoice.name, party_amount=100)
		payment.reference_no, payment.reference_date = "1", invoice.posting_date
		payment.posting_date = invoice.posting_date
		payment.paid_to = frappe.db.get_value(
			"Account", {"company": ACME, "account_type": "Cash", "is_group": 0}
		)
		payment.insert()
		payment.submit()
		verdict = readiness.update_readiness([invoice.name])[invoice.name]
		self.assertEqual([reason.code for reason in verdict.reasons], ["paid"])
		self.assertEqual(factories.state(invoice.name), "Not Ready")

	def test_companies_that_do_not_factor_are_left_unchanged(self):
		factories.make_settings(ACME, enabled=0)
		self.assertEqual(factories.make_invoice("AF-10001").factoring_status, "Not Factored")

	def test_enabling_factoring_queues_the_open_invoices_there_are(self):
		factories.make_settings(ACME, enabled=0)
		factories.make_invoices(["AF-10001", "AF-10002"])
		factories.make_settings(ACME)
		readiness.update_all_readiness(company=ACME)
		self.assertEqual({factories.state("AF-10001"), factories.state("AF-10002")}, {"Queued"})

	def test_nobody_writes_the_status_by_hand(self):
		invoice = factories.make_invoice("AF-10001")
		invoice.factoring_status, invoice.factoring_batch = "Completed", None
		invoice.factoring_load_no = "77"
		invoice.save()
		self.assertEqual(factories.state("AF-10001"), "Queued")

	def test_unqueue_and_queue(self):
		factories.make_invoice("AF-10001")
		readiness.set_invoicing_method("AF-10001", "Direct")
		self.assertEqual(factories.state("AF-10001"), "Not Factored")
		readiness.set_invoicing_method("AF-10001", "Factoring")
		self.assertEqual(factories.state("AF-10001"), "Queued")

	def test_a_cancelled_invoice_has_no_status(self):
		invoice = factories.make_invoice("AF-10001")
		invoice.cancel()
		self.assertFalse(factories.state("AF-10001"))

	def test_the_packets_of_many_invoices_are_shared_by_all_workers(self):
		names = [f"N-{number}" for number in range(25)]
		with mock.patch.object(frappe, "enqueue") as enqueue:
			readiness._make_packets(names)
		jobs = [call.kwargs["invoices"] for call in enqueue.call_args_list]
		self.assertEqual([len(job) for job in jobs], [10, 10, 5])
		self.assertEqual([name for job in jobs for name in job], names)
