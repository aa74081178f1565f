"""Reports in a folder on the factor's server. Each becomes one draft Report Import, once. A person decides when to post it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime

from rts_factoring.core.delivery import Connection, RemoteFile, fetch_file, list_folder
from rts_factoring.core.errors import DeliveryError, FactoringError
from rts_factoring.core.reports.spreadsheet import REPORT_ENDINGS
from rts_factoring.services.common import background, logs
from rts_factoring.services.common.logs import Attempt
from rts_factoring.services.company import alerts, factor_server, settings, site_binding
from rts_factoring.services.reports import received
from rts_factoring.services.reports.provenance import FOLDER, Provenance

ACTION = "Inbox"
MAX_FILES = 50  # files taken in one go; the next poll takes the rest
LOOK_AGAIN = timedelta(
	days=1
)  # where a server tells neither size nor time, a known name is fetched once in this time
FILE_ERRORS = ("too_big", "refused", "folder_missing")  # errors of one file; any other is of the connection


def steps() -> list[Callable[[], None]]:
	"""For each company, a step that enqueues a job when its inbox is to be polled."""
	return [partial(poll_due, company) for company in settings.companies_with_settings()]


def poll_due(company: str) -> None:
	agreement = settings.find(company)
	wanted = agreement.poll_inbox and agreement.inbox_folder and agreement.host
	if wanted and not site_binding.problem(agreement):
		background.enqueue_once(
			"rts_factoring.services.reports.inbox.poll",
			queue="long",
			job_id=f"rts_factoring:inbox:{company}",
			company=company,
		)


def poll(company: str) -> list[str]:
	"""The job: fetch the reports not seen before; commits after each. Returns the drafts made."""
	agreement = settings.require_any(company)
	attempt = Attempt(ACTION, company)
	try:
		with factor_server.reached(agreement) as connection:
			factor_server.let_answer(agreement)
			remote_files = list_folder(connection, agreement.inbox_folder, _is_report)
			_note_recovery(company, attempt)
			made, taken = [], 0
			for file in remote_files:
				if taken < MAX_FILES and not _was_handled(company, file):
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


def _import_file(company: str, file: RemoteFile, connection: Connection, folder: str) -> tuple[str, bool]:
	"""The draft made from a file, if any, and whether the file was new. Raises errors of the connection."""
	attempt, key = Attempt(ACTION, company), _file_key(file)
	attempt.values["file_name"] = key
	origin = Provenance(FOLDER, f"{connection.where} {folder.rstrip('/')}/{file.name}")
	try:
		content = fetch_file(connection, file.name, folder)
	except DeliveryError as error:
		if error.code not in FILE_ERRORS:
			raise
		if logs.latest_entry(ACTION, company, file_name=key):
			return "", False  # refused before: fetched again, without a second message
		attempt.failed(error)
		_notify_refused(company, file.name, str(error))
		if not error.retry:
			received.record(
				origin, file.name, received.REFUSED, company=company, file_key=key, message=str(error)
			)
		return "", True
	digest = hashlib.sha256(content).hexdigest()
	for row in received.rows(company, FOLDER, key):
		if row.file_sha256 in (digest, None, ""):
			received.update(row.name, file_sha256=digest)  # known by name only, and still the same
			return "", False
	values = {"company": company, "file_key": key, "file_sha256": digest}
	name, refusal = received.make_draft(file.name, content, origin, company)
	if refusal:
		attempt.refused(refusal)
		_notify_refused(company, file.name, refusal)
		received.record(origin, file.name, received.REFUSED, message=refusal, **values)
	else:
		attempt.succeeded(_("became {0}").format(name) if name else _("was imported before"), len(content))
		status = received.IMPORTED if name else received.IMPORTED_BEFORE
		received.record(origin, file.name, status, report_import=name or None, **values)
	return name, True


def _is_report(file: RemoteFile) -> bool:
	return not file.is_folder and file.name.lower().endswith(REPORT_ENDINGS) and not file.name.startswith(".")


def _is_identifiable(file: RemoteFile) -> bool:
	"""Whether size and date are known, which tell this file from a later one of the same name without fetching it."""
	return file.size is not None and file.modified is not None


def _file_key(file: RemoteFile) -> str:
	"""A key that tells this file from a later one of the same name, as far as the server says."""
	return f"{file.name[:90]} ({file.size}, {int(file.modified or 0)})"


def _was_handled(company: str, file: RemoteFile) -> bool:
	"""Whether the file needs no look. One that the server refused to give is fetched again."""
	rows = received.rows(company, FOLDER, _file_key(file))
	if not rows or _is_identifiable(file):
		return bool(rows)
	return now_datetime() - max(get_datetime(row.checked_on) for row in rows) < LOOK_AGAIN


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


def _notify_refused(company: str, file_name: str, why: str) -> None:
	alerts.notify_managers(
		company, _("{0} could not be imported").format(file_name), why, settings.DOCTYPE, company
	)
