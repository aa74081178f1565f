"""Notices of Assignment: kept by version, chosen for an invoice, stamped onto its print."""

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import cint, flt, getdate

from rts_factoring.core.eligibility import is_outside_agreement
from rts_factoring.core.errors import NoticeError
from rts_factoring.core.model import InvoiceStanding, InvoiceState
from rts_factoring.core.money import money
from rts_factoring.core.notice import due, text
from rts_factoring.core.notice.due import NoticeCase, NoticeDecision
from rts_factoring.core.notice.html_rendering import prepend_once, render_html
from rts_factoring.core.notice.notice import ENGLISH, Notice, NoticeValues
from rts_factoring.core.notice.remit_to import RemitConflict, remit_conflict
from rts_factoring.core.notice.visible_text import visible_text
from rts_factoring.services.common.errors import as_frappe_error, core_errors_as_frappe
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import invoice_state, receivables

DOCTYPE = "Notice of Assignment"
# For these the state decides. A later change of settings does not change what was sold.
SENT_STATES = (
	InvoiceState.SUBMITTED,
	InvoiceState.HELD,
	InvoiceState.FINANCED,
	InvoiceState.PARTLY_PAID,
	InvoiceState.COMPLETED,
)
INVOICE_FIELDS = (
	"name",
	"company",
	"customer",
	"customer_name",
	"posting_date",
	"docstatus",
	"is_return",
	"outstanding_amount",
	"grand_total",
	"rounded_total",
	"currency",
	"factoring_method",
	"factoring_status",
	"factoring_notice",
)
EXAMPLE = NoticeValues(customer="Example Customer", invoice_no="ACC-SINV-00001")


# The document's events


def validate(doc) -> None:
	doc.client_number = frappe.db.get_value(settings.DOCTYPE, {"company": doc.company}, "client_number")
	doc.remit_label = (doc.remit_label or "").strip() or _("Remit to", doc.language)
	with core_errors_as_frappe():
		text.validate(as_notice(doc))


def before_submit(doc) -> None:
	if text.unfinished(doc.text):
		frappe.throw(
			_(
				"The text still has parts of the template in brackets. Paste the text RTS approved for {0}."
			).format(frappe.bold(doc.company)),
			title=_("Template"),
		)
	same_day = frappe.db.get_value(
		DOCTYPE,
		{
			"company": doc.company,
			"language": doc.language,
			"valid_from": doc.valid_from,
			"docstatus": 1,
			"name": ("!=", doc.name),
		},
	)
	if same_day:
		frappe.throw(
			_(
				"{0} is in force from the same day in the same language. Choose a later day, or amend it."
			).format(frappe.get_desk_link(DOCTYPE, same_day)),
			title=_("Two Notices"),
		)
	if not (doc.approval_attachment and doc.approval_date):
		frappe.msgprint(
			_("RTS's approval is not recorded yet. Attach it under Approval as soon as you have it."),
			indicator="orange",
			alert=True,
		)


def on_cancel(doc) -> None:
	"""Invoices with the factor, or on their way there, keep this version as evidence. The others use the one in force."""
	doc.ignore_linked_doctypes = (*(doc.get("ignore_linked_doctypes") or ()), "Sales Invoice")
	waiting = frappe.get_all(
		"Sales Invoice",
		filters={
			"factoring_notice": doc.name,
			"factoring_status": ("in", invoice_state.PRE_SUBMISSION_STATES),
		},
		pluck="name",
	)
	waiting = sorted(set(waiting) - invoice_state.awaiting_delivery(waiting))
	invoice_state.write_fields(waiting, factoring_notice=None, factoring_packet_key=None)


# For other services


def preview(doc) -> str:
	"""The stamp of this form as it will print, or the reason why the text cannot be used. Never raises."""
	notice = as_notice(doc)
	values = _notice_values(notice, EXAMPLE.customer, EXAMPLE.invoice_no)
	try:
		text.validate(notice)
		return render_html(notice, values)
	except NoticeError as error:
		return f'<p class="text-danger">{frappe.utils.escape_html(str(error))}</p>'


