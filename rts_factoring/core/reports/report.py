"""A report file → parsed lines. Every row of the sheet ends in exactly one of lines, totals, headers, titles or blanks."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from ..errors import FileRefused, short
from ..model import ReportKind
from ..money import ZERO
from .cells import BadCell, is_filled, to_amount, to_date, to_number_text, to_text
from .gc_paused import gc_paused
from .header import Header, find_header
from .layout import AMOUNT_FIELDS, DATE_FIELDS, NOT_COUNTED, ReportLayout, normalise_word
from .lines import (
	AMOUNTS,
	ATTRIBUTE,
	DEDUCTIONS,
	ReportLine,
	TotalDifference,
	TotalRow,
	UnreadCell,
	find_total_differences,
)
from .metadata import ReportMetadata
from .presets import SHIPPED
from .row_events import RowEvents
from .row_kinds import RowClassifier, RowKind
from .sheets import FORMULA_WITHOUT_VALUE, Limits, Row, Spreadsheet
from .spreadsheet import read
from .unread import added_up, unread_amounts


@dataclass(frozen=True)
class Report:
	"""A parsed report. `titles`, `headers` and `blanks` are row numbers from 1."""

	kind: ReportKind
	file_name: str
	layout: ReportLayout
	header: Header
	lines: tuple[ReportLine, ...]
	totals: tuple[TotalRow, ...] = ()
	total_differences: tuple[TotalDifference, ...] = ()
	titles: tuple[int, ...] = ()
	headers: tuple[int, ...] = ()
	blanks: tuple[int, ...] = field(default=(), repr=False)
	fingerprints: tuple[str, ...] = field(default=(), repr=False)  # one for each line, see fingerprint()
	unread_cells: Mapping[int, tuple[UnreadCell, ...]] = field(default_factory=dict, repr=False)  # by row

	@property
	def metadata(self) -> ReportMetadata:
		return self.header.metadata

	@property
	def sheet(self) -> str:
		return self.header.sheet

	@property
	def other_sheets(self) -> tuple[str, ...]:
		"""Visible sheets with content that was not read."""
		return self.header.other_sheets


def read_report(
	data: bytes,
	file_name: str,
	kind: ReportKind | None = None,
	layouts: Sequence[ReportLayout] | None = None,
	limits: Limits | None = None,
) -> Report:
	"""Read one report and parse its lines. Raises FileRefused (see spreadsheet.read and header.find_header)."""
	return parse_report(read(data, file_name, limits), kind, layouts)


@gc_paused
def parse_report(
	workbook: Spreadsheet, kind: ReportKind | None = None, layouts: Sequence[ReportLayout] | None = None
) -> Report:
	"""The report in a workbook, by the layout that fits it best. Raises FileRefused (see header.find_header)."""
	layouts = tuple(layouts or SHIPPED)
	header, sheet, layout = find_header(workbook, layouts, kind)
	return _Parser(workbook, sheet.rows, header, layout).report()


def fingerprint(row: Row) -> str:
	"""SHA-1 of a row's cells as they are in the file, whatever a layout makes of them; 40 hex digits."""
	text = "\x1f".join("" if cell is None else str(cell) for cell in row).rstrip("\x1f")
	return hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


Column: TypeAlias = list[Any]  # one value for each row below the header

_NUMBER_FIELDS = frozenset(  # 48210.0 is check 48210
	("invoice_no", "po_no", "debtor_code", "client_no", "batch_ref", "payment_ref")
)
_WORD_COLUMNS = {"unknown_status": "status", "unknown_type": "transaction_type"}  # by problem
_WORD_FIELDS = frozenset(("status", "transaction_type"))
_TEXTS: tuple[str, ...] = ("invoice_no", "word", "reason", "debtor_name", "debtor_code", "po_no", "client_no")
_TEXTS += ("batch_ref", "payment_ref", "payment_type")
_PROBLEM_ORDER = (
	"formula_without_value",
	"invalid_date",
	"invalid_amount",
	"missing_invoice",
	"unknown_status",
	"unknown_type",
	"missing_date",
	"missing_amount",
	"both_signs",
	"unread_money",
)
# Some reports show these as negative amounts beside positive fees and reserves.
_SHOWN_EITHER_WAY = ("repaid", "recovered", "unclear")


