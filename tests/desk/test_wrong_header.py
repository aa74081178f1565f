"""A report whose header no layout knows: the refusal leads to the mapping dialog, and the saved layout reads the rows."""

import re

import pytest

from tests.support.workbooks import xlsx

TITLES = [["Ankaufsbericht"], ["Client #:", "104233"]]
HEADER = ["Rechnung", "Kunde <b>fett</b>", "Betrag", "Gekauft", "Kosten", "Stand"]
ROWS = [
	["AF-1", "Ridgeline & Co <i>Inc</i>", 1000, 1000, 30, "ok"],
	["AF-2", "Ridgeline & Co <i>Inc</i>", 1000, 1000, 30, "ok"],
	["AF-3", "Bluegrass", 1000, 1000, 30, "late"],
]
FIELDS = {0: "invoice_no", 1: "debtor_name", 2: "invoice_amount", 3: "purchased_amount"}
DIALOG = ".modal.show .modal-body"


def dropped(desk, name: str, rows) -> None:
	"""Drop a file on the list of imports; it is refused, and the refusal has a button."""
	desk.open("report-import")
	desk.settled()
	with desk.expecting_errors():
		desk.drop(".frappe-list", name, xlsx([*TITLES, HEADER, *rows]))
		desk.sees("No row looks like the header of a report", ".modal.show")
		desk.look("mapping, the refusal")
		desk.dialog("Map Columns")


def choose(desk, column: int, field: str) -> None:
	desk.page.locator(f"{DIALOG} [data-choice='column-{column}'] >> visible=true").select_option(field)


@pytest.fixture
def forgotten(dana, sent):
	"""The layout that the test saves is deleted."""
	yield
	dana.page.evaluate(
		"""async () => {
			for (const doctype of ["Report Import", "Report Layout"]) {
				const filters = doctype === "Report Import" ? { docstatus: 0 } : { by_header: 1, company: "Acme Freight LLC" };
				const rows = await frappe.db.get_list(doctype, { filters, limit: 100 });
				for (const { name } of rows) await frappe.xcall("frappe.client.delete", { doctype, name });
			}
		}"""
	)


def test_an_unknown_header_leads_to_the_mapping_a_saved_layout_and_rows(dana, sent, forgotten):
	page = dana.page
	dropped(dana, "bericht.xlsx", ROWS)
	dana.sees("What Are the Columns of This Report?", ".modal.show")
	dana.sees("AF-3", f"{DIALOG} tr[data-column='0']")
	dana.sees("Kunde <b>fett</b>", DIALOG)
	dana.sees("Ridgeline & Co <i>Inc</i>", DIALOG)
	assert page.locator(f"{DIALOG} b:has-text('fett'), {DIALOG} i").count() == 0
	dana.look("mapping, the columns")
	for column, field in FIELDS.items():
		choose(dana, column, field)
	dana.dialog("Try It")
	dana.sees("3 rows are read.", DIALOG)
	dana.sees("The column Kosten has an amount and is not read", DIALOG)
	dana.look("mapping, a column is not read")
	choose(dana, 4, "fee_amount")
	dana.dialog("Try It")
	dana.sees("No problem remains.", DIALOG)
	company = page.locator(f"{DIALOG} [data-fieldname='company'] input")
	company.click()
	company.fill("Acme Freight LLC")
	page.locator(f"{DIALOG} [data-fieldname='company'] [role=option] >> visible=true").first.click()
	page.locator(f"{DIALOG} [data-fieldname='layout_name'] input").fill("Bericht")
	dana.look("mapping, tried")
	dana.dialog("Save the Layout")
	page.wait_for_url(re.compile("report-import/RI-"), wait_until="commit")
	dana.sees("All rows added up")
	dana.settled()
	assert page.evaluate("() => [cur_frm.doc.layout, cur_frm.doc.line_count, cur_frm.doc.total_fee]") == [
		"Bericht",
		3,
		90,
	]
	dana.look("mapping, the rows")
	assert dana.errors == []


def test_the_next_file_of_that_header_needs_no_person_and_a_new_column_is_taught_with_examples(
	dana, sent, forgotten
):
	page = dana.page
	page.evaluate(
		"""(header) => frappe.xcall("rts_factoring.api.save_report_columns", {
			kind: "Purchase", company: "Acme Freight LLC", date_order: "MDY", layout_name: "Bericht",
			fields: Object.fromEntries(header.map((text, n) => [text,
				["invoice_no", "debtor_name", "invoice_amount", "purchased_amount", "fee_amount", "reason"][n]])),
		})""",
		HEADER,
	)
	dana.open("report-import")
	dana.settled()
	rows = [[*row, 5] for row in ROWS]
	dana.drop(".frappe-list", "naechster.xlsx", xlsx([*TITLES, [*HEADER, "Porto"], *rows]))
	page.wait_for_url(re.compile("report-import/RI-"), wait_until="commit")
	dana.sees("Read by the layout Bericht")
	dana.button("Teach the Layout")
	dana.sees("Porto", f"{DIALOG} tr[data-column='6']")
	dana.sees("5", f"{DIALOG} tr[data-column='6']")
	dana.look("mapping, teach")
	choose(dana, 6, "other_deductions")
	dana.dialog("Try It")
	dana.sees("3 rows are read.", DIALOG)
	dana.look("mapping, teach tried")
	dana.dialog("Remember")
	dana.settled()
	assert page.evaluate("() => cur_frm.doc.unknown_columns") == "[]"
	assert dana.errors == []
