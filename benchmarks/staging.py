"""Reading, matching and staging a payment report of 100,000 rows in a book of as many open invoices; on a bench.

The peer is Frappe's own bulk insert of the same rows alone: staging does everything else too. Prints the seconds of staging and
of a page of the form, and how much memory staging takes more than the process had (aims: 60 s, 0.15 s, 400 MB).
`make benchmark NAME=staging` (ROWS=100000). KEEP=1 leaves the books, and takes those that are there.
"""

import datetime
import io
import os
import random
import sys
import threading
import time
from contextlib import contextmanager

from benchmarks.posting import on_bench

ROWS = int(os.environ.get("ROWS", 100_000))
KEEP = os.environ.get("KEEP")
CUSTOMER = "Ridgeline Foods Inc"


def run(frappe) -> None:
	from benchmarks import harness
	from rts_factoring.services.reports import jobs, reconciling, row_pages
	from rts_factoring.tests import grown_books
	from rts_factoring.tests.factories import ACME

	names = _open_invoices(frappe, ACME) if KEEP else []
	if len(names) < ROWS:
		names = grown_books.start(ROWS // grown_books.INVOICES)
	values = {"doctype": "File", "file_name": "big.xlsx", "is_private": 1, "content": _report(names[:ROWS])}
	file = frappe.get_doc(values).insert()
	jobs.enqueue_step, enqueue = lambda step, name: None, jobs.enqueue_step
	doc = frappe.get_doc({"doctype": "Report Import", "file": file.file_url, "company": ACME}).insert()
	jobs.enqueue_step = enqueue
	frappe.db.commit()
	del values
	started, busy = time.perf_counter(), time.process_time()
	with _memory() as taken:
		reconciling.stage_rows(doc.name)
	frappe.db.commit()
	ours, busy = time.perf_counter() - started, time.process_time() - busy
	doc.reload()
	print(
		f"{doc.line_count} rows staged in {ours:.1f} s: {doc.matched_count} matched, {doc.blocked_count} blocked"
	)
	pages = [_seconds(lambda: row_pages.page(doc.name)) for _ in range(3)]
	later = _seconds(lambda: row_pages.page(doc.name, start=ROWS - 50))
	print(f"a page of the form in {sorted(pages)[1]:.3f} s, the last one in {later:.3f} s")
	with _memory() as judging:
		judged = _seconds(lambda: reconciling.update_rows(doc.name))
	peer = _bulk_insert(frappe, doc.name)
	frappe.delete_doc("Report Import", doc.name, force=True) if KEEP else grown_books.wipe()
	frappe.db.commit()
	harness.report(
		f"staging {ROWS} report rows, matched against as many open invoices, against Frappe's bulk_insert of the same rows alone",
		ours,
		peer,
		page=round(sorted(pages)[1], 3),
		last_page=round(later, 3),
		own_processor_seconds=round(busy, 1),
		peak_mb=round(taken["mb"]),
		judged_again_seconds=round(judged, 1),
		judged_again_mb=round(judging["mb"]),
		load=[round(each, 1) for each in os.getloadavg()],
	)


def _open_invoices(frappe, company: str) -> list[str]:
	filters = {"company": company, "factoring_status": "Financed"}
	return frappe.get_all("Sales Invoice", filters, pluck="name", limit=ROWS, order_by="name")


def _seconds(work) -> float:
	started = time.perf_counter()
	work()
	return time.perf_counter() - started


@contextmanager
def _memory():
	"""`mb`: the most that the process had meanwhile, above what it had before; looked at every 20 ms."""
	found, is_over = {"mb": 0.0}, threading.Event()
	before = _resident()

	def look():
		while not is_over.wait(0.02):
			found["mb"] = max(found["mb"], _resident() - before)

	watcher = threading.Thread(target=look)
	watcher.start()
	try:
		yield found
	finally:
		is_over.set()
		watcher.join()


def _resident() -> float:
	with open("/proc/self/statm") as numbers:
		return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _report(names: list[str]) -> bytes:
	import openpyxl

	dice = random.Random(1)
	book = openpyxl.Workbook(write_only=True)
	sheet = book.create_sheet("Report")
	for row in (["Payment Report 11/01/2026 - 11/15/2026"], ["Client #:", "104233"], []):
		sheet.append(row)
	header = ["Invoice #", "Customer", "PO #", "Check #", "Payment Date", "Type", "Invoice Amount"]
	sheet.append([*header, "Payment Amount", "Fee", "Reserve Released", "Balance", "Description"])
	for n, name in enumerate(names):
		day = datetime.datetime(2026, 11, 1 + n % 15)
		row = [name, CUSTOMER, f"PO{name}", str(40_000 + n // 7), day, "Payment", 1000, 1000, 1.5]
		sheet.append([*row, dice.randint(1, 50), 0, None])
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
