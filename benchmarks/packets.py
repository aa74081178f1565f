"""Stamping and merging against rendering the invoice; on a bench: `make benchmark NAME=packets`.

The peer is Frappe making the PDF of a Sales Invoice without the stamp. Ours is what the notice and the packet add: the
stamp in front of the page, and the merging of the PDF with a rate confirmation, a bill of lading and a photo of a POD.
(That a print format does not hide the stamp is looked at once for each format, and not counted.)
"""

import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks import harness

CHECKOUT = Path(__file__).resolve().parent.parent
FIXTURES = CHECKOUT / "tests" / "fixtures" / "paperwork"
DOCUMENTS = ("rate_confirmation.pdf", "bill_of_lading.pdf", "pod_photo.jpg")
RUNS = 15
INVOICE = "AF-10001"


def main() -> int:
	try:
		import frappe
	except ImportError:
		return hand_over()
	frappe.init(site=sys.argv[1])
	frappe.connect()
	measure(frappe)
	return 0


def hand_over() -> int:
	"""Run again in the bench's own Python, while the test site answers on loopback (PDF engines fetch its style sheets)."""
	from scripts import bench_test

	if missing := bench_test.what_is_missing():
		print(f"This benchmark needs a bench: {missing}", file=sys.stderr)
		return 1
	subprocess.run([sys.executable, bench_test.__file__, "--setup-only"], check=True)
	command = [str(bench_test.PYTHON), "-m", "benchmarks.packets", bench_test.SITE]
	with bench_test.web_server():
		environment = bench_test.environment()
		return subprocess.run(
			command, cwd=bench_test.BENCH / "sites", env=environment, check=False
		).returncode


def processor_seconds() -> float:
	"""Spent by this process and its ended children: what a busy machine does beside does not count."""
	used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
	return sum(part.ru_utime + part.ru_stime for part in used)


def measure(frappe) -> None:
	from rts_factoring.core.documents.kinds import guess_kind
	from rts_factoring.core.documents.packet import Document, build_packet
	from rts_factoring.services.invoices import notices
	from rts_factoring.tests import factories

	factories.ensure_companies()
	factories.wipe()
	factories.make_notice(factories.ACME)
	doc = factories.make_invoice(INVOICE)
	frappe.db.commit()
	frappe.local.form_dict = frappe._dict()
	documents = [Document(guess_kind(name), name, FIXTURES / name) for name in DOCUMENTS]
	stamped = frappe.get_print("Sales Invoice", INVOICE, as_pdf=True)
	page = frappe.get_print("Sales Invoice", INVOICE)
	assert notices.stamp_html(doc) in page
	pages = []

	def stamp_and_merge():
		notices.stamp_print(page, doc)
		packet = build_packet(stamped, documents)
		pages.append(packet.pages)

	def render():
		notices.stamp_print = lambda html, invoice, raw=False: html  # the peer prints without a stamp
		frappe.get_print("Sales Invoice", INVOICE, as_pdf=True)
		notices.stamp_print = stamping

	stamping, spent = notices.stamp_print, {stamp_and_merge: [], render: []}

	def timed(work):
		def run():
			before = processor_seconds()
			work()
			spent[work].append(processor_seconds() - before)

		return run

	ours, peer = harness.alternately(RUNS, timed(stamp_and_merge), timed(render))
	processor = {work: median(seconds) for work, seconds in spent.items()}
	factories.wipe()
	print(
		f"Rendering the invoice: {peer * 1000:.0f} ms. Stamping and merging {pages[0]} pages: {ours * 1000:.0f} ms."
	)
	print(
		f"Processor time: {processor[render] * 1000:.0f} ms and {processor[stamp_and_merge] * 1000:.0f} ms."
	)
	harness.report(
		"stamping and merging add less than 10 % to the time of rendering the invoice",
		ours,
		peer,
		added=round(ours / peer, 4),
		added_processor_time=round(processor[stamp_and_merge] / processor[render], 4),
		pages=pages[0],
	)


if __name__ == "__main__":
	sys.exit(main())
