"""Books that agree whatever happens in whatever order: random weeks, killed jobs, closed periods."""

import os
import random
import signal
import time

import frappe

from rts_factoring.services.accounting import daily_totals, ledger_sums
from rts_factoring.services.reports import jobs, reconciling, report_import
from rts_factoring.services.views import overview, statements
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.random_weeks import CUSTOMER, LAYOUT, RandomWeeks
from rts_factoring.tests.report_case import ReportCase

FULL = bool(os.environ.get("FULL"))
STEPS = int(os.environ.get("RANDOM_STEPS", 300 if FULL else 60))
KILLS = int(os.environ.get("RANDOM_KILLS", 50 if FULL else 12))


class TestRandomWeeks(ReportCase):
	def run_weeks(self, policy: str, seed: int):
		factories.make_settings(ACME, policy=policy)
		if not frappe.db.exists("Report Layout", LAYOUT):
			layout = frappe.copy_doc(frappe.get_doc("Report Layout", "RTS Purchase Report"))
			layout.update({"layout_name": LAYOUT, "company": ACME})
			layout.insert()
		factories.make_settings(ACME, policy=policy, purchase_report_layout=LAYOUT)
		self.addCleanup(factories.make_settings, ACME)
		self.addCleanup(frappe.clear_cache, doctype="Report Layout")
		weeks = RandomWeeks(seed)
		for number in range(STEPS):
			what = weeks.step()
			rows = (*statements.tie_out(ACME), overview.tie_out_row(ACME))
			wrong = [row for row in rows if row["difference"]]
			self.assertEqual(wrong, [], f"{policy}, seed {seed}, step {number}: {what}")
		if STEPS >= 60:
			self.assertLessEqual({"adjust", "correct"}, set(weeks.done))
		print(f"{policy}: {STEPS} steps, {weeks.done}, accepted {weeks.accepted}, tie-out 0.00 after each")
		while weeks.undo():
			pass
		self.assertEqual(
			{role: amount for role, amount in ledger_sums.of_company(ACME).items() if amount},
			{},
			"after undoing all",
		)

	def test_the_books_agree_after_random_weeks_of_borrowing(self):
		self.run_weeks("Borrowing", 20261124)

	def test_the_books_agree_after_random_weeks_of_sale(self):
		self.run_weeks("Sale", 20261125)


