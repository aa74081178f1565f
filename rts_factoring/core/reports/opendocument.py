"""An .ods (OpenDocument spreadsheet) → sheets of cells. One tag can stand for a million cells, so the tags are counted first."""

from __future__ import annotations

import io
import re
import zipfile

from .checked import CheckedSheet, SheetBudget, check_sheet_count, encrypted, read_copy
from .package import SMALL, Package
from .sheet_dimensions import Cell
from .sheets import Limits, Spreadsheet

MIME = b"application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST, _CONTENT = "META-INF/manifest.xml", "content.xml"
_MOST = 10_000_000  # a repeat above this counts as this
_END = b"/table:table"
_START = rb"<(/table:table|table:table|table:table-row|table:table-cell|table:covered-table-cell)(?=[\s/>])"
_TAG = re.compile(_START + rb"((?:[^<>\"']+|\"[^\"]*\"|'[^']*'){0,100})>")
_REPEATED = re.compile(rb"\stable:number-(?:rows|columns)-repeated\s*=\s*[\"'](\d{1,12})[\"']")
_VALUE = re.compile(rb"\soffice:(?:(?:boolean-|date-|time-)?value|string-value)\s*=\s*[\"'][^\"']")
_FILLED = re.compile(rb"\s(?:office:[a-z-]*value[a-z-]*|table:formula)\s*=")
_FORMULA = re.compile(rb"\stable:formula\s*=")
_ERROR = re.compile(rb"\scalcext:value-type\s*=\s*[\"']error[\"']")
_SHOWN_ERROR = re.compile(rb"<text:p[^<>]*>\s*(?:#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d+)\s*<")
_SHOWN = re.compile(rb">\s*[^<\s]")
_HIDING = re.compile(rb"<!--.*?-->|<\?(?!xml\s).*?\?>", re.DOTALL)
_BETWEEN = re.compile(rb"(?<=>)\s+(?=</?table:)")
_SPACES = re.compile(rb"\stext:c\s*=\s*[\"'](\d{1,12})[\"']")
_MINIMAL_MANIFEST = (
	b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
	b'<manifest:file-entry manifest:full-path="/" manifest:media-type="' + MIME + b'"/></manifest:manifest>'
)


def read_opendocument(package: Package) -> Spreadsheet:
	"""Raises FileRefused: too_large, encrypted, unsafe; ValueError or KeyError for damage."""
	if _MANIFEST in package.members and b"encryption-data" in package.xml(_MANIFEST, SMALL):
		raise encrypted(package.file_name)
	content = _plain(package.xml(_CONTENT))
	sheets = _check(content, package.file_name, package.limits)
	copy = io.BytesIO()
	with zipfile.ZipFile(copy, "w") as target:
		target.writestr("mimetype", MIME)
		target.writestr(_MANIFEST, _MINIMAL_MANIFEST)
		target.writestr(_CONTENT, content)
	return read_copy(copy, sheets, package.file_name)


def _plain(content: bytes) -> bytes:
	"""The content without what could hide a tag from the count, and without line breaks between the tags."""
	if b"<![CDATA[" in content:
		raise ValueError("a section of characters, which no program writes here")
	return _BETWEEN.sub(b"", _HIDING.sub(b"", content))


def _check(content: bytes, file_name: str, limits: Limits) -> list[CheckedSheet]:
	budget = SheetBudget(file_name, limits)
	sheets: list[CheckedSheet] = []
	sheet: _Sheet | None = None
	tags = list(_TAG.finditer(content))
	if len(tags) != len(re.findall(_START, content)):
		raise ValueError("a row or cell whose tag does not end")
	for number, match in enumerate(tags):
		name, attributes = match.groups()
		closing = name == _END
		if closing or name == b"table:table":
			if sheet is not None and not closing:
				raise ValueError("a table in a table")
			if sheet is not None:
				budget.add(*sheet.size())
				sheets.append(CheckedSheet(*sheet.marked()))
				check_sheet_count(len(sheets), file_name, limits)
			sheet = None if closing else _Sheet()
		elif sheet is not None and name == b"table:table-row":
			sheet.start_row(_repeat(attributes))
		elif sheet is not None:
			end = tags[number + 1].start() if number + 1 < len(tags) else len(content)
			inside = b"" if attributes.endswith(b"/") else content[match.end() : end]
			sheet.add_cell(attributes, inside)
	return sheets


class _Sheet:
	"""Counts of a table while its tags go by. Empty rows and cells count once something follows them."""

	def __init__(self) -> None:
		self.rows = self.columns = self.cells = self.text = 0
		self.row, self.row_repeat, self.column = 0, 0, 0
		self.no_value: list[tuple[int, int, int, int]] = []  # row, its repeat, column, its repeat
		self.errors: list[tuple[int, int, int, int]] = []

	def start_row(self, repeat: int) -> None:
		self.row += self.row_repeat
		self.row_repeat, self.column = repeat, 0

	def add_cell(self, attributes: bytes, inside: bytes) -> None:
		repeat = _repeat(attributes)
		if _FILLED.search(attributes):
			self.rows = self.row + self.row_repeat
			self.columns = max(self.columns, self.column + repeat)
			self.cells += repeat * self.row_repeat
			spaces = sum(map(int, _SPACES.findall(inside))) if b"text:c" in inside else 0
			self.text += (len(attributes) + len(inside) + spaces) * repeat * self.row_repeat
			place = (self.row, self.row_repeat, self.column, repeat)
			formula = b"table:formula" in attributes and _FORMULA.search(attributes)
			if _ERROR.search(attributes) or (formula and _SHOWN_ERROR.search(inside)):
				self.errors.append(place)
			elif formula and not _VALUE.search(attributes) and not _SHOWN.search(inside):
				self.no_value.append(place)
		self.column += repeat

	def size(self) -> tuple[int, int, int, int]:
		return self.rows, self.columns, self.cells, self.text

	def marked(self) -> tuple[list[Cell], list[Cell]]:
		"""Cells without a value and cells with an error, one by one: to be called within the limits."""
		return _each(self.no_value), _each(self.errors)


def _each(places: list[tuple[int, int, int, int]]) -> list[Cell]:
	return [
		(row + down, column + right)
		for row, rows, column, columns in places
		for down in range(rows)
		for right in range(columns)
	]


def _repeat(attributes: bytes) -> int:
	repeated = _REPEATED.search(attributes) if b"-repeated" in attributes else None
	return min(int(repeated[1]), _MOST) if repeated else 1
