"""Two small carriers for the bench tests: companies, debtors, invoices AF-10001… as in tests/fixtures.

The companies and masters are made once and stay on the site; `wipe` removes what a test posted.
"""

import csv
import json
from functools import cache
from pathlib import Path

import frappe
from frappe.realtime import clear_realtime_log
from frappe.utils import getdate
from frappe.utils.background_jobs import get_queues

import rts_factoring
from rts_factoring.services.accounting import protection
from rts_factoring.services.common import site_identity
from rts_factoring.services.company import accounts, settings

FIXTURES = Path(rts_factoring.__file__).resolve().parent.parent / "tests" / "fixtures"
ACME, BLUEBIRD = "Acme Freight LLC", "Bluebird Logistics Inc"
COMPANIES = {ACME: ("AFL", "104233"), BLUEBIRD: ("BLI", "104871")}
YEAR = "2026"
ITEM = "Freight"
PRICES = "Freight Rates"
POSTED = ("GL Entry", "Payment Ledger Entry", "Journal Entry", "Payment Entry", "Sales Invoice")
OURS = ("Factoring Ledger Entry", "Report Import Line", "Report Import", "Factoring Batch", "Factoring Log")
OURS += (
	"Factoring Daily Total",
	"Factoring Adjustment",
	"Factoring Close",
	"Received Report",
	"Notice of Assignment",
	"Report Layout",
	"Schedule Layout",
)


@cache
def receivables() -> dict[str, dict]:
	with (FIXTURES / "receivables.csv").open(newline="") as lines:
		return {row["invoice_no"]: row for row in csv.DictReader(lines)}


@cache
def sample_batches() -> dict[str, list[str]]:
	"""Batch name of the samples → its invoices."""
	data = json.loads((FIXTURES / "batches.json").read_text())
	return {name: batch["invoices"] for name, batch in data.items()}


def ensure_companies() -> None:
	"""Masters of both companies; commits, and does nothing the second time."""
	frappe.set_user("Administrator")
	if not frappe.db.exists("Customer Group", "All Customer Groups"):
		from erpnext.setup.setup_wizard.operations.install_fixtures import install

		install("United States")
	_ensure_fiscal_year()
	for company, (abbr, _number) in COMPANIES.items():
		if not frappe.db.exists("Company", company):
			_insert(
				"Company", company_name=company, abbr=abbr, country="United States", default_currency="USD"
			)
	if not frappe.db.exists("Item", ITEM):
		_insert("Item", item_code=ITEM, item_group="Services", stock_uom="Nos", is_stock_item=0)
	if not frappe.db.exists("Price List", PRICES):
		_insert("Price List", price_list_name=PRICES, currency="USD", selling=1)
	for row in receivables().values():
		if not frappe.db.exists("Customer", row["customer"]):
			_insert(
				"Customer",
				customer_name=row["customer"],
				customer_type="Company",
				customer_group="Commercial",
				territory="All Territories",
				mc_number=row["customer_mc"],
			)
	for company in COMPANIES:
		make_settings(company)
	frappe.db.commit()


def make_settings(company: str, **values):
	"""The company's settings as the tests begin with, changed by `values`; connection and automation are off."""
	if name := frappe.db.get_value(settings.DOCTYPE, {"company": company}):
		doc = frappe.get_doc(settings.DOCTYPE, name)
	else:
		doc = frappe.new_doc(settings.DOCTYPE)
		doc.company = company
	for field in doc.meta.fields:
		if field.default is not None and field.fieldtype not in ("Table",) and field.fieldname != "company":
			doc.set(field.fieldname, field.default)
	doc.update(
		{
			"enabled": 1,
			"client_number": COMPANIES[company][1],
			"currency": "USD",
			"advance_rate": 92,
			"reserve_rate": 5,
			"fee_rate": 3,
			"host": "",
			"username": "",
			"password": "",
			"remote_folder": "",
			"host_key_fingerprint": "",
			"schedule_layout": None,
			"purchase_report_layout": None,
			"payment_report_layout": None,
			"document_kinds": [],
			"auto_submit": "Never",
			"auto_submit_time": None,
			"last_auto_submit": None,
			"inbox_folder": "",
			"report_email_account": None,
			"report_senders": "rts.test",
			"mail_server_name": "",
		}
		| values
	)
	doc.save()
	doc.db_set("confirmed_site", site_identity.identity())
	accounts.create_missing(company)
	return frappe.get_doc(settings.DOCTYPE, doc.name)


