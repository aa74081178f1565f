"""Two months with RTS, and a close of each: what tests of month ends begin with."""

import io

import frappe
import openpyxl

from rts_factoring.core.money import money, text
from rts_factoring.tests import factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.months_case import TwoMonthsCase
from rts_factoring.tests.two_months import OCTOBER, SEPTEMBER

STATED = {
	SEPTEMBER: {"rts_reserve": 125, "rts_open": 2500},
	OCTOBER: {"rts_reserve": -435, "rts_open": 800},
}
MONTH_END = {
	"prepaid_discount_account": ("Prepaid Discount", "Asset"),
	"accrued_fees_account": ("Accrued Factoring Fees", "Liability"),
	"recourse_loss_account": ("Loss on Receivables Sold", "Expense"),
	"recourse_obligation_account": ("Recourse Obligation", "Liability"),
}


class CloseCase(TwoMonthsCase):
	def close(self, day: str = SEPTEMBER, submit: bool = False, **values):
		values = (
			{"rts_reserve_source": "statement, page 1", "rts_open_source": "aging"} | STATED[day] | values
		)
		doc = frappe.get_doc({"doctype": "Factoring Close", "company": ACME, "month_end": day, **values})
		doc.insert()
		if submit:
			doc.submit()
		return doc

	def open_points(self, doc) -> dict[str, str]:
		return {row.key: row.detail for row in doc.checklist if not row.is_done}

	def with_accounts(self, **values):
		return self.agreement(**{field: account(*named) for field, named in MONTH_END.items()} | values)

	def proposed(self, doc) -> dict[str, str]:
		return {row.kind: text(money(row.amount)) for row in doc.entries}


def account(name: str, root_type: str) -> str:
	found = frappe.db.get_value("Account", {"company": ACME, "account_name": name})
	if found:
		return found
	beside = "fee_account" if root_type == "Expense" else "advances_account"
	beside = "reserve_account" if root_type == "Asset" else beside
	parent = frappe.db.get_value(
		"Account", frappe.db.get_value(factories.settings.DOCTYPE, ACME, beside), "parent_account"
	)
	values = {"account_name": name, "company": ACME, "parent_account": parent, "root_type": root_type}
	return frappe.get_doc({"doctype": "Account", "account_currency": "USD", **values}).insert().name


def sheets(content: bytes) -> dict[str, list[dict]]:
	book = openpyxl.load_workbook(io.BytesIO(content))
	found = {}
	for sheet in book:
		labels, *rows = sheet.iter_rows(values_only=True)
		found[sheet.title] = [dict(zip(labels, row, strict=True)) for row in rows]
	return found
