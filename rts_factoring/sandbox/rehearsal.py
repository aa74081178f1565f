"""One delivery to a sandbox factor that lives no longer than the call: made-up invoices, a company's own layout and notice."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

from reportlab.lib.pagesizes import LETTER
from reportlab.pdfgen.canvas import Canvas

from rts_factoring.core.delivery import (
	Connection,
	FileState,
	OutgoingFile,
	Summary,
	deliver,
	fetch_file,
	list_folder,
)
from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.documents.packet import Document, build_packet
from rts_factoring.core.errors import FactoringError
from rts_factoring.core.model import Receivable, ReportKind
from rts_factoring.core.notice.notice import Notice, NoticeValues
from rts_factoring.core.notice.overlay import stamp_pdf
from rts_factoring.core.reports.layout import DEFAULT_LAYOUTS
from rts_factoring.core.reports.report import Report, read_report
from rts_factoring.core.schedule import example, render
from rts_factoring.core.schedule.layout import DEFAULT_LAYOUT, ScheduleLayout
from rts_factoring.core.schedule.render import ScheduleLine
from rts_factoring.sandbox.agreement import Agreement
from rts_factoring.sandbox.factor import Factor
from rts_factoring.sandbox.server import INBOX, OUTBOX, SandboxServer

LOOPBACK = ("127.0.0.0/8",)
BATCH = "REHEARSAL"
NUMBERS = ("EX-10001", "EX-10002")
TITLE = "EXAMPLE, NOT AN INVOICE"


@dataclass(frozen=True, slots=True)
class Client:
	"""Whose delivery is rehearsed: what its agreement says of the files."""

	company: str
	client_number: str
	layout: ScheduleLayout = DEFAULT_LAYOUT
	as_zip: bool = False
	notice: Notice | None = None  # None: the packets carry none
	kinds: Sequence[DocumentKind] = (DocumentKind.POD,)
	agreement: Agreement = field(default_factory=Agreement)


@dataclass(frozen=True, slots=True)
class ReceivedFile:
	"""A file as it lay in the factor's inbox; `whole` when its SHA-256 is that of the file that was sent."""

	name: str
	content: bytes
	whole: bool


@dataclass(frozen=True, slots=True)
class Rehearsal:
	"""What the factor received, and what it answered."""

	files: Sequence[ReceivedFile]
	schedule: bytes
	packets: dict[str, bytes]
	summary: Summary
	report: Report | None = (
		None  # None when the sandbox cannot read such a schedule, for the reason in `problem`
	)
	problem: FactoringError | None = None


def rehearse(client: Client, today: date) -> Rehearsal:
	"""Deliver two made-up invoices by SFTP on loopback and fetch the purchase report.

	Afterwards neither a file nor an open port is left. Raises FactoringError, as the delivery of a batch does.
	"""
	invoices = example_invoices(client, today)
	packets, name, schedule = _make_files(client, invoices, today)
	with tempfile.TemporaryDirectory(prefix="rts-rehearsal-") as folder:
		outgoing = _save(client, packets, name, schedule, Path(folder) / "sent", today)
		password = secrets.token_urlsafe(24)
		with SandboxServer(Path(folder) / "factor", username="rehearsal", password=password) as server:
			connection = Connection(
				host=server.host,
				port=server.port,
				username=server.username,
				password=password,
				host_key_sha256=server.fingerprint,
				remote_folder=INBOX,
				private_networks=LOOPBACK,
			)
			states: dict[str, FileState] = {}
			summary = deliver(
				connection,
				outgoing,
				lambda file, state, sent: states.update({file: state}),
				token=secrets.token_hex(6),
			)
			received = [_received(server.inbox / file.name, file) for file in outgoing]
			report, problem = _answer(client, server, connection, name, today)
	return Rehearsal(received, schedule, packets, summary, report, problem)


def example_invoices(client: Client, today: date) -> list[Receivable]:
	"""Two invoices nobody owes. Their numbers begin with EX."""
	return [
		replace(
			invoice,
			invoice_no=number,
			company=client.company,
			client_number=client.client_number,
			invoice_date=today,
			due_date=today + timedelta(days=30),
		)
		for invoice, number in zip(example.INVOICES, NUMBERS, strict=True)
	]


