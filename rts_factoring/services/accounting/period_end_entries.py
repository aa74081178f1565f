"""Period-end entries as drafts: one on the last day of a month, and its mirror on the day after."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import formatdate

from rts_factoring.services.accounting import journal_rows, periods


class Proposal(NamedTuple):
	"""An entry that a month's end asks for; `lacking` are the labels of the accounts that the settings do not name."""

	kind: str
	amount: Decimal
	debit: str
	credit: str
	basis: str
	lacking: tuple[str, ...] = ()


def refuse_closed(company: str, day: date) -> None:
	"""Throw when ERPNext's books are closed on the last day of the month or the day after."""
	for each in (day, day + timedelta(days=1)):
		if periods.erpnext_closed_until(company, each):
			frappe.throw(
				_(
					"The books of {0} are closed on {1}, so no period-end entry can be made for that day. Open them, or close the month without these entries."
				).format(company, formatdate(each)),
				title=_("Closed Period"),
			)


def make(agreement, proposal: Proposal, day: date, source: str) -> tuple[str, str]:
	"""Insert the draft entry and the draft that turns it back; returns their names. Throws when an account is missing."""
	if proposal.lacking:
		frappe.throw(
			_("{0}: choose the accounts {1} in the Subsidiary Factoring Settings of {2} first.").format(
				_(proposal.kind), ", ".join(proposal.lacking), agreement.company
			),
			title=_("Account"),
		)
	text = _("{0} of {1}, Factoring Close {2}").format(_(proposal.kind), formatdate(day), source)
	first = _draft(agreement, proposal.debit, proposal.credit, proposal.amount, day, text)
	back = _("Turns back {0}. {1}").format(first, text)
	next_day = day + timedelta(days=1)
	return first, _draft(agreement, proposal.credit, proposal.debit, proposal.amount, next_day, back)


def _draft(agreement, debit: str, credit: str, amount: Decimal, day: date, remark: str) -> str:
	entry = frappe.new_doc("Journal Entry")
	entry.update(
		{
			"voucher_type": "Journal Entry",
			"company": agreement.company,
			"posting_date": day,
			"user_remark": remark,
		}
	)
	for row in journal_rows.two_rows(agreement, debit, credit, float(amount)):
		entry.append("accounts", row)
	return entry.insert().name


def delete_drafts(names: list[str]) -> None:
	"""Delete those of the entries that are still drafts."""
	for name in frappe.get_all("Journal Entry", {"name": ("in", names), "docstatus": 0}, pluck="name"):
		frappe.delete_doc("Journal Entry", name)
