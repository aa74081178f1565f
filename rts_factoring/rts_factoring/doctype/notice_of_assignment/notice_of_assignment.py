from rts_factoring.services.common.documents import CompanyDocument
from rts_factoring.services.common.files import require_private_file
from rts_factoring.services.invoices import notices, readiness


class NoticeofAssignment(CompanyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amended_from: DF.Link | None
		approval_attachment: DF.Attach | None
		approval_date: DF.Date | None
		client_number: DF.Data | None
		company: DF.Link
		language: DF.Link
		remit_label: DF.Data | None
		remit_to: DF.SmallText | None
		text: DF.Text
		valid_from: DF.Date
	# end: auto-generated types

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
