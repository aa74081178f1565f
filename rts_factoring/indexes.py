"""Indexes over several columns, which a DocType's JSON cannot describe. Those over one column are `search_index` there."""

import frappe

INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
	"Report Import Line": (
		("report_import", "row_no"),  # the rows of an import, page by page
		("company", "outcome", "posted"),  # rows that wait
		("company", "resolution"),  # rows that a later import replaced
	),
	"Factoring Ledger Entry": (("company", "posting_date"), ("company", "sales_invoice")),
	"Report Import": (("company", "kind", "docstatus"),),
	"Factoring Batch": (("company", "docstatus"),),
}


def create() -> None:
	"""Add the indexes that are missing. Each is a DDL statement, so it commits; safe to run again."""
	for doctype, indexes in INDEXES.items():
		for columns in indexes:
			frappe.db.add_index(doctype, list(columns))
