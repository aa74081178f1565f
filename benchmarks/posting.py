"""Posting a payment report of 1,250 invoices against ERPNext Payment Entries made one by one; on a bench.

`make benchmark NAME=posting` starts it with any Python; it hands itself to the bench's own. Also prints what a report of 5,000
takes to post and to cancel, the queries an invoice, and how long the posting of a purchase report takes with 10, 1,250 and 5,000
invoices (borrowing: the same few journal rows). INVOICES, LARGE and PAYMENT_ENTRIES change the numbers.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
BENCH = Path(os.environ.get("BENCH_DIR") or Path.home() / "frappe-bench")
SITE = os.environ.get("BENCH_TEST_SITE", "rts-test.localhost")
INVOICES, LARGE = int(os.environ.get("INVOICES", 1_250)), int(os.environ.get("LARGE", 5_000))
PEER = int(os.environ.get("PAYMENT_ENTRIES", 200))
CUSTOMER = "Ridgeline Foods Inc"


def on_bench(module: str, run) -> int:
	"""Run `run(frappe)` on the test site; a Python without Frappe hands itself to the bench's own."""
	try:
		import frappe
	except ImportError:
		subprocess.run(
			[sys.executable, str(CHECKOUT / "scripts" / "bench_test.py"), "--setup-only"], check=True
		)
		environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
		command = [str(BENCH / "env" / "bin" / "python"), "-m", module]
		return subprocess.run(command, cwd=BENCH / "sites", env=environment, check=False).returncode
	frappe.init(site=SITE)
	frappe.connect()
	run(frappe)
	return 0


def run(frappe) -> None:
	from benchmarks import harness
	from rts_factoring.services.reports import report_import
	from rts_factoring.tests import factories, report_factories
	from rts_factoring.tests.factories import ACME

	report_import.AT_ONCE = 10**6
	factories.ensure_companies()
	factories.wipe()
	factories.make_settings(ACME, max_invoices=LARGE)
	factories.make_notice(ACME)
	groups = {"FEW": 10, "PEER": PEER, "OURS": INVOICES, "LARGE": LARGE}
	names = {group: [f"{group}-{number:05}" for number in range(size)] for group, size in groups.items()}
	_make_invoices(frappe, factories, [name for group in names.values() for name in group])
	frappe.db.after_commit.reset()
	frappe.db.commit()

	def measured(work) -> tuple[float, float]:
		"""Seconds and queries."""
		queries, sql = [], frappe.db.sql
		frappe.db.sql = lambda *given, **named: queries.append(1) or sql(*given, **named)
		started = time.perf_counter()
		try:
			work()
			frappe.db.after_commit.reset()
			frappe.db.commit()
			return time.perf_counter() - started, len(queries)
		finally:
			frappe.db.sql = sql

	def draft(content: bytes, name: str):
		doc = report_factories.import_file(name, content, submit=False)
		frappe.db.after_commit.reset()
		frappe.db.commit()
		return doc

	def bought(group: str) -> float:
		report_factories.sent_batch(f"PB-{group}", names[group])
		rows = [(name, 1000, 30, 50) for name in names[group]]
		content = report_factories.purchase_rows(f"PB-{group}", *rows)
		return measured(draft(content, f"{group}.xlsx").submit)[0]

	def paid(group: str):
		period = "11/01/2026 - 11/15/2026"
		rows = [(name, "48210", "11/05/2026", "Payment", 1000, None, 50) for name in names[group]]
		return draft(report_factories.payment_rows(period, *rows), f"{group}-paid.xlsx")

	purchase_few, purchase_many, purchase_large = bought("FEW"), bought("OURS"), bought("LARGE")
	seconds, queries = measured(paid("OURS").submit)
	entry = measured(lambda: [_payment_entry(frappe, name) for name in names["PEER"]])[0] / PEER
	large = paid("LARGE")
	large_seconds, large_queries = measured(large.submit)
	cancel_seconds, cancel_queries = measured(frappe.get_doc("Report Import", large.name).cancel)
	factories.wipe()
	harness.report(
		f"posting a payment report of {INVOICES} invoices, seconds an invoice, against ERPNext Payment Entries one by one",
		seconds / INVOICES,
		entry,
		queries=round(queries / INVOICES, 1),
		seconds_of_large=round(large_seconds / LARGE, 4),
		queries_of_large=round(large_queries / LARGE, 1),
		large=LARGE,
		cancel_seconds=round(cancel_seconds / LARGE, 4),
		cancel_queries=round(cancel_queries / LARGE, 1),
		purchase_10=round(purchase_few, 2),
		purchase_all=round(purchase_many, 2),
		purchase_large=round(purchase_large, 2),
	)


def _make_invoices(frappe, factories, names: list[str]) -> None:
	"""One invoice as a person submits it, and its rows copied for all the others."""
	dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
	first, *others = names
	factories.make_invoice(first, company=factories.ACME, customer=CUSTOMER, amount=1000, po_no="PO", **dates)
	for name in names:
		factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000.00"}
	tables = {"Sales Invoice": "name", "Sales Invoice Item": "parent", "Payment Schedule": "parent"}
	tables |= {"GL Entry": "voucher_no", "Payment Ledger Entry": "voucher_no"}
	for doctype, field in tables.items():
		rows = frappe.get_all(doctype, filters={field: first}, fields=["*"], limit=0)
		copies = []
		for name in others:
			for row in rows:
				values = {key: name if value == first else value for key, value in row.items()}
				if doctype != "Sales Invoice":
					values["name"] = frappe.generate_hash(length=10)
				copies.append(tuple(values.values()))
		frappe.db.bulk_insert(doctype, list(rows[0]), copies)


def _payment_entry(frappe, invoice: str) -> None:
	from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

	doc = get_payment_entry("Sales Invoice", invoice)
	doc.reference_no, doc.reference_date = "48210", "2026-11-05"
	doc.insert()
	doc.submit()


if __name__ == "__main__":
	sys.exit(on_bench("benchmarks.posting", run))
