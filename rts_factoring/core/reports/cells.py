"""One cell → text, amount or date. Every form is read by a rule. What fits no rule is an error, never a guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from ..money import LIMIT, money
from .sheets import EPOCH_1900, FORMULA_WITHOUT_VALUE

EMPTY_TEXTS = frozenset(("", "-", "–", "—", "$-", "$–", "--", "n/a"))
_MINUS = ("-", "−", "–")
_SPACE = re.compile(r"[\s\u00a0\u2007\u202f\u200b\ufeff]+")
_GROUP_GAP = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")  # 1 234.50
_SIGN_GAP = re.compile(r"(?<!\d) | (?!\d)")
_AMOUNT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+")
_DATE = re.compile(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})(?:[ T]\d{1,2}:\d{2}.*)?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_NAMED = re.compile(
	r"(?:(\d{1,2})(?:st|nd|rd|th)?[ \-/.]{0,2}([a-z]{3,9})|([a-z]{3,9})[ \-/.]{0,2}(\d{1,2})(?:st|nd|rd|th)?)"
	r"(?:\.?,?[ \-/]|(?<=[a-z]))(\d{4}|\d{2})",
	re.IGNORECASE,
)
_WEEKDAY = re.compile(
	r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]{0,2} ", re.IGNORECASE
)
_MONTHS = (
	*("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
	*("november", "december"),
)
_FORMULA = re.compile(r"[=@\t\r]|[+\-].*[A-Za-z(|!]", re.DOTALL)
_WHOLE = re.compile(r"(\d+)\.0+")
_LIMIT = float(LIMIT)  # a NaN cannot be compared with a Decimal
_MIN, _MAX = date(1990, 1, 1), date(2100, 1, 1)


def escape_formula(text: str) -> str:
	"""The text, with an apostrophe in front if a spreadsheet would run it as a formula."""
	return "'" + text if _FORMULA.match(text) else text


class BadCell(ValueError):
	"""The cell does not fit its column. `code` is the problem of its line."""

	def __init__(self, code: str, value: object):
		super().__init__(f"{code}: {str(value)[:60]!r}")
		self.code = code
		self.value = value


def to_text(value: object) -> str:
	"""The trimmed text. NBSP and repeated spaces become one space, a leading apostrophe is dropped, 12345.0 becomes 12345."""
	if isinstance(value, str):
		# Of all spaces only the plain one is printable: a large report has millions of texts like this.
		plain = value.isprintable() and "  " not in value
		folded = (value if plain else _SPACE.sub(" ", value)).strip()
		if folded.startswith("'"):
			folded = folded[1:].strip()
		return folded
	if value is None:
		return ""
	if isinstance(value, float):
		return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
	if isinstance(value, datetime):
		return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
	if value is FORMULA_WITHOUT_VALUE:
		return ""
	return str(value)


def is_filled(row: Sequence[object]) -> bool:
	"""Whether any cell of the row is filled."""
	if row.count("") == len(row):
		return False
	return any(to_text(cell) or cell is FORMULA_WITHOUT_VALUE for cell in row)


def to_number_text(value: object) -> str:
	"""A number that is a name (of an invoice, check, client) as it would be typed: `12345.0` is 12345; `-` and `n/a` are
	empty. Other texts stay as they are."""
	text = to_text(value)
	if "." in text and (whole := _WHOLE.fullmatch(text)):
		return whole[1]
	return "" if text.lower() in EMPTY_TEXTS else text


def to_amount(value: object) -> Decimal | None:
	"""Amount in the report's currency, rounded to the cent; None for an empty cell. Raises BadCell("invalid_amount").

	Texts: `$1,234.50`, `(50.00)`, `$(50.00)`, `50.00-`, `-$50`, `USD 50.00`, `1 234.50`, with NBSP for any space; a decimal
	comma is not read. `-` and `n/a` are empty.
	"""
	if isinstance(value, float):
		if not abs(value) < _LIMIT:  # also catches NaN
			raise BadCell("invalid_amount", value)
		return money(value)
	if isinstance(value, str):
		return _text_amount(value)
	if value is None:
		return None
	if value is FORMULA_WITHOUT_VALUE:
		raise BadCell("formula_without_value", value)
	if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LIMIT:
		return money(value)
	raise BadCell("invalid_amount", value)


def _text_amount(value: str) -> Decimal | None:
	folded = _SPACE.sub(" ", value).strip().removeprefix("'")
	body = _SIGN_GAP.sub("", _GROUP_GAP.sub("", folded))
	if body.lower() in EMPTY_TEXTS:
		return None
	negative = False
	if body[-1:] in _MINUS:
		body, negative = body[:-1], True
	if body[-3:].upper() == "USD":
		body = body[:-3]
	for _ in range(3):  # sign, currency and brackets in any order: -$50, $-50, USD-50, $(50)
		if body[:1] in _MINUS and not negative:
			body, negative = body[1:], True
		elif body[:1] == "(" and body[-1:] == ")" and not negative:
			body, negative = body[1:-1], True
		elif body[:1] in ("+", "$"):
			body = body[1:]
		elif body[:3].upper() in ("USD", "US$"):
			body = body[3:]
	if len(body) > 24 or not body.isascii() or not _AMOUNT.fullmatch(body):
		raise BadCell("invalid_amount", value)
	amount = Decimal(body.replace(",", ""))
	if amount >= LIMIT:
		raise BadCell("invalid_amount", value)
	return money(-amount if negative else amount)


def to_date(value: object, order: str = "MDY", epoch: date = EPOCH_1900) -> date | None:
	"""A date; None for an empty cell. Raises BadCell("invalid_date").

	A text is read in the layout's order, except where the year comes first (ISO, 20261103) or the month has a name.
	`epoch` is the day from which a bare number counts.
	"""
	day: date | None
	if isinstance(value, datetime):
		day = value.date()
	elif isinstance(value, date):
		day = value
	elif isinstance(value, str):
		folded = _SPACE.sub(" ", value).strip().removeprefix("'")
		if folded.lower() in EMPTY_TEXTS:
			return None
		day = _text_date(folded, order)
	elif value is None:
		return None
	elif value is FORMULA_WITHOUT_VALUE:
		raise BadCell("formula_without_value", value)
	elif isinstance(value, (int, float)) and not isinstance(value, bool):
		day = _number_date(value, epoch)
	else:
		day = None
	if day is None or not _MIN <= day < _MAX:
		raise BadCell("invalid_date", value)
	return day


def _number_date(value: float, epoch: date) -> date | None:
	"""Excel's day number from a cell without a date format, or a date written as one number (20261103)."""
	if 30_000 < value < 73_000:
		return epoch + timedelta(days=int(value))
	return _text_date(str(int(value)), "YMD") if 19_900_101 <= value < 21_000_101 else None


def _text_date(folded: str, order: str) -> date | None:
	if match := _COMPACT.fullmatch(folded):
		year, month, day = match.groups()
	elif match := _DATE.fullmatch(folded):
		a, b, c = match.groups()
		if len(a) == 4:
			year, month, day = a, b, c
		elif order == "MDY":
			month, day, year = a, b, c
		elif order == "DMY":
			day, month, year = a, b, c
		else:
			year, month, day = a, b, c
	elif match := _NAMED.fullmatch(_WEEKDAY.sub("", folded, count=1)):
		day, name = (match[1], match[2]) if match[1] else (match[4], match[3])
		month, year = _month(name.lower()), match[5]
	else:
		return None
	if len(year) not in (2, 4):
		return None
	number = int(year) + (2000 if len(year) == 2 else 0)
	try:
		return date(number, int(month), int(day))
	except ValueError:
		return None


def _month(name: str) -> int:
	"""The number of a month by its name or the beginning of it; 0 for another word."""
	return next((number for number, full in enumerate(_MONTHS, 1) if full.startswith(name)), 0)
