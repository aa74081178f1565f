"""Remove what Frappe's own uninstall leaves behind: columns of added fields, roles, stored secrets, and v16's desktop."""

import frappe
from frappe import _

from rts_factoring import custom_fields
from rts_factoring.install import ROLES
from rts_factoring.services.company import rehearsal_company

APP = "rts_factoring"
SECRET_HOLDER = "Subsidiary Factoring Settings"  # nosec B105 # a DocType
ON_THE_DESKTOP = ("Desktop Icon", "Workspace Sidebar")  # v16's; they name their app, not their module


def before_uninstall():
	"""Without the app nobody could take the rehearsal's company away."""
	if rehearsal_company.is_marked():
		frappe.throw(_("There is a rehearsal on this site. Press Remove Rehearsal, then uninstall the app."))


def after_uninstall():
	if APP in frappe.get_installed_apps():
		return  # `bench uninstall-app --dry-run` calls this hook too
	custom_fields.delete()
	frappe.db.delete("__Auth", {"doctype": SECRET_HOLDER})
	for doctype in ON_THE_DESKTOP:
		if frappe.db.table_exists(doctype) and frappe.db.has_column(doctype, "app"):
			for name in frappe.get_all(doctype, filters={"app": APP}, pluck="name"):
				# In developer mode their on_trash deletes the app's own files.
				frappe.delete_doc(doctype, name, ignore_on_trash=True, force=True)
	for table in ("Has Role", "DocPerm", "Custom DocPerm"):
		frappe.db.delete(table, {"role": ("in", ROLES)})
	for role in ROLES:
		frappe.delete_doc("Role", role, ignore_missing=True, force=True)
	# Frappe commits before this hook and not after it.
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
