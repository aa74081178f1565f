"""A user limited to some companies sees nothing of the others, in any DocType of the app."""

from collections.abc import Collection

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_user_permissions
from frappe.desk.search import get_std_fields_list
from frappe.utils import cint

from rts_factoring.services.common import file_companies, files
from rts_factoring.services.common.file_companies import WITH_FILES

MODULE = "RTS Factoring"
APP = "rts_factoring"
READING = ("read", "select", "export", "print", "email", "report")
PARENTS = {
	"Factoring Batch Invoice": ("Factoring Batch",),
	"Factoring Batch File": ("Factoring Batch",),
	"Factoring Adjustment Line": ("Factoring Adjustment",),
	"Factoring Opening Balance": ("Factoring Adjustment",),
	"Factoring Document": ("Sales Invoice",),
	"Factoring Document Kind": ("Subsidiary Factoring Settings",),
	"Factoring Payout": ("Journal Entry",),
	"Factoring Close Item": ("Factoring Close",),
	"Factoring Close Figure": ("Factoring Close",),
	"Factoring Close Entry": ("Factoring Close",),
}  # child table → its parents that have a company
GUARDED = (
	*WITH_FILES,
	"Communication",
)  # whose files are not opened by naming their address; mails bring reports
WITH_COMPANY = (*WITH_FILES, "Received Report")  # documents that are of one company


def allowed_companies(user: str | None = None) -> list[str] | None:
	"""The companies that user permissions limit a user to, for any DocType; None means no limit."""
	entries = get_user_permissions(user or frappe.session.user).get("Company")
	return sorted({entry.get("doc") for entry in entries}) if entries else None


def guarded_doctypes() -> set[str]:
	"""DocTypes of which a user limited to companies sees a part, by a condition of the app."""
	return {*frappe.get_hooks("permission_query_conditions", app_name=APP)}


def hidden_fields(doctype: str, user: str | None = None) -> set[str]:
	"""Fields above the permission levels that the user may read."""
	meta = frappe.get_meta(doctype)
	levels = meta.get_permlevel_access("read", user=user)
	return {field.fieldname for field in meta.fields if field.permlevel not in levels}


def company_condition(user: str | None = None, doctype: str | None = None) -> str:
	"""SQL for lists, counts, exports and link fields."""
	companies = allowed_companies(user)
	if companies is None or not doctype:
		return ""
	return f"`tab{doctype}`.`company` in ({_listed(companies)})"


def rows_condition(user: str | None = None, doctype: str | None = None) -> str:
	"""The same for child tables, which a caller may list by naming their parent's DocType."""
	companies = allowed_companies(user)
	if companies is None or not doctype:
		return ""
	names = _listed(companies)
	row = f"`tab{doctype}`"
	conditions = [
		f"({row}.`parenttype` != {frappe.db.escape(parent)} or {row}.`parent` in"  # nosec B608 # escaped
		f" (select `name` from `tab{parent}` where `company` in ({names})))"
		for parent in PARENTS[doctype]
	]
	return " and ".join(conditions)


def has_company_permission(doc, ptype: str | None = None, user: str | None = None, **_ignored) -> bool:
	"""Check one document, both as saved and as sent by the caller. True leaves the decision to the roles."""
	companies = allowed_companies(user)
	if companies is None:
		return True
	saved = (
		frappe.db.get_value(doc.doctype, doc.name, ["name", "company"], as_dict=True)
		if doc.get("name")
		else None
	)
	if (
		saved and saved.company not in companies
	):  # without a company it is about several, or nobody knows which
		return False
	return not doc.get("company") or doc.company in companies


def layout_condition(user: str | None = None, doctype: str | None = None) -> str:
	"""A layout without a company is shared. Everybody may read it."""
	companies = allowed_companies(user)
	if companies is None or not doctype:
		return ""
	return f"ifnull(`tab{doctype}`.`company`, '') in ('', {_listed(companies)})"


def has_layout_permission(doc, ptype: str | None = None, user: str | None = None, **_ignored) -> bool:
	"""Everybody may read a shared layout. Only users who see all companies may change it."""
	companies = allowed_companies(user)
	if companies is None:
		return True
	saved = frappe.db.get_value(doc.doctype, doc.name, "company") if doc.get("name") else None
	named = {company for company in (doc.get("company"), saved) if company}
	if ptype in READING:
		return named <= set(companies)
	exists = doc.get("name") and frappe.db.exists(doc.doctype, doc.name)
	return bool(named) and named <= set(companies) and bool(saved or not exists)


def file_condition(user: str | None = None, doctype: str | None = None) -> str:
	"""Keep the files of another company's documents out of every list of files.

	Frappe's own condition is `public or own or (attached to a DocType one may read)`, without brackets around it on
	Frappe 15, so there an `and` after it narrows its last part. That is the part that would show them; public files
	are everybody's anyway.
	"""
	companies = allowed_companies(user)
	if companies is None:
		return ""
	names = _listed(companies)
	# One look-up, by the DocType that the file is attached to, where its company is not kept on it.
	company_of = _company_of("`tabFile`.`attached_to_doctype`", "`tabFile`.`attached_to_name`", WITH_FILES)
	visible, kept = frappe.db.escape(companies[0]), f"`tabFile`.`{file_companies.FIELD}`"
	looked_up = f"ifnull({company_of}, {visible}) in ({names})"
	return f"({kept} in ({names}) or (ifnull({kept}, '') = '' and {looked_up}))"


