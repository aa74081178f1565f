"""A sensible account for each role, in the company's own chart of accounts."""

import frappe
from frappe import _

from rts_factoring.core.model import Role
from rts_factoring.services.company import settings

ACCOUNT_NAMES = {
	Role.CLEARING: "Factor Clearing",
	Role.RESERVE: "Factor Reserve",
	Role.ADVANCES: "Factor Advances",
	Role.FEE: "Factoring Fees",
	Role.CHARGES: "Factoring Charges",
	Role.CASH_ADVANCES: "Factor Cash Advances",
	Role.CUSTOMER_DEDUCTIONS: "Customer Deductions",
	Role.DIFFERENCES: "Factoring Differences",
}
# A default account of the company whose neighbourhood fits, and how many levels up the group stands.
NEIGHBOURS = {
	"Asset": (("default_receivable_account", 2), ("default_receivable_account", 1)),
	"Liability": (("default_payable_account", 2), ("default_payable_account", 1)),
	"Expense": (("round_off_account", 1), ("default_expense_account", 1)),
}


def create_missing(company: str) -> dict[str, str]:
	"""Create an account for each role without one and write it on the settings; returns field → account."""
	doc = frappe.get_doc(settings.DOCTYPE, {"company": company})
	made = {}
	for role, field in settings.ACCOUNT_FIELDS.items():
		if not doc.get(field):
			made[field] = find_or_create(company, role)
			doc.set(field, made[field])
	if not doc.cost_center:
		doc.cost_center = frappe.get_cached_value("Company", company, "cost_center")
	doc.save()
	return made


def find_or_create(company: str, role: Role, ignore_permissions: bool = False) -> str:
	"""The company's account of the usual name for this role."""
	filters = {"company": company, "account_name": ACCOUNT_NAMES[role], "is_group": 0}
	if existing := frappe.db.get_value("Account", filters):
		return existing
	root_type = settings.ROOT_TYPES[role][0]
	account = frappe.get_doc(
		{
			"doctype": "Account",
			"company": company,
			"account_name": ACCOUNT_NAMES[role],
			"parent_account": _group(company, root_type),
			"root_type": root_type,
			"account_currency": frappe.get_cached_value("Company", company, "default_currency"),
		}
	)
	return account.insert(ignore_permissions=ignore_permissions).name


def _group(company: str, root_type: str) -> str:
	for field, levels in NEIGHBOURS[root_type]:
		group = frappe.get_cached_value("Company", company, field)
		for _level in range(levels):
			group = frappe.db.get_value("Account", group, "parent_account") if group else None
		if group:
			return group
	filters = {"company": company, "root_type": root_type, "is_group": 1, "disabled": 0}
	group = frappe.db.get_value("Account", filters, order_by="lft desc")
	if not group:
		frappe.throw(_("{0} has no group of {1} accounts.").format(company, root_type))
	return group
