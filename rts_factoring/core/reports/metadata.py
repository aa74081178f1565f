"""What the rows above a report's header state: the client, the batch, the period, the run date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from .cells import BadCell, to_date, to_number_text
from .layout import normalise_header


@dataclass(frozen=True, slots=True)
class ReportMetadata:
	"""Fields are empty where the file does not state them. A `batch` labelled Schedule # may be RTS's number, not ours."""

	client_number: str = ""
	client_name: str = ""
	batch: str = ""
	period: tuple[date, date] | None = None
	run_date: date | None = None
	title: str = ""
	batch_may_be_theirs: bool = False


# Field → the labels that announce it, as normalised without spaces.
_LABELS = {
	"client": "client|clientno|clientid|clientcode|clientname|accountno|carrier|carriername|seller|company",
	"batch": "batch|batchno|batchid|batchname",
	"schedule": "schedule|scheduleno|scheduleid|purchaseno|purchaseid",
	"period": "period|reportperiod|paymentperiod|reportingperiod|daterange|dates|dateperiod|paymentdates|postdates",
	"from": "from|fromdate|datefrom|startdate|start|periodfrom|periodstart|begindate|beginning",
	"to": "to|thru|through|todate|dateto|throughdate|enddate|end|periodto|periodend|ending",
	"run_date": "rundate|runon|date|reportdate|printed|printedon|generated|generatedon|asof|purchasedate|datepurchased",
}
_FIELD_OF = {label: field for field, labels in _LABELS.items() for label in labels.split("|")}
_NUMBERED = ("client", "batch", "schedule")
_LONGEST_LABEL = 3  # words
_LONGEST_TEXT = 200
_LABEL = re.compile(r"([A-Za-z][A-Za-z#./ ]{0,40}?)\s?:")
_DATE = re.compile(
	r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}|[A-Za-z]{3,9}\.? \d{1,2}, ?\d{4}|\d{1,2}[ \-][A-Za-z]{3,9}[ \-]\d{2,4}"
)
_NUMBER_FIRST = re.compile(r"(#?\w*\d[\w-]*)\s*[-–:,/]\s+(\D.*)")
_NUMBER_LAST = re.compile(r"(.*\D)\s*(?:\(\s*#?|#|\s[-–:,/]\s)\s*(\w*\d[\w-]*)\s*\)?")


def read_metadata(rows: Sequence[Sequence[object]], date_order: str = "MDY") -> ReportMetadata:
	"""What the title rows state: `Client #: | 104233`, `Schedule # A1`, `Period: 11/01/2026 thru 11/15/2026`,
	`From | date | To | date`, or two dates in any one cell. The first row that states a field wins."""
	stated = _Stated(date_order)
	texts = [[text[:_LONGEST_TEXT] for cell in row if (text := to_number_text(cell))] for row in rows]
	for row in texts:
		for field, value in _pairs(row):
			stated.take(field, value)
	if "from" in stated.dates and "to" in stated.dates:
		stated.period = stated.period or (stated.dates["from"], stated.dates["to"])
	for text in (text for row in texts for text in row):
		stated.take("period", text)
	return ReportMetadata(
		client_number=stated.texts.get("client_number", ""),
		client_name=stated.texts.get("client_name", ""),
		batch=stated.texts.get("batch") or stated.texts.get("schedule", ""),
		period=stated.period,
		run_date=stated.dates.get("run_date"),
		title=next((row[0] for row in texts if row), ""),
		batch_may_be_theirs="batch" not in stated.texts,
	)


class _Stated:
	"""What the rows so far state, the first value of each field."""

	def __init__(self, date_order: str):
		self.date_order = date_order
		self.texts: dict[str, str] = {}  # client_number, client_name, batch, schedule
		self.dates: dict[str, date] = {}  # from, to, run_date
		self.period: tuple[date, date] | None = None

	def take(self, field: str, value: str) -> None:
		if field == "client":
			number, name = client_of(value)
			self._take_text("client_number", number)
			self._take_text("client_name", name)
		elif field in ("batch", "schedule"):
			words = value.lstrip("#").split()
			self._take_text(field, next((word for word in words if word.strip("-#")), ""))
		else:
			self._take_dates(field, value)

	def _take_text(self, field: str, text: str) -> None:
		if text:
			self.texts.setdefault(field, text)

	def _take_dates(self, field: str, value: str) -> None:
		days = [day for text in _DATE.findall(value) if (day := _date(text, self.date_order))]
		if field == "period":
			if self.period is None and len(days) == 2 and days[0] <= days[1]:
				self.period = (days[0], days[1])
		elif day := days[0] if days else _date(value, self.date_order):
			self.dates.setdefault(field, day)