def as_notice(doc) -> Notice:
	return Notice(
		company=doc.company or "",
		text=doc.text or "",
		remit_to=doc.remit_to or "",
		language=doc.language or ENGLISH,
		valid_from=getdate(doc.valid_from) if doc.valid_from else None,
		name=doc.name or "",
		remit_label=doc.remit_label or "Remit to",
	)


def check_due(invoice, language: str | None = None) -> tuple[NoticeDecision, NoticeValues]:
	"""Whether the stamp belongs on this Sales Invoice, and its values. `language` is that of the print.

	The saved invoice counts, not what a form or a caller sends, unless the invoice was never saved.
	"""
	row = (
		frappe.db.get_value("Sales Invoice", invoice.name, INVOICE_FIELDS, as_dict=True)
		if invoice.name
		else None
	)
	row = row or frappe._dict({field: invoice.get(field) for field in INVOICE_FIELDS})
	case = _case(row, language or frappe.local.lang)
	decision = due.is_due(case)
	customer = row.customer_name or row.customer or ""
	return decision, _notice_values(decision.notice, customer, row.name or "", company=row.company)


def stamp_html(invoice, language: str | None = None) -> str:
	"""The stamp as HTML, "" when none is due. Throws when one is due and cannot be made."""
	decision, values = check_due(invoice, language)
	notice = _notice_to_print(decision, values)
	return render_html(notice, values) if notice else ""


def stamp_print(printed: str, invoice, raw: bool = False) -> str:
	"""The rendered invoice with its stamp. `raw` means a print for a receipt printer, which cannot carry one."""
	decision, values = check_due(invoice)
	if decision.due and raw and not decision.problem:
		decision = NoticeDecision(True, "raw", problem=NoticeError("raw_printing"))
	notice = _notice_to_print(decision, values)
	if not notice:
		return printed
	_show_conflict(printed, notice, values)
	return prepend_once(printed, render_html(notice, values))


def _notice_to_print(decision: NoticeDecision, values: NoticeValues) -> Notice | None:
	"""The notice, None when none is due. Throws when one is due and cannot be printed."""
	if decision.problem:
		raise print_error(_with_place(decision.problem, values))
	return decision.notice if decision.due else None


def print_error(problem: NoticeError) -> Exception:
	"""The error to raise instead of printing. Bulk print ignores it and goes on, so there it is also sent to the user."""
	error = as_frappe_error(problem)
	if _is_bulk_print():
		message = {"title": _("Not Printed"), "message": str(error), "indicator": "red"}
		frappe.publish_realtime("msgprint", message, user=frappe.session.user)
	return error


def warn_of_conflict(printed: str, invoice) -> None:
	"""Warn when a rendered invoice with its stamp contradicts the stamp."""
	decision, values = check_due(invoice)
	if decision.due and decision.notice:
		_show_conflict(printed, decision.notice, values)


def find_conflict(printed: str, notice: Notice, values: NoticeValues) -> RemitConflict | None:
	"""Where the invoice's own text, without the stamp, asks to pay somebody else."""
	printed = printed.replace(render_html(notice, values), "\n")
	return remit_conflict(visible_text(" ".join(printed.split())), notice, values)


def record_version(invoice: str, notice: Notice) -> None:
	"""Record the version of the notice. The invoice prints with it from then on."""
	invoice_state.write_fields([invoice], factoring_notice=notice.name)


def load(name: str) -> Notice:
	return as_notice(frappe.get_cached_doc(DOCTYPE, name))


# Internal


def _case(row, language: str) -> NoticeCase:
	state = InvoiceState(row.factoring_status) if row.factoring_status else InvoiceState.NOT_READY
	frozen = load(row.factoring_notice) if row.factoring_notice else None
	standing = _standing(row)
	on_its_way = _is_on_its_way(row)
	sold = state in SENT_STATES or state in (InvoiceState.DENIED, InvoiceState.CHARGED_BACK) or on_its_way
	if sold:
		company = customer = invoice = True
	else:
		agreement = settings.find(row.company)
		company = bool(agreement and agreement.enabled)
		buyer = frappe.get_cached_value(
			"Customer", row.customer, ["factoring_method", "factoring_excluded"], as_dict=True
		)
		buyer = buyer or frappe._dict()
		customer = not cint(buyer.factoring_excluded)
		row.customer_method = buyer.factoring_method
		invoice = receivables.invoicing_method(row, agreement) == "Factoring" and not _is_direct(
			row, state, agreement
		)
	in_force, before_first = None, False
	if company and customer and invoice and not frozen:
		versions = _versions(row.company)
		in_force = due.in_force(versions, row.company, language, getdate(row.posting_date))
		before_first = (
			bool(versions) and not sold
		)  # factoring began later; without any notice its setup is unfinished
	rest_is_ours = _is_rest_ours(row, state)
	return NoticeCase(
		company,
		customer,
		invoice,
		state,
		standing,
		in_force,
		frozen,
		before_first,
		rest_is_ours,
		on_its_way,
	)


