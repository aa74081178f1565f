"""What the invoices of a posting owe, written once for all of them at its end.

ERPNext loads and writes an invoice anew for every Payment Ledger Entry. Inside `deferred` that is left out, and the amounts and
statuses are computed by ERPNext's own functions for many invoices at once. The invoices are locked only while they are
written, so that nobody waits for them during the long part of a posting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import frappe
from erpnext.accounts.utils import QueryPaymentLedger, update_voucher_outstanding
from frappe import _
from frappe.model.base_document import get_controller
from frappe.utils import flt

from rts_factoring.services.common.errors import StaleReadError
from rts_factoring.services.invoices import receivables
from rts_factoring.services.invoices.invoice_state import MAX_LIVE_UPDATES
from rts_factoring.services.invoices.receivables import LOCK_CHUNK, chunks

INVOICE = "Sales Invoice"
Key = tuple[str, str, str, str]  # invoice, account, party type, party
# Documents that act on every single change of an invoice, with what makes them act.
_WATCHERS = (
	("Notification", {"document_type": INVOICE, "event": "Value Change", "enabled": 1}),
	("Webhook", {"webhook_doctype": INVOICE, "webhook_docevent": "on_change", "enabled": 1}),
	("Milestone Tracker", {"document_type": INVOICE, "disabled": 0}),
	("Energy Point Rule", {"reference_doctype": INVOICE, "enabled": 1}),  # Frappe 15
)
_EVENTS = ("before_change", "on_change")


@contextmanager
def deferred() -> Iterator[None]:
	"""Entries made inside leave the invoices as they are; when the block ends, all of them are updated. Blocks may be nested."""
	if frappe.flags.factoring_outstanding is not None:
		yield
		return
	frappe.flags.factoring_outstanding = {}
	try:
		yield
		update_now()
	finally:
		frappe.flags.factoring_outstanding = None


def defer(entry) -> None:
	"""Take over from a Payment Ledger Entry the update of its invoice, inside `deferred`."""
	pending = frappe.flags.factoring_outstanding
	if pending is not None:
		# Frappe compares each message to browsers with all that wait; ERPNext sends none for its GL Entries either.
		entry.flags.notify_update = False
	if pending is None or entry.against_voucher_type != INVOICE or entry.flags.update_outstanding != "Yes":
		return
	entry.flags.update_outstanding = "No"
	pending[entry.against_voucher_no, entry.account, entry.party_type, entry.party] = True


def update_now(invoices: Collection[str] | None = None) -> None:
	"""Update the invoices that wait for it, or those of them named. Raises StaleReadError when another transaction changed one
	since this one began to read."""
	pending = frappe.flags.factoring_outstanding or {}
	keys = [key for key in pending if invoices is None or key[0] in invoices]
	if not keys:
		return
	for key in keys:
		del pending[key]
	names = sorted({name for name, *_rest in keys})
	single = set(names) if _is_watched() else _with_dunning(names)
	changes = _changes([key for key in keys if key[0] not in single])
	_lock_unchanged(names)
	frappe.db.bulk_update(INVOICE, changes)
	for name in changes:
		frappe.clear_document_cache(INVOICE, name)
	if len(changes) <= MAX_LIVE_UPDATES:
		for name in changes:
			values = {"doctype": INVOICE, "name": name}
			frappe.publish_realtime("doc_update", values, doctype=INVOICE, docname=name, after_commit=True)
	if changes:
		values = {"doctype": INVOICE, "name": next(iter(changes)), "user": frappe.session.user}
		frappe.publish_realtime("list_update", values, doctype=INVOICE, after_commit=True)
	for name, *account_and_party in keys:
		if name in single:
			update_voucher_outstanding(INVOICE, name, *account_and_party)


def _changes(keys: Collection[Key]) -> dict[str, dict]:
	"""Invoice → its amount outstanding and status, as ERPNext's `update_voucher_outstanding` and `set_status` find them."""
	amounts = _amounts(keys)
	changes = {}
	for names in chunks(sorted(amounts)):
		for doc in _load(names):
			doc.outstanding_amount = flt(amounts[doc.name], doc.precision("outstanding_amount"))
			doc.set_status()
			changes[doc.name] = {"outstanding_amount": doc.outstanding_amount, "status": doc.status}
	return changes


