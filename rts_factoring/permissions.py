"""A user limited to some companies sees nothing of the others, in any DocType of ours."""

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_user_permissions

MODULE = "RTS Factoring"
PARENTS = {
	"Factoring Batch Invoice": ("Factoring Batch",),
	"Factoring Batch File": ("Factoring Batch",),
	"Factoring Document": ("Sales Invoice",),
	"Factoring Document Kind": ("Subsidiary Factoring Settings",),
}  # child table → its parents that have a company


def allowed_companies(user: str | None = None) -> list[str] | None:
	"""The companies a user is limited to by user permissions, whatever DocType those apply to; None is no limit."""
	found = get_user_permissions(user or frappe.session.user).get("Company")
	return sorted({entry.get("doc") for entry in found}) if found else None


def company_condition(user: str | None = None, doctype: str | None = None) -> str:
	"""SQL for lists, counts, exports and link fields."""
	companies = allowed_companies(user)
	if companies is None or not doctype:
		return ""
	names = ", ".join(frappe.db.escape(name) for name in companies)
	return f"`tab{doctype}`.`company` in ({names})"


def rows_condition(user: str | None = None, doctype: str | None = None) -> str:
	"""The same for child tables, which a caller may list by naming their parent's DocType."""
	companies = allowed_companies(user)
	if companies is None or not doctype:
		return ""
	names = ", ".join(frappe.db.escape(name) for name in companies)
	row = f"`tab{doctype}`"
	conditions = [
		f"({row}.`parenttype` != {frappe.db.escape(parent)} or {row}.`parent` in"  # nosec B608 # escaped
		f" (select `name` from `tab{parent}` where `company` in ({names})))"
		for parent in PARENTS[doctype]
	]
	return " and ".join(conditions)


def has_company_permission(doc, ptype: str | None = None, user: str | None = None, **_ignored) -> bool:
	"""For one document, as it is saved and as the caller sends it; True leaves the decision to its roles."""
	companies = allowed_companies(user)
	if companies is None:
		return True
	saved = frappe.db.get_value(doc.doctype, doc.name, ["name", "company"], as_dict=True) if doc.get("name") else None
	if saved and saved.company not in companies:  # without a company it is about several, or nobody knows which
		return False
	return not doc.get("company") or doc.company in companies


def prepared_report_condition(user: str | None = None, doctype: str | None = None) -> str:
	"""A limited user's list holds, of our reports, the ones the user prepared."""
	if allowed_companies(user) is None:
		return ""
	ours = f"select `name` from `tabReport` where `module` = {frappe.db.escape(MODULE)}"  # nosec B608 # escaped
	owner = frappe.db.escape(user or frappe.session.user)
	return f"(`tabPrepared Report`.`report_name` not in ({ours}) or `tabPrepared Report`.`owner` = {owner})"


def has_prepared_report_permission(doc, ptype: str | None = None, user: str | None = None, **_ignored) -> bool:
	"""Frappe shows a prepared report to everyone who may run the report; ours are about one company."""
	companies = allowed_companies(user)
	if companies is None or frappe.get_cached_value("Report", doc.report_name, "module") != MODULE:
		return True
	return (frappe.parse_json(doc.filters) or {}).get("company") in companies


def require_company(company: str | None) -> str:
	"""The company of a report's filter; throws when there is none or the user may not see it."""
	if not company:
		frappe.throw(_("Choose a company."))
	allowed = allowed_companies()
	if allowed is not None and company not in allowed:
		frappe.throw(_("You may not see {0}.").format(company), frappe.PermissionError)
	return company


def may_use_app() -> bool:
	"""Whether the app's icon is shown to the user."""
	return bool({"Factoring User", "Factoring Manager", "System Manager"} & set(frappe.get_roles()))
