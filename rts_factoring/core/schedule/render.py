"""A batch as the file the factor reads, by a layout that can be edited without code.

Hygiene of cells, since no person looks at this file: control and format characters are removed and white
space is folded; a name that begins like a formula (`= + - @`) loses that beginning, while a number or code
that does so is refused, because stripping would make it another number.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from ..errors import FactoringError, Text, detail, joined, short
from ..model import Receivable
from ..money import text as money_text
from .layout import (
	BOMS,
	DEFAULT_LAYOUT,
	FIELDS,
	PLACEHOLDER,
	Column,
	ScheduleLayout,
	clean,
	codec_name,
	needs_quotes,
)

__all__ = [
	"DEFAULT_LAYOUT",
	"FIELDS",
	"Column",
	"ScheduleLayout",
	"ScheduleLine",
	"numbered",
	"packet_name",
	"packet_names",
	"problems",
	"render",
	"schedule_name",
	"write_zip",
	"zip_name",
]

BATCH_FIELDS = ("client_number", "batch", "today", "file_name", "constant")  # not read from the invoice
NAME_FIELDS = ("customer", "constant")  # descriptive text, where a formula sign may be stripped
FORMULA_SIGNS = "=+-@＝＋－＠"
SAMPLE_DAY = date(2000, 1, 1)  # for names that are only tried
MAX_NAME = 120  # characters of a file name; servers of factors run on every file system


@dataclass(frozen=True, slots=True)
class ScheduleLine:
	"""One invoice of the batch and the name of its packet."""

	invoice: Receivable
	file_name: str


def render(
	layout: ScheduleLayout, batch: str, client_number: str, lines: Sequence[ScheduleLine], today: date
) -> bytes:
	"""The schedule file. Raises FactoringError `empty_batch`, `schedule_incomplete` or `name_collision`."""
	if not lines:
		raise FactoringError("empty_batch")
	_refuse_duplicate_names((line.invoice.invoice_no, line.file_name) for line in lines)
	context = {"client_number": client_number, "batch": batch, "today": today}
	problems_found: list[Text] = []
	rows: list[list[str]] = []
	if layout.header:
		rows.append([_fit(c, clean(c.header), True) for c in layout.columns])
	for line in lines:
		cells, wrong = _cells(layout, line.invoice, {**context, "file_name": line.file_name})
		number = short(line.invoice.invoice_no)
		problems_found += [detail("cell.of_invoice", invoice=number, problem=problem) for problem in wrong]
		rows.append(cells)
	if problems_found:
		raise FactoringError("schedule_incomplete", where=batch, problems=joined(problems_found))
	mark = BOMS[codec_name(layout.encoding)] if layout.bom else b""
	return mark + _as_text(layout, rows).encode(layout.encoding)


def problems(layout: ScheduleLayout, receivable: Receivable) -> list[Text]:
	"""Why a schedule of this layout cannot list this invoice, a sentence each; empty when it can."""
	_, problems_found = _cells(layout, receivable, {})
	try:
		packet_name(
			layout,
			receivable.invoice_no,
			client_number=receivable.client_number,
			batch="0",
			today=SAMPLE_DAY,
		)
	except FactoringError as error:
		problems_found.append(error.message)
	return problems_found


def schedule_name(layout: ScheduleLayout, client_number: str, batch: str, today: date) -> str:
	"""The file name of the schedule; never a path."""
	return _file_name(layout.schedule_pattern, client=client_number, batch=batch, today=today)


def zip_name(layout: ScheduleLayout, client_number: str, batch: str, today: date) -> str:
	"""The file name of the zip that holds packets and schedule, for layouts that want one."""
	return _file_name(layout.zip_pattern, client=client_number, batch=batch, today=today)


def packet_name(
	layout: ScheduleLayout,
	invoice_no: str,
	*,
	client_number: str = "",
	batch: str = "",
	today: date | None = None,
) -> str:
	"""The file name of one invoice's packet: the number stays recognisable, and it is never a path."""
	return _file_name(
		layout.packet_pattern, invoice=invoice_no, client=client_number, batch=batch, today=today
	)


def packet_names(
	layout: ScheduleLayout,
	invoice_nos: Iterable[str],
	*,
	client_number: str = "",
	batch: str = "",
	today: date | None = None,
) -> dict[str, str]:
	"""Invoice number to packet name. Raises FactoringError `name_collision` naming both invoices."""
	names = {
		number: packet_name(layout, number, client_number=client_number, batch=batch, today=today)
		for number in invoice_nos
	}
	_refuse_duplicate_names(names.items())
	return names


def numbered(name: str, number: int) -> str:
	"""`AF-10002.pdf` sent a second time is `AF-10002-2.pdf`: the invoice number stays recognisable."""
	stem, dot, ending = name.rpartition(".")
	return f"{stem}-{number}.{ending}" if dot else f"{name}-{number}"


def write_zip(target: Path, entries: Sequence[tuple[str, Path | bytes]]) -> None:
	"""One zip of the entries in the order given; the same entries make the same bytes."""
	with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
		for name, content in entries:
			info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
			info.compress_type = zipfile.ZIP_DEFLATED
			info.external_attr = 0o644 << 16
			data = content if isinstance(content, bytes) else Path(content).read_bytes()
			archive.writestr(info, data)