class TestInvoiceUpAndDown(ReportCase):
	"""What ERPNext would refuse of entries that are right: an invoice up and down in one report."""

	def bought(self, policy: str = "Borrowing", *names: str) -> None:
		factories.make_settings(ACME, policy=policy)
		names = names or ("UD-1",)
		for name in names:
			dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
			factories.make_invoice(name, company=ACME, customer=CUSTOMER, amount=1000, po_no=name, **dates)
			factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000"}
		report_factories.sent_batch("UD-B", names)
		report_factories.import_file(
			"ud.xlsx", report_factories.purchase_rows("UD-B", *[(name, 1000, 30, 50) for name in names])
		)

	def posted(self, *rows):
		doc = report_factories.import_file(
			"ud-rows.xlsx", report_factories.payment_rows("11/01/2026 - 11/30/2026", *rows)
		)
		self.assertEqual([row.outcome for row in report_factories.lines(doc)], ["matched"] * len(rows))
		self.assert_books_agree()
		days = frappe.get_all(
			"Journal Entry", {"factoring_report_import": doc.name}, pluck="posting_date", order_by="creation"
		)
		return doc, [day.day for day in days]

	def test_paid_bounced_and_paid_again_on_one_day(self):
		self.bought()
		_doc, days = self.posted(
			("UD-1", "1", "11/05/2026", "Payment", 1000),
			("UD-1", "1", "11/05/2026", "NSF", -1000),
			("UD-1", "2", "11/05/2026", "Payment", 1000),
		)
		self.assertEqual((days, self.figures("UD-1")), ([5, 5, 5], ("Completed", "0.00")))

	def test_charged_back_and_given_again_on_one_day_under_sale(self):
		self.bought("Sale")
		_doc, days = self.posted(
			("UD-1", "1", "11/05/2026", "Chargeback", 1000),
			("UD-1", "2", "11/05/2026", "Chargeback Reversal", 1000),
		)
		self.assertEqual((days, self.figures("UD-1")), ([5, 5], ("Financed", "0.00")))

	def test_a_row_listed_later_is_not_posted_on_an_earlier_day(self):
		self.bought()
		report_factories.import_file(
			"before.xlsx",
			report_factories.payment_rows(
				"11/01/2026 - 11/30/2026", ("UD-1", "1", "11/05/2026", "Payment", 1000)
			),
		)
		doc, days = self.posted(
			("UD-1", "1", "11/12/2026", "NSF", -1000), ("UD-1", "2", "11/10/2026", "Payment", 1000)
		)
		self.assertEqual((days, self.figures("UD-1")), ([12, 12], ("Completed", "0.00")))
		in_ledger = frappe.get_all(
			"Factoring Ledger Entry", {"report_import": doc.name}, pluck="posting_date"
		)
		self.assertEqual({day.day for day in in_ledger}, {12})

	def test_other_invoices_stay_in_the_first_entry_of_the_day(self):
		self.bought("Borrowing", *(f"UD-{number}" for number in range(1, 7)))
		rows = []
		for number in range(1, 7):
			rows += [
				(f"UD-{number}", "1", "11/05/2026", "Payment", 1000),
				(f"UD-{number}", "1", "11/05/2026", "NSF", -1000),
			]
		_doc, days = self.posted(*rows)
		self.assertEqual(days, [5, 5])

	def test_a_bounced_check_is_no_new_credit(self):
		self.bought()
		report_factories.import_file(
			"before.xlsx",
			report_factories.payment_rows(
				"11/01/2026 - 11/30/2026", ("UD-1", "1", "11/05/2026", "Payment", 1000)
			),
		)
		limit = {
			"parent": CUSTOMER,
			"parenttype": "Customer",
			"parentfield": "credit_limits",
			"company": ACME,
		}
		frappe.get_doc({"doctype": "Customer Credit Limit", "credit_limit": 1} | limit).db_insert()
		frappe.clear_document_cache("Customer", CUSTOMER)
		frappe.set_user(factories.make_user("limit@example.com", "Factoring Manager"))
		self.posted(("UD-1", "1", "11/07/2026", "NSF", -1000))
		self.assertEqual(self.figures("UD-1"), ("Financed", "1000.00"))

	def test_a_disabled_customers_rows_wait_and_the_others_go_on(self):
		self.bought("Borrowing", "UD-1", "UD-2")
		factories.disable(CUSTOMER, True)
		self.addCleanup(factories.disable, CUSTOMER, False)
		doc = report_factories.import_file(
			"disabled.xlsx",
			report_factories.payment_rows(
				"11/01/2026 - 11/30/2026",
				("UD-1", "1", "11/05/2026", "Payment", 1000),
				("UD-2", "2", "11/05/2026", "Chargeback", 1000),
			),
		)
		found = [(row.outcome, row.reason, row.posted) for row in report_factories.lines(doc)]
		self.assertEqual(found, [("blocked", "customer_disabled", 0), ("matched", "", 1)])
		factories.disable(CUSTOMER, False)
		report_import.post_waiting(doc.name)
		self.assertEqual(self.figures("UD-1"), ("Completed", "0.00"))

	def let_post_to_frozen(self, role: str):
		"""ERPNext 15 has one role for all companies; 16 one for each."""
		if frappe.get_meta("Company").has_field("role_allowed_for_frozen_entries"):
			frappe.db.set_value("Company", ACME, "role_allowed_for_frozen_entries", role)
			frappe.clear_document_cache("Company", ACME)
			self.addCleanup(frappe.clear_document_cache, "Company", ACME)
		else:
			frappe.db.set_single_value("Accounts Settings", "frozen_accounts_modifier", role)

	def test_a_frozen_customers_rows_go_through_for_those_who_may(self):
		self.bought()
		self.let_post_to_frozen("Accounts Manager")
		frappe.db.set_value("Customer", CUSTOMER, "is_frozen", 1)
		frappe.clear_document_cache("Customer", CUSTOMER)
		self.addCleanup(frappe.clear_document_cache, "Customer", CUSTOMER)
		content = report_factories.payment_rows(
			"11/01/2026 - 11/30/2026", ("UD-1", "1", "11/05/2026", "Payment", 1000)
		)
		frappe.set_user(factories.make_user("limit@example.com", "Factoring Manager"))
		doc = report_factories.import_file("frozen.xlsx", content)
		self.assertEqual(report_factories.lines(doc)[0].reason, "customer_frozen")
		frappe.set_user("Administrator")
		report_import.post_waiting(doc.name)
		self.assertEqual(self.figures("UD-1"), ("Completed", "0.00"))


