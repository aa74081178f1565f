"""Removes the cells of old rows from the database, where the report's file has them still.

What a row is recognised by stays (identity, fingerprint, key), and so do its typed values: it is posted at most once as
before. A portion of rows is one transaction, so a job that is killed goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import frappe
from frappe.utils import add_months, cint, now_datetime, today

from rts_factoring.services.common import background
from rts_factoring.services.company import settings
from rts_factoring.services.reports import reading, report_lines

PORTION = 2_000  # rows
TIMEOUT = 4 * 3600  # seconds; what is left after it is done on the next day


def steps() -> list[Callable[[], None]]:
	"""For each company, a step that starts a job when it has old rows with cells."""
	return [partial(start_due, company) for company in settings.companies_with_settings()]


def start_due(company: str) -> None:
	if due(company):
		background.enqueue_once(
			"rts_factoring.services.reports.compaction.compact_job",
			job_id=f"report-rows-compact-{company}",
			queue="long",
			timeout=TIMEOUT,
			company=company,
		)


def due(company: str) -> list[str]:
	"""Imports older than the months in the settings, in which no row waits, and whose rows have their cells; oldest first.
	0 months means never."""
	months = cint(settings.require_any(company).cells_kept_months)
	if not months:
		return []
	doc = frappe.qb.DocType("Report Import")
	is_done = ((doc.status == "Posted") & (doc.waiting_count == 0)) | (doc.status == "Cancelled")
	query = frappe.qb.from_(doc).where((doc.company == company) & (doc.docstatus > 0) & is_done)
	query = query.where(doc.cells_removed_on.isnull() & (doc.creation < add_months(now_datetime(), -months)))
	return [name for (name,) in query.orderby(doc.creation).select(doc.name).run()]


def compact_job(company: str) -> None:
	"""Remove the cells of all imports that are due. An import whose file is gone or has other bytes keeps them."""
	for name in due(company):
		if reading.has_original(frappe.get_doc("Report Import", name)):
			compact(name)


def compact(report_import: str) -> None:
	"""Remove the cells of an import's rows, in portions that are committed one by one."""
	while names := report_lines.with_cells(report_import, PORTION):
		report_lines.remove_cells(names)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job; each portion stands alone
	frappe.db.set_value("Report Import", report_import, "cells_removed_on", today(), update_modified=False)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job; the next import is another's work
