"""What a site needs beside the DocTypes; every step is safe to run again."""

import frappe

from rts_factoring import custom_fields
from rts_factoring.services import layouts

ROLES = ("Factoring User", "Factoring Manager")


def before_install():
	create_roles()


def after_install():
	custom_fields.create()
	layouts.create_defaults()


def after_migrate():
	create_roles()
	layouts.create_defaults()


def create_roles():
	for role in ROLES:
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(
				ignore_permissions=True
			)
