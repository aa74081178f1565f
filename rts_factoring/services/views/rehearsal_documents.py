"""The documents that a rehearsal begins with: a company like one of the site's, its settings and notice, and three invoices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import chain, count

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import add_days, getdate, now_datetime

from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.model import Receivable
from rts_factoring.sandbox.rehearsal import draw_page
from rts_factoring.services.common import files
from rts_factoring.services.company import accounts, rehearsal_company, settings
from rts_factoring.services.company.rehearsal_company import COMPANY, CUSTOMERS, INVOICES

ABBREVIATION = "EXRH"
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


def make() -> None:
	"""Throws on a site that has no company, or no fiscal year of today."""
	like = _company_to_resemble()
	with print_language(_language()):
		_make_company(like)
	_make_settings()
	_make_notice()
	_make_invoices()


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
