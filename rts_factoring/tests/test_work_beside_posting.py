"""What other people do while a report is being posted, in another process that holds its transaction open."""

import os
from contextlib import contextmanager

import frappe
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from rts_factoring.services.accounting import daily_totals, outstanding
from rts_factoring.services.batches import delivery, factoring_batch
from rts_factoring.services.reports import decisions, jobs
from rts_factoring.services.views import overview
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, BLUEBIRD
from rts_factoring.tests.race_case import CUSTOMER, PERIOD, RaceCase

DATES = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}


class TestWorkBesidePosting(RaceCase):
	"""Every step is taken with a lock wait of one second: one that needs what the posting holds fails."""

	def setUp(self):
		super().setUp()
		for name in ("D-1", "D-2", "D-3"):
			self.invoice(name, factoring_method="Direct")
		for name in ("AF-10001", "AF-10002"):
			factories.make_invoice(name)
		report_factories.sent_batch("RB-2", ["AF-10001"])
		content = report_factories.purchase_rows("RB-2", ("AF-10001", 1500, 30, 50))
		report_factories.import_file("bought-2.xlsx", content)
		self.being_posted = self.to_be_posted(
			("R-1", "1", "11/05/2026", "Payment", 1000), ("R-2", "1", "11/06/2026", "Partial Payment", 400)
		)

	def invoice(self, name: str, **values):
		factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000"}
		return factories.make_invoice(
			name, company=ACME, customer=CUSTOMER, amount=1000, po_no=name, **DATES, **values
		)

	@contextmanager
	def posting(self, before_invoices: bool, ends: str = "done"):
		"""A job posts in another process and waits while the block runs: before it writes to the invoices, or before it commits."""
		reading, told = os.pipe()
		go, may_end = os.pipe()

		def wait():
			os.write(told, b"1")
			os.read(go, 1)

		def post():
			update, waited = outstanding.update_now, []

			def update_late(invoices=None):
				if before_invoices and invoices is None and not waited:
					waited.append(wait())
				update(invoices)

			outstanding.update_now = update_late
			jobs.post_job(self.being_posted.name)
			if not before_invoices:
				wait()

		answer, say = os.pipe()
		child = self.process(post, say=say)
		self.assertEqual(os.read(reading, 1), b"1")
		frappe.db.rollback()
		frappe.db.sql("set session innodb_lock_wait_timeout = 1")
		try:
			yield
			self.save()
		finally:
			frappe.db.rollback()
			frappe.db.sql("set session innodb_lock_wait_timeout = default")
			os.write(may_end, b"1")
			os.close(say)
			self.assertEqual(os.read(answer, 400).decode().partition(":")[0], ends)
			os.waitpid(child, 0)
			for end in (reading, told, go, may_end, answer):
				os.close(end)
		is_posted = ends == "done"
		status = frappe.db.get_value("Report Import", self.being_posted.name, "status")
		self.assertEqual(status, "Posted" if is_posted else "Posting")
		self.assertEqual(self.figures("R-1"), ("Completed", "0.00") if is_posted else ("Financed", "1000.00"))
		if is_posted:
			self.assert_books_agree()

	def work_on(self):
		"""Everything that has nothing to do with the invoices being posted."""
		steps = (
			self.save_settings,
			self.submit_an_invoice,
			self.edit_an_invoice,
			self.print_invoices,
			self.enter_a_payment,
			self.enter_a_journal_entry,
			self.upload_and_review_a_report,
			self.send_a_batch,
			self.read_the_cards,
			self.post_for_another_company,
		)
		for step in steps:
			with self.subTest(step.__name__):
				step()
				self.save()

	def save_settings(self):
		factories.make_settings(ACME, representative_email="pat@rts.test")

	def read_the_cards(self):
		self.assertIn("$ 3,500.00", overview.card("financed", ACME))

	def post_for_another_company(self):
		entry = {"company": BLUEBIRD, "currency": "USD", "posting_date": "2026-11-05"}
		daily_totals.add([entry | dict.fromkeys(daily_totals.AMOUNTS, 1)])

	def submit_an_invoice(self):
		self.invoice("D-9", factoring_method="Direct")

	def edit_an_invoice(self):
		doc = frappe.get_doc("Sales Invoice", "AF-10001")
		doc.po_no = "changed"
		doc.save()
		frappe.get_doc("Sales Invoice", "D-2").cancel()

	def print_invoices(self):
		for name in ("D-1", "AF-10001", "R-2"):
			self.assertIn(name, frappe.get_print("Sales Invoice", name))

	def enter_a_payment(self):
		self.payment("D-1").submit()

	def payment(self, invoice: str):
		from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

		doc = get_payment_entry("Sales Invoice", invoice, bank_account=factories.bank_account())
		doc.reference_no, doc.reference_date = "77", "2026-11-05"
		return doc.insert()

	def enter_a_journal_entry(self):
		factories.settle_by_journal("D-3", 100)

	def upload_and_review_a_report(self):
		doc = report_factories.import_file(
			f"other-{frappe.generate_hash(length=5)}.xlsx",
			report_factories.payment_rows(PERIOD, ("AF-10001", "9", "11/08/2026", "Payment", 1500)),
			submit=False,
		)
		decisions.record_decision(doc.name, [4], "ignore", reason="not ours")
		decisions.record_decision(doc.name, [4], "undo")
		self.assertEqual([row.outcome for row in report_factories.lines(doc)], ["matched"])

	def send_a_batch(self):
		self.factor()
		name = f"N-{frappe.generate_hash(length=4)}"
		self.invoice(name)
		batch = factoring_batch.create(ACME, [name])
		batch.submit()
		self.save()
		self.assertEqual(delivery.deliver_batch(batch.name), "Delivered")
		factories.make_settings(ACME)

	def test_others_work_on_during_the_long_part(self):
		with self.posting(before_invoices=True):
			self.work_on()
			doc = frappe.get_doc("Sales Invoice", "R-1")  # one that is being posted
			doc.po_no = "changed"
			doc.save()
			self.save()
		self.assertEqual(frappe.db.get_value("Sales Invoice", "R-1", "po_no"), "changed")

	def test_others_work_on_while_it_writes_to_its_invoices(self):
		with self.posting(before_invoices=False):
			self.work_on()

	def test_what_touches_the_invoices_is_refused_with_a_sentence(self):
		with self.posting(before_invoices=False):
			entry = self.charge_again("R-1")
			with self.refused("R-1", "Try again in a minute"):
				entry.submit()
			frappe.db.rollback()
			with self.as_request():
				with self.refused(self.being_posted.name, "Try again in a minute"):
					decisions.record_decision(self.being_posted.name, [4], "ignore", reason="too late")
				with self.refused(ACME, "Try again in a minute"):
					frappe.get_doc("Report Import", self.bought.name).cancel()

	def test_a_report_submitted_meanwhile_is_posted_after_it(self):
		other = self.draft(("AF-10001", "9", "11/08/2026", "Payment", 1500))
		with self.posting(before_invoices=False), self.as_request():
			frappe.get_doc("Report Import", other.name).submit()
		self.assertEqual(frappe.db.get_value("Report Import", other.name, "status"), "Posting")
		jobs.post_job(other.name)
		self.assertEqual(frappe.db.get_value("Report Import", other.name, "status"), "Posted")
		self.assertEqual(self.figures("AF-10001")[0], "Completed")

	def test_an_entry_made_meanwhile_is_not_lost(self):
		"""The posting finds that the invoice owes something else than it read, and starts again."""
		with self.posting(before_invoices=True, ends="RetryBackgroundJobError"):
			factories.settle_by_journal("R-2", 100)
		self.assertEqual(self.figures("R-2"), ("Financed", "900.00"))
		jobs.post_job(self.being_posted.name)
		self.assertEqual(self.figures("R-2"), ("Partly Paid", "500.00"))

	def charge_again(self, invoice: str):
		doc = frappe.get_doc("Sales Invoice", invoice)
		entry = frappe.get_doc(
			{"doctype": "Journal Entry", "company": ACME, "posting_date": doc.posting_date}
		)
		names = {"reference_type": "Sales Invoice", "reference_name": invoice}
		party = {"account": doc.debit_to, "party_type": "Customer", "party": doc.customer}
		entry.append("accounts", {**party, **names, "debit_in_account_currency": 100})
		entry.append("accounts", {"account": factories.bank_account(), "credit_in_account_currency": 100})
		return entry.insert()

	@contextmanager
	def as_request(self):
		frappe.local.request = Request(EnvironBuilder(method="POST").get_environ())
		try:
			yield
		finally:
			del frappe.local.request
