"""Frappe's own functions that show documents without asking who may see them, with that question."""

from inspect import unwrap
from typing import Any

import frappe
from frappe import _
from frappe.desk.doctype.dashboard_chart import dashboard_chart
from frappe.desk.doctype.tag import tag as tags
from frappe.desk.form import linked_with, load

from rts_factoring.permissions import allowed_companies, guarded_doctypes, hidden_fields
from rts_factoring.services.company import settings


@frappe.whitelist()
def get_chart(
	chart_name: str | None = None,
	chart: dict | str | None = None,
	no_cache: str | int | bool | None = None,
	filters: list | dict | str | None = None,
	from_date: str | None = None,
	to_date: str | None = None,
	timespan: str | None = None,
	time_interval: str | None = None,
	heatmap_year: str | int | None = None,
	refresh: str | int | bool | None = None,
) -> dict | None:
	"""A Dashboard Chart. For a heat map Frappe asks no permission, and adds up what the user may not list."""
	given: dict[str, Any] = {"from_date": from_date, "to_date": to_date, "timespan": timespan}
	given |= {"time_interval": time_interval, "heatmap_year": heatmap_year, "filters": filters}
	asked = frappe._dict(
		frappe.get_doc("Dashboard Chart", chart_name).as_dict() if chart_name else frappe.parse_json(chart)
	)
	if asked.type != "Heatmap" or asked.document_type not in guarded_doctypes():
		return dashboard_chart.get(
			chart_name=chart_name, chart=chart, no_cache=no_cache, refresh=refresh, **given
		)
	parent = asked.parent_document_type or None
	frappe.has_permission(asked.document_type, "read", parent_doctype=parent, throw=True)
	if (companies := allowed_companies()) is not None:
		if not frappe.get_meta(asked.document_type).has_field("company"):
			frappe.throw(_("Only users who see all companies see this heat map."), frappe.PermissionError)
		shown = frappe.parse_json(filters) or frappe.parse_json(asked.filters_json) or []
		given["filters"] = [*shown, [asked.document_type, "company", "in", companies]]
	return unwrap(dashboard_chart.get)(chart=asked, **given)  # without its cache, which all users share


@frappe.whitelist()
def get_tagged_docs(doctype: str, tag: str) -> list | tuple:
	"""Names of the documents with a tag; of the app's, those that the user may list."""
	if doctype not in guarded_doctypes():
		return tags.get_tagged_docs(doctype, tag)
	return frappe.get_list(doctype, filters={"_user_tags": ("like", tag)}, as_list=True, limit=0)


@frappe.whitelist()
def get_submitted_linked_docs(
	doctype: str, name: str, ignore_doctypes_on_cancel_all: list | str | None = None
) -> dict:
	"""Submitted documents that name this one, or one that names it; of the app's, those that the user may read."""
	found = linked_with.get_submitted_linked_docs(doctype, name, ignore_doctypes_on_cancel_all)
	guarded, is_limited = guarded_doctypes(), allowed_companies() is not None
	docs = [
		row
		for row in found["docs"]
		if row["doctype"] not in guarded
		or frappe.has_permission(row["doctype"], "read", doc=row["name"] if is_limited else None)
	]
	return {"docs": docs, "count": len(docs)}


@frappe.whitelist()
def getdoc(doctype: str, name: str | int) -> list | None:
	"""What a form opens with."""
	answer = load.getdoc(doctype, name)
	_hide_changes(doctype)
	return answer


@frappe.whitelist()
def get_docinfo(
	doc: dict | str | None = None, doctype: str | None = None, name: str | int | None = None
) -> None:
	"""What stands below a form."""
	load.get_docinfo(doctype=doctype, name=name)
	_hide_changes(doctype or "")


def _hide_changes(doctype: str) -> None:
	"""Frappe sends the changes of all fields of a document, those too that the user may not read."""
	docinfo = frappe.response.get("docinfo")
	if doctype != settings.DOCTYPE or not docinfo:
		return
	hidden = hidden_fields(doctype)
	for version in docinfo["versions"] if hidden else ():
		data = frappe.parse_json(version["data"])
		data["changed"] = [change for change in data.get("changed") or () if change[0] not in hidden]
		version["data"] = frappe.as_json(data)
