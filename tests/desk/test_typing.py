"""What a person types into an open form stays while the server changes the same document. On the site of test_setup.py."""

import pytest

ACME = "Acme Freight LLC"
SETTINGS = "Subsidiary Factoring Settings"
TYPED = "rtsc 104233, typed while the answer comes"
INPUT = "[data-fieldname='client_number'] input"


def credentials(desk) -> None:
	desk.button("Request Credentials", "Set Up")
	desk.page.wait_for_timeout(600)
	desk.dialog("Yes")


def password(desk) -> None:
	desk.button("Password", "Set Up")
	desk.page.locator(".modal.show input[data-fieldname='password']").fill("sandbox")
	desk.page.locator(".modal.show .btn-modal-primary >> visible=true").click()


ACTIONS = {
	"credentials": (credentials, {}),
	"accounts": (lambda desk: desk.button("Create Accounts", "Set Up"), {"fee_account": ""}),
	"connection": (lambda desk: desk.button("Test Connection"), {}),
	"password": (password, {}),
}


def type_slowly(desk) -> None:
	"""Into the client number, for two seconds: longer than the answer and Frappe's reload of a changed document take."""
	desk.page.evaluate("() => cur_frm.fields_dict.client_number.$input.trigger('focus').trigger('select')")
	desk.page.keyboard.type(TYPED, delay=50)
	desk.page.wait_for_timeout(1500)


def stored(desk) -> dict:
	return desk.page.evaluate(
		"(name) => frappe.xcall('frappe.client.get', { doctype: 'Subsidiary Factoring Settings', name })",
		ACME,
	)


def change(desk, values: dict) -> dict:
	"""By another session: the stored settings."""
	return desk.page.evaluate(
		"""([name, fieldname]) => frappe.xcall("frappe.client.set_value", {
			doctype: "Subsidiary Factoring Settings", name, fieldname })""",
		[ACME, values],
	)


@pytest.mark.parametrize("action", ACTIONS)
def test_what_is_typed_while_the_answer_comes_stays_and_can_be_saved(admin, dana, action):
	act, before = ACTIONS[action]
	if before:
		change(dana, before)
	admin.form(SETTINGS, ACME)
	was = stored(admin)
	act(admin)
	type_slowly(admin)
	assert admin.page.locator(f"{INPUT} >> visible=true").first.input_value() == TYPED
	assert admin.page.evaluate("() => document.activeElement.dataset.fieldname") == "client_number"
	now = stored(admin)
	assert now["modified"] != was["modified"] and now["client_number"] == was["client_number"]
	shown = admin.page.evaluate("() => cur_frm.doc")
	for fieldname in ("request_stage", "asked_on", "fee_account", "connected_on", "password"):
		assert (shown.get(fieldname) or "") == (now[fieldname] or ""), fieldname
	admin.save()
	assert stored(admin)["client_number"] == TYPED
	change(admin, {"client_number": was["client_number"], "request_stage": "Connected"})


def test_what_is_typed_stays_when_somebody_else_changes_another_field(admin, dana):
	admin.form(SETTINGS, ACME)
	change(dana, {"repurchase_days": 91})
	type_slowly(admin)
	assert admin.page.locator(f"{INPUT} >> visible=true").first.input_value() == TYPED
	assert admin.page.evaluate("() => [cur_frm.doc.repurchase_days, cur_frm.is_dirty()]") == [91, True]
	admin.page.evaluate("() => cur_frm.reload_doc()")
	admin.settled()


def test_two_people_in_one_field_are_told_and_nothing_is_overwritten(admin, dana):
	admin.form(SETTINGS, ACME)
	change(dana, {"client_number": "104233-B"})
	type_slowly(admin)
	assert admin.page.locator(f"{INPUT} >> visible=true").first.input_value() == TYPED
	admin.sees("This form has been modified after you have loaded it")
	with admin.expecting_errors():
		admin.click(".page-head .primary-action:has-text('Save')")
		admin.page.wait_for_selector(".modal.show .msgprint")
		admin.close()
	assert stored(admin)["client_number"] == "104233-B"
	admin.page.evaluate("() => cur_frm.reload_doc()")
	admin.settled()
	change(dana, {"client_number": "104233"})
