import frappe
from frappe.model.document import Document

from rts_factoring.services.company import layouts


class ReportLayout(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from rts_factoring.rts_factoring.doctype.report_layout_header.report_layout_header import (
			ReportLayoutHeader,
		)
		from rts_factoring.rts_factoring.doctype.report_layout_word.report_layout_word import ReportLayoutWord

		by_header: DF.Check
		company: DF.Link | None
		date_order: DF.Literal["MDY", "DMY", "YMD"]
		deductions_negative: DF.Check
		headers: DF.Table[ReportLayoutHeader]
		kind: DF.Literal["Purchase", "Payment", "Open Invoices", "Reserve"]
		layout_name: DF.Data
		tolerance: DF.Currency
		words: DF.Table[ReportLayoutWord]
	# end: auto-generated types

	def validate(self):
		layouts.validate_report_layout(self)

	@frappe.whitelist()
	def preview_file(self, file_url: str) -> dict:
		"""What each column and the first rows of an uploaded file become."""
		self.check_permission("read")
		return layouts.preview_file(self, file_url)
