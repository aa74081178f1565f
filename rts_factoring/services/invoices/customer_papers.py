"""What a customer gets from us about invoices that the factor holds, beside their prints: statements, and the portal."""

from collections.abc import Collection, Iterator
from typing import Any, TypeAlias

import frappe
from frappe import _

from rts_factoring.core.model import WITH_FACTOR
from rts_factoring.core.money import money
from rts_factoring.core.notice.printed import is_print_without_notice
from rts_factoring.services.common import files
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import notices, receivables

ByNotice: TypeAlias = dict[tuple[str, str], list[str]]  # company and notice → invoices
AT_FACTOR = tuple(sorted(state.value for state in WITH_FACTOR))
MARK = "†"
LEAVES_OUT = ("Accounts Receivable",)  # in a general ledger the balances would not add up


def held(names: Collection[str]) -> dict[str, Any]:
	"""Those of the Sales Invoices that the factor holds: company, factoring_status and factoring_notice of each."""
	return {row.name: row for part in held_parts(names) for row in part}


def held_parts(names: Collection[str]) -> Iterator[list]:
	"""The same a part at a time, in order of name."""
	for part in receivables.chunks(sorted(set(names))):
		yield frappe.get_all(
			"Sales Invoice",
			filters={"name": ("in", part), "factoring_status": ("in", AT_FACTOR)},
			fields=["name", "company", "factoring_status", "factoring_notice"],
			order_by="name",
			limit=0,
		)


def mark_statement(rows: list, ageing=None, report: str = "") -> str:
	"""Mark in place the rows of a customer's statement whose invoice the factor holds; returns who is to be paid for them, as
	HTML, once for each notice. "" when the factor holds none.

	Where the settings say so, such rows are left out of a statement of Accounts Receivable, and out of its `ageing`.
	"""
	by_name: dict[str, list] = {}
	for row in rows:
		if isinstance(row, dict) and row.get("voucher_type") == "Sales Invoice":
			by_name.setdefault(row.get("voucher_no") or "", []).append(row)
	found = held(by_name)
	if report in LEAVES_OUT and len(found) < len(by_name) and _are_left_out(found):
		_leave_out(rows, ageing, [row for name in found for row in by_name[name]])
		return ""
	for name in found:
		for row in by_name[name]:
			row["voucher_no"] = f"{name} {MARK}"
	by_notice: ByNotice = {}
	for row in found.values():
		add_to(by_notice, row)
	return whom_to_pay(by_notice)


def _are_left_out(found: dict[str, Any]) -> bool:
	companies = {row.company for row in found.values()}
	agreements = [settings.find(company) for company in companies]
	return bool(found) and all(
		agreement and agreement.statement_invoices == "Left Out" for agreement in agreements
	)


def _leave_out(rows: list, ageing, left: list) -> None:
	for row in left:
		rows.remove(row)
		for name in ("range1", "range2", "range3", "range4", "range5"):
			if ageing and ageing.get(name):
				ageing[name] -= row.get(name) or 0


def add_to(by_notice: ByNotice, row) -> None:
	"""Add an invoice that the factor holds to those of its notice."""
	by_notice.setdefault((row.company, row.factoring_notice or ""), []).append(row.name)


def whom_to_pay(by_notice: ByNotice) -> str:
	"""Who is to be paid for invoices that the factor holds, as HTML: one frame for each notice."""
	return "".join(_frame(_remit_to(names[0]), names) for names in by_notice.values())


def _remit_to(invoice: str) -> str:
	decision, values = notices.check_due(frappe.get_doc("Sales Invoice", invoice))
	if decision.notice is None:
		return ""
	return decision.notice.remit_to.replace("{client_number}", values.client_number)


def _frame(remit_to: str, names: list[str]) -> str:
	escape = frappe.utils.escape_html
	sentence = _("{0} These invoices are assigned. Pay them to the address below and not to us: {1}").format(
		MARK, ", ".join(escape(name) for name in names)
	)
	address = "<br>".join(escape(line) for line in remit_to.splitlines()) or escape(
		_("Ask us whom to pay before you pay them.")
	)
	return (
		'<div data-rts-remit style="border:1.5pt solid #000;padding:5pt 8pt;margin:6pt 0">'
		f"<div>{sentence}</div><div><b>{address}</b></div></div>"
	)


def refuse_stale_print(file) -> None:
	"""Throw when a mail about an invoice would carry a print of it from before it was factored, without its notice."""
	if file.attached_to_doctype != "Communication" or not (file.file_name or "").lower().endswith(".pdf"):
		return
	fields = ["reference_doctype", "reference_name", "sent_or_received"]
	mail = frappe.db.get_value("Communication", file.attached_to_name, fields, as_dict=True)
	if not mail or mail.reference_doctype != "Sales Invoice" or mail.sent_or_received != "Sent":
		return
	invoice = frappe.get_doc("Sales Invoice", mail.reference_name)
	decision, values = notices.check_due(invoice)
	if decision.notice is None:
		return
	amount = f"{money(invoice.rounded_total or invoice.grand_total):.2f}"
	# Frappe's Standard format has the number in its header, which some PDF engines leave out.
	signs = ((invoice.name, amount), (_("Grand Total", invoice.language), values.customer, amount))
	if is_print_without_notice(files.content(file), decision.notice, values, signs, file.file_name):
		frappe.throw(
			_(
				"{0} is a print of {1} from before it was factored, without its notice. Take it off the mail, and tick"
				" Attach Document Print for a new one."
			).format(frappe.utils.escape_html(file.file_name), invoice.name),
			title=_("Print without the Notice"),
		)


def show_on_portal(context) -> dict:
	"""The customer's page of an invoice: its notice, and no button to pay us while the factor holds it."""
	doc = context.get("doc")
	if not doc or getattr(doc, "doctype", "") != "Sales Invoice":
		return {}
	decision, _values = notices.check_due(doc)
	if not decision.due:
		return {}
	if decision.problem:
		stamp = f"<p><b>{frappe.utils.escape_html(_('Ask us whom to pay before you pay them.'))}</b></p>"
	else:
		stamp = notices.stamp_html(doc)
	doc.terms = stamp + (doc.terms or "")  # the page's only place for text; the document is not saved
	return {"show_pay_button": False, "pay_amount": 0}
