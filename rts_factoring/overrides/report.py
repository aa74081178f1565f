import frappe
from frappe.core.doctype.report.report import Report
from frappe.desk import query_report

from rts_factoring.services.views import receivable_reports


class FactoringReport(Report):
	"""ERPNext's Accounts Receivable with a column that tells what the factor holds, wherever the report runs."""

	def execute_module(self, filters):
		result = super().execute_module(filters)
		if self.name in receivable_reports.NAMES:
			result = receivable_reports.with_factoring(result)
		return result


@frappe.whitelist()
def get_script(report_name: str) -> dict:
	"""Frappe's own answer; the print format of Accounts Receivable says whom to pay for what the factor holds."""
	answer = query_report.get_script(report_name)
	if report_name in receivable_reports.NAMES and answer.get("html_format"):
		answer["html_format"] = receivable_reports.with_mark(answer["html_format"])
	return answer