def states_metadata(texts: Sequence[str]) -> bool:
	"""Whether a row says something about the file, as titles do (`Client #: | 104233`), and does not name columns."""
	filled = [text for text in texts if text]
	if any(
		text.endswith(":") or not any(map(str.isalpha, text))
		for text in filled
		if text not in ("#", "%", "$")
	):
		return True
	return any(any(map(str.isdigit, value)) for _field, value in _pairs(filled))


def names_client(texts: Sequence[str]) -> bool:
	"""Whether a label of the client has another text right beside it: `Client | Acme Freight LLC`."""
	filled = [text for text in texts if text]
	return any(field == "client" for field, _value in _pairs(filled))


def _pairs(row: list[str]) -> Iterator[tuple[str, str]]:
	"""Fields and their values in one row: label and value in one cell, with a colon or without, or in cells side by side."""
	position = 0
	while position < len(row):
		text = row[position]
		position += 1
		if field := _field_of(text):
			rest = row[position:]
			if field == "period":
				yield field, " ".join(rest)
			elif rest and not _field_of(rest[0]):
				yield field, rest[0]
				position += 1
		elif ":" in text:
			yield from _labelled(text)
		else:
			yield from _announced(text)


def _labelled(text: str) -> Iterator[tuple[str, str]]:
	"""`From: 11/01/2026 To: 11/15/2026`, `Acme Freight LLC Client #: 104233`."""
	marks = []
	for match in _LABEL.finditer(text):
		words = match[1].split(" ")
		for count in range(min(_LONGEST_LABEL, len(words)), 0, -1):
			if field := _field_of(label := " ".join(words[-count:])):
				marks.append((match.end(1) - len(label), match.end(), field))
				break
	for (_, start, field), (end, _, _) in pairwise([*marks, (len(text), 0, "")]):
		yield field, text[start:end].strip()


def _announced(text: str) -> Iterator[tuple[str, str]]:
	"""`Purchase Schedule # A1`, `Client Number 104233`, `As of 11/16/2026`: labels anywhere, each with what follows it."""
	words = text.replace("#", "# ").split()
	position = 0
	while position < len(words) - 1:
		for count in range(min(_LONGEST_LABEL, len(words) - 1 - position), 0, -1):
			rest = words[position + count :]
			field = _field_of(" ".join(words[position : position + count]))
			if field and _follows(field, words[position + count - 1], rest):
				yield field, rest[0] if field in _NUMBERED else " ".join(rest)
				position += count
				break
		position += 1


def _follows(field: str, last: str, rest: list[str]) -> bool:
	"""Whether the words after a label without a colon can be its value: a number after `#` or at the end, or a date."""
	if field in _NUMBERED:
		numbered = len(rest) == 1 or normalise_header(last) == "no"
		return numbered and any(map(str.isdigit, rest[0])) and not _DATE.search(rest[0])
	return bool(_DATE.match(" ".join(rest)))


def _field_of(label: str) -> str | None:
	return _FIELD_OF.get(normalise_header(label).replace(" ", ""))


def client_of(value: str) -> tuple[str, str]:
	"""Number and name of `104233`, `Acme 1 Freight`, `104233 - Acme Freight`, `Acme Freight (104233)`."""
	value = value.lstrip("#").strip()
	if " " not in value:
		return (value, "") if any(c.isdigit() for c in value) else ("", value)
	if match := _NUMBER_FIRST.fullmatch(value):
		return match[1].lstrip("#"), match[2].strip()
	if match := _NUMBER_LAST.fullmatch(value):
		return match[2], match[1].strip(" (#-–:,/")
	return "", value


def _date(value: str, order: str) -> date | None:
	try:
		return to_date(value, order)
	except BadCell:
		return None
