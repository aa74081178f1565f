from frappe.model.document import Document


class FactoringBatchInvoice(Document):
	pass
