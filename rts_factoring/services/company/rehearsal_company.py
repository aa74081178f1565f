"""Which company of this site is a rehearsal: an example that the app made, and takes away again.

Its name is fixed, and a mark beside the site's defaults says that the app made it. Both must agree: no form can turn a company of
the user's into one that is delivered to the sandbox, or removed.
"""

from __future__ import annotations

from pathlib import Path

import frappe
from frappe import _
from frappe.utils.synchronization import filelock

from rts_factoring.services.common import site_identity

COMPANY = "Rehearsal Freight (Example)"
CUSTOMERS = ("Example Foods (Rehearsal)", "Example Steel (Rehearsal)")
INVOICES = ("EX-RH-1001", "EX-RH-1002", "EX-RH-1003")
CLIENT_NUMBER = "EXAMPLE-1"
MARK = {"parent": "rts_factoring", "parenttype": "__default", "defkey": "rts_factoring_rehearsal"}
# What its settings say of the factor's server, and cannot say otherwise. The sandbox has a port and a password of its own each time.
CONNECTION = {
	"protocol": "SFTP",
	"host": "127.0.0.1",
	"port": 0,
	"username": "rehearsal",
	"remote_folder": "inbox",
	"inbox_folder": "outbox",
	"poll_inbox": 1,
	"representative_email": "",
	"report_email_account": None,
}


def is_rehearsal(company: str | None) -> bool:
	return company == COMPANY and is_marked()


def is_marked() -> bool:
	"""Whether the app began to make the rehearsal, and has not taken it away."""
	return bool(frappe.db.exists("DefaultValue", MARK))


def mark() -> None:
	frappe.get_doc(
		{"doctype": "DefaultValue", **MARK, "parentfield": "system_defaults", "defvalue": COMPANY}
	).insert(ignore_permissions=True)


def unmark() -> None:
	frappe.db.delete("DefaultValue", MARK)


def require_marked() -> None:
	"""Throw where the rehearsal is gone, whatever this transaction saw when it began."""
	if not frappe.db.get_value("DefaultValue", MARK, "name", for_update=True):
		frappe.throw(_("The rehearsal was removed."), title=_("Rehearsal"))


def alone(patience: int):
	"""A lock of the rehearsal, held while it is made, removed, or reached. LockTimeoutError after so many seconds."""
	return filelock("rts_factoring_rehearsal", timeout=patience)


def folder() -> Path:
	"""Where the sandbox keeps what it received, in the site's folder."""
	return site_identity.folder() / "rehearsal"


def check_settings(doc) -> None:
	"""Refuse another server, mailbox or client number for the rehearsal: nothing of it ever leaves the site."""
	if not is_rehearsal(doc.company):
		return
	fixed = {**CONNECTION, "client_number": CLIENT_NUMBER, "enabled": 1}
	changed = [name for name, value in fixed.items() if (doc.get(name) or None) != (value or None)]
	if changed:
		labels = ", ".join(_(doc.meta.get_label(name)) for name in changed)
		frappe.throw(
			_(
				"{0} is a rehearsal: what it sends goes to a sandbox on this site. These stay as they are: {1}. For RTS, set up"
				" a company of your own."
			).format(frappe.bold(doc.company), labels),
			title=_("Rehearsal"),
		)


def refuse_rename(doctype: str, name: str) -> None:
	"""Throw for what is found again by its name: the company, whose factor the sandbox then is no more, and its customers."""
	names = {"Company": (COMPANY,), "Customer": CUSTOMERS}[doctype]
	if name in names and is_marked():
		frappe.throw(
			_("{0} belongs to the rehearsal, and keeps its name.").format(frappe.bold(name)),
			title=_("Rehearsal"),
		)


def refuse(company: str, what: str) -> None:
	"""Throw where the company is the rehearsal, with what to do as a sentence."""
	if is_rehearsal(company):
		frappe.throw(_("{0} is a rehearsal.").format(frappe.bold(company)) + " " + what, title=_("Rehearsal"))
