import frappe

from rts_factoring.services.common.documents import CompanyDocument
from rts_factoring.services.reports import report_import


class ReportImportLine(CompanyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		accepted: DF.Data | None
		adjustment_line: DF.Data | None
		advance: DF.Currency
		balance: DF.Currency
		cells: DF.Code | None
		chargeback: DF.Currency
		company: DF.Link | None
		currency: DF.Link | None
		date: DF.Date | None
		debtor: DF.Data | None
		debtor_code: DF.Data | None
		decided_by: DF.Link | None
		decided_event: DF.Literal[
			"",
			"purchase",
			"payment",
			"partial",
			"short_pay",
			"over_pay",
			"chargeback",
			"chargeback_reversal",
			"reserve_release",
			"fee",
			"fee_reversal",
			"charge",
			"payment_removed",
			"non_factored",
			"write_off",
			"direct_payment",
			"buyout",
			"reserve_settlement",
			"advance_repaid",
			"recovery",
			"payout_fee",
			"payout_charge",
			"difference",
			"non_payment",
			"rest_written_off",
			"reversal",
			"policy_change",
			"opening",
		]
		decided_invoice: DF.Link | None
		decided_on: DF.Datetime | None
		description: DF.SmallText | None
		difference: DF.Currency
		differences: DF.SmallText | None
		duplicate_of: DF.Link | None
		event_type: DF.Literal[
			"",
			"purchase",
			"payment",
			"partial",
			"short_pay",
			"over_pay",
			"chargeback",
			"chargeback_reversal",
			"reserve_release",
			"fee",
			"fee_reversal",
			"charge",
			"payment_removed",
			"non_factored",
			"write_off",
			"direct_payment",
			"buyout",
			"reserve_settlement",
			"advance_repaid",
			"recovery",
			"payout_fee",
			"payout_charge",
			"difference",
			"non_payment",
			"rest_written_off",
			"reversal",
			"policy_change",
			"opening",
		]
		fee: DF.Currency
		fingerprint: DF.Data | None
		identity: DF.Data | None
		invoice_amount: DF.Currency
		invoice_date: DF.Date | None
		invoice_no: DF.Data | None
		net: DF.Currency
		occurrence: DF.Int
		other: DF.Currency
		ours: DF.Currency
		outcome: DF.Literal[
			"matched",
			"suggested",
			"unmatched",
			"blocked",
			"held",
			"denied",
			"pending",
			"duplicate",
			"ignored",
			"differs",
		]
		paid: DF.Currency
		parts: DF.SmallText | None
		payment_ref: DF.Data | None
		po_no: DF.Data | None
		posted: DF.Check
		posted_key: DF.Data | None
		purchased: DF.Currency
		reason: DF.Data | None
		recovered: DF.Currency
		repaid: DF.Currency
		report_import: DF.Link
		reserve: DF.Currency
		reserve_released: DF.Currency
		resolution: DF.Literal[
			"",
			"Accepted",
			"Without Fee",
			"Row of Its Own",
			"Invoice Chosen",
			"Type Set",
			"Ignored",
			"Superseded",
		]
		resolution_reason: DF.SmallText | None
		row_no: DF.Int
		rule: DF.Data | None
		sales_invoice: DF.Link | None
		unclear: DF.Currency
		unread: DF.Currency
		word: DF.Data | None
	# end: auto-generated types

	def validate(self):
		report_import.validate_line(self)

	def on_trash(self):
		report_import.on_trash_line(self)


def on_doctype_update() -> None:
	"""Indexes by which a page of an import is found, and its rows counted and summed by outcome, without reading others."""
	frappe.db.add_index("Report Import Line", ["report_import", "row_no"])
	frappe.db.add_index(
		"Report Import Line", ["report_import", "outcome", "posted", "row_no", "purchased", "paid"]
	)
