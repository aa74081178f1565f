from frappe.model.document import Document

from rts_factoring.services.company import layouts


class ScheduleLayout(Document):
	def validate(self):
		layouts.validate_schedule_layout(self)
