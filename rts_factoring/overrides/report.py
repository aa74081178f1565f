import frappe
from frappe.core.doctype.report.report import Report
from frappe.desk import query_report

from rts_factoring import permissions
from rts_factoring.services.company import settings
from rts_factoring.services.views import checklist, receivable_reports

MODULE = "RTS Factoring"


class FactoringReport(Report):
	"""ERPNext's Accounts Receivable with a column that tells what the factor holds, wherever the report runs. A report of ours
	on a company that is not set up says so in place of its rows."""

	def get_data(self, filters=None, limit=None, user=None, **options):
		"""For an Auto Email Report, which the scheduler runs with its own rights; a Report Builder's list asks `user` itself."""
		is_ours = self.ref_doctype in permissions.guarded_doctypes()
		if user and is_ours and self.report_type != "Report Builder" and permissions.allowed_companies(user):
			permissions.require_company((filters or {}).get("company"), user)
		return super().get_data(filters, limit, user, **options)

	def execute_module(self, filters):
		if self.module == MODULE and (company := (filters or {}).get("company")):
			permissions.require_company(company)
			if not settings.find(company):
				return [], [], checklist.not_set_up(company)
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
