"""Decisions of people on the rows of an import, and the words and headers they add to its layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import frappe
from frappe import _
from frappe.utils import escape_html, now_datetime

from rts_factoring.core.model import DEDUCTION_EVENTS, FUNDING_EVENTS, OWN_EVENTS, Event, Outcome, ReportKind
from rts_factoring.core.reconciliation.results import GENUINE
from rts_factoring.core.reconciliation.row_effects import ACCEPTABLE, WITHOUT_FEE
from rts_factoring.core.reports.mapping import try_layout
from rts_factoring.services.common import locks
from rts_factoring.services.common.errors import StaleReadError
from rts_factoring.services.company import layouts
from rts_factoring.services.reports import column_mapping, reading, reconciling, report_lines

REPEATS = ("posted_differently", "ignored_differently", "corrected_before")
KINDS_WITH_DECISIONS = ("Purchase", "Payment")
LINE_TYPES = {
	ReportKind.PAYMENT: tuple(
		event.value for event in Event if event not in (Event.PURCHASE, *OWN_EVENTS, *FUNDING_EVENTS)
	),
	ReportKind.PURCHASE: tuple(
		event.value for event in Event if event in (*DEDUCTION_EVENTS, Event.DIFFERENCE)
	),
}


def record_decision(
	name: str,
	rows: list[int],
	action: str,
	invoice: str | None = None,
	event: str | None = None,
	reason: str = "",
	remember: bool = False,
) -> None:
	"""Record a person's decision on some rows: accept a suggestion, choose the invoice, set the type, ignore, or undo.

	Who decided and when is kept on each row. `remember` teaches the report's layout the type's word, for later imports.
	Raises when a row is posted already or the decision lacks what it needs.
	"""
	locks.take("Report Import", name)
	doc = frappe.get_doc("Report Import", name, for_update=True)
	if doc.kind not in KINDS_WITH_DECISIONS:
		frappe.throw(
			_("The rows of a statement are only compared. Correct what differs, then press Update Rows.")
		)
	if doc.docstatus == 2:
		frappe.throw(_("{0} is cancelled. Amend it to decide its rows.").format(name))
	if doc.status == "Reading":
		frappe.throw(
			_("The file is being read again. Decide its rows when the status is Ready."), StaleReadError
		)
	if doc.posted_count != frappe.db.get_value("Report Import", name, "posted_count"):
		frappe.throw(
			_("Rows of this import were posted meanwhile. Look at them again, then decide."), StaleReadError
		)
	lines = frappe.get_all(
		"Report Import Line",
		filters={"report_import": name, "row_no": ("in", rows)},
		fields=[
			"name",
			"row_no",
			"posted",
			"outcome",
			"sales_invoice",
			"decided_invoice",
			"decided_event",
			"accepted",
			"reason",
			"word",
		],
		limit=0,
	)
	kind = ReportKind(doc.kind.lower())
	if remember and action == "type" and event and event in LINE_TYPES[kind]:
		for word in {line.word for line in lines if line.word}:
			layouts.add_word(reading.layout_name(doc), "Type", word, event, doc.company)
	for line in lines:
		if line.posted:
			frappe.throw(_("Row {0} is posted. Cancel the import to change it.").format(line.row_no))
		change = _decision(doc, line, action, invoice, event, reason)
		decided = bool(change["resolution"])
		audit = {
			"decided_by": frappe.session.user if decided else None,
			"decided_on": now_datetime() if decided else None,
		}
		frappe.db.set_value("Report Import Line", line.name, change | audit)
	reconciling.update_rows(name)


def _decision(doc, line, action: str, invoice: str | None, event: str | None, reason: str) -> dict:
	if action == "accept":
		if line.outcome == Outcome.SUGGESTED.value:
			return {"resolution": "Accepted", "decided_invoice": line.sales_invoice}
		if line.outcome != Outcome.BLOCKED.value or line.reason not in ACCEPTABLE:
			frappe.throw(_("Row {0} has nothing to accept. Do what its reason says.").format(line.row_no))
		return {"resolution": "Accepted", "accepted": _with(line, line.reason)}
	if action == "without_fee":
		if line.reason != "fee_repeats":
			frappe.throw(_("Row {0} has no fee that repeats the one at purchase.").format(line.row_no))
		return {"resolution": "Without Fee", "accepted": _with(line, WITHOUT_FEE)}
	if action == "genuine":
		return _of_its_own(line, (reason or "").strip())
	if action == "invoice":
		if not invoice or frappe.db.get_value("Sales Invoice", invoice, "company") != doc.company:
			frappe.throw(_("Row {0}: choose an invoice of {1}.").format(line.row_no, doc.company))
		return {"resolution": "Invoice Chosen", "decided_invoice": invoice}
	if action == "type":
		if event not in LINE_TYPES[ReportKind(doc.kind.lower())]:
			frappe.throw(_("Row {0}: choose the type of the row.").format(line.row_no))
		return {"resolution": "Type Set", "decided_event": event}
	if action == "ignore":
		if not (reason or "").strip():
			frappe.throw(_("Row {0}: say why it is ignored.").format(line.row_no))
		return {"resolution": "Ignored", "resolution_reason": reason.strip()}
	if action != "undo":
		frappe.throw(
			_(
				"{0} is not a decision. Use accept, without_fee, genuine, invoice, type, ignore or undo."
			).format(escape_html(action))
		)
	fields = ("resolution_reason", "decided_invoice", "decided_event", "accepted")
	return {"resolution": "", **dict.fromkeys(fields)}


def possible(line) -> list[str]:
	"""The decisions that record_decision takes for one row as it is, in the order of the form's buttons."""
	if line.posted or line.outcome == Outcome.DIFFERS.value:
		return []
	blocked = line.outcome == Outcome.BLOCKED.value and line.reason in ACCEPTABLE
	repeats = line.outcome == Outcome.DUPLICATE.value or line.reason in REPEATS
	found = {
		"accept": line.outcome == Outcome.SUGGESTED.value or blocked,
		"without_fee": line.reason == "fee_repeats",
		"invoice": True,
		"genuine": repeats,
		"type": True,
		"ignore": line.resolution != "Ignored",
		"undo": bool(line.resolution),
	}
	return [action for action, is_possible in found.items() if is_possible]


