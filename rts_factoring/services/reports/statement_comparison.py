"""Statements of RTS beside the books as of their day. They post nothing; each difference leads to its correction."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import formatdate, getdate

from rts_factoring.core.model import ReportKind
from rts_factoring.core.money import ZERO, money, text
from rts_factoring.core.reconciliation.identity import check_identity, other_subsidiaries
from rts_factoring.core.reconciliation.matching import Matcher
from rts_factoring.core.reconciliation.reasons import explain
from rts_factoring.core.reconciliation.results import Reconciliation
from rts_factoring.core.reconciliation.statements import (
	MOVED_ALONE,
	NEAR,
	Compared,
	InvoiceBooks,
	Movement,
	compare_open_invoices,
	compare_reserve,
	why_alone,
)
from rts_factoring.core.reports.report import Report
from rts_factoring.services.accounting import ledger, ledger_sums, lookups, sources
from rts_factoring.services.invoices.receivables import chunks
from rts_factoring.services.reports import report_lines

KINDS = tuple(kind.value.title() for kind in ReportKind if kind.is_statement)
SHOWN = 200  # of what stands in our books alone


def compare(doc, report: Report) -> tuple[Reconciliation, str]:
	"""The rows of a statement beside our books, and as JSON what a form shows above them: both sums, and what RTS leaves out."""
	own_ledger = lookups.load_ledger(doc.company, report.kind.value)
	numbers = {line.invoice_no for line in report.lines if line.invoice_no}
	found = lookups.receivables_named(doc.company, numbers)
	check_identity(report, own_ledger, "", found.companies)
	others = other_subsidiaries(own_ledger, found.companies)
	matcher = Matcher(found, doc.company, (), own_ledger.client_number, others)
	day = getdate(doc.as_of)
	names = {receivable.invoice_no for receivable in found.all}
	if report.kind is ReportKind.OPEN_INVOICES:
		books = _books(doc.company, day, names)
		compared = compare_open_invoices(report, matcher, books)
		alone = [
			{"invoice": name, "ours": text(books[name].open), "reason": why_alone(books[name])}
			for name in compared.alone[:SHOWN]
		]
	else:
		movements, opening = _reserve(doc.company, report, day)
		compared = compare_reserve(report, matcher, movements, opening, day, _waiting(doc.company, names))
		by_name = {each.name: each for each in movements}
		alone = [_movement_alone(by_name[name]) for name in compared.alone[:SHOWN]]
	result = Reconciliation(report, doc.company, own_ledger.policy, "", compared.lines, (), {})
	return result, json.dumps(_summary(day, compared, alone))


def _summary(day: date, compared: Compared, alone: list[dict]) -> dict:
	return {
		"as_of": day.isoformat(),
		"stated": text(compared.stated),
		"ours": text(compared.ours),
		"difference": text(compared.difference),
		"alone": alone,
		"alone_count": len(compared.alone),
	}


def explained(summary: str) -> dict:
	"""The summary of a statement, with each reason in the user's words."""
	found = json.loads(summary)
	for each in found["alone"]:
		meaning, remedy = explain(each["reason"])
		each["text"] = f"{_(meaning)} {_(remedy)}"
	return found


def _movement_alone(movement: Movement) -> dict:
	return {
		"invoice": movement.invoice_no,
		"ours": text(movement.amount),
		"day": movement.day.isoformat(),
		"source": movement.source,
		"reason": MOVED_ALONE,
	}


def _books(company: str, day: date, named: set[str]) -> dict[str, InvoiceBooks]:
	"""Every invoice that was open with RTS on the day, and those that the statement names."""
	then = ledger_sums.positions_as_of(company, day)
	names = named | {name for name, position in then.items() if position.open}
	now = ledger_sums.open_amounts(names)
	waiting = _waiting(company, names)
	return {
		name: InvoiceBooks(
			open=then[name].open if name in then else ZERO,
			open_now=now.get(name, ZERO),
			is_bought=name in then and then[name].is_bought,
			waits=name in waiting,
		)
		for name in names
	}


