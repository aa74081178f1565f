"""A layout made by hand for a file whose header no layout knows: its columns with examples, what each is, and a try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from ..errors import FactoringError, LayoutError, Text, detail
from .cells import is_filled, to_text
from .header import SCANNED_ROWS, is_text
from .layout import ReportLayout, normalise_header
from .lines import UnreadCell
from .problems import explained, short_column
from .report import parse_report
from .sheets import Row, Sheet, Spreadsheet

EXAMPLES = 3  # values shown of each column
_LOOKED_AT = 500  # rows in which examples are looked for
_SHOWN_ROWS = 5  # row numbers that a problem names
_LONGEST = 80  # characters of a value
# Refusals of a header; another layout may read the file.
MAPPABLE = frozenset(("no_header", "missing_column"))


@dataclass(frozen=True, slots=True)
class FileColumn:
	"""A column of a file. `field` is what one of the layouts takes it for, or empty."""

	text: str
	examples: tuple[str, ...]
	field: str = ""


@dataclass(frozen=True, slots=True)
class FileColumns:
	"""The columns under one row of a sheet; `row` counts from 1."""

	sheet: str
	row: int
	columns: tuple[FileColumn, ...]
	sheets: tuple[str, ...]  # those that a person may choose


@dataclass(frozen=True, slots=True)
class Trial:
	"""What a layout makes of a file: how many rows are read, what remains, or why nothing is read."""

	rows: int = 0
	problems: tuple[Text, ...] = ()
	refusal: FactoringError | None = None


def file_columns(
	workbook: Spreadsheet, layout: ReportLayout | None = None, sheet: str = "", row: int = 0
) -> FileColumns:
	"""The columns of a sheet, else of the one with most of them, under the row chosen, else the one that looks like a header."""
	sheets = [one for one in workbook.sheets if any(map(is_filled, one.rows))]
	sheets = [one for one in sheets if not one.hidden] or sheets
	chosen = next((one for one in sheets if one.name == sheet), None)
	chosen = chosen or max(sheets, key=lambda one: len(_texts(one.rows[_likely_header(one)])))
	number = row - 1 if 0 < row <= len(chosen.rows) else _likely_header(chosen)
	index = layout.header_index() if layout else {}
	columns = []
	for column, text in enumerate(_labels(chosen.rows, number)):
		if text:
			key = normalise_header(text)
			known = index.get(key) or index.get(key.replace(" ", ""))
			columns.append(
				FileColumn(text, examples(chosen.rows, number + 1, column), known[0] if known else "")
			)
	return FileColumns(chosen.name, number + 1, tuple(columns), tuple(one.name for one in sheets))


def mapped_layout(base: ReportLayout, name: str, fields: Mapping[str, str]) -> ReportLayout:
	"""A layout that is chosen by its header. `fields` has header texts and the field of each, empty for one that is not read;
	words, dates and tolerance are those of `base`. Raises LayoutError when no column or a required one has no field."""
	headers: dict[str, tuple[str, ...]] = {}
	for text, field in fields.items():
		if field:
			headers[field] = (*headers.get(field, ()), text)
	layout = replace(base, name=name, headers=headers, by_header=True)
	missing = [names for names in layout.required if not headers.keys() & set(names)]
	if missing:
		raise LayoutError("bad_layout.required", fields="; ".join(map(_either, missing)))
	return layout


def try_layout(workbook: Spreadsheet, layout: ReportLayout) -> Trial:
	"""Read a file by one layout alone, and say what remains to be done."""
	try:
		report = parse_report(workbook, layout.kind, [replace(layout, by_header=False)])
	except FactoringError as refusal:
		return Trial(refusal=refusal)
	rows: dict[Text, list[int]] = {}
	for line in report.lines:
		for problem in line.problems:
			for text in _remaining(problem, report.unread_cells.get(line.row, ())):
				rows.setdefault(text, []).append(line.row)
	return Trial(len(report.lines), tuple(_of_rows(text, numbers) for text, numbers in rows.items()))


def _likely_header(sheet: Sheet) -> int:
	"""The upper row, of texts only, with most of them; values below a header may be texts too."""
	rows = sheet.rows[:SCANNED_ROWS]
	last = max(number for number, row in enumerate(sheet.rows) if is_filled(row))
	texts = [len(_texts(row)) if is_text(row) and number < last else 0 for number, row in enumerate(rows)]
	return max(range(len(rows)), key=lambda number: (texts[number], -number), default=0)


def _texts(row: Row) -> list[str]:
	return [text for text in map(to_text, row) if text]


def _labels(rows: Sequence[Row], number: int) -> list[str]:
	"""The texts of a header row. Where two are the same, or one is empty, with the group in the row above."""
	texts = list(map(to_text, rows[number]))
	above = list(map(to_text, rows[number - 1])) if number and is_text(rows[number - 1]) else []
	counts = Counter(normalise_header(text) for text in texts if text)
	labels, group = [], ""
	for text, upper in zip_longest(texts, above, fillvalue=""):
		group = upper or group
		if text and group and counts[normalise_header(text)] > 1:
			text = f"{group} {text}"
		labels.append(text or (upper if len(above) > 1 and len(_texts(above)) > 1 else ""))
	return labels


def examples(rows: Sequence[Row], first: int, column: int) -> tuple[str, ...]:
	"""Up to three different values of a column, from the row with index `first` on."""
	found: dict[str, None] = {}
	for row in rows[first : first + _LOOKED_AT]:
		if text := to_text(row[column])[:_LONGEST]:
			found[text] = None
		if len(found) == EXAMPLES:
			break
	return tuple(found)


def _either(names: Sequence[str]) -> str:
	return " or ".join(name.replace("_", " ") for name in names)


def _remaining(problem: str, cells: Sequence[UnreadCell]) -> list[Text]:
	"""What a problem of a row says, without what differs from row to row."""
	if problem != "unread_money":
		return [explained(problem, cells)]
	columns = dict.fromkeys(short_column(cell) for cell in cells if cell.problem == problem)
	return [detail("row.unread", column=column) for column in columns]


def _of_rows(problem: Text, rows: Sequence[int]) -> Text:
	shown = ", ".join(map(str, rows[:_SHOWN_ROWS]))
	more = len(rows) - _SHOWN_ROWS
	amount = "one" if len(rows) == 1 else "many" if more > 0 else "several"
	return detail(f"rows.{amount}", rows=shown, more=more, problem=problem)
