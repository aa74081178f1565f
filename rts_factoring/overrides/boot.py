import frappe

from rts_factoring.services.company import rehearsal_company, settings


def extend_bootinfo(bootinfo) -> None:
	"""The companies that factor and the user may see: reports open with one of them. And which of them is a rehearsal."""
	may = frappe.has_permission(settings.DOCTYPE, "read")
	rows = frappe.get_list(settings.DOCTYPE, fields=["company"], order_by="company") if may else []
	companies = [row.company for row in rows]
	bootinfo.factoring_companies = companies
	bootinfo.factoring_rehearsal = next(filter(rehearsal_company.is_rehearsal, companies), "")
