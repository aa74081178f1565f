"""What a page of a document looks like to a person who has to read it: warnings, by their code."""

from __future__ import annotations

from .message import Message

_AGAIN = "Take the picture again"

QUALITY: dict[str, Message] = {
	"page_too_dark": Message(
		"The page is too dark to read.", f"{_AGAIN} in better light, or scan the paper."
	),
	"page_too_light": Message(
		"The print hardly differs from the paper.", f"{_AGAIN} without flash, or scan the paper darker."
	),
	"page_blurred": Message("The page is blurred.", f"{_AGAIN} and hold the phone still, or scan the paper."),
	"page_noisy": Message("The page is full of specks.", "Scan the paper again, or ask for a better copy."),
	"page_cut_off": Message(
		"The edge of the picture cuts {count} letters or lines.",
		f"{_AGAIN} with the whole paper in it.",
	),
	"page_upside_down": Message("The page is upside down.", "Turn it and attach it again."),
	"page_blank": Message("The page is blank.", "Leave it out, or attach the side that was signed."),
	"page_too_small": Message(
		"The picture has about {dpi} dots per inch of paper. Print is hard to read below 100.",
		"Attach the original picture, not a preview of it.",
	),
	"placeholder_form": Message(
		"The page only asks to wait: Adobe Reader fills this form in when it opens it.",
		"Open it in Adobe Reader, print it to a PDF, and attach that.",
	),
	"portfolio_cover": Message(
		"This is the cover of a PDF portfolio. It contains no PDF or picture.",
		"Open it in Adobe Reader and attach the documents in it as PDF, JPG or PNG.",
	),
	"portfolio_left_out": Message(
		"The PDF portfolio contains files that cannot go into a packet: {files}.",
		"Attach them as PDF, JPG or PNG.",
	),
}
