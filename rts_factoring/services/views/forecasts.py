"""What the factor owes us, what we may owe it, what comes in the next weeks, and what its money costs: *Factoring Position*."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

import frappe
from frappe import _
from frappe.query_builder import CustomFunction
from frappe.query_builder.functions import Coalesce, Count, Date, Sum
from frappe.utils import getdate

from rts_factoring.core import forecast
from rts_factoring.core.forecast import ExpectedAmount, Outlook
from rts_factoring.core.model import InvoiceState
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import clearing_account, ledger_sums, payout_balances
from rts_factoring.services.company import settings
from rts_factoring.services.views import statements
from rts_factoring.services.views.debtors import Debtors, read

PERIOD = timedelta(days=365)  # of purchases that say how fast debtors pay and what the money costs
DAYS_TO_BUY = 1  # from delivery to purchase, until a purchase report says otherwise
BUYBACK_DAYS = (7, 14, 30)
_days_between = CustomFunction("DATEDIFF", ["later", "earlier"])


def position(company: str, today: date | None = None) -> dict:
	"""The page's figures, as JSON: amounts are floats in the company's currency, rates percent a year. A company that is not set
	up has `is_set_up` false and no figures."""
	today = getdate(today)
	agreement = settings.find(company)
	start = {"company": company, "currency": statements.currency(company), "today": today}
	if not agreement:
		return start | {"is_set_up": False}
	debtors = read(company, today - PERIOD, today)
	reserve = ledger_sums.of_company(company, only=("reserve",))["reserve"]
	payouts, entries = payout_balances.open_payouts(company), payout_balances.unlinked_entries(company)
	adjusted = sum(payout_balances.left_of_adjustments(company).values(), ZERO)
	announced = sum((row["left"] for row in payouts), ZERO)
	left = announced + adjusted - sum((row.left for row in entries), ZERO)
	return start | {
		"is_set_up": True,
		"is_enabled": bool(agreement.enabled),
		"owed": _owed(agreement, announced, adjusted, entries, reserve),
		"recourse": _recourse(agreement, debtors, today),
		"weeks": [{"from": day, "to": day + timedelta(days=6)} for day in forecast.week_starts(today)],
		"expected": _expected(agreement, debtors, left, reserve, today),
		"costs": _costs(debtors),
	}


def _owed(agreement, announced: Decimal, adjusted: Decimal, entries: list, reserve: Decimal) -> list[dict]:
	"""The clearing account taken apart, the reserve, and their sum. What is zero is left out."""
	company, clearing = agreement.company, agreement.clearing_account
	balance = statements.account_balances(company, [clearing]).get(clearing, ZERO) if clearing else ZERO
	drafts = clearing_account.in_drafts(company)
	unlinked = sum((row.left for row in entries if row.docstatus == 1), ZERO)
	held = clearing_account.held_for_factor(company)
	other = balance - announced - adjusted - drafts + unlinked + held
	parts = [
		("payouts", _("Payouts announced and not at the bank"), announced),
		("adjusted", _("Adjustments not paid yet"), adjusted),
		("drafts", _("Deposits recorded in drafts that are not submitted"), drafts),
		("unlinked", _("Bank entries that belong to no import"), -unlinked),
		("held", _("Payments of customers held for RTS"), -held),
		("other", _("Other entries on the clearing account"), other),
	]
	shown = [{"key": key, "label": label, "amount": float(amount)} for key, label, amount in parts if amount]
	return [
		*shown,
		{"key": "clearing", "label": _("Clearing"), "amount": float(balance), "is_sum": 1},
		{"key": "reserve", "label": _("Reserve"), "amount": float(reserve)},
		{"key": "total", "label": _("RTS owes you"), "amount": float(balance + reserve), "is_sum": 1},
	]


def _recourse(agreement, debtors: Debtors, today: date) -> dict:
	"""What is open of invoices that the factor may give back, by the days until it may; and the reserve held on them."""
	terms = settings.recourse(agreement)
	days = terms.days
	keys = ["overdue", *(f"in_{limit}" for limit in BUYBACK_DAYS), "later"]
	counts, amounts = dict.fromkeys(keys, 0), dict.fromkeys(keys, ZERO)
	for row in debtors.open:
		left = terms.days_left(row.invoice_date, row.bought_on, today)
		key = "later"
		if left is not None:
			key = "overdue" if left < 0 else next((f"in_{n}" for n in BUYBACK_DAYS if left <= n), "later")
		counts[key] += row.count
		amounts[key] += row.open
	labels = {
		"overdue": _("Past the day of buyback"),
		**{f"in_{limit}": _("Within {0} days").format(limit) for limit in BUYBACK_DAYS},
		"later": _("Later") if days else _("Open"),
	}
	return {
		"has_recourse": bool(agreement.recourse),
		"days": days,
		"rows": [
			{"key": key, "label": labels[key], "count": counts[key], "amount": float(amounts[key])}
			for key in keys
			if counts[key] or (key == "overdue" and days)
		],
		"open": float(sum((row.open for row in debtors.open), ZERO)),
		"reserve": float(sum((row.reserve for row in debtors.open), ZERO)),
	}


def _expected(agreement, debtors: Debtors, left: Decimal, reserve: Decimal, today: date) -> list[dict]:
	"""By week. `left` is what was announced and has not come, so it is due."""
	announced = Outlook(left, (ZERO,) * forecast.WEEKS, ZERO, ZERO)
	sent = forecast.outlook(_payouts_of_sent(agreement), today)
	released = forecast.reserve_releases(_releases(debtors), reserve, today)
	rows = [
		("announced", _("Payouts announced"), announced),
		("sent", _("Payouts of invoices that RTS has not bought yet"), sent),
		("released", _("Reserve released"), released),
		("total", _("Total"), announced + sent + released),
	]
	return [
		{
			"key": key,
			"label": label,
			"due": float(found.due),
			"weeks": [float(week) for week in found.weeks],
			"later": float(found.later),
			"undated": float(found.undated),
			"total": float(found.total),
		}
		for key, label, found in rows
	]


def _releases(debtors: Debtors) -> list[ExpectedAmount]:
	"""The reserve of open invoices on the day their debtor usually pays; a debtor who never paid is taken for a usual one."""
	own, usual = debtors.usual_days()
	found = []
	for row in debtors.open:
		days = own.get(row.customer, usual)
		day = None if days is None else row.bought_on + timedelta(days=_whole(days))
		found.append(ExpectedAmount(row.reserve, day))
	return found


def _payouts_of_sent(agreement) -> list[ExpectedAmount]:
	"""What invoices that RTS has and did not buy yet bring by the agreed rates, on the day RTS usually buys."""
	invoice, batch = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("Factoring Batch")
	delivered = Coalesce(Date(batch.delivered_on), batch.batch_date)
	rows = (
		frappe.qb.from_(invoice)
		.inner_join(batch)
		.on(batch.name == invoice.factoring_batch)
		.where((invoice.company == agreement.company) & (invoice.docstatus == 1))
		.where(invoice.factoring_status == InvoiceState.SUBMITTED.value)
		.groupby(batch.name, delivered)
		.select(delivered, Sum(invoice.grand_total))
		.run()
	)
	if not rows:
		return []
	days = timedelta(days=_days_to_buy(agreement.company))
	return [
		ExpectedAmount(settings.expected_payout(agreement, money(amount or 0)), getdate(day) + days)
		for day, amount in rows
	]


def _days_to_buy(company: str) -> int:
	"""Median days from a batch's delivery to its purchase report, of the batches of a year."""
	batch, report = frappe.qb.DocType("Factoring Batch"), frappe.qb.DocType("Report Import")
	days = _days_between(
		Coalesce(report.run_date, report.posting_date, Date(report.creation)), Date(batch.delivered_on)
	)
	rows = (
		frappe.qb.from_(report)
		.inner_join(batch)
		.on(batch.name == report.batch)
		.where((report.company == company) & (report.docstatus == 1) & (report.kind == "Purchase"))
		.where(batch.delivered_on >= getdate() - PERIOD)
		.groupby(days)
		.select(days, Count(report.name))
		.run()
	)
	usual = forecast.median({number: count for number, count in rows if number is not None})
	return DAYS_TO_BUY if usual is None else max(_whole(usual), 0)


