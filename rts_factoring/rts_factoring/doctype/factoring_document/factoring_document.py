from frappe.model.document import Document


class FactoringDocument(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		file: DF.Attach
		kind: DF.Literal[
			"Rate Confirmation",
			"Bill of Lading",
			"Proof of Delivery",
			"Lumper Receipt",
			"Scale Ticket",
			"Other",
		]
		note: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		readable: DF.Check
	# end: auto-generated types

	pass
