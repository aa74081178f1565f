"""Why a schedule cannot be written, or is not read by the sandbox factor."""

from __future__ import annotations

from .message import Message

SCHEDULES: dict[str, Message] = {
	"empty_batch": Message("The batch has no invoice.", "Add an invoice before making the schedule."),
	"schedule_incomplete": Message(
		"The schedule cannot be made. {problems}", "Correct these invoices or take them out of the batch."
	),
	"name_collision": Message(
		"Invoices {first} and {second} would both be sent as {name}.",
		"Send them in different batches, or change the packet pattern of the Schedule Layout.",
	),
	"bad_file_name.value": Message(
		"No file name can be made of the {field} {value}.",
		"The pattern {pattern} needs it to have letters or digits.",
	),
	"bad_file_name.length": Message(
		"The file name {name} is longer than {most} characters.",
		"Shorten the file name pattern of the Schedule Layout.",
	),
	"bad_layout.encoding": Message("The encoding {encoding} is unknown.", "Use utf-8 or cp1252."),
	"bad_layout.unknown": Message("A schedule layout has no {keys}.", "Remove what is not part of a layout."),
	"bad_layout.schedule": Message("{problems}", "Correct the Schedule Layout."),
	"bad_schedule.row": Message(
		"Row {row} cannot be read ({problem}).", "Send the schedule in the agreed layout."
	),
	"bad_schedule.empty": Message("The schedule has no line.", "Send a schedule with at least one invoice."),
}
