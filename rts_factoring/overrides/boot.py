import frappe

from rts_factoring.services.company import settings


def extend_bootinfo(bootinfo) -> None:
	"""The companies that factor and the user may see: reports open with one of them."""
	may = frappe.has_permission(settings.DOCTYPE, "read")
	rows = frappe.get_list(settings.DOCTYPE, fields=["company"], order_by="company") if may else []
	bootinfo.factoring_companies = [row.company for row in rows]
