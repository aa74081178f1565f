"""An accountant works off a purchase report and a payment report full of what is not usual, and the clearing equals the
deposits."""

import re

from tests.support.workbooks import xlsx

CUSTOMER = "Ridgeline Foods Inc"
TITLES = [["Purchase Report"], ["Client #:", "104233"], ["Batch:", "FB-1"]]
HEADER = ["Invoice #", "Customer", "Type", "Invoice Amount", "Purchase Amount", "Discount", "Fees", "Reserve"]
HEADER += ["Fuel Advance", "Adjustments", "Chargeback", "Net", "Sundry"]
FUNDING = [
	["AF-1", CUSTOMER, "Purchase", 1000, 1000, 30, 2, 50, None, None, None, 918, None],
	["AF-2", CUSTOMER, "Purchase", 1000, 1000, 30, None, 50, 400, None, None, 520, None],
	["AF-3", CUSTOMER, "Purchase", 1000, 1000, 30, None, 50, None, 25, None, 895, None],
	["AF-4", CUSTOMER, "Purchase", 1000, 1000, 30, None, 50, None, None, 70, 850, None],
	["AF-5", CUSTOMER, "Purchase", 1000, 1000, 30, None, 50, None, None, None, 920, 9],
	["AF-6", CUSTOMER, "Purchase", 100, 100, 3, None, 5, None, None, None, 92, None],
	["AF-0", CUSTOMER, "Chargeback", *[None] * 8, -1000, None],
	["", "", "Fuel Advance", *[None] * 8, -300, None],
	["", "", "Wire Fee", *[None] * 8, -15, None],
	["", "", "Recoup", *[None] * 8, -147, None],
]
PAID_HEADER = ["Invoice #", "Check #", "Payment Date", "Type", "Payment Amount", "Fee"]
PAID = [
	["AF-1", "C-1", "11/12/2026", "Short Pay", 960, None],
	["AF-2", "C-1", "11/12/2026", "Over Pay", 1010, None],
	["AF-3", "C-2", "11/13/2026", "Payment", 1000, 30],
	["AF-4", "C-2", "11/13/2026", "Nonpayment", 0, None],
]


def imported(desk, name: str, rows) -> None:
	desk.open("report-import")
	desk.settled()
	desk.drop(".frappe-list", name, xlsx(rows))
	desk.page.wait_for_url(re.compile("report-import/RI-"), wait_until="commit")
	desk.sees("All rows added up")
	desk.settled()


def choose(desk, *rows: int) -> None:
	for row in rows:
		desk.page.locator(f"[data-row='{row}'] >> visible=true").first.check()


PANEL = "[data-part='panel']"


def open_row(desk, row: int) -> None:
	desk.click(f"[data-open='{row}']")
	desk.sees(f"Row {row}", PANEL)


def shown(desk) -> int:
	"""The number of the row in the panel."""
	desk.settled()
	return desk.page.evaluate("() => cur_frm.rows.open")


def waiting(desk) -> int:
	return desk.page.evaluate("() => cur_frm.doc.waiting_count")


def clearing(desk) -> dict:
	rows = desk.page.evaluate(
		"""() => frappe.xcall("frappe.desk.query_report.run", {
			report_name: "Factoring Tie-out", filters: { company: "Acme Freight LLC" },
		}).then(({ result }) => result)"""
	)
	assert [row for row in rows if row.get("difference")] == []
	return next(row for row in rows if "learing" in str(row.get("account") or row.get("role")))


