from frappe.model.document import Document


class FactoringCloseFigure(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		account: DF.Data | None
		balance: DF.Currency
		currency: DF.Link | None
		difference: DF.Currency
		journal: DF.Currency
		label: DF.Data | None
		ledger: DF.Currency
		others: DF.Currency
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		section: DF.Literal["", "Tie-out", "Open by Age", "The Month"]
	# end: auto-generated types

	pass
