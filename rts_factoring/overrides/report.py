from frappe.core.doctype.report.report import Report

from rts_factoring.services.views import receivable_reports


class FactoringReport(Report):
	"""ERPNext's Accounts Receivable with a column that tells what the factor holds, wherever the report runs."""

	def execute_module(self, filters):
		result = super().execute_module(filters)
		if self.name in receivable_reports.NAMES:
			result = receivable_reports.with_factoring(result)
		return result
