"""Layouts say their choices in words, and show while somebody types what they make of a batch or read in a file."""

from tests.support.workbooks import xlsx

PREVIEW = "[data-fieldname='preview']"
FILE = [["Invoice #", "Customer", "Purchase Amount", "Sundry"], ["AF-1", "Ridgeline Foods Inc", 1000, 7]]


def chosen(desk, fieldname: str) -> str:
	field = desk.page.locator(f"[data-fieldname='{fieldname}'] select >> visible=true").first
	return field.evaluate("(select) => select.selectedOptions[0].text")


def typed(desk, fieldname: str) -> str:
	return desk.page.locator(f"[data-fieldname='{fieldname}'] input >> visible=true").first.input_value()


def test_a_schedule_layout_is_in_words_and_its_preview_follows(admin):
	admin.form("Schedule Layout", "RTS")
	admin.sees("Invoice Number", "[data-fieldname='columns']")
	admin.sees("AF-10001", PREVIEW)
	admin.sees("11/24/2026", PREVIEW)
	assert (typed(admin, "date_format"), chosen(admin, "amounts")) == ("11/26/2026", "1850.00")
	for code in ("invoice_no", "minimal"):
		assert code not in admin.text()
	admin.accessible(PREVIEW)
	admin.look("schedule-layout")
	admin.fill("date_format", "2026-11-26")
	admin.sees("2026-11-24", PREVIEW)
	admin.fill("date_format", "%d.%b.%y")  # a pattern of one's own
	admin.sees("24.Nov.26", PREVIEW)
	assert admin.page.evaluate("() => cur_frm.doc.date_format") == "%d.%b.%y"
	admin.choose("amounts", "cents")
	admin.sees("185000", PREVIEW)
	admin.choose("quoting", "none")
	admin.sees("✗", PREVIEW)
	assert admin.page.locator(".modal.show").count() == 0
	admin.page.evaluate("() => cur_frm.reload_doc()")
	admin.settled()
	assert admin.page.evaluate("() => cur_frm.doc.date_format") == "%m/%d/%Y"  # what is stored stays


def test_a_report_layout_is_in_words_and_reads_a_file_again_when_it_changes(admin):
	admin.form("Report Layout", "RTS Purchase Report")
	admin.sees("Invoice Number", "[data-fieldname='headers']")
	assert chosen(admin, "date_order") == "11/26/2026"
	assert "invoice_no" not in admin.text()
	admin.button("Try It on a File")
	file = {"name": "try.xlsx", "mimeType": "application/octet-stream", "buffer": xlsx(FILE)}
	admin.page.locator(".modal.show input[type=file]").first.set_input_files(file)
	admin.page.locator(".modal.show .btn-modal-primary >> visible=true").click()
	admin.sees("Purchased Amount", PREVIEW)
	admin.sees("not read", PREVIEW)
	admin.accessible(PREVIEW)
	admin.look("report-layout")
	admin.page.evaluate(
		"""() => {
			const row = cur_frm.add_child("headers");
			frappe.model.set_value(row.doctype, row.name, { field: "other_deductions", text: "Sundry" });
		}"""
	)
	admin.page.wait_for_function(
		"() => !document.querySelector(\"[data-fieldname='preview']\").innerText.includes('not read')"
	)
	admin.page.evaluate("() => cur_frm.reload_doc()")
	admin.settled()