class _Parser:
	"""Parses column by column, because a column has few distinct values, then classifies the rows."""

	def __init__(self, workbook: Spreadsheet, rows: list[Row], header: Header, layout: ReportLayout):
		self.file_name = workbook.file_name
		self.epoch = workbook.epoch
		self.rows = rows
		self.header = header
		self.layout = layout
		self.first = header.row  # index of the first row below the header
		self.body = rows[self.first :]
		self.bad: dict[int, list[UnreadCell]] = {}  # by index in the body
		self.columns: dict[str, Column] = {}
		# By converter and type of the cell, because 1, 1.0 and True are one key.
		self.converted: dict[Callable, dict[type, dict]] = defaultdict(lambda: defaultdict(dict))
		self.unread: dict[int, list[Decimal | None]] = {}  # by column
		self.statuses = layout.status_index()
		self.types = layout.type_index()

	def report(self) -> Report:
		self._parse_columns()
		self._turn_deductions()
		header = self.header
		lines: list[ReportLine] = []
		totals: list[TotalRow] = []
		headers = [row for row in (header.upper_row, header.row) if row]
		above = [row for row in range(1, header.row) if row != header.upper_row]
		titles = [row for row in above if is_filled(self.rows[row - 1])]
		blanks = [row for row in above if not is_filled(self.rows[row - 1])]
		others = {RowKind.HEADER: headers, RowKind.TITLE: titles, RowKind.BLANK: blanks}
		classifier = RowClassifier(self.rows, header, self.layout)
		for place, line in enumerate(self._lines()):
			kind = classifier.kind(self.body[place], line, place not in self.bad)
			if kind is RowKind.LINE:
				lines.append(line)
			elif kind is RowKind.TOTAL:
				totals.append(self._total(place, line))
			else:
				others[kind].append(line.row)
		differences = find_total_differences(lines, totals, self.layout.tolerance)
		if false := _false_totals(totals, differences):
			lines = sorted(
				[*lines, *(line for line in self._lines() if line.row in false)], key=lambda line: line.row
			)
			totals = [total for total in totals if total.row not in false]
			differences = find_total_differences(lines, totals, self.layout.tolerance)
		if not lines:
			raise FileRefused("no_rows.only_header", where=f"{self.file_name}, row {header.row}")
		return Report(
			kind=self.layout.kind,
			file_name=self.file_name,
			layout=self.layout,
			header=header,
			lines=tuple(lines),
			totals=tuple(totals),
			total_differences=tuple(differences),
			titles=tuple(titles),
			headers=tuple(headers),
			blanks=tuple(blanks),
			fingerprints=tuple(fingerprint(self.rows[line.row - 1]) for line in lines),
			unread_cells={
				line.row: cells for line in lines if line.problems and (cells := self._unread(line))
			},
		)

	def _unread(self, line: ReportLine) -> tuple[UnreadCell, ...]:
		"""The cells behind the problems of a line."""
		cells = [*self.bad.get(line.row - 1 - self.first, ())]
		columns = self.header.columns
		for problem, name in _WORD_COLUMNS.items():
			if problem in line.problems and line.word:
				index = next(iter(columns.get(name) or columns.get("payment_type") or ()), -1)
				cells.append(UnreadCell(problem, self.header.texts.get(index, ""), short(line.word)))
		if "unread_money" in line.problems:
			row = self.rows[line.row - 1]
			cells += [
				UnreadCell("unread_money", self.header.texts.get(index, ""), short(to_text(row[index])))
				for index, amounts in self.unread.items()
				if amounts[line.row - 1 - self.first]
			]
		return tuple(cells)

	def _total(self, place: int, line: ReportLine) -> TotalRow:
		amounts = {name: amount for name in AMOUNTS if (amount := getattr(line, name)) is not None}
		label = next(
			(text for cell in self.body[place] if isinstance(cell, str) and (text := to_text(cell))), ""
		)
		return TotalRow(line.row, label, amounts)

	# columns ---------------------------------------------------------------------------------------------------

	def _parse_columns(self) -> None:
		is_purchase = self.layout.kind is ReportKind.PURCHASE
		for name, indices in self.header.columns.items():
			if name == NOT_COUNTED:
				continue
			parts = [self._convert(index, self._converter(name)) for index in indices]
			values = parts[0] if len(parts) == 1 else [_add(values) for values in zip(*parts, strict=True)]
			# Beside the status of a purchase stands the type of its row.
			typed = is_purchase and name == "transaction_type"
			self.columns["payment_type" if typed else ATTRIBUTE.get(name, name)] = values
		aged = self.columns.pop("aged_amount", None)
		if aged is not None:
			self.columns.setdefault("balance", aged)
		self.unread = unread_amounts(self.body, self.header, self.columns)
		self.columns["unread"] = added_up(len(self.body), self.unread)
		if is_purchase or self.layout.kind.is_statement:
			return
		methods = {normalise_word(word) for word in self.columns.get("payment_type", ())} - {""}
		if "word" not in self.columns and methods and methods <= self.types.keys():
			self.columns["word"] = self.columns["payment_type"]  # "Payment Type" may mean either

	def _converter(self, name: str) -> Callable[[object], Any]:
		if name in DATE_FIELDS:
			order, epoch = self.layout.date_order, self.epoch
			return lambda value: to_date(value, order, epoch)
		if name in AMOUNT_FIELDS:
			return to_amount
		if name in _WORD_FIELDS or (name == "payment_type" and "transaction_type" not in self.header.columns):
			return _to_word
		return to_number_text if name in _NUMBER_FIELDS else to_text

	def _convert(self, index: int, convert: Callable[[object], Any]) -> Column:
		"""One column, each distinct text or number converted once. An unreadable cell becomes None (a word "") and a problem
		of its row."""
		converted = self.converted[convert]
		values: Column = []
		for place, row in enumerate(self.body):
			cell = row[index]
			known = converted[cell.__class__]
			try:
				values.append(known[cell])
				continue
			except KeyError:
				pass
			try:
				value = known[cell] = convert(cell)
			except BadCell as error:
				cell = UnreadCell(
					error.code, self.header.texts.get(index, ""), short(to_text(cell) or str(cell))
				)
				self.bad.setdefault(place, []).append(cell)
				value = "" if convert is _to_word else None
			values.append(value)
		return values

	def _turn_deductions(self) -> None:
		"""Negative deductions become positive where the layout says so, or where the rows of a purchase report add up only
		that way."""
		shown = [name for name in DEDUCTIONS if name in self.columns]
		if self.layout.deductions_negative:
			turned = shown
		elif self.layout.kind is ReportKind.PURCHASE:
			turned = next((names for names in self._ways_to_turn(shown) if self._adds_up(shown, names)), [])
		else:
			turned = []
		for name in turned:
			self.columns[name] = [value if value is None else ZERO - value for value in self.columns[name]]

	def _ways_to_turn(self, shown: list[str]) -> Iterator[list[str]]:
		"""All deductions, or one column alone, of those that have no positive amount."""
		negative = [name for name in shown if all((value or ZERO) <= 0 for value in self.columns[name])]
		if negative == shown:
			yield shown
		yield from ([name] for name in negative if name in _SHOWN_EITHER_WAY)

	def _adds_up(self, shown: list[str], turned: list[str]) -> bool:
		"""Whether rows have amounts in these columns, and all of them add up once those are turned."""
		gross = self.columns.get("purchased", self.columns.get("invoice_amount"))
		if gross is None or "net" not in self.columns:
			return False
		if "reserve" not in shown and "advance" in self.columns:
			gross = self.columns["advance"]
		proof = False
		signs = [1 if name in turned else -1 for name in shown]
		places = [place for place, name in enumerate(shown) if name in turned]
		columns = (self.columns[name] for name in ("net", *shown))
		for total, net, *amounts in zip(gross, *columns, strict=True):
			if total is None or net is None or not any(amounts[place] for place in places):
				continue
			added = sum((sign * value for sign, value in zip(signs, amounts, strict=True) if value), total)
			proof = abs(added - net) <= self.layout.tolerance
			if not proof:
				return False
		return proof

	# lines -----------------------------------------------------------------------------------------------------

	def _lines(self) -> Iterator[ReportLine]:
		"""A line for every row below the header, whether or not it turns out to be one."""
		count = len(self.body)
		empty: Column = [""] * count
		nothing: Column = [None] * count
		columns = self.columns
		if self.layout.kind is ReportKind.PURCHASE and "payment_type" in columns:
			statuses = columns.get("word", empty)
			words = [status or word for status, word in zip(statuses, columns["payment_type"], strict=True)]
			columns = columns | {"word": words}
		texts = [columns.get(name, empty) for name in _TEXTS]
		values = [self.columns.get(name, nothing) for name in ("date", "invoice_date", *AMOUNTS)]
		classified = RowEvents(self.columns, count, self.layout).of_rows()
		row = self.first
		for place, (meaning, invoice_no, *rest) in enumerate(zip(classified, *texts, *values, strict=True)):
			row += 1
			event, status, problems = meaning
			if place in self.bad or problems:
				problems = _ordered([*(cell.problem for cell in self.bad.get(place, ())), *problems])
			yield ReportLine(row, invoice_no, event, status, problems, *rest)


