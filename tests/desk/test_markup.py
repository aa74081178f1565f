"""No text of a file, a server, a document or a user becomes a part of the page: each is markup, and every screen is opened.

What was made of one names its place (tests/support/markup.py). An ampersand stays one.
"""

import re

import pytest

from tests.desk.conftest import run_on_site
from tests.support import markup as m
from tests.support.markup_walk import (
	ACME,
	CUSTOMER,
	FUNDING,
	HEADER,
	PAID,
	PAID_HEADER,
	TITLES,
	Walk,
	escaped_twice,
)
from tests.support.workbooks import delimited, xlsx

DOCTYPES = {
	"Report Import": ["error", "sheet", "client_number", "file"],
	"Report Import Line": [
		"invoice_no",
		"debtor",
		"po_no",
		"payment_ref",
		"word",
		"description",
		"parts",
		"resolution_reason",
	],
	"Report Layout": [],
	"Schedule Layout": ["remote_folder"],
	"Factoring Batch": ["error", "cancel_reason", "remote_folder"],
	"Factoring Log": ["message", "file_name", "action"],
	"Factoring Ledger Entry": ["remarks"],
	"Notice of Assignment": ["text", "remit_to", "remit_label"],
	"Subsidiary Factoring Settings": ["host", "username", "remote_folder", "inbox_folder"],
}
CHILDREN = {
	"Factoring Batch": [["po_no", "Factoring Batch Invoice"], ["reason", "Factoring Batch Invoice"]]
	+ [["file_name", "Factoring Batch File"], ["error", "Factoring Batch File"]],
	"Report Layout": [["text", "Report Layout Header"], ["word", "Report Layout Word"]],
	"Schedule Layout": [["title", "Schedule Layout Column"], ["constant", "Schedule Layout Column"]],
}
THEIRS = ("customer", "remarks", "description")
REPORTS = (
	"Factored Invoices",
	"Factoring Tie-out",
	"Reserve Statement",
	"Cost of Factoring",
	"Expected vs Actual",
)


@pytest.fixture(scope="module")
def marked(site):
	"""The site with texts that are markup."""
	run_on_site("prepare_markup.py")


@pytest.fixture(scope="module")
def walk(admin, marked):
	admin.context.add_init_script(m.WATCH)
	return Walk(admin)


def imported(walk, name: str, content: bytes) -> None:
	desk = walk.desk
	desk.open("report-import")
	desk.settled()
	desk.drop(".frappe-list", name, content)
	desk.page.wait_for_url(re.compile("report-import/RI-"), wait_until="commit")
	desk.sees("All rows added up")
	walk.look(f"{name[-12:]} imported")


def rows_of_all_outcomes(walk, where: str) -> None:
	outcomes = walk.page.evaluate(
		"() => [...document.querySelectorAll('[data-outcome]')].filter((e) => e.offsetParent).map((e) => e.dataset.outcome)"
	)
	for outcome in [*outcomes, ""]:
		walk.desk.click(f"[data-outcome='{outcome}']")
		walk.look(f"{where}, rows {outcome or 'all'}")
	for row in range(walk.page.locator("[data-open] >> visible=true").count()):
		walk.page.locator("[data-open] >> visible=true").nth(row).click()
		walk.look(f"{where}, panel of row {row + 1}")
	walk.desk.click("[data-close]")


