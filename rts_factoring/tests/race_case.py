"""Two invoices that RTS bought, committed, and processes with transactions of their own that work on them at the same moment."""

import os
import time
from contextlib import suppress

import frappe

from rts_factoring.services.accounting import ledger_sums
from rts_factoring.services.reports import reconciling, report_import
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase

CUSTOMER = "Ridgeline Foods Inc"
PERIOD = "11/01/2026 - 11/30/2026"
WAIT = 1.5  # seconds in which the second process surely came to the lock


class RaceCase(ReportCase):
	"""Invoices R-1 and R-2 of 1,000 are bought; everything is committed, for other processes to see."""

	def setUp(self):
		super().setUp()
		self.addCleanup(factories.wipe)
		for name in ("R-1", "R-2"):
			dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
			factories.make_invoice(name, company=ACME, customer=CUSTOMER, amount=1000, po_no=name, **dates)
			factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000"}
		report_factories.sent_batch("RB-1", ["R-1", "R-2"])
		content = report_factories.purchase_rows("RB-1", ("R-1", 1000, 30, 50), ("R-2", 1000, 30, 50))
		self.bought = report_factories.import_file("bought.xlsx", content)
		self.save()

	def save(self) -> None:
		factories.commit_without_jobs()  # no worker takes part

	def draft(self, *rows):
		doc = report_factories.import_file(
			f"race-{frappe.generate_hash(length=6)}.xlsx",
			report_factories.payment_rows(PERIOD, *rows),
			submit=False,
		)
		self.save()
		return doc

	def to_be_posted(self, *rows):
		"""A submitted import whose posting is a job's work."""
		at_once, report_import.AT_ONCE = report_import.AT_ONCE, -1
		try:
			doc = self.draft(*rows)
			reconciling.stage_rows(doc.name)
			frappe.get_doc("Report Import", doc.name).submit()
		finally:
			report_import.AT_ONCE = at_once
		self.save()
		return doc

	def together(self, first, second) -> str:
		"""`first` holds its transaction open until `second`, which began to read before that, waits for it. What became of
		the second: `done`, or its error."""
		go, may_end = os.pipe()
		reading, told = os.pipe()
		one = self.process(first, before_commit=lambda: (os.write(told, b"1"), os.read(go, 1)))
		self.assertEqual(os.read(reading, 1), b"1", "the first did not come so far")
		answer, say = os.pipe()
		two = self.process(second, say=say)
		time.sleep(WAIT)
		os.write(may_end, b"1")
		for child in (one, two):
			os.waitpid(child, 0)
		os.close(say)
		found = os.read(answer, 500).decode()
		for end in (go, may_end, reading, told, answer):
			os.close(end)
		frappe.db.rollback()
		return found

	def process(self, work, before_commit=lambda: None, say: int | None = None) -> int:
		site, job = frappe.local.site, frappe.flags.in_test
		child = os.fork()
		if child:
			return child
		outcome = "done"
		try:
			frappe.init(site=site, force=True)
			frappe.connect()
			frappe.flags.in_test = job
			frappe.db.count("Report Import")  # as a request does: it reads before it waits
			work()
			before_commit()
			factories.commit_without_jobs()
		except Exception as error:
			outcome = f"{type(error).__name__}: {error}"
			with suppress(Exception):
				frappe.db.rollback()
		finally:
			if say is not None:
				os.write(say, outcome[:400].encode())
			os._exit(0)

	def position(self, invoice: str = "R-1"):
		return ledger_sums.positions(ACME, [invoice])[invoice]