def _is_rest_ours(row, state: InvoiceState) -> bool:
	"""The factor bought the invoice and has nothing open on it any more, and the customer still owes a part of it."""
	if state is not InvoiceState.COMPLETED or flt(row.outstanding_amount) <= 0:
		return False
	entry = frappe.qb.DocType("Factoring Ledger Entry")
	query = frappe.qb.from_(entry).where(entry.sales_invoice == row.name)
	purchased, is_open = query.select(Sum(entry.purchased), Sum(entry.open_change)).run()[0]
	return flt(purchased) > 0 and flt(is_open, 2) <= 0


def _is_bulk_print() -> bool:
	request, job = getattr(frappe.local, "request", None), getattr(frappe.local, "job", None)
	called = (request and request.path, frappe.local.form_dict.get("cmd"), job and job.get("method"))
	return any("download_multi_pdf" in name for name in called if name)


def _is_on_its_way(row) -> bool:
	return bool(row.name and invoice_state.awaiting_delivery([row.name]))


def _is_direct(row, state: InvoiceState, agreement) -> bool:
	"""Not factored, paid to us before it was sold, or outside the agreement."""
	amount = money(flt(row.rounded_total) or flt(row.grand_total))
	terms = settings.terms(agreement)
	if row.currency and is_outside_agreement(row.currency, amount, terms):
		return True
	paid = cint(row.docstatus) == 1 and flt(row.outstanding_amount) <= 0
	return state is InvoiceState.NOT_FACTORED or (state is InvoiceState.NOT_READY and paid)


def _standing(row) -> InvoiceStanding:
	if cint(row.docstatus) == 2:
		return InvoiceStanding.CANCELLED
	taken_back = receivables.credited([row.name]).get(row.name, 0) if row.name else 0
	if cint(row.is_return) or receivables.is_credited_in_full(row.grand_total, taken_back):
		return InvoiceStanding.RETURNED
	return InvoiceStanding.OPEN if cint(row.docstatus) else InvoiceStanding.DRAFT


def in_force_today(company: str) -> Notice | None:
	"""The company's notice in English, else in any language it has; None without one."""
	return due.in_force(_versions(company), company, ENGLISH, getdate())


def _versions(company: str) -> list[Notice]:
	names = frappe.get_all(DOCTYPE, filters={"company": company, "docstatus": 1}, pluck="name")
	return [load(name) for name in names]


def _notice_values(notice: Notice | None, customer: str, invoice_no: str, company: str = "") -> NoticeValues:
	company = company or (notice.company if notice else "")
	number = ""
	if notice and notice.name:
		number = frappe.db.get_value(DOCTYPE, notice.name, "client_number")
	if not number and company:
		number = frappe.db.get_value(settings.DOCTYPE, {"company": company}, "client_number")
	return NoticeValues(company, number or "", customer, invoice_no)


def _with_place(problem: NoticeError, values: NoticeValues) -> NoticeError:
	return NoticeError(problem.key, where=values.invoice_no or values.company, **problem.values)


def _show_conflict(printed: str, notice: Notice, values: NoticeValues) -> None:
	if conflict := find_conflict(printed, notice, values):
		if conflict.certain:
			frappe.local.factoring_remit_conflict = conflict.passage
		frappe.msgprint(
			_(
				"The invoice itself says “{0}”, and the notice says to pay {1}. Correct the print format or letter head."
			).format(
				frappe.utils.escape_html(conflict.passage),
				frappe.utils.escape_html(notice.remit_to.split("\n")[0] or _("somebody else")),
			),
			indicator="orange",
			alert=True,
		)
