"""Run in the bench's Python: September and October as tests/two_months posts them. `prepare_close.py SITES_PATH SITE`"""

import sys

import frappe

sites_path, site = sys.argv[1:3]
frappe.init(site, sites_path=sites_path)
frappe.connect()
frappe.set_user("Administrator")

from rts_factoring.tests import factories, two_months  # noqa: E402

factories.ensure_companies()
factories.wipe()
factories.make_settings(
	factories.ACME,
	policy="Borrowing",
	payment_report_every="Every Two Weeks",
	right_of_setoff=1,
	prepaid_discount_account=None,
)
factories.make_notice(factories.ACME)
two_months.make_invoices()
two_months.september()
two_months.october()
factories.commit_without_jobs()
frappe.clear_cache()
