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
