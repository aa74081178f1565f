"""*Factoring by Company*: what a figure counts is behind its link, and has the same sum."""

import pytest

from tests.desk.conftest import run_on_site

ACME = "Acme Freight LLC"
REPORT = "Factoring by Company"
SUMMED = {
	"financed": "open_change",
	"fees": "fee",
	"buyback": "open_change",
}  # the column of the report behind


@pytest.fixture(scope="module")
def made(site):
	run_on_site("prepare_screens.py")


def shown(desk) -> dict:
	"""The rows of the report that is open."""
	desk.page.wait_for_function("() => frappe.query_report?.data?.length && !frappe.request.ajax_count")
	return desk.page.evaluate("() => frappe.query_report.data")


def amounts(desk, row: dict, name: str) -> float:
	"""Click on the figure of this name, and compare what is shown then."""
	desk.go("query-report", REPORT)
	shown(desk)
	address = row["links"][name]
	desk.page.evaluate("(href) => document.querySelector(`.dt-cell a[href='${href}']`).click()", address)
	desk.page.wait_for_function("(report) => frappe.get_route()[1] !== report", arg=REPORT)
	desk.settled()
	desk.page.wait_for_timeout(1500)
	if "/query-report/" not in address:
		rows = desk.page.evaluate("() => cur_list.data")
		field = "waiting_count" if name == "waiting_rows" else "grand_total"
		return round(sum(row[field] for row in rows), 2)
	last = shown(desk)[-1]
	return round(last["balance"] if name == "reserve" else last[SUMMED[name]], 2)


def test_a_click_on_a_figure_shows_what_it_counts(dana, made):
	dana.go("query-report", REPORT)
	(row,) = [row for row in shown(dana) if row["company"] == ACME]
	names = ["queued", "unanswered", "financed", "buyback", "financed", "reserve", "fees", "waiting_rows"]
	assert all(row[name] for name in names)  # nothing is compared with 0
	found = {}
	for name in names:
		found.setdefault(name, set()).add(amounts(dana, row, name))
	assert found == {name: {row[name]} for name in names}
	assert dana.errors == []
