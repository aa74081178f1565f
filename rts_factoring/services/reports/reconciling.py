"""Match the rows of an import with the current books: staged once, and updated after each change."""

from __future__ import annotations

import json

import frappe
from frappe import _

from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reconciliation.results import Reconciliation
from rts_factoring.core.reports.report import Report
from rts_factoring.services.accounting import lookups
from rts_factoring.services.common.errors import StaleReadError, core_errors_as_frappe
from rts_factoring.services.reports import (
	progress,
	reading,
	report_lines,
	statement_comparison,
	totals,
)
from rts_factoring.services.reports.reading import ReportFile


def stage_rows(name: str, file: ReportFile | None = None) -> None:
	"""Match and store every row of a draft import; its file is read unless the caller did. Safe to run again."""
	doc = frappe.get_doc("Report Import", name)
	if doc.docstatus != 0:
		return
	request = doc.read_request
	with core_errors_as_frappe():
		report, rows = file or reading.read_report(doc)
		is_first = not frappe.db.exists("Report Import Line", {"report_import": name})
		decided = report_lines.stored_decisions(doc.amended_from if is_first and doc.amended_from else name)
		report_lines.delete(name)
		result, compared = _reconciled(doc, report, decided=False)
	report_lines.insert(doc, result, rows)
	if report_lines.restore_decisions(name, decided):
		result = reconcile_import(doc, report)
		report_lines.update(doc, result.lines)
	if frappe.db.get_value("Report Import", name, "read_request", for_update=True) != request:
		raise StaleReadError(_("The import was changed while its file was read."))
	doc.db_set(
		totals.summary(doc, result)
		| {
			"status": "Ready",
			"batch": result.batch or None,
			"compared": compared,
			"layout_snapshot": reading.layout_snapshot(report.layout),
			"column_titles": json.dumps(reading.column_titles(report.header, rows), ensure_ascii=False),
		},
		update_modified=False,
	)
	progress.notify(doc)


def _reconciled(doc, report: Report, decided: bool = True) -> tuple[Reconciliation, str | None]:
	"""A report with the books as they are; a statement beside the books as of its day."""
	if report.kind.is_statement:
		return statement_comparison.compare(doc, report)
	return reconcile_import(doc, report, decided), None


def reconcile_file(doc) -> Reconciliation:
	"""Read the import's file again and reconcile it with the current books."""
	with core_errors_as_frappe():
		return reconcile_import(doc, reading.read_report(doc).report)


def reconcile_import(doc, report: Report, decided: bool = True) -> Reconciliation:
	"""Reconcile a report with the current books and the decisions of people."""
	own = report_lines.posted_rows(doc.name) if decided else set()
	lines = [line for line in report.lines if line.row not in own]
	numbers = {line.invoice_no for line in lines if line.invoice_no}
	decisions = report_lines.decisions(doc.name) if decided else {}
	numbers |= {decision.invoice_no for decision in decisions.values() if decision.invoice_no}
	references = {line.po_no for line in lines if line.po_no and not line.invoice_no}
	factoring_ledger = lookups.load_ledger(doc.company, report.kind.value)
	receivables = lookups.receivables_named(doc.company, numbers, references)
	own_name = doc.name if decided else ""
	return reconcile(report, receivables, factoring_ledger, doc.batch or "", decisions, own_name)


def update_rows(name: str) -> None:
	"""Update the rows after a decision, a change of the books or, in a draft, of the layout. Nothing is posted."""
	doc = frappe.get_doc("Report Import", name)
	if doc.docstatus == 2:
		return
	with core_errors_as_frappe():
		report = reading.read_report(doc).report
		if doc.docstatus == 0 and reading.layout_snapshot(report.layout) != doc.layout_snapshot:
			doc.flags.factoring_read_again = True
			doc.save()  # which reads the file by the layout as it is now, and keeps the decisions
			return
		result, compared = _reconciled(doc, report)
	report_lines.update(doc, result.lines)
	doc.db_set(totals.summary(doc, result) | {"compared": compared}, update_modified=False)
	progress.notify(doc)
