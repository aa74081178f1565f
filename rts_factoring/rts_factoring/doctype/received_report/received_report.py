from rts_factoring.services.common.documents import CompanyDocument


class ReceivedReport(CompanyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		checked_on: DF.Datetime | None
		company: DF.Link | None
		file: DF.Data | None
		file_key: DF.Data | None
		file_name: DF.Data | None
		file_sha256: DF.Data | None
		mail_account: DF.Data | None
		message: DF.SmallText | None
		received_from: DF.SmallText | None
		report_import: DF.Link | None
		sender_check: DF.SmallText | None
		sender_confirmed: DF.Check
		source: DF.Literal["Server Folder", "E-Mail"]
		status: DF.Literal["Waiting", "Imported", "Imported Before", "Kept Aside", "Refused", "Deleted"]
		taken_by: DF.Link | None
	# end: auto-generated types

	pass
