"""Teach the shipped layouts of an earlier release the deductions, types and columns that are read now."""

import frappe

from rts_factoring.core.reports.layout import DEFAULT_LAYOUTS
from rts_factoring.services.company import layouts


def execute():
	for kind, shipped in layouts.DEFAULT_NAMES.items():
		names = frappe.get_all(
			"Report Layout",
			filters={"kind": kind.value.title()},
			or_filters={"name": ("in", [shipped]), "layout_name": ("like", f"{shipped} - %")},
			pluck="name",
		)
		for name in names:
			doc = frappe.get_doc("Report Layout", name)
			layouts.complete_layout(doc, DEFAULT_LAYOUTS[kind])
			doc.save(ignore_permissions=True)
