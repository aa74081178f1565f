"""A batch from draft to submitted: which invoices it holds, and how it is cancelled.

While an invoice is in a live batch (draft or submitted, not held, denied or given back), its field
`factoring_batch` names that batch. The field is read and changed only under a row lock.
"""

import posixpath
from collections.abc import Collection

import frappe
from frappe import _
from frappe.utils import cint, now_datetime, today

from rts_factoring.core.model import InvoiceState
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.batches import batch_status, schedule_files
from rts_factoring.services.batches.batch_status import CANCELLED, DOCTYPE, DRAFT, QUEUED, SENDING
from rts_factoring.services.common import site_identity
from rts_factoring.services.common.errors import core_errors_as_frappe
from rts_factoring.services.company import layouts, settings, site_binding
from rts_factoring.services.invoices import invoice_state, readiness, receivables

SHOWN = 10  # names listed in one message
RECENT = 120  # seconds after which a silent job counts as dead
HISTORY_FIELDS = (
	*("submitted_on", "submitted_by", "delivered_on", "seen_on", "attempts", "next_attempt_on"),
	*("claim", "claimed_on", "error"),
)


# The document's events


def validate(doc) -> None:
	"""Lock and claim the invoices, and fill the rows from them."""
	agreement = settings.require(doc.company)
	_clear_history(doc)
	_refuse_duplicates(doc)
	rows = _lock_invoices(doc)
	_refuse_unavailable(doc, rows)
	doc.client_number = agreement.client_number
	doc.currency = agreement.currency
	doc.schedule_layout = agreement.schedule_layout
	doc.remote_folder = _remote_folder(agreement)
	doc.status = DRAFT if doc.docstatus == 0 else doc.status
	_fill(doc, rows)
	_total(doc, agreement)
	_claim_invoices(doc)


def before_submit(doc) -> None:
	"""Fix names and order. Invoices over the limit of one batch are kept for `on_submit` to split off."""
	agreement = settings.require(doc.company)
	with core_errors_as_frappe():
		site_binding.require(agreement)
	if not doc.invoices:
		frappe.throw(_("The batch has no invoice. Use Get Queued Invoices."), title=_("Empty Batch"))
	limit = cint(agreement.max_invoices) or 100
	doc.flags.rest = [row.sales_invoice for row in doc.invoices[limit:]]
	if doc.flags.rest:
		doc.set("invoices", doc.invoices[:limit])
		_total(doc, agreement)
	_refuse_unready(doc)
	schedule_files.name_files(doc)
	doc.status = QUEUED
	doc.submitted_on = now_datetime()
	doc.submitted_by = frappe.session.user


def on_submit(doc) -> None:
	from rts_factoring.services.batches import delivery

	delivery.enqueue(doc.name)
	if rest := doc.flags.rest:
		_release_invoices(rest, doc.name)
		following = create(doc.company, rest, split_from=doc.name)
		following.submit()
		frappe.msgprint(
			_("{0} invoices are over the limit of one batch. They are sent with {1}.").format(
				len(rest), frappe.get_desk_link(DOCTYPE, following.name)
			),
			alert=True,
		)


def before_cancel(doc) -> None:
	"""Require a reason for a batch that was sent. Refuse one that the factor has answered."""
	status, claimed_on = frappe.db.get_value(DOCTYPE, doc.name, ["status", "claimed_on"], for_update=True)
	if status == SENDING and claimed_on and (now_datetime() - claimed_on).total_seconds() < RECENT:
		frappe.throw(_("The batch is being sent. Wait until it is delivered or has failed."))
	_refuse_answered(doc)
	sent = [row.file_name for row in doc.files if row.state != "Pending"]
	if sent and not (doc.cancel_reason or "").strip():
		frappe.throw(
			_(
				"{0} of {1} files were sent to the factor already. Enter a Reason for Cancelling first."
			).format(len(sent), len(doc.files)),
			title=_("Reason Needed"),
		)


def on_cancel(doc) -> None:
	doc.ignore_linked_doctypes = (
		*(doc.get("ignore_linked_doctypes") or ()),
		DOCTYPE,
	)  # what was split off goes on
	batch_status.clear_wait(doc.name)
	doc.db_set({"status": CANCELLED, "claim": "", "next_attempt_on": None})
	released = _release_invoices([row.sales_invoice for row in doc.invoices], doc.name)
	invoice_state.write_fields(released, factoring_status=InvoiceState.QUEUED.value)
	readiness.update_readiness(released)


def on_trash(doc) -> None:
	_release_invoices([row.sales_invoice for row in doc.invoices], doc.name)
	site_identity.forget_mark(doc.company, doc.name)


# What people and automation ask for


def create(company: str, invoices: Collection[str], split_from: str | None = None):
	"""A saved draft batch of these invoices, in the order given."""
	doc = frappe.new_doc(DOCTYPE)
	doc.update({"company": company, "batch_date": today()})
	doc.flags.split_from = split_from
	for name in invoices:
		doc.append("invoices", {"sales_invoice": name})
	return doc.insert()


def queued(company: str) -> list[str]:
	"""Invoices of the company that wait for a batch, oldest first."""
	return frappe.get_all(
		"Sales Invoice",
		filters={
			"company": company,
			"docstatus": 1,
			"factoring_status": InvoiceState.QUEUED.value,
			"factoring_batch": ("is", "not set"),
		},
		pluck="name",
		order_by="posting_date, name",
	)


def send_now(invoice: str):
	"""A batch of this one queued invoice, submitted."""
	company = frappe.db.get_value("Sales Invoice", invoice, "company")
	doc = create(company, [invoice])
	doc.submit()
	return doc


