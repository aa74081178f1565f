"""What an auditor follows: from the control accounts to the rows of RTS's files, through the closes of two months."""

import hashlib
import io

import frappe
import openpyxl

from rts_factoring.core.money import money, text
from rts_factoring.services.common import files
from rts_factoring.services.views import closes
from rts_factoring.tests.close_case import STATED, CloseCase, sheets
from rts_factoring.tests.two_months import OCTOBER, SEPTEMBER


class AuditorsWalk:
	"""From the control accounts of the general ledger to the rows of RTS's files, through the closes of both months."""

	def test_every_cent_of_the_control_accounts_is_explained_down_to_the_row_of_a_file(self):
		agreement = self.agreement()
		found = [sheets(closes.workbook(self.close(day, submit=True, reason="see there"))) for day in STATED]
		for role in ("clearing", "reserve", "advances"):
			label, name = role.title(), agreement.get(f"{role}_account")
			by_reports = sum(money(row[label] or 0) for book in found for row in book["Entries to File Rows"])
			by_others = sum(
				money(row["Debit"]) - money(row["Credit"])
				for book in found
				for row in book["Entries of Others"]
				if row["Account"] == name
			)
			((balance,),) = frappe.db.sql(
				"select sum(debit) - sum(credit) from `tabGL Entry`"
				" where account = %s and is_cancelled = 0 and posting_date <= %s",
				(name, OCTOBER),
			)
			self.assertEqual(text(money(balance or 0)), text(by_reports + by_others), role)
		for book in found:
			for row in book["Entries to File Rows"]:
				self._leads_to_its_row(row)
			for row in book["Entries of Others"]:
				self.assertTrue(frappe.db.exists(row["Document Type"], row["Document"]))
				self.assertEqual(row["Deposit"], "yes")

	def _leads_to_its_row(self, row: dict) -> None:
		"""The entry is the app's, its file is the one that was imported, and the row of the sheet names the invoice."""
		if row["Journal Entry"]:
			made_by = frappe.db.get_value("Journal Entry", row["Journal Entry"], "factoring_report_import")
			self.assertEqual(made_by, row["Report Import"])
		file = frappe.get_doc("File", {"file_url": row["File"]})
		content = files.content(file)
		self.assertEqual(hashlib.sha256(content).hexdigest(), row["SHA-256 of the File"])
		cells = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)[row["Row"] - 1]
		self.assertIn(row["Invoice"], cells)


class TestAuditorsWalkUnderBorrowing(AuditorsWalk, CloseCase):
	def test_the_open_invoices_of_each_month_add_up_to_the_advances(self):
		for day, total in ((SEPTEMBER, "2500.00"), (OCTOBER, "800.00")):
			rows = sheets(closes.workbook(self.close(day)))["Open Invoices"]
			self.assertEqual(text(money(sum(row["Open with RTS"] for row in rows))), total)

	def test_the_reserve_sheet_runs_from_balance_to_balance(self):
		rows = sheets(closes.workbook(self.close(OCTOBER)))["Reserve"]
		self.assertEqual((rows[0]["Balance"], rows[-1]["Balance"]), (125, -435))
		self.assertEqual(sum(row["Movement"] for row in rows), -560)


class TestAuditorsWalkUnderSale(AuditorsWalk, CloseCase):
	POLICY = "Sale"
