"""What people export of a report's rows runs nothing in their spreadsheet, nor does a schedule; however long it is."""

import csv
from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.core.model import Receivable
from rts_factoring.core.reports.cells import escape_formula
from rts_factoring.core.schedule.layout import DEFAULT_LAYOUT
from rts_factoring.core.schedule.render import ScheduleLine, packet_name, problems, render
from tests.support.confined import confined

RUNS = (
	"=1+1",
	"=cmd|' /C calc'!A1",
	"@SUM(A1)",
	"+cmd|' /C calc'!A1",
	"-2+cmd|x",
	"-SUM(A1)",
	"\t=1",
	"\r=1",
	"+1\n=HYPERLINK(1)",
)
STAYS = (
	"",
	"-",
	"--",
	"+1",
	"-50.00",
	"+1 555 123",
	"AF-10001",
	"Harbor & Pine",
	"1=1",
	"a@b.com",
	"'quoted",
)


@pytest.mark.parametrize("text", RUNS)
def test_a_text_that_would_run_gets_an_apostrophe_and_loses_nothing(text):
	assert escape_formula(text) == "'" + text


@pytest.mark.parametrize("text", STAYS)
def test_a_text_that_would_not_run_stays_as_it_is(text):
	assert escape_formula(text) == text


def long_texts() -> dict:
	"""A hundred thousand cells, and each sign in front of 64 KB."""
	assert all(escape_formula(text) == "'" + text for text in RUNS * (100_000 // len(RUNS)))
	return {"long": [escape_formula(text * 10_000)[:2] for text in RUNS]}


def test_many_texts_and_long_texts_are_escaped_in_time():
	assert confined(long_texts)["long"] == ["'" + text[0] for text in RUNS]


def invoice(**changes) -> Receivable:
	facts = {"invoice_no": "AF-1", "company": "Acme", "customer": "Ridgeline", "amount": Decimal(5)}
	facts |= {"invoice_date": date(2026, 11, 2), "po_no": "LD1", "customer_mc": "MC-1"}
	return Receivable(**facts | changes)


def schedule_with(field: str, text: str) -> dict:
	one = invoice(**{field: text * (64_000 // len(text))})
	problem = " ".join(problems(DEFAULT_LAYOUT, one))
	assert len(problem) < 1000
	lines = [ScheduleLine(one, packet_name(DEFAULT_LAYOUT, one.invoice_no))]
	return {"row": render(DEFAULT_LAYOUT, "A1", "104233", lines, date(2026, 11, 3)).decode().splitlines()[1]}


@pytest.mark.parametrize("text", [*RUNS, "N", "../", "é", "a,b"])
def test_a_schedule_value_of_64_kb_is_written_inert_or_refused_and_never_repeated_in_full(text):
	said = confined(schedule_with, "customer", text)
	cells = next(csv.reader([said["row"]])) if "row" in said else []
	assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
	assert confined(schedule_with, "invoice_no", text)["error"]["code"] == "bad_file_name"
	said = confined(schedule_with, "po_no", text)
	assert ("error" in said) == (text in RUNS)
