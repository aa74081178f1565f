"""Daily reminders of what waits for RTS and what waits for the managers."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import frappe
from frappe import _
from frappe.utils import fmt_money, formatdate, get_datetime, now_datetime

from rts_factoring.core.model import InvoiceState
from rts_factoring.core.reconciliation import recourse
from rts_factoring.services.accounting import repairs
from rts_factoring.services.batches import batch_status
from rts_factoring.services.company import alerts, settings
from rts_factoring.services.views import ageing, completeness, overview, statements

SHOWN = 20  # names in one message


def steps() -> list[Callable[[], None]]:
	"""For each company, a step that reminds its managers."""
	return [partial(remind, company) for company in settings.companies_with_settings()]


def remind(company: str) -> None:
	"""Notify the managers of overdue batches, held invoices and waiting rows."""
	_purchase_overdue(company)
	_held(company)
	_waiting_rows(company)
	_not_tied_out(company)
	_incomplete(company)
	_due_for_buyback(company)


def _purchase_overdue(company: str) -> None:
	late = completeness.overdue_batches(company)
	if late:
		alerts.notify_managers(
			company,
			_("{0}: {1} batches without a purchase report").format(company, len(late)),
			_("Ask RTS about these batches, or import their reports: {0}.").format(", ".join(late[:SHOWN])),
			batch_status.DOCTYPE,
			late[0],
			"purchase_overdue",
		)


def _held(company: str) -> None:
	filters = {"company": company, "docstatus": 1, "factoring_status": InvoiceState.HELD.value}
	held = frappe.get_all("Sales Invoice", filters=filters, pluck="name", order_by="posting_date, name")
	if held:
		advice = _("Fix what RTS objected to, then queue them again: {0}.")
		if not settings.require_any(company).enabled:
			advice = _("Factoring is off for this company. Ask RTS to buy or deny these invoices: {0}.")
		alerts.notify_managers(
			company,
			_("{0}: {1} invoices held by RTS").format(company, len(held)),
			advice.format(", ".join(held[:SHOWN])),
			"Sales Invoice",
			held[0],
			"held",
		)


def _not_tied_out(company: str) -> None:
	"""What was booked past the app is told on the same day."""
	rows = (*statements.tie_out(company), overview.tie_out_row(company))
	wrong = [row for row in rows if row["difference"]]
	payments = repairs.find(company)
	if not wrong and not payments:
		return
	texts = [f"{row['role']}: {row['account']}" for row in wrong] + [item["text"] for item in payments]
	alerts.notify_managers(
		company,
		_("{0}: the books do not agree with the factoring ledger").format(company),
		_("Open the report Factoring Tie-out. {0}").format("\n".join(texts[:SHOWN])),
		"Report",
		"Factoring Tie-out",
	)


def _incomplete(company: str) -> None:
	"""Reports and deposits that are missing. Batches without a purchase report have a message of their own, and a report that
	overlaps another lacks nothing."""
	told = (completeness.NO_PURCHASE, completeness.OVERLAP, completeness.UNCOVERED)
	found = [item for item in completeness.find(company) if item["kind"] not in told]
	if found:
		alerts.notify_managers(
			company,
			_("{0}: {1} reports or deposits are missing").format(company, len(found)),
			"\n".join(item["text"] for item in found[:SHOWN]),
			"Report",
			"Factoring Completeness",
			"incomplete",
		)


def _due_for_buyback(company: str, now: datetime | None = None) -> None:
	"""Once when an invoice has reached 30, 14 or 7 days before its buyback, and the day itself: on that day, or on the first run
	after it."""
	now = now or now_datetime()
	agreement = settings.require_any(company)
	before = get_datetime(agreement.buyback_told_on) if agreement.buyback_told_on else None
	due = [row for row in ageing.due_for_buyback(agreement, now.date()) if _is_to_be_told(row, before, now)]
	frappe.db.set_value(settings.DOCTYPE, agreement.name, "buyback_told_on", now, update_modified=False)
	frappe.clear_document_cache(settings.DOCTYPE, agreement.name)
	if not due:
		return
	lines = [
		_("{0} of {1}, {2}, on {3} ({4} days)").format(
			row.sales_invoice,
			row.customer_name,
			fmt_money(row.amount, currency=agreement.currency),
			formatdate(row.buyback_on),
			row.days_left,
		)
		for row in due[:SHOWN]
	]
	alerts.notify_managers(
		company,
		_("{0}: {1} invoices come due for buyback").format(company, len(due)),
		_("RTS may ask you to buy these back if the customer does not pay:") + "\n" + "\n".join(lines),
		"Report",
		"Factored Invoices",
		"buyback",
	)


def _is_to_be_told(row, before: datetime | None, now: datetime) -> bool:
	"""Whether the run before, if there was one, could not tell of it: the invoice was not open then, or farther away."""
	if before is None or row.open_since > before:
		return True
	return recourse.has_reached_another(row.days_left, (now.date() - before.date()).days)


def _waiting_rows(company: str) -> None:
	imports = frappe.get_all(
		"Report Import",
		filters={"company": company, "docstatus": ("<", 2), "waiting_count": (">", 0)},
		fields=["name", "waiting_count"],
		order_by="creation",
	)
	if imports:
		alerts.notify_managers(
			company,
			_("{0}: {1} report rows wait for a decision").format(
				company, sum(row.waiting_count for row in imports)
			),
			_("Decide them on: {0}.").format(", ".join(row.name for row in imports[:SHOWN])),
			"Report Import",
			imports[0].name,
			"waiting_rows",
		)
