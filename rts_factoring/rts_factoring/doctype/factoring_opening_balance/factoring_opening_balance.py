from frappe.model.document import Document


class FactoringOpeningBalance(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		account: DF.Link
		amount: DF.Currency
		balance: DF.Currency
		currency: DF.Link | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		role: DF.Literal["Reserve", "Clearing", "Advances", "Cash Advances"]
	# end: auto-generated types

	pass
