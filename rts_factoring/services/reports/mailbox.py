"""Reports that come as e-mail attachments. Those of senders whom the settings allow become drafts; others are kept aside
unopened until a person takes them.
"""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import add_to_date, now_datetime

from rts_factoring.core.reports.senders import Authentication, authentication, is_listed
from rts_factoring.core.reports.spreadsheet import REPORT_ENDINGS
from rts_factoring.services.common import background, files
from rts_factoring.services.common.logs import Attempt
from rts_factoring.services.company import alerts, settings, site_binding
from rts_factoring.services.reports import received
from rts_factoring.services.reports.provenance import MAIL, Provenance

ACTION = "E-mail"
JOB_IS_LOST = 10  # minutes after which a mail that still waits is enqueued again
RECEIVED = "factoring_authentication_results"  # of frappe.flags: message ID → headers, while mails are being received
AGREEMENT_FIELDS = ("company", "report_senders", "mail_server_name")


def note_headers(mails: Iterable) -> None:
	"""Keep what the mail server found of each mail until its attachments are saved; Frappe itself keeps no headers."""
	seen = frappe.flags.setdefault(RECEIVED, {})
	for mail in mails:
		seen[mail.message_id] = [str(value) for value in mail.mail.get_all("Authentication-Results") or ()]


def is_held_back(account: str) -> bool:
	"""Whether the mails of an account stay on their server: reports arrive there, and none of their companies may reach the
	factor from this site. A copy of the site would take them away from the real one."""
	agreements = [settings.find(row.company) for row in _agreements(account)]
	return bool(agreements) and all(map(site_binding.problem, agreements))


def on_attachment(file) -> None:
	"""Register a report that an Email Account for reports received as an attachment."""
	if file.attached_to_doctype != "Communication" or not (file.file_name or "").lower().endswith(
		REPORT_ENDINGS
	):
		return
	fields = ["email_account", "sent_or_received", "sender", "message_id"]
	mail = frappe.db.get_value("Communication", file.attached_to_name, fields, as_dict=True)
	if not mail or not mail.email_account or mail.sent_or_received != "Received":
		return
	agreements = _agreements(mail.email_account)
	if not agreements:
		return
	headers = (frappe.flags.get(RECEIVED) or {}).get(mail.message_id) or ()
	checks = {agreement.company: _check(agreement, mail.sender or "", headers) for agreement in agreements}
	trusted = [company for company, check in checks.items() if check.is_trusted]
	companies = trusted or list(checks)
	check = checks[companies[0]]
	name = received.record(
		Provenance(MAIL, mail.sender or "", check.statement),
		file.file_name,
		received.WAITING if trusted else received.KEPT_ASIDE,
		company=companies[0] if len(checks) == 1 else "",
		sender_confirmed=int(check.confirmed),
		message="" if trusted else check.refusal,
		mail_account=mail.email_account,
		file=file.name,
	)
	if trusted:
		_enqueue(name, after_commit=True)
		return
	attempt = Attempt(ACTION, companies[0] if len(checks) == 1 else None)
	attempt.values["file_name"] = f"{file.file_name[:100]} ({file.name})"
	attempt.refused(check.refusal)
	alerts.notify_managers(
		companies[0],
		_("A report from {0} was kept aside").format(mail.sender or "?"),
		_("{0} was not opened. {1} Look at it in Received Reports.").format(file.file_name, check.refusal),
		received.DOCTYPE,
		name,
		also=companies[1:],
	)


def import_mail_due() -> None:
	"""Enqueue mails that still wait, because their job was lost."""
	filters = {
		"source": MAIL,
		"status": received.WAITING,
		"modified": ("<", add_to_date(now_datetime(), minutes=-JOB_IS_LOST)),
	}
	for name in frappe.get_all(received.DOCTYPE, filters, pluck="name"):
		_enqueue(name)


def import_attachment(name: str) -> str:
	"""The job: import the attachment of a Received Report for the company that the file names."""
	try:
		return _import_attachment(name)
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError) as error:
		raise frappe.RetryBackgroundJobError from error  # the only error after which Frappe runs the job again


