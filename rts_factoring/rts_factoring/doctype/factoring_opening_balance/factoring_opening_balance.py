from frappe.model.document import Document


class FactoringOpeningBalance(Document):
	# begin: auto-generated types
	# end: auto-generated types

	pass
