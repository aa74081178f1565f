from frappe.model.document import Document


class ReportLayoutWord(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		list: DF.Literal["Status", "Type"]
		means: DF.Literal[
			"matched",
			"pending",
			"held",
			"denied",
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
			"purchase",
			"non_payment",
		]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		word: DF.Data
	# end: auto-generated types

	pass
