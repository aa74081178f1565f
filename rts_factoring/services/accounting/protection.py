"""What ERPNext's own documents may do to an invoice that the factor holds.

Every payment of an invoice, by whatever door, becomes a Payment Ledger Entry, so that is where the wall stands. The
documents that people use say the same earlier, with what to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from rts_factoring.core.model import WITH_FACTOR
from rts_factoring.services.accounting import ledger, ledger_sums, sources
from rts_factoring.services.common import locks
from rts_factoring.services.common.errors import StaleReadError
from rts_factoring.services.company import alerts
from rts_factoring.services.invoices.invoice_state import PRE_SUBMISSION_STATES

# The debtor owes these to the factor: sent or held there, or bought and not settled.
WITH_FACTOR_STATES = tuple(sorted(state.value for state in WITH_FACTOR))


@contextmanager
def own_posting() -> Iterator[None]:
	"""Entries that the app itself makes or cancels inside are let through. A request cannot set this."""
	before = frappe.flags.factoring_own_posting
	frappe.flags.factoring_own_posting = True
	try:
		yield
	finally:
		frappe.flags.factoring_own_posting = before


def with_factor(invoices: Collection[str]) -> list[str]:
	"""Those of the invoices that the factor holds."""
	if not invoices:
		return []
	return frappe.get_all(
		"Sales Invoice",
		filters={"name": ("in", list(invoices)), "factoring_status": ("in", WITH_FACTOR_STATES)},
		pluck="name",
		order_by="name",
	)


def check_payment_ledger_entry(entry) -> None:
	"""Refuse what another document would settle, or charge again, on an invoice that the factor holds."""
	if frappe.flags.factoring_own_posting or entry.flags.from_repost:
		return
	if entry.against_voucher_type != "Sales Invoice" or entry.against_voucher_no == entry.voucher_no:
		return
	seen = frappe.db.get_value(
		"Sales Invoice", entry.against_voucher_no, ["factoring_status", "outstanding_amount"], as_dict=True
	)
	if not seen or (seen.factoring_status or "") in PRE_SUBMISSION_STATES:
		return
	_refuse_while_posted(entry.against_voucher_no, seen.outstanding_amount)
	if entry.delinked or seen.factoring_status not in WITH_FACTOR_STATES:
		return
	if _may_settle(entry.voucher_type, entry.voucher_no):
		return
	frappe.throw(
		_("{0} is with the factor, so {1} {2} cannot settle or change it.").format(
			get_link_to_form("Sales Invoice", entry.against_voucher_no),
			_(entry.voucher_type),
			entry.voucher_no,
		)
		+ " "
		+ _(
			"If the customer paid you, use Held for the Factor on a draft Payment Entry. If the money is really yours, tick"
			" Payment Is Ours on the Payment Entry and give the reason."
		),
		title=_("With the Factor"),
	)


def _refuse_while_posted(invoice: str, outstanding: float) -> None:
	"""Refuse an entry on an invoice that a report is being posted to, or was since this transaction began to read. ERPNext would
	write what the invoice owes without the report's entries."""
	with locks.refused_when_busy(invoice):
		latest = frappe.db.get_value(
			"Sales Invoice", invoice, "outstanding_amount", for_update=True, wait=False
		)
	if latest != outstanding:
		frappe.throw(
			_("{0} was changed at the same moment. Look at what it owes, then try again.").format(invoice),
			StaleReadError,
			title=_("Try Again"),
		)


def _may_settle(voucher_type: str, voucher: str) -> bool:
	"""A cancelled document, a credit note, an entry of the app, or a payment that a person declared to be ours."""
	if voucher_type == "Sales Invoice":
		return True
	fields = ["docstatus"]
	fields += {
		"Journal Entry": list(sources.JOURNAL_FIELDS.values()),
		"Payment Entry": ["factoring_is_ours"],
	}.get(voucher_type, [])
	document = frappe.db.get_value(voucher_type, voucher, fields, as_dict=True)
	return bool(
		document
		and (document.docstatus == 2 or sources.claimed(document) or document.get("factoring_is_ours"))
	)


def check_payment(doc) -> None:
	"""Before a Payment Entry on factored invoices is submitted, a person says whose money it is."""
	invoices = with_factor(
		[row.reference_name for row in doc.references if row.reference_doctype == "Sales Invoice"]
	)
	if not invoices:
		return
	links = ", ".join(get_link_to_form("Sales Invoice", name) for name in invoices)
	if not doc.factoring_is_ours:
		frappe.throw(
			_(
				"{0} is with the factor. Use Held for the Factor to keep the money for it, or tick Payment Is Ours and"
				" give the reason."
			).format(links),
			title=_("Whose Money Is It?"),
		)
	positions = ledger_sums.positions(doc.company, invoices)
	financed = [name for name in invoices if name in positions and positions[name].open > 0]
	if financed:
		frappe.throw(
			_(
				"The factor has financed {0} and still expects its money, so the payment is not ours. Use Held for the"
				" Factor, or book the buyback first."
			).format(", ".join(get_link_to_form("Sales Invoice", name) for name in financed)),
			title=_("Financed by the Factor"),
		)
	if not (doc.factoring_ours_reason or "").strip():
		frappe.throw(
			_("Say why this payment of {0} is ours, under Reason It Is Ours.").format(links),
			title=_("Reason Needed"),
		)


