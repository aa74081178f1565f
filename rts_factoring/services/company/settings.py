"""The settings of a subsidiary, and what other services read from them: accounts by role, and the terms of the agreement."""

from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import cint, flt

from rts_factoring.core.eligibility import Terms
from rts_factoring.core.model import FeesStatedIn, ReportTerms, Role
from rts_factoring.core.money import money, percent_of
from rts_factoring.core.reconciliation.matching import same_client
from rts_factoring.core.reconciliation.recourse import Recourse

DOCTYPE = "Subsidiary Factoring Settings"
DOWNLOAD = "Download"  # the protocol of a factor without a server: people bring it the files
ACCOUNT_FIELDS = {
	Role.CLEARING: "clearing_account",
	Role.RESERVE: "reserve_account",
	Role.FEE: "fee_account",
	Role.CHARGES: "charges_account",
	Role.ADVANCES: "advances_account",
	Role.CASH_ADVANCES: "cash_advances_account",
	Role.CUSTOMER_DEDUCTIONS: "customer_deductions_account",
	Role.DIFFERENCES: "differences_account",
}
# Of month ends. Their entries are proposals that an accountant submits, so no report is posted to these accounts.
MONTH_END_ACCOUNTS = {
	"prepaid_discount_account": ("Asset",),
	"accrued_fees_account": ("Liability",),
	"recourse_loss_account": ("Expense",),
	"recourse_obligation_account": ("Liability",),
}
# Only some reports need these; a row that does says so when it is posted.
OPTIONAL_ROLES = frozenset((Role.CASH_ADVANCES, Role.CUSTOMER_DEDUCTIONS, Role.DIFFERENCES))
ROOT_TYPES = {
	Role.CLEARING: ("Asset",),
	Role.RESERVE: ("Asset",),
	Role.FEE: ("Expense",),
	Role.CHARGES: ("Expense",),
	Role.ADVANCES: ("Liability",),
	Role.CASH_ADVANCES: ("Liability",),
	Role.CUSTOMER_DEDUCTIONS: ("Expense",),
	Role.DIFFERENCES: ("Liability", "Asset"),
}


def find(company: str):
	"""The company's settings, enabled or not; None when it has none."""
	name = frappe.db.get_value(DOCTYPE, {"company": company})
	return frappe.get_cached_doc(DOCTYPE, name) if name else None


def usual_company() -> str:
	"""The user's default company when it factors, else an empty text."""
	company = frappe.defaults.get_user_default("Company")
	return company if company and find(company) else ""


def require(company: str):
	"""The company's enabled settings. Throws when there are none."""
	agreement = find(company)
	return agreement if agreement and agreement.enabled else _throw_not_set_up(company)


def require_any(company: str):
	"""The company's settings, enabled or not. Throws when there are none.

	What is at the factor goes on after the agreement has ended: its reports, postings, deposits and corrections.
	"""
	return find(company) or _throw_not_set_up(company)


def _throw_not_set_up(company: str):
	frappe.throw(
		_("{0} is not set up for factoring. Create and enable its Subsidiary Factoring Settings.").format(
			frappe.bold(frappe.utils.escape_html(company))
		),
		title=_("Not Set Up"),
	)


def factored_companies() -> list[str]:
	"""The companies that send invoices."""
	return frappe.get_all(DOCTYPE, filters={"enabled": 1}, pluck="company", order_by="company")


def companies_with_settings() -> list[str]:
	"""The companies that send invoices, and those whose agreement ended: the factor may still report on these."""
	return frappe.get_all(DOCTYPE, pluck="company", order_by="company")


def companies_of_client(number: str, enabled: bool = True) -> list[str]:
	"""The companies whose live agreement has this client number, in any spelling; with `enabled` false those whose agreement
	ended."""
	rows = frappe.get_all(
		DOCTYPE, filters={"enabled": int(enabled)}, fields=["company", "client_number"], order_by="company"
	)
	return [row.company for row in rows if row.client_number and same_client(row.client_number, number or "")]


def terms(agreement) -> Terms:
	"""The terms of the agreement for the rules of eligibility; without settings nothing is factored."""
	if not agreement:
		return Terms(enabled=False)
	return Terms(
		enabled=bool(agreement.enabled),
		client_number=agreement.client_number or "",
		currency=agreement.currency or "",
		min_amount=money(flt(agreement.min_amount)),
	)


def rates(agreement) -> dict[str, Decimal]:
	"""What the factor advances, holds back and takes as its fee, in percent."""
	return {key: Decimal(repr(flt(agreement.get(f"{key}_rate")))) for key in ("advance", "reserve", "fee")}


def rate(agreement, name: str) -> Decimal:
	"""One of the rates as a fraction of the invoice."""
	return rates(agreement)[name] / 100


def expected_amounts(agreement, amount: Decimal) -> dict[str, Decimal]:
	"""Advance, reserve and fee by the rates of the agreement, to the cent."""
	return {key: percent_of(amount, rate) for key, rate in rates(agreement).items()}


def expected_payout(agreement, amount: Decimal) -> Decimal:
	"""What the factor pays for an invoice: by the agreed advance, else what reserve and fee leave."""
	expected = expected_amounts(agreement, amount)
	return expected["advance"] or amount - expected["reserve"] - expected["fee"]


def recourse(agreement) -> Recourse:
	"""When an unpaid invoice goes back to us by the agreement."""
	days = cint(agreement.repurchase_days) if agreement.recourse else 0
	return Recourse(days, from_purchase=agreement.repurchase_from == "Purchase Date")


def report_terms(agreement) -> ReportTerms:
	"""How this factor states fees and charges, and which short pays close an invoice."""
	tolerance = agreement.short_pay_tolerance if agreement.customer_deductions_account else 0
	return ReportTerms(
		fees_stated_in=FeesStatedIn(agreement.fees_stated_in or ""),
		charges_from_payout=agreement.payment_charges_from == "Payout",
		short_pay_tolerance=money(flt(tolerance)),
	)
