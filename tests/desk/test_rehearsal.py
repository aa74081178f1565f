"""A new user goes through a whole week with the example company, by the buttons that the guide names, and removes it again."""

import re

LIST = "subsidiary-factoring-settings"


def follow(desk, label: str) -> None:
	"""The button of the guide on top of the form."""
	desk.click(f".factoring-guide button:has-text('{label}')")


def submit(desk, status: str) -> None:
	desk.click(".page-head .primary-action:has-text('Submit')")
	desk.page.wait_for_timeout(600)
	desk.dialog("Yes")
	desk.page.wait_for_timeout(600)
	if desk.page.locator(".modal.show").count():
		desk.dialog("Yes")
	desk.page.wait_for_function("(status) => cur_frm.doc.status === status", arg=status, timeout=240_000)


def test_a_week_is_rehearsed_by_the_guide_and_removed(admin):
	admin.open(LIST)
	admin.settled()
	admin.button("Start Rehearsal")
	admin.page.wait_for_timeout(600)
	admin.dialog("Yes")
	admin.sees("Make a batch with Get Queued Invoices", ".factoring-guide")
	admin.accessible(".factoring-guide")
	admin.look("rehearsal-guide")
	follow(admin, "New Batch")
	admin.page.wait_for_url("**/factoring-batch/new**")
	admin.settled()
	admin.button("Get Queued Invoices")
	admin.sees("EX-RH-1003", ".modal.show")
	admin.dialog("Add to the Batch")
	admin.sees("Then submit the batch", ".factoring-guide")
	submit(admin, "Delivered")
	for kind in ("Purchase", "Payment"):
		follow(admin, f"Fetch the {kind} Report")
		admin.page.wait_for_function("(kind) => cur_frm.doc.kind === kind && !cur_frm.is_new()", arg=kind)
		admin.sees("Then submit it", ".factoring-guide")
		submit(admin, "Posted")
	follow(admin, "Open the Tie-out")
	admin.page.wait_for_url(re.compile("query-report"))
	admin.sees("agree to the cent")
	admin.look("rehearsal-tie-out")
	admin.open(LIST)
	admin.settled()
	admin.button("Remove Rehearsal")
	admin.page.wait_for_timeout(600)
	admin.dialog("Yes")
	admin.sees("Start Rehearsal", ".page-head")
	assert admin.page.evaluate("() => frappe.db.exists('Company', 'Rehearsal Freight (Example)')") is False


def test_one_dialog_sets_a_company_up(admin):
	"""It is closed again: test_setup.py begins with a company that is not set up."""
	admin.open(LIST)
	admin.settled()
	admin.click(".page-head .primary-action:has-text('Set Up')")
	admin.page.wait_for_timeout(600)
	for fieldname, value in {"advance_rate": "92", "reserve_rate": "5", "fee_rate": "4"}.items():
		field = admin.page.locator(f".modal.show [data-fieldname='{fieldname}'] input").first
		field.fill(value)
		field.press("Tab")
	admin.sees("RTS pays 920.00, holds back 50.00 and keeps a fee of 40.00", ".modal.show")
	admin.sees("add up to 101.00 %", ".modal.show")
	admin.accessible(".modal.show [data-fieldname='example']")
	admin.look("setup-dialog")
	admin.close()
