"""What RTS has not sent, or we have not recorded: reports that leave days out or never came, batches without an answer, fundings
without a deposit."""

from __future__ import annotations

from datetime import date

import frappe
from frappe import _
from frappe.query_builder.functions import Max, Min
from frappe.utils import add_days, cint, fmt_money, formatdate, getdate

from rts_factoring.core.reports import coverage
from rts_factoring.core.reports.coverage import Frequency, Period
from rts_factoring.services.batches import batch_status
from rts_factoring.services.company import settings
from rts_factoring.services.views import payouts

GAP, OVERLAP, LATE, UNCOVERED = "Gap", "Overlap", "Report Missing", "Not Covered"
NO_PURCHASE, NO_DEPOSIT = "No Purchase Report", "No Deposit"


def find(company: str, until: date | None = None) -> list[dict]:
	"""Everything missing of what belongs to the days up to `until` (else today): `kind`, `text`, `day`, `amount` or None, and the
	document as `doctype` and `name`. Whether something is late is judged by today."""
	agreement = settings.require_any(company)
	today = getdate()
	until = until or today
	return [
		*_reports(agreement, until, today),
		*_batches(agreement, until, today),
		*_deposits(agreement, until, today),
	]


def overdue_batches(company: str, until: date | None = None) -> list[str]:
	"""Delivered batches without a purchase report after the number of days in the settings, oldest first; of those delivered up to
	`until`. 0 days means never."""
	days = cint(settings.require_any(company).purchase_overdue_days)
	if not days:
		return []
	latest = add_days(getdate(), -days)
	if until:
		latest = min(latest, add_days(until, 1))
	late = frappe.get_all(
		batch_status.DOCTYPE,
		filters={
			"company": company,
			"docstatus": 1,
			"status": batch_status.DELIVERED,
			"delivered_on": ("<", latest),
		},
		pluck="name",
		order_by="delivered_on",
	)
	answered = frappe.get_all(
		"Report Import",
		filters={"batch": ("in", late or [""]), "kind": "Purchase", "docstatus": 1},
		pluck="batch",
	)
	return [name for name in late if name not in answered]


def periods(company: str) -> list[Period]:
	"""The days that each payment report covers, posted or not: as the file states them, else from its first row to its last."""
	imports = frappe.get_all(
		"Report Import",
		filters={"company": company, "kind": "Payment", "docstatus": ("<", 2)},
		fields=["name", "period_from", "period_to"],
		limit=0,
	)
	stated = [row for row in imports if row.period_from and row.period_to]
	rest = _rows_of([row.name for row in imports if row not in stated])
	found = [Period(row.name, row.period_from, row.period_to) for row in stated]
	return sorted(found + rest, key=lambda period: (period.first, period.last, period.name))


def _rows_of(imports: list[str]) -> list[Period]:
	if not imports:
		return []
	line = frappe.qb.DocType("Report Import Line")
	query = frappe.qb.from_(line).where(line.report_import.isin(imports) & line.date.isnotnull())
	query = query.groupby(line.report_import).select(line.report_import, Min(line.date), Max(line.date))
	return [Period(*row) for row in query.run()]


def _reports(agreement, until: date, today: date) -> list[dict]:
	every = Frequency(agreement.payment_report_every or "")
	if every is Frequency.UNKNOWN:
		return []
	covered = periods(agreement.company)
	found = [_break(broken) for broken in coverage.breaks(covered) if broken.first <= until]
	last = max((period.last for period in covered), default=None)
	missing = coverage.missing_since(last, every, today)
	if last and last >= until:
		return found
	if last and missing:
		text = _("RTS's payment report for the days after {0} has not come. It was due for {1}.")
		text = text.format(formatdate(last), formatdate(missing))
		found.append(_finding(LATE, text, missing, "Report Import"))
	elif last and coverage.is_uncovered(last, until):
		text = _("Payment reports cover the days up to {0}.").format(formatdate(last))
		found.append(_finding(UNCOVERED, text, last, "Report Import"))
	elif not last and _has_bought(agreement.company, until):
		text = _("RTS has bought invoices, and no payment report was imported yet.")
		found.append(_finding(LATE, text, until, "Report Import"))
	return found


def _break(broken: coverage.Break) -> dict:
	days = (broken.before, broken.after, formatdate(broken.first), formatdate(broken.last))
	if broken.is_gap:
		text = _("No payment report covers {2} to {3}, between {0} and {1}.").format(*days)
	else:
		text = _("{0} and {1} both cover {2} to {3}. Rows that appear twice are posted once.").format(*days)
	return _finding(GAP if broken.is_gap else OVERLAP, text, broken.first, "Report Import", broken.after)


def _has_bought(company: str, until: date) -> bool:
	filters = {"company": company, "event": "purchase", "posting_date": ("<=", until)}
	return bool(frappe.db.exists("Factoring Ledger Entry", filters))


def _batches(agreement, until: date, today: date) -> list[dict]:
	found = []
	for name in overdue_batches(agreement.company, until):
		delivered, amount = frappe.db.get_value(batch_status.DOCTYPE, name, ["delivered_on", "total_amount"])
		text = _("Batch {0} was delivered on {1}, and its purchase report has not come.")
		text = text.format(name, formatdate(delivered))
		found.append(_finding(NO_PURCHASE, text, getdate(delivered), batch_status.DOCTYPE, name, amount))
	return found


def _deposits(agreement, until: date, today: date) -> list[dict]:
	days = cint(agreement.deposit_overdue_days)
	if not days:
		return []
	found = []
	for payout in payouts.clearing(agreement.company).payouts:  # a deposit that came later is one
		if payout.day > until or (today - payout.day).days <= days:
			continue
		text = _("{0} announced a payout on {1}, of which {2} is not at the bank.").format(
			payout.source,
			formatdate(payout.day),
			fmt_money(payout.left, currency=agreement.currency),
		)
		found.append(_finding(NO_DEPOSIT, text, payout.day, payout.doctype, payout.source, payout.left))
	return found


def _finding(kind: str, text: str, day: date, doctype: str, name: str = "", amount=None) -> dict:
	values = {"kind": kind, "text": text, "day": day, "doctype": doctype, "name": name}
	return values | {"amount": amount}
