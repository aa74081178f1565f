"""An accountant closes September: enters what RTS states, makes the period-end entries, submits, and takes the workbook along."""

import io

import openpyxl
import pytest

from tests.desk.conftest import run_on_site

ACME = "Acme Freight LLC"
NAME = "CLOSE-AFL-2026-09"


@pytest.fixture(scope="module")
def posted(site):
	"""The site with two months of reports."""
	run_on_site("prepare_close.py")


def test_a_new_close_says_what_is_open(posted, dana):
	dana.open("factoring-close/new")
	dana.settled()
	dana.link("company", ACME)
	dana.fill("month_end", dana.page.evaluate("() => frappe.datetime.str_to_user('2026-09-30')"))
	dana.save()
	dana.sees("Open points of the checklist: 2")
	assert dana.page.evaluate("() => cur_frm.doc.name") == NAME
	dana.sees("Enter what RTS states, and the statement it is from", ".form-layout")


def test_what_rts_states_settles_the_points(posted, dana):
	for fieldname, value in {
		"rts_reserve": "125",
		"rts_reserve_source": "Reserve statement of 9/30",
		"rts_open": "2500",
		"rts_open_source": "Aging of 9/30",
	}.items():
		dana.fill(fieldname, value)
	dana.save()
	dana.sees("Every point of the checklist is done")
	dana.look("close")


def test_period_end_entries_are_drafts_to_look_at(posted, dana):
	dana.button("Make Period-end Entries")
	dana.sees("Look at these draft entries", ".modal.show")
	names = dana.page.locator(".modal.show a[href*='journal-entry'] >> visible=true").all_inner_texts()
	assert len(names) == 2
	dana.close()
	dana.sees("Open points of the checklist: 1")
	for name in names:
		dana.form("Journal Entry", name)
		dana.submit(sees="Cancel")  # the head of a submitted entry shows no state


def test_the_close_is_submitted_printed_and_taken_along(posted, dana):
	dana.form("Factoring Close", NAME)
	dana.button("Update Figures")
	dana.sees("Every point of the checklist is done")
	dana.submit()
	url = f"{dana.site['url']}/api/method/rts_factoring.api.download_close?close={NAME}"
	book = openpyxl.load_workbook(io.BytesIO(dana.context.request.get(url).body()))
	assert "Entries to File Rows" in book.sheetnames
	page = dana.context.request.get(
		f"{dana.site['url']}/printview?doctype=Factoring%20Close&name={NAME}&format=Factoring%20Close"
	)
	assert "Reviewed by" in page.text()
	dana.look("close-submitted")
	assert dana.errors == []


def test_reports_are_asked_for_a_past_day(posted, dana):
	dana.open(f"query-report/Factored Invoices?company={ACME}&as_of=2026-09-30")
	dana.sees("CL-2")
	dana.sees("Financed")
	dana.look("factored-invoices-as-of")
	assert dana.errors == []