def make_notice(company: str, text: str = "PAY TO THE FACTOR. {invoice} of {company} is assigned."):
	notice = frappe.get_doc(
		{
			"doctype": "Notice of Assignment",
			"company": company,
			"language": "en",
			"valid_from": f"{YEAR}-01-01",
			"text": text,
			"remit_to": "The Factor\nPO Box 1\nDallas TX",
			"approval_date": f"{YEAR}-01-01",
		}
	)
	notice.insert()
	notice.submit()
	return notice


def make_invoice(number: str, submit: bool = True, **values):
	"""A Sales Invoice of the samples under its own number; for other numbers all values are given."""
	row = receivables().get(number, {})
	amount = values.pop("amount", row.get("amount"))
	doc = frappe.get_doc(
		{
			"doctype": "Sales Invoice",
			"company": row.get("company", ACME),
			"customer": row.get("customer"),
			"po_no": row.get("po_no"),
			"set_posting_time": 1,
			"posting_date": row.get("invoice_date"),
			"due_date": row.get("due_date"),
			"currency": "USD",
			"conversion_rate": 1,
			"selling_price_list": PRICES,
			"price_list_currency": "USD",
			"plc_conversion_rate": 1,
			"disable_rounded_total": 1,
			"taxes_and_charges": None,
			"factoring_documents": [],
			**values,
		}
	)
	doc.due_date = max(getdate(doc.due_date or doc.posting_date), getdate(doc.posting_date))
	doc.append("items", {"item_code": ITEM, "qty": 1, "rate": float(amount)})
	doc.name, doc.flags.name_set = number, True
	doc.insert()
	if submit:
		doc.submit()
	return doc


def make_credit_note(invoice: str, amount: float | None = None, own_balance: bool = True):
	"""Submitted, over a part of the invoice or all of it. Without a balance of its own it lowers what the invoice owes."""
	from erpnext.controllers.sales_and_purchase_return import make_return_doc

	note = make_return_doc("Sales Invoice", invoice)
	day = frappe.db.get_value("Sales Invoice", invoice, "posting_date")
	note.update({"set_posting_time": 1, "posting_date": day, "due_date": None})
	if amount:
		note.items[0].update({"qty": -1, "rate": amount})
	note.update_outstanding_for_self = int(own_balance)
	note.insert()
	note.submit()
	return note


def settle_by_journal(invoice: str, amount: float, account: str = ""):
	"""A journal entry that takes `amount` off the invoice, as the posting of a sold one does; against any asset, or `account`."""
	doc = frappe.get_doc("Sales Invoice", invoice)
	other = {"company": doc.company, "account_type": "", "root_type": "Asset", "is_group": 0}
	entry = frappe.get_doc(
		{"doctype": "Journal Entry", "company": doc.company, "posting_date": doc.posting_date}
	)
	party = {"account": doc.debit_to, "party_type": "Customer", "party": doc.customer}
	names = {"reference_type": "Sales Invoice", "reference_name": invoice}
	entry.append("accounts", {**party, **names, "credit_in_account_currency": amount})
	entry.append(
		"accounts",
		{"account": account or frappe.db.get_value("Account", other), "debit_in_account_currency": amount},
	)
	entry.insert()
	with protection.own_posting():
		entry.submit()
	return entry


