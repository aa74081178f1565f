"""Bytes of a report file → rows of cells, within limits that are checked before anything is unpacked in memory."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from .errors import FileRefused, Sentence
from .pauses import without_collections


@dataclass(frozen=True, slots=True)
class Limits:
	"""Bounds on one report; a real one of 100,000 rows × 12 columns has about 8 MB, 60 MB unpacked."""

	bytes: int = 40_000_000
	unpacked: int = (
		120_000_000  # bytes of all parts of a workbook, and of all its shared texts as often as they are used
	)
	rows: int = 200_000
	columns: int = 512
	cells: int = 2_500_000  # that hold something, in all sheets
	area: int = 4_000_000  # rows × columns, in all sheets
	sheets: int = 50
	members: int = 2_000
	text: int = 32_767  # Excel's own limit for one cell


class MissingValue:
	"""A cell that holds a formula whose result was never saved; its value cannot be known."""

	__slots__ = ()

	def __repr__(self) -> str:
		return "formula without a saved value"

	__str__ = __repr__


FORMULA_WITHOUT_VALUE = MissingValue()


@dataclass(slots=True)
class Sheet:
	"""`rows[i]` is row i+1 of the sheet, every row equally long; empty cells are ''."""

	name: str
	rows: list[list]
	hidden: bool = False


EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)  # day 0 of Excel's two calendars


@dataclass(slots=True)
class Spreadsheet:
	"""`epoch` is what the day numbers of cells without a date format count from."""

	file_name: str
	sheets: list[Sheet] = field(default_factory=list)
	epoch: date = EPOCH_1900


@without_collections
def read(data: bytes, file_name: str, limits: Limits | None = None) -> Spreadsheet:
	"""Read an .xlsx, or a .csv when the name says so.

	Raises FileRefused: not_xlsx, not_csv, too_large, encrypted, unsafe, no_rows.
	"""
	from .workbook import read_workbook  # which builds on the classes above

	limits = limits or Limits()
	if len(data) > limits.bytes:
		raise too_large(
			file_name,
			Sentence("it has {0} bytes; at most {1} are read", f"{len(data):,}", f"{limits.bytes:,}"),
		)
	if file_name.lower().endswith((".csv", ".txt", ".tsv")):
		return Spreadsheet(file_name, [Sheet("", _read_delimited(data, file_name, limits))])
	return read_workbook(data, file_name, limits)


def too_large(file_name: str, what: str) -> FileRefused:
	return FileRefused(
		"too_large",
		Sentence(
			"The file is too large to be a report: {0}.",
			what if isinstance(what, Sentence) else Sentence(what),
		),
		"Ask RTS for a shorter period.",
		file_name,
	)


_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = ",;\t|"
_LOOKED_AT = 20_000  # bytes, to tell the delimiter


def _read_delimited(data: bytes, file_name: str, limits: Limits) -> list[list]:
	if not data.strip():
		raise FileRefused("no_rows", "The file is empty.", "Download it again.", file_name)
	encoding = _encoding(data, file_name)
	delimiter = _delimiter(data[:_LOOKED_AT].decode(encoding, errors="ignore"))
	rows: list[list] = []
	cells = 0
	old_limit = csv.field_size_limit(limits.text)
	try:
		for row in csv.reader(_text_lines(data, encoding, delimiter, file_name, limits), delimiter=delimiter):
			cells += len(row)
			if len(row) > limits.columns:
				raise too_large(
					file_name, Sentence("row {0} has {1} columns", len(rows) + 1, f"{len(row):,}")
				)
			if len(rows) >= limits.rows:
				raise too_large(file_name, Sentence("it has more than {0} rows", f"{limits.rows:,}"))
			if cells > limits.cells:
				raise too_large(file_name, Sentence("it has more than {0} cells", f"{limits.cells:,}"))
			rows.append(row)
	except csv.Error as error:
		raise _not_csv(
			file_name, Sentence("The text cannot be read as CSV ({0}).", error), "Save it again as CSV."
		) from error
	finally:
		csv.field_size_limit(old_limit)
	width = max(map(len, rows), default=0)
	if width * len(rows) > limits.area:
		raise too_large(file_name, Sentence("it has {0} rows × {1} columns", f"{len(rows):,}", f"{width:,}"))
	for row in rows:
		row.extend([""] * (width - len(row)))
	return rows


def _text_lines(data: bytes, encoding: str, delimiter: str, file_name: str, limits: Limits) -> Iterator[str]:
	"""Lines, refusing one that is cut into very many cells before they are made."""
	for line in io.TextIOWrapper(io.BytesIO(data), encoding, newline=""):
		if line.count(delimiter) > 10 * limits.columns:
			raise too_large(file_name, Sentence("a line has {0} columns", f"{line.count(delimiter):,}"))
		yield line


def _encoding(data: bytes, file_name: str) -> str:
	"""By the byte order mark, else UTF-8, else as Windows writes Western European texts."""
	marked = [encoding for mark, encoding in _MARKS if data.startswith(mark)]
	if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or (not marked and b"\x00" in data[:4096]):
		raise _not_csv(file_name, "This is not a text file (.csv).", "Give it its right name, e.g. .xlsx.")
	for encoding in marked or ("utf-8", "cp1252"):
		try:
			data.decode(encoding)
			return encoding
		except UnicodeDecodeError:
			continue
	raise _not_csv(file_name, "The text has an unknown encoding.", "Save it as CSV UTF-8.")


def _delimiter(head: str) -> str:
	"""The mark that cuts the first lines into cells most alike."""

	def likeness(mark: str) -> tuple[int, int, bool]:
		try:
			rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=mark))
		except csv.Error:
			return 0, 0, False
		widths = Counter(len(row) for row in rows if len(row) > 1)
		width, count = max(widths.items(), key=lambda found: (found[1], found[0]), default=(0, 0))
		return width * count, count, mark == ","

	return max(_DELIMITERS, key=likeness)


def _not_csv(file_name: str, what: str, hint: str) -> FileRefused:
	return FileRefused("not_csv", what, hint, file_name)
