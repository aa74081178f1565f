"""What people export of a report's rows runs nothing in their spreadsheet."""

import pytest

from rts_factoring.core.cells import inert

RUNS = ("=1+1", "=cmd|' /C calc'!A1", "@SUM(A1)", "+cmd|' /C calc'!A1", "-2+cmd|x", "-SUM(A1)", "\t=1", "\r=1", "+1\n=HYPERLINK(1)")
STAYS = ("", "-", "--", "+1", "-50.00", "+1 555 123", "AF-10001", "Harbor & Pine", "1=1", "a@b.com", "'quoted")


@pytest.mark.parametrize("text", RUNS)
def test_what_would_run_gets_an_apostrophe_and_loses_nothing(text):
	assert inert(text) == "'" + text


@pytest.mark.parametrize("text", STAYS)
def test_everything_else_stays_as_it_is(text):
	assert inert(text) == text
