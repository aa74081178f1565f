"""The task after an import: each chargeback, buyout, short pay, over pay and difference, with the next step."""

from __future__ import annotations

from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import fmt_money

from rts_factoring.core.model import Event
from rts_factoring.core.money import ZERO
from rts_factoring.core.reconciliation.posting_matrix import Effect
from rts_factoring.services.company import alerts

SHOWN = 50  # rows that a task lists
URGENT = (Event.CHARGEBACK, Event.BUYOUT, Event.RECOVERY)


def open_tasks(doc, lines) -> int:
	"""One ToDo on the import for each of the company's managers, with the next step of every row that has one, and one alert;
	returns how many rows."""
	to_follow_up = [
		(effect, amount) for line in lines for effect in line.effects if (amount := _to_follow_up(effect))
	]
	if not to_follow_up:
		return 0
	texts = [
		_next_step(effect).format(
			invoice=effect.invoice_no or _("row {0}").format(effect.row),
			amount=fmt_money(amount, currency=doc.currency),
		)
		for effect, amount in to_follow_up
	]
	priority = "High" if any(effect.event in URGENT for effect, _amount in to_follow_up) else "Medium"
	for person in alerts.managers(doc.company) or ["Administrator"]:
		_open_task(doc, texts, priority, person)
	alerts.notify_managers(
		doc.company,
		_("{0}: {1} rows need a next step").format(doc.name, len(to_follow_up)),
		"\n".join(texts[:20]),
		"Report Import",
		doc.name,
		"chargeback",
	)
	return len(to_follow_up)


def _to_follow_up(effect: Effect) -> Decimal:
	"""The amount that somebody has to do something about; 0 when nothing is left to do."""
	amounts = effect.amounts
	if effect.event in (*URGENT, Event.DIFFERENCE):
		return abs(amounts["amount"])
	if effect.event is Event.SHORT_PAY:
		return amounts["short"] - amounts.get("allowed", ZERO)
	if effect.event is Event.OVER_PAY:
		return amounts["over"]
	return abs(amounts.get("difference", ZERO))


def _open_task(doc, texts: list[str], priority: str, person: str) -> None:
	more = [_("and {0} more").format(len(texts) - SHOWN)] if len(texts) > SHOWN else []
	items = "".join(f"<li>{frappe.utils.escape_html(text)}</li>" for text in texts[:SHOWN] + more)
	frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": person,
			"reference_type": "Report Import",
			"reference_name": doc.name,
			"description": f"<p>{_('{0}: what to do next').format(doc.name)}</p><ul>{items}</ul>",
			"priority": priority,
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
	"""Notify the managers that rows which repeat or correct those of a cancelled import, or were ignored because of a cancelled
	adjustment, can be posted now."""
	alerts.notify_managers(
		undone.company,
		_("{0} was cancelled: rows of {1} can be posted now").format(undone.name, name),
		_("The cancelled document had posted what they say. Look at them, then use Post Decided Rows."),
		"Report Import",
		name,
		"waiting_rows",
	)


def _next_step(effect: Effect) -> str:
	event = effect.event
	if event in (Event.CHARGEBACK, Event.RECOVERY):
		return _(
			"RTS charged back {invoice} ({amount}): dispute it, bill the customer without the notice, send it again, or write it off."
		)
	if event is Event.BUYOUT:
		return _(
			"You bought {invoice} back from RTS ({amount}): pay RTS, and bill the customer without the notice."
		)
	if event is Event.SHORT_PAY:
		return _("The customer paid {invoice} short by {amount}: bill the customer for it, or write it off.")
	if event is Event.OVER_PAY:
		return _(
			"The customer paid {invoice} over by {amount}: give it back or keep it as the customer's credit."
		)
	return _(
		"{invoice}: {amount} is on the account for differences. Find out what it is, and clear it with a journal entry."
	)


def close_tasks(doc) -> None:
	"""Cancel the tasks of an import that is undone. They are saved one by one, which also removes the assignments."""
	names = frappe.get_all(
		"ToDo",
		filters={"reference_type": "Report Import", "reference_name": doc.name, "status": "Open"},
		pluck="name",
	)
	for name in names:
		task = frappe.get_doc("ToDo", name)
		task.status = "Cancelled"
		task.save(ignore_permissions=True)
