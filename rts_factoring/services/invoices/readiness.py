"""Which submitted invoices are ready for a batch, and what the others lack.

An invoice that was not sent yet is checked again whenever something that its verdict rests on changes. Once it
was sent, its state belongs to batches and reports.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import frappe
from frappe import _
from frappe.query_builder.functions import Min

from rts_factoring.core.eligibility import Candidate, Verdict, check_eligibility
from rts_factoring.core.errors import FactoringError, one_sentence
from rts_factoring.core.model import InvoiceState
from rts_factoring.core.schedule import render
from rts_factoring.services.common import background
from rts_factoring.services.company import layouts, settings
from rts_factoring.services.invoices import documents as invoice_documents
from rts_factoring.services.invoices import invoice_state, page_checks, receivables
from rts_factoring.services.invoices.receivables import chunks

PACKETS_PER_JOB = 10  # half a minute of work


def update_readiness(
	names: Collection[str], include_held: Collection[str] = (), send_again: Collection[str] = ()
) -> dict[str, Verdict]:
	"""Check these invoices and save what changed; those with the factor, or on their way, are left alone.

	A held one counts as with the factor, unless it is in `include_held`; one that was denied or charged back stays so, unless
	it is in `send_again`. Invoices are locked in order of name.
	"""
	rows = [row for row in receivables.rows(names, for_update=True) if row.docstatus == 1]
	on_the_way = _submitted_batches(rows)
	rows = [
		row
		for row in rows
		if (
			(row.factoring_status or "") in invoice_state.PRE_SUBMISSION_STATES
			and row.factoring_batch not in on_the_way
		)
		or (row.name in include_held and row.factoring_status == InvoiceState.HELD.value)
		or (row.name in send_again and row.factoring_status in invoice_state.OURS_AGAIN_STATES)
	]
	verdicts = check_invoices(rows)
	changed = defaultdict(list)
	for row in rows:
		verdict = verdicts[row.name]
		new = (verdict.state.value, invoice_state.reasons_as_text(verdict.reasons))
		if new != (row.factoring_status or "", row.factoring_reasons or ""):
			changed[new].append(row.name)
	answered = (InvoiceState.HELD.value, *invoice_state.OURS_AGAIN_STATES)
	answered_before = [row.name for row in rows if row.factoring_status in answered]
	invoice_state.write_fields(
		answered_before, factoring_batch=None
	)  # its batch keeps the row with RTS's answer
	_clear_withdrawn_notices([row.name for row in rows])
	for (state, reasons), invoices in changed.items():
		invoice_state.write_fields(invoices, factoring_status=state, factoring_reasons=reasons)
	_make_packets([row.name for row in rows if verdicts[row.name].state is InvoiceState.QUEUED])
	return verdicts


def _submitted_batches(rows: Iterable) -> set[str]:
	"""The submitted batches of these invoices."""
	names = sorted({row.factoring_batch for row in rows if row.factoring_batch})
	submitted = [
		frappe.get_all("Factoring Batch", filters={"name": ("in", part), "docstatus": 1}, pluck="name")
		for part in chunks(names)
	]
	return {name for part in submitted for name in part}


def update_readiness_later(company: str | None = None, customer: str | None = None) -> None:
	"""Check all invoices of a company or customer that are not with the factor, in the background."""
	background.enqueue_unless_waiting(
		"rts_factoring.services.invoices.readiness.update_all_readiness",
		job_id=f"rts_factoring:readiness:{company or ''}:{customer or ''}",
		queue="long",
		company=company,
		customer=customer,
	)


def update_all_readiness(company: str | None = None, customer: str | None = None) -> None:
	"""A background job: check all submitted and unpaid invoices. It commits after each part."""
	filters = {
		"docstatus": 1,
		"outstanding_amount": (">", 0),
		"factoring_status": ("in", invoice_state.PRE_SUBMISSION_STATES),
	}
	filters |= {key: value for key, value in {"company": company, "customer": customer}.items() if value}
	filters.setdefault("company", ("in", settings.factored_companies()))
	names = frappe.get_all("Sales Invoice", filters=filters, pluck="name", order_by="name")
	names += frappe.get_all(
		"Sales Invoice",
		filters=filters | {"factoring_status": ("is", "not set")},
		pluck="name",
		order_by="name",
	)
	for part in chunks(sorted(set(names))):
		update_readiness(part)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job, in steps


def check_invoices(rows: Iterable) -> dict[str, Verdict]:
	"""Name → verdict, for rows of `receivables.rows`; nothing is written."""
	rows = list(rows)
	companies = {row.company for row in rows}
	agreements = {company: settings.find(company) for company in companies}
	terms = {company: settings.terms(agreements[company]) for company in companies}
	layout = {company: _layout(agreements[company]) for company in companies}
	required = _required_documents(rows, agreements)
	attached = _attached_documents([row.name for row in rows])
	first_notice = _first_notices(companies)
	unreadable = _unreadable_documents([row.name for row in rows if page_checks.refused(row.company)])
	verdicts = {}
	for row in rows:
		receivable = receivables.to_receivable(row)
		started = first_notice.get(row.company)
		verdicts[row.name] = check_eligibility(
			Candidate(
				receivable=receivable,
				factored=receivables.invoicing_method(row, agreements[row.company]) == "Factoring",
				customer_excluded=bool(row.factoring_excluded),
				is_return=bool(row.is_return),
				has_notice=bool(started and started <= row.posting_date),
				required=required[row.name],
				attached=attached.get(row.name, ()),
				layout_problems=_layout_problems(layout[row.company], receivable),
				document_problems=unreadable.get(row.name, ()),
			),
			terms[row.company],
		)
	return verdicts


def invoices_for_batch(
	company: str,
	customer: str | None = None,
	from_date=None,
	to_date=None,
	min_amount: float = 0,
	limit: int = 500,
) -> dict:
	"""Invoices for a new batch, and those that are not offered, with the reasons. Rows as the dialog shows them, oldest
	first; `more` says that there are others beyond `limit`."""
	filters = {"company": company, "docstatus": 1}
	if customer:
		filters["customer"] = customer
	if from_date or to_date:
		filters["posting_date"] = ("between", [from_date or "1900-01-01", to_date or "2999-12-31"])
	if min_amount:
		filters["grand_total"] = (">=", min_amount)
	fields = [
		"name",
		"customer",
		"customer_name",
		"po_no",
		"posting_date",
		"grand_total",
		"outstanding_amount",
	]
	fields += ["currency", *invoice_state.STATE_FIELDS]
	order = "posting_date, name"

	def invoices(extra: dict, most: int = limit) -> list:
		return frappe.get_list("Sales Invoice", filters | extra, fields, order_by=order, limit=most)

	queued = {"factoring_status": InvoiceState.QUEUED.value}
	offered = invoices(queued | {"factoring_batch": ("is", "not set")}, limit + 1)
	return {
		"offered": offered[:limit],
		"more": len(offered) > limit,
		"in_other_batches": invoices(queued | {"factoring_batch": ("is", "set")}),
		"not_ready": invoices(
			{"factoring_status": ("in", [InvoiceState.NOT_READY.value, InvoiceState.HELD.value])}
		),
	}


def requeue(invoice: str) -> Verdict | None:
	"""Check an invoice again because a person wants to send it: also one that was held, denied or charged back. None when it is
	with the factor."""
	return update_readiness([invoice], include_held=[invoice], send_again=[invoice]).get(invoice)


def set_invoicing_method(invoice: str, method: str) -> Verdict | None:
	"""Queue (`Factoring`) or unqueue (`Direct`) one invoice. Throws when it is with the factor."""
	doc = frappe.get_doc("Sales Invoice", invoice)
	doc.factoring_method = method
	doc.save()
	return update_readiness([invoice]).get(invoice)


def _clear_withdrawn_notices(names: list[str]) -> None:
	"""Clear cancelled notices: invoices that are no longer with the factor use the one in force, and get another packet."""
	invoice, notice = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("Notice of Assignment")
	for part in chunks(names):
		query = frappe.qb.from_(invoice).join(notice).on(notice.name == invoice.factoring_notice)
		query = query.where(invoice.name.isin(part) & (notice.docstatus == 2)).select(invoice.name)
		withdrawn = [name for (name,) in query.run()]
		invoice_state.write_fields(withdrawn, factoring_notice=None, factoring_packet_key=None)


def _make_packets(invoices: list[str]) -> None:
	"""Packets are made in the background, so that submitting a batch only sends; a few a job, so that all workers share them."""
	for part in chunks(invoices, PACKETS_PER_JOB):
		frappe.enqueue(
			"rts_factoring.services.invoices.packets.make_packets",
			queue="long",
			timeout=3600,
			enqueue_after_commit=True,
			invoices=part,
		)


def _layout(agreement):
	return layouts.schedule_layout(agreement.schedule_layout if agreement else None)


def _layout_problems(layout, receivable) -> Sequence[str]:
	try:
		return render.problems(layout, receivable)
	except FactoringError as error:
		return [error.message]


def _required_documents(rows: list, agreements: dict) -> dict[str, list[str]]:
	by_customer = defaultdict(list)
	customers = sorted({row.customer for row in rows})
	for part in chunks(customers):
		for kind in frappe.get_all(
			"Factoring Document Kind",
			filters={"parenttype": "Customer", "parent": ("in", part), "required": 1},
			fields=["parent", "kind"],
		):
			by_customer[kind.parent].append(kind.kind)
	by_company = {
		company: [row.kind for row in agreement.document_kinds if row.required] if agreement else []
		for company, agreement in agreements.items()
	}
	return {row.name: by_company[row.company] + by_customer[row.customer] for row in rows}


def _attached_documents(names: list[str]) -> dict[str, list[str]]:
	attached = defaultdict(list)
	for part in chunks(names):
		for row in frappe.get_all(
			"Factoring Document",
			filters={"parenttype": "Sales Invoice", "parent": ("in", part)},
			fields=["parent", "kind"],
		):
			attached[row.parent].append(row.kind)
	return attached


def _unreadable_documents(names: list[str]) -> dict[str, list[str]]:
	"""Invoice → why its documents cannot be read. What is not judged yet is when its packet is made."""
	return {
		name: [one_sentence(error) for error in page_checks.refusals(rows)]
		for name, rows in invoice_documents.attached(names).items()
	}


def _first_notices(companies: Collection[str]) -> dict:
	"""Company → the day from which one of its notices is in force."""
	notice = frappe.qb.DocType("Notice of Assignment")
	query = (
		frappe.qb.from_(notice)
		.where((notice.docstatus == 1) & notice.company.isin(list(companies) or [""]))
		.groupby(notice.company)
		.select(notice.company, Min(notice.valid_from))
	)
	return dict(query.run())


def check_method_change(doc) -> None:
	"""Refuse to change the method of an invoice that was sent."""
	before = doc.get_doc_before_save()
	if not before or (doc.factoring_method or "") == (before.factoring_method or ""):
		return
	status = before.factoring_status or ""
	if status in invoice_state.OURS_AGAIN_STATES:
		return
	if status not in invoice_state.RESENDABLE_STATES or before.factoring_batch:
		frappe.throw(
			_("The invoicing method cannot change: {0} is {1} with batch {2}.").format(
				frappe.bold(doc.name), _(before.factoring_status), before.factoring_batch or "-"
			),
			title=_("With the Factor"),
		)
