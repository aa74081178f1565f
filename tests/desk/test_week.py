"""A carrier's first week, by clicking: documents, batch, both reports with decisions, and all of it undone.

The tests run in this order after test_setup.py, on the same site, and each begins where the one before ended. What
one test makes for later ones is in the fixture `week`.
"""

import io
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

FIXTURES = Path(__file__).parents[1] / "fixtures"
ACME = "Acme Freight LLC"
SLOW_LINKS = """() => {
	const ask = frappe.xcall;
	frappe.xcall = async (method, ...rest) => {
		if (method.includes("validate_link")) await frappe.timeout(2);
		return ask(method, ...rest);
	};
}"""


@dataclass
class Week:
	"""Names of the documents that earlier tests made."""

	batch: str = ""
	purchase: str = ""
	payment: str = ""


@pytest.fixture(scope="module")
def week() -> Week:
	return Week()


def changed(content: bytes, change) -> bytes:
	"""The workbook with `change` made to the first cell of each row that names an invoice."""
	workbook = openpyxl.load_workbook(io.BytesIO(content))
	for row in workbook.active.iter_rows():
		for cell in row:
			if isinstance(cell.value, str) and re.fullmatch(r"AF-\d+", cell.value):
				cell.value = change(cell.value)
	buffer = io.BytesIO()
	workbook.save(buffer)
	return buffer.getvalue()


def newest(folder, word: str) -> bytes:
	deadline = time.monotonic() + 60
	while not (found := [path for path in folder.iterdir() if word in path.name.lower()]):
		assert time.monotonic() < deadline, f"The factor wrote no {word} report."
		time.sleep(0.3)
	time.sleep(0.5)
	return max(found, key=lambda path: path.stat().st_mtime).read_bytes()


def current(desk) -> str:
	desk.settled()
	return desk.page.evaluate("() => cur_frm.doc.name")


def in_focus(desk) -> str | None:
	"""The outcome whose filter has the keyboard."""
	return desk.page.evaluate("() => document.activeElement.dataset.outcome ?? null")


def submit(desk) -> None:
	desk.click(".page-head .primary-action:has-text('Submit')")
	desk.page.wait_for_timeout(600)
	desk.dialog("Yes")


def test_the_workspace_counts_what_needs_attention(dana):
	dana.open("factoring")
	dana.sees("3", "[shortcut_name='Queued']")
	dana.sees(re.compile("Queued for Factoring", re.IGNORECASE))  # Frappe 15 shows it in capitals
	dana.sees("$ 5,985.75", "[number_card_name='Queued for Factoring']")
	dana.look("workspace-first")


def test_the_workspace_cuts_no_text(dana):
	for width in (1440, 1920, 1280):
		dana.page.goto("about:blank")  # Frappe's chart fails when its window changes while it moves
		dana.page.set_viewport_size({"width": width, "height": 900})
		dana.open("factoring")
		dana.sees("$ 5,985.75")
		dana.settled()
		assert dana.cut() == [], width


def test_a_card_and_the_chart_lead_to_what_they_count(dana):
	dana.open("factoring")
	dana.click("[number_card_name] a:has-text('5,985.75')")
	dana.page.wait_for_url(re.compile("sales-invoice"))
	dana.open("factoring")
	dana.sees("Factoring per Week")
	dana.click("[chart_name='Factoring per Week'] .widget-title")
	dana.page.wait_for_url(re.compile("query-report/Cost"))


def test_a_report_opens_with_the_company_that_factors(dana):
	for report in ("Factoring Tie-out", "Factored Invoices"):
		dana.open(f"query-report/{report}")
		dana.settled()
		assert dana.page.evaluate("() => frappe.query_report.get_filter_value('company')") == ACME
		assert "Please set filters" not in dana.text()
	dana.open("query-report/Cost of Factoring?company=Bluebird Logistics Inc")
	dana.sees("Bluebird Logistics Inc is not set up for factoring")
	dana.look("report-not-set-up")
	assert dana.page.locator(".modal.show").count() == 0
	dana.open(f"query-report/Factoring Tie-out?company={ACME}")
	dana.settled()


