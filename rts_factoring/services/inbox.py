"""Reports that come by themselves: from a folder on the factor's server, or as an e-mail attachment. Each becomes one draft
Report Import, once; posting it stays a person's decision.
"""

from __future__ import annotations

import hashlib

import frappe
from frappe import _

from rts_factoring.core.delivery import RemoteFile, fetch_file, list_folder
from rts_factoring.core.errors import FactoringError
from rts_factoring.services import alerts, settings
from rts_factoring.services.logs import Attempt

REPORT_ENDINGS = (".xlsx", ".csv")
ACTION = "Inbox"
MOST = 50  # files taken in one go; the next poll takes the rest


def poll_due() -> None:
	"""Enqueue a job for each company that wants its inbox polled."""
	for company in settings.factored_companies():
		agreed = settings.find(company)
		if agreed.poll_inbox and agreed.inbox_folder and agreed.host:
			frappe.enqueue(
				"rts_factoring.services.inbox.poll",
				queue="long",
				job_id=f"rts_factoring:inbox:{company}",
				deduplicate=True,
				company=company,
			)


def poll(company: str) -> list[str]:
	"""The job: fetch the reports not seen before; commits after each. Returns the drafts made."""
	agreed = settings.require(company)
	connection = settings.connection(agreed)
	attempt = Attempt(ACTION, company)
	try:
		files = list_folder(connection, agreed.inbox_folder)
	except FactoringError as error:
		attempt.failed(error)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job; its log must stay
		raise
	fresh = [file for file in files if _is_report(file) and not _seen(company, file)]
	made = []
	for file in sorted(fresh, key=lambda file: file.name)[:MOST]:
		made += _take(company, file, connection, agreed.inbox_folder)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job, file by file
	return made


def _take(company: str, file: RemoteFile, connection, folder: str) -> list[str]:
	attempt = Attempt(ACTION, company)
	attempt.values["file_name"] = _mark(file)
	try:
		content = fetch_file(connection, file.name, folder)
	except FactoringError as error:
		if error.code != "too_large":
			raise  # the line, not the file: tried again with the next poll
		attempt.failed(error)
		return []
	name, refusal = make_draft(file.name, content, company)
	if refusal:
		attempt.refused(refusal)
		alerts.tell_managers(
			company, _("{0} could not be imported").format(file.name), refusal, settings.DOCTYPE, company
		)
		return []
	attempt.succeeded(_("became {0}").format(name) if name else _("was imported before"), len(content))
	return [name] if name else []


def _is_report(file: RemoteFile) -> bool:
	return not file.is_folder and file.name.lower().endswith(REPORT_ENDINGS) and not file.name.startswith(".")


def _mark(file: RemoteFile) -> str:
	"""What tells this file from a later one of the same name."""
	return f"{file.name[:90]} ({file.size}, {int(file.modified or 0)})"


def _seen(company: str, file: RemoteFile) -> bool:
	return bool(frappe.db.exists("Factoring Log", {"company": company, "action": ACTION, "file_name": _mark(file)}))


def make_draft(file_name: str, content: bytes, company: str | None = None) -> tuple[str, str]:
	"""A draft Report Import of these bytes. Returns its name, or why there is none; both empty when the same bytes were
	imported before."""
	if frappe.db.exists("Report Import", {"file_sha256": hashlib.sha256(content).hexdigest()}):
		return "", ""
	frappe.db.savepoint("report_draft")
	try:
		file = frappe.get_doc(
			{"doctype": "File", "file_name": file_name, "is_private": 1, "content": content}
		).insert(ignore_permissions=True)
		doc = frappe.get_doc({"doctype": "Report Import", "file": file.file_url, "company": company})
		doc.insert(ignore_permissions=True)
	except frappe.ValidationError as error:
		frappe.db.rollback(save_point="report_draft")
		frappe.clear_messages()
		return "", frappe.utils.strip_html(str(error))
	alerts.tell_managers(
		doc.company,
		_("RTS sent a {0} report").format(_(doc.kind.lower())),
		_("{0} rows wait for review in {1}.").format(doc.line_count, doc.name),
		"Report Import",
		doc.name,
		"report_imported",
	)
	return doc.name, ""


# E-mail


def on_attachment(file) -> None:
	"""A report attached to a mail that an Email Account set up for it received."""
	if file.attached_to_doctype != "Communication" or not (file.file_name or "").lower().endswith(REPORT_ENDINGS):
		return
	account = frappe.db.get_value("Communication", file.attached_to_name, "email_account")
	if account and frappe.db.exists(settings.DOCTYPE, {"report_email_account": account, "enabled": 1}):
		frappe.enqueue(
			"rts_factoring.services.inbox.take_attachment",
			queue="long",
			enqueue_after_commit=True,
			file=file.name,
			account=account,
		)


def take_attachment(file: str, account: str) -> str:
	"""The job: the company is the one the file names, and must receive its reports at this account."""
	doc = frappe.get_doc("File", file)
	content = doc.get_content()
	content = content.encode() if isinstance(content, str) else content
	companies = frappe.get_all(settings.DOCTYPE, {"report_email_account": account, "enabled": 1}, pluck="company")
	company = companies[0] if len(companies) == 1 else None
	attempt = Attempt("E-mail", companies[0])
	attempt.values["file_name"] = (doc.file_name or "")[:140]
	name, refusal = make_draft(doc.file_name, content, company)
	if refusal:
		attempt.refused(refusal)
	elif name and frappe.db.get_value("Report Import", name, "company") not in companies:
		frappe.delete_doc("Report Import", name, ignore_permissions=True)
		attempt.refused(_("The file is about a company that does not receive reports at this account."))
		name = ""
	else:
		attempt.succeeded(_("became {0}").format(name) if name else _("was imported before"), len(content))
	return name
