"""A company's connection belongs to the site it was set up on. On a copy of that site, and on books that were put back to
before a delivery, nothing is sent, fetched or submitted until a System Manager confirms.
"""

from __future__ import annotations

import frappe
from frappe import _

from rts_factoring.core.errors import DeliveryError
from rts_factoring.services.common import site_identity

OTHER_SITE, OLDER_BOOKS, PAUSED = "other_site", "older_books", "paused"
OPEN = ("Queued", "Sending", "Failed", "Ready to Download")  # of batches that a confirmation lets go on


def bind(doc) -> None:
	"""New settings belong to this site. A save changes nothing of that, whatever a form sends."""
	before = doc.get_doc_before_save()
	doc.confirmed_site = before.confirmed_site if before else site_identity.identity()


def problem(agreement) -> str:
	"""Why nothing may reach the factor, as the key of a message; empty when all is well."""
	if site_identity.is_paused():
		return PAUSED
	if agreement.confirmed_site != site_identity.identity():
		return OTHER_SITE
	mark = site_identity.read_mark(agreement.company)
	if mark and _steps(mark.batch) < mark.steps:
		return OLDER_BOOKS
	return ""


def require(agreement) -> None:
	"""Raises DeliveryError where nothing may reach the factor."""
	if key := problem(agreement):
		raise as_error(agreement, key)


def as_error(agreement, key: str) -> DeliveryError:
	mark = site_identity.read_mark(agreement.company)
	return DeliveryError(key, where=agreement.company, batch=mark.batch if mark else "")


def confirm(doc) -> list[str]:
	"""A System Manager confirms that this site may reach the factor. Returns the batches that go on from here."""
	if not problem(doc):
		return []
	if site_identity.is_paused():
		frappe.throw(
			_(
				"The site is paused by its configuration. Remove factoring_paused from site_config.json first."
			),
			title=_("Paused"),
		)
	site_identity.forget_mark(doc.company)
	doc.db_set("confirmed_site", site_identity.identity())
	doc.add_comment("Info", _("confirmed that {0} may reach the factor").format(frappe.local.site))
	return open_batches(doc.company)


def open_batches(company: str) -> list[str]:
	"""Batches that were not delivered, as far as these books know."""
	filters = {"company": company, "docstatus": 1, "status": ("in", OPEN)}
	return frappe.get_all("Factoring Batch", filters, pluck="name", order_by="creation")


def _steps(batch: str) -> int:
	"""How many steps the batch took as far as the books know; -1 for a batch they do not know."""
	steps = frappe.db.get_value("Factoring Batch", batch, "delivery_steps")
	return -1 if steps is None else int(steps)
