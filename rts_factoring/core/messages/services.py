"""What the services raise beside the core."""

from __future__ import annotations

from .message import Message

_NEW_BATCH = "Cancel the batch and make a new one."
_MOVE_APP = (
	"Open Installed Applications, choose Update Hooks Resolution Order, and move rts_factoring to the end."
)

SERVICES: dict[str, Message] = {
	# Prints and packets.
	"raw_printing": Message(
		"This invoice is factored. A raw print format cannot carry the Notice of Assignment.",
		"Choose another print format.",
	),
	"hook_shadowed": Message(
		"The app {app} takes over printing, so factored invoices would print without the Notice of Assignment.",
		_MOVE_APP,
	),
	"template_shadowed": Message(
		"The app {app} replaces the template of the new Print Format Builder. Formats made with it print without the"
		" Notice of Assignment.",
		_MOVE_APP,
	),
	"not_factored": Message(
		"This invoice is not factored, so it has no packet.", "Set its invoicing method to Factoring first."
	),
	"print_failed": Message(
		"The invoice could not be printed: {error}",
		"Print it from its form and fix what the message says. Then queue the invoice again.",
	),
	"remit_conflict": Message(
		"The invoice says “{passage}”, which contradicts its notice.",
		"Correct the print format or letter head. Then queue the invoice again.",
	),
	"packet_failed": Message(
		"The packet could not be made: {error}",
		"Read the details in the Error Log and fix the cause. Then queue the invoice again.",
	),
	"file_missing.deleted": Message("The file is attached but was deleted.", "Attach it again."),
	# Batches.
	"nothing_to_send": Message(
		"No invoice of the batch is ready to be sent.", f"Fix what each invoice names. {_NEW_BATCH}"
	),
	"not_of_the_batch": Message(
		"A file of the batch is attached neither to the batch nor to one of its invoices, so it is not sent.",
		_NEW_BATCH,
	),
	"not_enabled": Message(
		"Factoring is switched off for this company, so nothing is sent.",
		"Enable its Subsidiary Factoring Settings. Then press Try Again on the batch.",
	),
	"killed": Message(
		"The job that sends this batch was stopped from outside at every attempt.",
		"Ask your administrator whether the server runs out of memory or restarts its workers. Then press Try Again.",
	),
	# Report imports.
	"no_settings": Message("{company} has no Subsidiary Factoring Settings.", "Create them first."),
	"unknown_client.number": Message(
		"The file is for client {client}. No subsidiary has this client number.", "Choose the company."
	),
	"unknown_client.ambiguous": Message(
		"The file is for client {client}, and several subsidiaries have this client number.",
		"Choose the company, and correct the client numbers in the settings.",
	),
	"unknown_client.not_stated": Message("The file states no client number.", "Choose the company."),
}
