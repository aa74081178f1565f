"""Why a report file or a report layout is refused."""

from __future__ import annotations

from .message import Message

_SHORTER_PERIOD = "Ask RTS for a report of a shorter period."
_STRAY_CELLS = "Delete the rows and columns that stand far from the report, and save it again. Or ask RTS for a report of a shorter period."
_ANOTHER_FORMAT = "Ask RTS for the report as .xlsx, .xls, .xlsb, .ods or .csv."
_SAVE_AS = "Ask RTS for the report as .xlsx, or open it in Excel and save it as .xlsx."
_OTHER_SUBSIDIARY = "Import it for the subsidiary it belongs to."

REPORTS: dict[str, Message] = {
	# The file cannot be read.
	"no_rows.empty_file": Message("The file is empty.", "Download it again."),
	"no_rows.empty_workbook": Message("The workbook is empty.", "Download the report again."),
	"no_rows.only_header": Message(
		"The report has a header but no rows below it.",
		"Download it again, or ask RTS whether there is anything to report.",
	),
	"not_csv.unreadable": Message("The text cannot be read as CSV ({problem}).", "Save it again as CSV."),
	"not_csv.quotation": Message(
		"A quotation mark in this row is not closed, so the rows below it would be lost.",
		"Ask RTS for the report again, or open the file in a text editor and remove the mark.",
	),
	"not_csv.encoding": Message("The encoding of the text is unknown.", "Save it as CSV UTF-8."),
	"not_xlsx.empty": Message("The file is empty (0 bytes).", "Download it again."),
	"not_xlsx.text": Message(
		"This is plain text or CSV under the name of a workbook.",
		"If it is a CSV file, give its name the ending .csv. Otherwise ask RTS for the report again.",
	),
	"not_xlsx.pdf": Message("This is a PDF. A report must be a spreadsheet.", _ANOTHER_FORMAT),
	"not_xlsx.spreadsheet_ml": Message(
		"This is an XML spreadsheet of Excel 2003 (SpreadsheetML). It cannot be read.", _SAVE_AS
	),
	"not_xlsx.web_page": Message(
		"This is a web page (HTML), although it may open in Excel. It cannot be read.", _SAVE_AS
	),
	"not_xlsx.xml": Message("This is an XML file. A report must be a spreadsheet.", _SAVE_AS),
	"not_xlsx.word": Message("This is a Word document. A report must be a spreadsheet.", _ANOTHER_FORMAT),
	"not_xlsx.slides": Message(
		"This is a PowerPoint presentation. A report must be a spreadsheet.", _ANOTHER_FORMAT
	),
	"not_xlsx.open_text": Message(
		"This is an OpenDocument file, but not a spreadsheet (.ods).", _ANOTHER_FORMAT
	),
	"not_xlsx.numbers": Message(
		"This is an Apple Numbers spreadsheet. It cannot be read.", "Export it from Numbers as Excel (.xlsx)."
	),
	"not_xlsx.rtf": Message(
		"This is a text document (RTF). A report must be a spreadsheet.", _ANOTHER_FORMAT
	),
	"not_xlsx.picture": Message("This is a picture. A report must be a spreadsheet.", _ANOTHER_FORMAT),
	"not_xlsx.mail": Message("This is an e-mail. A report must be a spreadsheet.", "Save its attachment."),
	"not_xlsx.archive": Message("This is a compressed archive.", "Unpack it. Then import the report in it."),
	"not_xlsx.no_workbook": Message(
		"This is a zip archive without a workbook.", "Unpack it. Then import the report in it."
	),
	"not_xlsx.other": Message("This file is neither a workbook nor a text.", _ANOTHER_FORMAT),
	"not_xlsx.damaged": Message("The workbook is damaged or incomplete.", "Download it again."),
	"encrypted": Message("The workbook is protected by a password.", "Save it without a password."),
	"unsafe": Message(
		"The workbook declares XML entities. No report needs them.", "Ask RTS for a clean file."
	),
	# The file is too large.
	"too_large.bytes": Message("The file has {count} bytes. At most {most} are read.", _SHORTER_PERIOD),
	"too_large.unpacked": Message(
		"The file has {count} bytes when unpacked. At most {most} are read.", _SHORTER_PERIOD
	),
	"too_large.parts_list": Message(
		"The workbook's list of parts is longer than that of any report.", _SHORTER_PERIOD
	),
	"too_large.parts": Message("The workbook has {count} parts. At most {most} are read.", _SHORTER_PERIOD),
	"too_large.part": Message(
		"The part {part} of the workbook has {count} bytes. At most {most} are read.", _SHORTER_PERIOD
	),
	"too_large.sheets": Message("The workbook has {count} sheets. At most {most} are read.", _SHORTER_PERIOD),
	"too_large.rows": Message("The file has more than {most} rows.", _STRAY_CELLS),
	"too_large.cells": Message("The file has more than {most} cells.", _STRAY_CELLS),
	"too_large.sheet_rows": Message("A sheet has {count} rows. At most {most} are read.", _STRAY_CELLS),
	"too_large.columns": Message("A row has {count} columns. At most {most} are read.", _STRAY_CELLS),
	"too_large.texts": Message(
		"The texts of the workbook have {count} characters. At most {most} are read.", _SHORTER_PERIOD
	),
	# The file is no report, or not the one it should be.
	"no_header": Message(
		"No row looks like the header of a report.",
		"Check that this is a report of RTS. If it is, a Factoring Manager says with Map Columns what its columns are.",
	),
	"duplicate_column": Message(
		"The column {column} appears twice. Only one of them can be read.",
		"Remove or rename one of them in the file.",
	),
	"missing_column": Message(
		"The header has no column for {fields}.",
		"If the column has another name, a Factoring Manager says with Map Columns which one it is.",
	),
	"several_sheets": Message(
		"The sheets {first} and {second} both have report rows.",
		"Save each sheet as a file of its own. Then import the files one by one.",
	),
	"wrong_kind.purchase": Message("This is a purchase report.", "Import it as a purchase report."),
	"wrong_kind.payment": Message("This is a payment report.", "Import it as a payment report."),
	"wrong_kind.open_invoices": Message(
		"This is a list of open invoices (an aging): it says what is open, not what was paid.",
		"Import it with the kind Open Invoices. It is compared with the books and posts nothing.",
	),
	"wrong_kind.reserve": Message(
		"This is a statement of the reserve: it lists what moved the reserve.",
		"Import it with the kind Reserve. It is compared with the books and posts nothing.",
	),
	"wrong_client.number": Message(
		"The file is for client {stated}. {company} is client {expected}.", _OTHER_SUBSIDIARY
	),
	"wrong_client.name": Message("The file is for {stated}, not for {company}.", _OTHER_SUBSIDIARY),
	"wrong_batch.other": Message(
		"The file is about batch {stated}, not {chosen}.", "Choose the batch that the file names."
	),
	"wrong_batch.unknown": Message(
		"{company} has no batch {stated}.", "Choose the batch that this report is about."
	),
	"wrong_batch.rows": Message(
		"The invoices of this report were sent in batch {batches}. None was sent in {chosen}.",
		"Choose the batch that this report is about.",
	),
	# A layout contradicts itself.
	"bad_layout.date_order": Message("{order} is not a date order.", "Use one of {orders}."),
	"bad_layout.field": Message(
		"The layout {layout} has an unknown field {field}.", "Remove it, or choose another field."
	),
	"bad_layout.required": Message(
		"No column of the file is the {fields}.", "Choose a column for it. A report needs one."
	),
	"bad_layout.header": Message(
		"The layout {layout} has the header {header} for both {first} and {second}.",
		"Remove it from one of them.",
	),
}
