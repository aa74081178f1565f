import frappe

from rts_factoring.services.batches import batch_status, delivery, factoring_batch
from rts_factoring.services.common.documents import CompanyDocument, saved_document


class FactoringBatch(CompanyDocument):
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
		"""The batch showed up at the factor."""
		batch_status.mark_seen(saved_document(self, "submit").name)
