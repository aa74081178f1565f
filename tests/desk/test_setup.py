"""A company that has never factored is set up by clicking, along the checklist.

The tests run in this order, and each begins where the one before ended. test_week.py continues on the same site.
"""

import time
from pathlib import Path

ACME = "Acme Freight LLC"
SETTINGS = "Subsidiary Factoring Settings"
PHOTO = Path(__file__).parents[1] / "fixtures" / "paperwork" / "pod_photo.jpg"


def step(desk, name: str) -> None:
	"""The button of a step of the checklist."""
	desk.click(f"[data-step='{name}']")


def day(desk, iso: str) -> str:
	return desk.page.evaluate("(iso) => frappe.datetime.str_to_user(iso)", iso)


def steps_done(desk) -> int:
	desk.settled()
	return desk.page.locator("li[data-done='1'] >> visible=true").count()


def test_a_company_begins_with_a_checklist(admin):
	admin.open("subsidiary-factoring-settings/new")
	admin.settled()
	admin.link("company", ACME)
	values = {"client_number": "104233", "advance_rate": "92", "reserve_rate": "5", "fee_rate": "3"}
	for fieldname, value in values.items():
		admin.fill(fieldname, value)
	admin.fill("representative_email", "rep@rts.example")
	admin.save()
	admin.sees("Submit a Notice of Assignment")
	assert steps_done(admin) == 1  # the terms
	assert admin.page.locator("[data-step='notice'] >> visible=true").bounding_box()["y"] < 900
	for selector, count in {"li[data-done]": 9, ".page-head .factoring-help": 1}.items():
		assert admin.page.locator(f"{selector} >> visible=true").count() == count, selector
	admin.accessible("ol:has(> li[data-done])")
	admin.look("setup")


def test_the_notice_is_written_previewed_and_submitted(admin):
	step(admin, "notice")
	admin.page.wait_for_url("**/notice-of-assignment/**")
	admin.settled()
	assert admin.page.evaluate("() => [cur_frm.doc.company, Boolean(cur_frm.doc.text)]") == [ACME, True]
	admin.fill("valid_from", day(admin, "2026-01-01"))
	admin.page.locator("[data-fieldname='text'] textarea >> visible=true").fill(
		"PAY TO THE FACTOR. {invoice} of {company} is assigned."
	)
	admin.page.locator("[data-fieldname='remit_to'] textarea >> visible=true").fill(
		"The Factor\nPO Box 1\nDallas TX"
	)
	admin.sees("PO Box 1", "[data-fieldname='preview']")
	admin.fill("approval_date", day(admin, "2026-01-02"))
	admin.save()
	admin.look("notice")
	admin.submit()


def test_credentials_are_asked_for_and_the_agreement_is_kept(admin):
	admin.form(SETTINGS, ACME)
	step(admin, "credentials")
	admin.page.wait_for_timeout(600)
	admin.dialog("Yes")
	admin.sees("Asked on")
	admin.choose("request_stage", "Signed")
	with admin.expecting_errors():
		admin.click(".page-head .primary-action:has-text('Save')")
		admin.sees("Signed Agreement", ".modal.show")
		admin.close()
	admin.click("[data-fieldname='signed_agreement'] .btn-attach")
	admin.page.locator(".modal.show input[type=file]").first.set_input_files(str(PHOTO))
	admin.page.locator(".modal.show .btn-modal-primary >> visible=true").click()
	admin.page.wait_for_function("() => cur_frm.doc.signed_agreement")
	admin.save()
	admin.sees("RTS sends the credentials")
	admin.choose("request_stage", "Credentials Received")
	admin.save()
	assert steps_done(admin) == 3


def test_accounts_and_required_documents_are_chosen(admin):
	step(admin, "accounts")
	admin.sees("Created: ")
	admin.settled()
	assert admin.page.evaluate("() => cur_frm.doc.clearing_account.startsWith('Factor Clearing')")
	step(admin, "documents")
	admin.page.wait_for_timeout(600)
	admin.click("[data-fieldname='document_kinds'] .grid-add-row")
	row = admin.page.locator("[data-fieldname='document_kinds'] .grid-body .grid-row").first
	row.locator("[data-fieldname='kind']").first.click()
	row.locator("select").first.select_option("Proof of Delivery")
	admin.page.evaluate(
		"() => frappe.model.set_value(...['doctype', 'name'].map((k) => cur_frm.doc.document_kinds[0][k]), 'required', 1)"
	)
	admin.save()
	admin.tab("Agreement")
	assert steps_done(admin) == 5


