"""Every screen of the app on a telephone, a laptop and a large monitor: nothing is cut, nothing is wider than the window.

With DESK_PICTURES=folder every screen leaves a picture there, and with DOCS_PICTURES=docs/images some renew those of the docs.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.desk.conftest import run_on_site
from tests.support.desk import Desk

SIZES = {390: 844, 1280: 900, 1920: 1080}
IN_DOCS = {"1280-workspace": "workspace", "1280-form-invoice-factoring": "position"}
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
	yield "workspace", partial(open_workspace, desk)
	for doctype in LISTS:
		yield f"list-{doctype}", partial(desk.go, "List", doctype)
	for report in REPORTS:
		yield f"report-{report}", partial(desk.go, "query-report", report)
	yield "position", partial(desk.go, "factoring-position")
	for name, (doctype, document, tab) in made["forms"].items():
		yield f"form-{name}", partial(show_form, desk, doctype, document, tab)
	yield "row", partial(open_row, desk, made)


DRAWN = """() => { const boxes = [...document.querySelectorAll(".number-widget-box")];
	return boxes.length > 4 && boxes.every((box) => /[0-9]/.test(box.innerText)) && document.querySelector(".frappe-chart .bar"); }"""


def open_workspace(desk: Desk) -> None:
	desk.open("factoring")
	desk.page.wait_for_function(DRAWN)  # Frappe 15 asks for each figure by itself, after the page is there


def show_form(desk: Desk, doctype: str, name: str, tab: str) -> None:
	desk.go("Form", doctype, name)
	# Who else has the form open stands beside the buttons: on a telephone, Frappe 15 makes the page wider for it
	desk.page.evaluate(
		"() => { window.scrollTo(0, 0); $('.form-viewers').attr('style', 'display: none !important'); }"
	)
	if tab:
		desk.tab(tab)
	states = desk.page.locator(".factoring-pill:visible").all_inner_texts()
	assert len(states) <= 1, f"{name} shows the state of the form before, too: {states}"


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
		if in_docs := IN_DOCS.get(f"{width}-{name}"):
			desk.look(in_docs)
	desk.context.close()
	# Frappe's charts, left while they are drawn, have no width
	found += [error for error in desk.errors if not error.startswith("Error: <")]
	assert not found, "\n".join(found)
