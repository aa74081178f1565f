from frappe.model.document import Document


class FactoringAdjustmentLine(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		accept: DF.Check
		amount: DF.Currency
		chargeback: DF.Currency
		currency: DF.Link | None
		customer: DF.Link | None
		event: DF.Literal[
			"",
			"Buyout",
			"Chargeback",
			"Chargeback Reversal",
			"Payment",
			"Partial",
			"Short Pay",
			"Over Pay",
			"Payment Removed",
			"Direct Payment",
			"Non Factored",
			"Write Off",
			"Purchase",
			"Fee",
			"Fee Reversal",
			"Charge",
			"Payout Fee",
			"Payout Charge",
			"Reserve Release",
			"Reserve Settlement",
			"Advance Repaid",
			"Recovery",
			"Difference",
			"Reversal",
			"Policy Change",
			"Opening",
		]
		fee: DF.Currency
		financed: DF.Currency
		method_before: DF.Data | None
		net: DF.Currency
		other: DF.Currency
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		released: DF.Currency
		repaid: DF.Currency
		report_import_line: DF.Link | None
		reserve: DF.Currency
		row_no: DF.Int
		row_of: DF.Link | None
		sales_invoice: DF.Link | None
	# end: auto-generated types

	pass
