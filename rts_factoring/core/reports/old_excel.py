"""An .xls (Excel 95 to 2003) → sheets of cells. Its records are counted, and the reader gets them alone: no macro, no link.

The records are those of [MS-XLS]: a type and a size of two bytes each, and the data.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from ..errors import FileRefused
from .checked import CheckedSheet, SheetBudget, check_sheet_count, encrypted, read_copy
from .compound_file import CompoundFile, compound_file
from .sheet_dimensions import Cell
from .sheets import EPOCH_1904, Limits, Spreadsheet

STREAMS = ("Workbook", "Book", "WORKBOOK", "BOOK")
_BOF, _EOF, _CONTINUE = 0x809, 0x0A, 0x3C
_PASSWORD, _DATE_MODE, _SHEET, _STRINGS, _DIMENSIONS = 0x2F, 0x22, 0x85, 0xFC, 0x200
_FORMULA, _FORMULA_TEXT, _TRUTH_OR_ERROR, _SHARED, _SEVERAL = 0x06, 0x207, 0x205, 0xFD, 0xBD
_CELLS = {0x203, 0x27E, 0x204, 0xD6, _TRUTH_OR_ERROR, _SHARED, _SEVERAL, _FORMULA}
_NO_RECORD = 0x00  # a type that readers pass over
_IS_TEXT, _IS_ERROR, _IS_EMPTY = 0, 2, 3  # what a formula's result is, where it is no number


def read_old_excel(file: CompoundFile, file_name: str, limits: Limits) -> Spreadsheet:
	"""Raises FileRefused: too_large, encrypted; ValueError, IndexError or struct.error for damage."""
	name = next(name for name in STREAMS if name in file.names)
	content = bytearray(file.stream(name))
	places: list[int] = []
	lengths: list[int] = []
	counts_from_1904 = False
	strings: list[bytes] = []
	for kind, at, size in _records(content, 0):
		data = bytes(content[at : at + size])
		if kind == _PASSWORD and data[:2] != b"\x00\x00":
			raise encrypted(file_name)
		if kind == _DATE_MODE:
			counts_from_1904 = data[:1] == b"\x01"
		elif kind == _SHEET:
			places.append(struct.unpack_from("<I", data)[0])
		elif kind == _STRINGS:
			strings = [data]
		elif kind == _CONTINUE and strings:
			strings.append(data)
		elif strings and not lengths:
			lengths = _lengths(strings)
			strings = []
		if kind == _EOF:
			break
	check_sheet_count(len(places), file_name, limits)
	if not places:
		raise FileRefused("no_rows.empty_workbook", where=file_name)
	budget = SheetBudget(file_name, limits)
	sheets: list[CheckedSheet | None] = [_check(content, place, lengths, budget) for place in places]
	workbook = read_copy(io.BytesIO(compound_file(name, bytes(content))), sheets, file_name)
	if counts_from_1904:
		workbook.epoch = EPOCH_1904
	return workbook


def _check(content: bytearray, place: int, lengths: list[int], budget: SheetBudget) -> CheckedSheet:
	"""Count a sheet's cells, and take out its own statement of its size, by which a reader would allocate."""
	sheet = CheckedSheet()
	rows = columns = cells = text = depth = 0
	waiting: list[Cell] = []  # a formula whose text should follow
	for kind, at, size in _records(content, place):
		if kind == _BOF:
			depth += 1  # a chart in the sheet has records of the same kinds
		elif kind == _EOF:
			depth -= 1
			if depth <= 0:
				break
		elif kind == _DIMENSIONS:
			struct.pack_into("<H", content, at - 4, _NO_RECORD)
		elif kind == _FORMULA_TEXT:
			waiting, text = [], text + size
		elif kind in _CELLS and depth <= 1:
			sheet.no_value += waiting
			waiting = []
			row, column = struct.unpack_from("<HH", content, at)
			last = column + (size - 6) // 6 - 1 if kind == _SEVERAL else column
			rows, columns, cells = max(rows, row + 1), max(columns, last + 1), cells + last - column + 1
			if kind == _SHARED:
				text += lengths[struct.unpack_from("<I", content, at + 6)[0]]
			result = _result(kind, content, at)
			if result == _IS_TEXT:
				waiting = [(row, column)]
			elif result == _IS_ERROR:
				sheet.errors.append((row, column))
			elif result == _IS_EMPTY:
				sheet.no_value.append((row, column))
	sheet.no_value += waiting
	budget.add(rows, columns, cells, text)
	return sheet


def _result(kind: int, content: bytearray, at: int) -> int | None:
	"""What a cell shows, where it is no plain value."""
	if kind == _TRUTH_OR_ERROR:
		return _IS_ERROR if content[at + 7] == 1 else None
	if kind == _FORMULA and content[at + 12 : at + 14] == b"\xff\xff":
		return content[at + 6]
	return None


def _records(content: bytearray, at: int) -> Iterator[tuple[int, int, int]]:
	"""Type of each record, where its data begins, and how long it is."""
	while at + 4 <= len(content):
		kind, size = struct.unpack_from("<HH", content, at)
		at += 4
		if at + size > len(content):
			raise ValueError("a record that does not end")
		yield kind, at, size
		at += size


def _lengths(parts: list[bytes]) -> list[int]:
	"""Letters of each shared text. A text may go on in the next part, which then begins with the width of its letters."""
	lengths: list[int] = []
	number, at = 0, 8
	while number < len(parts):
		if at >= len(parts[number]):
			number, at = number + 1, at - len(parts[number])
			continue
		part = parts[number]
		letters, flags = struct.unpack_from("<HB", part, at)
		at += 3
		after = 0
		if flags & 8:
			after += 4 * struct.unpack_from("<H", part, at)[0]
			at += 2
		if flags & 4:
			after += struct.unpack_from("<I", part, at)[0]
			at += 4
		lengths.append(letters)
		wide = 1 + (flags & 1)
		while letters:
			here = min(letters, (len(parts[number]) - at) // wide)
			letters -= here
			at += here * wide
			if letters:
				number += 1
				wide, at = 1 + (parts[number][0] & 1), 1
		at += after
	return lengths
