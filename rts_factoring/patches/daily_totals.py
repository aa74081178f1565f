"""Sum the ledger entries of an earlier release per company, currency and day."""

import frappe

from rts_factoring.services.accounting import daily_totals


def execute():
	for company in frappe.get_all("Factoring Ledger Entry", pluck="company", distinct=True):
		daily_totals.rebuild(company)