def take(name: str) -> str:
	"""A person takes a report that was kept aside, refused or deleted. Returns the draft; throws why there is none."""
	row = frappe.get_doc(received.DOCTYPE, name, for_update=True)
	if row.source != MAIL or row.status not in (received.KEPT_ASIDE, received.REFUSED, received.DELETED):
		frappe.throw(_("Only a mailed report that was kept aside, refused or deleted can be imported here."))
	user = frappe.session.user
	draft, refusal = _make_draft(
		row, [agreement.company for agreement in _agreements(row.mail_account)], user
	)
	if refusal:
		frappe.throw(frappe.utils.escape_html(refusal), title=_("Not Imported"))
	if not draft:
		frappe.throw(_("This file was imported before."), title=_("Not Imported"))
	frappe.get_doc("Report Import", draft).check_permission("create")
	return draft


def _import_attachment(name: str) -> str:
	row = frappe.get_doc(received.DOCTYPE, name, for_update=True)
	if row.status != received.WAITING:
		return ""
	agreements = _agreements(row.mail_account)
	trusted = [agreement.company for agreement in agreements if _still_trusts(agreement, row)]
	if not trusted:
		received.update(name, status=received.KEPT_ASIDE)  # the settings changed since it came
		return ""
	attempt = Attempt(ACTION, trusted[0] if len(trusted) == 1 else None)
	attempt.values["file_name"] = f"{row.file_name[:100]} ({row.file})"
	draft, refusal = _make_draft(row, trusted)
	if draft:
		attempt.values["company"] = frappe.db.get_value("Report Import", draft, "company")
	if refusal:
		attempt.refused(refusal)
		subject = _("{0} could not be imported").format(row.file_name)
		alerts.notify_managers(trusted[0], subject, refusal, received.DOCTYPE, name, also=trusted[1:])
	else:
		attempt.succeeded(_("became {0}").format(draft) if draft else _("was imported before"))
	return draft


def _make_draft(row, companies: list[str], taken_by: str = "") -> tuple[str, str]:
	"""The draft of a Received Report, or why there is none; its row says the same."""
	if not frappe.db.exists("File", row.file):
		return "", _("The attachment of the mail was deleted. Ask for it again.")
	content = files.content(frappe.get_doc("File", row.file))
	company = companies[0] if len(companies) == 1 else None
	check = row.sender_check or ""
	if taken_by:
		check = f"{check} {_('Taken by {0}.').format(taken_by)}".strip()
	origin = Provenance(MAIL, row.received_from or "", check)
	draft, refusal = received.make_draft(row.file_name, content, origin, company, among=companies)
	status = received.REFUSED if refusal else received.IMPORTED if draft else received.IMPORTED_BEFORE
	values = {"status": status, "message": refusal, "report_import": draft or None}
	if draft:
		values["company"] = frappe.db.get_value("Report Import", draft, "company")
	if not (refusal and taken_by):
		received.update(row.name, taken_by=taken_by or None, **values)
	return draft, refusal


class _Check:
	"""What one company's settings make of a sender."""

	def __init__(self, refusal: str, statement: str, confirmed: bool):
		self.refusal, self.statement, self.confirmed = refusal, statement, confirmed
		self.is_trusted = not refusal


def _check(agreement, sender: str, headers: Iterable[str]) -> _Check:
	server = (agreement.mail_server_name or "").strip()
	verdict = authentication(list(headers), server, sender)
	statement = _statement(verdict, server)
	refusal = ""
	if not is_listed(sender, _senders(agreement)):
		refusal = _("{0} is not among the senders of reports in the settings.").format(sender or "?")
	elif server and not verdict.confirmed:
		refusal = _("The mail server did not confirm that it comes from {0}.").format(sender)
	return _Check(refusal, statement, verdict.confirmed)


def _still_trusts(agreement, row) -> bool:
	return is_listed(row.received_from or "", _senders(agreement)) and bool(
		row.sender_confirmed or not agreement.mail_server_name
	)


def _statement(verdict: Authentication, server: str) -> str:
	if verdict.confirmed:
		return _("{0} confirmed the sender: {1}.").format(server, verdict.statement)
	if verdict.statement:
		return _("{0} did not confirm the sender: {1}.").format(server, verdict.statement)
	return _("The sender's address was not confirmed by a mail server.")


def _senders(agreement) -> list[str]:
	return (agreement.report_senders or "").replace(",", "\n").split()


def _agreements(account: str) -> list:
	return frappe.get_all(
		settings.DOCTYPE,
		filters={"report_email_account": account},
		fields=list(AGREEMENT_FIELDS),
		order_by="company",
	)


def _enqueue(name: str, after_commit: bool = False) -> None:
	background.enqueue_once(
		"rts_factoring.services.reports.mailbox.import_attachment",
		queue="long",
		enqueue_after_commit=after_commit,
		job_id=f"rts_factoring:mail:{name}",
		name=name,
	)
