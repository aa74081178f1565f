"""Daily reminders of what waits for RTS and what waits for the managers."""

from collections.abc import Callable
from functools import partial

import frappe
from frappe import _
from frappe.utils import add_days, cint, today

from rts_factoring.core.model import InvoiceState
from rts_factoring.services.accounting import repairs
from rts_factoring.services.batches import batch_status
from rts_factoring.services.company import alerts, settings
from rts_factoring.services.views import overview, statements

SHOWN = 20  # names in one message


def steps() -> list[Callable[[], None]]:
	"""For each company, a step that reminds its managers."""
	return [partial(remind, company) for company in settings.factored_companies()]


def remind(company: str) -> None:
	"""Notify the managers of overdue batches, held invoices and waiting rows."""
	_purchase_overdue(company)
	_held(company)
	_waiting_rows(company)
	_not_tied_out(company)


def overdue_batches(company: str) -> list[str]:
	"""Delivered batches without a purchase report after the number of days in the settings, oldest first. 0 days means never."""
	days = cint(settings.require(company).purchase_overdue_days)
	if not days:
		return []
	late = frappe.get_all(
		batch_status.DOCTYPE,
		filters={
			"company": company,
			"docstatus": 1,
			"status": batch_status.DELIVERED,
			"delivered_on": ("<", add_days(today(), -days)),
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


def _purchase_overdue(company: str) -> None:
	late = overdue_batches(company)
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
		alerts.notify_managers(
			company,
			_("{0}: {1} invoices held by RTS").format(company, len(held)),
			_("Fix what RTS objected to, then queue them again: {0}.").format(", ".join(held[:SHOWN])),
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
