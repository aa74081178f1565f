"""What reading, judging and reporting cost in books of 20,000 and 100,000 invoices against empty ones; on a bench.

`make benchmark NAME=growth` (SIZES=20000,100000). One JSON line a figure: `ours` is the grown book, `peer` the empty one, or
one plain SQL pass over the ledger rows; `busy` is seconds of a processor, ours and the database's, and `rows_read` counts rows that
the database touched: what else the machine does disturbs neither much. `holds` compares with the aim. KEEP=1 leaves the books.
"""

import os
import sys
import time
import tracemalloc
from contextlib import contextmanager
from statistics import median

from benchmarks.posting import on_bench

SIZES = [int(size) for size in os.environ.get("SIZES", "20000,100000").split(",")]
ROWS = int(os.environ.get("ROWS", 1_250))
RUNS = int(os.environ.get("RUNS", 3))
CARDS = ("queued", "financed", "reserve", "fees", "buyback")
LIMITED = "growth-limited@example.com"


class Cost:
	"""Median seconds of a few runs, by the clock and of a processor (`busy`); statements, rows touched and most memory of one."""

	def __init__(self, frappe, work):
		from benchmarks import harness

		busy = harness.Busy(frappe)
		work()
		before = _status(frappe)
		times = []
		for _run in range(RUNS):
			started, used = time.perf_counter(), busy()
			work()
			times.append((time.perf_counter() - started, busy() - used))
		self.seconds, self.busy = (median(each) for each in zip(*times, strict=True))
		after = _status(frappe)
		self.statements = (after["Questions"] - before["Questions"] - 1) // RUNS
		self.rows_read = (
			sum(after[name] - before[name] for name in after if name.startswith("Handler_read")) // RUNS
		)
		tracemalloc.start()
		work()
		self.mb = tracemalloc.get_traced_memory()[1] / 2**20
		tracemalloc.stop()

	def more(self) -> dict:
		found = {"busy": round(self.busy, 4), "statements": self.statements}
		return found | {"rows_read": self.rows_read, "mb": round(self.mb, 1)}

	def against(self, peer) -> dict:
		"""How many times the peer's; by the processor, whatever the machine does beside."""
		times = {
			"times": round(self.seconds / peer.seconds, 2),
			"busy_times": round(self.busy / peer.busy, 2),
		}
		return self.more() | times | {"peer_" + key: value for key, value in peer.more().items()}


def _status(frappe) -> dict[str, int]:
	rows = frappe.db.sql(
		"show session status where variable_name = 'Questions' or variable_name like 'Handler_read%'"
	)
	return {name: int(value) for name, value in rows}


