"""Why a notice of assignment cannot be used or printed."""

from __future__ import annotations

from .message import Message

_PASTE = "Paste the text that RTS gave you."

NOTICES: dict[str, Message] = {
	"notice_missing": Message(
		"This invoice is factored, but no Notice of Assignment is in force for its company.",
		"Submit a Notice of Assignment that is valid from the invoice date or earlier. Then print again.",
	),
	"notice_empty": Message("The notice has no text.", _PASTE),
	"notice_too_long.characters": Message(
		"The notice has {count} characters. At most {most} are allowed.", "Paste only the notice itself."
	),
	"notice_too_long.page": Message("The notice does not fit on one page.", "Shorten it."),
	"unknown_placeholder": Message(
		"The notice contains {{{name}}}, which is not a placeholder.",
		"Use one of {known}, or remove the braces.",
	),
	"notice_font": Message(
		"No font on this server has the letter {letter} of the notice.",
		"Install the fonts DejaVu or Noto on the server.",
	),
	"already_stamped": Message(
		"The file already has another version of the notice.", "Stamp the file it was made from."
	),
	"stamp_not_seen": Message(
		"The file says that it is stamped, but nobody can see the notice on the page.",
		"Stamp the file it was made from.",
	),
	"stamp_not_printed": Message(
		"The invoice was printed without a readable notice.",
		"Choose another print format in the factoring settings, or fix this one. Then queue the invoice again.",
	),
}
