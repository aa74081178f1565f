"""Indexes over several columns, which a DocType's JSON cannot describe. Those over one column are `search_index` there."""

import frappe

INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
	"Report Import Line": (
		("report_import", "row_no"),  # the rows of an import, page by page
		("identity", "posted_key"),  # rows posted before
		("fingerprint", "posted_key"),
		("creation",),  # lists
		("company", "creation"),  # lists of a user limited to companies
		("company", "outcome", "posted"),  # rows that wait
		("company", "resolution"),  # rows that a later import replaced
	),
	"Factoring Ledger Entry": (
		(  # costs and reserve statement, without reading a row
			*("company", "posting_date", "customer", "is_reversal", "report_import", "factoring_adjustment"),
			*("purchased", "fee", "charges", "reserve"),
		),
		(  # what stands of each invoice: tie-out and Factored Invoices, without reading a row
			*("company", "sales_invoice", "event", "posting_date", "is_reversal"),
			*(
				"report_import",
				"factoring_adjustment",
				"purchased",
				"open_change",
				"collected",
				"charged_back",
			),
			*("sold_again", "receivable", "clearing", "reserve", "fee", "purchase_fee"),
		),
		("company", "report_import", "event", "clearing"),  # payouts, without reading a row
	),
	"Factoring Daily Total": (
		(
			"currency",
			"company",
			"posting_date",
			"open_change",
			"reserve",
			"fee",
		),  # the cards, without reading a row
		("company", "posting_date"),  # the chart
	),
	"Report Import": (("company", "kind", "docstatus"),),
	"Factoring Batch": (("company", "docstatus"),),
}

REPLACED: dict[str, tuple[tuple[str, ...], ...]] = {
	"Factoring Ledger Entry": (
		("company", "posting_date", "reserve", "purchased", "fee", "charges"),
		("currency", "company", "open_change", "reserve"),
		("company", "sales_invoice"),
	),
}  # of earlier versions


def create() -> None:
	"""Add the indexes that are missing, and drop those that others replaced. Each is a DDL statement, so it commits; safe to
	run again."""
	for doctype, indexes in INDEXES.items():
		existing = existing_indexes(doctype)
		for columns in indexes:
			if columns not in existing.values():
				frappe.db.add_index(doctype, list(columns), "_".join(columns)[:58] + "_index")
		for name, columns in existing.items():
			if columns in REPLACED.get(doctype, ()):
				frappe.db.sql_ddl(f"alter table `tab{doctype}` drop index `{name}`")


def existing_indexes(doctype: str) -> dict[str, tuple[str, ...]]:
	"""Name of each index of the table → its columns, in order."""
	found: dict[str, tuple[str, ...]] = {}
	# nosemgrep: frappe-using-db-sql -- the name is this file's own
	rows = frappe.db.sql(f"show index from `tab{doctype}`", as_dict=True)  # nosec B608 # own names
	for row in sorted(rows, key=lambda row: row.Seq_in_index):
		found[row.Key_name] = (*found.get(row.Key_name, ()), row.Column_name)
	return found
