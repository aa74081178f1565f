import frappe

from rts_factoring import permissions
from rts_factoring.services.views import overview


@frappe.whitelist()
def get(filters: str | dict | None = None, **_ignored) -> dict:
	"""Purchases and costs per week, for Frappe's chart widget.

	Not cached: all users share Frappe's cache of chart data, and not all may see every company.
	"""
	frappe.has_permission("Factoring Ledger Entry", "read", throw=True)
	company = (frappe.parse_json(filters) or {}).get("company")
	companies = [permissions.require_company(company)] if company else permissions.allowed_companies()
	return overview.per_week(companies)
