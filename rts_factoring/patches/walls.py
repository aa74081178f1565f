"""Bind connections to the site they work on, keep what the log knows of received reports in their register, and let only
the settings name the remote folder.
"""

import frappe

from rts_factoring.services.common import site_identity
from rts_factoring.services.company import settings
from rts_factoring.services.reports import received
from rts_factoring.services.reports.provenance import FOLDER


def execute():
	_bind_sites()
	_register_received()
	_move_folders()


def _bind_sites():
	for name in frappe.get_all(settings.DOCTYPE, {"confirmed_site": ("is", "not set")}, pluck="name"):
		frappe.db.set_value(
			settings.DOCTYPE, name, "confirmed_site", site_identity.identity(), update_modified=False
		)


def _register_received():
	"""Files of an inbox folder that were handled by an earlier release, so that they do not come again."""
	logged = frappe.get_all(
		"Factoring Log",
		filters={"action": "Inbox", "file_name": ("is", "set"), "status": ("!=", "Retry")},
		fields=["company", "file_name", "status", "message", "creation"],
		order_by="creation",
		limit=0,
	)
	for row in logged:
		if frappe.db.exists(received.DOCTYPE, {"company": row.company, "file_key": row.file_name}):
			continue
		name = (row.message or "").split()[-1:] if row.status == "Success" else []
		report_import = name[0] if name and frappe.db.exists("Report Import", name[0]) else None
		status = received.IMPORTED if report_import else received.IMPORTED_BEFORE
		doc = frappe.get_doc(
			{
				"doctype": received.DOCTYPE,
				"company": row.company,
				"source": FOLDER,
				"file_name": row.file_name.rpartition(" (")[0] or row.file_name,
				"file_key": row.file_name,
				"status": status if row.status == "Success" else received.REFUSED,
				"report_import": report_import,
				"message": row.message if row.status != "Success" else "",
				"checked_on": row.creation,
			}
		)
		doc.insert(ignore_permissions=True)


def _move_folders():
	"""A layout's folder stood in place of the one in the settings; it is a folder inside that one."""
	for layout in frappe.get_all(
		"Schedule Layout", {"remote_folder": ("is", "set")}, ["name", "remote_folder"]
	):
		for name in frappe.get_all(settings.DOCTYPE, {"schedule_layout": layout.name}, pluck="name"):
			frappe.db.set_value(
				settings.DOCTYPE, name, "remote_folder", layout.remote_folder, update_modified=False
			)
		frappe.db.set_value("Schedule Layout", layout.name, "remote_folder", "", update_modified=False)
	frappe.clear_cache()
