"""An accountant lets in what RTS held before the app was installed, from RTS's list of open invoices."""

import re

import pytest

from tests.desk.conftest import run_on_site

COMPARED = "[data-fieldname='opening_compared']"


@pytest.fixture(scope="module")
def first_list(dana, site):
	"""The import of RTS's list: three invoices of ours, one that is not in ERPNext."""
	return run_on_site("prepare_opening.py").split()[-1]


def test_an_opening_is_made_from_rts_list_and_leaves_nothing_on_temporary_opening(dana, first_list):
	dana.form("Report Import", first_list)
	dana.settled()
	dana.button("Make Opening")
	dana.page.wait_for_url(re.compile("factoring-adjustment/"), wait_until="commit")
	dana.settled()
	assert dana.page.evaluate("() => cur_frm.doc.lines.map((line) => line.sales_invoice)") == [
		"LIVE-0",
		"LIVE-1",
		"LIVE-2",
	]
	dana.sees("$ 3,000.00 stays on Temporary Opening", COMPARED)  # nobody has said where the books hold it
	dana.sees("OLD-9", COMPARED)
	dana.page.evaluate(
		"""async () => {
			const loan = await frappe.db.get_value("Account", { account_name: "Old Factor Loan" }, "name");
			const row = cur_frm.add_child("balances", { role: "Advances" });
			await frappe.model.set_value(row.doctype, row.name, "account", loan.message.name);
			cur_frm.refresh_field("balances");
		}"""
	)
	dana.save()
	dana.sees("Nothing stays on Temporary Opening", COMPARED)
	dana.look("opening")
	dana.submit()
	status = dana.page.evaluate(
		"() => frappe.db.get_value('Sales Invoice', 'LIVE-0', 'factoring_status').then((r) => r.message.factoring_status)"
	)
	assert status == "Financed"
	assert dana.errors == []
