"""What customers still owe of invoices that RTS has closed after a short pay: billed, credited or written off, many at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal

import frappe
from erpnext.accounts.doctype.payment_request.payment_request import make_payment_request
from erpnext.controllers.sales_and_purchase_return import make_return_doc
from frappe import _
from frappe.utils import escape_html, getdate, nowdate

from rts_factoring.core.model import Event, InvoiceState, Policy
from rts_factoring.core.money import money
from rts_factoring.core.reconciliation.posting_matrix import Effect
from rts_factoring.services.accounting import posting_lock
from rts_factoring.services.common.errors import plain_text
from rts_factoring.services.company import settings
from rts_factoring.services.reports import posting, progress

DRAFTS = {"bill": "Payment Request", "credit": "Sales Invoice"}


def rests(invoices: Collection[str], for_update: bool = False) -> dict[str, Decimal]:
	"""Of these invoices those that RTS has settled, and what their customers still owe of them."""
	if not invoices:
		return {}
	invoice = frappe.qb.DocType("Sales Invoice")
	query = (
		frappe.qb.from_(invoice)
		.where(invoice.name.isin(list(invoices)) & (invoice.docstatus == 1))
		.where((invoice.factoring_status == InvoiceState.COMPLETED.value) & (invoice.outstanding_amount > 0))
		.select(invoice.name, invoice.outstanding_amount)
	)
	rows = (query.for_update() if for_update else query).run()
	return {name: money(amount) for name, amount in rows}


def settle(name: str, rows: list[int], action: str, reason: str = "") -> dict:
	"""Bill, credit or write off the rests of some posted rows of an import.

	`bill` makes a draft Payment Request and `credit` a draft credit note for each invoice; `write_off` posts the rests to
	Customer Deductions, and cancelling the import undoes that. Returns `made`, the documents or invoices, and `refused`,
	the reason of each invoice for which nothing was made.
	"""
	doc = frappe.get_doc("Report Import", name)
	lines = frappe.get_all(
		"Report Import Line",
		filters={"report_import": name, "row_no": ("in", rows), "posted": 1, "sales_invoice": ("is", "set")},
		fields=["row_no", "sales_invoice"],
		order_by="row_no",
		limit=0,
	)
	if action == "write_off":
		return _write_off(doc, lines, reason.strip())
	owed = rests({line.sales_invoice for line in lines})
	if not owed:
		frappe.throw(_nothing_left())
	if action not in DRAFTS:
		frappe.throw(_("{0} is not an action. Use bill, credit or write_off.").format(escape_html(action)))
	make: Callable[[str, Decimal], str] = {"bill": _bill, "credit": _credit}[action]
	made, refused = [], {}
	for invoice, amount in owed.items():
		frappe.db.savepoint("short_paid_rest")
		try:
			made.append(make(invoice, amount))
		except frappe.ValidationError as error:
			frappe.db.rollback(save_point="short_paid_rest")
			frappe.clear_last_message()
			refused[invoice] = plain_text(error)
	return {"doctype": DRAFTS[action], "made": made, "refused": refused}


def _write_off(doc, lines, reason: str) -> dict:
	if doc.docstatus != 1:
		frappe.throw(_("Only rests of a posted report can be written off."))
	if not reason:
		frappe.throw(_("Say why the rests are written off."))
	posting_lock.lock(doc.company)
	owed = rests({line.sales_invoice for line in lines}, for_update=True)
	if not owed:
		frappe.throw(_nothing_left())
	today, effects = getdate(nowdate()), []
	for line in lines:
		if amount := owed.get(line.sales_invoice):
			amounts = {"amount": amount}
			effects.append(
				(
					line.row_no,
					Effect(Event.REST_WRITTEN_OFF, amounts, line.sales_invoice, line.row_no, today),
				)
			)
			del owed[line.sales_invoice]  # an invoice may have several rows
	policy = Policy(settings.require_any(doc.company).policy.lower())
	posting.write_effects(doc, policy, effects)
	made = [effect.invoice_no or "" for _row, effect in effects]
	total = sum(effect.amounts["amount"] for _row, effect in effects)
	doc.add_comment(
		"Info",
		_("Written off {0} for {1}: {2}").format(
			frappe.utils.fmt_money(total, currency=doc.currency),
			", ".join(made),
			frappe.utils.escape_html(reason),
		),
	)
	progress.notify(doc)
	return {"doctype": "Sales Invoice", "made": made, "refused": {}}


def _nothing_left() -> str:
	return _(
		"None of the chosen rows has a rest. A rest is what a customer still owes after RTS has closed the invoice."
	)


def _bill(invoice: str, amount: Decimal) -> str:
	doc = frappe.get_doc("Sales Invoice", invoice)
	request = make_payment_request(
		dt="Sales Invoice",
		dn=invoice,
		party_type="Customer",
		party=doc.customer,
		recipient_id=doc.contact_email or "",
		mute_email=1,
		submit_doc=0,
		return_doc=1,
	)
	return request.name


def _credit(invoice: str, amount: Decimal) -> str:
	"""A draft credit note of one line over the rest."""
	note = make_return_doc("Sales Invoice", invoice)
	line = note.items[0]
	line.update(
		{"qty": -1, "rate": float(amount), "price_list_rate": float(amount), "discount_percentage": 0}
	)
	note.items = [line]
	note.taxes = []
	note.update({"taxes_and_charges": None, "discount_amount": 0, "additional_discount_percentage": 0})
	note.update({"update_outstanding_for_self": 0, "factoring_documents": []})
	# ERPNext compares these with what the invoice owes before it adds them up anew.
	note.update({"grand_total": -float(amount), "rounded_total": -float(amount)})
	note.insert()
	return note.name
