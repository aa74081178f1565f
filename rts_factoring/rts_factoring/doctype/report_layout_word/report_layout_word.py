from frappe.model.document import Document


class ReportLayoutWord(Document):
	pass
