"""RTS's reports: their rows, columns, entries and payouts."""

import frappe

from rts_factoring.api.access import check_company, readable
from rts_factoring.services.accounting import payout_balances
from rts_factoring.services.reports import (
	column_mapping,
	decisions,
	mailbox,
	posting,
	row_details,
	row_pages,
	statement_comparison,
)


@frappe.whitelist(methods=["POST"])
def import_received(received_report: str) -> str:
	"""Import a mailed report that was kept aside, refused or deleted; returns the draft."""
	frappe.only_for("Factoring Manager")
	doc = frappe.get_doc("Received Report", received_report)
	doc.check_permission("read")
	frappe.has_permission("Report Import", "create", throw=True)
	return mailbox.take(doc.name)


@frappe.whitelist()
def get_report_rows(
	report_import: str, outcome: str = "", start: int = 0, length: int = 50, search: str = "", row: int = 0
) -> dict:
	"""A page of a report's rows (the one with the row numbered `row`, if given), with the count of each outcome."""
	name = readable("Report Import", report_import).name
	return row_pages.page(name, outcome, start, length, search, row)


@frappe.whitelist()
def get_report_row(report_import: str, row: int) -> dict:
	"""One row with its cells, the invoice beside it, others it may mean, and what it posted; and the next row that waits.
	With `row` 0 only that."""
	return row_details.details(readable("Report Import", report_import), int(row))


@frappe.whitelist()
def get_teachable(report_import: str) -> dict:
	"""The columns of an import with examples, the headers and words that its layout does not know, and what they may mean."""
	doc = readable("Report Import", report_import)
	return decisions.teachable(doc.name) | {"columns": column_mapping.columns_of_import(doc)}


@frappe.whitelist()
def get_report_columns(
	file_url: str, kind: str = "", company: str = "", sheet: str = "", row: int = 0
) -> dict:
	"""The columns of an uploaded report, each with three examples, and what each may be."""
	_check_mapping(company)
	return column_mapping.columns(file_url, kind, company, sheet, int(row))


@frappe.whitelist()
def try_report_columns(
	file_url: str, kind: str, fields: dict | str, company: str = "", date_order: str = "MDY"
) -> dict:
	"""How many rows of an uploaded report are read with these columns, and what problems remain. Nothing is written."""
	_check_mapping(company)
	return column_mapping.attempt(file_url, kind, frappe.parse_json(fields), company, date_order)


@frappe.whitelist(methods=["POST"])
def save_report_columns(
	kind: str, fields: dict | str, company: str, date_order: str, layout_name: str
) -> str:
	"""Save these columns as a Report Layout of the company; returns its name."""
	_check_mapping(company)
	return column_mapping.save(kind, frappe.parse_json(fields), company, date_order, layout_name.strip())


@frappe.whitelist()
def preview_entries(report_import: str) -> list[dict]:
	"""The journal entries a submit would make now."""
	return posting.preview(readable("Report Import", report_import).name)


@frappe.whitelist()
def expected_deposit(report_import: str) -> dict:
	"""What the import announces, what of it is recorded, and what is left; `others` the imports of the company whose payout is
	not recorded either, and `entries`, for who may read them, bank entries that belong to no import yet."""
	doc = readable("Report Import", report_import)
	return payout_balances.expected(doc.name) | {
		"others": [
			row for row in payout_balances.open_payouts(doc.company) if row["report_import"] != doc.name
		],
		"entries": payout_balances.unlinked_entries(doc.company)
		if frappe.has_permission("Journal Entry")
		else [],
	}


@frappe.whitelist()
def get_correction(report_import: str, invoice: str) -> dict | None:
	"""What settles the difference of an invoice that is open in the books, and that RTS's list leaves out."""
	return statement_comparison.correction_alone(readable("Report Import", report_import), invoice)


def _check_mapping(company: str) -> None:
	frappe.has_permission("Report Layout", "create", throw=True)
	if company:
		check_company(company)
