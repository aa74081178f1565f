"""A debtor who logs in to the portal, and reads and prints its invoices there."""

import frappe

PORTAL_USER, PASSWORD = "debtor@example.com", "a long pass phrase 7"


def make_portal_user(*invoices: str) -> None:
	"""The debtor of the invoices with a login to the portal."""
	if not frappe.db.exists("User", PORTAL_USER):
		user = frappe.get_doc(
			{"doctype": "User", "email": PORTAL_USER, "first_name": "Debtor", "user_type": "Website User"}
		)
		user.flags.no_welcome_mail = True
		user.new_password = PASSWORD
		user.insert()
		user.add_roles("Customer")
	for name in invoices:
		customer = frappe.get_doc("Customer", frappe.db.get_value("Sales Invoice", name, "customer"))
		if PORTAL_USER not in [row.user for row in customer.portal_users]:
			customer.append("portal_users", {"user": PORTAL_USER})
			customer.save()
