"""How a factor wants its schedule: columns, format and file names, as data that an editor can change."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..errors import LayoutError, Sentence

FIELDS = {
	"client_number": "Client Number",
	"batch": "Batch Number",
	"today": "Schedule Date",
	"invoice_no": "Invoice Number",
	"invoice_date": "Invoice Date",
	"due_date": "Due Date",
	"customer": "Customer Name",
	"customer_mc": "Customer MC",
	"customer_code": "REFNO",
	"po_no": "PO Number",
	"load_no": "Load Number",
	"amount": "Invoice Amount",
	"currency": "Currency",
	"file_name": "File Name",
	"constant": "",
}
"""What a column may hold, with the header text used when the column names none."""

DELIMITERS = (",", ";", "\t", "|", "")  # "" is fixed width
QUOTING = ("minimal", "all", "none")
AMOUNTS = ("decimal", "cents")
LINE_ENDS = ("\r\n", "\n")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
BOMS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


@dataclass(frozen=True, slots=True)
class Column:
	"""One column of the schedule. `width` 0 is as wide as the value; `cut` allows a longer value to be cut."""

	field: str = "constant"
	title: str = ""
	constant: str = ""
	required: bool = False
	width: int = 0
	pad: str = " "
	align: str = "left"
	cut: bool = False

	@property
	def header(self) -> str:
		return self.title or FIELDS[self.field]


@dataclass(frozen=True, slots=True)
class ScheduleLayout:
	"""How a factor wants its schedule and file names. Raises LayoutError when it contradicts itself."""

	name: str
	columns: tuple[Column, ...]
	header: bool = True
	delimiter: str = ","
	quoting: str = "minimal"
	line_end: str = "\r\n"
	encoding: str = "utf-8"
	bom: bool = False
	date_format: str = "%m/%d/%Y"
	amounts: str = "decimal"
	schedule_pattern: str = "{client}_{batch}_{yyyymmdd}.csv"
	packet_pattern: str = "{invoice}.pdf"
	zip_pattern: str = "{client}_{batch}_{yyyymmdd}.zip"
	as_zip: bool = False  # PDFs and CSV together in one dated zip
	remote_folder: str = ""

	def __post_init__(self):
		_check(self)

	def as_dict(self) -> dict[str, Any]:
		"""Plain values, as a DocType or JSON stores them."""
		plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "columns"}
		plain["columns"] = [{f.name: getattr(c, f.name) for f in fields(Column)} for c in self.columns]
		return plain

	@classmethod
	def from_dict(cls, plain: Mapping[str, Any]) -> ScheduleLayout:
		"""The reverse of `as_dict`; unknown keys are a LayoutError, missing ones take their default."""
		columns = tuple(_build(Column, column) for column in plain.get("columns") or ())
		return _build(cls, {"name": "", **plain, "columns": columns})


def clean(text: str) -> str:
	"""One line of printable text: white space folded, control and format characters gone."""
	text = unicodedata.normalize("NFC", text)
	spaced = "".join(" " if c.isspace() else c for c in text)
	return " ".join("".join(c for c in spaced if unicodedata.category(c)[0] != "C").split())


def needs_quotes(layout: ScheduleLayout, cell: str) -> bool:
	return bool(layout.delimiter) and (layout.delimiter in cell or '"' in cell)


def codec_name(encoding: str) -> str:
	try:
		return codecs.lookup(encoding).name
	except LookupError:
		raise LayoutError(
			"bad_layout", Sentence("The encoding {0} is unknown.", f"{encoding!r}"), "Use utf-8 or cp1252."
		) from None


def _check(layout: ScheduleLayout) -> None:
	"""Raises LayoutError with everything that contradicts itself in the layout."""
	wrong = []
	if not layout.columns:
		wrong.append("It has no column.")
	for attribute, allowed in (
		("delimiter", DELIMITERS),
		("quoting", QUOTING),
		("amounts", AMOUNTS),
		("line_end", LINE_ENDS),
	):
		if getattr(layout, attribute) not in allowed:
			wrong.append(
				Sentence("{0} is {1}, not one of {2}.", attribute, f"{getattr(layout, attribute)!r}", allowed)
			)
	for number, column in enumerate(layout.columns, 1):
		where = f"Column {number}"
		if column.field not in FIELDS:
			wrong.append(
				Sentence("{0} holds {1}, not one of {2}.", where, f"{column.field!r}", ", ".join(FIELDS))
			)
		if column.align not in ("left", "right") or len(column.pad) != 1 or column.width < 0:
			wrong.append(Sentence("{0} has no proper alignment, padding character or width.", where))
		if not layout.delimiter and not column.width:
			wrong.append(Sentence("{0} needs a width, because the layout has no delimiter.", where))
		if column.field == "constant" and column.constant != clean(column.constant):
			wrong.append(Sentence("{0} has a constant with control characters or loose spaces.", where))
	if layout.bom and codec_name(layout.encoding) not in BOMS:
		wrong.append(Sentence("{0} has no byte order mark.", layout.encoding))
	codec_name(layout.encoding)
	for attribute, allowed in (
		("schedule_pattern", {"client", "batch", "yyyymmdd"}),
		("zip_pattern", {"client", "batch", "yyyymmdd"}),
		("packet_pattern", {"client", "batch", "yyyymmdd", "invoice"}),
	):
		pattern = getattr(layout, attribute)
		unknown = set(PLACEHOLDER.findall(pattern)) - allowed
		rest = PLACEHOLDER.sub("", pattern)
		if unknown or not re.fullmatch(r"[A-Za-z0-9 ._-]*", rest) or pattern.startswith("."):
			wrong.append(
				Sentence(
					"{0} {1} is no file name of letters, digits and {2}.",
					attribute,
					f"{pattern!r}",
					sorted(allowed),
				)
			)
	if "{invoice}" not in layout.packet_pattern:
		wrong.append("packet_pattern must hold {invoice}, else all packets have one name.")
	if (
		layout.quoting == "none"
		and layout.delimiter
		and any(
			needs_quotes(layout, column.header if layout.header else column.constant)
			for column in layout.columns
			if column.field in FIELDS
		)
	):
		wrong.append("A header or constant holds the delimiter, and the layout has no quotes.")
	if wrong:
		raise LayoutError("bad_layout", " ".join(wrong), "Correct the Schedule Layout.", where=layout.name)


def _build(kind: type, plain: Mapping[str, Any]):
	unknown = set(plain) - {f.name for f in fields(kind)}
	if unknown:
		raise LayoutError(
			"bad_layout", Sentence("Unknown in a schedule layout: {0}.", ", ".join(sorted(unknown)))
		)
	return kind(**plain)


DEFAULT_LAYOUT = ScheduleLayout(
	name="RTS",
	columns=(
		Column("client_number"),
		Column("invoice_no", required=True),
		Column("invoice_date", required=True),
		Column("customer", required=True),
		Column("customer_mc"),
		Column("po_no", required=True),
		Column("amount", required=True),
		Column("load_no"),
		Column("batch"),
		Column("file_name"),
	),
)
"""RTS publishes no layout; this is the likeliest, and every part of it can be edited."""
