"""The books: openings and other adjustments, payments that belong to RTS, closes, and the figures of the workspace."""

import frappe
from frappe import _
from frappe.utils import getdate

from rts_factoring.api.access import USERS, check_company, readable
from rts_factoring.permissions import require_company
from rts_factoring.services.accounting import adjustments, direct_payments, openings, repairs
from rts_factoring.services.reports import opening_lines
from rts_factoring.services.views import closes, forecasts, overview


@frappe.whitelist(methods=["POST"])
def hold_for_factor(payment_entry: str) -> str:
	"""Book a draft payment of factored invoices as money held for the factor; returns the name of the draft journal entry."""
	doc = frappe.get_doc("Payment Entry", payment_entry)
	doc.check_permission("delete")
	doc.check_permission("write")
	frappe.has_permission("Journal Entry", "create", throw=True)
	check_company(doc.company)
	return direct_payments.hold_for_factor(doc)


@frappe.whitelist()
def find_repairs(company: str) -> list[dict]:
	"""Payments that settle invoices which the factor holds, and what a repair would do to each."""
	frappe.only_for("Factoring Manager")
	check_company(company)
	return repairs.find(company)


@frappe.whitelist(methods=["POST"])
def repair_payments(company: str, payments: list[str] | str) -> list[str]:
	"""Cancel such payments and hold their money for the factor; returns the draft journal entries."""
	frappe.only_for("Factoring Manager")
	check_company(company)
	return repairs.repair(company, frappe.parse_json(payments))


@frappe.whitelist()
def download_close(close: str) -> None:
	"""The workbook of a month: of a closed one as it was closed, of a draft as it is now."""
	doc = readable("Factoring Close", close)
	frappe.local.response.filename = f"{doc.name}.xlsx"
	frappe.local.response.filecontent = closes.workbook(doc)
	frappe.local.response.type = "download"


@frappe.whitelist()
def preview_adjustment(adjustment: str) -> dict:
	"""The journal entries that a submit of a saved adjustment would make now, and what keeps lines from being posted."""
	return adjustments.preview(readable("Factoring Adjustment", adjustment))


@frappe.whitelist()
def get_closing_lines(company: str) -> list[dict]:
	"""Lines of an adjustment that end everything with RTS: buyouts, cash advances, the reserve."""
	frappe.has_permission("Factoring Adjustment", "create", throw=True)
	check_company(company)
	return adjustments.closing_lines(company)


@frappe.whitelist(methods=["POST"])
def make_opening(report_import: str) -> str:
	"""Make a draft opening of RTS's list of open invoices; returns its name."""
	frappe.has_permission("Factoring Adjustment", "create", throw=True)
	return opening_lines.make(readable("Report Import", report_import).name).insert().name


@frappe.whitelist()
def get_opening_lines(company: str, customer: str = "", from_date: str = "", to_date: str = "") -> list[dict]:
	"""Lines of an opening for submitted invoices that owe something, and that the app does not know at RTS."""
	frappe.has_permission("Factoring Adjustment", "create", throw=True)
	check_company(company)
	return openings.lines_of_invoices(company, customer, from_date, to_date)


@frappe.whitelist()
def get_unknown_invoices(report_import: str) -> dict:
	"""What RTS's list of open invoices has that is not in ERPNext."""
	return opening_lines.unknown(readable("Report Import", report_import).name)


@frappe.whitelist()
def get_opening_template() -> None:
	"""Download an empty list of open invoices, to be filled and imported."""
	frappe.only_for(USERS)
	frappe.response.update(
		{"type": "binary", "filename": "open_invoices.xlsx", "filecontent": opening_lines.template()}
	)


@frappe.whitelist()
def get_card(filters: str | dict) -> str:
	"""What a number card of the workspace shows; `filters` holds the `card`, and a `company` or none, and `to_date` for a past day."""
	asked = frappe._dict(frappe.parse_json(filters))
	if asked.card not in overview.CARDS:
		frappe.throw(_("There is no such card."))
	frappe.has_permission(overview.CARDS[asked.card][0], "read", throw=True)
	if asked.company:
		check_company(asked.company)
	return overview.card(asked.card, asked.company, getdate(asked.to_date) if asked.to_date else None)


@frappe.whitelist()
def get_position(company: str) -> dict:
	"""What the factor owes, what we may owe it, what comes in the next weeks, and what its money costs."""
	frappe.has_permission("Factoring Ledger Entry", "read", throw=True)
	return forecasts.position(require_company(company))