def test_a_funding_full_of_markup_is_read_taught_and_posted(walk):
	desk, page = walk.desk, walk.page
	rows = [*TITLES, ["Batch:", "FB-M1"], HEADER, *FUNDING]
	imported(walk, f"{m.element('file')}.xlsx", xlsx((m.element("s"), rows)))
	rows_of_all_outcomes(walk, "funding")
	page.locator("[data-open] >> visible=true").first.click()
	desk.sees("A&B debtor", "[data-part='panel']")  # Frappe 16 has a sidebar, and no room for this column
	desk.click("[data-close]")
	desk.button("Teach the Layout")
	page.wait_for_selector(".modal.show [data-choice]")
	walk.look("Teach the Layout")
	for text, means in (
		(m.text("header"), "not_counted"),  # Frappe's own filter changes this one when it is saved
		(m.quoted("header_two"), "other_deductions"),
		(m.quoted("header_three"), "other_deductions"),
		(m.quoted("word"), "held"),
	):
		found = page.locator(".modal.show [data-choice]").evaluate_all(
			"(selects) => selects.map((select) => [select.dataset.choice, select.ariaLabel])"
		)
		names = [name for name, label in found if label == text]
		if not names:
			walk.wrong.append(f"Teach the Layout: {text} is not in {found}")
			continue
		page.locator(f".modal.show [data-choice='{names[0]}']").select_option(means)
	desk.dialog("Try It")
	walk.look("Teach the Layout, tried")
	page.locator(".modal.show .btn-primary >> visible=true").last.click()
	walk.look("taught")
	walk.front()
	rows_of_all_outcomes(walk, "taught")
	page.locator("[data-open] >> visible=true").first.click()
	desk.sees("A&B header_two", "[data-part='panel']")  # the parts of a charge
	desk.sees("A&B header_four", "[data-part='panel']")  # the title of a cell
	desk.click("[data-close]")
	for action, number in (("ignore", 7), ("type", 8)):
		page.locator(f"[data-row='{number}'] >> visible=true").first.check()
		desk.click(f"[data-action='{action}']")
		walk.look(f"decide, {action}")
		if action == "ignore":
			page.locator(".modal.show textarea").last.fill(m.single("decision"))
		else:
			desk.choose("event", "fee")
		page.locator(".modal.show .btn-primary >> visible=true").last.click()
		walk.look(f"decided, {action}")
		walk.front()
	desk.sees("A&B decision", "[data-fieldname='lines']")
	desk.button("Expected Entries")
	walk.look("Expected Entries")
	walk.front()
	desk.click(".page-head .primary-action:has-text('Submit')")
	page.wait_for_timeout(500)
	walk.look("Submit?")
	desk.dialog("Yes")
	desk.sees("Record Deposit", ".page-head")
	rows_of_all_outcomes(walk, "posted")
	walk.clean()


def test_a_payment_report_full_of_markup_is_posted_and_its_rest_refused(walk):
	desk, page = walk.desk, walk.page
	imported(walk, f"{m.element('file')}2.xlsx", xlsx((m.element("s"), [*TITLES, PAID_HEADER, *PAID])))
	rows_of_all_outcomes(walk, "payments")
	desk.button("Teach the Layout")
	walk.look("Teach the Layout, payments")
	walk.front()
	desk.click(".page-head .primary-action:has-text('Submit')")
	page.wait_for_timeout(500)
	desk.dialog("Yes")
	desk.sees("Record Deposit", ".page-head")
	rows_of_all_outcomes(walk, "payments posted")
	page.locator("[data-row] >> visible=true").first.check()
	desk.button("Record Deposit")
	walk.look("Record Deposit")
	walk.front()
	walk.clean()


def test_refusals_of_files_name_their_texts_as_text(walk):
	desk = walk.desk
	twice = [m.text("twice"), *HEADER[1:10], "Invoice #", "Invoice Number"]
	number = [f"A&B 99 {m.text('client')}"]
	files = {
		"client": xlsx((m.element("s"), [["Client #:", *number], HEADER, *FUNDING])),
		"batch": xlsx(
			(m.element("s"), [["Client #:", "104233"], ["Batch:", m.text("batch")], HEADER, *FUNDING])
		),
		"twice": xlsx((m.element("s"), [["Client #:", "104233"], twice, *FUNDING])),
		"sheets": xlsx((m.element("s"), [HEADER, *FUNDING]), (m.element("t"), [HEADER, *FUNDING])),
		"column": xlsx(
			(m.element("s"), [["Client #:", "104233"], PAID_HEADER[:3] + PAID_HEADER[4:5], *PAID])
		),
		"nothing": delimited([[m.text("nothing")]]),
	}
	for name, content in files.items():
		desk.open("report-import")
		desk.settled()
		with desk.expecting_errors():
			ending = "csv" if name == "nothing" else "xlsx"
			desk.drop(".frappe-list", f"{m.element(name)}.{ending}", content)
			desk.page.wait_for_selector(".modal.show .msgprint")
			walk.look(f"refused, {name}")
		walk.front()
	desk.open("report-import")
	desk.settled()
	with desk.expecting_errors():
		desk.drop(".frappe-list", f"{m.element('name')}.exe", b"MZ")
		desk.page.wait_for_selector(".modal.show .msgprint")
		walk.look("refused, upload")
	walk.front()
	walk.clean()


