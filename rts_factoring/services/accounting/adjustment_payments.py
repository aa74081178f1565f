"""The money of a Factoring Adjustment at the bank: paid to RTS by wire, or received from it."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import bank_entry_drafts, ledger, payout_balances, sources
from rts_factoring.services.accounting.payout_balances import TABLE
from rts_factoring.services.accounting.sources import ADJUSTMENT, Source
from rts_factoring.services.common import locks
from rts_factoring.services.company import settings


def bank_entries(name: str, for_update: bool = False) -> list[str]:
	"""Bank entries, draft or submitted, that record the payment of an adjustment. A locking read sees what was committed last."""
	return payout_balances.entries(name, sources.ADJUSTMENT, for_update)


def record_payment(doc, bank_account: str, day, reference: str = "") -> str:
	"""Make a draft bank entry of what a submitted adjustment left on clearing: paid to RTS, or received from it."""
	if doc.docstatus != 1:
		frappe.throw(_("Submit the adjustment first. Then record its payment."))
	if corrected := sources.corrections(doc.company).get(doc.name):
		frappe.throw(
			_("This adjustment corrects the payout of {0}. Record the deposit there.").format(
				get_link_to_form(sources.IMPORT, corrected)
			)
		)
	locks.take(ADJUSTMENT, doc.name)
	if recorded := bank_entries(doc.name, for_update=True):
		frappe.throw(
			_("The payment is recorded already: {0}.").format(get_link_to_form("Journal Entry", recorded[0]))
		)
	bank_entry_drafts.check_bank_account(doc.company, bank_account)
	amount = sum(
		(money(row.clearing) for row in ledger.entries_of(Source(ADJUSTMENT, doc.name, doc.company))), ZERO
	)
	if not amount:
		frappe.throw(_("This adjustment moves no money between RTS and the bank."))
	direction = _("Payment of RTS") if amount > 0 else _("Payment to RTS")
	entry = bank_entry_drafts.new(
		settings.require_any(doc.company),
		bank_account,
		amount,
		day,
		reference=reference or doc.name,
		remark=f"{direction} {reference} {doc.name}".replace("  ", " "),
	)
	entry.append(TABLE, {"factoring_adjustment": doc.name, "amount": float(amount)})
	entry.insert()
	return entry.name
