from frappe.model.document import Document


class FactoringCloseItem(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		detail: DF.SmallText | None
		is_done: DF.Check
		key: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		report_import: DF.Link | None
		title: DF.Data | None
	# end: auto-generated types

	pass