def _false_totals(totals: Sequence[TotalRow], differences: Sequence[TotalDifference]) -> set[int]:
	"""Rows of amounts without a text that are the sum of nothing. They are lines, and wait."""
	wrong = {(difference.row, difference.field) for difference in differences}
	return {
		total.row
		for total in totals
		if not total.label
		and all((total.row, name) in wrong for name, amount in total.amounts.items() if amount)
		and any(total.amounts.values())
	}


def _to_word(value: object) -> str:
	"""A status or type. A formula without a value is not an empty word: the row must not be taken for another kind."""
	if value is FORMULA_WITHOUT_VALUE:
		raise BadCell("formula_without_value", value)
	return to_text(value)


def _add(values: Sequence[Decimal | None]) -> Decimal | None:
	given = [value for value in values if value is not None]
	return sum(given, ZERO) if given else None


def _ordered(problems: list[str]) -> tuple[str, ...]:
	"""Without the missing values that an unreadable cell explains."""
	codes = dict.fromkeys(problems)
	if "invalid_date" in codes or "formula_without_value" in codes:
		codes.pop("missing_date", None)
	if "invalid_amount" in codes or "formula_without_value" in codes:
		codes.pop("missing_amount", None)
	return tuple(sorted(codes, key=_PROBLEM_ORDER.index))
