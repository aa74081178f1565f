"""Posting a payment report of 1,250 invoices against ERPNext Payment Entries made one by one; on a bench.

`make benchmark NAME=posting` starts it with any Python; it hands itself to the bench's own. Also prints what larger reports take to
post and to cancel, the queries an invoice, and how long the posting of purchase reports takes (borrowing: the same few journal
rows). INVOICES, LARGE=5000,25000 and PAYMENT_ENTRIES change the numbers. `busy` is seconds of a processor, `busy_ratio` compares
them.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent
BENCH = Path(os.environ.get("BENCH_DIR") or Path.home() / "frappe-bench")
SITE = os.environ.get("BENCH_TEST_SITE", "rts-test.localhost")
INVOICES = int(os.environ.get("INVOICES", 1_250))
LARGE = [int(rows) for rows in os.environ.get("LARGE", "5000").split(",")]
LARGE_GROUPS = [f"L{rows}" for rows in LARGE]
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
	from rts_factoring.tests import factories, grown_books, report_factories
	from rts_factoring.tests.factories import ACME

	report_import.AT_ONCE = 10**6
	factories.ensure_companies()
	grown_books.wipe()
	factories.make_settings(ACME, max_invoices=max(LARGE))
	factories.make_notice(ACME)
	groups = {"FEW": 10, "PEER": PEER, "OURS": INVOICES} | dict(zip(LARGE_GROUPS, LARGE, strict=True))
	names = {group: [f"{group}-{number:05}" for number in range(size)] for group, size in groups.items()}
	_make_invoices(frappe, factories, [name for group in names.values() for name in group])
	frappe.db.after_commit.reset()
	frappe.db.commit()

	busy = harness.Busy(frappe)

	def measured(work) -> Measured:
		queries, sql = [], frappe.db.sql
		frappe.db.sql = lambda *given, **named: queries.append(1) or sql(*given, **named)
		started, before = time.perf_counter(), busy()
		try:
			work()
			frappe.db.after_commit.reset()
			frappe.db.commit()
			return Measured(time.perf_counter() - started, busy() - before, len(queries))
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
		return measured(draft(content, f"{group}.xlsx").submit).seconds

	def paid(group: str):
		period = "11/01/2026 - 11/15/2026"
		rows = [(name, "48210", "11/05/2026", "Payment", 1000, None, 50) for name in names[group]]
		return draft(report_factories.payment_rows(period, *rows), f"{group}-paid.xlsx")

	purchases = {len(names[group]): bought(group) for group in ("FEW", "OURS", *LARGE_GROUPS)}
	ours = measured(paid("OURS").submit)
	entry = measured(lambda: [_payment_entry(frappe, name) for name in names["PEER"]])
	for group in LARGE_GROUPS:
		doc = paid(group)
		_say("posting", len(names[group]), measured(doc.submit), entry)
		cancelled = measured(frappe.get_doc("Report Import", doc.name).cancel)
		_say("cancelling", len(names[group]), cancelled, entry)
	shown = {rows: round(seconds, 2) for rows, seconds in purchases.items()}
	_say("posting", INVOICES, ours, entry, purchases=shown)
	grown_books.wipe()


class Measured(NamedTuple):
	seconds: float
	busy: float  # seconds of a processor
	queries: int


def _say(claim: str, rows: int, found: Measured, entry: Measured, **more) -> None:
	from benchmarks import harness

	harness.report(
		f"{claim} a payment report of {rows} invoices, seconds an invoice, against ERPNext Payment Entries one by one",
		found.seconds / rows,
		entry.seconds / PEER,
		busy=round(found.busy / rows, 4),
		busy_peer=round(entry.busy / PEER, 4),
		busy_ratio=round(entry.busy / PEER / (found.busy / rows), 2),
		queries=round(found.queries / rows, 1),
		load=harness.load(),
		**more,
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