def _waiting(company: str, invoices: set[str]) -> dict[str, tuple[str, int]]:
	"""Invoice → import and number of a row about it that waits for a decision or has not been posted."""
	line, parent = frappe.qb.DocType("Report Import Line"), frappe.qb.DocType("Report Import")
	query = (
		frappe.qb.from_(line)
		.inner_join(parent)
		.on(parent.name == line.report_import)
		.where((parent.company == company) & (parent.docstatus < 2) & parent.kind.notin(KINDS))
		.where((line.posted == 0) & line.outcome.isin((*report_lines.WAITING_OUTCOMES, "matched")))
		.orderby(parent.creation)
		.select(line.sales_invoice, parent.name, line.row_no)
	)
	found: dict[str, tuple[str, int]] = {}
	for part in chunks(sorted(invoices)):
		rows = query.where(line.sales_invoice.isin(part)).run()
		found |= {invoice: (name, int(row_no)) for invoice, name, row_no in rows}
	return found


def _reserve(company: str, report: Report, day: date) -> tuple[list[Movement], Decimal]:
	"""What moved the reserve in our books around the statement's days, and the balance before."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	first = min((line.date for line in report.lines if line.date), default=day) - NEAR
	rows = (
		ledger.live(table)
		.where((table.company == company) & (table.reserve != 0))
		.where(table.posting_date[first : day + NEAR])
		.orderby(table.posting_date)
		.orderby(table.creation)
		.select(table.name, table.posting_date, table.reserve, table.sales_invoice)
		.select(*(table[name] for name in sources.LEDGER_FIELDS.values()))
		.run(as_dict=True)
	)
	movements = []
	for row in rows:
		owner = sources.source_of(row)
		amount = money(row.reserve)
		movements.append(
			Movement(row.name, row.posting_date, amount, row.sales_invoice or "", owner[1] if owner else "")
		)
	return movements, ledger_sums.of_company(company, before=first, only=("reserve",))["reserve"]


def correction(doc, row) -> dict | None:
	"""What settles a difference: `open` the import and row that wait, or the fields and line of an `adjustment` to be made."""
	if doc.kind not in KINDS or row.outcome != "differs":
		return None
	return correction_of(doc, row.sales_invoice, row.reason, row.balance, row.difference)


def correction_alone(doc, invoice: str) -> dict | None:
	"""The same for an invoice that is open in our books and that a list of open invoices leaves out."""
	summary = json.loads(doc.compared or "{}")
	for each in summary.get("alone", ()):
		if each["invoice"] == invoice and doc.kind == KINDS[0]:
			return correction_of(doc, invoice, each["reason"], 0, -float(each["ours"]))
	return None


def correction_of(doc, invoice: str | None, reason: str, stated, difference) -> dict | None:
	"""The same for an invoice that RTS leaves out."""
	if reason == "statement_row_waits" and invoice:
		name, row_no = _waiting(doc.company, {invoice}).get(invoice, ("", 0))
		return {"open": name, "row": row_no} if name else None
	line: dict | None = None
	purpose = "Event"
	if reason == "statement_not_bought" and invoice:
		purpose = "Opening"
		line = {"event": "Opening", "sales_invoice": invoice, "financed": stated, "amount": stated}
	elif reason in ("statement_not_here", "statement_not_listed") and invoice:
		line = {"event": "Payment", "sales_invoice": invoice, "amount": -difference}
	elif reason == "statement_not_there" and invoice:
		line = {"event": "Payment Removed", "sales_invoice": invoice, "amount": difference}
	elif reason == "statement_reserve_not_here":
		event = "Charge" if difference < 0 else "Fee Reversal"
		line = {"event": event, "sales_invoice": invoice, "amount": abs(difference)}
	if line is None:
		return None
	reason_given = _("By RTS's statement {0}, as of {1}").format(doc.name, formatdate(doc.as_of))
	fields = {"company": doc.company, "purpose": purpose, "posting_date": doc.as_of, "reason": reason_given}
	return {"adjustment": fields, "line": line}
