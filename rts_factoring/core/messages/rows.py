"""Why a row of a report waits, and what a person does about it."""

from __future__ import annotations

from .message import Message

_ACCEPT_OR_CHOOSE = "Accept the suggestion, or choose the invoice."
_WAIT_OR_IGNORE = "Wait for the corrected report, or ignore the row."
_ASK_FOR_REPORT = "Ask RTS which amount is right. A corrected report replaces this row."
_ACCEPT_REST = "Accept to post what RTS states. What the invoice cannot take becomes the customer's credit."

ROWS: dict[str, Message] = {
	# Which invoice it means.
	"digits_only": Message(
		"Only the digits of the invoice number match. The amount and the debtor match too.", _ACCEPT_OR_CHOOSE
	),
	"po_number": Message(
		"The row has no invoice number. Its PO number and amount match one invoice.", _ACCEPT_OR_CHOOSE
	),
	"unknown_invoice": Message(
		"No invoice of this subsidiary has this number.",
		"Choose the invoice. If RTS means an invoice of another client, tell RTS, and ignore the row with a reason.",
	),
	"ambiguous": Message("Several invoices match this number.", "Choose the right one."),
	"missing_invoice": Message(
		"The row has no invoice number.",
		"Choose the invoice. If the row is about none (a wire, a fuel advance), set its type. Or ignore it with a reason.",
	),
	"other_subsidiary": Message(
		"The invoice belongs to another subsidiary.", "Tell RTS, and ignore the row with a reason."
	),
	# Whether the invoice and its customer can be posted to.
	"other_currency": Message(
		"The invoice is not in the currency of the agreement.",
		"Ignore the row, and post it with a journal entry of your own.",
	),
	"not_submitted": Message(
		"The invoice was not sent in any batch.",
		"Ask RTS how it got this invoice. If RTS has bought it, accept the row.",
	),
	"already_purchased": Message(
		"RTS has already bought this invoice.",
		"Ask RTS whether it paid twice. If it did, accept: the amount goes to Differences until RTS takes it back. If not, ignore the row.",
	),
	"draft": Message("The invoice is a draft.", "Submit it. Then press Update Rows on the report."),
	"cancelled": Message("The invoice is cancelled.", "Choose the invoice that replaced it."),
	"returned": Message("The invoice was credited in full.", _ACCEPT_REST),
	"customer_disabled": Message(
		"The customer is disabled, so no entry can be posted to it.",
		"Enable the customer until the report is posted.",
	),
	"customer_frozen": Message(
		"The customer is frozen, so no entry can be posted to it.",
		"Unfreeze the customer, or ask a user who may post to frozen accounts to post the report.",
	),
	"paid": Message(
		"The invoice is already paid in our books.",
		"If a payment was booked against it by mistake, correct that payment first. If the customer paid twice, accept: the amount becomes the customer's credit.",
	),
	# Whether the amounts fit.
	"arithmetic": Message(
		"The purchased amount less fee, reserve and other deductions is not the net amount.",
		"Ask RTS which amount is right. A corrected report replaces this row. Or accept: the rest goes to Differences.",
	),
	"differs_from_invoice": Message(
		"RTS has another amount for this invoice than our books.",
		"Ask RTS to correct it. If it is to stay so, accept: what RTS bought is posted, and RTS does not finance the rest.",
	),
	"unread_money": Message(
		"A column of the report that is not read has an amount in this row.",
		"Use Teach the Layout to say what the column is, or that it is not counted. Or accept: the amount is not counted in this row.",
	),
	"unclear_deduction": Message(
		"RTS kept an amount, and its column does not say what for.",
		"Use Teach the Layout to say what the column is, if it is always the same. Or accept: the amount goes to Differences until RTS explains it.",
	),
	"recovery_unclear": Message(
		"RTS kept an amount of this purchase for a chargeback, and the row does not say of which invoice.",
		"Ask RTS. Then accept: the amount goes to Differences until the invoice is known.",
	),
	"recovered_before": Message(
		"RTS has already charged this invoice to the reserve.",
		"Accept if RTS now keeps the amount to make the reserve good. If it charged twice, ask RTS to take it back.",
	),
	"exceeds_invoice": Message("The purchased amount is more than the invoice's open amount.", _ACCEPT_REST),
	"not_purchased": Message(
		"No report imported so far says that RTS bought this invoice.",
		"If RTS bought it, import the purchase report first. If RTS never had it, set the type to non-factored payment.",
	),
	"charged_back": Message(
		"The invoice was charged back before.",
		"If the debtor paid RTS after that, set the type to non-factored payment.",
	),
	"already_paid": Message(
		"RTS has already collected this invoice in full.",
		"If the customer paid twice, set the type to over pay. If the row changes nothing, ignore it.",
	),
	"exceeds_open": Message(
		"The amount is more than what is open with RTS.",
		"If the customer paid more, set the type to over pay. If not, ask RTS which amount is right.",
	),
	"exceeds_outstanding": Message(
		"The amount is more than the invoice's outstanding amount in our books.",
		"If a payment was booked against it by mistake, correct that payment first. If a credit note lowered it, accept: the rest becomes the customer's credit.",
	),
	"not_collected": Message(
		"The amount taken back is more than the amount paid.",
		"Import the report with the payment first. If there is none, accept: the rest goes to Differences.",
	),
	"not_charged_back": Message(
		"The amount reversed is more than the amount charged back.",
		"Import the report with the chargeback first. If there is none, accept: the rest goes to Differences.",
	),
	"still_factored": Message(
		"RTS holds this invoice, so this is not a non-factored payment.", "Set the type to payment."
	),
	"needs_decision": Message(
		"A person must decide about rows of this type before they are posted.",
		"Set the type: write-off if RTS bears the loss, chargeback if you do.",
	),
	"negative_amount": Message("The amount is negative.", "Set the type that says which way the money went."),
	"both_signs": Message(
		"The report has this type with positive and with negative payments, so it is unclear which ones are refunds.",
		"Set the type: fee or charge for what RTS took, fee reversal for what it gave back.",
	),
	"conflicting_amounts": Message("The amounts of the row contradict each other.", _ASK_FOR_REPORT),
	"awaiting_purchase": Message(
		"RTS has this invoice, but no report imported so far says that RTS bought it.",
		"Import the purchase report of its batch first.",
	),
	"nothing_open": Message(
		"RTS has nothing open on this invoice.",
		"Import the report that takes the payment back first. If RTS charged the amount all the same, accept: it goes to Differences.",
	),
	"chargeback_exceeds_open": Message(
		"The chargeback is more than what is open with RTS.",
		"Accept if the rest is a fee that ran until then: it is booked as a fee. If not, ask RTS which amount is right.",
	),
	"net_of_reserve": Message(
		"The chargeback is the open amount less the reserve that RTS holds for this invoice.",
		"Accept if RTS keeps that reserve too: the invoice is closed with RTS. If RTS charged back this amount alone, set the type to chargeback.",
	),
	"credit_used": Message(
		"The payment taken back had become the customer's credit, and the customer has used it.",
		"Accept: the used part goes to Differences. Then bill the customer for it.",
	),
	"direct_payment": Message(
		"The customer paid you, and RTS takes the amount from the reserve.",
		"Book the payment first, with Held for the Factor on its Payment Entry. Then accept.",
	),
	"fee_repeats": Message(
		"The purchase report has already stated the same fee.",
		"Choose Without Fee if it is the same one. Accept if RTS took it again. To decide this for all rows, set Fees Stated In in the settings.",
	),
	"nothing_paid": Message("The customer has paid nothing.", "Do nothing. The row moves no money."),
	"fee_counted": Message(
		"The purchase report has already stated this fee, so it is not counted again.",
		"Do nothing. Fees Stated In in the settings decides this.",
	),
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
	# What a line of a Factoring Adjustment lacks.
	"no_effect": Message("The line posts nothing.", "Choose an event that moves money, or remove the line."),
	"nothing_to_reverse": Message(
		"The row posts nothing any more: it was undone, or another adjustment has taken it back.",
		"Remove the line, or choose another row.",
	),
	"built_on": Message(
		"Later postings of this invoice build on this row: without it the invoice's history is impossible.",
		"Take back those rows in this adjustment too, in lines above this one.",
	),
	"before_purchase": Message(
		"RTS bought the invoice after Posting Date.",
		"Choose the day on which RTS bought it, or a later one.",
	),
	"sent_again": Message(
		"The invoice was queued, sent or bought again after this chargeback, so it would be open with RTS twice.",
		"Take the second purchase back too, in a line above this one, or take the invoice out of its batch and unqueue it.",
	),
	# What a statement says otherwise than the books.
	"statement_unknown": Message(
		"No invoice of this subsidiary has this number.",
		"If it is yours, make it with ERPNext's Opening Invoice Creation Tool and let it in by an opening. If not, tell RTS.",
	),
	"statement_twice": Message(
		"The invoice stands in the statement more than once.", "Ask RTS which row is right."
	),
	"statement_row_waits": Message(
		"A row of an imported report about this invoice waits for a decision.", "Decide that row."
	),
	"statement_dated_later": Message(
		"Our books agree by entries that are dated after this statement.",
		"Do nothing if RTS saw it after that day. If it happened before, the entry has the wrong date.",
	),
	"statement_not_bought": Message(
		"No report imported so far says that RTS bought this invoice.",
		"Import the purchase report. If it was at RTS before the app, let it in by an opening.",
	),
	"statement_not_there": Message(
		"Our books have a payment or a chargeback that RTS does not show.",
		"Ask RTS whether it took it back. Then import that report, or correct it.",
	),
	"statement_not_here": Message(
		"RTS shows a payment or a chargeback that no imported report has.",
		"Import the payment report of these days. If RTS sent none, record it by a Factoring Adjustment.",
	),
	"statement_not_listed": Message(
		"The invoice is open in our books, and RTS does not list it.",
		"Import the report with its payment or chargeback. If RTS sent none, record it by a Factoring Adjustment.",
	),
	"statement_reserve_not_here": Message(
		"No entry of our books moves the reserve by this amount around this day.",
		"Import the report that says it. If RTS sent none, record it by a Factoring Adjustment.",
	),
	"statement_reserve_not_there": Message(
		"Our books moved the reserve, and the statement does not show it.",
		"Ask RTS. If it never happened, correct the row that posted it.",
	),
	"statement_balance": Message(
		"RTS's balance of the reserve is not that of our books.",
		"Look at the rows that differ, and at what stands in our books alone.",
	),
	# What an opening position contradicts.
	"opening_known": Message(
		"The app knows already what RTS has of this invoice.",
		"Remove the line. If the position is wrong, correct it by an event of its own.",
	),
	"opening_in_batch": Message(
		"The invoice went to RTS in a batch of the app.",
		"Remove the line, and import the purchase report of its batch.",
	),
	"opening_before_invoice": Message(
		"The invoice is younger than the opening.", "Remove the line, or choose a later Posting Date."
	),
	"opening_nothing_open": Message(
		"RTS has nothing open on this invoice.", "Remove the line, or enter what is open."
	),
	"opening_open_above_financed": Message(
		"More is open than was financed.", "Enter what RTS bought of the invoice under Financed."
	),
	"opening_above_invoice": Message(
		"More was financed than the invoice's amount.", "Ask RTS which amount is right."
	),
	"opening_not_outstanding": Message(
		"The invoice owes less in our books than RTS has still to collect.",
		"It was booked as paid, perhaps when RTS bought it. Cancel that entry, so that the invoice is outstanding again. If your books treat a purchase as a sale, set the policy to Sale.",
	),
	# Whether it was posted before.
	"posted_before": Message(
		"An earlier import has already posted this row.",
		"Do nothing: the row is not posted again. If it happened twice, choose Row of Its Own.",
	),
	"ignored_before": Message(
		"The same row was ignored in an earlier import.",
		"Do nothing: the row is not posted. If it happened twice, choose Row of Its Own.",
	),
	"posted_differently": Message(
		"An earlier import has posted this row, but the row says something else now.",
		"Accept to post the difference. If it is another row that happened too, choose Row of Its Own. If nothing is to be posted, ignore it.",
	),
	"corrected_before": Message(
		"A Factoring Adjustment has corrected this row after it was posted, and the row says something else now.",
		"If the correction says the same, ignore the row. If it is another row that happened too, choose Row of Its Own.",
	),
	"adjusted_before": Message(
		"A Factoring Adjustment has posted this already.",
		"Ignore the row. If it happened once more, accept it.",
	),
	"before_opening": Message(
		"The row happened up to the day of the opening, whose amounts RTS stated after it.",
		"Ignore the row. If the opening does not count it, accept it.",
	),
	"ignored_differently": Message(
		"The same row was ignored in an earlier import, but the row says something else now.",
		"Accept to post the whole row, or ignore it again.",
	),
}
