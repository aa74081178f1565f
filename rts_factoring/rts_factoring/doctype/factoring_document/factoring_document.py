from frappe.model.document import Document


class FactoringDocument(Document):
	pass
