"""The size of a worksheet, and its cells without a value, read from its XML before a reader allocates the cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

Cell = tuple[int, int]  # row and column from 0


class SheetDimensions(NamedTuple):
	rows: int
	columns: int
	cells: int  # in the file


# A plain sheet of up to this size (Z99999) needs no look at every position.
_FEW_ROWS, _FEW_COLUMNS = 99_999, 26
_MANY_ROWS = 150_000  # above this, the number of columns up to Z is counted
_FAR = re.compile(rb'r="(?:([A-Za-z]{2,})(\d+)|[A-Za-z]?(\d{6,}))')
# A tag ends at the first > outside a quoted value. No writer gives a cell more than ten attributes.
_ATTRIBUTES = rb"((?:[^<>\"']+|\"[^\"]*\"|'[^']*'){0,100})"
_TAG = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])" + _ATTRIBUTES)
_POSITION = re.compile(rb"\sr\s*=\s*[\"']\$?([A-Za-z]*)\$?(\d*)")
_TYPE_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_FORMULA = re.compile(
	rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
	rb"(?:\s*<(?:\w+:)?v\s*/>|\s*<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_EMPTY_CELL = re.compile(rb"<c r=[^<>]*(?:/>|></c>)")
_EMPTY_ROW = re.compile(rb"<row r=[^<>]*(?:/>|>\s*</row>)")
_DIMENSION = re.compile(rb"<dimension\s[^<>]*/>")


def sheet_dimensions(body: bytes, rough: bool = False) -> SheetDimensions:
	"""Rows, columns and cells of a sheet. `rough`: an upper bound, where that is quick to find."""
	if not rough or not _is_plain(body):
		return _exact(body)
	rows, columns = _FEW_ROWS, 0
	for match in _FAR.finditer(body):
		rows = max(rows, _number(match[2] or match[3]))
		columns = max(columns, _column(match[1] or b""))
	if not columns:
		columns = _single_letters(body) if rows > _MANY_ROWS else _FEW_COLUMNS
	return SheetDimensions(rows, columns, body.count(b"<c r="))


def cells_without_value(body: bytes) -> list[Cell]:
	"""Cells with a formula whose result was not saved."""
	if b"<f" not in body and b":f" not in body:
		return []
	return list(_positions(match[1] for match in _FORMULA.finditer(body)))


def cells_with_error(body: bytes) -> list[Cell]:
	"""Cells that show an error, such as #DIV/0!."""
	if b'"e"' not in body and b"'e'" not in body:
		return []
	return list(_positions(attributes for _, attributes in _tags(body) if _TYPE_ERROR.search(attributes)))


def without_empty_cells(body: bytes) -> bytes:
	"""The sheet without cells and rows that have only a format, where all others state their position."""
	if not _is_plain(body):
		return body
	body = _EMPTY_CELL.sub(b"", body)
	return _DIMENSION.sub(b"", _EMPTY_ROW.sub(b"", body))


def _single_letters(body: bytes) -> int:
	"""The last column of a plain sheet whose columns end at Z or before."""
	return next((c - 64 for c in range(ord("Z"), 64, -1) if body.find(b'<c r="%c' % c) >= 0), _FEW_COLUMNS)


def _is_plain(body: bytes) -> bool:
	"""Whether every row and cell begins with its position, as all common programs write it."""
	return (
		body.count(b"<row") == body.count(b'<row r="')
		and body.count(b"<c") - body.count(b"<col") == body.count(b'<c r="')
		and b":row" not in body
		and b":c" not in body
	)


def _exact(body: bytes) -> SheetDimensions:
	"""Rows and cells that state no position follow the one before them."""
	rows = columns = cells = row = column = 0
	for name, attributes in _tags(body):
		position = _POSITION.search(attributes)
		if name == b"row":
			row, column = _number(position[2]) if position else row + 1, 0
		else:
			cells += 1
			column = _column(position[1]) if position else column + 1
			columns = max(columns, column)
			rows = max(rows, _number(position[2]) if position else 0)
		rows = max(rows, row)
	return SheetDimensions(rows, columns, cells)


def _tags(body: bytes) -> Iterator[tuple[bytes, bytes]]:
	"""Name and attributes of every row and cell. Raises ValueError for one that does not end."""
	for match in _TAG.finditer(body):
		if body[match.end() : match.end() + 1] != b">":
			raise ValueError("a row or cell whose tag does not end")
		yield match[1], match[2]


def _positions(attributes: Iterator[bytes]) -> Iterator[Cell]:
	for text in attributes:
		position = _POSITION.search(b" " + text)
		if position and position[1] and position[2]:
			yield _number(position[2]) - 1, _column(position[1]) - 1


def _number(digits: bytes) -> int:
	return int(digits[:12] or b"0")


def _column(letters: bytes) -> int:
	number = 0
	for letter in letters[:6].upper():
		number = number * 26 + letter - 64
	return number
