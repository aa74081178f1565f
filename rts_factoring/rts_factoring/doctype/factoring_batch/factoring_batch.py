import frappe

from rts_factoring.services import batches, deliveries
from rts_factoring.services.guard import CompanyDocument, stored


class FactoringBatch(CompanyDocument):
	def validate(self):
		batches.validate(self)

	def before_submit(self):
		batches.before_submit(self)

	def on_submit(self):
		batches.on_submit(self)

	def before_cancel(self):
		batches.before_cancel(self)

	def on_cancel(self):
		batches.on_cancel(self)

	def on_trash(self):
		batches.on_trash(self)

	@frappe.whitelist(methods=["POST"])
	def retry(self) -> None:
		"""Try again after the last attempt failed."""
		deliveries.retry(stored(self, "submit").name)

	@frappe.whitelist(methods=["POST"])
	def mark_delivered(self) -> None:
		"""A person brought the files to the factor."""
		deliveries.mark_delivered(stored(self, "submit").name)

	@frappe.whitelist(methods=["POST"])
	def mark_seen(self) -> None:
		"""The batch showed up at the factor."""
		batches.mark_seen(stored(self, "submit").name)