def check_unreconcile(doc) -> None:
	"""An entry of the app, or a payment of an invoice with the factor, is not taken apart."""
	owner = sources.of_journal_entry(doc.voucher_no) if doc.voucher_type == "Journal Entry" else None
	if owner:
		frappe.throw(
			_("{0} belongs to {1}. Cancel that document to undo it.").format(
				doc.voucher_no, f"{_(owner[0])} {get_link_to_form(*owner)}"
			),
			title=_("Entry of a Report"),
		)
	invoices = with_factor(
		[row.reference_name for row in doc.allocations if row.reference_doctype == "Sales Invoice"]
	)
	if invoices:
		frappe.throw(
			_(
				"{0} is with the factor. Its payments cannot be unreconciled; cancel the payment instead."
			).format(", ".join(get_link_to_form("Sales Invoice", name) for name in invoices)),
			title=_("With the Factor"),
		)


def refuse_cancel(invoice: str) -> None:
	"""An invoice with ledger entries in force stays: ERPNext would unlink the app's journal entries without a word."""
	entry = frappe.qb.DocType("Factoring Ledger Entry")
	rows = (
		ledger.live(entry)
		.where(entry.sales_invoice == invoice)
		.select(*(entry[name] for name in sources.LEDGER_FIELDS.values()))
		.distinct()
		.run(as_dict=True)
	)
	documents = sorted({owner for row in rows if (owner := sources.source_of(row))})
	if documents:
		frappe.throw(
			_("{0} has entries of {1}. Cancel these documents first.").format(
				frappe.bold(invoice), sources.links(documents)
			),
			title=_("Posted by a Report"),
		)


def check_credit_note(doc) -> None:
	"""Warn while a credit note on an invoice with the factor is a draft: the factor has to hear of it."""
	if (
		doc.is_return
		and doc.docstatus == 0
		and with_factor([doc.return_against] if doc.return_against else [])
	):
		frappe.msgprint(
			_(
				"{0} is with the factor. Tell the factor about this credit note: the customer will pay it less, and the"
				" factor may charge the rest back."
			).format(get_link_to_form("Sales Invoice", doc.return_against)),
			title=_("Credit on a Factored Invoice"),
			indicator="orange",
		)


def open_credit_task(doc) -> None:
	"""A task for the company's managers to tell the factor about a submitted credit note."""
	if not (doc.is_return and doc.return_against and with_factor([doc.return_against])):
		return
	for person in alerts.managers(doc.company) or ["Administrator"]:
		frappe.get_doc(
			{
				"doctype": "ToDo",
				"allocated_to": person,
				"reference_type": "Sales Invoice",
				"reference_name": doc.return_against,
				"description": _("Tell the factor about credit note {0} on {1}.").format(
					doc.name, doc.return_against
				),
				"priority": "High",
				"assigned_by": frappe.session.user,
			}
		).insert(ignore_permissions=True)


def refuse_request(invoices: Collection[str], paper: str) -> None:
	"""No paper of ours asks a debtor to pay us what it owes the factor."""
	if names := with_factor([name for name in invoices if name]):
		frappe.throw(
			_(
				"{0} is with the factor, so the customer pays the factor and not us. No {1} can be made for it. Remove it,"
				" or take the invoice back first."
			).format(", ".join(get_link_to_form("Sales Invoice", name) for name in names), _(paper)),
			title=_("With the Factor"),
		)


def refuse_deletion(company: str) -> None:
	"""A company's transactions are not deleted while the factor holds some of its invoices."""
	count = frappe.db.count(
		"Sales Invoice", {"company": company, "factoring_status": ("in", WITH_FACTOR_STATES), "docstatus": 1}
	)
	if count:
		frappe.throw(
			_(
				"{0} invoices of {1} are with the factor. Their entries cannot be deleted. Settle or take back these"
				" invoices first."
			).format(count, frappe.bold(company)),
			title=_("With the Factor"),
		)


def restore_app_fields(doc, fields: Collection[str]) -> None:
	"""Fields that the app alone writes stay as they are in the database, whatever a form or a request sends."""
	saved = (
		{} if doc.is_new() else frappe.db.get_value(doc.doctype, doc.name, list(fields), as_dict=True) or {}
	)
	for fieldname in fields:
		doc.set(fieldname, saved.get(fieldname))
