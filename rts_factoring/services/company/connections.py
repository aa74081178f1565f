"""The connection to the factor's server: its host key, confirmed once by a person, and a test login."""

from collections.abc import Callable
from functools import partial

import frappe
from frappe import _
from frappe.utils import cint, now_datetime, today

from rts_factoring.core.delivery import list_folder, probe
from rts_factoring.core.errors import FactoringError
from rts_factoring.services.common import logs
from rts_factoring.services.common.errors import as_frappe_error, core_errors_as_frappe
from rts_factoring.services.common.logs import Attempt
from rts_factoring.services.company import alerts, credentials, rehearsal_company, settings, site_binding

SITE = "Site"  # action of the log
DEFAULT_PORT = 22


def show_host_key(doc) -> dict:
	"""The host key of the server, read before any credential is sent: type, fingerprint, and whether it is the confirmed one."""
	rehearsal_company.refuse(doc.company, _nothing_to_test())
	if not doc.host:
		frappe.throw(_("Enter the host RTS gave with the credentials, and save."))
	with core_errors_as_frappe():
		site_binding.require(doc)
		timeout, networks = cint(doc.connect_timeout) or 20, credentials.private_networks()
		key = probe(doc.host.strip(), cint(doc.port) or DEFAULT_PORT, timeout, networks)
	return {
		"host": doc.host,
		"type": key.type,
		"fingerprint": key.sha256,
		"pinned": doc.host_key_fingerprint or "",
		"confirmed": key.sha256 == doc.host_key_fingerprint,
	}


def confirm_host_key(doc, fingerprint: str) -> None:
	"""Confirm the key that a person has compared with what RTS gave. Refused when the server shows another one."""
	shown = show_host_key(doc)
	if shown["fingerprint"] != fingerprint:
		frappe.throw(
			_("The server now shows another key, {0}. Nothing was saved; test the connection again.").format(
				frappe.bold(frappe.utils.escape_html(shown["fingerprint"]))
			),
			title=_("Host Key Changed"),
		)
	if doc.host_key_fingerprint != fingerprint:
		doc.add_comment(
			"Info",
			_("confirmed the host key {0} of {1}").format(fingerprint, frappe.utils.escape_html(doc.host)),
		)
	doc.db_set("host_key_fingerprint", fingerprint)


def steps() -> list[Callable[[], None]]:
	"""For each company, a step that tells its managers when nothing is sent or fetched on this site."""
	return [partial(notify_halted, company) for company in settings.companies_with_settings()]


def notify_halted(company: str) -> None:
	"""Tell the managers once."""
	agreement = settings.find(company)
	key = site_binding.problem(agreement)
	if not key or key == site_binding.PAUSED:
		return
	message = str(site_binding.as_error(agreement, key))
	last = logs.latest_entry(SITE, company)
	if last and last.message == message:
		return
	Attempt(SITE, company).refused(message)
	subject = _("Nothing is sent or fetched for {0}").format(company)
	alerts.notify_managers(company, subject, message, settings.DOCTYPE, agreement.name)


def _nothing_to_test() -> str:
	return _("The site starts its sandbox for each delivery, so there is no server to test.")


def test_connection(doc) -> dict:
	"""Log in and list the folders; the result is logged. Throws with what is wrong."""
	rehearsal_company.refuse(doc.company, _nothing_to_test())
	attempt = Attempt("Test Connection", doc.company)
	try:
		connection = credentials.connection(doc)
		listing = {"folder": connection.remote_folder, "files": len(list_folder(connection))}
		if doc.inbox_folder:
			listing |= {"inbox": doc.inbox_folder, "reports": len(list_folder(connection, doc.inbox_folder))}
	except FactoringError as error:
		attempt.failed(error)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- the request fails, and its log must stay
		raise as_frappe_error(error) from error
	attempt.succeeded(_("{0} files in {1}").format(listing["files"], listing["folder"] or "/"))
	values = {"connected_on": now_datetime(), "request_stage": "Connected"}
	if not doc.credentials_received_on:
		values["credentials_received_on"] = today()
	doc.db_set(values)
	return listing
