"""ERPNext's tools for many documents, and changes of what a factored invoice names: the books tie out after, or it is refused."""

import re
from contextlib import contextmanager
from inspect import signature
from pathlib import Path
from unittest.mock import patch

import frappe
from erpnext.accounts.doctype.repost_payment_ledger.repost_payment_ledger import repost_ple_for_voucher
from erpnext.utilities import bulk_transaction

from rts_factoring.services.accounting import ledger_sums, protection, repairs
from rts_factoring.services.views import reminders
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.protection_case import HELD, ProtectionCase

# What of ERPNext names a Sales Invoice, or documents like it, and what is true of each for an invoice that the factor holds.
JUDGED = {
	# Papers and payments.
	"Dunning": "refused (TestRequests, TestFourInvoices)",
	"Payment Request": "refused (TestRequests, TestFourInvoices)",
	"Process Statement Of Accounts": "marked, with whom to pay (TestStatements)",
	"Invoice Discounting": "refused (TestFourInvoices)",
	"Payment Entry": "asks whose money it is (TestPaymentEntry)",
	"Journal Entry": "cannot settle it (TestOtherWaysToSettle)",
	"Journal Entry Template": "makes a Journal Entry",
	"Payment Reconciliation": "cannot allocate to it (TestOtherWaysToSettle)",
	"Process Payment Reconciliation": "runs Payment Reconciliation",
	"Process Payment Reconciliation Log": "a log",
	"Unreconcile Payment": "refused (TestOtherWaysToSettle)",
	"Repost Accounting Ledger": "ties out (TestBulkTools)",
	"Repost Payment Ledger": "ties out (TestBulkTools)",
	"Sales Invoice": "prints with the notice (test_print_paths); credit notes (TestCreditNote)",
	"Subscription": "makes Sales Invoices, which print as any",
	"Opening Invoice Creation Tool": "makes Sales Invoices, which print as any",
	"Delivery Note": "names the invoice and asks for no money",
	"Timesheet": "names the invoice and asks for no money",
	"Stock Entry": "names the invoice and asks for no money",
	"POS Invoice": "paid at once, never factored: consolidated ones are no freight",
	"POS Closing Entry": "of POS Invoices",
	"POS Invoice Merge Log": "of POS Invoices",
	"Purchase Invoice": "between companies; asks the customer for nothing",
	# Ledgers, made by the documents above.
	"GL Entry": "a ledger",
	"Payment Ledger Entry": "the wall itself (services.accounting.protection)",
	"Advance Payment Ledger Entry": "a ledger, of orders",
	"Loyalty Point Entry": "points, no money",
	"Exchange Rate Revaluation": "of other currencies than the agreement's",
	# Documents that can name anything, and never a customer's invoice to be paid.
	**dict.fromkeys(
		(
			"Accounting Dimension",
			"Accounting Dimension Filter",
			"Appointment",
			"Bank Account",
			"Bank Clearance",
		)
		+ ("Bank Guarantee", "Bank Transaction", "Contract", "Email Campaign", "Opportunity", "Party Link")
		+ ("Party Specific Item", "Payment Order", "Quotation"),
		"names no Sales Invoice to be paid",
	),
}
# Modules of ERPNext that send mails or make Payment Requests.
SENDERS = {
	"accounts/doctype/payment_request/payment_request.py": "refused by validate, whoever asks",
	"accounts/doctype/pos_invoice/pos_invoice.py": "of POS Invoices",
	"assets/doctype/asset/depreciation.py": "to accountants",
	"crm/doctype/appointment/appointment.py": "of appointments",
	"crm/doctype/email_campaign/email_campaign.py": "of campaigns",
	"projects/doctype/project/project.py": "to users of a project",
	"projects/doctype/project_update/project_update.py": "to users of a project",
	"selling/doctype/customer/customer.py": "about credit limits, to credit controllers",
	"setup/doctype/email_digest/email_digest.py": "to users",
	"stock/doctype/delivery_trip/delivery_trip.py": "about deliveries",
	"stock/doctype/repost_item_valuation/repost_item_valuation.py": "to stock managers",
	"stock/reorder_item.py": "to purchase managers",
	"accounts/doctype/process_statement_of_accounts/process_statement_of_accounts.py": "statements, marked",
}
FIELDS = ("factoring_status", "factoring_batch", "factoring_notice")


