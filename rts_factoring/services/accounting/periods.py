"""Which days a report may be posted on. A closed period is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.query_builder.functions import Max
from frappe.utils import formatdate, get_link_to_form, getdate

from rts_factoring.core.model import Outcome
from rts_factoring.services.accounting.sources import ADJUSTMENT

MAX_PERIODS = 1_000  # closed periods in a row; a bound, not a figure anyone reaches


def first_open(company: str, day: date) -> date:
	"""`day` itself, or the first day after it on which the company's books are open for Journal Entries."""
	for _step in range(MAX_PERIODS):
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
		_(
			"The books of {0} are closed on {1}. Set <b>Posting Date</b> to {2}, the first open day, to post the report then."
		).format(
			company,
			", ".join(formatdate(day) for day in closed[:5]),
			formatdate(first_open(company, closed[-1])),
		),
		title=_("Closed Period"),
	)


def is_closed(company: str, day: date) -> bool:
	"""Whether the company's books take no Journal Entry on this day."""
	return _closed_until(company, day) is not None


def day_finder(doc) -> Callable[[date | None], date]:
	"""On which day a row of an import is posted: on its own, else the report's, else the Posting Date that the user set, else
	today. One in a closed period goes to the Posting Date, if that is later; the books may be closed then too (see refuse_closed).
	"""
	moved_to = getdate(doc.posting_date) if doc.posting_date else None
	known: dict[date, date] = {}

	def day_of(day: date | None) -> date:
		own = getdate(day or doc.run_date or moved_to)
		if own not in known:
			is_moved = moved_to and own < moved_to and is_closed(doc.company, own)
			known[own] = moved_to if moved_to and is_moved else own
		return known[own]

	return day_of


def check_new_posting_date(doc) -> None:
	"""Rows of a submitted import that still wait may be posted on another day, when their month was closed meanwhile;
	never on a day before their own."""
	if not doc.posting_date or doc.posting_date == doc.get_doc_before_save().posting_date:
		return
	filters = {"report_import": doc.name, "posted": 0, "outcome": ("!=", Outcome.DUPLICATE.value)}
	filters["date"] = (">", doc.posting_date)
	rows = frappe.get_all(
		"Report Import Line", filters=filters, fields=["row_no", "date"], order_by="date desc", limit=0
	)
	days = {row.date: row for row in rows}
	for day, row in days.items():
		if is_closed(doc.company, day):
			frappe.throw(
				_("Row {0} has the date {1} and is not posted yet. Posting Date cannot be earlier.").format(
					row.row_no, formatdate(day)
				)
			)


def _closed_until(company: str, day: date) -> date | None:
	"""The last day of the closed period that holds `day`, or of the policy before; None when the books are open. A submitted
	Factoring Close closes its month, and all before it, for reports."""
	return _latest(
		day, erpnext_closed_until(company, day), _factoring_close(company), _other_policy_until(company)
	)


def erpnext_closed_until(company: str, day: date) -> date | None:
	"""The same for any Journal Entry: what ERPNext itself has closed."""
	return _latest(day, _frozen_until(company), _vouchers_until(company), _accounting_period(company, day))


def _latest(day: date, *ends: date | None) -> date | None:
	return max((end for end in ends if end and end >= day), default=None)


def refuse_closed_month(company: str, first_day: date | None) -> None:
	"""Throws when entries from this day on are in a month of a submitted Factoring Close, whose figures they are part of."""
	closed = _factoring_close(company)
	if closed and first_day and first_day <= closed:
		name = frappe.db.get_value(
			"Factoring Close", {"company": company, "docstatus": 1, "month_end": closed}
		)
		frappe.throw(
			_(
				"Entries of {0} are part of {1}, which closed {2}. Cancel that close first, or correct the rows."
			).format(formatdate(first_day), get_link_to_form("Factoring Close", name), formatdate(closed)),
			title=_("Closed Month"),
		)


def _factoring_close(company: str) -> date | None:
	close = frappe.qb.DocType("Factoring Close")
	query = frappe.qb.from_(close).where((close.docstatus == 1) & (close.company == company))
	((latest,),) = query.select(Max(close.month_end)).run()
	return getdate(latest) if latest else None


def _other_policy_until(company: str) -> date | None:
	"""The last day on which the company's policy was another one. What is posted later belongs after the change."""
	changed = frappe.get_all(
		ADJUSTMENT,
		{"company": company, "docstatus": 1, "new_policy": ("is", "set")},
		pluck="posting_date",
		order_by="posting_date desc",
		limit=1,
	)
	return changed[0] - timedelta(days=1) if changed else None


def _frozen_until(company: str) -> date | None:
	"""ERPNext 15 keeps one day for all companies; 16 one for each."""
	if frappe.get_meta("Company").has_field("accounts_frozen_till_date"):
		frozen = frappe.db.get_value("Company", company, "accounts_frozen_till_date")
	else:
		frozen = frappe.db.get_single_value("Accounts Settings", "acc_frozen_upto")
	return getdate(frozen) if frozen else None


def _vouchers_until(company: str) -> date | None:
	"""ERPNext 15.40 calls the last day `posting_date`."""
	voucher = frappe.qb.DocType("Period Closing Voucher")
	has_end = frappe.get_meta("Period Closing Voucher").has_field("period_end_date")
	latest = (
		frappe.qb.from_(voucher)
		.where((voucher.docstatus == 1) & (voucher.company == company))
		.select(Max(voucher["period_end_date" if has_end else "posting_date"]))
		.run()
	)
	return getdate(latest[0][0]) if latest[0][0] else None


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
	latest = query.run()
	return getdate(latest[0][0]) if latest[0][0] else None
