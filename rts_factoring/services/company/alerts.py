"""Messages to the managers of a company: on the desk, and by e-mail where its settings say so."""

from collections.abc import Collection

import frappe
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification

from rts_factoring.services.company import settings

OFF, DESK, MAIL = "Off", "Desk", "Desk and E-Mail"


def managers(company: str) -> list[str]:
	"""Enabled users with the role Factoring Manager who may see this company."""
	role, user = frappe.qb.DocType("Has Role"), frappe.qb.DocType("User")
	query = (
		frappe.qb.from_(role)
		.inner_join(user)
		.on(user.name == role.parent)
		.where((role.role == "Factoring Manager") & (role.parenttype == "User") & (user.enabled == 1))
		.where(user.name.notin(("Administrator", "Guest")))
		.select(user.name)
		.distinct()
	)
	users = [name for (name,) in query.run()]
	return [name for name in users if can_access(name, company)]


def can_access(user: str, company: str) -> bool:
	from frappe.core.doctype.user_permission.user_permission import get_user_permissions

	allowed = [entry.get("doc") for entry in get_user_permissions(user).get("Company") or ()]
	return not allowed or company in allowed


def notify_managers(
	company: str,
	subject: str,
	message: str,
	doctype: str,
	name: str,
	event: str = "",
	also: Collection[str] = (),
) -> None:
	"""One message to each manager of the company, linked to the document; `message` is plain text.

	`event` names the switch on the settings (`alert_<event>`) that decides; without it the message is always shown.
	`also` names further companies that it may be about. Only users who may see all of them get it.
	"""
	wanted = channel(company, event)
	users = managers(company) if wanted != OFF else []
	users = [user for user in users if all(can_access(user, other) for other in also)]
	if not users:
		return
	content = frappe.utils.escape_html(message).replace("\n", "<br>")
	enqueue_create_notification(
		users,
		{
			"type": "Alert",
			"document_type": doctype,
			"document_name": name,
			"subject": frappe.utils.escape_html(subject),
			"email_content": content,
			"from_user": "Administrator",
		},
	)
	if wanted == MAIL and _can_mail():
		link = frappe.utils.get_link_to_form(doctype, name)
		frappe.sendmail(
			recipients=users,
			subject=subject,
			message=f"<p>{content}</p><p>{link}</p>",
			reference_doctype=doctype,
			reference_name=name,
		)


def channel(company: str, event: str = "") -> str:
	"""Off, Desk, or Desk and E-Mail. Frappe itself never mails messages of this type."""
	agreement = settings.find(company)
	return (agreement and event and agreement.get(f"alert_{event}")) or DESK


def _can_mail() -> bool:
	return bool(frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}))
