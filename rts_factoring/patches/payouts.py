"""Link the deposits of earlier releases to their imports, and the payments of adjustments to these: both were named in the
entry's Reference Number, which stays as it was booked. Mark the entries of money held for the factor, which were told by their
remark alone.
"""

from decimal import Decimal

import frappe
from frappe import _

from rts_factoring.core.model import Role
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import sources
from rts_factoring.services.accounting.payout_balances import ROW, TABLE
from rts_factoring.services.company import settings

HELD = "Paid to us by {0} for {1}, held for RTS"


def execute():
	for company in settings.companies_with_settings():
		clearing = settings.find(company).get(settings.ACCOUNT_FIELDS[Role.CLEARING])
		if clearing:
			_link_deposits(company, clearing)
			_mark_held(company, clearing)


def _link_deposits(company: str, clearing: str) -> None:
	corrections = sources.corrections(company)
	for entry, moved in _bank_entries(company, clearing):
		named = _named(company, entry.cheque_no, corrections)
		if not named or frappe.db.exists(ROW, {"parent": entry.name, "parenttype": "Journal Entry"}):
			continue
		row = frappe.new_doc(ROW)
		row.update({"parent": entry.name, "parenttype": "Journal Entry", "parentfield": TABLE, "idx": 1})
		row.update(named | {"amount": float(moved), "docstatus": entry.docstatus})
		row.db_insert()


def _named(company: str, reference: str | None, corrections: dict[str, str]) -> dict[str, str]:
	"""The link of a row to what a Reference Number names; a correction of an import is part of that import's payout."""
	reference = corrections.get(reference or "", reference)
	for doctype, fieldname in sources.LEDGER_FIELDS.items():
		if reference and frappe.db.exists(doctype, {"name": reference, "company": company}):
			return {fieldname: reference}
	return {}


def _mark_held(company: str, clearing: str) -> None:
	"""The remark stands in the language of whoever held the money."""
	endings = tuple({_(HELD, lang).rpartition("{1}")[2] for lang in ("en", "es")})
	for entry, _moved in _bank_entries(company, clearing):
		if (entry.user_remark or "").endswith(endings) and not entry.factoring_is_held:
			frappe.db.set_value("Journal Entry", entry.name, "factoring_is_held", 1, update_modified=False)


def _bank_entries(company: str, clearing: str):
	"""The company's bank entries that move clearing, and what each takes off it."""
	found = frappe.get_all(
		"Journal Entry",
		filters={"company": company, "voucher_type": "Bank Entry", "docstatus": ("<", 2)},
		fields=["name", "docstatus", "cheque_no", "user_remark", "factoring_is_held"],
		order_by="name",
		limit=0,
	)
	moved: dict[str, Decimal] = {}
	for row in frappe.get_all(
		"Journal Entry Account",
		filters={"account": clearing, "docstatus": ("<", 2), "parenttype": "Journal Entry"},
		fields=["parent", "debit", "credit"],
		limit=0,
	):
		moved[row.parent] = moved.get(row.parent, ZERO) + money(row.credit or 0) - money(row.debit or 0)
	return [(entry, moved[entry.name]) for entry in found if moved.get(entry.name)]
