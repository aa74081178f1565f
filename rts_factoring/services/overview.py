"""The weeks at a glance: what the factor bought, and what that cost."""

from collections.abc import Collection
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import formatdate, getdate

from rts_factoring.core.money import ZERO, money

WEEKS = 13


def per_week(companies: Collection[str] | None, weeks: int = WEEKS, to_date: date | None = None) -> dict:
	"""Labels and datasets of a chart; a week is named by its Monday. Without companies: all of them.

	Costs are fees and charges. Reversed imports cancel out where they were posted.
	"""
	last = _monday(getdate(to_date))
	mondays = [last - timedelta(weeks=back) for back in reversed(range(weeks))]
	bought, cost = dict.fromkeys(mondays, ZERO), dict.fromkeys(mondays, ZERO)
	for row in _days(companies, mondays[0]):
		monday = _monday(row.posting_date)
		if monday in bought:
			bought[monday] += money(row.purchased or 0)
			cost[monday] += money(row.fee or 0) + money(row.charges or 0)
	return {
		"labels": [formatdate(monday, "d MMM") for monday in mondays],
		"datasets": [
			{"name": _("Purchased"), "values": [float(amount) for amount in bought.values()]},
			{"name": _("Fees and Charges"), "values": [float(amount) for amount in cost.values()]},
		],
	}


def _days(companies: Collection[str] | None, since: date) -> list:
	entry = frappe.qb.DocType("Factoring Ledger Entry")
	query = (
		frappe.qb.from_(entry)
		.where(entry.posting_date >= since)
		.groupby(entry.posting_date)
		.select(
			entry.posting_date,
			*(Sum(entry[name]).as_(name) for name in ("purchased", "fee", "charges")),
		)
	)
	if companies is not None:
		query = query.where(entry.company.isin(list(companies) or [""]))
	return query.run(as_dict=True)


def _monday(day: date) -> date:
	return day - timedelta(days=day.weekday())
