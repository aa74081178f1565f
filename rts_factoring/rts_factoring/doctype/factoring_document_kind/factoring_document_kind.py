from frappe.model.document import Document


class FactoringDocumentKind(Document):
	pass
