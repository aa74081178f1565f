"""The sums on the workspace's cards, and the chart of purchases and costs per week."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import quote, urlencode

import frappe
from frappe import _
from frappe.core.doctype.server_script.server_script_utils import get_server_script_map
from frappe.core.doctype.user_permission.user_permission import get_user_permissions
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.permissions import get_role_permissions
from frappe.utils import (
	escape_html,
	fmt_money,
	formatdate,
	get_first_day,
	get_user_date_format,
	getdate,
	nowdate,
)

from rts_factoring.compat import desk_route
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.reconciliation.recourse import WARNINGS
from rts_factoring.services.accounting import daily_totals
from rts_factoring.services.company import settings
from rts_factoring.services.views import ageing

WEEKS = 13
SHOWN = 10  # days in one row
LEDGER = daily_totals.LEDGER
CARDS: dict[str, tuple[str, str, dict]] = {  # name → DocType, summed field, conditions
	"queued": ("Sales Invoice", "grand_total", {"factoring_status": ("=", "Queued"), "docstatus": ("=", 1)}),
	"financed": (LEDGER, "open_change", {}),
	"reserve": (LEDGER, "reserve", {}),
	"fees": (LEDGER, "fee", {"posting_date": ("Timespan", "this month")}),
	"buyback": (LEDGER, "open_change", {}),
}
REPORTS = {
	"financed": "Factored Invoices",
	"buyback": "Factored Invoices",
	"reserve": "Reserve Statement",
	"fees": "Cost of Factoring",
}


def card(name: str, company: str | None = None, to_date: date | None = None) -> str:
	"""The sum of a card as a link to what it counts, with one line per currency; of a card about the ledger as of a day, if given.

	Only documents the user may list count. Formatted here, because Frappe's card reads 8.435,75 as 8.44.
	"""
	doctype, field, conditions = CARDS[name]
	if name == "buyback":
		return _buyback_card(company, to_date or getdate())
	if to_date and doctype == LEDGER:
		conditions = {"posting_date": _up_to(conditions, to_date)}
	summed = daily_totals.DOCTYPE if doctype == LEDGER and not _sees_part_of_companies() else doctype
	filters = [[summed, key, *condition] for key, condition in conditions.items()]
	if company:
		filters.append([summed, "company", "=", company])
	rows = frappe.get_list(
		summed, filters=filters, fields=["currency"], group_by="currency", order_by="currency"
	)
	currencies = [row.currency for row in rows if row.currency] or [frappe.db.get_default("currency")]
	asked = frappe._dict(document_type=summed, function="Sum", aggregate_function_based_on=field)
	sums = [
		fmt_money(get_result(asked, [*filters, [summed, "currency", "=", currency]]), currency=currency)
		for currency in currencies
	]
	return _linked(address(name, company), sums)


def address(name: str, company: str | None) -> str:
	"""The list or report that shows what the card counts."""
	if name not in REPORTS:
		doctype, _field, conditions = CARDS[name]
		return list_address(doctype, conditions, company)
	shown = {"company": company} if company else {}
	if name == "fees":
		shown["from_date"] = str(get_first_day(nowdate()))
	if name == "buyback":
		shown["due_within"] = str(max(WARNINGS))
	path = desk_route("query-report", quote(REPORTS[name]))
	return f"{path}?{urlencode(shown)}" if shown else path


def list_address(doctype: str, conditions: dict, company: str | None) -> str:
	"""The list of a DocType by these conditions; each is a value, or a comparison and a value."""
	shown = {"company": company} if company else {}
	for key, condition in conditions.items():
		shown[key] = (
			frappe.as_json(condition, indent=None) if isinstance(condition, tuple) else str(condition)
		)
	return f"{desk_route(frappe.scrub(doctype).replace('_', '-'))}?{urlencode(shown)}"


def _up_to(conditions: dict, to_date: date) -> tuple:
	if "posting_date" in conditions:  # of a month: up to that day of its month
		return ("between", [to_date.replace(day=1), to_date])
	return ("<=", to_date)


def _buyback_card(company: str | None, day: date) -> str:
	"""What goes back to us within 30 days, of the companies whose ledger the user may list; a link to the invoices."""
	sums: dict[str, Decimal] = {}
	for name in [company] if company else settings.companies_with_settings():
		if not frappe.get_list(LEDGER, filters={"company": name}, limit=1):
			continue
		agreement = settings.require_any(name)
		amounts = [money(row.amount) for row in ageing.due_for_buyback(agreement, day)]
		sums[agreement.currency] = sums.get(agreement.currency, ZERO) + sum(amounts, ZERO)
	sums = sums or {frappe.db.get_default("currency"): ZERO}
	lines = [fmt_money(amount, currency=currency) for currency, amount in sorted(sums.items())]
	return _linked(address("buyback", company), lines)


def _linked(target: str, lines: list[str]) -> str:
	amounts = "<br>".join(escape_html(line) for line in lines)
	return f'<a href="{escape_html(target)}" style="color: inherit; text-decoration: none">{amounts}</a>'


def _sees_part_of_companies() -> bool:
	"""Whether something besides the company limits the entries that the user may list. Then sums over all would say too much."""
	meta = frappe.get_meta(LEDGER)
	links = {field.options for field in meta.get_link_fields()} - {"Company", "Currency"}
	if not get_user_permissions(frappe.session.user).keys().isdisjoint(links | {LEDGER}):
		return True
	roles = get_role_permissions(meta)
	if not roles.get("read") or roles.get("if_owner", {}).get("read"):
		return True
	hooks = frappe.get_hooks("permission_query_conditions").get(LEDGER, [])
	script = get_server_script_map().get("permission_query", {}).get(LEDGER)
	return len(hooks) > 1 or bool(script)


def tie_out_row(company: str) -> dict:
	"""The kept sums against the ledger, as a row of the tie-out: any difference other than 0.00 is an error."""
	found = daily_totals.compare(company)
	days = ", ".join(formatdate(day) for day in found.days[:SHOWN])
	return {
		"role": _("Sums of Cards and Chart, Day by Day"),
		"account": days or _("sum over days"),
		"ledger": found.ledger,
		"journal": found.kept,
		"difference": found.difference,
	}


def per_week(companies: Collection[str] | None, weeks: int = WEEKS, to_date: date | None = None) -> dict:
	"""Labels and datasets of a chart. A week is named by its Monday. Without companies, all are included.

	Costs are fees and charges. A reversal cancels the entry it reverses in the same week.
	"""
	last = _monday(getdate(to_date))
	mondays = [last - timedelta(weeks=back) for back in reversed(range(weeks))]
	bought, cost = dict.fromkeys(mondays, ZERO), dict.fromkeys(mondays, ZERO)
	for row in _days(companies, mondays[0]):
		monday = _monday(row.posting_date)
		if monday in bought:
			bought[monday] += money(row.purchased or 0)
			cost[monday] += money(row.fee or 0) + money(row.charges or 0)
	written = "MMM d" if get_user_date_format().startswith("m") else "d MMM"
	return {
		"labels": [formatdate(monday, written) for monday in mondays],
		"datasets": [
			{"name": _("Purchased"), "values": [float(amount) for amount in bought.values()]},
			{"name": _("Fees and Charges"), "values": [float(amount) for amount in cost.values()]},
		],
	}


def _days(companies: Collection[str] | None, since: date) -> list:
	total = frappe.qb.DocType(daily_totals.DOCTYPE)
	query = frappe.qb.from_(total).where(total.posting_date >= since)
	if companies is not None:
		query = query.where(total.company.isin(list(companies) or [""]))
	return query.select(total.posting_date, total.purchased, total.fee, total.charges).run(as_dict=True)


def _monday(day: date) -> date:
	return day - timedelta(days=day.weekday())
