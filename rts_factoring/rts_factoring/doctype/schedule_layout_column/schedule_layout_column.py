from frappe.model.document import Document


class ScheduleLayoutColumn(Document):
	pass
