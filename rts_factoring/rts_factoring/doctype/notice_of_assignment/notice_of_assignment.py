import frappe

from rts_factoring.core.notice import TEMPLATE_TEXT
from rts_factoring.services import notices
from rts_factoring.services.guard import CompanyDocument, private_file


class NoticeofAssignment(CompanyDocument):
	def validate(self):
		private_file(self, "approval_attachment")
		notices.validate(self)

	def before_submit(self):
		notices.before_submit(self)

	def on_submit(self):
		notices.on_submit(self)

	def on_cancel(self):
		notices.on_cancel(self)

	@frappe.whitelist()
	def get_preview(self) -> str:
		self.check_permission("read")
		return notices.preview(self)

	@frappe.whitelist()
	def get_template(self) -> str:
		self.check_permission("read")
		return TEMPLATE_TEXT
