from frappe.model.document import Document


class FactoringBatchInvoice(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amount: DF.Currency
		currency: DF.Link | None
		customer: DF.Link | None
		customer_name: DF.Data | None
		due_date: DF.Date | None
		file_name: DF.Data | None
		invoice_date: DF.Date | None
		load_no: DF.Data | None
		outcome: DF.Literal["", "Submitted", "Pending", "Held", "Denied", "Financed", "Returned"]
		packet: DF.Link | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		po_no: DF.Data | None
		reason: DF.SmallText | None
		sales_invoice: DF.Link
	# end: auto-generated types

	pass
