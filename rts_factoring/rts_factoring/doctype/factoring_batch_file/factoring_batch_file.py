from frappe.model.document import Document


class FactoringBatchFile(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		attempts: DF.Int
		delivered_on: DF.Datetime | None
		error: DF.SmallText | None
		file: DF.Link | None
		file_name: DF.Data
		kind: DF.Literal["Packet", "Schedule", "Zip"]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		sha256: DF.Data | None
		size: DF.Int
		state: DF.Literal["Pending", "Sending", "Uploaded", "Delivered"]
	# end: auto-generated types

	pass
