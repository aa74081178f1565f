import frappe

from rts_factoring.services.batches import batch_status, delivery, factoring_batch
from rts_factoring.services.common.documents import CompanyDocument, saved_document


class FactoringBatch(CompanyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from rts_factoring.rts_factoring.doctype.factoring_batch_file.factoring_batch_file import (
			FactoringBatchFile,
		)
		from rts_factoring.rts_factoring.doctype.factoring_batch_invoice.factoring_batch_invoice import (
			FactoringBatchInvoice,
		)

		amended_from: DF.Link | None
		attempts: DF.Int
		batch_date: DF.Date
		cancel_reason: DF.SmallText | None
		claim: DF.Data | None
		claimed_on: DF.Datetime | None
		client_number: DF.Data | None
		company: DF.Link
		currency: DF.Link | None
		delivered_on: DF.Datetime | None
		delivery_steps: DF.Int
		error: DF.SmallText | None
		expected_advance: DF.Currency
		expected_fee: DF.Currency
		expected_reserve: DF.Currency
		files: DF.Table[FactoringBatchFile]
		invoice_count: DF.Int
		invoices: DF.Table[FactoringBatchInvoice]
		next_attempt_on: DF.Datetime | None
		remote_folder: DF.Data | None
		schedule_layout: DF.Link | None
		seen_on: DF.Datetime | None
		split_from: DF.Link | None
		status: DF.Literal[
			"Draft", "Queued", "Sending", "Ready to Download", "Delivered", "Failed", "Cancelled"
		]
		submitted_by: DF.Link | None
		submitted_on: DF.Datetime | None
		total_amount: DF.Currency
	# end: auto-generated types

	def validate(self):
		factoring_batch.validate(self)

	def before_submit(self):
		factoring_batch.before_submit(self)

	def on_submit(self):
		factoring_batch.on_submit(self)

	def before_cancel(self):
		factoring_batch.before_cancel(self)

	def on_cancel(self):
		factoring_batch.on_cancel(self)

	def on_trash(self):
		factoring_batch.on_trash(self)

	@frappe.whitelist(methods=["POST"])
	def retry(self) -> None:
		"""Try again after the last attempt failed."""
		delivery.retry(saved_document(self, "submit").name)

	@frappe.whitelist(methods=["POST"])
	def mark_delivered(self) -> None:
		"""A person brought the files to the factor."""
		delivery.mark_delivered(saved_document(self, "submit").name)

	@frappe.whitelist(methods=["POST"])
	def mark_seen(self) -> None:
		"""A person saw the batch at the factor."""
		batch_status.mark_seen(saved_document(self, "submit").name)
