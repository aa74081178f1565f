import frappe

from rts_factoring.services.accounting import adjustment_jobs, adjustment_payments, adjustments
from rts_factoring.services.common.documents import CompanyDocument, saved_document
from rts_factoring.services.common.files import require_private_file
from rts_factoring.services.reports import corrections


class FactoringAdjustment(CompanyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from rts_factoring.rts_factoring.doctype.factoring_adjustment_line.factoring_adjustment_line import (
			FactoringAdjustmentLine,
		)
		from rts_factoring.rts_factoring.doctype.factoring_opening_balance.factoring_opening_balance import (
			FactoringOpeningBalance,
		)

		amended_from: DF.Link | None
		balances: DF.Table[FactoringOpeningBalance]
		company: DF.Link
		currency: DF.Link | None
		evidence: DF.Attach | None
		job_error: DF.SmallText | None
		job_status: DF.Literal["", "Posting", "Cancelling", "Failed"]
		lines: DF.Table[FactoringAdjustmentLine]
		new_policy: DF.Literal["", "Borrowing", "Sale"]
		opening_cash_advances: DF.Currency
		opening_clearing: DF.Currency
		opening_financed: DF.Currency
		opening_reserve: DF.Currency
		posting_date: DF.Date
		purpose: DF.Literal[
			"Event", "Correction", "Switch of Factor", "End of Agreement", "Change of Policy", "Opening"
		]
		reason: DF.SmallText
		report_import: DF.Link | None
	# end: auto-generated types

	def before_validate(self):
		require_private_file(self, "evidence")

	def validate(self):
		adjustment_jobs.validate(self)
		adjustments.validate(self)

	def on_update(self):
		adjustments.on_update(self)

	def before_submit(self):
		adjustments.before_submit(self)

	def on_submit(self):
		adjustments.on_submit(self)
		corrections.show_on_batches(self)

	def before_cancel(self):
		adjustments.before_cancel(self)

	def on_cancel(self):
		adjustments.on_cancel(self)
		corrections.after_cancel(self)

	def on_trash(self):
		adjustment_jobs.refuse_running(self)

	def _submit(self):
		"""Post it: now, or in the background when there are many lines. Frappe's submit calls this."""
		return adjustment_jobs.start_submit(self) if adjustment_jobs.is_due(self) else super()._submit()

	def _cancel(self):
		"""Take it back: now, or in the background when there are many lines. Frappe's cancel calls this."""
		return adjustment_jobs.start_cancel(self) if adjustment_jobs.is_due(self) else super()._cancel()

	@frappe.whitelist(methods=["POST"])
	def record_payment(self, bank_account: str, day: str, reference: str = "") -> str:
		"""Make a draft bank entry of what these lines left on clearing; returns its name."""
		frappe.has_permission("Journal Entry", "create", throw=True)
		return adjustment_payments.record_payment(
			saved_document(self, "submit"), bank_account, day, reference
		)
