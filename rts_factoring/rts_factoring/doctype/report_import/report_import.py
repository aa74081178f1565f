import frappe

from rts_factoring.services.accounting import deposits, periods
from rts_factoring.services.common.documents import CompanyDocument, saved_document
from rts_factoring.services.common.files import require_private_file
from rts_factoring.services.company import layouts
from rts_factoring.services.reports import (
	corrections,
	decisions,
	reconciling,
	report_import,
	report_lines,
	short_paid_rests,
	statement_comparison,
)


class ReportImport(CompanyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amended_from: DF.Link | None
		as_of: DF.Date | None
		batch: DF.Link | None
		blocked_count: DF.Int
		cells_removed_on: DF.Date | None
		client_number: DF.Data | None
		column_titles: DF.Code | None
		company: DF.Link
		compared: DF.Code | None
		control_totals: DF.Code | None
		currency: DF.Link | None
		denied_count: DF.Int
		differences: DF.Code | None
		differs_count: DF.Int
		duplicate_count: DF.Int
		error: DF.SmallText | None
		file: DF.Attach
		file_sha256: DF.Data | None
		header_row: DF.Int
		held_count: DF.Int
		ignored_count: DF.Int
		kind: DF.Literal["", "Purchase", "Payment", "Open Invoices", "Reserve"]
		layout: DF.Link | None
		layout_snapshot: DF.Code | None
		line_count: DF.Int
		matched_count: DF.Int
		missing_from_report: DF.Code | None
		pending_count: DF.Int
		period_from: DF.Date | None
		period_to: DF.Date | None
		posted_count: DF.Int
		posting_date: DF.Date | None
		read_request: DF.Data | None
		received_from: DF.SmallText | None
		run_date: DF.Date | None
		sender_check: DF.SmallText | None
		sheet: DF.Data | None
		source: DF.Literal["", "Person", "API", "Server Folder", "E-Mail", "Server"]
		status: DF.Literal[
			"Draft", "Reading", "Ready", "Posting", "Posted", "Cancelled", "Failed", "Compared"
		]
		suggested_count: DF.Int
		total_advance: DF.Currency
		total_balance: DF.Currency
		total_chargeback: DF.Currency
		total_fee: DF.Currency
		total_invoiced: DF.Currency
		total_net: DF.Currency
		total_other: DF.Currency
		total_paid: DF.Currency
		total_purchased: DF.Currency
		total_released: DF.Currency
		total_reserve: DF.Currency
		unknown_columns: DF.Code | None
		unmatched_count: DF.Int
		waiting_count: DF.Int
	# end: auto-generated types

	def __init__(self, *args, **kwargs):
		super().__init__(*args, **kwargs)
		self.dont_update_if_missing = ["company"]  # the file names it, whatever the user's default company is

	def onload(self):
		if self.compared:
			self.set_onload("compared", statement_comparison.explained(self.compared))
		self.set_onload("undated_rows", report_lines.undated_rows(self))

	def before_validate(self):
		if not self.flags.factoring_provenance:  # else the app itself saved the file
			require_private_file(self, "file")
		layouts.refuse_other_company(self, "layout")

	def validate(self):
		report_import.validate(self)

	def on_update(self):
		report_import.on_update(self)

	def before_submit(self):
		report_import.before_submit(self)

	def on_submit(self):
		report_import.on_submit(self)

	def before_update_after_submit(self):
		periods.check_new_posting_date(self)

	def before_cancel(self):
		report_import.before_cancel(self)

	def on_cancel(self):
		report_import.on_cancel(self)

	def on_trash(self):
		report_import.on_trash(self)

	@frappe.whitelist(methods=["POST"])
	def record_decision(
		self,
		rows: list[int] | str,
		action: str,
		invoice: str | None = None,
		event: str | None = None,
		reason: str = "",
		remember: bool = False,
	) -> None:
		"""Decide rows, by their numbers in the sheet."""
		decisions.record_decision(
			saved_document(self, "submit").name,
			frappe.parse_json(rows),
			action,
			invoice,
			event,
			reason,
			remember,
		)

	@frappe.whitelist(methods=["POST"])
	def correct(self, row: int, reason: str) -> str:
		"""Make a draft adjustment that takes back a posted row and posts it right; returns its name."""
		frappe.has_permission("Factoring Adjustment", "create", throw=True)
		return corrections.correct(saved_document(self, "read"), row, reason)

	@frappe.whitelist(methods=["POST"])
	def settle_rests(self, rows: list[int] | str, action: str, reason: str = "") -> dict:
		"""Bill, credit or write off what customers still owe of invoices that RTS has closed."""
		doc = saved_document(self, "submit")
		if doctype := short_paid_rests.DRAFTS.get(action):
			frappe.has_permission(doctype, "create", throw=True)
		return short_paid_rests.settle(doc.name, frappe.parse_json(rows), action, reason)

	@frappe.whitelist(methods=["POST"])
	def teach(self, headers: dict | str, words: dict | str) -> None:
		"""Teach the layout header texts (each with its field) and words (each with its meaning) of this file."""
		name = saved_document(self, "submit").name
		decisions.teach(name, frappe.parse_json(headers), frappe.parse_json(words))

	@frappe.whitelist()
	def try_teaching(self, headers: dict | str, words: dict | str) -> dict:
		"""How many rows are read with these header texts and words, and what problems remain. Nothing is written."""
		name = saved_document(self, "read").name
		return decisions.try_teaching(name, frappe.parse_json(headers), frappe.parse_json(words))

	@frappe.whitelist(methods=["POST"])
	def update_rows(self) -> None:
		reconciling.update_rows(saved_document(self, "write").name)

	@frappe.whitelist(methods=["POST"])
	def post_waiting(self) -> None:
		report_import.post_waiting(saved_document(self, "submit").name)

	@frappe.whitelist(methods=["POST"])
	def record_deposit(
		self,
		bank_account: str,
		amount: float,
		day: str,
		reference: str = "",
		others: list[str] | str | None = None,
		allow_more: bool = False,
	) -> dict:
		"""Make a draft bank entry of a deposit that also pays `others` in full."""
		frappe.has_permission("Journal Entry", "create", throw=True)
		doc, names = saved_document(self, "submit"), frappe.parse_json(others) or []
		return deposits.record(doc, bank_account, amount, day, reference, names, allow_more)

	@frappe.whitelist(methods=["POST"])
	def link_deposit(self, journal_entry: str, amount: float, allow_more: bool = False) -> dict:
		"""Say that a bank entry which exists deposits `amount` of this import's payout."""
		frappe.has_permission("Journal Entry", "write", throw=True)
		return deposits.link(saved_document(self, "submit"), journal_entry, amount, allow_more)