def test_an_invoice_names_a_missing_document_and_queues_once_it_is_dropped(dana):
	dana.open("sales-invoice")
	dana.settled()
	pill = dana.page.locator(
		".list-row-container:has-text('AF-10001') [data-filter^='factoring_status']"
	).first
	assert "Proof of Delivery is missing" in pill.get_attribute("title")
	dana.form("Sales Invoice", "AF-10001")
	dana.sees("Proof of Delivery is missing")
	dana.sees("Not Ready", ".page-head")
	dana.accessible(".factoring-reasons")
	dana.look("not-ready")
	dana.click("[role=tab]:has-text('Factoring')")
	dana.page.locator(".factoring-drop input").set_input_files(
		[
			{
				"name": "POD AF-10001.jpg",
				"mimeType": "image/jpeg",
				"buffer": (FIXTURES / "paperwork/pod_photo.jpg").read_bytes(),
			},
			{
				"name": "ratecon AF-10001.pdf",
				"mimeType": "application/pdf",
				"buffer": (FIXTURES / "paperwork/rate_confirmation.pdf").read_bytes(),
			},
		]
	)
	dana.sees("Queued", ".page-head")
	kinds = dana.page.evaluate("() => cur_frm.doc.factoring_documents.map((row) => row.kind)")
	assert kinds == ["Proof of Delivery", "Rate Confirmation"]
	dana.page.wait_for_function("() => document.querySelectorAll('.factoring-pictures img').length === 2")
	dana.accessible(".factoring-pictures", ".factoring-drop")
	dana.look("documents")


def test_a_missing_po_number_leads_to_its_field(dana):
	dana.form("Sales Invoice", "AF-10001")
	number = dana.page.evaluate("() => cur_frm.doc.po_no")
	for value, state in (("", "Not Ready"), (number, "Queued")):
		if value:
			dana.sees("PO Number is missing", ".factoring-reasons")
			dana.look("po-number-missing")
			dana.click(".factoring-reasons button:has-text('Customer\\'s Purchase Order')")
		else:
			dana.page.evaluate("() => cur_frm.scroll_to_field('po_no')")
		dana.fill("po_no", value)
		dana.click(".page-head button:has-text('Update')")
		dana.sees(state, ".page-head")


def test_a_document_dropped_on_the_list_goes_to_the_invoice_its_name_gives_in_full(dana):
	content = (FIXTURES / "paperwork/rate_confirmation.pdf").read_bytes()
	dana.open("sales-invoice")
	dana.settled()
	dana.drop(".frappe-list", "BOL AF-1000.pdf", content)
	dana.sees("put the invoice number into its name", ".modal.show")
	dana.close()
	dana.drop(".frappe-list", "BOL AF-10004, not AF-10003.pdf", content)
	dana.sees("which invoice?", ".modal.show")
	dana.choose("invoice", "AF-10004")
	dana.dialog("Attach")
	dana.sees("Bill of Lading", "#alert-container")
	dana.look("invoices")


def test_a_refused_upload_shows_the_reason(dana):
	said = json.dumps([json.dumps({"message": "This site takes files of 5 MB"})])
	refusal = {
		"status": 417,
		"content_type": "application/json",
		"body": json.dumps({"_server_messages": said}),
	}
	dana.open("report-import")
	dana.settled()
	dana.page.route("**/upload_file", lambda route: route.fulfill(**refusal))
	with dana.expecting_errors():
		dana.drop(".frappe-list", "purchase.xlsx", b"too much")
		dana.sees("This site takes files of 5 MB", ".modal.show")
		dana.close()
	dana.page.unroute("**/upload_file")


def test_a_new_form_has_no_heading_with_nothing_below(dana):
	for route, heading in (("factoring-batch/new", "Delivery"), ("report-import/new", "Totals")):
		dana.open(route)
		dana.settled()
		assert dana.page.locator(f".section-head:has-text('{heading}') >> visible=true").count() == 0, route


def test_a_new_import_needs_no_company_because_the_file_names_it(dana):
	dana.page.evaluate("() => frappe.defaults.set_user_default_local('company', 'Acme Freight LLC')")
	dana.open("report-import/new")
	dana.settled()
	assert not dana.page.evaluate("() => cur_frm.doc.company")
	assert not dana.page.evaluate("() => cur_frm.get_field('company').df.reqd")
	dana.page.evaluate("() => frappe.defaults.set_user_default_local('company', '')")


def test_a_batch_is_made_of_queued_invoices_and_delivered_while_the_page_is_reloaded(dana, factor, week):
	dana.open("factoring-batch/new")
	dana.settled()
	dana.page.evaluate(SLOW_LINKS)  # the person is faster than the server
	dana.link("company", ACME)
	dana.button("Get Queued Invoices")
	dana.sees("AF-10004", ".modal.show")
	dana.look("get-queued")
	dana.dialog("Add to the Batch")
	week.batch = current(dana)
	assert dana.page.evaluate("() => [cur_frm.doc.invoice_count, cur_frm.doc.total_amount]") == [4, 8435.75]
	dana.look("batch-draft")
	dana.button("Show Packets")
	dana.sees("(1 of 4)", ".modal.show")
	frame = dana.page.locator(".modal.show iframe")
	assert frame.get_attribute("src").endswith(".pdf")
	first = frame.get_attribute("src")
	dana.click(".modal.show button:has-text('Next Packet')")
	dana.sees("(2 of 4)", ".modal.show")
	assert dana.page.locator(".modal.show iframe").get_attribute("src") != first
	dana.look("packets")
	dana.close()
	submit(dana)
	dana.sees("Expected: advance", ".modal.show")
	dana.look("batch-confirm")
	dana.dialog("Yes")
	dana.settled()
	dana.page.reload()
	dana.form("Factoring Batch", week.batch)
	dana.page.wait_for_function("() => cur_frm.doc.status === 'Delivered'", timeout=240_000)
	dana.sees("5 of 5 files delivered")
	dana.scroll_to("5 of 5 files delivered")
	dana.accessible("[data-fieldname='progress']")
	dana.look("batch-delivered")
	names = {path.name for path in (factor["root"] / "inbox").rglob("*") if path.is_file()}
	assert {"AF-10001.pdf", "AF-10002.pdf", "AF-10003.pdf", "AF-10004.pdf"} <= names


