"""Batches that RTS has, and reports imported from files, for the bench tests."""

import io
import json
from decimal import Decimal

import frappe
import openpyxl

from rts_factoring.core.money import money
from rts_factoring.services.batches import batch_status
from rts_factoring.tests import factories
from rts_factoring.tests.factories import ACME, FIXTURES

GOLDEN = ("purchase_clean", "payment_clean", "purchase_mixed", "payment_messy")
ROLE_ACCOUNTS = {
	"clearing": "clearing_account",
	"reserve": "reserve_account",
	"fee": "fee_account",
	"charges": "charges_account",
	"advances": "advances_account",
	"cash_advances": "cash_advances_account",
	"differences": "differences_account",
	"customer_deductions": "customer_deductions_account",
}
PURCHASE_HEADER = (
	"Invoice #",
	"Customer",
	"Invoice Amount",
	"Purchase Amount",
	"Fee",
	"Reserve",
	"Net Funded",
)
PAYMENT_HEADER = (
	"Invoice #",
	"Customer",
	"Check #",
	"Payment Date",
	"Type",
	"Payment Amount",
	"Fee",
	"Reserve Released",
)


def expected(sample: str) -> dict:
	return json.loads((FIXTURES / f"{sample}.expected.json").read_text())


def sent_batch(name: str, invoices, company: str = ACME):
	"""A submitted batch under its own number whose invoices RTS has received. Nothing is committed, so nothing is sent."""
	doc = frappe.new_doc(batch_status.DOCTYPE)
	doc.update({"company": company, "batch_date": "2026-11-02"})
	for invoice in invoices:
		doc.append("invoices", {"sales_invoice": invoice})
	doc.name, doc.flags.name_set = name, True
	doc.insert()
	doc.submit()
	doc.db_set("status", batch_status.DELIVERED)
	batch_status.mark_submitted(name)
	return doc


def sent_samples() -> None:
	"""All sample invoices, and the sample batches at RTS; AF-10023 and AF-10024 were never sent."""
	factories.make_notice(factories.BLUEBIRD)
	factories.make_invoices(factories.receivables())
	for name, invoices in factories.sample_batches().items():
		sent_batch(name, invoices, factories.receivables()[invoices[0]]["company"])


def workbook(rows) -> bytes:
	book = openpyxl.Workbook()
	for row in rows:
		book.active.append(row)
	found = io.BytesIO()
	book.save(found)
	return found.getvalue()


def import_file(name: str, content: bytes, submit: bool = True, **values):
	file = frappe.get_doc(
		{"doctype": "File", "file_name": name, "is_private": 1, "content": content}
	).insert()
	doc = frappe.get_doc(
		{"doctype": "Report Import", "file": file.file_url, "company": ACME, **values}
	).insert()
	if submit:
		doc.submit()
	return frappe.get_doc("Report Import", doc.name)


def import_sample(sample: str, submit: bool = True, **values):
	return import_file(f"{sample}.xlsx", (FIXTURES / f"{sample}.xlsx").read_bytes(), submit, **values)


def import_golden(upto: str = GOLDEN[-1]) -> list:
	return [import_sample(sample) for sample in GOLDEN[: GOLDEN.index(upto) + 1]]


def purchase_rows(batch: str, *lines, client: str = "104233", day: str = "") -> bytes:
	"""Lines are invoice number, purchased, fee, reserve; the invoice amount is the sample's. `day` is that of all purchases."""
	header = (*PURCHASE_HEADER, "Purchase Date") if day else PURCHASE_HEADER
	rows = [("Purchase Report",), ("Client #:", client), ("Batch:", batch), header]
	for number, purchased, fee, reserve in lines:
		sample = factories.receivables()[number]
		net = purchased - fee - reserve
		row = (number, sample["customer"], sample["amount"], purchased, fee, reserve, net)
		rows.append((*row, day) if day else row)
	return workbook(rows)


def payment_rows(period: str, *lines) -> bytes:
	"""Lines are invoice number (or None), check, day, type, amount, and optionally fee and reserve released."""
	rows = [(f"Payment Report {period}",), ("Client #:", "104233"), PAYMENT_HEADER]
	for number, check, day, kind, amount, *rest in lines:
		fee, released = [*rest, None, None][:2]
		customer = factories.receivables()[number]["customer"] if number else None
		rows.append((number, customer, check, day, kind, amount, fee, released))
	return workbook(rows)


def lines(doc, *fields) -> list:
	return frappe.get_all(
		"Report Import Line",
		filters={"report_import": doc.name},
		fields=list(fields) or ["row_no", "sales_invoice", "invoice_no", "outcome", "reason", "posted"],
		order_by="row_no",
		limit=0,
	)


def journal(doc, role: str) -> tuple[Decimal, Decimal]:
	"""Debit and credit on a role's account by the journal entries of one import. The receivable is what names an invoice."""
	gl, entry = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Journal Entry")
	query = (
		frappe.qb.from_(gl)
		.inner_join(entry)
		.on(entry.name == gl.voucher_no)
		.where((entry.factoring_report_import == doc.name) & (gl.is_cancelled == 0))
		.select(gl.debit, gl.credit)
	)
	if role in ROLE_ACCOUNTS:
		account = frappe.db.get_value(
			factories.settings.DOCTYPE, {"company": doc.company}, ROLE_ACCOUNTS[role]
		)
		query = query.where(gl.account == account)
	elif role == "receivable":
		query = query.where(gl.against_voucher_type == "Sales Invoice")
	else:
		query = query.where((gl.party_type == "Customer") & gl.against_voucher.isnull())
	rows = query.run()
	return money(sum(row[0] for row in rows)), money(sum(row[1] for row in rows))


def books(company: str = ACME) -> dict:
	"""Everything an import may change: account balances, and what each invoice owes and is."""
	gl = frappe.qb.DocType("GL Entry")
	balances: dict = {}
	for account, debit, credit in (
		frappe.qb.from_(gl)
		.where((gl.company == company) & (gl.is_cancelled == 0))
		.select(gl.account, gl.debit, gl.credit)
		.run()
	):
		balances[account] = balances.get(account, 0) + money(debit) - money(credit)
	invoices = frappe.get_all(
		"Sales Invoice",
		filters={"company": company},
		fields=["name", "outstanding_amount", "status", "factoring_status", "factoring_batch"],
		order_by="name",
		limit=0,
	)
	return {
		"balances": {account: balance for account, balance in balances.items() if balance},
		"invoices": [tuple(row.values()) for row in invoices],
	}


def aging(*rows: tuple[str, float], day: str = "11/30/2026") -> bytes:
	"""RTS's list of open invoices as of a day; each row is an invoice and what is open of it."""
	header = ("Invoice #", "Customer", "Purchase Date", "Open Balance")
	lines = [(number, "Ridgeline Foods Inc", "11/02/2026", balance) for number, balance in rows]
	return workbook([(f"Aging as of {day}",), ("Client #:", "104233"), header, *lines])


def reserve_statement(*rows: tuple, day: str = "11/30/2026") -> bytes:
	"""RTS's statement of the reserve; each row is date, type, invoice, description, amount and balance."""
	header = ("Date", "Type", "Invoice #", "Description", "Amount", "Balance")
	return workbook([(f"Reserve Statement as of {day}",), ("Client #:", "104233"), header, *rows])
