"""Tasks after an import: one for each chargeback, buyout, short pay and over pay, with the next step."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import fmt_money

from rts_factoring.core.model import Event
from rts_factoring.services.company import alerts

# Event → name of its amount (see core.reconciliation).
AMOUNTS = {
	Event.CHARGEBACK: "amount",
	Event.BUYOUT: "amount",
	Event.SHORT_PAY: "short",
	Event.OVER_PAY: "over",
}


def open_tasks(doc, lines) -> int:
	"""A ToDo per such row for each of the company's managers, and one alert; returns how many rows."""
	to_follow_up = [(line, effect) for line in lines for effect in line.effects if effect.event in AMOUNTS]
	if not to_follow_up:
		return 0
	people = alerts.managers(doc.company) or ["Administrator"]
	texts = []
	for _line, effect in to_follow_up:
		amount = fmt_money(effect.amounts[AMOUNTS[effect.event]], currency=doc.currency)
		text = _next_step(effect.event).format(invoice=effect.invoice_no, amount=amount)
		texts.append(text)
		for person in people:
			_open_task(doc, effect, text, person)
	alerts.notify_managers(
		doc.company,
		_("{0}: {1} rows need a next step").format(doc.name, len(to_follow_up)),
		"\n".join(texts[:20]),
		"Report Import",
		doc.name,
		"chargeback",
	)
	return len(to_follow_up)


def _open_task(doc, effect, text: str, person: str) -> None:
	frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": person,
			"reference_type": "Sales Invoice",
			"reference_name": effect.invoice_no,
			"description": f"{text} ({doc.name})",
			"priority": "High" if effect.event is Event.CHARGEBACK else "Medium",
			"assigned_by": frappe.session.user,
		}
	).insert(ignore_permissions=True)


def notify_posted(doc, rows: int) -> None:
	"""Notify the managers of the first posting of an import."""
	alerts.notify_managers(
		doc.company,
		_("{0} posted: {1} of {2} rows").format(doc.name, rows, doc.line_count),
		_("Open it to see the rows that wait and the entries that were made."),
		"Report Import",
		doc.name,
		"report_imported",
	)


def notify_released(undone, name: str) -> None:
	"""Notify the managers that rows which repeat or correct those of a cancelled import can be posted now."""
	alerts.notify_managers(
		undone.company,
		_("{0} was cancelled: rows of {1} can be posted now").format(undone.name, name),
		_("They repeat or correct rows of the cancelled import. Look at them, then use Post Decided Rows."),
		"Report Import",
		name,
		"waiting_rows",
	)


def _next_step(event: Event) -> str:
	if event is Event.CHARGEBACK:
		return _(
			"RTS charged back {invoice} ({amount}): dispute it, bill the customer without the notice, or write it off."
		)
	if event is Event.BUYOUT:
		return _(
			"You bought {invoice} back from RTS ({amount}): pay RTS, and bill the customer without the notice."
		)
	if event is Event.SHORT_PAY:
		return _("The customer paid {invoice} short by {amount}: bill the customer for it, or write it off.")
	return _(
		"The customer paid {invoice} over by {amount}: give it back or keep it as the customer's credit."
	)


def close_tasks(doc) -> None:
	"""Cancel the tasks of an import that is undone. They are saved one by one, which also removes the assignments."""
	names = frappe.get_all(
		"ToDo",
		filters={
			"reference_type": "Sales Invoice",
			"status": "Open",
			"description": ("like", f"%({doc.name})%"),
		},
		pluck="name",
	)
	for name in names:
		task = frappe.get_doc("ToDo", name)
		task.status = "Cancelled"
		task.save(ignore_permissions=True)
