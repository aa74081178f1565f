"""Sum the ledger entries of an earlier release per company, currency and day."""

import frappe

from rts_factoring.services.accounting import daily_totals

_EARLIER_INDEX = "currency_company_open_change_reserve_index"  # what the cards read before


def execute():
	for company in frappe.get_all("Factoring Ledger Entry", pluck="company", distinct=True):
		daily_totals.rebuild(company)
	if frappe.db.has_index("tabFactoring Ledger Entry", _EARLIER_INDEX):
		frappe.db.sql_ddl(f"alter table `tabFactoring Ledger Entry` drop index `{_EARLIER_INDEX}`")
