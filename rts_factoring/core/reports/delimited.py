"""A delimited text file (.csv, .txt, .tsv) → rows of cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from ..errors import FileRefused
from .file_kinds import utf_16_without_mark
from .sheets import Limits, Row, too_large

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = ",;\t|"
_SAMPLE = 20_000  # bytes in which the delimiter is looked for
_KEPT_TEXT = re.compile(r'="([^"]*)"')  # so that Excel leaves a number's zeros alone
_FEW_COLUMNS = 4  # of a narrower row, a cell with a line break may hold as many delimiters


def read_delimited(data: bytes, file_name: str, limits: Limits) -> list[Row]:
	encoding = _encoding(data, file_name)
	delimiter = _delimiter(data[:_SAMPLE].decode(encoding, errors="ignore"))
	rows: list[Row] = []
	cells = 0
	old_limit = csv.field_size_limit(limits.text)
	lines = _text_lines(data, encoding, delimiter, file_name, limits)
	try:
		for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True):
			_refuse_swallowed_rows(row, rows, delimiter, file_name)
			row = [_KEPT_TEXT.sub(r"\1", cell) if cell.startswith('="') else cell for cell in row]
			cells += len(row)
			if len(row) > limits.columns:
				raise too_large("columns", f"{file_name}, row {len(rows) + 1}", limits.columns, len(row))
			if len(rows) >= limits.rows:
				raise too_large("rows", file_name, limits.rows)
			if cells > limits.cells:
				raise too_large("cells", file_name, limits.cells)
			rows.append(row)
	except csv.Error as error:
		raise FileRefused("not_csv.unreadable", where=file_name, problem=error) from error
	finally:
		csv.field_size_limit(old_limit)
	width = max(map(len, rows), default=0)
	if width * len(rows) > limits.area:
		raise too_large("cells", file_name, limits.area)
	for row in rows:
		row.extend([""] * (width - len(row)))
	return rows


def _refuse_swallowed_rows(row: Row, rows: list[Row], delimiter: str, file_name: str) -> None:
	"""A quotation mark that nobody closed takes the rows below it into its cell. An address has a space after its commas."""
	for cell in row:
		if "\n" not in cell and "\r" not in cell:
			continue
		width = max(len(rows[-1]) if rows else 0, _FEW_COLUMNS)
		if cell.count(delimiter) - cell.count(delimiter + " ") >= width - 1:
			raise FileRefused("not_csv.quotation", where=f"{file_name}, row {len(rows) + 1}")


def _text_lines(data: bytes, encoding: str, delimiter: str, file_name: str, limits: Limits) -> Iterator[str]:
	"""The lines. One with far too many delimiters is refused before its cells are made."""
	for line in io.TextIOWrapper(io.BytesIO(data), encoding, newline=""):
		if line.count(delimiter) > 10 * limits.columns:
			raise too_large("columns", file_name, limits.columns, line.count(delimiter) + 1)
		yield line


def _encoding(data: bytes, file_name: str) -> str:
	"""The encoding of the byte order mark, else UTF-16 where every other byte is zero, else UTF-8, else Windows-1252."""
	stated = [encoding for mark, encoding in _MARKS if data.startswith(mark)]
	if not stated and (encoding := utf_16_without_mark(data)):
		stated = [encoding]
	for encoding in stated or ("utf-8", "cp1252"):
		try:
			data.decode(encoding)
			return encoding
		except UnicodeDecodeError:
			continue
	raise FileRefused("not_csv.encoding", where=file_name)


def _delimiter(head: str) -> str:
	"""The delimiter that cuts most of the first lines into equally many cells."""

	def regularity(mark: str) -> tuple[int, int, bool]:
		try:
			rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=mark, skipinitialspace=True))
		except csv.Error:
			return 0, 0, False
		widths = Counter(len(row) for row in rows if len(row) > 1)
		width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
		return width * count, count, mark == ","

	return max(_DELIMITERS, key=regularity)
