"""September and October of a small carrier, posted through the app: what the tests of month ends look back at.

| | 30 September | 31 October |
|---|---|---|
| open with RTS | CL-2 2,000 and CL-3 500 | CL-4 800 |
| reserve | 125 | -435 |
| clearing | 50 under way | 100 under way |
"""

import frappe

from rts_factoring.services.accounting import deposits
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, bank_account

CUSTOMER = "Ridgeline Foods Inc"
SEPTEMBER, OCTOBER = "2026-09-30", "2026-10-31"
INVOICES = {
	"CL-1": (1000, "2026-08-20", "2026-09-19"),
	"CL-2": (2000, "2026-09-01", "2026-10-01"),
	"CL-3": (500, "2026-09-10", "2026-10-10"),
	"CL-4": (800, "2026-09-25", "2026-10-25"),
}
HEADER = (*report_factories.PURCHASE_HEADER, "Purchase Date")


def make_invoices() -> None:
	for name, (amount, day, due) in INVOICES.items():
		factories.receivables()[name] = {"customer": CUSTOMER, "amount": str(amount)}
		values = {"posting_date": day, "due_date": due, "amount": amount, "po_no": f"PO{name}"}
		factories.make_invoice(name, company=ACME, customer=CUSTOMER, **values)


def september() -> dict[str, object]:
	"""Two invoices stay open; what was released on the 25th is not at the bank yet."""
	report_factories.sent_batch("CB-1", ["CL-1", "CL-2", "CL-3"])
	bought = purchase(
		"CB-1", "09/12/2026", ("CL-1", 1000, 30, 50), ("CL-2", 2000, 60, 100), ("CL-3", 500, 15, 25)
	)
	deposit(bought, 3220, "2026-09-14")
	rows = [("CL-1", "1", "09/25/2026", "Payment", 1000, None, 50)]
	paid = payment("09/14/2026 - 09/27/2026", *rows)
	return {"bought": bought, "paid": paid}


def october() -> dict[str, object]:
	"""CL-2 is paid in two parts, CL-3 charged back, CL-4 bought. A bank line without a reference brings September's 50."""
	report_factories.sent_batch("CB-2", ["CL-4"])
	bought = purchase("CB-2", "10/02/2026", ("CL-4", 800, 24, 40))
	deposit(bought, 736, "2026-10-05")
	bank_line(50, "2026-10-06")
	first = payment(
		"09/28/2026 - 10/11/2026",
		("CL-2", "2", "10/05/2026", "Partial Payment", 500),
		("CL-3", "3", "10/10/2026", "Chargeback", -500),
	)
	wrong = payment("10/12/2026 - 10/31/2026", ("CL-2", "4", "10/20/2026", "Partial Payment", 700))
	wrong.cancel()
	second = payment("10/12/2026 - 10/31/2026", ("CL-2", "5", "10/20/2026", "Payment", 1500, None, 100))
	return {"bought": bought, "first": first, "wrong": wrong, "second": second}


def purchase(batch: str, day: str, *lines):
	rows = [("Purchase Report",), ("Client #:", "104233"), ("Batch:", batch), HEADER]
	for name, purchased, fee, reserve in lines:
		net = purchased - fee - reserve
		rows.append((name, CUSTOMER, INVOICES[name][0], purchased, fee, reserve, net, day))
	return report_factories.import_file(f"{batch}.xlsx", report_factories.workbook(rows))


def payment(period: str, *rows):
	number = frappe.db.count("Report Import")
	return report_factories.import_file(f"paid-{number}.xlsx", report_factories.payment_rows(period, *rows))


def deposit(report, amount: float, day: str) -> str:
	name = deposits.record(report, bank_account(), amount, day, "ACH")["journal_entry"]
	frappe.get_doc("Journal Entry", name).submit()
	return name


def bank_line(amount: float, day: str) -> str:
	"""As ERPNext's bank reconciliation books it: bank against clearing, and nothing says for which report."""
	clearing = frappe.db.get_value(factories.settings.DOCTYPE, ACME, "clearing_account")
	return entry(bank_account(), clearing, amount, day, "Bank Entry", cheque_no="BANK-77", cheque_date=day)


def entry(debit: str, credit: str, amount: float, day: str, kind: str = "Journal Entry", **values) -> str:
	doc = frappe.get_doc(
		{"doctype": "Journal Entry", "voucher_type": kind, "company": ACME, "posting_date": day, **values}
	)
	cost_center = frappe.get_cached_value("Company", ACME, "cost_center")
	for account, side in ((debit, "debit"), (credit, "credit")):
		row = {"account": account, f"{side}_in_account_currency": amount, "cost_center": cost_center}
		doc.append("accounts", row)
	doc.insert()
	doc.submit()
	return doc.name
