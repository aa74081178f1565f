"""What a site needs besides the DocTypes. Every step is safe to run again."""

import frappe
from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import (
	make_dimension_in_accounting_doctypes,
)

from rts_factoring import custom_fields, indexes
from rts_factoring.services.common import file_companies
from rts_factoring.services.company import layouts
from rts_factoring.services.invoices import number_keys

ROLES = ("Factoring User", "Factoring Manager")


def before_install():
	create_roles()


def after_install():
	custom_fields.create()
	number_keys.fill_missing()
	file_companies.fill()
	indexes.create()
	create_dimension_fields()
	layouts.create_defaults()


def after_migrate():
	create_roles()
	indexes.create()
	create_dimension_fields()
	layouts.create_defaults()


def create_dimension_fields():
	"""Fields for the accounting dimensions a site had before the app; ERPNext makes those of later ones."""
	for doctype in frappe.get_hooks("accounting_dimension_doctypes", app_name="rts_factoring"):
		for name in frappe.get_all("Accounting Dimension", pluck="name"):
			make_dimension_in_accounting_doctypes(frappe.get_doc("Accounting Dimension", name), [doctype])


def create_roles():
	for role in ROLES:
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(
				ignore_permissions=True
			)