def _amounts(keys: Collection[Key]) -> dict[str, float]:
	ledger = frappe.qb.DocType("Payment Ledger Entry")
	by_account: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
	for name, account, party_type, party in keys:
		by_account.setdefault((account, party_type), {})[name, party] = None
	amounts = {}
	for (account, party_type), wanted in by_account.items():
		for part in chunks(sorted(wanted)):
			vouchers = [frappe._dict(voucher_type=INVOICE, voucher_no=name) for name, _party in part]
			of_account = [ledger.account == account, ledger.party_type == party_type]
			for row in QueryPaymentLedger().get_voucher_outstandings(vouchers, common_filter=of_account):
				if (row.voucher_no, row.party) in wanted:
					amounts[row.voucher_no] = row.outstanding_in_account_currency
	return amounts


def _load(names: Collection[str]) -> Iterator:
	"""Invoices as documents that have their payment schedule and no other rows."""
	filters = {"parenttype": INVOICE, "parent": ("in", names)}
	schedules: dict[str, list] = {}
	for row in frappe.get_all("Payment Schedule", filters=filters, fields=["*"], order_by="idx", limit=0):
		schedules.setdefault(row.parent, []).append(row)
	for row in frappe.get_all(INVOICE, filters={"name": ("in", names)}, fields=["*"], limit=0):
		yield frappe.get_doc({"doctype": INVOICE, **row, "payment_schedule": schedules.get(row.name, [])})


def _lock_unchanged(names: Collection[str]) -> None:
	"""Lock the invoices until the transaction ends. What they owe must be what this transaction has read."""
	for part in chunks(names, LOCK_CHUNK):
		seen = _owed(part)
		latest = {
			name: (row["docstatus"], row["outstanding_amount"])
			for name, row in receivables.lock(part).items()
		}
		changed = [name for name in part if seen.get(name) != latest.get(name)]
		if changed:
			frappe.throw(
				_("{0} was changed while it was being posted. Nothing was posted. Try again.").format(
					", ".join(changed[:10])
				),
				StaleReadError,
				title=_("Try Again"),
			)


def _owed(names: Collection[str]) -> dict[str, tuple]:
	rows = frappe.get_all(
		INVOICE,
		filters={"name": ("in", names)},
		fields=["name", "docstatus", "outstanding_amount"],
		limit=0,
	)
	return {row.name: (row.docstatus, row.outstanding_amount) for row in rows}


def _with_dunning(names: Collection[str]) -> set[str]:
	"""Invoices that a Dunning reminds of; ERPNext closes and opens it as their amounts change."""
	found: set[str] = set()
	for part in chunks(names):
		filters = {"parenttype": "Dunning", "sales_invoice": ("in", part)}
		found.update(frappe.get_all("Overdue Payment", filters=filters, pluck="sales_invoice", limit=0))
	return found


def _is_watched() -> bool:
	"""Whether another app, a notification or a webhook follows every single change of an invoice."""
	if any(hasattr(get_controller(INVOICE), event) for event in _EVENTS):
		return True
	hooks = frappe.get_doc_hooks()
	handlers = [
		handler
		for doctype in (INVOICE, "*")
		for event in _EVENTS
		for handler in hooks.get(doctype, {}).get(event, ())
	]
	if any(not handler.startswith("frappe.") for handler in handlers):
		return True
	return any(
		frappe.db.exists("DocType", doctype) and frappe.db.exists(doctype, filters)
		for doctype, filters in _WATCHERS
	)
