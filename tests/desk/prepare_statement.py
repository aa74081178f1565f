"""Run in the bench's Python, after prepare_rows.py: a report with a row that waits, and a list of open invoices that differs by
it. Prints both names. `prepare_statement.py SITES_PATH SITE`"""

import sys

import frappe

sites_path, site = sys.argv[1:3]
frappe.init(site, sites_path=sites_path)
frappe.connect()
frappe.set_user("Administrator")

from rts_factoring.tests import factories, report_factories  # noqa: E402

factories.receivables()["AF-0"] = {"customer": "Ridgeline Foods Inc", "amount": "1000"}
paid = report_factories.payment_rows(
	"11/16/2026 - 11/30/2026",
	("AF-0", "1", "11/20/2026", "Partial", 50),
	("AF-0", "2", "11/21/2026", "Odd", 100),
)
waiting = report_factories.import_file("odd.xlsx", paid)
header = ("Invoice #", "Customer", "Purchase Date", "Open Balance")
rows = [("Aging as of 11/30/2026",), ("Client #:", "104233"), header]
rows.append(("AF-0", "Ridgeline Foods Inc", "11/02/2026", 850))
aging = report_factories.import_file("aging.xlsx", report_factories.workbook(rows))
frappe.db.commit()
print(waiting.name, aging.name)
