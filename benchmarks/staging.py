"""Reading, matching and staging a payment report of 100,000 rows against 100,000 invoices; on a bench.

The peer is Frappe's own bulk insert of the same rows alone: staging does everything else too. `make benchmark NAME=staging`.
"""

import datetime
import io
import os
import random
import resource
import sys
import time

from benchmarks.posting import on_bench
from rts_factoring.services.reports import reconciling

ROWS = int(os.environ.get("ROWS", 100_000))
CUSTOMER = "Ridgeline Foods Inc"


def run(frappe) -> None:
	from benchmarks import harness
	from rts_factoring.services.reports import jobs, row_pages
	from rts_factoring.tests import factories
	from rts_factoring.tests.factories import ACME

	factories.ensure_companies()
	factories.wipe()
	factories.make_settings(ACME)
	_invoices(frappe, ACME)
	content = _report()
	file = frappe.get_doc(
		{"doctype": "File", "file_name": "big.xlsx", "is_private": 1, "content": content}
	).insert()
	jobs.enqueue_step, enqueue = lambda step, name: None, jobs.enqueue_step
	doc = frappe.get_doc({"doctype": "Report Import", "file": file.file_url, "company": ACME}).insert()
	jobs.enqueue_step = enqueue
	frappe.db.commit()
	started, busy = time.perf_counter(), time.process_time()
	reconciling.stage_rows(doc.name)
	frappe.db.commit()
	ours, busy = time.perf_counter() - started, time.process_time() - busy
	doc.reload()
	print(
		f"{doc.line_count} rows staged in {ours:.1f} s: {doc.matched_count} matched, {doc.blocked_count} blocked"
	)
	started = time.perf_counter()
	reports_page = row_pages.page(doc.name)
	opening = time.perf_counter() - started
	print(f"a page of {len(reports_page['rows'])} rows for the form in {opening:.2f} s")
	peer = _bulk_insert(frappe, doc.name)
	factories.wipe()
	harness.report(
		f"staging {ROWS} report rows, matched against as many invoices, against Frappe's bulk_insert of the same rows alone",
		ours,
		peer,
		page=round(opening, 2),
		own_processor_seconds=round(busy, 1),
		peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
	)


def _invoices(frappe, company: str) -> None:
	"""Bare submitted invoices, straight into the table: what is measured reads them, nothing else does."""
	now = frappe.utils.now()
	fields = [
		"name",
		"creation",
		"modified",
		"owner",
		"modified_by",
		"docstatus",
		"company",
		"customer",
		"customer_name",
	]
	fields += ["posting_date", "due_date", "grand_total", "outstanding_amount", "currency", "po_no", "status"]
	rows = [
		(f"ST-{n:06}", now, now, "Administrator", "Administrator", 1, company, CUSTOMER, CUSTOMER)
		+ ("2026-10-01", "2026-11-01", 1000 + n % 500, 1000 + n % 500, "USD", f"PO{n}", "Unpaid")
		for n in range(ROWS)
	]
	frappe.db.bulk_insert("Sales Invoice", fields, rows, chunk_size=2_000)
	frappe.db.commit()


def _report() -> bytes:
	import openpyxl

	dice = random.Random(1)
	book = openpyxl.Workbook(write_only=True)
	sheet = book.create_sheet("Report")
	for row in (["Payment Report 11/01/2026 - 11/15/2026"], ["Client #:", "104233"], []):
		sheet.append(row)
	sheet.append(
		[
			"Invoice #",
			"Customer",
			"PO #",
			"Check #",
			"Payment Date",
			"Type",
			"Invoice Amount",
			"Payment Amount",
			"Fee",
		]
		+ ["Reserve Released", "Balance", "Description"]
	)
	for n in range(ROWS):
		amount = 1000 + n % 500
		day = datetime.datetime(2026, 11, 1 + n % 15)
		released = dice.randint(1, 50)
		sheet.append(
			[
				f"ST-{n:06}",
				CUSTOMER,
				f"PO{n}",
				str(40_000 + n // 7),
				day,
				"Payment",
				amount,
				amount,
				1.5,
				released,
				0,
				None,
			]
		)
	found = io.BytesIO()
	book.save(found)
	return found.getvalue()


def _bulk_insert(frappe, name: str) -> float:
	fields = [
		field.fieldname
		for field in frappe.get_meta("Report Import Line").fields
		if field.fieldname != "posted_key"
	]
	fields = [f for f in fields if f in frappe.db.get_table_columns("Report Import Line")]
	rows = frappe.get_all("Report Import Line", {"report_import": name}, fields, as_list=True, limit=0)
	fields = ["name", *fields]
	values = [(frappe.generate_hash(length=10), *row) for row in rows]
	started = time.perf_counter()
	frappe.db.bulk_insert("Report Import Line", fields, values, chunk_size=2_000)
	frappe.db.commit()
	return time.perf_counter() - started


if __name__ == "__main__":
	sys.exit(on_bench("benchmarks.staging", run))
