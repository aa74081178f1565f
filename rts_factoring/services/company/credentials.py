"""The login on the factor's server: its secrets, stored encrypted and never shown, and the connection that is made with them."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.utils import cint
from frappe.utils.password import (
	get_decrypted_password,
	remove_encrypted_password,
	set_encrypted_password,
)

from rts_factoring.core.delivery import Connection
from rts_factoring.core.delivery.addresses import check_networks
from rts_factoring.core.delivery.private_keys import load_private_key
from rts_factoring.core.delivery.sftp import fingerprint
from rts_factoring.services.common.errors import core_errors_as_frappe
from rts_factoring.services.company import site_binding
from rts_factoring.services.company.settings import DOCTYPE

MASK = "*" * 8  # what a field shows of a secret that is set, whatever its length
PRIVATE_KEY = "private_key"  # kept beside the passwords; no field of the form ever holds it
MAX_CHANNELS = 32


def connection(agreement, remote_folder: str | None = None) -> Connection:
	"""Where and how to log in, secrets included. For background jobs and connection tests, never for a response. Raises
	DeliveryError on a site that may not reach the factor."""
	site_binding.require(agreement)
	return Connection(
		host=(agreement.host or "").strip(),
		username=agreement.username or "",
		port=cint(agreement.port),
		protocol=(agreement.protocol or "SFTP").lower(),
		password=secret(agreement, "password"),
		private_key=secret(agreement, PRIVATE_KEY),
		passphrase=secret(agreement, "passphrase"),
		host_key_sha256=agreement.host_key_fingerprint or "",
		remote_folder=agreement.remote_folder or "" if remote_folder is None else remote_folder,
		insecure=bool(agreement.insecure),
		ca_certificate=agreement.ca_certificate or "",
		private_networks=private_networks(),
		connect_timeout=cint(agreement.connect_timeout) or 20,
		banner_timeout=cint(agreement.connect_timeout) or 20,
		auth_timeout=cint(agreement.auth_timeout) or 30,
		operation_timeout=cint(agreement.operation_timeout) or 60,
		channels=min(max(cint(agreement.channels), 1), MAX_CHANNELS),
		can_rename=not agreement.server_no_rename,
		can_stat=not agreement.server_no_stat,
		factor_removes_files=bool(agreement.server_removes_files),
		temporary_folder=agreement.temporary_folder or "",
		refuses_overwrite=bool(agreement.server_no_overwrite),
		appends=bool(agreement.server_appends),
	)


def private_networks() -> tuple[str, ...]:
	"""Networks that servers may be in beside public ones: `factoring_private_networks` of the site's configuration."""
	given = frappe.conf.get("factoring_private_networks") or ()
	texts = given.replace(",", " ").split() if isinstance(given, str) else given
	networks = tuple(str(text) for text in texts)
	try:
		check_networks(networks)
	except ValueError as error:
		frappe.throw(_("factoring_private_networks in the site's configuration: {0}").format(error))
	return networks


def secret(agreement, fieldname: str) -> str:
	return get_decrypted_password(DOCTYPE, agreement.name, fieldname, raise_exception=False) or ""


def mask_passwords(doc) -> None:
	"""Show that a secret is set, but not how long it is."""
	for field in doc.meta.get("fields", {"fieldtype": "Password"}):
		if doc.get(field.fieldname):
			doc.set(field.fieldname, MASK)


def refuse_to_show(fieldname: str) -> None:
	frappe.throw(
		_("{0} is never shown. Enter a new one to replace it.").format(fieldname),
		frappe.PermissionError,
	)


def store_private_key(agreement, key: str, passphrase: str = "") -> str:  # nosec B107 # none
	"""Store the key encrypted and show only its fingerprint, which is returned. Throws when the key cannot be read."""
	with core_errors_as_frappe():
		public = load_private_key(Connection(host="", username="", private_key=key, passphrase=passphrase))
	shown = f"{public.get_name()} {fingerprint(public.asbytes())}"
	set_encrypted_password(DOCTYPE, agreement.name, key.strip() + "\n", PRIVATE_KEY)
	if passphrase:
		set_encrypted_password(DOCTYPE, agreement.name, passphrase, "passphrase")
	else:
		remove_encrypted_password(DOCTYPE, agreement.name, "passphrase")
	agreement.db_set({"private_key_fingerprint": shown, "passphrase": MASK if passphrase else ""})
	return shown


def store_password(agreement, password: str) -> None:
	"""Keep the password of the factor's server encrypted; an empty one removes it."""
	if password:
		set_encrypted_password(DOCTYPE, agreement.name, password, "password")
	else:
		remove_encrypted_password(DOCTYPE, agreement.name, "password")
	agreement.db_set("password", MASK if password else "")


@contextmanager
def without_traces() -> Iterator[None]:
	"""What fails inside is told in one sentence: Frappe's Error Log would show the values that were being stored."""
	try:
		yield
	except (frappe.ValidationError, frappe.PermissionError):
		raise
	except Exception:
		frappe.db.rollback()
	else:
		return
	frappe.throw(
		_(
			"The secret could not be stored, because the server was busy or the database did not answer. Try again."
		),
		title=_("Not Stored"),
	)


def remove_private_key(agreement) -> None:
	for fieldname in (PRIVATE_KEY, "passphrase"):
		remove_encrypted_password(DOCTYPE, agreement.name, fieldname)
	agreement.db_set({"private_key_fingerprint": "", "passphrase": ""})  # nosec B105 # none


def forget(settings: str) -> None:
	"""New settings may have the name of some that went without a word, as ERPNext deletes them with a company's transactions.
	Their secrets were for another server."""
	for fieldname in ("password", PRIVATE_KEY, "passphrase"):
		remove_encrypted_password(DOCTYPE, settings, fieldname)