@contextmanager
def patch_check():
	"""The check of a Payment Entry, as where the app is not installed."""
	with patch("rts_factoring.services.accounting.protection.check_payment"):
		yield


class TestEveryDoorIsJudged(ProtectionCase):
	"""A new way of ERPNext to send a paper or take money fails here until somebody has judged it."""

	def parents(self, doctypes: set[str]) -> set[str]:
		own = set(frappe.get_all("Module Def", {"app_name": "erpnext"}, pluck="name"))
		tables: dict[str, set[str]] = {}
		for row in frappe.get_all(
			"DocField", {"fieldtype": ("in", ("Table", "Table MultiSelect"))}, ["parent", "options"], limit=0
		):
			tables.setdefault(row.options, set()).add(row.parent)
		found = set()
		for name in doctypes:
			module, is_table = frappe.db.get_value("DocType", name, ["module", "istable"]) or ("", 0)
			if module in own:
				found |= tables.get(name, set()) if is_table else {name}
		return found

	def test_every_document_that_names_a_sales_invoice(self):
		linked = frappe.get_all("DocField", {"fieldtype": "Link", "options": "Sales Invoice"}, pluck="parent")
		found = self.parents(set(linked))
		dynamic = set(frappe.get_all("DocField", {"fieldtype": "Dynamic Link"}, pluck="parent", limit=0))
		modules = ("Accounts", "Selling", "CRM")
		found |= {
			name
			for name in self.parents(dynamic)
			if frappe.db.get_value("DocType", name, "module") in modules
		}
		self.assertEqual(found - set(JUDGED), set())

	def test_every_module_that_sends_mail_or_asks_for_a_payment(self):
		root = Path(frappe.get_app_path("erpnext"))
		found = {
			str(path.relative_to(root))
			for path in root.rglob("*.py")
			if "test" not in path.name
			and "patches" not in path.parts
			and re.search(r"sendmail\(|def make_payment_request\(", path.read_text())
		}
		self.assertEqual(found - set(SENDERS), set())
		self.assertIn("accounts/doctype/payment_request/payment_request.py", found)


class TestEveryRole(ProtectionCase):
	def test_no_role_settles_or_cancels_what_the_factor_holds(self):
		draft, journal = (
			self.payment(),
			self.journal(credit_in_account_currency=100, reference_type="Sales Invoice", reference_name=HELD),
		)
		entry = frappe.db.get_value("Journal Entry", {"factoring_report_import": ("is", "set")})
		tries = {
			"payment": lambda: frappe.get_doc("Payment Entry", draft.name).submit(),
			"journal entry": lambda: frappe.get_doc("Journal Entry", journal.name).submit(),
			"cancel of the invoice": lambda: frappe.get_doc("Sales Invoice", HELD).cancel(),
			"cancel of a report's entry": lambda: frappe.get_doc("Journal Entry", entry).cancel(),
			"by API": lambda: frappe.call("frappe.client.submit", doc=draft.as_json()),
		}
		self.addCleanup(frappe.set_user, "Administrator")
		for role in ("Accounts User", "Accounts Manager", "System Manager"):
			user = factories.make_user(f"{frappe.scrub(role)}@doors.test", role, "Accounts User")
			for what, make in tries.items():
				with self.subTest(role=role, what=what):
					frappe.set_user(user)
					frappe.db.savepoint("door")
					with self.assertRaises((frappe.ValidationError, frappe.PermissionError)):
						make()
					frappe.db.rollback(save_point="door")  # as the end of a failed request does
					frappe.set_user("Administrator")
					self.assert_tied_out()
					self.assertEqual(self.outstanding(), 2450)


