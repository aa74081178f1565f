"""An .xlsb (Excel's binary workbook) → sheets of cells. Its records are counted before a reader allocates the cells.

The records are those of [MS-XLSB]: a type of one or two bytes, a size of one to four, and the data.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree  # nosec B405 # every part was searched for entities before

from .checked import CheckedSheet, SheetBudget, check_sheet_count, read_copy
from .package import SMALL, Package
from .sheets import EPOCH_1904, Spreadsheet

WORKBOOK = "xl/workbook.bin"
_RELATIONS, _ROOT, _TYPES = "xl/_rels/workbook.bin.rels", "_rels/.rels", "[Content_Types].xml"
_STRINGS, _STYLES = "xl/sharedStrings.bin", "xl/styles.bin"
_ROW, _CELL_ERROR, _CELL_SHARED, _FORMULA_TEXT, _FORMULA_ERROR = 0, 3, 7, 8, 11
_CELLS = range(2, 12)  # with a value; 1 is a cell that has only a format
_SHORT_CELLS = range(12, 19)  # without a column of their own, which the reader passes over
_WORKBOOK_PROPERTIES, _SHEET, _SHARED_ITEM = 0x99, 0x9C, 0x13
_SHEET_DATA, _SHEET_DATA_END = 0x91, 0x92
_BEFORE = (
	b"\x94\x01\x10" + b"\x00" * 16 + b"\x91\x01\x00"
)  # an empty statement of the size, and where the data begins
_AFTER = b"\x92\x01\x00"
_NO_PART = 0xFFFFFFFF


def read_binary_workbook(package: Package) -> Spreadsheet:
	"""Raises FileRefused: too_large, unsafe; ValueError, KeyError or IndexError for damage."""
	copied = {path: package.xml(path, SMALL) for path in (_ROOT, _TYPES) if path in package.members}
	copied[WORKBOOK] = package.raw(WORKBOOK, SMALL)
	copied[_RELATIONS] = package.xml(_RELATIONS, SMALL)
	copied |= {path: package.raw(path) for path in (_STRINGS, _STYLES) if path in package.members}
	targets = _targets(copied[_RELATIONS])
	ids, counts_from_1904 = _workbook(copied[WORKBOOK])
	check_sheet_count(len(ids), package.file_name, package.limits)
	lengths = [len(data) // 2 for kind, data in _records(copied.get(_STRINGS, b"")) if kind == _SHARED_ITEM]
	budget = SheetBudget(package.file_name, package.limits)
	sheets: list[CheckedSheet | None] = []
	for name in ids:
		path = targets[name]
		if not path.startswith("xl/worksheets/"):
			sheets.append(None)
			continue
		cells = _sheet_data(package.raw(path))
		sheets.append(_check(cells, lengths, budget))
		copied[path] = _BEFORE + cells + _AFTER
	copy = io.BytesIO()
	with zipfile.ZipFile(copy, "w") as target:
		for path, body in copied.items():
			target.writestr(path, body)
	workbook = read_copy(copy, sheets, package.file_name)
	if counts_from_1904:
		workbook.epoch = EPOCH_1904
	return workbook


def _sheet_data(body: bytes) -> bytes:
	"""The records of a sheet's rows and cells; some programs write others after them that do not end."""
	start = 0
	for kind, _, begin, end in _places(body):
		if kind == _SHEET_DATA:
			start = end
		elif kind == _SHEET_DATA_END and start:
			return body[start:begin]
	raise ValueError("a sheet without data")


def _check(body: bytes, lengths: list[int], budget: SheetBudget) -> CheckedSheet:
	sheet = CheckedSheet()
	row = rows = columns = cells = text = 0
	for kind, data in _records(body):
		if kind == _ROW:
			row = _number(data)
		elif kind in _CELLS:
			column = _number(data)
			rows, columns, cells = max(rows, row + 1), max(columns, column + 1), cells + 1
			if kind == _CELL_SHARED:
				text += lengths[_number(data, 8)]
			elif kind in (_CELL_ERROR, _FORMULA_ERROR):
				sheet.errors.append((row, column))
			elif kind == _FORMULA_TEXT and not _number(data, 8):
				sheet.no_value.append((row, column))
		elif kind in _SHORT_CELLS:
			raise ValueError("a cell that the reader would pass over")
	budget.add(rows, columns, cells, text)
	return sheet


def _workbook(body: bytes) -> tuple[list[str], bool]:
	"""Relation ids of the sheets in the order of their tabs, and whether days count from 1904."""
	ids, counts_from_1904 = [], False
	for kind, data in _records(body):
		if kind == _WORKBOOK_PROPERTIES:
			counts_from_1904 = bool(data[0] & 1)
		elif kind == _SHEET and (length := _number(data, 8)) != _NO_PART:
			ids.append(data[12 : 12 + 2 * length].decode("utf-16-le"))
	return ids, counts_from_1904


def _targets(body: bytes) -> dict[str, str]:
	relations = ElementTree.fromstring(body)  # nosec B314 # without entities
	return {
		relation.get("Id", ""): posixpath.normpath(posixpath.join("xl", relation.get("Target", "")))
		for relation in relations
	}


def _records(body: bytes) -> Iterator[tuple[int, bytes]]:
	for kind, data, _, _ in _places(body):
		yield kind, data


def _places(body: bytes) -> Iterator[tuple[int, bytes, int, int]]:
	"""Type and data of each record, and where it begins and ends. Raises IndexError or ValueError where the part ends within
	one."""
	at, end = 0, len(body)
	while at < end:
		begin, kind = at, body[at]
		at += 1
		if kind & 0x80:
			kind = kind & 0x7F | (body[at] & 0x7F) << 7
			at += 1
		size = shift = 0
		while True:
			byte = body[at]
			at += 1
			size |= (byte & 0x7F) << shift
			shift += 7
			if not byte & 0x80 or shift == 28:
				break
		if at + size > end:
			raise ValueError("a record that does not end")
		yield kind, body[at : at + size], begin, at + size
		at += size


def _number(data: bytes, at: int = 0) -> int:
	if len(data) < at + 4:
		raise ValueError("a record that is too short")
	return int.from_bytes(data[at : at + 4], "little")
