"""A rehearsal lived through: an example company with invoices, whose factor is a sandbox on this site. Everything is made by one
call, and taken away by another.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack

import frappe
from frappe import _
from frappe.utils import add_to_date, now_datetime
from frappe.utils.synchronization import LockTimeoutError

from rts_factoring.services.accounting import posting_lock
from rts_factoring.services.batches import delivery_claim
from rts_factoring.services.common import locks, site_identity
from rts_factoring.services.company import rehearsal_company, removal, settings
from rts_factoring.services.company.rehearsal_company import COMPANY, CUSTOMERS, INVOICES
from rts_factoring.services.reports import inbox
from rts_factoring.services.views import rehearsal_documents

WORKED_ON = ("Sales Invoice", "Factoring Batch", "Report Import")  # jobs lock these while they work on them


# What the buttons do


def start() -> str:
	"""Make the example company with everything a first week needs; returns its name. One that is there stays as it is."""
	_hold()
	if _is_there():
		return COMPANY
	if rehearsal_company.is_marked():  # a start was cut short
		_refuse_named_by_others()
		_remove()
	_remove_folder()
	_refuse_taken_names()
	rehearsal_company.mark()
	rehearsal_documents.make()
	frappe.clear_messages()  # advice about real notices and invoices
	return COMPANY


def fetch_reports() -> list[str]:
	"""Let the sandbox answer, and fetch what it wrote; the drafts made. Commits, as the scheduler's own fetching does."""
	_require()
	return inbox.poll(COMPANY)


def remove() -> None:
	"""Take the whole rehearsal away. Throws when something outside of it names one of its documents, or a job works on it."""
	_hold()
	if not rehearsal_company.is_marked():
		return
	posting_lock.lock(COMPANY)  # refuses while a report is being posted
	_refuse_while_sending()
	_refuse_named_by_others()
	_remove()


def _is_there() -> bool:
	"""Whether a start has made the whole of it, and nobody removed it."""
	return rehearsal_company.is_marked() and bool(settings.find(COMPANY))


def _require() -> None:
	if not _is_there():
		frappe.throw(_("There is no rehearsal on this site. Press Start Rehearsal."), title=_("Rehearsal"))


# What the screens show


def progress() -> dict:
	"""How far the rehearsal is: the documents made, and the next `step`. `company` is empty where there is none."""
	if not _is_there():
		return {"company": ""}
	batch = _newest("Factoring Batch", docstatus=("<", 2))
	purchase = _newest("Report Import", kind="Purchase", docstatus=("<", 2))
	payment = _newest("Report Import", kind="Payment", docstatus=("<", 2))
	found = {"company": COMPANY, "batch": batch, "purchase": purchase, "payment": payment}
	return found | {"step": _next_step(batch, purchase, payment)}


def _next_step(batch, purchase, payment) -> str:
	if not batch:
		return "batch"
	if batch.docstatus == 0:
		return "submit_batch"
	if batch.status != "Delivered":
		return "delivery"
	for report, name in ((purchase, "purchase"), (payment, "payment")):
		if not report:
			return f"fetch_{name}"
		if report.docstatus == 0 or report.status == "Posting":
			return f"post_{name}"
	return "tie_out"


def _newest(doctype: str, **filters) -> dict | None:
	rows = frappe.get_all(
		doctype,
		filters={"company": COMPANY, **filters},
		fields=["name", "status", "docstatus"],
		order_by="creation desc",
		limit=1,
	)
	return rows[0] if rows else None


# Nobody else at it


def _hold() -> None:
	"""Let nobody else make, remove, reach or work on the rehearsal until this transaction ends. It begins anew: what others
	committed meanwhile is seen. Throws when somebody else is at it."""
	held = ExitStack()
	try:
		held.enter_context(rehearsal_company.alone(patience=5))
	except LockTimeoutError:
		frappe.throw(
			_("The site is working on the rehearsal at this moment. Try again in a minute."),
			title=_("Try Again"),
		)
	documents = [(doctype, name) for doctype in WORKED_ON for name in _names(doctype)]
	frappe.db.rollback()  # reading fixed what this transaction sees, and a job may commit until its document is locked
	frappe.db.after_commit.add(held.close)
	frappe.db.after_rollback.add(held.close)
	for doctype, name in documents:
		locks.take(doctype, name)


def _names(doctype: str) -> list[str]:
	return frappe.get_all(doctype, filters={"company": COMPANY}, pluck="name", order_by="name", limit=0)


# What others have under its names


def _refuse_taken_names() -> None:
	"""A document of somebody else under one of these names is not touched."""
	wanted = {"Company": (COMPANY,), "Customer": CUSTOMERS, "Sales Invoice": INVOICES}
	taken = [
		f"{_(doctype)} {name}"
		for doctype, names in wanted.items()
		for name in names
		if frappe.db.exists(doctype, name)
	]
	if taken:
		frappe.throw(
			_(
				"The rehearsal needs names that this site uses already: {0}. Rename or delete these first."
			).format(frappe.utils.escape_html(", ".join(taken))),
			title=_("Rehearsal"),
		)


# Taking away


def _owned() -> removal.Documents:
	owned = removal.documents_of(COMPANY)
	customers = {name for name in CUSTOMERS if frappe.db.exists("Customer", name)}
	return owned | ({"Customer": customers} if customers else {})


def _remove() -> None:
	if not rehearsal_company.is_marked():
		return
	removal.remove(_owned())
	rehearsal_company.unmark()
	posting_lock.forget(COMPANY)
	frappe.db.after_commit.add(_remove_folder)
	site_identity.forget_mark(COMPANY)


def _remove_folder() -> None:
	shutil.rmtree(rehearsal_company.folder(), ignore_errors=True)


def _refuse_while_sending() -> None:
	"""A job that sends a batch says every few seconds that it is alive."""
	since = add_to_date(now_datetime(), seconds=-delivery_claim.LEASE)
	filters = {"company": COMPANY, "status": "Sending", "claimed_on": (">", since)}
	if names := frappe.get_all("Factoring Batch", filters=filters, pluck="name"):
		frappe.throw(
			_("The site is still sending {0}. Remove the rehearsal when it is done.").format(
				", ".join(names)
			),
			title=_("Try Again"),
		)


def _refuse_named_by_others() -> None:
	owned = _owned()
	found = removal.named_by_others(owned) if owned else []
	if not found:
		return
	lines = [f"{_(doctype)} {name}".strip() for doctype, name in found[: removal.SHOWN]]
	more = len(found) - len(lines)
	lines += [_("and {0} more").format(more)] if more > 0 else []
	frappe.throw(
		_(
			"Documents outside of the rehearsal name something of it. Change or delete these first: {0}"
		).format("<br>" + "<br>".join(frappe.utils.escape_html(line) for line in lines)),
		title=_("Rehearsal"),
	)
