"""The register of reports that came by themselves. A row stays for as long as the site, so that a report comes in once,
also after its import was deleted and the logs were cleared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import frappe
from frappe import _
from frappe.utils import now_datetime

from rts_factoring.core.reports.mapping import MAPPABLE
from rts_factoring.services.common import files
from rts_factoring.services.common.errors import plain_text
from rts_factoring.services.company import alerts
from rts_factoring.services.reports import provenance
from rts_factoring.services.reports.provenance import Provenance

DOCTYPE = "Received Report"
WAITING, IMPORTED, IMPORTED_BEFORE = "Waiting", "Imported", "Imported Before"
KEPT_ASIDE, REFUSED, DELETED = "Kept Aside", "Refused", "Deleted"


def record(origin: Provenance, file_name: str, status: str, **values) -> str:
	"""A new row of the register; returns its name. None as company would become the site's default."""
	values = {"company": "", "checked_on": now_datetime()} | values
	doc = frappe.get_doc(
		{"doctype": DOCTYPE, "file_name": file_name[:140], "status": status, **origin.as_dict(), **values}
	)
	return doc.insert(ignore_permissions=True).name


def update(name: str, **values) -> None:
	frappe.db.set_value(DOCTYPE, name, {"checked_on": now_datetime(), **values})


def rows(company: str, source: str, file_key: str) -> list:
	"""What is known of a file, newest first."""
	return frappe.get_all(
		DOCTYPE,
		filters={"company": company, "source": source, "file_key": file_key},
		fields=["name", "status", "file_sha256", "checked_on"],
		order_by="creation desc",
	)


def forget_import(report_import: str) -> None:
	"""Its import is being deleted. The row stays, so that the file does not come back by itself."""
	rows = frappe.get_all(DOCTYPE, {"report_import": report_import}, pluck="name")
	for name in rows:
		frappe.db.set_value(DOCTYPE, name, {"report_import": None, "status": DELETED})


def make_draft(
	file_name: str,
	content: bytes,
	origin: Provenance,
	company: str | None = None,
	among: Collection[str] | None = None,
) -> tuple[str, str]:
	"""Make a draft Report Import of these bytes. Returns its name, or why there is none; both are empty when the same bytes
	were imported before. `among` are the companies that the file may be for."""
	if company and was_imported(content, company):
		return "", ""
	try:
		doc = _insert_draft(file_name, content, origin, company, among)
	except frappe.ValidationError as error:
		known = company or (next(iter(among)) if among and len(among) == 1 else None)
		if getattr(error, "code", "") in MAPPABLE and known:
			doc = _insert_draft(file_name, content, origin, known, among, keep_unread=True)
		elif getattr(error, "code", "") == "imported_before":
			return "", ""
		else:
			return "", plain_text(error)
	announce(doc, origin)
	return doc.name, ""


def _insert_draft(
	file_name: str,
	content: bytes,
	origin: Provenance,
	company: str | None,
	among: Collection[str] | None,
	keep_unread: bool = False,
):
	"""The new draft. Nothing is left of it when it is refused. With `keep_unread` it is made without rows when no layout knows
	the header of its file."""
	frappe.db.savepoint("report_draft")
	try:
		file = files.save_private(file_name, content)
		# without a company it is the one the file names; None would become the site's default
		doc = frappe.get_doc({"doctype": "Report Import", "file": file.file_url, "company": company or ""})
		doc.flags.update({"factoring_provenance": origin, "factoring_keep_unread": keep_unread})
		doc.insert(ignore_permissions=True)
		if among is not None and doc.company not in among:
			frappe.throw(
				_(
					"The file is for a company that does not receive reports of this sender at this e-mail account. Import it by hand, or set account and senders in that company's settings."
				)
			)
	except frappe.ValidationError:
		frappe.db.rollback(save_point="report_draft")
		frappe.clear_messages()
		raise
	return doc


def announce(doc, origin: Provenance) -> None:
	"""Tell the managers of a new draft what is known about it."""
	if doc.status == "Failed":
		message = _("{0} could not be read: {1} Open it and use Teach the Layout.").format(
			doc.name, doc.error
		)
	else:
		message = _("{0} rows wait for review in {1}.").format(doc.line_count, doc.name)
	if origin.sender_check:
		message += f"\n{origin.sender_check}"
	alerts.notify_managers(
		doc.company,
		provenance.subject(origin, doc.kind or ""),
		message,
		"Report Import",
		doc.name,
		"report_imported",
	)


def was_imported(content: bytes, company: str) -> bool:
	"""Whether the company has an import of the same bytes."""
	filters = {"file_sha256": hashlib.sha256(content).hexdigest(), "company": company, "docstatus": ("<", 2)}
	return bool(frappe.db.exists("Report Import", filters))
