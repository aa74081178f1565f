"""Reading a purchase report of 100,000 rows × 12 columns against openpyxl, which only iterates it, in the same run.

Ours checks the file, reads, finds the header, types every cell, adds up the totals and matches each row with one of 100,000
invoices: at most 0.25 of openpyxl's time, in seconds of a processor, under 400 MB.
"""

import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import process_time

import openpyxl

from benchmarks.harness import alternately, report, seconds
from rts_factoring.core.model import Policy, Receivable
from rts_factoring.core.reconciliation.factoring_ledger import FactoringLedger
from rts_factoring.core.reconciliation.matching import Matcher, Receivables
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reports.report import parse_report, read_report
from rts_factoring.core.reports.spreadsheet import read

ROWS = 100_000
COMPANY = "Acme Freight LLC"
HEADER = ("Invoice #", "Customer", "PO #", "Invoice Date", "Invoice Amount", "Purchase Amount")
HEADER += ("Fee", "Reserve", "Other", "Net Funded", "Purchase Date", "Status")
PEAK = """
import sys
from pathlib import Path
from rts_factoring.core.reports.report import read_report
read_report(Path(sys.argv[1]).read_bytes(), "report.xlsx")
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def make(path: Path) -> None:
	"""A report as a factor's accounting system would write it."""
	chance = random.Random(1)
	book = openpyxl.Workbook(write_only=True)
	sheet = book.create_sheet("Report")
	for row in (["Purchase Report"], ["Client #:", "104233"], [], HEADER):
		sheet.append(row)
	debtors = [f"Broker {number} Logistics LLC" for number in range(500)]
	sums = [0] * 6
	for number in range(ROWS):
		cents = chance.randrange(30_000, 600_000)
		fee, reserve = round(cents * 0.03), round(cents * 0.05)
		amounts = (cents, cents, fee, reserve, 0, cents - fee - reserve)
		sums = [total + amount for total, amount in zip(sums, amounts, strict=True)]
		day = date(2026, 10, 1) + timedelta(chance.randrange(28))
		row = [f"AF-{100_000 + number}", chance.choice(debtors), f"LD{number}", day]
		sheet.append([*row, *(amount / 100 for amount in amounts), date(2026, 11, 3), "Processed"])
	sheet.append(["Total", None, None, None, *(total / 100 for total in sums)])
	book.save(path)


def iterate(path: Path) -> int:
	"""openpyxl's own time to give every cell once."""
	book = openpyxl.load_workbook(path, read_only=True)
	return sum(1 for row in book.active.iter_rows(values_only=True) for cell in row if cell is not None)


def _typing(data: bytes) -> float:
	book = read(data, "report.xlsx")
	return seconds(lambda: parse_report(book), process_time)


def main() -> None:
	with tempfile.TemporaryDirectory() as folder:
		path = Path(folder) / "report.xlsx"
		make(path)
		data = path.read_bytes()
		print(f"{ROWS:,} rows × {len(HEADER)} columns, {len(data) / 1e6:.1f} MB", flush=True)
		found = read_report(data, path.name)
		assert (
			len(found.lines) == ROWS
			and not found.total_differences
			and not any(line.problems for line in found.lines)
		)
		ours, peer = alternately(3, lambda: read_report(data, path.name), lambda: iterate(path), process_time)
		typing = _typing(data)
		peak = (
			int(subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, text=True).stdout)
			/ 1024
		)
	sent = [
		Receivable(line.invoice_no, COMPANY, line.debtor_name, line.invoice_amount, line.date)
		for line in found.lines
	]
	numbers = tuple(invoice.invoice_no for invoice in sent)

	def match() -> None:
		matcher = Matcher(Receivables(sent), COMPANY, numbers)
		assert all(matcher.match(line).receivable for line in found.lines)

	matching = median(seconds(match, process_time) for _ in range(3))
	books = FactoringLedger(COMPANY, Policy.BORROWING, batches={"A1": numbers})
	settling = seconds(lambda: reconcile(found, Receivables(sent), books, "A1"))
	print(
		f"openpyxl iterates in {peer:.2f} s; read and typed in {ours:.2f} s, with matching {ours + matching:.2f} s = "
		f"{(ours + matching) / peer:.3f} of that (aim: 0.25)"
	)
	print(f"of which typing {typing:.2f} s, matching {matching:.2f} s")
	print(
		f"matched, settled and positions moved in {settling:.2f} s; peak memory of reading {peak:.0f} MB (aim: 400)"
	)
	report(
		f"read, type and match a purchase report of {ROWS:,} rows × {len(HEADER)} columns, against openpyxl read-only iterating it",
		ours + matching,
		peer,
		matching_seconds=round(matching, 2),
		reconcile_seconds=round(settling, 2),
		peak_megabytes=round(peak),
	)


if __name__ == "__main__":
	main()
