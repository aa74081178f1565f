from frappe.model.document import Document

from rts_factoring.services import layouts


class ScheduleLayout(Document):
	def validate(self):
		layouts.validate_schedule_layout(self)
