"""Damage report files at random and read them: `python -m tests.support.report_fuzzing FIRST_SEED COUNT`.

Each file must give a report or a FactoringError. A file that takes more than 5 seconds of processor time kills the
process; so does one that takes more memory than there is. The seed being read is printed first.
"""

import csv
import io
import random
import re
import resource
import signal
import sys
import zipfile
from pathlib import Path

from rts_factoring.core.errors import FactoringError
from rts_factoring.core.model import Policy
from rts_factoring.core.reconciliation.factoring_ledger import FactoringLedger
from rts_factoring.core.reconciliation.matching import Receivables
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reports.report import read_report

SECONDS, MEGABYTES = 5, 500
FIXTURES = Path(__file__).parent.parent / "fixtures"
SAMPLES = [
	(FIXTURES / f"{name}.xlsx").read_bytes() for name in ("purchase_clean", "purchase_mixed", "payment_messy")
]
SNIPPETS = [
	b"<row>",
	b"</row>",
	b"<c>",
	b'<c r="XFD1048576">',
	b'<c r="Z99999"/>',
	b' r="A0"',
	b' t="s"',
	b' t="e"',
	b"<v>1e308</v>",
]
SNIPPETS += [
	b"<v>-1</v>",
	b"<v>nan</v>",
	b"&#0;",
	b"&lt;",
	b"<!--",
	b"-->",
	b"<![CDATA[",
	b"]]>",
	b"\x00",
	b"\xff\xfe",
	b'"',
	b"'",
	b">",
]
SNIPPETS += [
	b"<f>1/0</f>",
	b"<f/>",
	b'<row r="999999">',
	b"</sheetData>",
	b"<sheetData>",
	b"4294967296",
	b"-1",
	b"1904",
	b"",
	b"\n",
]


def damaged(seed: int) -> tuple[bytes, str]:
	"""A sample changed by a few steps that `seed` decides, and a name for it."""
	chance = random.Random(seed)
	data = chance.choice(SAMPLES)
	kind = chance.randrange(8)
	if kind == 0:
		return _bytes(chance, data), "report.xlsx"
	if kind == 1:
		return _bytes(chance, _text(chance, data)), "report.csv"
	return _parts(chance, data), "report.xlsx"


def _bytes(chance: random.Random, data: bytes) -> bytes:
	found = bytearray(data)
	for _ in range(chance.choice((1, 1, 2, 5, 40))):
		at = chance.randrange(len(found) + 1)
		step = chance.randrange(6)
		if step == 0 and found:
			found[at % len(found)] ^= 1 << chance.randrange(8)
		elif step == 1:
			del found[at : at + chance.choice((1, 2, 4, 100))]
		elif step == 2:
			found[at:at] = chance.randbytes(chance.choice((1, 2, 4, 100)))
		elif step == 3:
			found[at : at + 4] = chance.choice(
				(b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x00\x00\x00\x7f")
			)
		elif step == 4:
			piece = found[at : at + chance.choice((10, 200, 2000))]
			found[chance.randrange(len(found) + 1) : 0] = piece
		else:
			del found[at:]
	return bytes(found)


def _parts(chance: random.Random, data: bytes) -> bytes:
	"""The package with one or more of its XML parts damaged, and whole again as an archive."""
	source = zipfile.ZipFile(io.BytesIO(data))
	names = source.namelist()
	victims = set(
		chance.choices(
			names, weights=[9 if "sheet" in name or "workbook" in name else 1 for name in names], k=2
		)
	)
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as target:
		for name in names:
			body = source.read(name)
			if name in victims:
				body = _xml(chance, body)
			if name not in victims or chance.random() > 0.05:
				target.writestr(name, body)
	return out.getvalue()


def _xml(chance: random.Random, body: bytes) -> bytes:
	for _ in range(chance.choice((1, 1, 1, 2, 5, 20))):
		step = chance.randrange(12)
		tags = [at for at in range(len(body)) if body[at : at + 1] == b"<"] or [0]
		start, end = sorted(chance.choices(tags, k=2))
		if step == 0:
			body = body[:start] + body[end:]
		elif step == 1:
			body = body[:start] + body[start:end][:2000] * chance.choice((2, 3, 30)) + body[end:]
		elif step == 2:
			body = body[:start] + chance.choice(SNIPPETS) + body[start:]
		elif step == 3:
			at = chance.randrange(len(body) + 1)
			body = body[:at] + chance.choice(SNIPPETS) + body[at + chance.choice((0, 1, 5)) :]
		elif step == 4:
			body = _number(chance, body)
		elif step > 5:
			body = _value(chance, body)
		else:
			other = chance.choice(tags)
			body = body[:start] + body[other : other + 300] + body[end:]
	return body


def _number(chance: random.Random, body: bytes) -> bytes:
	"""Some digits of the part become another number."""
	digits = [at for at in range(len(body)) if body[at : at + 1].isdigit()]
	if not digits:
		return body
	at = chance.choice(digits)
	return (
		body[:at] + chance.choice((b"0", b"9", b"65536", b"99999999999", b"-5", b"1e9", b"")) + body[at + 1 :]
	)


VALUES = [
	b"",
	b"-",
	b"1e300",
	b"-0",
	b"nan",
	b"46329.5",
	b"99999999",
	b"Total",
	b"Invoice #",
	b"Payment Amount",
	b"Held",
	b"(5.00)",
]
VALUES += [
	"\u00a0AF-10001".encode(),
	b"AF-10002",
	b"13/45/2026",
	b"=1/0",
	b"x" * 5000,
	b"&amp;",
	b"\xff",
	b"Client #: 9",
	b"1,23",
]


def _value(chance: random.Random, body: bytes) -> bytes:
	"""The text between two tags becomes another one."""
	gaps = [(match.start(1), match.end(1)) for match in re.finditer(rb"<(?:v|t|f)>([^<]*)<", body)]
	if not gaps:
		return body
	start, end = chance.choice(gaps)
	return body[:start] + chance.choice(VALUES) + body[end:]


def _text(chance: random.Random, data: bytes) -> bytes:
	import openpyxl

	out = io.StringIO(newline="")
	rows = openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
	csv.writer(out, delimiter=chance.choice(",;\t|")).writerows(rows)
	return out.getvalue().encode(chance.choice(("utf-8", "utf-16", "cp1252")), errors="replace")


def main(first: int, count: int) -> None:
	signal.signal(signal.SIGPROF, signal.SIG_DFL)
	resource.setrlimit(resource.RLIMIT_AS, (4 * MEGABYTES * 2**20, resource.RLIM_INFINITY))
	ledger = FactoringLedger("Acme Freight LLC", Policy.BORROWING)
	read = 0
	for seed in range(first, first + count):
		print(seed, flush=True)
		data, name = damaged(seed)
		signal.setitimer(signal.ITIMER_PROF, SECONDS)
		try:
			report = read_report(data, name)
			read += 1
			reconcile(report, Receivables(()), ledger)
		except FactoringError as error:
			assert error.code and error.message and str(error), seed
		finally:
			signal.setitimer(signal.ITIMER_PROF, 0)
	status = Path("/proc/self/status").read_text()
	peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
	assert peak < MEGABYTES, f"{peak} MB"
	print(f"{count} files: {read} read, {count - read} refused, {peak} MB")


if __name__ == "__main__":
	main(int(sys.argv[1]), int(sys.argv[2]))
