"""Books that ERPNext has closed, by each of its three ways: nothing is posted into them nor cancelled in them, and what was wrong
is put right on the first open day."""

import frappe

from rts_factoring.services.reports import corrections
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.adjustment_factories import adjustment, buyout, close_month
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import UndoCase

ONE, TWO = "AF-10001", "AF-10003"  # 2450.00 and 3120.25, bought whole on 2026-11-04
FIRST_OPEN = "2026-12-01"


def freeze() -> None:
	if frappe.get_meta("Company").has_field("accounts_frozen_till_date"):
		frappe.db.set_value("Company", ACME, "accounts_frozen_till_date", "2026-11-30")
	else:
		frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", "2026-11-30")
	frappe.clear_document_cache("Company", ACME)


def close_year() -> None:
	"""A Period Closing Voucher up to the end of November."""
	parent = frappe.db.get_value("Account", {"company": ACME, "root_type": "Equity", "is_group": 1})
	values = {"account_name": "Retained", "company": ACME, "parent_account": parent, "root_type": "Equity"}
	account = frappe.get_doc({"doctype": "Account", **values}).insert()
	(year,) = frappe.get_all(
		"Fiscal Year",
		{"year_start_date": ("<=", "2026-11-30"), "year_end_date": (">=", "2026-11-30")},
		["name", "year_start_date"],
		limit=1,
	)
	voucher = frappe.get_doc(
		{
			"doctype": "Period Closing Voucher",
			"company": ACME,
			"transaction_date": FIRST_OPEN,
			"fiscal_year": year.name,
			"period_start_date": year.year_start_date,
			"period_end_date": "2026-11-30",
			"closing_account_head": account.name,
			"remarks": "November",
		}
	)
	voucher.insert()
	voucher.submit()


class TestClosedBooks(UndoCase):
	def setUp(self):
		super().setUp()
		self.user = factories.make_user("closed@rts.test", "Factoring Manager", "Accounts Manager")
		self.paid = self.post((ONE, "C1", "11/05/2026", "Payment", 2450))
		self.told = adjustment(buyout(TWO, 3120.25))
		self.addCleanup(frappe.set_user, "Administrator")
		self.addCleanup(frappe.clear_document_cache, "Company", ACME)

	def refused_and_unchanged(self, work) -> None:
		before = report_factories.books()
		frappe.db.savepoint("closed")
		with self.assertRaises(frappe.ValidationError):
			work()
		frappe.db.rollback(save_point="closed")
		self.assertEqual(report_factories.books(), before)

	def closed_by(self, close) -> None:
		close()
		frappe.set_user(self.user)
		self.refused_and_unchanged(lambda: adjustment({"event": "Fee", "amount": 15}))
		self.refused_and_unchanged(frappe.get_doc(self.told.doctype, self.told.name).cancel)
		self.refused_and_unchanged(frappe.get_doc(self.paid.doctype, self.paid.name).cancel)
		late = report_factories.payment_rows(
			"11/22/2026 - 11/28/2026", ("AF-10004", "C2", "11/25/2026", "Partial Payment", 100)
		)
		draft = report_factories.import_file("late.xlsx", late, submit=False)
		self.refused_and_unchanged(draft.submit)
		draft = frappe.get_doc("Report Import", draft.name)
		draft.posting_date = FIRST_OPEN
		draft.save()
		draft.submit()
		days = frappe.get_all("Journal Entry", {"factoring_report_import": draft.name}, pluck="posting_date")
		self.assertEqual([str(day) for day in days], [FIRST_OPEN])
		(row,) = report_factories.lines(self.paid)
		made = frappe.get_doc(
			"Factoring Adjustment", corrections.correct(self.paid, row.row_no, "Another amount")
		)
		self.assertEqual(str(made.posting_date), FIRST_OPEN)
		made.lines[-1].update({"event": "Partial", "amount": 450})
		made.submit()
		self.assertEqual(factories.state(ONE), "Partly Paid")
		self.assert_books_agree()

	def test_an_accounting_period(self):
		self.closed_by(lambda: close_month("2026-11-01", "2026-11-30"))

	def test_frozen_accounts(self):
		self.closed_by(freeze)

	def test_a_period_closing_voucher(self):
		self.closed_by(close_year)
