from frappe.model.document import Document


class FactoringBatchFile(Document):
	pass
