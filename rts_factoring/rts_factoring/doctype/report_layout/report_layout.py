import frappe
from frappe.model.document import Document

from rts_factoring.services.company import layouts


class ReportLayout(Document):
	def validate(self):
		layouts.validate_report_layout(self)

	@frappe.whitelist()
	def preview_file(self, file_url: str) -> dict:
		"""What each column and the first rows of an uploaded file become."""
		self.check_permission("read")
		return layouts.preview_file(self, file_url)
