"""Bank entries that the app drafts and a person submits: bank against clearing."""

from __future__ import annotations

from decimal import Decimal

import frappe
from frappe import _

from rts_factoring.core.model import Role
from rts_factoring.services.accounting import journal_rows


def check_bank_account(company: str, bank_account: str) -> None:
	"""Throw where an account is a group, or not one of the company."""
	account = frappe.db.get_value("Account", bank_account, ["company", "is_group"], as_dict=True)
	if not account or account.company != company or account.is_group:
		frappe.throw(_("Choose a bank account of {0}.").format(company))


def new(agreement, bank_account: str, amount: Decimal, day, *, reference: str, remark: str):
	"""A bank entry that is not inserted yet, with the dimensions of the settings; a negative amount is paid by us."""
	entry = frappe.new_doc("Journal Entry")
	entry.update(
		{
			"voucher_type": "Bank Entry",
			"company": agreement.company,
			"posting_date": day,
			"cheque_no": reference,
			"cheque_date": day,
			"user_remark": remark,
		}
	)
	clearing = journal_rows.account(agreement, Role.CLEARING)
	debit, credit = (bank_account, clearing) if amount > 0 else (clearing, bank_account)
	for row in journal_rows.two_rows(agreement, debit, credit, float(abs(amount))):
		entry.append("accounts", row)
	return entry