def _make_files(
	client: Client, invoices: Sequence[Receivable], today: date
) -> tuple[dict[str, bytes], str, bytes]:
	"""Packets by file name, name of the schedule, the schedule."""
	names = render.packet_names(
		client.layout, NUMBERS, client_number=client.client_number, batch=BATCH, today=today
	)
	lines = [ScheduleLine(invoice, names[invoice.invoice_no]) for invoice in invoices]
	schedule = render.render(client.layout, BATCH, client.client_number, lines, today)
	packets = {names[invoice.invoice_no]: _packet(client, invoice) for invoice in invoices}
	return packets, render.schedule_name(client.layout, client.client_number, BATCH, today), schedule


def _packet(client: Client, invoice: Receivable) -> bytes:
	page = draw_page(TITLE, invoice)
	if client.notice:
		values = NoticeValues(client.company, client.client_number, invoice.customer, invoice.invoice_no)
		page = stamp_pdf(page, client.notice, values, f"{invoice.invoice_no}.pdf")
	documents = [
		Document(kind, f"{kind.value}.pdf", draw_page(f"EXAMPLE: {kind.value}", invoice))
		for kind in client.kinds
	]
	return build_packet(page, documents, list(client.kinds), invoice_name=f"{invoice.invoice_no}.pdf").content


def draw_page(title: str, invoice: Receivable) -> bytes:
	"""One page that says it is an example, with room for the notice at its top."""
	buffer = BytesIO()
	canvas = Canvas(buffer, pagesize=LETTER, invariant=True)
	canvas.setFont("Helvetica-Bold", 17)
	canvas.drawString(54, 560, title)
	canvas.setFont("Helvetica", 11)
	texts = (
		invoice.company,
		f"Number: {invoice.invoice_no}",
		f"Customer: {invoice.customer}",
		f"Load: {invoice.load_no}",
		f"PO: {invoice.po_no}",
		f"Total: {invoice.amount:,.2f} {invoice.currency}",
	)
	for number, text in enumerate(texts):
		canvas.drawString(54, 530 - 20 * number, text)
	canvas.save()
	return buffer.getvalue()


def _save(
	client: Client, packets: dict[str, bytes], name: str, schedule: bytes, folder: Path, today: date
) -> list[OutgoingFile]:
	folder.mkdir()
	for file, content in (*packets.items(), (name, schedule)):
		(folder / file).write_bytes(content)
	if not client.as_zip:
		return [_outgoing(folder / file) for file in packets] + [_outgoing(folder / name, last=True)]
	archive = folder / render.zip_name(client.layout, client.client_number, BATCH, today)
	render.write_zip(archive, [(file, folder / file) for file in packets] + [(name, schedule)])
	return [_outgoing(archive, last=True)]


def _outgoing(path: Path, last: bool = False) -> OutgoingFile:
	content = path.read_bytes()
	return OutgoingFile(path.name, path, len(content), hashlib.sha256(content).hexdigest(), last=last)


def _received(path: Path, file: OutgoingFile) -> ReceivedFile:
	content = path.read_bytes()
	return ReceivedFile(file.name, content, hashlib.sha256(content).hexdigest() == file.sha256)


def _answer(
	client: Client, server: SandboxServer, connection: Connection, schedule: str, today: date
) -> tuple[Report | None, FactoringError | None]:
	"""Let the sandbox buy, and fetch its purchase report. It reads no schedule of fixed width."""
	if client.as_zip:
		for archive in server.inbox.glob("*"):
			with suppress(zipfile.BadZipFile), zipfile.ZipFile(archive) as packed:
				packed.extractall(server.inbox)
	factor = Factor(
		server.root,
		clients={client.client_number: client.company},
		layout=client.layout,
		agreement=client.agreement,
	)
	try:
		factor.buy(server.inbox / schedule, today)
	except FactoringError as error:
		return None, error
	[file] = list_folder(connection, OUTBOX)
	content = fetch_file(connection, file.name, OUTBOX)
	layouts = [DEFAULT_LAYOUTS[ReportKind.PURCHASE]]
	return read_report(content, file.name, ReportKind.PURCHASE, layouts), None
