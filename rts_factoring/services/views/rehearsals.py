"""A rehearsal lived through: an example company with invoices, whose factor is a sandbox on this site. Everything is made by one
call, and taken away by another.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from itertools import chain, count

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import add_days, add_to_date, getdate, now_datetime
from frappe.utils.synchronization import LockTimeoutError

from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.model import Receivable
from rts_factoring.sandbox.rehearsal import draw_page
from rts_factoring.services.accounting import posting_lock
from rts_factoring.services.batches import delivery_claim
from rts_factoring.services.common import files, locks, site_identity
from rts_factoring.services.company import accounts, rehearsal_company, removal, settings
from rts_factoring.services.company.rehearsal_company import COMPANY, CUSTOMERS, INVOICES
from rts_factoring.services.reports import inbox

ABBREVIATION = "EXRH"
WORKED_ON = ("Sales Invoice", "Factoring Batch", "Report Import")  # jobs lock these while they work on them
ROOT_DEPARTMENT = "All Departments"  # in ERPNext's words; each site has it in its own language
UNIT = "Nos"
SERIES = "EX-JV-.YYYY.-.#####"  # the rehearsal uses up no number of the real entries
SOLD = (  # customer, PO number, amount
	(CUSTOMERS[0], "PO-7101", Decimal("1850.00")),
	(CUSTOMERS[1], "PO-7102", Decimal("2410.75")),
	(CUSTOMERS[0], "PO-7103", Decimal("975.50")),
)
NOTICE = "EXAMPLE, NOT A NOTICE. Invoice {invoice} of {company} is assigned to the example factor."
REMIT_TO = "EXAMPLE FACTOR\n1 Example Street\nExample City"


# One button


def start() -> str:
	"""Make the example company with everything a first week needs; returns its name. One that is there stays as it is."""
	_hold()
	if rehearsal_company.is_marked() and settings.find(COMPANY):
		return COMPANY
	if rehearsal_company.is_marked():  # a start was cut short
		_refuse_named_by_others()
		_remove()
	_remove_folder()
	_refuse_taken_names()
	rehearsal_company.mark()
	like = _company_to_resemble()
	with print_language(_language()):
		_make_company(like)
	_make_settings()
	_make_notice()
	_make_invoices()
	frappe.clear_messages()  # advice about real notices and invoices
	return COMPANY


def fetch_reports() -> list[str]:
	"""Let the sandbox answer, and fetch what it wrote; the drafts made. Commits, as the scheduler's own fetching does."""
	_require()
	return inbox.poll(COMPANY)


def remove() -> None:
	"""Take the whole rehearsal away. Throws when something outside of it names one of its documents, or a job works on it."""
	_hold()
	if not rehearsal_company.is_marked():
		return
	posting_lock.lock(COMPANY)  # refuses while a report is being posted
	_refuse_while_sending()
	_refuse_named_by_others()
	_remove()


# What the screens show


def progress() -> dict:
	"""How far the rehearsal is: the documents made, and the next `step`. `company` is empty where there is none."""
	if not (rehearsal_company.is_marked() and settings.find(COMPANY)):
		return {"company": ""}
	batch = _newest("Factoring Batch", docstatus=("<", 2))
	purchase = _newest("Report Import", kind="Purchase", docstatus=("<", 2))
	payment = _newest("Report Import", kind="Payment", docstatus=("<", 2))
	found = {"company": COMPANY, "batch": batch, "purchase": purchase, "payment": payment}
	return found | {"step": _next_step(batch, purchase, payment)}


def _next_step(batch, purchase, payment) -> str:
	if not batch:
		return "batch"
	if batch.docstatus == 0:
		return "submit_batch"
	if batch.status != "Delivered":
		return "delivery"
	for report, name in ((purchase, "purchase"), (payment, "payment")):
		if not report:
			return f"fetch_{name}"
		if report.docstatus == 0 or report.status == "Posting":
			return f"post_{name}"
	return "tie_out"


def _newest(doctype: str, **filters) -> dict | None:
	rows = frappe.get_all(
		doctype,
		filters={"company": COMPANY, **filters},
		fields=["name", "status", "docstatus"],
		order_by="creation desc",
		limit=1,
	)
	return rows[0] if rows else None


# Alone


def _hold() -> None:
	"""Let nobody else make, remove, reach or work on the rehearsal until this transaction ends. It begins anew: what others
	committed meanwhile is seen. Throws when somebody else is at it."""
	held = ExitStack()
	try:
		held.enter_context(rehearsal_company.alone(patience=5))
	except LockTimeoutError:
		frappe.throw(
			_("The site is working on the rehearsal at this moment. Try again in a minute."),
			title=_("Try Again"),
		)
	documents = [(doctype, name) for doctype in WORKED_ON for name in _names(doctype)]
	frappe.db.rollback()  # reading fixed what this transaction sees, and a job may commit until its document is locked
	frappe.db.after_commit.add(held.close)
	frappe.db.after_rollback.add(held.close)
	for doctype, name in documents:
		locks.take(doctype, name)


