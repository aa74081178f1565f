"""Run in the bench's Python: a site as a carrier has it on the day the agreement with RTS is signed: invoices and papers,
and nothing of factoring set up. `prepare.py SITES_PATH SITE`"""

import json
import sys

import frappe
from frappe.installer import update_site_config
from frappe.utils.password import update_password

sites_path, site = sys.argv[1:3]
frappe.init(site, sites_path=sites_path)
frappe.connect()
frappe.set_user("Administrator")

from rts_factoring.services.company import settings  # noqa: E402
from rts_factoring.tests import factories  # noqa: E402

USERS = {
	"dana@acme.example": ("Dana", ("Accounts User", "Factoring User", "Factoring Manager")),
	"uma@acme.example": ("Uma", ("Accounts User", "Factoring User")),
	"admin@acme.example": (
		"Ana",
		("System Manager", "Factoring User", "Factoring Manager", "Accounts Manager"),
	),
}
PASSWORD = "desk-of-acme"

factories.ensure_companies()
factories.wipe()
for company in factories.COMPANIES:
	frappe.delete_doc(settings.DOCTYPE, company, force=True)
frappe.db.delete("Account", {"company": factories.ACME, "account_name": ("like", "Factor%")})
frappe.db.set_single_value("System Settings", "setup_complete", 1)
if frappe.db.exists("DocType", "Installed Application"):
	frappe.db.set_value(
		"Installed Application", {"app_name": ("in", ("frappe", "erpnext"))}, "is_setup_complete", 1
	)
frappe.db.set_single_value("System Settings", "time_zone", "UTC")
frappe.db.set_default("desktop:home_page", "workspace")
frappe.db.set_default("currency", "USD")
for name, value in {"date_format": "mm-dd-yyyy", "first_day_of_the_week": "Sunday"}.items():
	frappe.db.set_single_value("System Settings", name, value)
	frappe.db.set_default(name, value)
frappe.db.set_default("suspend_email_queue", 1)  # letters wait; nobody is mailed
update_site_config("mail_server", "127.0.0.1")
update_site_config("auto_email_id", "desk@acme.example")
for user, (first_name, roles) in USERS.items():
	factories.make_user(user, *roles, first_name=first_name)
	update_password(user, PASSWORD)
	frappe.db.delete("User Permission", {"user": user})

numbers = [f"AF-{number}" for number in range(10001, 10005)]
for number in numbers:
	factories.make_invoice(number)
for number in numbers[1:]:
	doc = frappe.get_doc("Sales Invoice", number)
	doc.append(
		"factoring_documents",
		{"kind": "Proof of Delivery", "file": factories.upload("paperwork/pod_photo.jpg", number)},
	)
	doc.save()
frappe.db.commit()
frappe.clear_cache()
print(json.dumps({"numbers": numbers, "password": PASSWORD}))
