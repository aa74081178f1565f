"""An accountant corrects a posted row from its panel, sees the entries before they are posted, and finds the way back."""

import re

import pytest

from tests.desk.conftest import run_on_site

PANEL = "[data-part='panel']"
PREVIEW = "[data-fieldname='preview']"


@pytest.fixture(scope="module")
def bought(dana, site):
	"""RTS has bought AF-0 for 1,000; the name of the import."""
	run_on_site("prepare_rows.py")
	dana.open("report-import")
	dana.settled()
	return dana.page.evaluate(
		"() => frappe.db.get_list('Report Import', { filters: { docstatus: 1 } }).then(([row]) => row.name)"
	)


def test_a_posted_row_is_corrected_from_its_panel(dana, bought):
	dana.form("Report Import", bought)
	dana.click("[data-open]")
	dana.sees("What It Posted", PANEL)
	dana.click(f"{PANEL} [data-correct]")
	dana.page.locator(".modal.show textarea >> visible=true").first.fill("RTS bought it for 900 <b>only</b>")
	dana.dialog("Make Draft")
	dana.page.wait_for_url(re.compile("factoring-adjustment/FA-"), wait_until="commit")
	dana.settled()
	dana.sees("1,000.00", PREVIEW)  # what is taken back and what is posted right are the same yet
	dana.page.evaluate(
		"""() => {
			const line = cur_frm.doc.lines[1];
			return frappe.model.set_value(line.doctype, line.name, { amount: 900, net: 0 });
		}"""
	)
	dana.save()
	dana.sees("Line 2", PREVIEW)  # RTS has another amount for the invoice than our books
	dana.look("adjustment-problem")
	dana.page.evaluate(
		"""() => {
			const line = cur_frm.doc.lines[1];
			return frappe.model.set_value(line.doctype, line.name, "accept", 1);
		}"""
	)
	dana.save()
	dana.sees("900.00", PREVIEW)
	dana.look("adjustment-draft")
	dana.submit()
	name = dana.page.evaluate("() => cur_frm.doc.name")
	dana.form("Report Import", bought)
	dana.click("[data-open]")
	dana.sees(name, PANEL)
	dana.sees("Submitted", PANEL)
	assert dana.page.locator(f"{PANEL} [data-correct]").count() == 0


def test_a_buyback_is_entered_with_its_payment(dana, bought):
	dana.open("factoring-adjustment/new")
	dana.settled()
	dana.page.evaluate(
		"""async () => {
			await cur_frm.set_value({
				company: "Acme Freight LLC", posting_date: frappe.datetime.get_today(), purpose: "Switch of Factor",
				reason: "We go to another factor",
			});
		}"""
	)
	dana.settled()
	dana.button("Fill Open Positions")
	dana.settled()
	dana.save()
	dana.sees("Clearing", PREVIEW)
	dana.submit()
	dana.button("Record Payment")
	dana.sees("Bank Account", ".modal.show")
	dana.close()
	assert dana.errors == []