def _names(doctype: str) -> list[str]:
	return frappe.get_all(doctype, filters={"company": COMPANY}, pluck="name", order_by="name", limit=0)


# Making


def _require() -> None:
	if not (rehearsal_company.is_marked() and settings.find(COMPANY)):
		frappe.throw(_("There is no rehearsal on this site. Press Start Rehearsal."), title=_("Rehearsal"))


def _refuse_taken_names() -> None:
	"""A document of somebody else under one of these names is not touched."""
	wanted = {"Company": (COMPANY,), "Customer": CUSTOMERS, "Sales Invoice": INVOICES}
	taken = [
		f"{_(doctype)} {name}"
		for doctype, names in wanted.items()
		for name in names
		if frappe.db.exists(doctype, name)
	]
	if taken:
		frappe.throw(
			_(
				"The rehearsal needs names that this site uses already: {0}. Rename or delete these first."
			).format(frappe.utils.escape_html(", ".join(taken))),
			title=_("Rehearsal"),
		)


def _company_to_resemble() -> frappe._dict:
	"""Country and currency of a company of this site. Throws on a site that is not set up for any."""
	company = frappe.db.get_single_value("Global Defaults", "default_company")
	fields = ["country", "default_currency"]
	found = frappe.db.get_value("Company", company, fields, as_dict=True) if company else None
	found = found or frappe.db.get_value("Company", {}, fields, as_dict=True, order_by="creation")
	if not found:
		frappe.throw(
			_("This site has no company yet. Finish ERPNext's own setup first."), title=_("Rehearsal")
		)
	return found


def _language() -> str:
	"""The language in which this site has ERPNext's own department: under another name ERPNext would make a second one."""
	for language in (frappe.db.get_default("lang") or "en", "en", frappe.local.lang):
		if frappe.db.exists("Department", {"department_name": _(ROOT_DEPARTMENT, language)}):
			return language
	return frappe.local.lang


def _make_company(like) -> None:
	taken = {abbr.upper() for abbr in frappe.get_all("Company", pluck="abbr")}
	numbered = (f"{ABBREVIATION}{number}" for number in count(2))
	_insert(
		"Company",
		company_name=COMPANY,
		abbr=next(text for text in chain([ABBREVIATION], numbered) if text not in taken),
		country=like.country,
		default_currency=like.default_currency,
		create_chart_of_accounts_based_on="Standard Template",
		chart_of_accounts="Standard",
	)
	parent = frappe.db.get_value("Account", {"company": COMPANY, "account_type": "Bank", "is_group": 1})
	if parent:
		values = {"account_name": "Example Bank", "account_type": "Bank", "parent_account": parent}
		_insert("Account", company=COMPANY, **values)
	for name in CUSTOMERS:
		_insert("Customer", name, customer_name=name, customer_type="Company")
	_take_part_in_year()


def _take_part_in_year() -> None:
	"""A Fiscal Year may be limited to some companies; where each one of today is, the rehearsal is added to one."""
	today = getdate()
	year = {"year_start_date": ("<=", today), "year_end_date": (">=", today), "disabled": 0}
	years = frappe.get_all("Fiscal Year", filters=year, pluck="name", order_by="name")
	if not years:
		frappe.throw(_("No Fiscal Year has the date of today. Make one first."), title=_("Rehearsal"))
	limited = frappe.get_all("Fiscal Year Company", filters={"parent": ("in", years)}, pluck="parent")
	if set(years) <= set(limited):
		row = {"parent": years[0], "parenttype": "Fiscal Year", "parentfield": "companies"}
		_insert("Fiscal Year Company", company=COMPANY, idx=limited.count(years[0]) + 1, **row)
	frappe.cache.delete_value("fiscal_years")


def _make_settings() -> None:
	doc = frappe.new_doc(settings.DOCTYPE)
	doc.update(rehearsal_company.CONNECTION)
	doc.update(
		{
			"company": COMPANY,
			"enabled": 1,
			"client_number": rehearsal_company.CLIENT_NUMBER,
			"currency": frappe.get_cached_value("Company", COMPANY, "default_currency"),
			"advance_rate": 92,
			"reserve_rate": 5,
			"fee_rate": 3,
			"default_method": "Factoring",
			"journal_naming_series": SERIES,
			"cost_center": frappe.get_cached_value("Company", COMPANY, "cost_center"),
			"request_stage": "Connected",
			"connected_on": now_datetime(),
		}
	)
	doc.update(
		{
			field.fieldname: "Desk"  # nobody is mailed about an example
			for field in doc.meta.get("fields", {"fieldtype": "Select"})
			if field.fieldname.startswith("alert_")
		}
	)
	for role, field in settings.ACCOUNT_FIELDS.items():
		doc.set(field, accounts.find_or_create(COMPANY, role, ignore_permissions=True))
	doc.append("document_kinds", {"kind": DocumentKind.POD.value, "required": 1})
	doc.insert(ignore_permissions=True)


