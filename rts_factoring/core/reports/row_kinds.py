"""What a row below the header is: a line, a total, a repeated header, a title or note, or blank."""

from __future__ import annotations

import re
from enum import Enum

from .cells import is_filled, to_text
from .header import Header
from .layout import AMOUNT_FIELDS, ReportLayout, normalise_header, normalise_word
from .lines import AMOUNTS, ReportLine
from .sheets import FORMULA_WITHOUT_VALUE, Row


class RowKind(Enum):
	LINE = "line"
	TOTAL = "total"
	HEADER = "header"
	TITLE = "title"
	BLANK = "blank"


# `Total Quality Logistics` is a broker, so a text that goes on after "total" must go on as totals do.
_SAYS_TOTAL = re.compile(r"(?:.*\W)?(?:sub|grand)?\W*totals?\s*:?", re.IGNORECASE)
_TOTAL_OF = re.compile(
	r"(?:sub|grand)?[\s-]*totals?\s*(?:\s(?:for|of)\s|[:=#(\d*]).*|sub[\s-]?totals?\b.*", re.IGNORECASE
)
_TOTAL_WHAT = re.compile(
	r"(?:sub|grand)?[\s-]*totals?\s*(?:-|(?:amounts?|net|purchased?|advanced?|paid|payments?|collect(?:ed|ions?)?"
	r"|fund(?:ed)?|received|released|fees?|due|usd|reserves?|invoices?|batch|schedule|report|page|checks?|count|records?"
	r"|rows?|lines?|this)\b).*",
	re.IGNORECASE,
)
_TOTAL_BY = re.compile(
	r"(?:customer|debtor|broker|client|batch|schedule|check|page|report)\s+(?:sub)?totals?\s*[:=-].*",
	re.IGNORECASE,
)
_BALANCE = re.compile(
	r".*\bbalance\b.*:", re.IGNORECASE
)  # `Reserve balance:` beside an amount is no movement
_BARE_TOTAL = re.compile(r"(?:sub|grand|report|page|batch|check)?[\s-]*totals?\s*:?", re.IGNORECASE)
_COUNT = re.compile(r"\d+\s+(?:invoices?|items?|records?|rows?|lines?|payments?|checks?)", re.IGNORECASE)
_PAGE = re.compile(r"page\s*\d+(?:\s*(?:of|/)\s*\d+)?", re.IGNORECASE)


class RowClassifier:
	"""Says what each row below the header of one sheet is."""

	def __init__(self, rows: list[Row], header: Header, layout: ReportLayout):
		self.title_texts = {text for row in rows[: header.row - 1] for cell in row if (text := to_text(cell))}
		self.headers = [
			[normalise_header(to_text(cell)) for cell in rows[number - 1]]
			for number in (header.row, header.upper_row)
			if number
		]
		self.words = layout.status_index().keys() | layout.type_index().keys()
		self.amounts = {
			i for name, columns in header.columns.items() if name in AMOUNT_FIELDS for i in columns
		}
		self.invoice = header.columns.get("invoice_no", (None,))[0]
		self.debtor = header.columns.get("debtor_name", (None,))[0]
		self.notes = {i for name in ("reason", "description") for i in header.columns.get(name, ())}

	def kind(self, row: Row, line: ReportLine, is_readable: bool) -> RowKind:
		"""`line` is the parsed row. `is_readable` is true if all its cells could be read."""
		if self.is_plain(line):
			return RowKind.LINE
		if not is_filled(row):
			return RowKind.BLANK
		if self._is_header(row):
			return RowKind.HEADER
		if self._is_total(row, line, is_readable):
			return RowKind.TOTAL
		return RowKind.TITLE if self._is_title(row, line) else RowKind.LINE

	@staticmethod
	def is_plain(line: ReportLine) -> bool:
		"""A quick test for an ordinary line: it has a number, and a date or an amount, and does not say "total"."""
		invoice_no = line.invoice_no
		if not invoice_no or not invoice_no[-1].isdigit() or "total" in invoice_no.casefold():
			return False
		if line.date is not None:
			return True
		others = (line.debtor_name, line.word, line.po_no, line.reason, line.payment_ref, line.debtor_code)
		return line.invoice_amount is not None and "total" not in "".join(others).casefold()

	def _is_header(self, row: Row) -> bool:
		filled = [(i, to_text(cell)) for i, cell in enumerate(row) if to_text(cell)]
		for header in self.headers:
			same = sum(1 for i, text in filled if header[i] and normalise_header(text) == header[i])
			if same >= 2 and same * 2 > len(filled):
				return True
		return False

	def _is_total(self, row: Row, line: ReportLine, is_readable: bool) -> bool:
		"""A row with the word total where a line has its invoice, or with amounts and no other text."""
		labelled = [
			i for i, cell in enumerate(row) if isinstance(cell, str) and self._says_total(to_text(cell), i)
		]
		if _is_number(line.invoice_no) and self.invoice not in labelled:  # the count of invoices, or a line
			bare = [i for i in labelled if i not in self.notes and _BARE_TOTAL.fullmatch(to_text(row[i]))]
			return bool(bare) and line.date is None and not self._is_known(line)
		if labelled and self.invoice in labelled:
			return True
		if line.invoice_no.strip("*. ") or self._is_known(line):
			return False
		if line.date is not None:
			return any(i not in self.notes for i in labelled)
		says_nothing = _has_amount(line) and not self._says_anything(row)
		return bool(labelled) or (says_nothing and (is_readable or _has_only_marks(row)))

	def _says_total(self, text: str, column: int) -> bool:
		if len(text) > 200 or ("total" not in text.casefold() and not _COUNT.fullmatch(text)):
			return False
		if (
			_COUNT.fullmatch(text)
			or _SAYS_TOTAL.fullmatch(text)
			or _TOTAL_OF.fullmatch(text)
			or _TOTAL_BY.fullmatch(text)
		):
			return True
		return column != self.debtor and bool(_TOTAL_WHAT.fullmatch(text))

	def _says_anything(self, row: Row) -> bool:
		"""Whether a cell outside the amount columns has a letter or digit."""
		return any(
			any(map(str.isalnum, to_text(cell))) for i, cell in enumerate(row) if i not in self.amounts
		)

	def _is_known(self, line: ReportLine) -> bool:
		return bool(line.word) and normalise_word(line.word) in self.words

	def _is_title(self, row: Row, line: ReportLine) -> bool:
		"""A page title, the heading of a group, or a note: without a number, a word of the layout or an amount."""
		texts = [text for cell in row if (text := to_text(cell))]
		if self._is_known(line) or FORMULA_WITHOUT_VALUE in row:
			return False
		dated, amounts = line.date is not None, _has_amount(line)
		if not dated and not amounts and line.invoice_no in self.title_texts:
			return True
		if _is_number(line.invoice_no):
			return False
		if amounts:
			return not dated and bool(_BALANCE.fullmatch(texts[0]))
		if texts[0].endswith(":") or any(_PAGE.fullmatch(text) for text in texts):
			return True
		return not dated and (len(texts) == 1 or (bool(line.invoice_no) and len(texts) <= 4))


def _is_number(invoice_no: str) -> bool:
	"""Whether it could be an invoice's number: a digit somewhere, and not a sentence."""
	return any(map(str.isdigit, invoice_no)) and invoice_no.count(" ") < 3


def _has_only_marks(row: Row) -> bool:
	"""Whether its texts are marks, such as the star before a total."""
	return not any(isinstance(cell, str) and any(map(str.isalnum, cell)) for cell in row)


def _has_amount(line: ReportLine) -> bool:
	return any(getattr(line, name) is not None for name in AMOUNTS)
