"""Why a row of a report waits, and what a person does about it."""

from __future__ import annotations

from .message import Message

_CHOOSE_OR_IGNORE = "Choose the invoice, or ignore the row with a reason."
_ACCEPT_OR_CHOOSE = "Accept the suggestion, or choose the invoice."
_WAIT_OR_IGNORE = "Wait for the corrected report, or ignore the row."
_ASK_WHICH = "Ask RTS which amount is right."
_ASK_FOR_REPORT = "Ask RTS which amount is right. A corrected report replaces this row."
_CORRECT_PAYMENT = "Find the payment booked against it, and correct that payment first."

ROWS: dict[str, Message] = {
	# Which invoice it means.
	"digits_only": Message(
		"Only the digits of the invoice number match. The amount and the debtor match too.", _ACCEPT_OR_CHOOSE
	),
	"po_number": Message(
		"The row has no invoice number. Its PO number and amount match one invoice.", _ACCEPT_OR_CHOOSE
	),
	"unknown_invoice": Message("No invoice has this number.", _CHOOSE_OR_IGNORE),
	"ambiguous": Message("Several invoices match this number.", "Choose the right one."),
	"missing_invoice": Message("The row has no invoice number.", _CHOOSE_OR_IGNORE),
	"other_subsidiary": Message(
		"The invoice belongs to another subsidiary.", "Tell RTS, and ignore the row with a reason."
	),
	# Whether the invoice and its customer can be posted to.
	"other_currency": Message(
		"The invoice is not in the currency of the agreement.",
		"Ignore the row, and post it with a journal entry of your own.",
	),
	"not_submitted": Message(
		"The invoice was not sent in any batch.", "Ask RTS how it got this invoice before you post the row."
	),
	"already_purchased": Message(
		"RTS has already bought this invoice.", "Ask RTS whether it paid twice. Then ignore the row."
	),
	"draft": Message("The invoice is a draft.", "Submit it. Then press Update Rows on the report."),
	"cancelled": Message("The invoice is cancelled.", "Choose the invoice that replaced it."),
	"returned": Message("The invoice was credited in full.", "Ask RTS to take it back. Then ignore the row."),
	"customer_disabled": Message(
		"The customer is disabled, so no entry can be posted to it.",
		"Enable the customer until the report is posted.",
	),
	"customer_frozen": Message(
		"The customer is frozen, so no entry can be posted to it.",
		"Unfreeze the customer, or ask a user who may post to frozen accounts to post the report.",
	),
	"paid": Message("The invoice is already paid in our books.", _CORRECT_PAYMENT),
	# Whether the amounts fit.
	"arithmetic": Message(
		"The purchased amount less fee, reserve and other deductions is not the net amount.", _ASK_FOR_REPORT
	),
	"exceeds_invoice": Message("The purchased amount is more than the invoice's open amount.", _ASK_WHICH),
	"not_purchased": Message(
		"No report imported so far says that RTS bought this invoice.",
		"Import the purchase report first, or set the type to non-factored payment.",
	),
	"charged_back": Message(
		"The invoice was charged back before.",
		"If the debtor paid RTS after that, set the type to non-factored payment.",
	),
	"already_paid": Message(
		"RTS has already collected this invoice in full.", "If it was paid twice, set the type to over pay."
	),
	"exceeds_open": Message("The amount is more than what is open with RTS.", _ASK_WHICH),
	"exceeds_outstanding": Message(
		"The amount is more than the invoice's outstanding amount in our books.", _CORRECT_PAYMENT
	),
	"exceeds_purchase": Message(
		"The payment taken back is more than RTS had bought. A part of it became the customer's credit.",
		"Reverse that credit with a journal entry of your own. Then ignore the row.",
	),
	"not_collected": Message(
		"The amount taken back is more than the amount paid.", "Import the report with the payment first."
	),
	"not_charged_back": Message(
		"The amount reversed is more than the amount charged back.",
		"Import the report with the chargeback first.",
	),
	"still_factored": Message(
		"RTS holds this invoice, so this is not a non-factored payment.", "Set the type to payment."
	),
	"needs_decision": Message(
		"A person must decide about rows of this type before they are posted.",
		"Set the type that fits (write-off if RTS bears the loss), or ignore the row.",
	),
	"negative_amount": Message("The amount is negative.", "Set the type that says which way the money went."),
	"both_signs": Message(
		"The report has this type with positive and with negative payments, so it is unclear which ones are refunds.",
		"Set the type: fee or charge for what RTS took, fee reversal for what it gave back.",
	),
	"conflicting_amounts": Message("The amounts of the row contradict each other.", _ASK_FOR_REPORT),
	# Whether the row can be read.
	"unknown_type": Message(
		"The type is unknown.",
		"Set the type. Tick “Remember this word for later reports” to add it to the Report Layout.",
	),
	"unknown_status": Message(
		"The status is unknown.", "Add the word to the Report Layout. Then press Update Rows on the report."
	),
	"invalid_date": Message("The date cannot be read.", _WAIT_OR_IGNORE),
	"invalid_amount": Message("An amount cannot be read.", _WAIT_OR_IGNORE),
	"missing_date": Message("The row has no date.", _WAIT_OR_IGNORE),
	"missing_amount": Message("The row has no amount.", _WAIT_OR_IGNORE),
	"formula_without_value": Message(
		"A cell has a formula without a saved result.",
		"Open the file in Excel, save it, and import it again.",
	),
	"posted_before": Message(
		"An earlier import has already posted this row.", "Do nothing. The row is not posted again."
	),
}
