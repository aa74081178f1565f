"""An accountant goes from a difference in RTS's list of open invoices to the row of another report that explains it."""

import re

import pytest

from tests.desk.conftest import run_on_site

PANEL = "[data-part='panel']"


@pytest.fixture(scope="module")
def compared(dana, sent):
	"""A report whose second row waits, and the list of open invoices that differs by it: their names."""
	return run_on_site("prepare_statement.py").split()[-2:]


def test_correct_opens_the_report_at_the_row_that_waits(dana, compared):
	waiting, aging = compared
	dana.form("Report Import", waiting)  # the form was used before, with nothing open
	dana.settled()
	dana.form("Report Import", aging)
	dana.settled()
	dana.click("[data-open]")
	dana.click(f"{PANEL} [data-correction]")
	dana.page.wait_for_url(re.compile(f"report-import/{waiting}"), wait_until="commit")
	dana.settled()
	dana.sees("Odd", PANEL)
	row = dana.page.evaluate("() => [cur_frm.doc.name, cur_frm.rows.open]")
	assert row == [waiting, 5]
	assert dana.errors == []


def test_an_opening_says_which_list_it_was_made_from(dana, compared):
	dana.open("factoring-adjustment/new")
	dana.settled()
	for purpose, label in (("Opening", "Made from Report Import"), ("Event", "Corrects Report Import")):
		dana.page.evaluate(f"() => cur_frm.set_value('purpose', '{purpose}')")
		dana.settled()
		assert dana.page.evaluate("() => cur_frm.get_field('report_import').df.label") == label
