from frappe.model.document import Document


class FactoringDocumentKind(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		kind: DF.Literal[
			"Rate Confirmation",
			"Bill of Lading",
			"Proof of Delivery",
			"Lumper Receipt",
			"Scale Ticket",
			"Other",
		]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		required: DF.Check
	# end: auto-generated types

	pass