def test_a_purchase_report_dropped_on_the_batch_is_posted_once_its_rows_are_decided(dana, factor, week):
	content = newest(factor["outbox"], "purchase")
	dana.form("Factoring Batch", week.batch)
	dana.drop(
		".layout-main-section",
		"purchase.xlsx",
		changed(content, lambda number: number.replace("AF-10002", "10002")),
	)
	dana.page.wait_for_url(re.compile("report-import/RI-"), wait_until="commit")
	dana.sees("Suggested")
	week.purchase = current(dana)
	dana.page.keyboard.press("Alt+ArrowDown")
	dana.sees("Only the digits of the invoice number match", "[data-part='panel']")
	dana.accessible("[data-fieldname='lines']")
	dana.look("purchase-rows")
	dana.click("[data-close]")
	dana.page.evaluate(
		"() => { cur_frm.doc.modified = '2026-01-01 00:00:00'; }"
	)  # as if a job had written since
	dana.page.locator("[data-outcome='suggested']").focus()
	dana.page.keyboard.press("Enter")
	dana.settled()
	assert in_focus(dana) == "suggested"
	dana.page.locator("[data-row] >> visible=true").first.check()
	dana.click("[data-action='accept']")
	dana.settled()
	assert dana.page.evaluate("() => [cur_frm.doc.matched_count, cur_frm.doc.waiting_count]") == [4, 0]
	assert in_focus(dana) == ""  # no row is suggested any more: all are shown
	dana.sees("All rows added up")
	dana.button("Expected Entries")
	dana.sees("Factor Advances", ".modal.show")
	dana.look("expected-entries")
	dana.close()
	submit(dana)
	dana.sees("Posted", ".page-head")
	dana.form("Sales Invoice", "AF-10002")
	dana.sees("Financed", ".page-head")
	dana.sees(re.compile(r"Open with RTS \$ 1,875.50"), ".factoring-line")
	dana.look("financed")
	dana.tab("Factoring")
	dana.sees(re.compile("Financed\\s+\\$ 1,875.50"), ".factoring-overview")
	dana.sees("Factoring: Purchase", ".factoring-overview")
	dana.accessible(".factoring-overview")
	dana.look("position")
	with dana.page.expect_popup() as opened:
		dana.click(".factoring-pictures a")
	assert "/private/files/" in opened.value.url
	opened.value.close()


def test_a_payment_report_is_dropped_on_the_list(dana, factor, week):
	content = newest(factor["outbox"], "payment")
	dana.open("report-import")
	dana.settled()
	dana.drop(
		".frappe-list", "payment.xlsx", changed(content, lambda number: number.replace("AF-10003", "ZZ-1"))
	)
	dana.page.wait_for_url(re.compile("report-import/RI-"), wait_until="commit")
	dana.sees("Unmatched")
	week.payment = current(dana)


def test_a_user_who_may_not_decide_rows_sees_who_may(uma, week):
	for report, status in ((week.purchase, "Posted"), (week.payment, "Ready")):
		uma.form("Report Import", report)
		uma.sees("A Factoring Manager decides waiting rows")
		assert uma.page.evaluate("() => cur_frm.doc.status") == status
		assert uma.page.locator("[data-fieldname='lines'] :is([data-action], [data-row])").count() == 0
		for label in ("Record Deposit", "Post Decided Rows", "Submit"):
			assert uma.page.locator(f".page-head button:has-text('{label}') >> visible=true").count() == 0, (
				label
			)
	uma.look("rows-of-a-user")


def test_unsaved_input_survives_a_change_by_another_person(dana, uma, week):
	dana.form("Report Import", week.payment)
	dana.settled()
	dana.fill("posting_date", dana.page.evaluate("() => frappe.datetime.str_to_user('2026-11-20')"))
	uma.form("Report Import", week.payment)
	uma.button("Update Rows")
	uma.settled()
	dana.page.wait_for_timeout(3000)
	assert dana.page.evaluate("() => [cur_frm.is_dirty(), cur_frm.doc.posting_date]") == [1, "2026-11-20"]
	dana.page.evaluate("() => cur_frm.reload_doc()")
	dana.settled()


