"""Every screen of the app on a telephone, a laptop and a large monitor: nothing is cut, nothing is wider than the window.

With DESK_PICTURES=folder every screen leaves a picture there.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.desk.conftest import run_on_site
from tests.support.desk import Desk

SIZES = {390: 844, 1280: 900, 1920: 1080}
LISTS = [
	"Sales Invoice",
	"Factoring Batch",
	"Report Import",
	"Report Import Line",
	"Factoring Adjustment",
	"Factoring Close",
	"Factoring Ledger Entry",
	"Factoring Log",
	"Received Report",
	"Notice of Assignment",
	"Report Layout",
	"Schedule Layout",
	"Subsidiary Factoring Settings",
]
REPORTS = [
	"Factoring by Company",
	"Factored Invoices",
	"Expected vs Actual",
	"Reserve Statement",
	"Cost of Factoring",
	"Debtor Scorecard",
	"Factoring Completeness",
	"Factoring Tie-out",
]


@pytest.fixture(scope="module")
def made(site) -> dict:
	"""The site with two carriers in the middle of their business: names of documents."""
	return json.loads(run_on_site("prepare_screens.py").splitlines()[-1])


def screens(desk: Desk, made: dict) -> Iterator[tuple[str, Callable]]:
	"""Name of each screen, and what shows it."""
	yield "workspace", partial(desk.go, "Workspaces", "Factoring")
	for doctype in LISTS:
		yield f"list-{doctype}", partial(desk.go, "List", doctype)
	for report in REPORTS:
		yield f"report-{report}", partial(desk.go, "query-report", report)
	yield "position", partial(desk.go, "factoring-position")
	for name, (doctype, document, tab) in made["forms"].items():
		yield f"form-{name}", partial(show_form, desk, doctype, document, tab)
	yield "row", partial(open_row, desk, made)


def show_form(desk: Desk, doctype: str, name: str, tab: str) -> None:
	desk.go("Form", doctype, name)
	desk.page.evaluate("() => window.scrollTo(0, 0)")
	if tab:
		desk.tab(tab)


def open_row(desk: Desk, made: dict) -> None:
	desk.go("Form", "Report Import", made["waiting"])
	desk.page.keyboard.press("Alt+ArrowDown")
	desk.sees("Its Cells in the File", "[data-part='panel']")


@pytest.mark.parametrize("width", SIZES)
def test_nothing_is_cut(browser, site, made, width):
	desk = Desk(browser, site, "dana@acme.example", width=width, height=SIZES[width])
	found = []
	for name, show in screens(desk, made):
		show()
		found += [f"{name}: {problem}" for problem in desk.misfits()]
		desk.look(f"{width}-{name}")
	desk.context.close()
	desk.errors[:] = [
		error for error in desk.errors if "NaN" not in error
	]  # Frappe's chart, left while it was drawn
	assert not found + desk.errors, "\n".join(found + desk.errors)
