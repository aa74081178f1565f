from frappe.model.document import Document


class ReportLayoutHeader(Document):
	pass