def _whole(days: Decimal) -> int:
	return int(days.to_integral_value(ROUND_CEILING))


def _costs(debtors: Debtors) -> dict:
	"""By debtor, of invoices bought in the last year and paid: the fee, the money advanced, its median days, and the yearly rate;
	the dearest first. `total` is all of them."""
	paid = [debtor for debtor in debtors.by_name.values() if debtor.paid]
	names = dict(
		frappe.get_all(
			"Customer",
			filters={"name": ("in", [debtor.customer for debtor in paid] or [""])},
			fields=["name", "customer_name"],
			as_list=True,
			limit=0,
		)
	)
	rows = [
		{
			"customer": debtor.customer,
			"customer_name": names.get(debtor.customer) or debtor.customer,
			"invoices": debtor.paid,
			"fee": float(debtor.fee),
			"advance": float(debtor.advance),
			"days": _number(forecast.median(debtor.days)),
			"rate": _number(debtor.rate),
		}
		for debtor in paid
	]
	_own, usual = debtors.usual_days()
	fee = sum((debtor.fee for debtor in paid), ZERO)
	advance_days = sum((debtor.advance_days for debtor in paid), ZERO)
	total = {
		"invoices": sum(debtor.paid for debtor in paid),
		"fee": float(fee),
		"advance": float(sum((debtor.advance for debtor in paid), ZERO)),
		"days": _number(usual),
		"rate": _number(forecast.yearly_rate(fee, advance_days)),
	}
	return {
		"rows": sorted(rows, key=lambda row: (-(row["rate"] or 0), row["customer_name"])),
		"total": total,
	}


def _number(value: Decimal | None) -> float | None:
	return None if value is None else float(value)
