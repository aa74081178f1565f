"""The guided setup: one dialog, whatever is typed into it and whatever fails on the way."""

import pytest

from tests.desk.conftest import run_on_site

ACME, BLUEBIRD = "Acme Freight LLC", "Bluebird Logistics Inc"
IN_DIALOG = ".modal.show [data-fieldname='{}']"
SETTINGS = "Subsidiary Factoring Settings"
PASSWORD = "a password that RTS gave"


@pytest.fixture(scope="module")
def ana(admin):
	"""Who sets companies up; none is set up yet."""
	run_on_site("prepare.py")
	return admin


def begin(desk, company: str) -> None:
	desk.open("subsidiary-factoring-settings")
	desk.settled()
	desk.click(".page-head .primary-action:has-text('Set Up')")
	desk.sees("Rates of the Agreement", ".modal.show")
	desk.page.wait_for_timeout(600)
	field(desk, "company").click()
	field(desk, "company").fill(company)
	desk.click(f"{IN_DIALOG.format('company')} [role=option]:has-text('{company}')")


def field(desk, name: str):
	return desk.page.locator(f"{IN_DIALOG.format(name)} input >> visible=true").first


def fill(desk, name: str, value: str) -> None:
	field(desk, name).fill(value)
	field(desk, name).press("Tab")


def rates(desk, *values: str) -> None:
	for fieldname, value in zip(("advance_rate", "reserve_rate", "fee_rate"), values, strict=True):
		fill(desk, fieldname, value)


def stored(desk, company: str, *fields: str) -> list:
	doc = desk.page.evaluate(
		"([doctype, name]) => frappe.xcall('frappe.client.get', { doctype, name })", [SETTINGS, company]
	)
	return [doc.get(field) for field in fields]


def test_a_rate_that_cannot_be_is_refused_and_nothing_typed_is_lost(ana):
	begin(ana, ACME)
	fill(ana, "client_number", "104233")
	for wrong in ("101", "-5", "92,5"):
		rates(ana, wrong, "5", "3")
		with ana.expecting_errors():
			ana.dialog("Set Up")
			ana.sees("must be between 0 and 100 percent", ".msgprint-dialog")
			ana.page.wait_for_timeout(600)
			ana.page.locator(".msgprint-dialog .btn-modal-close >> visible=true").click()
			ana.page.wait_for_timeout(600)
	assert field(ana, "client_number").input_value() == "104233"
	rates(ana, "92 %", "5%", "3")
	ana.sees("RTS pays 920.00, holds back 50.00 and keeps a fee of 30.00", ".modal.show")


def test_two_clicks_set_one_company_up(ana):
	ana.page.locator(".modal.show .modal-footer button:has-text('Set Up') >> visible=true").dblclick()
	ana.page.wait_for_url("**/subsidiary-factoring-settings/Acme**")
	ana.settled()
	assert ana.page.locator(".modal.show").count() == 0
	assert stored(ana, ACME, "advance_rate", "reserve_rate", "fee_rate") == [92, 5, 3]
	assert stored(ana, ACME, "clearing_account")[0].startswith("Factor Clearing")


def test_a_company_that_is_set_up_is_not_offered(ana):
	ana.open("subsidiary-factoring-settings")
	ana.settled()
	ana.click(".page-head .primary-action:has-text('Set Up')")
	ana.page.wait_for_timeout(600)
	field(ana, "company").click()
	offered = f"{IN_DIALOG.format('company')} ul[role=listbox]"
	ana.sees(BLUEBIRD, offered)
	texts = ana.page.locator(f"{offered} [role=option]").all_inner_texts()
	assert not [text for text in texts if text.strip().startswith(ACME)]


def test_accounts_that_cannot_be_made_leave_the_rest_in_place(ana):
	begin(ana, BLUEBIRD)
	rates(ana, "92", "5", "3")
	ana.page.locator(f"{IN_DIALOG.format('connection')} select").select_option("RTS's Credentials")
	for fieldname, value in {"host": "sftp.rts.example", "username": "bluebird"}.items():
		fill(ana, fieldname, value)
	fill(ana, "password", PASSWORD)
	ana.page.route(
		"**/api/method/run_doc_method",
		lambda route: route.fulfill(status=417, json={"exc_type": "ValidationError"}),
	)
	with ana.expecting_errors():
		ana.dialog("Set Up")
		ana.page.wait_for_url("**/subsidiary-factoring-settings/Bluebird**")
		ana.settled()
	ana.page.unroute("**/api/method/run_doc_method")
	assert stored(ana, BLUEBIRD, "host", "clearing_account", "password") == [
		"sftp.rts.example",
		None,
		"*" * 8,
	]
	assert PASSWORD not in ana.page.content()
	assert ana.errors == []