def test_a_layout_tried_on_a_file_shows_its_texts(walk, tmp_path):
	desk, page = walk.desk, walk.page
	path = tmp_path / f"{m.element('tried')}.xlsx"
	path.write_bytes(xlsx((m.element("s"), [*TITLES, HEADER, *FUNDING])))
	desk.form("Report Layout", "Markup")
	walk.look("Report Layout")
	desk.button("Try It on a File")
	page.locator(".modal.show input[type=file]").first.set_input_files(str(path))
	walk.look("Try It on a File, chosen")
	page.locator(".modal.show .btn-modal-primary >> visible=true").click()
	page.wait_for_selector("[data-fieldname='preview'] table")
	walk.look("Try It on a File")
	desk.sees("Invoice Number", "[data-fieldname='preview']")
	walk.front()
	walk.clean()


def expand_tables(walk, where: str) -> None:
	tables = walk.page.evaluate(
		"() => Object.values(cur_frm.fields_dict).filter((f) => f.grid?.grid_rows?.length).map((f) => f.df.fieldname)"
	)
	for table in tables:
		walk.page.evaluate("(t) => { cur_frm.fields_dict[t].grid.grid_rows[0].toggle_view(true); }", table)
		walk.look(f"{where}, a row of {table}")
		walk.page.evaluate("(t) => { cur_frm.fields_dict[t].grid.grid_rows[0].toggle_view(false); }", table)


def every_tab(walk, where: str, but: tuple[str, ...] = ()) -> None:
	walk.look(where, but)
	tabs = walk.page.locator(".form-tabs [role=tab] >> visible=true")
	for number in range(tabs.count()):
		tabs.nth(number).click()
		walk.look(f"{where}, tab {number + 1}", but)


def test_batches_and_their_dialogs_show_texts(walk):
	desk, page = walk.desk, walk.page
	for name in ("FB-M1", "FB-M2", "FB-M3"):
		desk.form("Factoring Batch", name)
		page.wait_for_timeout(600)
		every_tab(walk, name)
		expand_tables(walk, name)
	for button in ("Get Queued Invoices", "Preview Schedule"):
		desk.form("Factoring Batch", "FB-M3")
		with desk.expecting_errors():
			desk.button(button)
			walk.look(button)
		walk.front()
	walk.clean()


def test_invoices_and_their_list_show_texts(walk):
	desk, page = walk.desk, walk.page
	for name in ("MK-1", "MK-4", "MK-7", "MK-8"):
		desk.form("Sales Invoice", name)
		page.wait_for_timeout(600)
		every_tab(walk, f"Sales Invoice {name}", THEIRS)
	desk.sees("A&B reasons")
	page.evaluate("() => { cur_frm.fields_dict.factoring_documents.grid.grid_rows[0].toggle_view(true); }")
	walk.look("a document of an invoice", THEIRS)
	desk.open("sales-invoice")
	walk.look("Sales Invoice list")
	for file in (f"{m.element('dropped')}.pdf", f"{m.element('dropped')} MK-1 MK-2.pdf"):
		desk.drop(".frappe-list", file, b"%PDF-1.4")
		page.wait_for_selector(".modal.show")
		walk.look("a document dropped on the list")
		walk.front()
	desk.open("sales-invoice")
	desk.settled()
	with desk.expecting_errors():
		page.evaluate(
			"""() => {
				$(".list-row-checkbox:visible").prop("checked", true);
				cur_list.on_row_checked();
			}"""
		)
		desk.click(".page-head .actions-btn-group button")
		desk.click(".page-head .actions-btn-group a:has-text('Queue for Factoring')")
		walk.look("queued in bulk")
	walk.front()
	walk.clean()


def test_the_settings_and_their_dialogs_show_texts(walk):
	desk, page = walk.desk, walk.page
	desk.form("Subsidiary Factoring Settings", ACME)
	every_tab(walk, "settings")
	expand_tables(walk, "settings")
	with desk.expecting_errors():
		desk.button("Test Connection")
		page.wait_for_selector(".modal.show .msgprint")
		walk.look("Test Connection")
	walk.front()
	for button in ("Password", "Request Credentials"):
		desk.form("Subsidiary Factoring Settings", ACME)
		desk.button(button, "Set Up")
		walk.look(button)
		walk.front()
	for name in names(walk, "Notice of Assignment"):
		desk.form("Notice of Assignment", name)
		walk.look(f"notice {name}")
		desk.sees("A&B notice", "[data-fieldname='preview']")
	desk.form("Schedule Layout", "Markup")
	every_tab(walk, "Schedule Layout")
	expand_tables(walk, "Schedule Layout")
	walk.clean()


