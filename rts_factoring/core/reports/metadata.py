"""What the rows above a report's header say about the file: whose it is, which batch, which period."""

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
	"""Empty where the file says nothing. A `batch` under a label such as Schedule # may be RTS's number, not ours."""

	client_number: str = ""
	client_name: str = ""
	batch: str = ""
	period: tuple[date, date] | None = None
	run_date: date | None = None
	title: str = ""
	batch_may_be_theirs: bool = False


# Fact → the labels that announce it, as normalised without spaces.
_LABELS = {
	"client": "client|clientno|clientid|clientcode|clientname|accountno|carrier|carriername|seller|company",
	"batch": "batch|batchno|batchid|batchname",
	"schedule": "schedule|scheduleno|scheduleid|purchaseno|purchaseid",
	"period": "period|reportperiod|paymentperiod|reportingperiod|daterange|dates|dateperiod|paymentdates|postdates",
	"from": "from|fromdate|datefrom|startdate|start|periodfrom|periodstart|begindate|beginning",
	"to": "to|thru|through|todate|dateto|throughdate|enddate|end|periodto|periodend|ending",
	"run_date": "rundate|runon|date|reportdate|printed|printedon|generated|generatedon|asof|purchasedate|datepurchased",
}
_FACT_OF = {label: fact for fact, labels in _LABELS.items() for label in labels.split("|")}
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
	"""Facts of the title rows, where the first that states one wins: `Client #: | 104233`, `Schedule # A1`,
	`Period: 11/01/2026 thru 11/15/2026`, `From | date | To | date`, or two dates in any one cell."""
	found: dict[str, object] = {}
	texts = [[text[:_LONGEST_TEXT] for cell in row if (text := to_number_text(cell))] for row in rows]
	for row in texts:
		for fact, value in _pairs(row):
			_keep(fact, value, found, date_order)
	if "from" in found and "to" in found:
		found.setdefault("period", (found["from"], found["to"]))
	for text in (text for row in texts for text in row):
		_keep("period", text, found, date_order)
	return ReportMetadata(
		client_number=str(found.get("client_number", "")),
		client_name=str(found.get("client_name", "")),
		batch=str(found.get("batch") or found.get("schedule", "")),
		period=found.get("period"),
		run_date=found.get("run_date"),
		title=next((row[0] for row in texts if row), ""),
		batch_may_be_theirs="batch" not in found,
	)


def states_metadata(texts: Sequence[str]) -> bool:
	"""Whether a row says something of the file, as titles do (`Client #: | 104233`), and not what columns are called."""
	found = [text for text in texts if text]
	if any(
		text.endswith(":") or not any(map(str.isalpha, text)) for text in found if text not in ("#", "%", "$")
	):
		return True
	return any(any(map(str.isdigit, value)) for _fact, value in _pairs(found))


def names_client(texts: Sequence[str]) -> bool:
	"""Whether a label of the client has another text right beside it: `Client | Acme Freight LLC`."""
	found = [text for text in texts if text]
	return any(fact == "client" for fact, _value in _pairs(found))


def _pairs(row: list[str]) -> Iterator[tuple[str, str]]:
	"""Facts and their values in one row: label and value in one cell, with a colon or without, or in cells side by side."""
	position = 0
	while position < len(row):
		text = row[position]
		position += 1
		if fact := _fact(text):
			rest = row[position:]
			if fact == "period":
				yield fact, " ".join(rest)
			elif rest and not _fact(rest[0]):
				yield fact, rest[0]
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
			if fact := _fact(label := " ".join(words[-count:])):
				marks.append((match.end(1) - len(label), match.end(), fact))
				break
	for (_, start, fact), (end, _, _) in pairwise([*marks, (len(text), 0, "")]):
		yield fact, text[start:end].strip()


def _announced(text: str) -> Iterator[tuple[str, str]]:
	"""`Purchase Schedule # A1`, `Client Number 104233`, `As of 11/16/2026`: labels anywhere, each with what follows it."""
	words = text.replace("#", "# ").split()
	position = 0
	while position < len(words) - 1:
		for count in range(min(_LONGEST_LABEL, len(words) - 1 - position), 0, -1):
			rest = words[position + count :]
			fact = _fact(" ".join(words[position : position + count]))
			if fact and _follows(fact, words[position + count - 1], rest):
				yield fact, rest[0] if fact in _NUMBERED else " ".join(rest)
				position += count
				break
		position += 1


def _follows(fact: str, last: str, rest: list[str]) -> bool:
	"""Whether the words after a label without a colon can be its value: a number after `#` or at the end, or a date."""
	if fact in _NUMBERED:
		numbered = len(rest) == 1 or normalise_header(last) == "no"
		return numbered and any(map(str.isdigit, rest[0])) and not _DATE.search(rest[0])
	return bool(_DATE.match(" ".join(rest)))


def _fact(label: str) -> str | None:
	return _FACT_OF.get(normalise_header(label).replace(" ", ""))


def _keep(fact: str, value: str, found: dict, order: str) -> None:
	if fact == "client":
		number, name = client_of(value)
		kept = {"client_number": number, "client_name": name}
	elif fact in ("batch", "schedule"):
		kept = {fact: next((word for word in value.lstrip("#").split() if word.strip("-#")), "")}
	else:
		dates = [day for text in _DATE.findall(value) if (day := _date(text, order))] or [_date(value, order)]
		if fact == "period":
			kept = {"period": (dates[0], dates[1]) if len(dates) == 2 and dates[0] <= dates[1] else None}
		else:
			kept = {fact: dates[0]}
	for name, given in kept.items():
		if given:
			found.setdefault(name, given)


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