def test_rows_are_found_read_and_decided_by_keyboard(dana, sent):
	imported(dana, "funding.xlsx", [*TITLES, HEADER, *FUNDING])
	dana.page.keyboard.press("Alt+ArrowDown")
	assert shown(dana) == 7
	dana.sees("its column does not say what for", PANEL)
	dana.sees("Adjustments", PANEL)  # the title of its cell
	assert dana.page.evaluate("() => document.activeElement.dataset.panelTitle") == "1"
	dana.look("row-panel")
	dana.page.keyboard.press("Alt+ArrowDown")
	assert shown(dana) == 8
	dana.page.keyboard.press("Alt+ArrowUp")
	assert shown(dana) == 7
	dana.page.locator(f"{PANEL} [data-decide='accept']").focus()
	dana.page.keyboard.press("Enter")
	assert shown(dana) == 8  # decided, so the next one that waits
	assert waiting(dana) == 4
	dana.page.keyboard.press("Escape")
	assert shown(dana) == 0
	assert dana.page.evaluate("() => document.activeElement.dataset.open") == "8"
	dana.page.keyboard.press("ArrowDown")
	dana.page.keyboard.press("Enter")
	assert shown(dana) == 9
	dana.page.locator("[data-search]").press_sequentially("AF-6")
	dana.page.wait_for_function("() => document.querySelectorAll('[data-line]').length === 1")
	dana.page.keyboard.press("Alt+ArrowDown")
	assert shown(dana) == 10
	dana.page.locator("[data-search]").fill("")
	dana.page.wait_for_function("() => document.querySelectorAll('[data-line]').length === 10")
	open_row(dana, 7)
	dana.click(f"{PANEL} [data-decide='undo']")
	assert (shown(dana), waiting(dana)) == (7, 5)


def test_the_rows_fit_a_narrow_window_and_a_person_sets_their_widths(dana):
	table = "() => { const t = document.querySelector('[data-part=table]'); return t.scrollWidth - t.clientWidth; }"
	columns = "() => [...document.querySelectorAll('[data-part=table] th')].map((e) => e.dataset.column)"
	assert dana.page.evaluate(table) <= 0
	beside_panel = dana.page.evaluate(columns)
	dana.click("[data-close]")
	dana.settled()
	assert len(dana.page.evaluate(columns)) > len(beside_panel)
	assert dana.page.evaluate(table) <= 0
	heights = "() => [...document.querySelectorAll('[data-line]')].map((e) => e.offsetHeight)"
	assert max(dana.page.evaluate(heights)) < 40  # one line each
	width = "() => document.querySelector('[data-part=table] th[data-column=outcome]').offsetWidth"
	before = dana.page.evaluate(width)
	dana.page.locator("[data-resize='outcome']").focus()
	dana.page.keyboard.press("ArrowRight")
	dana.page.keyboard.press("ArrowRight")
	assert dana.page.evaluate(width) == before + 32
	dana.page.evaluate("() => localStorage.removeItem('rts_factoring.row_widths')")


def test_the_numbers_that_erpnext_gives_its_invoices_are_shown_whole(dana):
	dana.page.evaluate(
		"""async () => {
			const ask = frappe.xcall;
			const numbered = (row) => ({ ...row, sales_invoice: `ACC-SINV-2026-0000${row.row_no % 10}` });
			frappe.xcall = async (...asked) => {
				const found = await ask(...asked);
				return found?.rows ? { ...found, rows: found.rows.map(numbered) } : found;
			};
			await rts_factoring.show_rows(cur_frm);
			frappe.xcall = ask;
		}"""
	)
	dana.sees("ACC-SINV-2026-00005", "[data-part='table']")
	cut = "() => [...document.querySelectorAll('td[data-column=invoice]')].filter((e) => e.scrollWidth > e.clientWidth).length"
	assert dana.page.evaluate(cut) == 0
	dana.look("rows-of-long-numbers")
	dana.page.evaluate("() => rts_factoring.show_rows(cur_frm)")
	dana.settled()


def test_a_funding_with_ten_kinds_of_rows_is_worked_off(dana):
	assert waiting(dana) == 5
	dana.click("[data-outcome='waiting']")
	dana.settled()
	dana.click("[data-outcome='']")
	dana.settled()
	open_row(dana, 5)
	for words in ("Discount: 30", "Fees: 2", "AF-1", "Invoice Amount", "1,000.00 of $ 1,000.00 open"):
		dana.sees(words, PANEL)
	dana.click("[data-outcome='waiting']")
	dana.settled()
	for words in (
		"its column does not say what for",
		"does not say of which invoice",
		"A column of the report that is not read has an amount",
		"1,000.00 in our books, 100.00 in the report. Not financed: 900.00.",
	):
		dana.sees(words, "[data-fieldname='lines']")
	dana.look("funding-waits")
	choose(dana, 7, 8, 9, 10)
	dana.click("[data-action='accept']")
	dana.settled()
	assert waiting(dana) == 1
	assert shown(dana) == 5  # many were decided, so the open row stays
	choose(dana, 14)
	dana.click("[data-action='type']")
	dana.choose("event", "advance_repaid")
	dana.look("funding-type")
	dana.page.locator(".modal.show .btn-primary >> visible=true").last.click()
	dana.settled()
	assert waiting(dana) == 0
	dana.submit(sees="Posted")
	dana.look("funding-posted")
	row = clearing(dana)
	net = sum(line[11] for line in FUNDING)
	assert row["balance"] == 920 + net


