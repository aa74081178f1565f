"""The rows of journal entries: which account a role has, with which party, invoice and dimensions."""

from __future__ import annotations

from decimal import Decimal

import frappe
from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import (
	get_accounting_dimensions,
	get_checks_for_pl_and_bs_accounts,
)
from frappe import _

from rts_factoring.core.model import Role
from rts_factoring.core.money import ZERO
from rts_factoring.core.reconciliation.posting_matrix import by_role
from rts_factoring.core.reconciliation.vouchers import INVOICE_ROLES, Voucher
from rts_factoring.services.company.settings import ACCOUNT_FIELDS


def of_voucher(voucher: Voucher, agreement) -> list[dict]:
	"""One row per role and side, and per invoice where the role names one."""
	sums: dict[tuple[Role, str | None, bool], Decimal] = {}
	for posting in voucher.postings:
		for leg in posting.legs:
			key = (leg.role, leg.invoice_no if leg.role in INVOICE_ROLES else None, leg.debit > 0)
			sums[key] = sums.get(key, ZERO) + leg.debit + leg.credit
	dimensions = dimensions_of(agreement)
	invoices = _invoice_accounts({name for _role, name, _side in sums if name}, list(dimensions))
	rows = []
	for (role, name, is_debit), amount in sums.items():
		row: dict[str, str | float | None] = dict(dimensions)
		if role in INVOICE_ROLES:
			invoice = invoices[name]
			row |= {"account": invoice.debit_to, "party_type": "Customer", "party": invoice.customer}
			row |= {field: invoice[field] for field in dimensions if invoice.get(field)}
			if role is Role.RECEIVABLE:
				row |= {"reference_type": "Sales Invoice", "reference_name": name}
		else:
			row["account"] = account(agreement, role)
		row["debit_in_account_currency" if is_debit else "credit_in_account_currency"] = float(amount)
		rows.append(row)
	return rows


def by_account(voucher: Voucher, agreement) -> list[dict]:
	"""Per role: account, debit, credit and how many invoices; what a person checks before posting."""
	sums = by_role(leg for posting in voucher.postings for leg in posting.legs)
	invoices = {leg.invoice_no for posting in voucher.postings for leg in posting.legs if leg.invoice_no}
	return [
		{
			"role": role.value,
			"account": _("each invoice's own") if role in INVOICE_ROLES else _account_if_any(agreement, role),
			"debit": float(debit),
			"credit": float(credit),
			"invoices": len(invoices) if role in INVOICE_ROLES else 0,
		}
		for role, (debit, credit) in sums.items()
	]


def _account_if_any(agreement, role: Role) -> str:
	return account(agreement, role) if role is Role.OPENING else agreement.get(ACCOUNT_FIELDS[role]) or ""


def account(agreement, role: Role) -> str:
	"""The account of a role. Raises with what to set up when there is none."""
	if role is Role.OPENING:
		return _temporary_account(agreement.company)
	field = ACCOUNT_FIELDS[role]
	name = agreement.get(field)
	if not name:
		frappe.throw(
			_(
				"{0} has no account for {1}. Choose one in its Subsidiary Factoring Settings, then post the report."
			).format(agreement.company, _(agreement.meta.get_label(field)))
		)
	return name


def _temporary_account(company: str) -> str:
	"""ERPNext's Temporary Opening, against which day one is stated."""
	filters = {"company": company, "account_type": "Temporary", "is_group": 0, "disabled": 0}
	name = frappe.db.get_value("Account", filters, order_by="creation")
	if not name:
		frappe.throw(
			_(
				"{0} has no account of the type Temporary, against which ERPNext states openings. Create one, named Temporary Opening."
			).format(company)
		)
	return name


def _invoice_accounts(names: set[str], dimensions: list[str]) -> dict:
	known = [
		field
		for field in dimensions
		if field != "cost_center" and frappe.get_meta("Sales Invoice").has_field(field)
	]
	rows = frappe.get_all(
		"Sales Invoice",
		filters={"name": ("in", list(names))} if names else {"name": ""},
		fields=["name", "debit_to", "customer", "cost_center", *known],
		limit=0,
	)
	return {row.name: row for row in rows}


def dimensions_of(agreement) -> dict[str, str | None]:
	"""Cost center and accounting dimensions of a row: from the settings, else the company's defaults. Those of an invoice take
	precedence."""
	defaults = {
		row.fieldname: row.default_dimension
		for row in get_checks_for_pl_and_bs_accounts() or ()
		if row.company == agreement.company
	}
	values = {
		"cost_center": agreement.cost_center
		or frappe.get_cached_value("Company", agreement.company, "cost_center")
	}
	return values | {
		field: agreement.get(field) or defaults.get(field) for field in get_accounting_dimensions()
	}


def two_rows(agreement, debit: str, credit: str, amount: float) -> list[dict]:
	"""Rows of an entry, one account against another, with the dimensions of the settings."""
	dimensions = dimensions_of(agreement)
	return [
		{"account": debit, "debit_in_account_currency": amount, **dimensions},
		{"account": credit, "credit_in_account_currency": amount, **dimensions},
	]