# Rules


def _refuse_duplicates(doc) -> None:
	names = [row.sales_invoice for row in doc.invoices]
	duplicates = sorted({name for name in names if names.count(name) > 1})
	if duplicates:
		frappe.throw(
			_("{0} appears twice in the batch. Remove one row.").format(frappe.bold(", ".join(duplicates)))
		)


def _lock_invoices(doc) -> dict:
	"""Lock this batch's invoices and those it held until now; the rows of the first."""
	names = {row.sales_invoice for row in doc.invoices}
	return {row.name: row for row in receivables.rows(names | _previous_invoices(doc), for_update=True)}


def _previous_invoices(doc) -> set[str]:
	before = None if doc.is_new() else doc.get_doc_before_save()
	return {row.sales_invoice for row in before.invoices} if before else set()


def _refuse_unavailable(doc, rows: dict) -> None:
	problems = []
	for line in doc.invoices:
		row = rows.get(line.sales_invoice)
		if (
			not row or row.company != doc.company
		):  # one answer for both, which tells nothing of other companies
			problems.append(_("{0} is not an invoice of {1}.").format(line.sales_invoice, doc.company))
		elif row.factoring_batch and row.factoring_batch != doc.name:
			problems.append(_("{0} is already in batch {1}.").format(row.name, row.factoring_batch))
		elif row.factoring_status != InvoiceState.QUEUED.value:
			problems.append(
				_("{0} is not queued: {1}.").format(row.name, row.factoring_reasons or row.factoring_status)
			)
	_throw(problems, _("These Invoices Cannot Be Sent"))


def _refuse_unready(doc) -> None:
	"""Check readiness once more, from the invoices as they are now."""
	rows = receivables.rows([row.sales_invoice for row in doc.invoices])
	verdicts = readiness.check_invoices(rows)
	problems = [
		_("{0}: {1}").format(name, " ".join(str(reason) for reason in verdict.reasons))
		for name, verdict in verdicts.items()
		if verdict.state is not InvoiceState.QUEUED
	]
	_throw(problems, _("These Invoices Are Not Ready"))


def _refuse_answered(doc) -> None:
	answered = frappe.get_all(
		"Report Import", filters={"batch": doc.name, "docstatus": 1}, pluck="name", order_by="name"
	)
	bought = frappe.get_all(
		"Sales Invoice",
		filters={"factoring_batch": doc.name, "factoring_status": ("in", invoice_state.BOUGHT_STATES)},
		pluck="name",
		order_by="name",
		limit=SHOWN,
	)
	if bought and not answered:
		frappe.throw(
			_("The factor has bought {0}, so the batch cannot be cancelled.").format(", ".join(bought)),
			title=_("Answered"),
		)
	if answered:
		frappe.throw(
			_("The factor has answered this batch. Cancel {0} first.").format(
				", ".join(frappe.get_desk_link("Report Import", name) for name in answered)
			),
			title=_("Answered"),
		)


def _throw(problems: list[str], title: str) -> None:
	if problems:
		more = len(problems) - SHOWN
		lines = [frappe.utils.escape_html(problem) for problem in problems[:SHOWN]]
		lines += [_("and {0} more").format(more)] if more > 0 else []
		frappe.throw("<br>".join(lines), title=title)


# What a batch holds


def _clear_history(doc) -> None:
	"""Clear what an amended copy or a request brings along: a draft was never sent."""
	doc.set("files", [])
	doc.update(dict.fromkeys(HISTORY_FIELDS))
	for row in doc.invoices:
		row.update(dict.fromkeys(("outcome", "reason", "file_name", "packet")))
	doc.split_from = doc.flags.split_from or _stored_origin(doc)


def _stored_origin(doc) -> str | None:
	"""The batch that this one, or the one it amends, was split from, as it is in the database."""
	name = doc.amended_from if doc.is_new() else doc.name
	return (
		frappe.db.get_value(DOCTYPE, {"name": name, "company": doc.company}, "split_from") if name else None
	)


def _fill(doc, rows: dict) -> None:
	for line in doc.invoices:
		row = rows[line.sales_invoice]
		receivable = receivables.to_receivable(row)
		line.update(
			{
				"customer": row.customer,
				"customer_name": receivable.customer,
				"po_no": receivable.po_no,
				"load_no": receivable.load_no,
				"invoice_date": receivable.invoice_date,
				"due_date": receivable.due_date,
				"amount": float(receivable.amount),
				"currency": receivable.currency,
			}
		)


def _total(doc, agreement) -> None:
	total = sum((money(row.amount) for row in doc.invoices), ZERO)
	doc.invoice_count = len(doc.invoices)
	doc.total_amount = float(total)
	for key, amount in settings.expected_amounts(agreement, total).items():
		doc.set(f"expected_{key}", float(amount))


def _claim_invoices(doc) -> None:
	names = {row.sales_invoice for row in doc.invoices}
	_release_invoices(_previous_invoices(doc) - names, doc.name)
	invoice_state.write_fields(sorted(names), factoring_batch=doc.name)


def _release_invoices(invoices: Collection[str], batch: str) -> list[str]:
	"""Release the invoices that this batch still holds; returns their names."""
	rows = receivables.rows(invoices, for_update=True)
	released = [row.name for row in rows if row.factoring_batch == batch]
	invoice_state.write_fields(released, factoring_batch=None)
	return released


def _remote_folder(agreement) -> str:
	"""The layout's folder inside the one of the settings, which only a System Manager sets."""
	root = agreement.remote_folder or ""
	folder = layouts.schedule_layout(agreement.schedule_layout).remote_folder
	return posixpath.join(root, folder) if folder else root
