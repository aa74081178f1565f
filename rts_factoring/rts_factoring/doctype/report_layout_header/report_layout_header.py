from frappe.model.document import Document


class ReportLayoutHeader(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		field: DF.Literal[
			"invoice_no",
			"debtor_name",
			"debtor_code",
			"po_no",
			"invoice_date",
			"invoice_amount",
			"purchased_amount",
			"advance_amount",
			"fee_amount",
			"reserve_amount",
			"other_deductions",
			"advance_repaid",
			"recovery_amount",
			"unclear_deductions",
			"net_amount",
			"purchase_date",
			"batch_ref",
			"client_no",
			"status",
			"reason",
			"payment_date",
			"payment_ref",
			"payment_type",
			"amount_paid",
			"transaction_type",
			"reserve_released",
			"chargeback_amount",
			"balance",
			"aged_amount",
			"description",
			"not_counted",
		]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		text: DF.Data
	# end: auto-generated types

	pass
