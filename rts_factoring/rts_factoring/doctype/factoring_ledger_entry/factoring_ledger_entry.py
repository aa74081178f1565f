from rts_factoring.services.accounting import ledger
from rts_factoring.services.common.documents import CompanyDocument


class FactoringLedgerEntry(CompanyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		advances: DF.Currency
		batch: DF.Link | None
		cash_advances: DF.Currency
		charged_back: DF.Currency
		charges: DF.Currency
		clearing: DF.Currency
		collected: DF.Currency
		company: DF.Link
		currency: DF.Link | None
		customer: DF.Link | None
		customer_credit: DF.Currency
		customer_deductions: DF.Currency
		differences: DF.Currency
		event: DF.Literal[
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
			"rest_written_off",
			"policy_change",
			"opening",
		]
		factoring_adjustment: DF.Link | None
		factoring_adjustment_line: DF.Data | None
		fee: DF.Currency
		holdback: DF.Currency
		is_reversal: DF.Check
		is_reversed: DF.Check
		journal_entry: DF.Link | None
		open_change: DF.Currency
		opening: DF.Currency
		over_paid: DF.Currency
		policy: DF.Literal["Borrowing", "Sale"]
		posting_date: DF.Date
		purchase_fee: DF.Currency
		purchased: DF.Currency
		receivable: DF.Currency
		remarks: DF.SmallText | None
		report_import: DF.Link | None
		report_import_line: DF.Link | None
		reserve: DF.Currency
		reverses: DF.Link | None
		sales_invoice: DF.Link | None
		short_paid: DF.Currency
		sold_again: DF.Currency
	# end: auto-generated types

	def validate(self):
		ledger.validate(self)

	def on_trash(self):
		ledger.on_trash(self)
