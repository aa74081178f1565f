"""Where a report came from: kept on its import, so that nobody takes a forged one for the factor's."""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from frappe import _

PERSON, API, FOLDER, MAIL, SERVER = "Person", "API", "Server Folder", "E-Mail", "Server"
FIELDS = ("source", "received_from", "sender_check")


@dataclass(frozen=True, slots=True)
class Provenance:
	"""How a report came, from whom or where, and for a mail what is known about its sender."""

	source: str
	received_from: str
	sender_check: str = ""

	def as_dict(self) -> dict[str, str]:
		return {field: getattr(self, field) for field in FIELDS}


def fill(doc) -> None:
	"""Write it on a new import, whatever the caller sent in these fields. An amendment keeps that of its original."""
	if not doc.is_new():
		return
	if doc.amended_from:
		before = frappe.db.get_value("Report Import", doc.amended_from, FIELDS, as_dict=True) or {}
	else:
		before = (doc.flags.factoring_provenance or _of_request()).as_dict()
	doc.update({field: before.get(field) for field in FIELDS})


def subject(provenance: Provenance, kind: str) -> str:
	"""What a message about a new draft says: what is known, and no more."""
	texts = {
		FOLDER: _("A {0} report was fetched from {1}"),
		MAIL: _("A {0} report came by e-mail from {1}"),
	}
	text = texts.get(provenance.source) or _("A {0} report was imported by {1}")
	return text.format(_(kind.lower()), provenance.received_from)


def _of_request() -> Provenance:
	user = frappe.session.user
	if not getattr(frappe.local, "request", None):
		return Provenance(SERVER, user)
	return Provenance(API if frappe.get_request_header("Authorization") else PERSON, user)
