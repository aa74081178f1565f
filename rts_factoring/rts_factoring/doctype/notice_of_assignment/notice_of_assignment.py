from rts_factoring.services.common.documents import CompanyDocument
from rts_factoring.services.common.files import require_private_file
from rts_factoring.services.invoices import notices, readiness


class NoticeofAssignment(CompanyDocument):
	def validate(self):
		require_private_file(self, "approval_attachment")
		notices.validate(self)

	def before_submit(self):
		notices.before_submit(self)

	def on_submit(self):
		readiness.update_readiness_later(company=self.company)

	def on_cancel(self):
		notices.on_cancel(self)
		readiness.update_readiness_later(company=self.company)
