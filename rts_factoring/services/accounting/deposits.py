"""RTS's payout at the bank: bank against clearing, from the import that announced it."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import flt

from rts_factoring.core.model import Event, Role
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import journal_entries
from rts_factoring.services.company import settings


def expected(report_import: str) -> dict:
	"""What RTS pays out according to an import, how much of it is recorded, and what is left; amounts as floats."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	announced = (
		frappe.qb.from_(table)
		.where((table.report_import == report_import) & (table.event != Event.DIRECT_PAYMENT.value))
		.select(Sum(table.clearing))
		.run()
	)
	payout = money(announced[0][0] or 0)
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType("Journal Entry Account")
	agreement = settings.require_any(frappe.db.get_value("Report Import", report_import, "company"))
	recorded = (
		frappe.qb.from_(row)
		.inner_join(entry)
		.on(entry.name == row.parent)
		.where(
			(entry.docstatus < 2) & (entry.cheque_no == report_import) & (entry.voucher_type == "Bank Entry")
		)
		.where(row.account == journal_entries.account(agreement, Role.CLEARING))
		.select(Sum(row.credit) - Sum(row.debit))
		.run()
	)
	done = money(recorded[0][0] or 0)
	return {"payout": float(payout), "recorded": float(done), "left": float(payout - done)}


def entries(report_import: str) -> list[str]:
	"""Bank entries, draft or submitted, that record a deposit of this import."""
	filters = {"cheque_no": report_import, "voucher_type": "Bank Entry", "docstatus": ("<", 2)}
	return frappe.get_all("Journal Entry", filters=filters, pluck="name", order_by="name")


def record(doc, bank_account: str, amount: float, day, reference: str = "") -> dict:
	"""Make a draft bank entry of the deposit. `difference` is what is still missing from the payout (negative: too much)."""
	if doc.docstatus != 1:
		frappe.throw(_("Submit the import first. Then record its deposit."))
	if money(amount) <= ZERO:
		frappe.throw(_("Enter the amount that arrived at the bank."))
	account = frappe.db.get_value(
		"Account", bank_account, ["company", "is_group", "account_type"], as_dict=True
	)
	if not account or account.company != doc.company or account.is_group:
		frappe.throw(_("Choose a bank account of {0}.").format(doc.company))
	agreement = settings.require_any(doc.company)
	left = money(expected(doc.name)["left"])
	entry = frappe.new_doc("Journal Entry")
	entry.update(
		{
			"voucher_type": "Bank Entry",
			"company": doc.company,
			"posting_date": day,
			"cheque_no": doc.name,
			"cheque_date": day,
			"user_remark": _("RTS deposit {0} for {1}").format(reference, doc.name).replace("  ", " "),
		}
	)
	for row in journal_entries.bank_rows(agreement, bank_account, flt(amount)):
		entry.append("accounts", row)
	entry.insert()
	return {"journal_entry": entry.name, "difference": float(left - money(amount))}
