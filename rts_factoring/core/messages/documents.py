"""Why a document cannot go into an invoice's packet."""

from __future__ import annotations

from .message import Message

_PRINT_AGAIN = "Print it to a new PDF, or attach it as a picture."
_OTHER_FORMAT = "Attach it as PDF or as a picture (JPG, PNG, TIFF, HEIC, WEBP, AVIF, BMP or GIF)."
_PRINT = "Open it, print it to PDF and attach the PDF, or photograph the paper."

DOCUMENTS: dict[str, Message] = {
	# Any file.
	"empty": Message("The file is empty (0 bytes).", "Attach it again."),
	"file_missing.unreadable": Message("The file is attached but cannot be read.", "Attach it again."),
	"unsupported_type.other": Message("This type of file cannot go into a packet.", _OTHER_FORMAT),
	"unsupported_type.office": Message("This is {kind}. It cannot go into a packet.", _PRINT),
	"unsupported_type.zip": Message(
		"This is an archive. It cannot go into a packet.",
		"Unpack it. Attach its PDFs and pictures; print its other files to PDF first.",
	),
	"unsupported_type.mail": Message(
		"This is an e-mail. It cannot go into a packet.",
		"Save the files in it and attach those. If the e-mail itself is the document, print it to PDF.",
	),
	"unsupported_type.video": Message(
		"This is a video or sound file. It cannot go into a packet.", "Photograph the paper."
	),
	"unsupported_type.raw": Message(
		"This is a camera's raw picture. It cannot go into a packet.", "Export it as JPG and attach that."
	),
	"documents_refused": Message(
		"{count} files cannot go into the packet. {problems}", "Replace or remove these files."
	),
	"too_slow": Message(
		"Reading the file took more than {seconds} seconds of processor time.",
		"The file is damaged or was made to be slow. Print it to a new PDF, or attach it as a picture.",
	),
	"server_busy": Message(
		"The server did not read on in this file for {minutes} minutes.",
		"Queue the invoice again when the server has less to do. If it happens again, print the file to a new PDF.",
	),
	"too_complex.memory": Message("The file needs more memory than one document may use.", _PRINT_AGAIN),
	"too_complex.crashed": Message("The program that reads the file stopped at it.", _PRINT_AGAIN),
	"too_complex.bytes": Message("The file has {count} MB. At most {most} MB are accepted.", _PRINT_AGAIN),
	# A PDF.
	"not_a_pdf": Message("This file is not a PDF.", _OTHER_FORMAT),
	"truncated": Message(
		"The end of the file is missing.", "Its upload or download stopped early. Attach it again."
	),
	"encrypted.document": Message(
		"The file is protected by a password.", "Ask for a copy without a password."
	),
	"no_pages": Message("The file has no pages.", "Attach it again."),
	"damaged": Message("The PDF is damaged and cannot be read.", _PRINT_AGAIN),
	"too_complex.objects": Message("The PDF has more than {most} objects.", _PRINT_AGAIN),
	"too_complex.pages": Message("The file has {count} pages. At most {most} are accepted.", _PRINT_AGAIN),
	"too_complex.files": Message(
		"The PDF portfolio has more than {most} documents.", "Attach them apart, as several files."
	),
	"too_complex.nested": Message(
		"The PDF portfolio is in {most} others, one within the other.",
		"Attach the documents in it as PDF, JPG or PNG.",
	),
	"no_appearance": Message(
		"The PDF has a filled-in field or a comment without a picture of it. The packet would lose it.",
		_PRINT_AGAIN,
	),
	# A picture.
	"image_corrupt.damaged": Message(
		"The picture is damaged or incomplete.", "Take it again, or attach it again."
	),
	"image_corrupt.no_picture": Message(
		"This file has a picture's name but is not a picture.", _OTHER_FORMAT
	),
	"image_too_large.measured": Message(
		"The picture has {width} × {height} pixels. At most {most} pixels are accepted.",
		"Take it again with a lower resolution.",
	),
	"image_too_large.announced": Message(
		"The picture has more than {most} pixels.", "Take it again with a lower resolution."
	),
	"image_too_large.memory": Message(
		"The picture has {width} × {height} pixels, stored so that it takes more memory than one document may use.",
		"Take it again with a lower resolution.",
	),
	"image_moves": Message(
		"This is a moving picture, not a paper.", "Save one picture of it, or photograph the paper."
	),
	"unreadable": Message(
		"{problem}", "If you can read it all the same, tick Can Be Read in its row of Documents."
	),
	# The packet.
	"packet_too_large": Message(
		"The packet has {size} even with coarse pictures. At most {most} are allowed. The largest file in it is {largest}, with {largest_size}.",
		"Leave out pages RTS does not need, attach smaller files, or raise the limit in the settings. "
		"Then queue the invoice again.",
	),
}
