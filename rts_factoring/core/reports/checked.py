"""What every kind of workbook goes through: limits over all its sheets, and the reader, which gets only the checked copy."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ..errors import FileRefused
from .sheet_dimensions import Cell
from .sheets import FORMULA_WITHOUT_VALUE, Limits, Row, Sheet, Spreadsheet, too_large


@dataclass(slots=True)
class CheckedSheet:
	"""What the reader leaves out of a sheet: its cells without a value, and those with an error."""

	no_value: list[Cell] = field(default_factory=list)
	errors: list[Cell] = field(default_factory=list)


class SheetBudget:
	"""What all sheets of a file together may take. A reader allocates rows × columns up to the outermost cells of a sheet,
	and a copy of a shared text for every cell that uses it."""

	def __init__(self, file_name: str, limits: Limits):
		self.file_name = file_name
		self.limits = limits
		self.cells = self.area = self.text = 0

	def add(self, rows: int, columns: int, cells: int, text: int) -> None:
		limits = self.limits
		if rows > limits.rows:
			raise too_large("sheet_rows", self.file_name, limits.rows, rows)
		if columns > limits.columns:
			raise too_large("columns", self.file_name, limits.columns, columns)
		self.cells += cells
		self.area += rows * columns
		self.text += text
		if self.cells > limits.cells or self.area > limits.area:
			most = limits.cells if self.cells > limits.cells else limits.area
			raise too_large("cells", self.file_name, most)
		if self.text > limits.unpacked:
			raise too_large("texts", self.file_name, limits.unpacked, self.text)


def check_sheet_count(count: int, file_name: str, limits: Limits) -> None:
	if count > limits.sheets:
		raise too_large("sheets", file_name, limits.sheets, count)


def read_copy(copy: io.BytesIO, checked: Sequence[CheckedSheet | None], file_name: str) -> Spreadsheet:
	"""The sheets of a checked copy. `checked` has one item for each sheet in the workbook's order, None for what is no
	worksheet. A sheet that only a program can show is left out."""
	copy.seek(0)
	workbook = CalamineWorkbook.from_filelike(copy)
	copy.close()
	result = Spreadsheet(file_name)
	for index, (meta, part) in enumerate(zip(workbook.sheets_metadata, checked, strict=True)):
		if part is None or meta.typ != SheetTypeEnum.WorkSheet or meta.visible == SheetVisibleEnum.VeryHidden:
			continue
		rows: list[Row] = workbook.get_sheet_by_index(index).to_python(skip_empty_area=False)
		_put(rows, part.no_value, FORMULA_WITHOUT_VALUE)
		_put(rows, part.errors, "#ERROR")
		result.sheets.append(Sheet(meta.name, rows, meta.visible != SheetVisibleEnum.Visible))
	return result


def _put(rows: list[Row], cells: list[Cell], value: object) -> None:
	"""Set cells that the reader gives as empty, or leaves out because they are beyond all filled ones."""
	if not cells:
		return
	width = max(len(rows[0]) if rows else 0, 1 + max(column for _, column in cells))
	rows.extend([] for _ in range(len(rows), 1 + max(row for row, _ in cells)))
	for row in rows:
		row.extend([""] * (width - len(row)))
	for number, column in cells:
		rows[number][column] = value


def damaged(file_name: str) -> FileRefused:
	return FileRefused("not_xlsx.damaged", where=file_name)


def encrypted(file_name: str) -> FileRefused:
	return FileRefused("encrypted", where=file_name)
