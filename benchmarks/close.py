"""What a month's close costs against one plain SQL sum over the rows it reads; on a bench.

`make benchmark NAME=close` (SIZES=2000). All weeks of the book are moved into one month. One JSON line a figure: `ours` are the seconds
of the close, `peer` those of one plain pass over ledger, journal and payment ledger; `rows_of_the_month` counts ledger entries.
"""

import os
import sys

from benchmarks.growth import Cost
from benchmarks.posting import on_bench

SIZES = [int(size) for size in os.environ.get("SIZES", "2000").split(",")]
OPEN_WEEKS = int(os.environ.get("OPEN_WEEKS", "20"))  # of 50 invoices each, bought in the month and not paid
MONTH = "2026-10-31"


def run(frappe) -> None:
	from benchmarks import harness
	from rts_factoring.tests import grown_books
	from rts_factoring.tests.factories import ACME

	grown_books.start(OPEN_WEEKS)
	for size in SIZES:
		grown_books.grow(size)
		_spread_over_one_month(frappe, ACME)
		peer = Cost(frappe, lambda: _plain(frappe, ACME))
		rows = _rows_of_the_month(frappe, ACME)
		for name, work in _works(frappe, ACME).items():
			ours = Cost(frappe, work)
			values = ours.more() | {"times": round(ours.seconds / peer.seconds, 2), "rows_of_the_month": rows}
			values["load"] = [round(each, 1) for each in os.getloadavg()]
			harness.report(f"{name}, {size} invoices", ours.seconds, peer.seconds, **values)
	grown_books.wipe()


def _spread_over_one_month(frappe, company: str) -> None:
	"""All weeks into one month, which is the hardest one to close."""
	for doctype in ("Factoring Ledger Entry", "GL Entry", "Payment Ledger Entry", "Journal Entry"):
		frappe.db.sql(
			f"update `tab{doctype}` set posting_date = date_add('2026-10-01', interval mod(crc32(name), 31) day)"
			" where company = %s and posting_date < '2026-11-01'",
			company,
		)
	frappe.db.commit()


def _rows_of_the_month(frappe, company: str) -> int:
	days = ("between", ["2026-10-01", MONTH])
	return frappe.db.count("Factoring Ledger Entry", {"company": company, "posting_date": days})


def _plain(frappe, company: str) -> None:
	"""What the close has to read: every ledger row, every journal row, every row of the payment ledger, once."""
	frappe.db.sql(
		"select sales_invoice, sum(purchased), sum(open_change), sum(reserve), sum(fee)"
		" from `tabFactoring Ledger Entry` where company = %s and posting_date <= %s group by sales_invoice",
		(company, MONTH),
	)
	frappe.db.sql(
		"select account, against_voucher, sum(debit) - sum(credit) from `tabGL Entry`"
		" where company = %s and posting_date <= %s and is_cancelled = 0 group by account, against_voucher",
		(company, MONTH),
	)
	frappe.db.sql(
		"select against_voucher_no, sum(amount) from `tabPayment Ledger Entry`"
		" where company = %s and posting_date <= %s and delinked = 0 group by against_voucher_no",
		(company, MONTH),
	)


def _works(frappe, company: str) -> dict:
	from frappe.utils import getdate

	from rts_factoring.services.views import close_workbook, closes, statements
	from rts_factoring.services.views.close_figures import Month

	def document():
		values = {"company": company, "month_end": MONTH}
		doc = frappe.get_doc({"doctype": "Factoring Close", **values})
		closes.validate(doc)
		return doc

	def with_workbook():
		close_workbook.build(document(), Month(company, getdate(MONTH)))

	return {
		"tie-out as of the month's end": lambda: statements.tie_out(company, getdate(MONTH)),
		"factored invoices as of the month's end": lambda: statements.factored_invoices(
			company, to_date=getdate(MONTH)
		),
		"checklist and figures of a close": document,
		"close with its workbook": with_workbook,
	}


if __name__ == "__main__":
	sys.exit(on_bench("benchmarks.close", run))
