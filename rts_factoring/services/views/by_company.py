"""Every company that factors in one line: what waits, what is with the factor, and what it costs."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import get_first_day

from rts_factoring.core.model import InvoiceState
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import daily_totals
from rts_factoring.services.company import settings
from rts_factoring.services.views import ageing, overview

AMOUNTS = ("queued", "unanswered", "financed", "reserve", "fees", "buyback")
_INVOICES = {"queued": InvoiceState.QUEUED.value, "unanswered": InvoiceState.SUBMITTED.value}


def rows(companies: Collection[str] | None, day: date) -> list[dict]:
	"""A row per company and currency, with the amounts of AMOUNTS, `waiting_rows`, and in `links` the address of what each counts.
	Where a currency has several rows, their sum follows them. Without companies, all are included."""
	shown = [name for name in settings.companies_with_settings() if companies is None or name in companies]
	if not shown:
		return []
	agreements = {name: settings.require_any(name) for name in shown}
	sums = _sums(agreements, day)
	waiting = _waiting_rows(shown)
	found = []
	for name, agreement in agreements.items():
		currencies = {agreement.currency} | {currency for company, currency in sums if company == name}
		for currency in sorted(currencies, key=lambda code: (code != agreement.currency, code)):
			row = {"company": name, "currency": currency, **sums.get((name, currency), _nothing())}
			row["waiting_rows"] = waiting.get(name, 0) if currency == agreement.currency else 0
			found.append(row | {"links": _links(name)})
	return _with_totals(found)


def _nothing() -> dict[str, Decimal]:
	return dict.fromkeys(AMOUNTS, ZERO)


def _sums(agreements: dict, day: date) -> dict[tuple[str, str], dict[str, Decimal]]:
	"""Company and currency → its amounts."""
	found: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(_nothing)
	invoice, total = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType(daily_totals.DOCTYPE)
	of_state = {state: name for name, state in _INVOICES.items()}
	invoices = (
		frappe.qb.from_(invoice)
		.where(invoice.company.isin(list(agreements)) & (invoice.docstatus == 1))
		.where(invoice.factoring_status.isin(list(of_state)))
		.groupby(invoice.company, invoice.currency, invoice.factoring_status)
		.select(invoice.company, invoice.currency, invoice.factoring_status, Sum(invoice.grand_total))
	)
	for company, currency, state, amount in invoices.run():
		found[company, currency][of_state[state]] = money(amount or 0)
	kept = (
		frappe.qb.from_(total)
		.where(total.company.isin(list(agreements)) & (total.posting_date <= day))
		.groupby(total.company, total.currency)
	)
	for company, currency, financed, reserve in kept.select(
		total.company, total.currency, Sum(total.open_change), Sum(total.reserve)
	).run():
		found[company, currency].update(financed=money(financed or 0), reserve=money(reserve or 0))
	month = kept.where(total.posting_date >= get_first_day(day))
	for company, currency, fees in month.select(total.company, total.currency, Sum(total.fee)).run():
		found[company, currency]["fees"] = money(fees or 0)
	for company, agreement in agreements.items():
		due = sum((money(row.amount) for row in ageing.due_for_buyback(agreement, day)), ZERO)
		if due:
			found[company, agreement.currency]["buyback"] = due
	return found


def _waiting_rows(companies: list[str]) -> dict[str, int]:
	"""Company → rows of its reports that wait for a decision."""
	report = frappe.qb.DocType("Report Import")
	query = frappe.qb.from_(report).where(report.company.isin(companies) & (report.docstatus < 2))
	return {
		company: int(count or 0)
		for company, count in query.groupby(report.company)
		.select(report.company, Sum(report.waiting_count))
		.run()
	}


def _links(company: str) -> dict[str, str]:
	links = {name: overview.address(name, company) for name in AMOUNTS if name != "unanswered"}
	sent = {"factoring_status": _INVOICES["unanswered"], "docstatus": 1}
	waits = {"waiting_count": (">", 0), "docstatus": ("<", 2)}
	links["unanswered"] = overview.list_address("Sales Invoice", sent, company)
	links["waiting_rows"] = overview.list_address("Report Import", waits, company)
	return links


def _with_totals(found: list[dict]) -> list[dict]:
	for currency in sorted({row["currency"] for row in found}):
		rows_of_it = [row for row in found if row["currency"] == currency]
		if len(rows_of_it) < 2:
			continue
		sums = {name: sum(row[name] for row in rows_of_it) for name in (*AMOUNTS, "waiting_rows")}
		total = {"company": _("Total {0}").format(currency), "is_total": 1, "bold": 1, "links": {}}
		found.append({**total, "currency": currency, **sums})
	return found
