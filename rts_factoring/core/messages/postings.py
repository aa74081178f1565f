"""Why an event cannot be posted. Both mean a fault in the posting matrix."""

from __future__ import annotations

from .message import Message

POSTINGS: dict[str, Message] = {
	"no_posting_rule": Message(
		"There is no posting rule for {event}.", "Set the row to another type, and report this as a bug."
	),
	"unbalanced.invoice": Message(
		"The entry of {event} on {invoice} is out of balance by {difference}.", "Report this as a bug."
	),
	"unbalanced": Message("The entry of {event} is out of balance by {difference}.", "Report this as a bug."),
}
