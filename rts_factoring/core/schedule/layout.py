"""How a factor wants its schedule: columns, format and file names, as data that an editor can change."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from ..errors import LayoutError, Text, detail, joined

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
PATTERNS = {
	"schedule_pattern": ("client", "batch", "yyyymmdd"),
	"zip_pattern": ("client", "batch", "yyyymmdd"),
	"packet_pattern": ("client", "batch", "yyyymmdd", "invoice"),
}
"""What each pattern of a file name may be filled with."""

FOLDER = re.compile(r"(?!\.)[^/\\\x00-\x1f]+(/(?!\.)[^/\\\x00-\x1f]+)*")  # inside another folder
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
Built = TypeVar("Built", "Column", "ScheduleLayout")
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

	def __post_init__(self) -> None:
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
		raise LayoutError("bad_layout.encoding", encoding=f"{encoding!r}") from None


def _check(layout: ScheduleLayout) -> None:
	"""Raises LayoutError with everything that contradicts itself in the layout."""
	wrong = [*_wrong_choices(layout), *_wrong_columns(layout), *_wrong_patterns(layout)]
	if layout.bom and codec_name(layout.encoding) not in BOMS:
		wrong.append(detail("layout.no_mark", encoding=layout.encoding))
	codec_name(layout.encoding)
	if layout.quoting == "none" and any(needs_quotes(layout, text) for text in _fixed_texts(layout)):
		wrong.append(detail("layout.no_quotes"))
	if wrong:
		raise LayoutError("bad_layout.schedule", where=layout.name, problems=joined(wrong))


def _wrong_choices(layout: ScheduleLayout) -> Iterator[Text]:
	for setting, allowed in (
		("delimiter", DELIMITERS),
		("quoting", QUOTING),
		("amounts", AMOUNTS),
		("line_end", LINE_ENDS),
	):
		value = getattr(layout, setting)
		if value not in allowed:
			yield detail(
				"layout.choice",
				setting=detail(f"layout_setting.{setting}"),
				value=f"{value!r}",
				allowed=", ".join(f"{one!r}" for one in allowed),
			)


def _wrong_columns(layout: ScheduleLayout) -> Iterator[Text]:
	if not layout.columns:
		yield detail("layout.no_column")
	for number, column in enumerate(layout.columns, 1):
		if column.field not in FIELDS:
			field, allowed = f"{column.field!r}", ", ".join(FIELDS)
			yield detail("layout.field", number=number, field=field, allowed=allowed)
		if column.align not in ("left", "right"):
			yield detail("layout.alignment", number=number, align=f"{column.align!r}")
		if len(column.pad) != 1:
			yield detail("layout.padding", number=number)
		if column.width < 0:
			yield detail("layout.width", number=number)
		if not layout.delimiter and not column.width:
			yield detail("layout.no_width", number=number)
		if column.field == "constant" and column.constant != clean(column.constant):
			yield detail("layout.constant", number=number)


def _wrong_patterns(layout: ScheduleLayout) -> Iterator[Text]:
	for setting, allowed in PATTERNS.items():
		pattern = getattr(layout, setting)
		unknown = set(PLACEHOLDER.findall(pattern)) - set(allowed)
		rest = PLACEHOLDER.sub("", pattern)
		if unknown or not re.fullmatch(r"[A-Za-z0-9 ._-]*", rest) or pattern.startswith("."):
			placeholders = ", ".join(f"{{{name}}}" for name in allowed)
			yield detail(
				"layout.pattern",
				setting=detail(f"layout_setting.{setting}"),
				pattern=f"{pattern!r}",
				allowed=placeholders,
			)
	if layout.remote_folder and not FOLDER.fullmatch(layout.remote_folder):
		yield detail("layout.folder", folder=f"{layout.remote_folder!r}")
	if "{invoice}" not in layout.packet_pattern:
		yield detail("layout.one_packet_name", placeholder="{invoice}")


def _fixed_texts(layout: ScheduleLayout) -> list[str]:
	"""The headers and constants that stand in every schedule."""
	known = [column for column in layout.columns if column.field in FIELDS]
	return [column.header if layout.header else column.constant for column in known]


def _build(kind: type[Built], plain: Mapping[str, Any]) -> Built:
	unknown = set(plain) - {f.name for f in fields(kind)}
	if unknown:
		raise LayoutError("bad_layout.unknown", keys=", ".join(sorted(unknown)))
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