def test_a_running_posting_shows_its_progress(dana):
	dana.page.evaluate(
		"""async () => {
			const ask = frappe.xcall;
			frappe.xcall = async (...asked) => ({ ...(await ask(...asked)), status: "Posting", progress: { done: 30, of: 120 } });
			await rts_factoring.show_rows(cur_frm);
			frappe.xcall = ask;
		}"""
	)
	dana.sees("30 of 120 rows posted")
	assert dana.page.locator("[data-posting] [role=progressbar]").get_attribute("aria-valuenow") == "25"
	dana.look("posting")


def test_a_payment_report_posts_and_its_unknown_row_is_ignored_with_a_reason(dana, week):
	dana.form("Report Import", week.payment)
	dana.settled()
	dana.click("[data-outcome='waiting']")
	dana.settled()
	dana.page.locator("[data-row] >> visible=true").first.check()
	dana.click("[data-action='ignore']")
	dana.page.locator(".modal.show textarea, .modal.show input[type=text]").last.fill(
		"RTS took the wrong number"
	)
	dana.look("ignore-row")
	dana.page.locator(".modal.show .btn-primary >> visible=true").last.click()
	dana.settled()
	submit(dana)
	dana.sees("Posted", ".page-head")
	dana.settled()
	dana.look("payment-posted")
	dana.open("factoring")
	dana.sees("Factoring per Week")
	dana.look("workspace-after")
	dana.form("Sales Invoice", "AF-10001")
	dana.sees("Completed", ".page-head")
	dana.sees("Factoring: Payment by")
	dana.scroll_to("Factoring: Payment by")
	dana.look("timeline")


def test_every_screen_fits_a_telephone(phone, week):
	screens = {
		"workspace": lambda: phone.open("factoring"),
		"invoices": lambda: phone.open("sales-invoice"),
		"invoice": lambda: phone.form("Sales Invoice", "AF-10002"),
		"batches": lambda: phone.open("factoring-batch"),
		"batch": lambda: phone.form("Factoring Batch", week.batch),
		"imports": lambda: phone.open("report-import"),
		"purchase": lambda: phone.form("Report Import", week.purchase),
		"payment": lambda: phone.form("Report Import", week.payment),
		"settings": lambda: phone.form("Subsidiary Factoring Settings", ACME),
		"ledger": lambda: phone.open("factoring-ledger-entry"),
		"tie-out": lambda: phone.open(f"query-report/Factoring Tie-out?company={ACME}"),
		"new-batch": lambda: phone.open("factoring-batch/new"),
	}
	# Frappe 15 says the list's words in the form's own state on a telephone, and ours is left out
	head = ".page-head .indicator-pill"
	whole = {"invoices": [".list-row .indicator-pill"], "invoice": [f"{head}:has-text('Completed')"]}
	for name, show in screens.items():
		show()
		phone.fits(*whole.get(name, []))
		phone.look(f"phone-{name}")
	phone.form("Report Import", week.payment)
	phone.click("[data-open]")
	phone.sees("Its Cells in the File", "[data-part='panel']")
	phone.fits("[data-part='panel']", "[data-part='panel'] [data-close]")
	phone.look("phone-row")
	phone.form("Sales Invoice", "AF-10002")
	phone.tab("Factoring")
	phone.fits()
	phone.look("phone-documents")


@pytest.mark.parametrize("kind", ["payment", "purchase"])
def test_an_import_is_undone_as_a_whole(dana, kind, week):
	dana.form("Report Import", getattr(week, kind))
	dana.click(".page-head .btn-secondary:has-text('Cancel')")
	dana.page.wait_for_timeout(500)
	dana.dialog("Yes")
	dana.sees("Cancelled", ".page-head")
	dana.form("Sales Invoice", "AF-10001")
	dana.sees({"payment": "Financed", "purchase": "Submitted"}[kind], ".page-head")


def test_a_sent_batch_is_cancelled_with_a_reason(dana, week):
	dana.form("Factoring Batch", week.batch)
	dana.click(".page-head .btn-secondary:has-text('Cancel')")
	dana.page.wait_for_timeout(500)
	dana.dialog("Yes")
	dana.page.locator(".modal.show [data-fieldname='reason'] textarea >> visible=true").fill(
		"Only a rehearsal"
	)
	dana.dialog("Cancel the Batch")
	dana.sees("Cancelled", ".page-head")
	dana.form("Sales Invoice", "AF-10001")
	dana.sees("Queued", ".page-head")


def test_the_browser_logged_no_error(dana, admin, uma, phone):
	for desk in (dana, admin, uma, phone):
		assert desk.errors == []
