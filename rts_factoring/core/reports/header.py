"""Finds a report's header row and the field of each column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..errors import FileRefused
from ..model import ReportKind
from .cells import is_filled, to_text
from .layout import (
	AMOUNT_FIELDS,
	DISTINCTIVE_FIELDS,
	NOT_COUNTED,
	SUMMED_FIELDS,
	TITLE_WORDS,
	ReportLayout,
	may_be_money,
	normalise_header,
)
from .metadata import ReportMetadata, names_client, read_metadata, states_metadata
from .sheets import Row, Sheet, Spreadsheet

SCANNED_ROWS = 60  # title rows above a header; real reports have fewer than ten
_SHOWN = 60  # characters of a name that a message repeats
MINIMUM = 2  # recognised columns that make a row a header
MINIMUM_BY_HEADER = 3  # recognised columns by which a layout is chosen
NEARLY_ALL = 0.8  # of a layout's header texts: a column that a factor leaves out, or that a person has added
_NOTE = re.compile(r"\s*\(([^()]*)\)\s*$")
_REPEATABLE = ("other_deductions", NOT_COUNTED)  # the same header text may stand twice

Named = tuple[str, int]  # a field, and how wanted the header text is for it (0 most)


@dataclass(frozen=True, slots=True)
class Header:
	"""`row` counts from 1; `upper_row` is 0 for a header of one line. `columns`: field → column indices from 0.

	`other_sheets` are visible sheets with content that is not read.
	"""

	kind: ReportKind
	sheet: str
	row: int
	columns: dict[str, tuple[int, ...]]
	texts: dict[int, str]
	upper_row: int = 0
	unknown: tuple[str, ...] = ()
	unread: tuple[int, ...] = ()  # columns that the layout does not know and that may hold amounts
	restated: dict[int, str] = field(default_factory=dict)  # a second column of a field that one column fills
	metadata: ReportMetadata = field(default_factory=ReportMetadata)
	other_sheets: tuple[str, ...] = ()

	@property
	def teachable(self) -> tuple[str, ...]:
		"""Texts of the columns that a layout does not know, or does not know enough of."""
		unclear = (self.texts[column] for column in self.columns.get("unclear_deductions", ()))
		return tuple(dict.fromkeys((*self.unknown, *unclear)))


@dataclass(slots=True)
class _Candidate:
	"""A row that may be the header, read by one layout. `upper`: the row above is its first line."""

	layout: ReportLayout
	sheet: Sheet
	row: int  # from 0
	upper: bool
	names: list[Named | None]
	texts: list[str]
	has_rows: bool  # there are filled rows below it

	@property
	def fields(self) -> set[str]:
		return {name[0] for name in self.names if name and name[0] != NOT_COUNTED}

	@property
	def missing(self) -> list[tuple[str, ...]]:
		"""The groups of required fields of which no column is there."""
		return [names for names in self.layout.required if not self.fields & set(names)]

	@property
	def body(self) -> Iterator[Row]:
		return filter(is_filled, self.sheet.rows[self.row + 1 :])

	def rank(self) -> tuple[int, ...]:
		"""Within a sheet: complete before not, more columns before fewer, with rows below before without, one line before
		two, upper before lower."""
		return (not self.missing, len(self.fields), self.has_rows, not self.upper, -self.row)


def find_header(
	workbook: Spreadsheet, layouts: Sequence[ReportLayout], kind: ReportKind | None = None
) -> tuple[Header, Sheet, ReportLayout]:
	"""The header that fits best over all sheets. `kind` is what the user says the file is.

	Raises FileRefused: `no_header`, `wrong_kind`, `missing_column`, `duplicate_column`, `several_sheets`, `no_rows`.
	"""
	filled = [
		sheet for sheet in workbook.sheets if any(map(to_text, (cell for row in sheet.rows for cell in row)))
	]
	if not filled:
		raise FileRefused("no_rows.empty_workbook", where=workbook.file_name)
	candidates = [candidate for sheet in filled if (candidate := _of_sheet(sheet, layouts, kind))]
	if not candidates:
		raise FileRefused("no_header", where=workbook.file_name)
	chosen = max(candidates, key=lambda candidate: _sheet_rank(candidate, kind))
	if kind and chosen.layout.kind != kind:
		raise FileRefused(f"wrong_kind.{chosen.layout.kind.name.lower()}", where=workbook.file_name)
	_refuse_incomplete(chosen, workbook.file_name)
	_refuse_divided(chosen, candidates, workbook.file_name)
	others = tuple(sheet.name for sheet in filled if sheet is not chosen.sheet and not sheet.hidden)
	return _header(chosen, others), chosen.sheet, chosen.layout


def _sheet_rank(candidate: _Candidate, kind: ReportKind | None) -> tuple[int, ...]:
	"""Complete, of the kind asked for, visible, with more columns; the first of equals."""
	wanted = kind is None or candidate.layout.kind == kind
	visible = not candidate.sheet.hidden
	return (not candidate.missing, wanted, visible, candidate.has_rows, len(candidate.fields))


def _of_sheet(sheet: Sheet, layouts: Sequence[ReportLayout], kind: ReportKind | None) -> _Candidate | None:
	"""The sheet's header, by what the user said where it can be that kind, else by the layout whose distinctive columns are
	there. Where both layouts have as many, the title decides. A layout that is chosen by its header goes first, and a whole
	statement before a report that lacks a column."""
	candidates = [candidate for layout in layouts if (candidate := _best(sheet, layout))]

	def rank(candidate: _Candidate) -> tuple[int, ...]:
		title = " ".join(text for row in sheet.rows[: candidate.row] for text in map(to_text, row)).casefold()
		wanted = candidate.layout.kind == kind
		distinctive = len(candidate.fields & DISTINCTIVE_FIELDS[candidate.layout.kind])
		possible = wanted and not candidate.missing and distinctive > 0
		of_kind = candidate.layout.kind
		named = any(word in title for word in TITLE_WORDS[of_kind])
		stated = (named, wanted, not of_kind.is_statement)
		return (possible, distinctive, not candidate.missing, *stated, len(candidate.fields))

	by_name = [one for one in candidates if not one.layout.by_header and not _is_part(one, kind)]
	usual = max(by_name, key=rank, default=None)
	if usual and usual.missing and (kind is None or kind.is_statement):
		whole = (one for one in by_name if one.layout.kind.is_statement and not one.missing)
		usual = max(whole, key=rank, default=usual)
	by_header = [one for one in candidates if one.layout.by_header and _is_header_of(one, usual)]
	if usual and kind and rank(usual)[0]:
		by_header = [one for one in by_header if one.layout.kind == kind]
	return max(by_header, key=lambda one: sum(map(bool, one.names)), default=usual)


def _is_part(candidate: _Candidate, kind: ReportKind | None) -> bool:
	"""Whether a row has some columns of a statement that nobody asked for, and lacks others: it is no statement then."""
	return candidate.layout.kind.is_statement and bool(candidate.missing) and candidate.layout.kind != kind


def _is_header_of(candidate: _Candidate, usual: _Candidate | None) -> bool:
	"""Whether a row has all header texts of a layout, or nearly all and no more that another layout knows."""
	texts = {normalise_header(text) for texts in candidate.layout.headers.values() for text in texts}
	known = sum(map(bool, candidate.names))
	if candidate.missing or known < MINIMUM_BY_HEADER:
		return False
	if known >= len(texts):
		return True
	return known >= NEARLY_ALL * len(texts) and known >= (sum(map(bool, usual.names)) if usual else 0)


def _best(sheet: Sheet, layout: ReportLayout) -> _Candidate | None:
	index = layout.header_index()
	rows = [[to_text(cell) for cell in row] for row in sheet.rows[:SCANNED_ROWS]]
	last = next(number for number in range(len(sheet.rows) - 1, -1, -1) if is_filled(sheet.rows[number]))
	candidates = []
	for number, texts in enumerate(rows):
		if sum(map(bool, texts)) < MINIMUM or not is_text(sheet.rows[number]):
			continue
		names = [_field_of(text, index) for text in texts]
		single = _Candidate(layout, sheet, number, False, names, texts, number < last)
		candidates.append(single)
		if number and any(rows[number - 1]) and _may_be_upper(sheet.rows[number - 1], rows[number - 1]):
			names, labels = _two_lines(rows[number - 1], texts, index)
			double = _Candidate(layout, sheet, number, True, names, labels, number < last)
			if len(double.fields) > len(single.fields) or (single.missing and not double.missing):
				candidates.append(double)
	return max((one for one in candidates if len(one.fields) >= MINIMUM), key=_Candidate.rank, default=None)


def is_text(row: Row) -> bool:
	return all(cell is None or isinstance(cell, str) for cell in row)


def _may_be_upper(row: Row, texts: list[str]) -> bool:
	"""Whether the row above can be the first line of a header. A title row cannot: it says whose file it is."""
	return is_text(row) and not states_metadata(texts)


def _two_lines(
	upper: list[str], lower: list[str], index: dict[str, Named]
) -> tuple[list[Named | None], list[str]]:
	"""Fields and labels of a header of two lines. The upper text in front of the lower is tried first. An upper text also
	belongs to the columns to its right, as in merged cells."""
	names, labels, group = [], [], ""
	for above, text in zip(upper, lower, strict=True):
		group = above or group
		tries = [f"{group} {text}", text] if text else [above]
		name, label = next(
			((name, text) for text in tries if (name := _field_of(text, index))), (None, text or above)
		)
		names.append(name)
		labels.append(label)
	return names, labels


def _field_of(text: str, index: dict[str, Named]) -> Named | None:
	if len(text) > 100:
		return None
	for spelling in (text, _without_note(text)):
		key = normalise_header(spelling)
		if name := index.get(key) or index.get(key.replace(" ", "")):
			return name
	return None


def _without_note(text: str) -> str:
	"""A header without a note in parentheses at its end, unless that makes it another kind of figure: `Fee (%)`."""
	note = _NOTE.search(text)
	return text if not note or not may_be_money(note[1]) else text[: note.start()]


def _refuse_incomplete(chosen: _Candidate, file_name: str) -> None:
	layout = chosen.layout
	where = f"{file_name}, row {chosen.row + 1}"
	seen: set[Named] = set()
	for text, name in zip(chosen.texts, chosen.names, strict=True):
		if name in seen and name[0] not in _REPEATABLE:
			raise FileRefused("duplicate_column", where=where, column=repr(text[:_SHOWN]))
		if name:
			seen.add(name)
	if missing := chosen.missing:
		fields = "; ".join(
			" or ".join(
				f"{name.replace('_', ' ')} ({layout.headers.get(name, ('?',))[0]!r})" for name in names
			)
			for names in missing
		)
		raise FileRefused("missing_column", where=where, fields=fields)


def _refuse_divided(chosen: _Candidate, candidates: Sequence[_Candidate], file_name: str) -> None:
	"""A report spread over several visible sheets would lose rows. A sheet that only repeats rows of the chosen one is fine."""
	rows = None
	for other in candidates:
		if other is chosen or other.sheet.hidden or other.missing or other.layout.kind != chosen.layout.kind:
			continue
		rows = rows or {tuple(map(to_text, row)) for row in chosen.body}
		if any(tuple(map(to_text, row)) not in rows for row in other.body):
			first, second = (repr(sheet.name[:_SHOWN]) for sheet in (chosen.sheet, other.sheet))
			raise FileRefused("several_sheets", where=file_name, first=first, second=second)


def _header(chosen: _Candidate, other_sheets: tuple[str, ...]) -> Header:
	by_field: dict[str, list[tuple[int, int]]] = {}
	for column, name in enumerate(chosen.names):
		if name:
			by_field.setdefault(name[0], []).append((name[1], column))
	columns = {
		name: tuple(c for _, c in of_field) if name in (*SUMMED_FIELDS, NOT_COUNTED) else (min(of_field)[1],)
		for name, of_field in by_field.items()
	}
	used = {c for cs in columns.values() for c in cs}
	left = [column for column in range(len(chosen.texts)) if column not in used]
	restated = {c: name[0] for c in left if (name := chosen.names[c]) and name[0] in AMOUNT_FIELDS}
	upper = chosen.upper or _labels_above(chosen)
	return Header(
		kind=chosen.layout.kind,
		sheet=chosen.sheet.name,
		row=chosen.row + 1,
		columns=columns,
		texts={column: text for column, text in enumerate(chosen.texts) if text},
		upper_row=chosen.row if upper else 0,
		unknown=tuple(text for column in left if (text := chosen.texts[column])),
		unread=tuple(c for c in left if chosen.names[c] is None and may_be_money(chosen.texts[c])),
		restated=restated,
		metadata=read_metadata(chosen.sheet.rows[: chosen.row - bool(upper)], chosen.layout.date_order),
		other_sheets=other_sheets,
	)


def _labels_above(chosen: _Candidate) -> bool:
	"""A row of group labels right above the header (`Remittance`, `Amounts`) belongs to it."""
	if not chosen.row:
		return False
	above = chosen.sheet.rows[chosen.row - 1]
	labels = [text for cell in above if (text := to_text(cell))]
	plain = is_text(above) and not any(c.isdigit() or c == ":" for text in labels for c in text)
	return plain and not to_text(above[0]) and len(labels) >= 2 and not names_client(labels)