def _make_notice() -> None:
	today = getdate()
	doc = _insert(
		"Notice of Assignment",
		company=COMPANY,
		language="en",
		valid_from=today,
		approval_date=today,
		text=NOTICE,
		remit_to=REMIT_TO,
	)
	doc.submit()


def _make_invoices() -> None:
	today = getdate()
	unit = UNIT if frappe.db.exists("UOM", UNIT) else frappe.db.get_value("UOM", {"enabled": 1})
	for name, (customer, po_no, amount) in zip(INVOICES, SOLD, strict=True):
		doc = frappe.new_doc("Sales Invoice")
		doc.update(
			{
				"company": COMPANY,
				"customer": customer,
				"po_no": po_no,
				"posting_date": today,
				"due_date": add_days(today, 30),
				"currency": frappe.get_cached_value("Company", COMPANY, "default_currency"),
				"conversion_rate": 1,
				"plc_conversion_rate": 1,
				"disable_rounded_total": 1,
				"ignore_pricing_rule": 1,
				"taxes_and_charges": None,
				"taxes": [],
			}
		)
		doc.append(
			"items",
			{
				"item_name": "Freight (Example)",
				"description": "Freight (Example)",
				"qty": 1,
				"uom": unit,
				"conversion_factor": 1,
				"rate": float(amount),
				"income_account": frappe.get_cached_value("Company", COMPANY, "default_income_account"),
				"cost_center": frappe.get_cached_value("Company", COMPANY, "cost_center"),
			},
		)
		doc.name, doc.flags.name_set = name, True
		doc.flags.ignore_permissions = doc.flags.ignore_mandatory = True
		doc.insert()
		_attach(doc, po_no, amount, today)
		doc.submit()


def _attach(doc, po_no: str, amount: Decimal, today: date) -> None:
	"""A proof of delivery that says it is an example."""
	shown = Receivable(
		invoice_no=doc.name,
		company=COMPANY,
		client_number=rehearsal_company.CLIENT_NUMBER,
		customer=doc.customer,
		invoice_date=today,
		due_date=today,
		amount=amount,
		currency=doc.currency,
		po_no=po_no,
	)
	content = draw_page(f"EXAMPLE: {DocumentKind.POD.value}", shown)
	file = files.save_private(f"POD {doc.name}.pdf", content, "Sales Invoice", doc.name)
	doc.append("factoring_documents", {"kind": DocumentKind.POD.value, "file": file.file_url})
	doc.save()


def _insert(doctype: str, name: str = "", **values):
	"""A document, under this name whatever the site's naming is."""
	doc = frappe.get_doc({"doctype": doctype, **values})
	if name:
		doc.name, doc.flags.name_set = name, True
	doc.flags.ignore_permissions = doc.flags.ignore_mandatory = True
	return doc.insert()


# Taking away


def _owned() -> removal.Documents:
	owned = removal.documents_of(COMPANY)
	customers = {name for name in CUSTOMERS if frappe.db.exists("Customer", name)}
	return owned | ({"Customer": customers} if customers else {})


def _remove() -> None:
	if not rehearsal_company.is_marked():
		return
	removal.remove(_owned())
	rehearsal_company.unmark()
	posting_lock.forget(COMPANY)
	frappe.db.after_commit.add(_remove_folder)
	site_identity.forget_mark(COMPANY)


def _remove_folder() -> None:
	shutil.rmtree(rehearsal_company.folder(), ignore_errors=True)


def _refuse_while_sending() -> None:
	"""A job that sends a batch says every few seconds that it is alive."""
	since = add_to_date(now_datetime(), seconds=-delivery_claim.LEASE)
	filters = {"company": COMPANY, "status": "Sending", "claimed_on": (">", since)}
	if names := frappe.get_all("Factoring Batch", filters=filters, pluck="name"):
		frappe.throw(
			_("The site is still sending {0}. Remove the rehearsal when it is done.").format(
				", ".join(names)
			),
			title=_("Try Again"),
		)


def _refuse_named_by_others() -> None:
	owned = _owned()
	found = removal.named_by_others(owned) if owned else []
	if not found:
		return
	lines = [f"{_(doctype)} {name}".strip() for doctype, name in found[: removal.SHOWN]]
	more = len(found) - len(lines)
	lines += [_("and {0} more").format(more)] if more > 0 else []
	frappe.throw(
		_(
			"Documents outside of the rehearsal name something of it. Change or delete these first: {0}"
		).format("<br>" + "<br>".join(frappe.utils.escape_html(line) for line in lines)),
		title=_("Rehearsal"),
	)