def names(walk, doctype: str, **filters) -> list[str]:
	return walk.page.evaluate(
		"""([doctype, filters]) => frappe.xcall("frappe.client.get_list", { doctype, filters, limit_page_length: 30 })
			.then((rows) => rows.map((row) => row.name))""",
		[doctype, filters],
	)


def test_lists_and_their_report_views_show_texts(walk):
	desk, page = walk.desk, walk.page
	for doctype, fields in DOCTYPES.items():
		route = doctype.lower().replace(" ", "-")
		desk.open(route)
		walk.look(f"list of {doctype}")
		shown = [[field, doctype] for field in fields] + CHILDREN.get(doctype, [])
		page.evaluate(
			"""([doctype, fields]) => frappe.model.user_settings.save(doctype, "Report", {
				fields: [["name", doctype], ...fields], filters: [], sort_by: "modified", sort_order: "desc" })""",
			[doctype, shown],
		)
		desk.open(f"{route}/view/report")
		walk.look(f"report view of {doctype}")
	walk.clean()


def test_forms_that_cannot_be_edited_show_texts(walk):
	desk = walk.desk
	for doctype in ("Report Import Line", "Factoring Log", "Factoring Ledger Entry", "ToDo"):
		for name in names(walk, doctype)[:12]:
			desk.form(doctype, name)
			walk.look(f"form of {doctype}")
	walk.clean()


def test_reports_the_workspace_and_the_help_show_texts(walk):
	desk, page = walk.desk, walk.page
	desk.open("query-report/Factored Invoices")
	for report in REPORTS:
		dates = "" if report in REPORTS[:2] else "&from_date=2026-01-01&to_date=2026-12-31"
		desk.open(f"query-report/{report}?company={ACME}{dates}")
		page.wait_for_selector(".dt-row, .no-report-area")
		walk.look(report)
		if report == REPORTS[0]:
			desk.sees(CUSTOMER, ".report-wrapper")
	with desk.expecting_errors():
		desk.open(
			f"query-report/Reserve Statement?company={m.element('filter')}&from_date=2026-01-01&to_date=2026-12-31"
		)
		walk.look("a report of no company")
	walk.front()
	desk.open("factoring")
	page.wait_for_timeout(1500)
	walk.look("workspace")
	desk.click(
		".navbar .dropdown-notifications button, .navbar .dropdown-notifications .nav-link,"
		" .body-sidebar .sidebar-notification, .body-sidebar [data-name='notification'], .body-sidebar :text-is('Notification')"
	)
	page.wait_for_selector(".notification-list-body .recent-item")
	walk.look("notifications")
	desk.sees("A&B alert_subject", ".notifications-list")
	page.goto(f"{desk.site['url']}/factoring-help", wait_until="domcontentloaded")
	assert m.found(page) == []
	walk.clean()


def test_prints_show_texts(walk):
	desk, page = walk.desk, walk.page
	prints = [
		("Sales Invoice", "MK-1"),
		("Factoring Batch", "FB-M2"),
		("Subsidiary Factoring Settings", ACME),
	]
	prints += [("Schedule Layout", "Markup"), ("Report Layout", "Markup")]
	for doctype in ("Report Import", "Report Import Line", "Factoring Log", "Notice of Assignment"):
		prints += [(doctype, name) for name in names(walk, doctype)[:6]]
	for doctype, name in prints:
		page.goto(
			f"{desk.site['url']}/printview?doctype={doctype}&name={name}", wait_until="domcontentloaded"
		)
		page.wait_for_timeout(300)
		made = [found for found in m.found(page) if found.partition(" ")[0] not in THEIRS]
		if made or (made := escaped_twice(desk.text())):
			walk.wrong.append(f"print of {doctype}: {made}")
	desk.open("print/Sales Invoice/MK-1")
	page.wait_for_timeout(1500)
	walk.look("print of an invoice", THEIRS)
	walk.clean()