def test_a_delivery_is_rehearsed_before_there_is_a_server(admin):
	admin.form(SETTINGS, ACME)
	step(admin, "rehearsal")
	admin.page.wait_for_timeout(600)
	admin.page.locator(".modal.show .btn-modal-secondary >> visible=true").click()
	shown = ".modal.show.factoring-rehearsal"
	for words in ("EX-10002.pdf", "whole", "Harbor Paper Co.", "2,217.89"):
		admin.sees(words, shown)  # 2,410.75 less 5 % reserve and 3 % fee
	admin.page.wait_for_timeout(600)
	admin.accessible(f"{shown} .modal-body")
	schedule = admin.page.locator(f"{shown} pre").inner_text().strip().splitlines()
	assert [line.split(",")[1] for line in schedule] == ["Invoice Number", "EX-10001", "EX-10002"]
	for width in (390, 1920, 1280):
		admin.page.set_viewport_size({"width": width, "height": 900})
		admin.fits(f"{shown} .modal-body")
		admin.look(f"rehearsed-delivery-{width}")
	first = admin.page.locator(f"{shown} a[href^='blob:']").first.get_attribute("href")
	begin = "async (url) => (await (await fetch(url)).text()).slice(0, 5)"
	assert admin.page.evaluate(begin, first) == "%PDF-"
	admin.close()
	assert steps_done(admin) == 5  # an example is not yet a rehearsed week


def test_the_connection_is_confirmed_by_its_fingerprint(admin, factor):
	admin.sees("Enter host and user name")
	step(admin, "rehearsal")
	admin.sees("start it and leave it running", ".modal.show")
	admin.look("rehearse")
	admin.click(".modal.show .btn-modal-primary:has-text('Enter the Sandbox')")
	admin.page.wait_for_selector(".modal.show input[data-fieldname='password']")
	shown = (
		"() => ['host', 'port', 'username', 'remote_folder', 'inbox_folder'].map((name) => cur_frm.doc[name])"
	)
	assert admin.page.evaluate(shown) == ["127.0.0.1", 2222, "rts", "inbox", "outbox"]
	admin.page.wait_for_timeout(600)
	admin.close()
	admin.tab("Connection")
	admin.fill("port", str(factor["port"]))
	admin.save()
	admin.tab("Agreement")
	admin.sees("Store the password, or a private key.")
	step(admin, "connection")
	admin.page.locator(".modal.show input[data-fieldname='password']").fill("sandbox")
	admin.dialog("Store")
	admin.button("Test Connection")
	admin.sees(factor["fingerprint"], ".modal.show")
	admin.look("fingerprint")
	admin.page.locator(".modal.show input[data-fieldname='compared']").check()
	admin.dialog("Confirm and Test")
	admin.sees("Logged in")
	admin.settled()
	assert admin.page.evaluate("() => cur_frm.doc.host_key_fingerprint") == factor["fingerprint"]
	assert admin.page.evaluate("() => cur_frm.doc.request_stage") == "Connected"


def test_factoring_is_enabled_and_the_invoices_queue_by_themselves(admin):
	admin.form(SETTINGS, ACME)
	step(admin, "live")
	admin.page.wait_for_function("() => cur_frm.doc.enabled && !cur_frm.is_dirty()")
	assert steps_done(admin) == 6
	admin.sees("The connection still leads to the sandbox factor")
	admin.look("setup-done")
	deadline = time.monotonic() + 120
	while (
		admin.page.evaluate("() => frappe.db.count('Sales Invoice', {filters: {factoring_status: 'Queued'}})")
		< 3
	):
		assert time.monotonic() < deadline, "No invoice queued."
		admin.page.wait_for_timeout(1000)


def test_an_empty_list_says_what_comes_into_it(admin):
	admin.open("report-import")
	admin.sees("Drop RTS's reports on this page")
	admin.look("no-reports-yet")
	admin.form(SETTINGS, ACME)


def test_the_help_of_a_form_opens_with_its_pictures(admin):
	with admin.page.expect_popup() as opened:
		admin.page.locator(".page-head .factoring-help").click()
	page = opened.value
	page.wait_for_load_state()
	assert page.url.endswith("/factoring-help/admin#set-up-a-company")
	assert page.locator("article h2#set-up-a-company").is_visible()
	assert page.evaluate(
		"() => [...document.querySelectorAll('article img')].every((img) => img.src.startsWith('data:'))"
	)
	page.locator("nav a:has-text('week')").first.click()
	page.wait_for_url("**/factoring-help/user-guide")
	page.close()