def make_user(email: str, *roles: str, **values) -> str:
	"""A user with these roles and no mail; one that exists gets back what an uninstall took from it."""
	if not frappe.db.exists("User", email):
		user = frappe.get_doc({"doctype": "User", "email": email, "send_welcome_email": 0, "language": "en"})
		user.update({"first_name": email.partition("@")[0].title()} | values)
		user.flags.no_welcome_mail = True
		user.insert(ignore_permissions=True)
	user = frappe.get_doc("User", email)
	user.set("roles", [{"role": role} for role in roles])
	user.save(ignore_permissions=True)
	return email


def forget_user(user: str) -> None:
	"""Delete a user with what hangs on it, and commit."""
	frappe.db.rollback()
	for doctype, field in (("Notification Log", "for_user"), ("User Permission", "user")):
		frappe.db.delete(doctype, {field: user})
	frappe.delete_doc("User", user, force=True)
	frappe.db.commit()


def disable(customer: str, disabled: bool) -> None:
	frappe.db.set_value("Customer", customer, "disabled", int(disabled))
	frappe.clear_document_cache("Customer", customer)


def upload(path: str, attached_to: str | None = None) -> str:
	"""A private file of tests/fixtures as a user uploads it; its address."""
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": Path(path).name,
			"is_private": 1,
			"content": (FIXTURES / path).read_bytes(),
			"attached_to_doctype": "Sales Invoice" if attached_to else None,
			"attached_to_name": attached_to,
		}
	)
	return file.insert().file_url


def make_invoices(numbers) -> list:
	return [make_invoice(number) for number in numbers]


def wipe() -> None:
	"""Delete every posted document of both companies and the jobs about them, and commit."""
	frappe.db.rollback()
	frappe.set_user("Administrator")
	for doctype in (*POSTED, *OURS):
		names = frappe.get_all(doctype, filters={"company": ("in", list(COMPANIES))}, pluck="name")
		if not names:
			continue
		for table in frappe.get_meta(doctype).get_table_fields():
			frappe.db.delete(table.options, {"parent": ("in", names), "parenttype": doctype})
		for file in frappe.get_all(
			"File", {"attached_to_doctype": doctype, "attached_to_name": ("in", names)}
		):
			frappe.delete_doc("File", file.name, force=True, ignore_permissions=True)
		frappe.db.delete("Version", {"ref_doctype": doctype, "docname": ("in", names)})
		frappe.db.delete("Comment", {"reference_doctype": doctype, "reference_name": ("in", names)})
		frappe.db.delete(doctype, {"name": ("in", names)})
		for name in names:
			frappe.clear_document_cache(doctype, name)
	frappe.db.commit()
	for company in COMPANIES:
		site_identity.forget_mark(company)
	forget_queued_jobs()


def forget_queued_jobs() -> None:
	"""Jobs that earlier tests queued are about documents that are gone. Those of other sites stay."""
	for queue in get_queues():
		for job in queue.jobs:
			if job.id.startswith(frappe.local.site):
				job.delete()  # taken off the queue alone, it would count as queued for ever


def forget_jobs() -> None:
	"""What would follow the next commit is dropped: no worker takes part. Events too, or later ones would wait for a
	flush that never comes."""
	frappe.db.after_commit.reset()
	clear_realtime_log()


def commit_without_jobs() -> None:
	forget_jobs()
	frappe.db.commit()


def state(invoice: str) -> str:
	return frappe.db.get_value("Sales Invoice", invoice, "factoring_status")


def _ensure_fiscal_year() -> None:
	if not frappe.db.exists("Fiscal Year", YEAR):
		_insert("Fiscal Year", year=YEAR, year_start_date=f"{YEAR}-01-01", year_end_date=f"{YEAR}-12-31")


def _insert(doctype: str, **values):
	return frappe.get_doc({"doctype": doctype, **values}).insert()


def bank_account() -> str:
	name = frappe.db.get_value("Account", {"company": ACME, "account_name": "Test Bank"})
	if name:
		return name
	parent = frappe.db.get_value("Account", {"company": ACME, "account_type": "Bank", "is_group": 1})
	values = {"account_name": "Test Bank", "company": ACME, "parent_account": parent, "account_type": "Bank"}
	return frappe.get_doc({"doctype": "Account", **values}).insert().name
