from frappe.model.document import Document


class ScheduleLayoutColumn(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		align: DF.Literal["left", "right"]
		constant: DF.Data | None
		cut: DF.Check
		field: DF.Literal[
			"client_number",
			"batch",
			"today",
			"invoice_no",
			"invoice_date",
			"due_date",
			"customer",
			"customer_mc",
			"customer_code",
			"po_no",
			"load_no",
			"amount",
			"currency",
			"file_name",
			"constant",
		]
		pad: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		required: DF.Check
		title: DF.Data | None
		width: DF.Int
	# end: auto-generated types

	pass