def test_a_deposit_without_a_bank_account_says_where_to_create_one(dana, admin):
	banks = set_type(admin, "Bank", "")
	dana.button("Record Deposit")
	dana.sees("Acme Freight LLC has no account of the type Bank", ".modal.show")
	dana.page.wait_for_timeout(500)
	dana.look("no-bank-account")
	dana.close()
	assert set_type(admin, "", "Bank", banks) == banks


def set_type(admin, old: str, new: str, names: list[str] | None = None) -> list[str]:
	"""Change the type of the company's accounts that have one, or of those named; returns their names."""
	script = """async ([old, type, names]) => {
		const filters = { company: "Acme Freight LLC", account_type: old, is_group: 0 };
		names ||= (await frappe.db.get_list("Account", { filters, limit: 0 })).map((row) => row.name);
		for (const name of names) await frappe.db.set_value("Account", name, "account_type", type);
		return names;
	}"""
	return admin.page.evaluate(script, [old, new, names])


def test_the_deposit_of_the_funding_leaves_the_clearing_with_what_was_there_before(dana):
	dana.button("Record Deposit")
	dana.page.wait_for_timeout(500)
	assert "2,733.00" in dana.page.locator(".modal.show [data-fieldname='amount'] input").input_value()
	dana.look("deposit")
	bank = dana.page.evaluate(
		"() => frappe.xcall('frappe.client.get_list', { doctype: 'Account', fields: ['name'],"
		" filters: { account_type: 'Bank', is_group: 0, company: 'Acme Freight LLC' } }).then((rows) => rows[0].name)"
	)
	field = dana.page.locator(".modal.show [data-fieldname='bank_account'] input").first
	field.click()
	field.fill(bank)
	dana.click(f".modal.show [data-fieldname='bank_account'] [role=option]:has-text('{bank}')")
	dana.page.wait_for_function("(bank) => cur_dialog.get_value('bank_account') === bank", arg=bank)
	dana.settled()
	dana.page.locator(".modal.show .btn-primary >> visible=true").last.click()
	dana.settled()
	dana.page.wait_for_function("() => cur_frm.doctype === 'Journal Entry' && cur_frm.doc.cheque_no")
	dana.settled()
	dana.click(".page-head .primary-action:has-text('Submit')")
	dana.page.wait_for_timeout(500)
	dana.dialog("Yes")
	dana.page.wait_for_function("() => cur_frm.doc.docstatus === 1")
	dana.settled()
	assert clearing(dana)["balance"] == 920


def test_the_rest_of_a_short_pay_is_written_off_from_the_rows(dana):
	imported(dana, "paid.xlsx", [["Client #:", "104233"], PAID_HEADER, *PAID])
	dana.sees("The purchase report has already stated the same fee", "[data-fieldname='lines']")
	choose(dana, 5)
	dana.click("[data-action='without_fee']")
	dana.settled()
	dana.sees("The customer has paid nothing", "[data-fieldname='lines']")
	dana.submit(sees="Posted")
	dana.sees("The customer still owes", "[data-fieldname='lines']")
	choose(dana, 3)
	dana.look("short-paid-rest")
	dana.click("[data-rest='write_off']")
	dana.page.locator(".modal.show textarea").last.fill("Quick pay of 4 %")
	dana.page.locator(".modal.show .btn-primary >> visible=true").last.click()
	dana.sees("Written off", ".modal.show")
	dana.close()
	dana.settled()
	assert "The customer still owes" not in dana.text()
	assert clearing(dana)["balance"] == 920
	dana.form("Sales Invoice", "AF-1")
	dana.sees("Completed", ".page-head")
	assert dana.page.evaluate("() => cur_frm.doc.outstanding_amount") == 0