class TestKilledPosting(ReportCase):
	"""A posting job dies at a random moment: nothing of it is visible, and the next run posts all of it once."""

	def test_a_posting_killed_at_random_moments_posts_all_or_nothing(self):
		self.addCleanup(factories.wipe)
		names = [f"KP-{number:03}" for number in range(12)]
		for name in names:
			factories.make_invoice(
				name,
				company=ACME,
				customer=CUSTOMER,
				posting_date="2026-10-01",
				due_date="2026-11-01",
				amount="100",
				po_no=name,
			)
			factories.receivables()[name] = {"customer": CUSTOMER, "amount": "100"}
		report_factories.sent_batch("KB-1", names)
		report_factories.import_file(
			"kb1.xlsx", report_factories.purchase_rows("KB-1", *[(name, 100, 3, 5) for name in names])
		)
		before = report_factories.books()
		doc = self.submit_without_posting(
			report_factories.payment_rows(  # a journal entry a day, so that it may die between two of them
				"11/01/2026 - 11/15/2026",
				*[
					(name, "1", f"11/{3 + index // 3:02}/2026", "Payment", 100)
					for index, name in enumerate(names)
				],
			)
		)
		frappe.db.commit()
		duration = self.measure(doc.name)
		dice, killed = random.Random(7), 0
		for _kill in range(KILLS):
			self.undo_posting(doc.name)
			killed += self.post_and_kill(doc.name, dice.uniform(0, duration))
			frappe.db.rollback()
			status = frappe.db.get_value("Report Import", doc.name, "status")
			if status == "Posting":
				self.assertEqual(report_factories.books(), before, "half visible")
				self.assertEqual(frappe.db.count("Factoring Ledger Entry", {"report_import": doc.name}), 0)
			jobs.post_job(doc.name)
			frappe.db.commit()
			self.assertEqual({factories.state(name) for name in names}, {"Completed"})
			self.assertEqual(
				frappe.db.count("Factoring Ledger Entry", {"report_import": doc.name, "is_reversal": 0}), 12
			)
			self.assert_books_agree()
		print(
			f"{killed} of {KILLS} postings killed before they ended; never half visible, each completed by the next run"
		)
		self.assertGreater(killed, 0)

	def submit_without_posting(self, content: bytes):
		at_once, report_import.AT_ONCE = report_import.AT_ONCE, -1
		try:
			doc = report_factories.import_file("killed.xlsx", content, submit=False)
			reconciling.stage_rows(doc.name)
			doc.reload()
			doc.submit()
		finally:
			report_import.AT_ONCE = at_once
		return doc

	def measure(self, name: str) -> float:
		started = time.monotonic()
		self.assertEqual(self.post_and_kill(name, None), 0)
		frappe.db.rollback()
		return time.monotonic() - started

	def undo_posting(self, name: str) -> None:
		"""Back to submitted and not posted, as before the job ran."""
		frappe.db.rollback()
		made = {"factoring_report_import": name}
		for entry in frappe.get_all("Journal Entry", made | {"docstatus": 1}, pluck="name"):
			doc = frappe.get_doc("Journal Entry", entry)
			doc.flags.factoring = True
			doc.cancel()
		frappe.db.delete("Factoring Ledger Entry", {"report_import": name})
		daily_totals.rebuild(ACME)
		entries = frappe.get_all("Journal Entry", made, pluck="name")
		frappe.db.delete("Journal Entry Account", {"parent": ("in", entries or [""])})
		frappe.db.delete("Journal Entry", made)
		table = frappe.qb.DocType("Report Import Line")
		frappe.qb.update(table).set(table.posted, 0).set(table.posted_key, None).where(
			table.report_import == name
		).run()
		invoices = frappe.get_all("Sales Invoice", {"name": ("like", "KP-%")}, pluck="name")
		ledger_sums.set_states(ledger_sums.states_from_ledger(ACME, "KB-1", invoices))
		frappe.db.set_value("Report Import", name, "status", "Posting")
		frappe.db.commit()

	def post_and_kill(self, name: str, after: float | None) -> int:
		"""Run the job in a process of its own and kill it; 1 when it was still at work."""
		site = frappe.local.site
		child = os.fork()
		if not child:
			try:
				frappe.init(site=site, force=True)
				frappe.connect()
				jobs.post_job(name)
				frappe.db.commit()
			finally:
				os._exit(0)
		if after is not None:
			time.sleep(after)
			os.kill(child, signal.SIGKILL)
		_pid, status = os.waitpid(child, 0)
		return int(os.WIFSIGNALED(status))


class TestClosedPeriods(ReportCase):
	def test_a_closed_period_is_asked_about_never_entered(self):
		report_factories.sent_samples()
		doc = report_factories.import_sample("purchase_clean", submit=False)
		frappe.get_doc(
			{
				"doctype": "Accounting Period",
				"period_name": "November",
				"company": ACME,
				"start_date": "2026-11-01",
				"end_date": "2026-11-15",
				"closed_documents": [{"document_type": "Journal Entry", "closed": 1}],
			}
		).insert()
		frappe.db.savepoint("closed")
		with self.refused(frappe.utils.formatdate("2026-11-03"), frappe.utils.formatdate("2026-11-16")):
			doc.submit()
		frappe.db.rollback(save_point="closed")
		doc = frappe.get_doc("Report Import", doc.name)
		doc.posting_date = "2026-11-16"
		doc.save()
		doc.submit()
		days = frappe.get_all("Journal Entry", {"factoring_report_import": doc.name}, pluck="posting_date")
		self.assertEqual([str(day) for day in days], ["2026-11-16"])


class TestPolicyChange(ReportCase):
	def test_a_policy_changes_only_when_no_invoice_is_open(self):
		report_factories.sent_samples()
		made = report_factories.import_golden("payment_clean")
		with self.refused("AF-10009"):
			factories.make_settings(ACME, policy="Sale")
		for doc in reversed(made):
			frappe.get_doc("Report Import", doc.name).cancel()
		self.assertEqual(factories.make_settings(ACME, policy="Sale").policy, "Sale")
