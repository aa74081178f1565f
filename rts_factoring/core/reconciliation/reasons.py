"""What each reason code of a report row means, and what a person does about it."""

from __future__ import annotations

# Reason code → (what is the matter, what to do).
REASONS: dict[str, tuple[str, str]] = {
	"digits_only": (
		"Only the digits of the number agree, with the amount and the debtor.",
		"Accept the suggestion, or choose the invoice.",
	),
	"po_number": (
		"No invoice number; PO number and amount agree.",
		"Accept the suggestion, or choose the invoice.",
	),
	"unknown_invoice": (
		"No invoice has this number.",
		"Choose the invoice, or ignore the row with a reason.",
	),
	"ambiguous": ("Several invoices fit this number.", "Choose the right one."),
	"missing_invoice": ("The row names no invoice.", "Choose the invoice, or ignore the row with a reason."),
	"other_subsidiary": (
		"The invoice belongs to another subsidiary.",
		"Tell RTS, and ignore the row with a reason.",
	),
	"other_currency": (
		"The invoice is not in the agreement's currency.",
		"Ignore the row, and settle it by hand.",
	),
	"not_submitted": (
		"The invoice was not sent in any batch.",
		"Find out how RTS came to it before it is posted.",
	),
	"already_purchased": (
		"RTS bought this invoice before.",
		"Ask RTS whether it paid twice, then ignore the row.",
	),
	"draft": ("The invoice is a draft.", "Submit it, then judge again."),
	"cancelled": ("The invoice is cancelled.", "Choose the invoice that replaced it."),
	"customer_disabled": (
		"The customer is disabled in our books, so no entry can name it.",
		"Enable the customer until the report is posted.",
	),
	"customer_frozen": (
		"The customer is frozen in our books, so no entry can name it.",
		"Unfreeze the customer, or have somebody post the report who may post to frozen accounts.",
	),
	"returned": ("The invoice was credited in full.", "Ask RTS to take it back, then ignore the row."),
	"paid": (
		"The invoice is paid in our books.",
		"Find the payment that was booked to it, and correct that first.",
	),
	"arithmetic": (
		"Purchased less fee, reserve and other is not the net amount.",
		"Ask RTS which figure is right; a corrected report replaces this row.",
	),
	"exceeds_invoice": (
		"More was purchased than the invoice is still worth.",
		"Ask RTS which figure is right.",
	),
	"not_purchased": (
		"RTS has not bought this invoice, by the reports imported so far.",
		"Import the purchase report first, or set the type to non-factored payment.",
	),
	"charged_back": (
		"The invoice was charged back before.",
		"If the debtor paid RTS all the same, set the type to non-factored payment.",
	),
	"already_paid": (
		"The invoice is settled with RTS already.",
		"If it was paid twice, set the type to over pay.",
	),
	"exceeds_open": ("The amount is higher than what is open with RTS.", "Ask RTS which figure is right."),
	"exceeds_outstanding": (
		"The amount is higher than what our books expect of the invoice.",
		"Find the payment that was booked to it, and correct that first.",
	),
	"exceeds_purchase": (
		"More is taken back than RTS had bought: part of it had become the customer's credit.",
		"Take that credit back by hand, then ignore the row.",
	),
	"not_collected": ("More is taken back than was paid.", "Import the report with the payment first."),
	"not_charged_back": (
		"More is reversed than was charged back.",
		"Import the report with the chargeback first.",
	),
	"still_factored": (
		"RTS holds this invoice, so the payment is not a non-factored one.",
		"Set the type to payment.",
	),
	"needs_decision": (
		"A row of this type is not posted before a person has decided it.",
		"Set the type to the one that fits (write-off where RTS bears the loss), or ignore the row.",
	),
	"unknown_type": ("The type is not known.", "Set the type; tick Remember to teach it to the layout."),
	"unknown_status": ("The status is not known.", "Add the word to the Report Layout, then judge again."),
	"invalid_date": ("The date cannot be read.", "Wait for the corrected report, or ignore the row."),
	"invalid_amount": ("An amount cannot be read.", "Wait for the corrected report, or ignore the row."),
	"missing_date": ("The row has no date.", "Wait for the corrected report, or ignore the row."),
	"missing_amount": ("The row has no amount.", "Wait for the corrected report, or ignore the row."),
	"negative_amount": ("The amount is negative.", "Set the type that says which way the money went."),
	"both_signs": (
		"The report has this word with a positive and with a negative payment, so it is unclear which one is the refund.",
		"Set the type: fee or charge for what RTS took, fee reversal for what it gave back.",
	),
	"conflicting_amounts": (
		"The row names several amounts that do not go together.",
		"Ask RTS which figure is right; a corrected report replaces this row.",
	),
	"formula_without_value": (
		"A cell holds a formula whose result was not saved.",
		"Open the file in Excel, save it, and import it again.",
	),
	"posted_before": ("The row was posted by an earlier import.", "Nothing; it is not posted again."),
}


def explain(code: str) -> tuple[str, str]:
	"""Meaning and remedy of a code; RTS's own words (why an invoice is held) stand for themselves."""
	return REASONS.get(code, (code, ""))