def _of_its_own(line, reason: str) -> dict:
	"""A row that repeats a posted one, but happened too."""
	if line.outcome != Outcome.DUPLICATE.value and line.reason not in REPEATS:
		frappe.throw(_("Row {0} does not repeat a row that was posted.").format(line.row_no))
	if not reason:
		frappe.throw(_("Row {0}: say why it is a row of its own.").format(line.row_no))
	return {"resolution": "Row of Its Own", "resolution_reason": reason, "accepted": _with(line, GENUINE)}


def _with(line, reason: str) -> str:
	"""The reasons accepted so far, and this one."""
	return ",".join(sorted(report_lines.accepted_reasons(line.accepted) | {reason}))


def teachable(name: str) -> dict[str, list[str]]:
	"""Unknown `headers` and `words` of this import, and what each may mean."""
	doc = frappe.get_doc("Report Import", name)
	if not doc.layout_snapshot:
		return {"headers": [], "fields": [], "words": [], "meanings": []}
	words = frappe.get_all(
		"Report Import Line",
		filters={"report_import": name, "posted": 0, "reason": ("in", ("unknown_status", "unknown_type"))},
		pluck="word",
		order_by="row_no",
		limit=0,
	)
	purchase = doc.kind == "Purchase"
	outcomes = (Outcome.MATCHED, Outcome.PENDING, Outcome.HELD, Outcome.DENIED)
	known = column_mapping.fields_of(ReportKind(doc.kind.lower()))
	return {
		"headers": json.loads(doc.unknown_columns or "[]"),
		"fields": list(dict.fromkeys((*known, *layouts.report_layout(reading.layout_name(doc)).headers))),
		"words": [word for word in dict.fromkeys(words) if word],
		"meanings": [
			*(outcome.value for outcome in outcomes if purchase),
			*LINE_TYPES.get(ReportKind(doc.kind.lower()), ()),
		],
	}


def teach(name: str, headers: Mapping[str, str], words: Mapping[str, str]) -> None:
	"""Teach the import's layout headers (each with its field) and words (each with a status or type) of its file, and update
	the rows."""
	locks.take("Report Import", name)
	doc = frappe.get_doc("Report Import", name)
	check_taught(name, headers, words)
	for text, field in headers.items():
		layouts.add_header(reading.layout_name(doc), field, text, doc.company)
	for text, meaning in words.items():
		listed = "Type" if meaning in LINE_TYPES.get(ReportKind(doc.kind.lower()), ()) else "Status"
		layouts.add_word(reading.layout_name(doc), listed, text, meaning, doc.company)
	reconciling.update_rows(name)


def check_taught(name: str, headers: Mapping[str, str], words: Mapping[str, str]) -> None:
	"""Refuse texts that are not of this file, and meanings that no text has."""
	known = teachable(name)
	texts_known = headers.keys() <= set(known["headers"]) and words.keys() <= set(known["words"])
	meanings_known = {*headers.values()} <= {*known["fields"]} and {*words.values()} <= {*known["meanings"]}
	if not (texts_known and meanings_known and (headers or words)):
		frappe.throw(_("Choose a text of this file, and what it means."))


def try_teaching(name: str, headers: Mapping[str, str], words: Mapping[str, str]) -> dict:
	"""What the layout would make of the file with these headers and words. Nothing is written."""
	doc = frappe.get_doc("Report Import", name)
	if headers or words:
		check_taught(name, headers, words)
	layout = layouts.report_layout(reading.layout_name(doc))
	meanings = LINE_TYPES.get(ReportKind(doc.kind.lower()), ())
	types = {word: Event(means) for word, means in words.items() if means in meanings}
	statuses = {word: Outcome(means) for word, means in words.items() if means not in meanings}
	layout = replace(
		column_mapping.with_headers(layout, headers),
		types=layout.types | types,
		statuses=layout.statuses | statuses,
	)
	return column_mapping.shown_trial(try_layout(reading.spreadsheet(doc), layout))
