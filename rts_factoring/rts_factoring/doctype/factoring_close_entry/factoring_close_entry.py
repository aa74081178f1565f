from frappe.model.document import Document


class FactoringCloseEntry(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amount: DF.Currency
		basis: DF.SmallText | None
		credit_account: DF.Link | None
		currency: DF.Link | None
		debit_account: DF.Link | None
		journal_entry: DF.Link | None
		kind: DF.Literal[
			"", "Fee Accrual", "Prepaid Discount", "Reserve Against Advances", "Recourse Obligation"
		]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		turned_back: DF.Link | None
	# end: auto-generated types

	pass
