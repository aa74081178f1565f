"""A photo against pypdf and Pillow used plainly; stamping and merging against rendering: `make benchmark NAME=packets`.

First a photo of 4 MB, as a phone takes it, is made a page of a packet. The peer opens it with Pillow, turns it upright, makes
it smaller, saves it as PDF and appends it to the invoice with pypdf. Both are measured in processor time. The rest needs a bench.

At the end, a batch (PACKETS=100) is made: its seconds by part, and with two workers against one (SPEEDUP=0 leaves that out).

The peer is Frappe making the PDF of a Sales Invoice without the stamp. Ours is what the notice and the packet add: the
stamp in front of the page, and the merging of the PDF with a rate confirmation, a bill of lading and a photo of a POD.
(That a print format does not hide the stamp is looked at once for each format, and not counted.)
"""

import io
import os
import random
import resource
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from unittest import mock

from PIL import Image, ImageFilter, ImageOps
from pypdf import PdfWriter

from benchmarks import harness

CHECKOUT = Path(__file__).resolve().parent.parent
FIXTURES = CHECKOUT / "tests" / "fixtures" / "paperwork"
DOCUMENTS = ("rate_confirmation.pdf", "bill_of_lading.pdf", "pod_photo.jpg")
RUNS = 15
INVOICE = "AF-10001"
PHOTO_SIZE = (4032, 3024)
PHOTO_BYTES = 4_000_000
ON_PAGE = (1600, 2200)  # pixels: 200 dpi on Letter
PACKETS = int(os.environ.get("PACKETS", 100))


def main() -> int:
	try:
		import frappe
	except ImportError:
		measure_photo()
		return hand_over()
	frappe.init(site=sys.argv[1])
	frappe.connect()
	measure(frappe)
	measure_batch(frappe)
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


def take_photo() -> bytes:
	"""A picture with a sensor's noise, stored on its side as phones do."""
	noise = Image.frombytes("L", PHOTO_SIZE, random.Random(1).randbytes(PHOTO_SIZE[0] * PHOTO_SIZE[1]))
	grain = noise.filter(ImageFilter.GaussianBlur(0.7))
	photo = Image.merge("RGB", [grain.point([int(v * share) for v in range(256)]) for share in (1, 0.9, 0.8)])
	exif = Image.Exif()
	exif[0x0112] = 6
	content = b""
	for quality in range(95, 30, -1):
		buffer = io.BytesIO()
		photo.save(buffer, "JPEG", quality=quality, exif=exif)
		content = buffer.getvalue()
		if len(content) <= PHOTO_BYTES:
			break
	return content


def measure_photo() -> None:
	from rts_factoring.core.documents.packet import Document, DocumentKind, build_packet

	photo = take_photo()
	invoice = (FIXTURES / "bill_of_lading.pdf").read_bytes()
	spent = {}

	def ours():
		before = processor_seconds()
		build_packet(invoice, [Document(DocumentKind.POD, "pod.jpg", photo)])
		spent.setdefault("ours", []).append(processor_seconds() - before)

	def plainly():
		before = processor_seconds()
		with Image.open(io.BytesIO(photo)) as picture:
			upright = ImageOps.exif_transpose(picture).convert("RGB")
		upright.thumbnail(ON_PAGE, Image.Resampling.LANCZOS)
		page, out = io.BytesIO(), io.BytesIO()
		upright.save(page, "PDF", resolution=200)
		writer = PdfWriter()
		writer.append(io.BytesIO(invoice))
		writer.append(page)
		writer.write(out)
		spent.setdefault("plainly", []).append(processor_seconds() - before)

	harness.alternately(RUNS, ours, plainly)
	mine, peer = median(spent["ours"]), median(spent["plainly"])
	print(f"A photo of {len(photo) / 1e6:.1f} MB: {mine * 1000:.0f} ms; plainly: {peer * 1000:.0f} ms.")
	harness.report(
		"a photo of 4 MB becomes a page of a packet in less than 0.35 s of processor time",
		mine,
		peer,
		photo_bytes=len(photo),
	)


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


def measure_batch(frappe) -> None:
	"""Seconds of a batch's packets by part, and with two workers instead of one."""
	from rts_factoring.services.invoices import notices, packets, readiness
	from rts_factoring.tests import factories, packet_factories

	factories.wipe()
	factories.make_notice(factories.ACME)
	names = [f"PK-{number:03}" for number in range(PACKETS)]
	sample = factories.receivables()[INVOICE]
	dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}
	for name in names:
		values = {"company": factories.ACME, "customer": sample["customer"], "amount": 1000, "po_no": name}
		factories.make_invoice(name, **values, **dates)
		packet_factories.add_documents(name, *DOCUMENTS)
	factories.commit_without_jobs()
	spent: dict[str, float] = {}
	parts = {
		"render": (packets, "_print"),
		"stamp": (notices, "stamp_print"),
		"read": (packets, "_documents"),
	}
	parts |= {"merge": (packets, "build_packet"), "store": (packets, "_keep")}
	with ExitStack() as stack:
		for part, (module, name) in parts.items():
			stack.enter_context(mock.patch.object(module, name, _timed(getattr(module, name), part, spent)))
		total = harness.seconds(lambda: packets.make_packets(names, packets.PATIENT))
	spent["render"] -= spent["stamp"]  # which is done while Frappe prints
	shown = {part: round(seconds, 2) for part, seconds in spent.items()}
	print(f"{PACKETS} packets in {total:.1f} s: {shown}", flush=True)
	claim = f"{PACKETS} packets by part; rendering is Frappe's"
	of_parts = shown | {"total": round(total, 2), "load": harness.load()}
	harness.report(claim, total - spent["render"], spent["render"], **of_parts)
	if os.environ.get("SPEEDUP") != "0":
		_with_workers(frappe, readiness, names[:1], 1)  # Python keeps what it compiles
		one, two = (_with_workers(frappe, readiness, names, count) for count in (1, 2))
		claim = f"{PACKETS} packets by two workers against one, their start included"
		harness.report(claim, two, one, load=harness.load())
	factories.wipe()


def _timed(function, part: str, spent: dict[str, float]):
	def timed(*given, **named):
		found = []
		spent[part] = spent.get(part, 0) + harness.seconds(lambda: found.append(function(*given, **named)))
		return found[0]

	return timed


def _with_workers(frappe, readiness, names: list[str], count: int) -> float:
	"""Seconds that real workers take to make the packets anew, from their start to their end."""
	frappe.db.set_value(
		"Sales Invoice", {"name": ("in", names)}, {"factoring_packet": None, "factoring_packet_key": None}
	)
	readiness._make_packets(names)
	frappe.db.commit()
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "worker", "--burst", "--quiet"]
	command += ["--queue", "long"]

	def work() -> None:
		for worker in [subprocess.Popen(command) for _number in range(count)]:
			worker.wait()

	seconds = harness.seconds(work)
	frappe.db.rollback()
	missing = frappe.db.count("Sales Invoice", {"name": ("in", names), "factoring_packet": ("is", "not set")})
	assert not missing, f"{missing} packets are missing"
	return seconds


if __name__ == "__main__":
	sys.exit(main())