class TestRepair(ProtectionCase):
	def booked_past_the_app(self):
		"""A payment of an invoice that RTS holds, as from before the app was installed."""
		doc = self.payment()
		with protection.own_posting(), patch_check():
			doc.submit()
		return doc

	def test_a_payment_booked_past_the_app_is_found_told_and_repaired(self):
		doc = self.booked_past_the_app()
		self.assertEqual(self.outstanding(), 0)
		found = repairs.find(ACME)
		self.assertEqual([(item["payment"], item["invoices"]) for item in found], [(doc.name, [HELD])])
		self.assertIn("2,450.00", found[0]["text"])
		manager = factories.make_user("repairs@rts.test", "Factoring Manager")
		reminders.remind(ACME)
		told = frappe.get_all("Notification Log", {"for_user": manager}, pluck="subject")
		self.assertTrue([subject for subject in told if "do not agree" in subject], told)
		entry = frappe.get_doc("Journal Entry", repairs.repair(ACME, [doc.name])[0])
		self.assertEqual((entry.docstatus, entry.total_debit), (0, 2450))
		entry.submit()
		self.assertEqual(self.outstanding(), 2450)
		self.assert_tied_out()
		self.assertEqual(repairs.find(ACME), [])
		with self.refused(doc.name, "Open the report again"):
			repairs.repair(ACME, [doc.name])

	def test_an_import_cancels_only_entries_that_it_made(self):
		report = frappe.get_all("Report Import", {"company": ACME, "docstatus": 1}, pluck="name")[0]
		claimed = self.journal(credit_in_account_currency=100, is_advance="Yes")
		claimed.submit()
		frappe.db.set_value("Journal Entry", claimed.name, "factoring_report_import", report)
		frappe.get_doc("Report Import", report).cancel()
		self.assertEqual(frappe.db.get_value("Journal Entry", claimed.name, "docstatus"), 1)


class TestBulkTools(ProtectionCase):
	def test_bulk_transaction_processing_makes_a_draft_that_nobody_can_submit(self):
		asked = signature(bulk_transaction.job).parameters  # ERPNext 16 passes further arguments on
		bulk_transaction.job([{"name": HELD}], "Sales Invoice", "Payment Entry", *[None][: len(asked) - 3])
		made = frappe.get_all(
			"Payment Entry Reference", {"reference_name": HELD, "docstatus": 0}, pluck="parent"
		)
		self.assertEqual(len(made), 1)
		doc = frappe.get_doc("Payment Entry", made[0])
		doc.update({"reference_no": "B-1", "reference_date": "2026-11-10"})
		with self.refused(HELD, "Held for the Factor"):
			doc.submit()
		self.assert_tied_out()

	def test_data_import_cannot_bring_in_a_submitted_payment(self):
		draft = self.payment()
		frappe.flags.in_import = True
		self.addCleanup(frappe.flags.pop, "in_import", None)
		copy = frappe.copy_doc(draft)
		copy.insert()
		with self.refused(HELD, "Held for the Factor"):
			copy.submit()
		self.assert_tied_out()

	def test_update_after_submit_changes_no_field_of_the_app(self):
		before = frappe.db.get_value("Sales Invoice", HELD, FIELDS)
		doc = frappe.get_doc("Sales Invoice", HELD)
		doc.update({"factoring_status": "Not Factored", "factoring_batch": None, "factoring_notice": None})
		doc.save()
		self.assertEqual(frappe.db.get_value("Sales Invoice", HELD, FIELDS), before)
		self.assert_tied_out()

	def test_reposting_ledgers_leaves_the_books_as_they_are(self):
		before = report_factories.books()
		entry = frappe.db.get_value("Journal Entry", {"factoring_report_import": ("is", "set")})
		for doctype, name in (("Sales Invoice", HELD), ("Journal Entry", entry)):
			doc = frappe.get_doc(doctype, name)
			gl = frappe.get_all("GL Entry", {"voucher_no": name, "is_cancelled": 0}, ["*"])
			repost_ple_for_voucher(doctype, name, [frappe._dict(row) for row in gl])
			self.assertEqual(doc.docstatus, 1)
		self.assert_tied_out()
		self.assertEqual(report_factories.books(), before)

	def test_the_accounting_ledger_of_an_invoice_is_reposted_and_ties_out(self):
		before = report_factories.books()
		allowed = frappe.get_single("Repost Accounting Ledger Settings")
		types = {row.document_type for row in allowed.allowed_types}
		for doctype in {"Sales Invoice", "Journal Entry"} - types:
			allowed.append("allowed_types", {"document_type": doctype, "allowed": 1})
		allowed.flags.ignore_links = True
		allowed.save()
		entry = frappe.db.get_value("Journal Entry", {"factoring_report_import": ("is", "set")})
		doc = frappe.get_doc({"doctype": "Repost Accounting Ledger", "company": ACME})
		doc.append("vouchers", {"voucher_type": "Sales Invoice", "voucher_no": HELD})
		doc.append("vouchers", {"voucher_type": "Journal Entry", "voucher_no": entry})
		doc.insert()
		doc.submit()
		self.assert_tied_out()
		self.assertEqual(report_factories.books(), before)

	def test_transactions_are_not_deleted_while_the_factor_holds_invoices(self):
		doc = frappe.get_doc({"doctype": "Transaction Deletion Record", "company": ACME})
		doc.insert()
		with self.refused(ACME, "with the factor"):
			doc.submit()

	def test_deleting_transactions_leaves_the_agreement_the_notice_and_the_layouts(self):
		"""So a company that rehearsed begins anew without being set up again."""
		kept = ("Subsidiary Factoring Settings", "Notice of Assignment", "Report Layout", "Schedule Layout")
		doc = frappe.get_doc({"doctype": "Transaction Deletion Record", "company": ACME})
		doc.populate_doctypes_to_be_ignored_table()  # as its form does, or its submit
		ignored = doc.get_doctypes_to_be_ignored_list()
		deleted = {row.parent for row in doc.get_doctypes_with_company_field(ignored)}
		self.assertLessEqual({"Factoring Batch", "Report Import", "Factoring Ledger Entry"}, deleted)
		self.assertFalse({*kept} & deleted)


