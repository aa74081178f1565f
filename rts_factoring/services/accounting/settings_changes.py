"""What of a company's settings cannot change once the factoring ledger has entries: the policy, and accounts that were posted to."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.query_builder.functions import Sum

from rts_factoring.core.model import Role
from rts_factoring.services.accounting import ledger, posting_lock
from rts_factoring.services.company import settings


def validate(doc) -> None:
	"""Refuse a change of policy or accounts that contradicts the ledger."""
	if doc.is_new():
		return
	before = doc.get_doc_before_save()
	accounts = [
		role
		for role, field in settings.ACCOUNT_FIELDS.items()
		if before.get(field) not in (None, "", doc.get(field))
	]
	if before.policy != doc.policy or accounts:
		posting_lock.lock(doc.company)
	if before.policy != doc.policy:
		_refuse_policy_change(doc)
	for role in accounts:
		_refuse_account_change(doc, before, role)


def _refuse_policy_change(doc) -> None:
	"""Refuse a change of policy while invoices are open with RTS."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = frappe.qb.from_(table).where((table.company == doc.company) & table.sales_invoice.isnotnull())
	query = query.groupby(table.sales_invoice).having(Sum(table.open_change) != 0).select(table.sales_invoice)
	open_invoices = [name for (name,) in query.run()]
	if open_invoices:
		more = " " + _("and {0} more").format(len(open_invoices) - 10) if len(open_invoices) > 10 else ""
		frappe.throw(
			_(
				"The policy cannot change here while invoices are open with RTS. Make a Factoring Adjustment with the purpose Change of Policy, which restates them: {0}."
			).format(", ".join(sorted(open_invoices)[:10]) + more),
			title=_("Open Positions"),
		)


def _refuse_account_change(doc, before, role: Role) -> None:
	"""Refuse another account for a role that was posted to: the role would never tie out again."""
	field = settings.ACCOUNT_FIELDS[role]
	if _is_used(doc.company, role):
		frappe.throw(
			_(
				"{0} cannot change, because entries were posted to {1}. Rename that account, or cancel the documents that posted them first."
			).format(_(doc.meta.get_label(field)), frappe.bold(before.get(field))),
			title=_("Account"),
		)


def _is_used(company: str, role: Role) -> bool:
	"""Whether a document that was not cancelled moved this role."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = ledger.live(table).where((table.company == company) & (table[role.value] != 0))
	return bool(query.select(table.name).limit(1).run())
