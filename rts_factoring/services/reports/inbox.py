"""Reports that arrive automatically: in a folder on the factor's server, or as an e-mail attachment. Each becomes one draft
Report Import, once. A person decides when to post it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import frappe
from frappe import _
from frappe.utils import add_days, now_datetime

from rts_factoring.core.delivery import RemoteFile, fetch_file, list_folder
from rts_factoring.core.errors import DeliveryError, FactoringError
from rts_factoring.services.common import files, logs
from rts_factoring.services.common.errors import plain_text
from rts_factoring.services.common.logs import Attempt
from rts_factoring.services.company import alerts, settings

REPORT_ENDINGS = (".xlsx", ".csv")
ACTION, MAIL = "Inbox", "E-mail"
MAX_FILES = 50  # files taken in one go; the next poll takes the rest
FILE_ERRORS = (
	"too_big",
	"refused",
	"folder_missing",
)  # errors of one file; any other is of the connection
MAIL_DAYS = 7  # mails older than this are not looked at again


def poll_due() -> None:
	"""Enqueue a job for each company that wants its inbox polled."""
	for company in settings.factored_companies():
		agreement = settings.find(company)
		if agreement.poll_inbox and agreement.inbox_folder and agreement.host:
			frappe.enqueue(
				"rts_factoring.services.reports.inbox.poll",
				queue="long",
				job_id=f"rts_factoring:inbox:{company}",
				deduplicate=True,
				company=company,
			)


def poll(company: str) -> list[str]:
	"""The job: fetch the reports not seen before; commits after each. Returns the drafts made."""
	agreement = settings.require(company)
	connection = settings.connection(agreement)
	attempt = Attempt(ACTION, company)
	try:
		remote_files = list_folder(connection, agreement.inbox_folder, _is_report)
		_note_recovery(company, attempt)
		made, taken = [], 0
		for file in remote_files:
			if taken < MAX_FILES and not _was_handled(company, _file_key(file)):
				name, is_new = _import_file(company, file, connection, agreement.inbox_folder)
				made += [name] if name else []
				taken += is_new
				frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job, file by file
		return made
	except FactoringError as error:
		frappe.db.rollback()
		_note_failure(company, attempt, error)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job; its log must stay
		raise


def _import_file(company: str, file: RemoteFile, connection, folder: str) -> tuple[str, bool]:
	"""The draft made from a file, if any, and whether the file was new. Raises errors of the connection."""
	attempt = Attempt(ACTION, company)
	attempt.values["file_name"] = key = _file_key(file)
	try:
		content = fetch_file(connection, file.name, folder)
	except DeliveryError as error:
		if error.code not in FILE_ERRORS:
			raise
		if logs.latest_entry(ACTION, company, file_name=key):
			return "", False  # refused before: fetched again, without a second message
		attempt.failed(error)
		_notify_refused(company, file.name, str(error))
		return "", True
	if not _is_identifiable(file):
		attempt.values["file_name"] = key = f"{file.name[:90]} ({hashlib.sha256(content).hexdigest()[:16]})"
		if _was_handled(company, key):
			return "", False
	name, refusal = make_draft(file.name, content, company)
	if refusal:
		attempt.refused(refusal)
		_notify_refused(company, file.name, refusal)
	else:
		attempt.succeeded(_("became {0}").format(name) if name else _("was imported before"), len(content))
	return name, True


def _is_report(file: RemoteFile) -> bool:
	return not file.is_folder and file.name.lower().endswith(REPORT_ENDINGS) and not file.name.startswith(".")


def _is_identifiable(file: RemoteFile) -> bool:
	"""Whether size and date are known, which tell this file from a later one of the same name without fetching it."""
	return file.size is not None and file.modified is not None


def _file_key(file: RemoteFile) -> str:
	"""A key that tells this file from a later one of the same name."""
	return f"{file.name[:90]} ({file.size}, {int(file.modified or 0)})"


def _was_handled(company: str, key: str) -> bool:
	"""Whether the file was handled. One that the server refused to give is fetched again."""
	done = {"company": company, "action": ACTION, "file_name": key, "status": ("!=", "Retry")}
	return bool(frappe.db.exists("Factoring Log", done))


def _note_failure(company: str, attempt: Attempt, error: FactoringError) -> None:
	"""Log the error. Notify the managers once, unless another attempt may succeed."""
	last = _latest_connection_entry(company)
	attempt.failed(error)
	if not getattr(error, "retry", False) and not (last and last.message == str(error)):
		alerts.notify_managers(
			company,
			_("The report inbox of {0} cannot be read").format(company),
			str(error),
			settings.DOCTYPE,
			company,
		)


def _note_recovery(company: str, attempt: Attempt) -> None:
	last = _latest_connection_entry(company)
	if last and last.status != "Success":
		attempt.succeeded(_("The inbox can be read again."))


def _latest_connection_entry(company: str):
	return logs.latest_entry(ACTION, company, file_name=("is", "not set"))


def _notify_refused(company: str, file_name: str, why: str, also=()) -> None:
	subject = _("{0} could not be imported").format(file_name)
	alerts.notify_managers(company, subject, why, settings.DOCTYPE, company, also=also)


def make_draft(
	file_name: str, content: bytes, company: str | None = None, among: Collection[str] | None = None
) -> tuple[str, str]:
	"""Make a draft Report Import of these bytes. Returns its name, or why there is none; both are empty when the same bytes
	were imported before. `among` are the companies that the file may be for."""
	if frappe.db.exists("Report Import", {"file_sha256": hashlib.sha256(content).hexdigest()}):
		return "", ""
	frappe.db.savepoint("report_draft")
	try:
		file = files.save_private(file_name, content)
		# without a company it is the one the file names; None would become the site's default
		doc = frappe.get_doc({"doctype": "Report Import", "file": file.file_url, "company": company or ""})
		doc.insert(ignore_permissions=True)
		if among is not None and doc.company not in among:
			frappe.throw(
				_(
					"The file is for a company that does not receive reports at this e-mail account. Import it by hand, or set the account in that company's settings."
				)
			)
	except frappe.ValidationError as error:
		frappe.db.rollback(save_point="report_draft")
		frappe.clear_messages()
		return "", plain_text(error)
	alerts.notify_managers(
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
	"""Import a report that an Email Account for reports received as an attachment."""
	if file.attached_to_doctype != "Communication" or not (file.file_name or "").lower().endswith(
		REPORT_ENDINGS
	):
		return
	mail = frappe.db.get_value(
		"Communication", file.attached_to_name, ["email_account", "sent_or_received"], as_dict=True
	)
	if not mail or not mail.email_account or mail.sent_or_received != "Received":
		return
	if frappe.db.exists(settings.DOCTYPE, {"report_email_account": mail.email_account, "enabled": 1}):
		_enqueue_attachment(file.name, mail.email_account, after_commit=True)


def import_mail_due() -> None:
	"""Enqueue recent attachments that are not in the log, because their job was lost."""
	accounts = frappe.get_all(
		settings.DOCTYPE,
		filters={"enabled": 1, "report_email_account": ("is", "set")},
		pluck="report_email_account",
		distinct=True,
	)
	if not accounts:
		return
	file, mail = frappe.qb.DocType("File"), frappe.qb.DocType("Communication")
	rows = (
		frappe.qb.from_(file)
		.inner_join(mail)
		.on(mail.name == file.attached_to_name)
		.where((file.attached_to_doctype == "Communication") & mail.email_account.isin(accounts))
		.where(
			(mail.sent_or_received == "Received") & (mail.creation >= add_days(now_datetime(), -MAIL_DAYS))
		)
		.select(file.name, file.file_name, mail.email_account)
		.run(as_dict=True)
	)
	for row in rows:
		if (row.file_name or "").lower().endswith(REPORT_ENDINGS) and not _attachment_was_handled(
			_attachment_key(row)
		):
			_enqueue_attachment(row.name, row.email_account)


def import_attachment(file: str, account: str) -> str:
	"""The job: import an attachment for the company the file names, which must receive its reports at this account."""
	try:
		return _import_attachment(file, account)
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError) as error:
		raise frappe.RetryBackgroundJobError from error  # the only error after which Frappe runs the job again


def _import_attachment(file: str, account: str) -> str:
	doc = frappe.get_doc("File", file)
	if _attachment_was_handled(_attachment_key(doc)):
		return ""
	content = files.content(doc)
	companies = frappe.get_all(
		settings.DOCTYPE, {"report_email_account": account, "enabled": 1}, pluck="company", order_by="company"
	)
	if not companies:
		return ""
	company = companies[0] if len(companies) == 1 else None
	attempt = Attempt(MAIL, company)
	attempt.values["file_name"] = _attachment_key(doc)
	name, refusal = make_draft(doc.file_name, content, company, among=companies)
	if name:
		attempt.values["company"] = frappe.db.get_value("Report Import", name, "company")
	if refusal:
		attempt.refused(refusal)
		_notify_refused(companies[0], doc.file_name, refusal, also=companies[1:])
	else:
		attempt.succeeded(_("became {0}").format(name) if name else _("was imported before"), len(content))
	return name


def _enqueue_attachment(file: str, account: str, after_commit: bool = False) -> None:
	frappe.enqueue(
		"rts_factoring.services.reports.inbox.import_attachment",
		queue="long",
		enqueue_after_commit=after_commit,
		job_id=f"rts_factoring:mail:{file}",
		deduplicate=True,
		file=file,
		account=account,
	)


def _attachment_key(file) -> str:
	return f"{(file.file_name or '')[:100]} ({file.name})"


def _attachment_was_handled(key: str) -> bool:
	return bool(frappe.db.exists("Factoring Log", {"action": MAIL, "file_name": key}))