def _cells(
	layout: ScheduleLayout, invoice: Receivable, context: Mapping[str, Any]
) -> tuple[list[str], list[Text]]:
	"""The cells of one row, and what is wrong with them: texts whose value `field` is that of the column. Without a context,
	only those read from the invoice."""
	cells: list[str] = []
	problems_found: list[Text] = []
	for column in layout.columns:
		if not context and column.field in BATCH_FIELDS:
			continue
		value, problem = _value(layout, column, invoice, context)
		cell = _fit(column, value, column.cut)
		problem = problem or _cell_problem(layout, column, value, cell)
		if problem:
			problems_found.append(Text(problem.template, {**problem.values, "field": column.field}))
		cells.append(cell)
	return cells, problems_found


def _cell_problem(layout: ScheduleLayout, column: Column, value: str, cell: str) -> Text | None:
	"""Why the value cannot stand in this column as this cell."""
	if column.required and not value:
		return detail("cell.missing", column=column.header)
	if column.width and len(value) > column.width and not column.cut:
		shown = f"{short(value)!r}"
		return detail("cell.too_long", column=column.header, value=shown, width=column.width)
	if layout.quoting == "none" and needs_quotes(layout, cell):
		return detail("cell.delimiter", column=column.header, value=f"{short(cell)!r}")
	if bad := _unencodable(cell, layout.encoding):
		return detail("cell.encoding", column=column.header, letter=f"{bad!r}", encoding=layout.encoding)
	return None


def _value(
	layout: ScheduleLayout, column: Column, invoice: Receivable, context: Mapping[str, Any]
) -> tuple[str, Text | None]:
	"""The cell as text, and what is wrong with it."""
	if column.field == "constant":
		return column.constant, None
	raw = context[column.field] if column.field in context else getattr(invoice, column.field)
	if raw is None:
		return "", None
	if isinstance(raw, date):
		return raw.strftime(layout.date_format), None
	if column.field == "amount":
		text = money_text(raw)
		problem = None if raw > 0 else detail("cell.not_positive", column=column.header, amount=text)
		return (text.replace(".", "") if layout.amounts == "cents" else text), problem
	text = clean(str(raw))
	if text[:1] and text[0] in FORMULA_SIGNS:
		if column.field not in NAME_FIELDS:
			shown, sign = f"{short(text)!r}", f"{text[0]!r}"
			return text, detail("cell.formula", column=column.header, value=shown, sign=sign)
		text = text.lstrip(FORMULA_SIGNS + " ")
	return text, None


def _fit(column: Column, value: str, cut: bool) -> str:
	if not column.width:
		return value
	value = value[: column.width] if cut else value
	return (value.rjust if column.align == "right" else value.ljust)(column.width, column.pad)


def _as_text(layout: ScheduleLayout, rows: Sequence[Sequence[str]]) -> str:
	if layout.quoting == "none" or not layout.delimiter:
		return "".join(layout.delimiter.join(cells) + layout.line_end for cells in rows)
	quoting: Literal[0, 1] = csv.QUOTE_ALL if layout.quoting == "all" else csv.QUOTE_MINIMAL
	buffer = io.StringIO(newline="")
	writer = csv.writer(buffer, delimiter=layout.delimiter, quoting=quoting, lineterminator=layout.line_end)
	writer.writerows(rows)
	return buffer.getvalue()


def _unencodable(text: str, encoding: str) -> str:
	try:
		text.encode(encoding)
	except UnicodeEncodeError as error:
		return text[error.start]
	return ""


def _file_name(pattern: str, *, today: date | None = None, **values: str) -> str:
	known = {**values, "yyyymmdd": today.strftime("%Y%m%d") if today else ""}
	parts = {key: _safe(value) for key, value in known.items()}
	for key in PLACEHOLDER.findall(pattern):
		if not parts.get(key):
			raise FactoringError(
				"bad_file_name.value",
				field=detail(f"field.{key}"),
				value=f"{short(known.get(key, ''))!r}",
				pattern=f"{pattern!r}",
			)
	name = PLACEHOLDER.sub(lambda match: parts[match[1]], pattern)
	if len(name) > MAX_NAME:
		raise FactoringError("bad_file_name.length", name=f"{short(name)!r}", most=MAX_NAME)
	return name


def _safe(value: str) -> str:
	"""Letters, digits, dot, underscore and hyphen only; accents are dropped, the rest becomes a hyphen."""
	plain = unicodedata.normalize("NFKD", clean(value))
	plain = "".join(c for c in plain if not unicodedata.combining(c))
	return re.sub(r"\.{2,}", ".", re.sub(r"[^A-Za-z0-9._-]+", "-", plain)).strip(".-")


def _refuse_duplicate_names(names: Iterable[tuple[str, str]]) -> None:
	seen: dict[str, str] = {}
	for invoice_no, name in names:
		other = seen.setdefault(name.casefold(), invoice_no)
		if other != invoice_no:
			raise FactoringError(
				"name_collision", first=short(other), second=short(invoice_no), name=short(name)
			)
