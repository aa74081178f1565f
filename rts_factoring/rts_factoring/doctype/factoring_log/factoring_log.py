from rts_factoring.services.common.documents import CompanyDocument


class FactoringLog(CompanyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		action: DF.Data | None
		attempt: DF.Int
		batch: DF.Link | None
		company: DF.Link | None
		duration: DF.Float
		file_name: DF.Data | None
		message: DF.Text | None
		started_on: DF.Datetime | None
		status: DF.Literal["Success", "Retry", "Failed", "Info"]
	# end: auto-generated types

	pass
