"""Sales Invoices as the core's receivables, many at a time."""

from collections.abc import Collection, Iterable, Iterator
from sys import intern
from typing import TypeVar

import frappe
from frappe.query_builder.functions import Sum
from frappe.utils import flt

from rts_factoring.core.model import CustomerStanding, InvoiceStanding, Receivable
from rts_factoring.core.money import money_or_zero

T = TypeVar("T")
CHUNK = 190  # names in one IN list: MariaDB looks up to 199 up to choose its plan; of more it guesses, and may scan
LOCK_CHUNK = 100  # names in one that locks: so few that the database looks each up, and locks no other row
STANDING = {0: InvoiceStanding.DRAFT, 1: InvoiceStanding.OPEN, 2: InvoiceStanding.CANCELLED}


def load(names: Collection[str]) -> dict[str, Receivable]:
	"""Name → receivable. The debtor has the factor's name for it."""
	return {row.name: to_receivable(row) for row in rows(names)}


def rows(names: Collection[str], for_update: bool = False, company: str = "") -> list:
	"""The columns that the factoring services read, in order of name. `for_update` locks the invoices and reads the latest.
	With `company` only invoices of it are looked for."""
	return [row for part in row_parts(names, for_update, company) for row in part]


def row_parts(names: Collection[str], for_update: bool = False, company: str = "") -> Iterator[list]:
	"""The same a part at a time: of 100,000 invoices the rows would take 300 MB."""
	invoice = frappe.qb.DocType("Sales Invoice")
	for part in chunks(sorted(set(names))):
		locked = lock(part) if for_update else {}
		query = _query().where(invoice.name.isin(part))
		query = query.where(invoice.company == company) if company else query
		found = query.run(as_dict=True)
		for row in found:
			row.update(locked.get(row.name, {}))
		yield _with_credits(found)


def credited(names: Collection[str]) -> dict[str, float]:
	"""Name → the amount credited by submitted credit notes, for invoices that have any.

	ERPNext's status `Credit Note Issued` is no help: a partial credit note sets it too, once the rest is paid.
	"""
	note = frappe.qb.DocType("Sales Invoice")
	totals: dict[str, float] = {}
	for part in chunks(names):
		query = (
			frappe.qb.from_(note)
			.select(note.return_against, Sum(note.grand_total))
			.groupby(note.return_against)
		)
		query = query.where((note.docstatus == 1) & (note.is_return == 1) & note.return_against.isin(part))
		totals |= {name: -flt(total) for name, total in query.run()}
	return totals


def is_credited_in_full(grand_total, taken_back) -> bool:
	return bool(taken_back) and flt(taken_back) > 0 and flt(taken_back) >= flt(grand_total)


def _with_credits(invoices: list) -> list:
	"""The rows, each with what was credited of it."""
	taken_back = credited([row.name for row in invoices])
	for row in invoices:
		row.credited = taken_back.get(row.name, 0)
	return invoices


def _query():
	invoice, customer = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("Customer")
	settings = frappe.qb.DocType("Subsidiary Factoring Settings")
	return (
		frappe.qb.from_(invoice)
		.left_join(customer)
		.on(customer.name == invoice.customer)
		.left_join(settings)
		.on(settings.company == invoice.company)
		.orderby(invoice.name)
		.select(
			invoice.name,
			invoice.company,
			invoice.customer,
			invoice.customer_name,
			invoice.posting_date,
			invoice.due_date,
			invoice.grand_total,
			invoice.rounded_total,
			invoice.outstanding_amount,
			invoice.currency,
			invoice.party_account_currency,
			invoice.docstatus,
			invoice.status,
			invoice.is_return,
			invoice.po_no,
			invoice.language,
			invoice.factoring_load_no,
			invoice.factoring_method,
			invoice.factoring_status,
			invoice.factoring_reasons,
			invoice.factoring_batch,
			customer.mc_number,
			customer.factoring_debtor_name,
			customer.factoring_debtor_code,
			customer.factoring_excluded,
			customer.disabled,
			customer.is_frozen,
			customer.factoring_method.as_("customer_method"),
			settings.client_number,
		)
	)


def to_receivable(row) -> Receivable:
	returned = is_credited_in_full(row.grand_total, row.credited)
	return Receivable(
		invoice_no=row.name,
		company=intern(row.company),  # many invoices share these texts: one in memory is enough
		customer=intern(row.factoring_debtor_name or row.customer_name or row.customer or ""),
		amount=money_or_zero(row.rounded_total or row.grand_total),
		invoice_date=row.posting_date,
		client_number=intern(row.client_number or ""),
		customer_mc=intern(row.mc_number or ""),
		customer_code=intern(row.factoring_debtor_code or ""),
		po_no=row.po_no or "",
		load_no=row.factoring_load_no or "",
		due_date=row.due_date,
		outstanding=money_or_zero(row.outstanding_amount),
		standing=InvoiceStanding.RETURNED if returned else STANDING[row.docstatus],
		currency=intern(row.currency or ""),
		customer_standing=_customer_standing(row),
	)


def _customer_standing(row) -> CustomerStanding:
	"""Whether ERPNext would refuse an entry that names the customer. Some users may post to frozen customers."""
	if row.disabled:
		return CustomerStanding.DISABLED
	if not row.is_frozen:
		return CustomerStanding.OPEN
	if frappe.get_meta("Company").has_field("role_allowed_for_frozen_entries"):  # ERPNext 16
		role = frappe.get_cached_value("Company", row.company, "role_allowed_for_frozen_entries")
	else:
		role = frappe.db.get_single_value("Accounts Settings", "frozen_accounts_modifier")
	return CustomerStanding.OPEN if role in frappe.get_roles() else CustomerStanding.FROZEN


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
	"""The items in lists short enough for an IN of a query."""
	listed = list(items)
	for start in range(0, len(listed), size):
		yield listed[start : start + size]


def lock(names: list[str]) -> dict[str, dict]:
	"""Lock the invoices in order of name, so that two batches cannot deadlock; returns the columns that may have changed.

	A locking read sees the latest commit. A plain one stays in the transaction's snapshot.
	"""
	invoice = frappe.qb.DocType("Sales Invoice")
	query = (
		frappe.qb.from_(invoice)
		.select(
			invoice.name,
			invoice.docstatus,
			invoice.status,
			invoice.outstanding_amount,
			invoice.factoring_method,
			invoice.factoring_status,
			invoice.factoring_batch,
		)
		.where(invoice.name.isin(names))
		.orderby(invoice.name)
		.for_update()
	)
	return {row.name: row for row in query.run(as_dict=True)}


def invoicing_method(row, agreement) -> str:
	"""The invoice's method, else the customer's, else the company's."""
	default = agreement.default_method if agreement else ""
	return row.factoring_method or row.customer_method or default or "Direct"
