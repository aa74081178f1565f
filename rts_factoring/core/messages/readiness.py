"""Why an invoice does not go to the factor."""

from __future__ import annotations

from .message import Message

READINESS: dict[str, Message] = {
	# It is not factored.
	"company_off": Message("{company} is not factored.", "Enable its Subsidiary Factoring Settings."),
	"direct": Message(
		"The invoicing method is not Factoring.",
		"Set it on the invoice, the customer or the company's factoring settings.",
	),
	"excluded": Message(
		"{customer} is excluded from factoring.", "Untick Excluded from Factoring on the customer."
	),
	"credit_note": Message("A credit note cannot be factored."),
	"cancelled": Message("The invoice is cancelled."),
	"returned": Message("The invoice was credited in full."),
	# It is not ready.
	"draft": Message("The invoice is a draft.", "Submit it."),
	"no_client_number": Message(
		"The company has no client number.",
		"Enter the number RTS gave you in its Subsidiary Factoring Settings.",
	),
	"currency": Message(
		"The invoice is in {currency}. The agreement is in {agreed}.",
		"Bill this invoice directly. To sell invoices in {currency}, use a company that keeps its books in {currency} and has"
		" an agreement of its own.",
	),
	"no_amount": Message("The amount is {amount}. It must be above zero."),
	"small": Message(
		"The amount {amount} is below the smallest amount, {least}.",
		"Bill this invoice directly, or lower the smallest amount in the settings.",
	),
	"paid": Message(
		"{paid} of {amount} is already paid or credited.",
		"Undo the allocation, or bill the rest directly. Only fully open invoices can be sold.",
	),
	"no_notice": Message(
		"No Notice of Assignment is in force.",
		"Submit one for the company that is valid from the invoice date or earlier.",
	),
	"missing_document": Message("{kind} is missing.", "Attach it under Documents."),
	"schedule": Message("{problem}", "Correct the invoice or the customer."),
	"schedule.po_no": Message(
		"{problem}", "Enter it on the invoice under More Info > Customer's Purchase Order."
	),
	"schedule.load_no": Message("{problem}", "Enter it on the invoice under Factoring > Load Number."),
	"paperwork": Message("{problem}"),
}
