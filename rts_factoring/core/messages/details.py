"""Parts of sentences: what fills a field of a message where a value alone would not do."""

from __future__ import annotations

DETAILS: dict[str, str] = {
	"login_folder": "(login folder)",
	# What a file is that a packet does not take.
	"file.word": "a text document (Word)",
	"file.spreadsheet": "a spreadsheet (Excel)",
	"file.pages": "a document of Apple's Pages, Numbers or Keynote",
	"file.xps": "an XPS document",
	"file.slides": "a presentation (PowerPoint)",
	"file.page": "a web page",
	# What a page of a document looks like.
	"page_finding": "Page {page}: {finding} {remedy}",
	"pages_finding": "Pages {page}: {finding} {remedy}",
	"document_finding": "{file}. {problem}",
	# What is wrong with a cell of the schedule.
	"cell.missing": "{column} is missing.",
	"cell.too_long": "{column} {value} is longer than the {width} characters of its column.",
	"cell.delimiter": "{column} {value} contains the delimiter, and this layout has no quotes.",
	"cell.encoding": "{column} contains {letter}. The encoding {encoding} does not have it.",
	"cell.not_positive": "{column} {amount} is not above zero.",
	"cell.formula": "{column} {value} begins with {sign}. A spreadsheet would run it as a formula.",
	"cell.of_invoice": "{invoice}: {problem}",
	# What is wrong with a schedule layout.
	"layout.no_column": "The layout has no column.",
	"layout.choice": "{setting} is {value}. It must be one of {allowed}.",
	"layout.field": "Column {number} has the field {field}. It must be one of {allowed}.",
	"layout.alignment": "Column {number} is aligned {align}. It must be left or right.",
	"layout.padding": "Column {number} needs one padding character.",
	"layout.width": "Column {number} has a negative width.",
	"layout.no_width": "Column {number} needs a width, because the layout has no delimiter.",
	"layout.constant": "The constant of column {number} has control characters or extra spaces.",
	"layout.no_mark": "The encoding {encoding} has no byte order mark.",
	"layout.pattern": (
		"{setting} is {pattern}. Use only letters, digits, spaces, dots, hyphens, underscores and {allowed}."
		" It must not begin with a dot."
	),
	"layout.folder": (
		"The remote folder {folder} must lie inside the folder of the company's settings: no slash at its start, no dots."
	),
	"layout.one_packet_name": "The file name pattern of the packets must contain {placeholder}. Without it all packets have the same name.",
	"layout.no_quotes": "A header or constant contains the delimiter, and the layout has no quotes.",
	"layout_setting.delimiter": "The delimiter",
	"layout_setting.quoting": "The quoting",
	"layout_setting.amounts": "The format of amounts",
	"layout_setting.line_end": "The line end",
	"layout_setting.schedule_pattern": "The file name pattern of the schedule",
	"layout_setting.packet_pattern": "The file name pattern of the packets",
	"layout_setting.zip_pattern": "The file name pattern of the zip",
	# The cell behind a problem of a report's row.
	"row.cell": "The column {column} says {value}.",
	"row.word": "The row says {value}.",
	"row.unread": "The column {column} has an amount and is not read. Say what it is, or that it is not counted.",
	"rows.one": "Row {rows}: {problem}",
	"rows.several": "Rows {rows}: {problem}",
	"rows.many": "Rows {rows} and {more} more: {problem}",
	# Where a document contradicts its invoice.
	"disagreement.rate.amount": "The rate confirmation {file} says {stated}, the invoice {expected}.",
	"disagreement.rate.load": "The rate confirmation {file} is for load {stated}, the invoice for load {expected}.",
	"disagreement.rate.debtor": "The rate confirmation {file} is from {stated}, the invoice is to {expected}.",
	"disagreement.bol.load": "The bill of lading {file} is for load {stated}, the invoice for load {expected}.",
	# Fields that make a file name.
	"field.invoice": "invoice number",
	"field.client": "client number",
	"field.batch": "batch",
	"field.yyyymmdd": "date",
}
