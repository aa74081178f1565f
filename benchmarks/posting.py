"""Posting a payment report of 1,000 invoices against ERPNext Payment Entries made one by one; on a bench.

`make benchmark NAME=posting` starts it with any Python; it hands itself to the bench's own. Also prints how long the
posting of a purchase report takes with 10 and with 1,000 invoices (borrowing: the same few journal rows).
"""

import os
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
BENCH = Path(os.environ.get("BENCH_DIR") or Path.home() / "frappe-bench")
SITE = os.environ.get("BENCH_TEST_SITE", "rts-test.localhost")
INVOICES, PEER = int(os.environ.get("INVOICES", 1_000)), int(os.environ.get("PAYMENT_ENTRIES", 200))
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
	from rts_factoring.tests import factories, report_factories
	from rts_factoring.tests.factories import ACME

	factories.ensure_companies()
	factories.wipe()
	factories.make_settings(ACME, max_invoices=INVOICES)
	factories.make_notice(ACME)
	names = [f"PB-{number:05}" for number in range(INVOICES + PEER + 10)]
	print(f"making {len(names)} invoices", flush=True)
	for name in names:
		factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000.00"}
		factories.make_invoice(
			name,
			company=ACME,
			customer=CUSTOMER,
			posting_date="2026-10-01",
			due_date="2026-11-01",
			amount=1000,
			po_no=name,
		)
	ours, few, peer = names[:INVOICES], names[INVOICES : INVOICES + 10], names[INVOICES + 10 :]
	report_factories.sent_batch("PB-MANY", ours)
	report_factories.sent_batch("PB-FEW", few)
	frappe.db.after_commit.reset()
	frappe.db.commit()

	def posted(content: bytes, name: str) -> float:
		from rts_factoring.services.reports import report_import

		report_import.AT_ONCE, before = 10**6, report_import.AT_ONCE
		doc = report_factories.import_file(name, content, submit=False)
		frappe.db.commit()
		started = time.perf_counter()
		doc.submit()
		frappe.db.commit()
		report_import.AT_ONCE = before
		return time.perf_counter() - started

	purchase_few = posted(
		report_factories.purchase_rows("PB-FEW", *[(name, 1000, 30, 50) for name in few]), "few.xlsx"
	)
	purchase_many = posted(
		report_factories.purchase_rows("PB-MANY", *[(name, 1000, 30, 50) for name in ours]), "many.xlsx"
	)
	print(
		f"purchase report: {purchase_few:.2f} s with 10 invoices, {purchase_many:.2f} s with {len(ours)}",
		flush=True,
	)
	period = "11/01/2026 - 11/15/2026"
	rows = [(name, "48210", "11/05/2026", "Payment", 1000, None, 50) for name in ours]
	payment = posted(report_factories.payment_rows(period, *rows), "paid.xlsx") / len(ours)
	started = time.perf_counter()
	for name in peer:
		_payment_entry(frappe, name)
	frappe.db.commit()
	entry = (time.perf_counter() - started) / len(peer)
	factories.wipe()
	harness.report(
		f"posting a payment report of {len(ours)} invoices, seconds an invoice, against ERPNext Payment Entries one by one",
		payment,
		entry,
		purchase_10=round(purchase_few, 2),
		purchase_all=round(purchase_many, 2),
	)


def _payment_entry(frappe, invoice: str) -> None:
	from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

	doc = get_payment_entry("Sales Invoice", invoice)
	doc.reference_no, doc.reference_date = "48210", "2026-11-05"
	doc.insert()
	doc.submit()


if __name__ == "__main__":
	sys.exit(on_bench("benchmarks.posting", run))
