"""The timeline of one invoice: its batches, report rows and postings."""

import frappe
from frappe import _
from frappe.utils import escape_html, fmt_money, get_link_to_form

from rts_factoring.core.model import Event
from rts_factoring.services.accounting import sources
from rts_factoring.services.batches import batch_status

SHOWN = 50  # newest postings and rows; older ones are in the lists
STATE_OUTCOMES = ("held", "denied", "pending")


def of_invoice(invoice: str) -> list[dict]:
	"""`creation` and `content` (safe HTML) of each event, for Frappe's timeline."""
	return [*_batches(invoice), *_rows(invoice), *_postings(invoice)]


def _event(creation, text: str) -> dict:
	return {"creation": creation, "content": text, "icon": None, "is_card": False}


def _batches(invoice: str) -> list[dict]:
	row, batch = frappe.qb.DocType("Factoring Batch Invoice"), frappe.qb.DocType(batch_status.DOCTYPE)
	rows = (
		frappe.qb.from_(row)
		.inner_join(batch)
		.on(batch.name == row.parent)
		.where((row.sales_invoice == invoice) & (batch.docstatus > 0))
		.select(
			batch.name,
			batch.docstatus,
			batch.submitted_on,
			batch.delivered_on,
			batch.modified,
			row.outcome,
			row.reason,
		)
		.run(as_dict=True)
	)
	events = []
	for entry in rows:
		link = get_link_to_form(batch_status.DOCTYPE, entry.name)
		if entry.submitted_on:
			events.append(_event(entry.submitted_on, _("Factoring: submitted with batch {0}").format(link)))
		if entry.outcome == "Returned":
			text = _("Factoring: not sent with batch {0}: {1}").format(link, escape_html(entry.reason or ""))
			events.append(_event(entry.submitted_on, text))
		elif entry.delivered_on:
			events.append(_event(entry.delivered_on, _("Factoring: batch {0} delivered").format(link)))
		if entry.docstatus == 2:
			events.append(_event(entry.modified, _("Factoring: batch {0} cancelled").format(link)))
	return events


def _rows(invoice: str) -> list[dict]:
	"""Rows that say something about the invoice and post nothing."""
	line, report = frappe.qb.DocType("Report Import Line"), frappe.qb.DocType("Report Import")
	rows = (
		frappe.qb.from_(line)
		.inner_join(report)
		.on(report.name == line.report_import)
		.where((line.sales_invoice == invoice) & line.outcome.isin(STATE_OUTCOMES) & (report.docstatus == 1))
		.orderby(line.creation, order=frappe.qb.desc)
		.limit(SHOWN)
		.select(line.outcome, line.description, report.name, line.creation, line.row_no)
		.run(as_dict=True)
	)
	said = {"held": _("held"), "denied": _("denied"), "pending": _("pending")}
	return [
		_event(
			row.creation,
			_("Factoring: {0} by RTS, row {1} of {2}").format(
				said[row.outcome], row.row_no, get_link_to_form("Report Import", row.name)
			)
			+ (f": {escape_html(row.description)}" if row.description else ""),
		)
		for row in rows
	]


def _postings(invoice: str) -> list[dict]:
	entries = frappe.get_all(
		"Factoring Ledger Entry",
		filters={"sales_invoice": invoice},
		fields=[
			"creation",
			"event",
			"currency",
			"is_reversal",
			*sources.LEDGER_FIELDS.values(),
			"purchased",
			"collected",
			"charged_back",
		]
		+ ["fee", "reserve"],
		order_by="creation desc",
		limit=SHOWN,
	)
	return [_event(entry.creation, _posting(entry)) for entry in entries]


def _posting(entry) -> str:
	"""What was posted or undone. A reversal has the negated amounts of the entry it reverses."""
	sign = -1 if entry.is_reversal else 1
	amounts = ", ".join(
		words.format(fmt_money(abs(entry[name]), currency=entry.currency))
		for name, (more, less) in _amount_texts(entry.event).items()
		if entry[name] and (words := more if sign * entry[name] > 0 else less)
	)
	text = _("Factoring: {0} undone by {1}") if entry.is_reversal else _("Factoring: {0} by {1}")
	event = _(frappe.unscrub(entry.event))
	owner = sources.source_of(entry)
	return text.format(event, get_link_to_form(*owner) if owner else "") + (
		f" ({amounts})" if amounts else ""
	)


def _amount_texts(event: str) -> dict[str, tuple[str, str]]:
	"""Texts for a positive and a negative amount, so that nobody has to read signs."""
	released = _("released {0}") if event == Event.RESERVE_RELEASE.value else _("{0} out of the reserve")
	return {
		"purchased": (_("purchased {0}"), _("purchase of {0} taken back")),
		"collected": (_("collected {0}"), _("collection of {0} taken back")),
		"charged_back": (_("charged back {0}"), _("chargeback of {0} taken back")),
		"fee": (_("fee {0}"), _("fee of {0} given back")),
		"reserve": (_("{0} into the reserve"), released),
	}
