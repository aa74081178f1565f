"""What the command line raises beside the core: about its input files and its options."""

from __future__ import annotations

from .message import Message

_RECEIVABLES = "Correct the receivables file."

COMMAND_LINE: dict[str, Message] = {
	"unknown_company": Message(
		"No receivable belongs to {company}.",
		"Check the spelling of the company in the command and in the file.",
	),
	"bad_receivables.columns": Message(
		"The header has no column {columns}.", "Add it to the receivables file."
	),
	"bad_receivables.twice": Message(
		"The header has {columns} more than once.", "Remove or rename one of the columns."
	),
	"bad_receivables.standing": Message(
		"The standing {value} is not one of open, draft, cancelled and returned.", _RECEIVABLES
	),
	"bad_receivables.amount": Message("{column} is {value}. It must be an amount.", _RECEIVABLES),
	"bad_receivables.date": Message(
		"{column} is {value}. It must be a date, such as 2026-11-03 or in the order of --date-order.",
		_RECEIVABLES,
	),
	"bad_receivables.empty": Message("{column} is empty.", _RECEIVABLES),
	"bad_batches": Message("This is not a list of batches.", "Write it like this: {example}."),
	"host_key_changed.probe": Message(
		"The server shows the host key {type} {shown}, not {expected}.",
		"Ask RTS by telephone which of them is right. Send nothing before you know.",
	),
	"no_password": Message("There is no password.", "Set {variable}, or run this in a terminal."),
	"port_taken": Message("Port {port} cannot be used ({problem}).", "Choose another --port."),
	"not_ours": Message(
		"This folder has files of something else. Nothing was written.", "Choose another --out."
	),
	"notice_not_text": Message("The notice is not plain text.", "Save it as UTF-8 text."),
}
