"""The whole cycle on real documents, with a real worker and a factor at the other end of a real SSH connection."""

import csv
from datetime import date

import frappe
from pypdf import PdfReader

from rts_factoring.core.money import text
from rts_factoring.sandbox.factor import Factor
from rts_factoring.services.accounting import ledger_sums
from rts_factoring.services.batches import factoring_batch
from rts_factoring.services.views import statements
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase, received, run_worker
from rts_factoring.tests.factories import ACME


class TestLifecycle(FreightCase):
	def test_submitted_invoices_reach_the_factor(self):
		server = self.factor()
		numbers = factories.sample_batches()["A1"]
		for invoice in factories.make_invoices(numbers):
			self.assertEqual((invoice.factoring_status, invoice.factoring_reasons or ""), ("Queued", ""))

		batch = factoring_batch.create(ACME, factoring_batch.queued(ACME))
		batch.submit()
		self.assertEqual(batch.status, "Queued")
		self.assertEqual(received(server), [])  # nobody waits for a network in the browser
		run_worker()

		batch.reload()
		self.assertEqual((batch.status, batch.error or ""), ("Delivered", ""))
		self.assertEqual({row.state for row in batch.files}, {"Delivered"})
		self.assertEqual({factories.state(number) for number in numbers}, {"Submitted"})
		self.assertEqual(sorted(received(server)), sorted(row.file_name for row in batch.files))

		schedule = batch.files[-1]
		self.assertEqual(schedule.kind, "Schedule")
		with (server.inbox / schedule.file_name).open(newline="", encoding="utf-8") as lines:
			rows = list(csv.DictReader(lines))
		self.assertEqual([row["Invoice Number"] for row in rows], numbers)
		for row in rows:
			sample = factories.receivables()[row["Invoice Number"]]
			self.assertEqual(row["Invoice Amount"], sample["amount"])
			self.assertEqual(row["Customer Name"], sample["customer"])
			text = "".join(page.extract_text() for page in PdfReader(server.inbox / row["File Name"]).pages)
			self.assertIn(frappe.utils.fmt_money(sample["amount"]), text)
		log = frappe.get_all("Factoring Log", {"batch": batch.name}, ["status", "bytes", "attempt"])
		self.assertEqual([(row.status, row.attempt) for row in log], [("Success", 1)])
		self.assertEqual(log[0].bytes, sum(row.size for row in batch.files))

	def test_from_queued_invoices_to_paid_ones_and_all_the_way_back(self):
		server = self.factor()
		numbers = factories.sample_batches()["A1"]
		factories.make_invoices(numbers)
		batch = factoring_batch.create(ACME, factoring_batch.queued(ACME))
		batch.submit()
		run_worker()
		sent = report_factories.books()

		factor = Factor(server.root)
		bought = factor.buy(factor.new_schedules()[0], date(2026, 11, 3))
		purchase = report_factories.import_file(bought.name, bought.read_bytes(), submit=False)
		self.assertEqual((purchase.kind, purchase.batch, purchase.status), ("Purchase", batch.name, "Ready"))
		self.assertEqual(report_factories.books(), sent)  # a preview changes nothing
		purchase.submit()
		self.assertEqual({factories.state(number) for number in numbers}, {"Financed"})
		financed = report_factories.books()

		paid = factor.pay("104233", date(2026, 11, 1), date(2026, 11, 15), date(2026, 11, 16))
		payment = report_factories.import_file(paid.name, paid.read_bytes())
		self.assertEqual((payment.kind, payment.status, payment.waiting_count), ("Payment", "Posted", 0))
		rows = frappe.get_all(
			"Sales Invoice", {"name": ("in", numbers)}, ["factoring_status", "status", "outstanding_amount"]
		)
		self.assertEqual({tuple(row.values()) for row in rows}, {("Completed", "Paid", 0.0)})
		self.assertEqual([row for row in statements.tie_out(ACME) if row["difference"]], [])
		self.assertEqual(text(ledger_sums.of_company(ACME)["advances"]), "0.00")

		payment.cancel()
		self.assertEqual(report_factories.books(), financed)
		frappe.get_doc("Report Import", purchase.name).cancel()
		self.assertEqual(report_factories.books(), sent)