def tag_condition(user: str | None = None, doctype: str | None = None) -> str:
	"""Frappe lists the tags of all documents to everybody who is logged in, with the names and titles of the documents."""
	of, companies = "`tabTag Link`.`document_type`", allowed_companies(user)
	unreadable = [name for name in WITH_COMPANY if not frappe.has_permission(name, "read", user=user)]
	conditions = [f"{of} not in ({_listed(unreadable)})"] if unreadable else []
	if companies is not None:
		company_of = _company_of(of, "`tabTag Link`.`document_name`", WITH_COMPANY)
		# A layout without a company is shared.
		shared = f"{of} in ('Report Layout', 'Schedule Layout') and ifnull({company_of}, '') = ''"
		conditions.append(
			f"({of} not in ({_listed(WITH_COMPANY)}) or {company_of} in ({_listed(companies)}) or {shared})"
		)
	return " and ".join(conditions)


def has_file_permission(doc, ptype: str | None = None, user: str | None = None, **_ignored) -> bool:
	"""Frappe lets people open their own uploads for ever. Here they lose them when they move to another company.

	Frappe asks for `create` before it reads the file, so a record that only names a stranger's private address is refused.
	"""
	if ptype == "create" and files.names_unreadable_file(doc, GUARDED):
		return False
	companies = allowed_companies(user)
	if companies is not None and doc.attached_to_doctype in WITH_FILES and doc.attached_to_name:
		company = frappe.db.get_value(doc.attached_to_doctype, doc.attached_to_name, "company")
		if company and company not in companies:
			return False
	return _allowed_before("rts_factoring.permissions.has_file_permission", doc, ptype, user)


def prepared_report_condition(user: str | None = None, doctype: str | None = None) -> str:
	"""Of the app's reports, a limited user sees only those the user prepared."""
	if allowed_companies(user) is None:
		return ""
	ours = f"select `name` from `tabReport` where `module` = {frappe.db.escape(MODULE)}"  # nosec B608 # escaped
	owner = frappe.db.escape(user or frappe.session.user)
	return f"(`tabPrepared Report`.`report_name` not in ({ours}) or `tabPrepared Report`.`owner` = {owner})"


def has_prepared_report_permission(
	doc, ptype: str | None = None, user: str | None = None, **_ignored
) -> bool:
	"""Frappe shows a prepared report to everyone who may run the report. The app's reports are about one company."""
	companies = allowed_companies(user)
	if companies is not None and frappe.get_cached_value("Report", doc.report_name, "module") == MODULE:
		company = (frappe.parse_json(doc.filters) or {}).get("company")
		if company not in companies:
			return False
	return _allowed_before("rts_factoring.permissions.has_prepared_report_permission", doc, ptype, user)


def _allowed_before(ours: str, doc, ptype: str | None, user: str | None) -> bool:
	"""The answer of the hooks registered before ours. Frappe 16 asks them too; Frappe 15 takes the last app's answer as final."""
	methods = frappe.get_hooks("has_permission").get(doc.doctype, [])
	for method in reversed(methods[: methods.index(ours)]):
		answer = frappe.call(method, doc=doc, ptype=ptype, user=user or frappe.session.user)
		if answer is not None:
			return bool(answer)
	return True


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def search_links(
	doctype: str,
	txt: str,
	searchfield: str,
	start: int,
	page_len: int,
	filters: dict | list | str | None = None,
	as_dict: bool = False,
	reference_doctype: str | None = None,
) -> list:
	"""What link fields offer for DocTypes with a condition here. Frappe's own search would list the documents of every
	company to a caller who sends `ignore_user_permissions`."""
	meta = frappe.get_meta(doctype)
	fields = get_std_fields_list(meta, searchfield or "name")
	return frappe.get_list(
		doctype,
		fields=fields,
		filters=frappe.parse_json(filters) or {},
		or_filters=[[doctype, name, "like", f"%{txt}%"] for name in fields] if txt else None,
		order_by=f"`tab{doctype}`.`modified` desc",
		limit_start=start,
		limit=cint(page_len) or 20,
		as_list=not as_dict,
		reference_doctype=reference_doctype,
		parent_doctype=reference_doctype if meta.istable else None,
	)


def _company_of(type_column: str, name_column: str, doctypes: Collection[str]) -> str:
	"""SQL: the company of the document that a row of another table names."""
	cases = " ".join(
		f"when {frappe.db.escape(name)} then"  # nosec B608 # escaped
		f" (select `company` from `tab{name}` where `tab{name}`.`name` = {name_column})"
		for name in doctypes
	)
	return f"case {type_column} {cases} end"


def _listed(companies: Collection[str]) -> str:
	return ", ".join(frappe.db.escape(name) for name in companies)


def require_company(company: str | None, user: str | None = None) -> str:
	"""The company of a report's filter; throws when there is none or the user may not see it."""
	company = company or ""
	allowed = allowed_companies(user)
	if not company:
		frappe.throw(_("Choose a company."))
	if allowed is not None and company not in allowed:
		frappe.throw(
			_("You have no permission for company {0}.").format(frappe.utils.escape_html(company)),
			frappe.PermissionError,
		)
	return company


def may_use_app() -> bool:
	"""Whether the app's icon is shown to the user."""
	return bool({"Factoring User", "Factoring Manager", "System Manager"} & set(frappe.get_roles()))