class TestWhatAnInvoiceNames(ProtectionCase):
	def test_customers_are_merged_and_the_ledger_follows(self):
		old = frappe.db.get_value("Sales Invoice", HELD, "customer")
		new = frappe.copy_doc(frappe.get_doc("Customer", old))
		new.customer_name = "Merged Foods Inc"
		new.portal_users = []
		new.insert()
		frappe.rename_doc("Customer", old, new.name, merge=True, force=True)
		self.assertFalse(frappe.db.exists("Factoring Ledger Entry", {"customer": old}))
		self.assertEqual(frappe.db.get_value("Sales Invoice", HELD, "customer"), new.name)
		self.assert_tied_out()
		report_factories.import_sample("payment_clean")
		self.assert_tied_out()

	def test_an_invoice_is_not_renamed(self):
		with self.assertRaises(frappe.ValidationError):
			frappe.rename_doc("Sales Invoice", HELD, "AF-RENAMED")
		self.assertTrue(frappe.db.exists("Sales Invoice", HELD))

	def test_the_due_date_of_a_submitted_invoice_does_not_change(self):
		doc = frappe.get_doc("Sales Invoice", HELD)
		before = doc.due_date
		doc.due_date = frappe.utils.add_days(doc.due_date, 30)
		with self.assertRaises(frappe.ValidationError):
			doc.save()
		self.assertEqual(frappe.db.get_value("Sales Invoice", HELD, "due_date"), before)
		self.assert_tied_out()

	def test_an_amended_invoice_begins_anew(self):
		dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
		customer = frappe.db.get_value("Sales Invoice", HELD, "customer")
		old = factories.make_invoice(
			"AM-1", company=ACME, customer=customer, amount=500, po_no="AM-1", **dates
		)
		old.reload()
		old.cancel()
		new = frappe.copy_doc(old)
		new.update({"amended_from": old.name, "docstatus": 0})
		new.insert()
		values = frappe.db.get_value("Sales Invoice", new.name, FIELDS, as_dict=True)
		self.assertFalse(values.factoring_batch or values.factoring_notice)
		self.assertNotIn(values.factoring_status, ("Submitted", "Financed"))
		self.assertNotIn(new.name, ledger_sums.positions(ACME))
		with self.refused(HELD):
			frappe.get_doc("Sales Invoice", HELD).cancel()
		self.assert_tied_out()
