"""Run in the bench's Python: seven invoices sent in two batches, the first of them bought. `prepare_rows.py SITES_PATH SITE`"""

import sys

import frappe

sites_path, site = sys.argv[1:3]
frappe.init(site, sites_path=sites_path)
frappe.connect()
frappe.set_user("Administrator")

from rts_factoring.tests import factories, report_factories  # noqa: E402

factories.wipe()
factories.make_settings(factories.ACME, policy="Borrowing")
factories.make_notice(factories.ACME)
dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
for number in range(7):
	name = f"AF-{number}"
	factories.make_invoice(
		name, company=factories.ACME, customer="Ridgeline Foods Inc", amount=1000, po_no=name, **dates
	)
	factories.receivables()[name] = {"customer": "Ridgeline Foods Inc", "amount": "1000"}
report_factories.sent_batch("FB-0", ["AF-0"])
report_factories.sent_batch("FB-1", [f"AF-{number}" for number in range(1, 7)])
report_factories.import_file("before.xlsx", report_factories.purchase_rows("FB-0", ("AF-0", 1000, 30, 50)))
factories.bank_account()
frappe.db.commit()
frappe.clear_cache()
