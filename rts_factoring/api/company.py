"""A subsidiary's setup: its checklist, its notice, and the credentials of its server."""

import frappe

from rts_factoring.api.access import readable
from rts_factoring.core.notice.notice import TEMPLATE_TEXT
from rts_factoring.services.company import credentials, settings
from rts_factoring.services.invoices import notices
from rts_factoring.services.views import checklist


@frappe.whitelist()
def get_checklist(settings: str) -> list[dict]:
	"""The steps from an agreement to the first batch, each done or with what is missing."""
	return checklist.checklist(readable("Subsidiary Factoring Settings", settings))


@frappe.whitelist()
def preview_notice(notice: dict | str) -> str:
	"""The notice of a form, saved or not, as it would look on a print."""
	doc = frappe.get_doc(frappe.parse_json(notice) | {"doctype": "Notice of Assignment"})
	doc.check_permission("read")
	return notices.preview(doc)


@frappe.whitelist()
def get_notice_template() -> str:
	"""The text a new notice begins with."""
	frappe.has_permission("Notice of Assignment", "read", throw=True)
	return TEMPLATE_TEXT


@frappe.whitelist(methods=["POST"])
def store_private_key(company: str, key: str, pwd: str = "") -> str:  # nosec B107 # none
	"""Keep a private key, and its passphrase `pwd`, encrypted; returns the key's fingerprint.

	Secrets are arguments of their own, under names that Frappe hides in its logs.
	"""
	with credentials.without_traces():
		return credentials.store_private_key(_settings_of(company), key, pwd)


@frappe.whitelist(methods=["POST"])
def store_password(company: str, password: str) -> None:
	"""Keep the password of the factor's server encrypted."""
	with credentials.without_traces():
		credentials.store_password(_settings_of(company), password)


def _settings_of(company: str):
	frappe.only_for("System Manager")
	doc = frappe.get_doc(settings.DOCTYPE, {"company": company})
	doc.check_permission("write")
	return doc
