"""An opening of live invoices against ERPNext Journal Entries made one by one for the same positions; on a bench.

`make benchmark NAME=opening` (INVOICES=300; the claim of the docs is for 3000). Both policies: borrowing posts a few rows
whatever the number, sale names every invoice. PEER entries are made to know what one costs.
"""

import os
import sys
import time

from benchmarks.posting import on_bench

INVOICES = int(os.environ.get("INVOICES", 300)) // 10 * 10
PEER = int(os.environ.get("PEER", 30))


def run(frappe) -> None:
	from benchmarks import harness
	from rts_factoring.services.reports import opening_lines, report_import
	from rts_factoring.tests import factories, grown_books, opening_factories, report_factories
	from rts_factoring.tests.factories import ACME

	report_import.AT_ONCE = 10**6
	factories.ensure_companies()
	for policy in ("Borrowing", "Sale"):
		grown_books.wipe()
		agreement = factories.make_settings(ACME, policy=policy)
		factories.make_notice(ACME)
		names = opening_factories.live_invoices(INVOICES)
		loan = opening_factories.account(opening_factories.LOAN, "Liability")
		opening_factories.book("2026-10-31", (loan, -1000 * INVOICES))
		factories.commit_without_jobs()
		seconds = {}

		def measured(step: str, work, *given, seconds=seconds, **named):
			started = time.perf_counter()
			found = work(*given, **named)
			factories.commit_without_jobs()
			seconds[step] = time.perf_counter() - started
			return found

		rows = [("Aging as of 11/01/2026",), ("Invoice #", "Customer", "Financed", "Open Balance", "Reserve")]
		rows += [(name, opening_factories.CUSTOMER, 1000, 1000, 50) for name in names]
		content = report_factories.workbook(rows)
		listed = measured("read", report_factories.import_file, "aging.xlsx", content, submit=False)
		doc = opening_lines.make(listed.name)
		doc.append("balances", {"role": "Advances", "account": loan})
		measured("save", doc.insert)
		measured("post", doc.submit)
		measured("peer", _entries, frappe, agreement, loan)
		of_peer = seconds["peer"] / PEER * INVOICES
		measured("undo", frappe.get_doc(doc.doctype, doc.name).cancel)
		more = {f"{step}_s": round(value, 1) for step, value in seconds.items() if step != "peer"}
		claim = f"an opening of {INVOICES} invoices, {policy.lower()}, read, saved and posted"
		ours = seconds["read"] + seconds["save"] + seconds["post"]
		harness.report(claim, ours, of_peer, **more, load=round(os.getloadavg()[0], 1))
	grown_books.wipe()


def _entries(frappe, agreement, loan: str) -> None:
	"""What a person would post by hand: one entry for each invoice, from the old account to the new one."""
	for _number in range(PEER):
		entry = frappe.get_doc(
			{"doctype": "Journal Entry", "company": agreement.company, "posting_date": "2026-11-01"}
		)
		entry.append("accounts", {"account": loan, "debit_in_account_currency": 1000})
		entry.append("accounts", {"account": agreement.advances_account, "credit_in_account_currency": 1000})
		entry.insert()
		entry.submit()


if __name__ == "__main__":
	sys.exit(on_bench("benchmarks.opening", run))
