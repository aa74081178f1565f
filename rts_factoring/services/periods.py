"""Which day a report may be posted on: closed periods are never entered silently."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.query_builder.functions import Max
from frappe.utils import formatdate, getdate

MOVES = 1_000  # closed periods in a row; a bound, not a figure anyone reaches


def first_open(company: str, day: date) -> date:
	"""`day` itself, or the first day after it on which the company's books are open for Journal Entries."""
	for _step in range(MOVES):
		closed_until = _closed_until(company, day)
		if closed_until is None:
			return day
		day = closed_until + timedelta(days=1)
	return day


def refuse_closed(company: str, days: Iterable[date]) -> None:
	"""Throws when one of the days lies in a closed period, and says which Posting Date to set."""
	closed = sorted(day for day in set(days) if _closed_until(company, day) is not None)
	if not closed:
		return
	frappe.throw(
		_("The books of {0} are closed on {1}. Set <b>Posting Date</b> to {2}, the first open day, to post the report then.").format(
			company, ", ".join(formatdate(day) for day in closed[:5]), formatdate(first_open(company, closed[-1]))
		),
		title=_("Closed Period"),
	)


def _closed_until(company: str, day: date) -> date | None:
	"""The last day of the closed period that holds `day`; None when the books are open."""
	ends = [_frozen_until(company), _vouchers_until(company), _accounting_period(company, day)]
	return max((end for end in ends if end and getdate(end) >= day), key=getdate, default=None)


def _frozen_until(company: str) -> date | None:
	"""ERPNext 15 keeps one day for all companies; 16 one for each."""
	if frappe.get_meta("Company").has_field("accounts_frozen_till_date"):
		frozen = frappe.db.get_value("Company", company, "accounts_frozen_till_date")
	else:
		frozen = frappe.db.get_single_value("Accounts Settings", "acc_frozen_upto")
	return getdate(frozen) if frozen else None


def _vouchers_until(company: str) -> date | None:
	voucher = frappe.qb.DocType("Period Closing Voucher")
	found = (
		frappe.qb.from_(voucher)
		.where((voucher.docstatus == 1) & (voucher.company == company))
		.select(Max(voucher.period_end_date))
		.run()
	)
	return getdate(found[0][0]) if found[0][0] else None


def _accounting_period(company: str, day: date) -> date | None:
	period, closed = frappe.qb.DocType("Accounting Period"), frappe.qb.DocType("Closed Document")
	query = (
		frappe.qb.from_(period)
		.inner_join(closed)
		.on(closed.parent == period.name)
		.where((period.company == company) & (period.start_date <= day) & (period.end_date >= day))
		.where((closed.document_type == "Journal Entry") & (closed.closed == 1))
		.select(Max(period.end_date))
	)
	if frappe.get_meta("Accounting Period").has_field("disabled"):
		query = query.where(period.disabled == 0)
	found = query.run()
	return getdate(found[0][0]) if found[0][0] else None