def run(frappe) -> None:
	from rts_factoring.tests import grown_books

	started = time.perf_counter()
	names = grown_books.start(ROWS // grown_books.INVOICES)
	drafts = {"known": _draft(frappe, names), "one_unknown": _draft(frappe, [*names[:-1], "XX-999"])}
	print(f"made {len(names)} open invoices in {time.perf_counter() - started:.0f} s", flush=True)
	empty = _measured(frappe, drafts)
	for size in SIZES:
		started = time.perf_counter()
		grown_books.grow(size)
		print(f"grew to {size} invoices in {time.perf_counter() - started:.0f} s", flush=True)
		for name, grown in _measured(frappe, drafts).items():
			claim = f"{name}, {size} invoices in the book against {len(names)}"
			_say(claim, grown, empty[name], most=1.3)
		_tie_out()
		for name, (ours, peer) in _against_passes(frappe).items():
			_say(f"{name}, {size} invoices", ours, peer, most=3, floor=1.5)
		for name, (ours, peer) in _limited(frappe).items():
			claim = f"{name} of a limited user against an unlimited one, {size} invoices"
			_say(claim, ours, peer, most=1.5, floor=0.03)  # looking up the permissions takes a millisecond
	if not os.environ.get("KEEP"):
		grown_books.wipe()


def _say(claim: str, ours: Cost, peer: Cost, most: float, floor: float = 0) -> None:
	"""`holds`: at most so many times the peer's, or `floor` seconds, by the processor."""
	from benchmarks import harness

	holds = ours.busy <= max(floor, most * peer.busy)
	harness.report(claim, ours.seconds, peer.seconds, holds=holds, **ours.against(peer), load=harness.load())


def _tie_out() -> None:
	"""The grown books agree to the cent, now and as of a month's end."""
	from rts_factoring.rts_factoring.report.factoring_tie_out import factoring_tie_out
	from rts_factoring.tests.factories import ACME

	for filters in ({"company": ACME}, {"company": ACME, "as_of": "2026-10-31"}):
		rows = factoring_tie_out.execute(filters)[1]
		assert not any(row["difference"] for row in rows), rows
	print("tie-out 0.00", flush=True)


def _draft(frappe, names: list[str]) -> str:
	from rts_factoring.services.reports import jobs, reconciling
	from rts_factoring.tests import factories, report_factories

	for name in names:
		factories.receivables().setdefault(name, {"customer": "Ridgeline Foods Inc", "amount": "1000.00"})
	rows = [(name, "48999", "11/05/2026", "Payment", 1000, None, 50) for name in names]
	content = report_factories.payment_rows("11/01/2026 - 11/15/2026", *rows)
	jobs.enqueue_step, enqueue = lambda step, name: None, jobs.enqueue_step
	doc = report_factories.import_file(f"growth-{names[-1]}.xlsx", content, submit=False)
	jobs.enqueue_step = enqueue
	reconciling.stage_rows(doc.name)
	frappe.db.commit()
	return doc.name


def _measured(frappe, drafts: dict[str, str]) -> dict[str, Cost]:
	return {
		f"{name} ({kind})": Cost(frappe, work)
		for kind, draft in drafts.items()
		for name, work in _steps(frappe, draft).items()
	}


def _steps(frappe, draft: str) -> dict:
	"""What is done with a draft, by name."""
	from rts_factoring.services.reports import decisions, reading, reconciling, row_pages

	doc = frappe.get_doc("Report Import", draft)
	report = reading.read_report(doc).report
	rows = [report.lines[0].row]
	return {
		"reading and identifying": lambda: _identify(frappe, draft),
		f"judging {ROWS} rows": lambda: reconciling.reconcile_import(doc, report),
		f"staging {ROWS} rows": lambda: _kept(frappe, reconciling.stage_rows, draft),
		"one decision": lambda: _kept(
			frappe, decisions.record_decision, draft, rows, "ignore", reason="measured"
		),
		"a page of rows": lambda: row_pages.page(draft),
	}


def _identify(frappe, draft: str) -> None:
	from rts_factoring.services.reports import reading

	doc = frappe.get_doc("Report Import", draft)
	reading.read_and_identify(doc, reading.report_content(doc))


def _kept(frappe, work, *arguments, **values) -> None:
	"""Do it and take it back, so that the next run finds the same."""
	frappe.db.savepoint("measured")
	work(*arguments, **values)
	frappe.db.rollback(save_point="measured")


def _against_passes(frappe) -> dict[str, tuple[Cost, Cost]]:
	"""Reports and figures against one plain SQL pass over the rows they must read."""
	from importlib import import_module

	from rts_factoring.services.views import forecasts, overview
	from rts_factoring.tests.factories import ACME

	def ledger():
		return frappe.db.sql(
			"select sales_invoice, sum(purchased), sum(open_change), sum(collected), sum(fee), sum(reserve)"
			" from `tabFactoring Ledger Entry` where company = %s group by sales_invoice",
			ACME,
		)

	def ledger_and_journal():
		journal = frappe.db.sql(
			"select against_voucher, sum(debit) - sum(credit) from `tabGL Entry`"
			" where company = %s and voucher_type = 'Journal Entry' group by against_voucher",
			ACME,
		)
		return ledger(), journal

	def payments():
		return frappe.db.sql(
			"select against_voucher_no, sum(amount) from `tabPayment Ledger Entry`"
			" where company = %s and posting_date <= '2026-10-31' group by against_voucher_no",
			ACME,
		)

	passes = {"": Cost(frappe, ledger), "report factoring_tie_out": Cost(frappe, ledger_and_journal)}
	# as of a day, what an invoice owed is in the payment ledger only
	passes["report factored_invoices as of a day"] = Cost(frappe, lambda: (ledger(), payments()))
	passes["report factoring_tie_out as of a day"] = Cost(frappe, lambda: (ledger_and_journal(), payments()))
	filters = {"company": ACME, "from_date": "2024-01-01", "to_date": "2026-12-31"}
	month = filters | {"from_date": "2026-10-01", "to_date": "2026-10-31"}
	works = {
		"chart": lambda: overview.per_week([ACME]),
		"page factoring_position": lambda: forecasts.position(ACME),
	}
	reports = ("factoring_tie_out", "factored_invoices", "cost_of_factoring", "expected_vs_actual")
	for name in (*reports, "debtor_scorecard"):
		report = import_module(f"rts_factoring.rts_factoring.report.{name}.{name}")
		works[f"report {name}"] = lambda report=report: report.execute(frappe._dict(filters))
	reserve = import_module("rts_factoring.rts_factoring.report.reserve_statement.reserve_statement")
	works["report reserve_statement of a month"] = lambda: reserve.execute(frappe._dict(month))
	works |= {f"card {name}": lambda name=name: overview.card(name, ACME) for name in CARDS}
	works |= {f"card {name}, all companies": lambda name=name: overview.card(name) for name in CARDS}
	as_of = filters | {"as_of": "2026-10-31"}
	for name in ("factoring_tie_out", "factored_invoices"):
		report = import_module(f"rts_factoring.rts_factoring.report.{name}.{name}")
		works[f"report {name} as of a day"] = lambda report=report: report.execute(frappe._dict(as_of))
	return {
		f"{name} against one plain SQL pass": (Cost(frappe, work), passes.get(name, passes[""]))
		for name, work in works.items()
	}


def _limited(frappe) -> dict[str, tuple[Cost, Cost]]:
	from rts_factoring.services.views import statements
	from rts_factoring.tests import factories
	from rts_factoring.tests.factories import ACME

	factories.make_user(LIMITED, "Factoring User", "Accounts User")
	works = {"report Factored Invoices": lambda: statements.factored_invoices(ACME)}
	for doctype in ("File", "Report Import Line", "Factoring Ledger Entry", "Report Import", "Sales Invoice"):
		works[f"list of {doctype}"] = lambda doctype=doctype: frappe.get_list(doctype, limit=20)
		works[f"count of {doctype} as its list asks"] = lambda doctype=doctype: _count(frappe, doctype, 1001)
		works[f"count of all {doctype}"] = lambda doctype=doctype: _count(frappe, doctype, 0)
	works["list of Factoring Batch Invoice"] = lambda: frappe.get_list(
		"Factoring Batch Invoice", parent_doctype="Factoring Batch", limit=20
	)
	with _user(frappe, LIMITED):
		unlimited = {name: Cost(frappe, work) for name, work in works.items()}
	permission = frappe.get_doc(
		{"doctype": "User Permission", "user": LIMITED, "allow": "Company", "for_value": ACME}
	).insert()
	try:
		with _user(frappe, LIMITED):
			return {name: (Cost(frappe, work), unlimited[name]) for name, work in works.items()}
	finally:
		permission.delete()
		frappe.db.commit()


def _count(frappe, doctype: str, limit: int) -> int:
	"""As the desk asks: a list counts to 1,001 at most, until a person wants to know all."""
	from frappe.desk import reportview

	frappe.local.form_dict = frappe._dict(doctype=doctype, filters="[]", fields="[]", limit=limit)
	return reportview.get_count()


@contextmanager
def _user(frappe, user: str):
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user("Administrator")


if __name__ == "__main__":
	sys.exit(on_bench("benchmarks.growth", run))
