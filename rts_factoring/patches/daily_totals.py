"""Sum the ledger entries of an earlier release per company, currency and day, where the sums are not there yet."""

import frappe

from rts_factoring.services.accounting import daily_totals


def execute():
	for company in frappe.get_all("Factoring Ledger Entry", pluck="company", distinct=True):
		if daily_totals.compare(company).days:
			daily_totals.rebuild(company)
