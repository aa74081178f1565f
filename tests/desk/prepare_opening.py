"""Run in the bench's Python: three live invoices, the loan they stand on, and RTS's list of open invoices with one more that is not
in ERPNext. Prints the name of its import. `prepare_opening.py SITES_PATH SITE`"""

import sys

import frappe

sites_path, site = sys.argv[1:3]
frappe.init(site, sites_path=sites_path)
frappe.connect()
frappe.set_user("Administrator")

from rts_factoring.tests import factories, opening_factories, report_factories  # noqa: E402

factories.wipe()
factories.make_settings(factories.ACME, policy="Borrowing")
factories.make_notice(factories.ACME)
dates = {"posting_date": "2026-10-01", "due_date": "2026-11-15"}
customer = opening_factories.CUSTOMER
for number in range(3):
	values = {"company": factories.ACME, "customer": customer, "amount": 1000, "po_no": f"PO{number}"}
	factories.make_invoice(f"LIVE-{number}", **values, **dates)
loan = opening_factories.account(opening_factories.LOAN, "Liability")
frappe.db.delete("GL Entry", {"account": loan})
opening_factories.book("2026-10-31", (loan, -3000))
header = ("Invoice #", "Customer", "Purchase Date", "Open Balance")
rows = [("Aging as of 10/31/2026",), ("Client #:", "104233"), header]
rows += [(f"LIVE-{number}", customer, "10/02/2026", 1000) for number in range(3)]
rows.append(("OLD-9", customer, "09/02/2026", 500))
aging = report_factories.import_file("first-list.xlsx", report_factories.workbook(rows))
frappe.db.commit()
frappe.clear_cache()
print(aging.name)
