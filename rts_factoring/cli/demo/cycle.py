"""The whole cycle on the example: check, pack, send, be bought, be paid, reconcile. Real files, real SSH, one process."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from rts_factoring.cli.output import counted, size
from rts_factoring.core.delivery import (
	Connection,
	FileState,
	OutgoingFile,
	deliver,
	fetch_file,
	list_folder,
	probe,
)
from rts_factoring.core.documents.kinds import guess_kind
from rts_factoring.core.documents.packet import Document, build_packet, check_document
from rts_factoring.core.eligibility import Candidate, check_eligibility
from rts_factoring.core.errors import DeliveryError, DocumentError
from rts_factoring.core.model import Event, InvoiceState
from rts_factoring.core.money import ZERO
from rts_factoring.core.notice.notice import NoticeValues
from rts_factoring.core.notice.overlay import stamp_pdf
from rts_factoring.core.reconciliation.factoring_ledger import FactoringLedger
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reports.report import read_report
from rts_factoring.core.schedule import render
from rts_factoring.core.schedule.layout import DEFAULT_LAYOUT
from rts_factoring.core.schedule.render import ScheduleLine
from rts_factoring.sandbox import Factor, SandboxServer

from .demo_run import DemoRun, ImportedReport, SafetyCheck, SentBatch, SentFile, SubsidiaryRun
from .documents import draw_document, draw_invoice
from .example import PERIODS, SALE_DAYS, Example, Load, Subsidiary
from .safety_checks import run_safety_checks

Say = Callable[[str, str], None]  # what, figures
ATTEMPTS = 5
CUT_AFTER = 4  # delivered files, then the connection drops once
DAY = timedelta(days=1)


@dataclass
class FactorSide:
	"""The factor's side of one subsidiary, and how we reach it."""

	server: SandboxServer
	factor: Factor
	connection: Connection
	written: Counter = field(default_factory=Counter)  # files by final name, as often as they appeared


class DemoCycle:
	"""One run over all days; `run` returns what it left."""

	def __init__(self, example: Example, folder: Path, factor_folder: Path, say: Say):
		self.example = example
		self.say = say
		self.factor_folder = factor_folder
		self.demo = DemoRun(
			folder, example.source, [self._begin(subsidiary, folder) for subsidiary in example.subsidiaries]
		)
		self.factor_sides: dict[str, FactorSide] = {}

	def run(self) -> DemoRun:
		runs = self.demo.subsidiaries
		with ExitStack() as stack:
			for run in runs:
				self.factor_sides[run.subsidiary.slug] = self._connect(run.subsidiary, stack)
			for number, day in enumerate(SALE_DAYS):
				for run in runs:
					queued = self._check_invoices(run, day, again=number > 0)
					if queued:
						self._sell_batch(run, day, queued)
			for start, end in PERIODS:
				for run in runs:
					self._receive_payments(run, start, end)
			connections = {slug: factor_side.connection for slug, factor_side in self.factor_sides.items()}
			run_safety_checks(self.demo, self.example, connections)
			passed = sum(check.passed for check in self.demo.safety_checks)
			self.say("Safety", f"{passed} of {len(self.demo.safety_checks)} safety checks passed")
		return self.demo

	def _begin(self, subsidiary: Subsidiary, folder: Path) -> SubsidiaryRun:
		ledger = FactoringLedger(
			subsidiary.name, subsidiary.policy, subsidiary.client_number, subsidiary.terms.currency
		)
		return SubsidiaryRun(subsidiary, self.example.of(subsidiary), ledger, folder / subsidiary.slug)

	def _connect(self, subsidiary: Subsidiary, stack: ExitStack) -> FactorSide:
		"""A server with a login of its own; its key is probed, compared with what the factor says, and pinned."""
		password = secrets.token_urlsafe(12)
		written: Counter[str] = Counter()

		def observer(what: str, path: str) -> None:
			if what == "renamed":
				written[Path(path).name] += 1

		server = SandboxServer(
			self.factor_folder / subsidiary.slug,
			username=subsidiary.slug,
			password=password,
			observer=observer,
		)
		stack.enter_context(server)
		factor = Factor(
			server.root,
			clients={subsidiary.client_number: subsidiary.name},
			agreement=subsidiary.agreement,
			scenario=subsidiary.scenario,
		)
		key = probe(server.host, server.port)
		if key.sha256 != server.fingerprint:
			raise DeliveryError(
				"host_key_changed.probe", type=key.type, shown=key.sha256, expected=server.fingerprint
			)
		self.say("Connection", f"{subsidiary.name}: {key.type} {key.sha256[:19]}… confirmed and pinned")
		connection = Connection(
			host=server.host,
			port=server.port,
			username=subsidiary.slug,
			password=password,
			host_key_sha256=key.sha256,
			remote_folder=server.inbox.name,
		)
		return FactorSide(server, factor, connection, written)

	# what is sent ------------------------------------------------------------------------------------------------

	def _check_invoices(self, run: SubsidiaryRun, day: date, again: bool) -> dict[str, list[Document]]:
		"""Invoices that may be sold, with their documents. `again`: those that were not ready or held, with new documents."""
		queued = {}
		for load in run.loads:
			number = load.receivable.invoice_no
			if again and number not in run.subsidiary.later:
				continue
			documents = self._documents(run.subsidiary, load, again)
			verdict = check_eligibility(
				self._candidate(run.subsidiary, load, documents), run.subsidiary.terms
			)
			run.reasons[number] = verdict.reasons
			run.add_state(number, day, verdict.state, " ".join(reason.text for reason in verdict.reasons))
			if verdict.state is InvoiceState.QUEUED:
				queued[number] = documents
		if queued or not again:
			rest = "" if again else f", {len(run.loads) - len(queued)} cannot, each with its reason"
			self.say(
				"Eligibility", f"{run.subsidiary.name}: {counted(len(queued), 'invoice')} can be sold{rest}"
			)
		return queued

	def _documents(self, subsidiary: Subsidiary, load: Load, again: bool) -> list[Document]:
		names = subsidiary.later.get(load.receivable.invoice_no, load.documents) if again else load.documents
		return [Document(guess_kind(name), name, draw_document(name, subsidiary, load)) for name in names]

	def _candidate(self, subsidiary: Subsidiary, load: Load, documents: list[Document]) -> Candidate:
		document_problems = []
		for document in documents:
			try:
				check_document(document)
			except DocumentError as error:
				document_problems.append(str(error))
		return Candidate(
			load.receivable,
			factored=load.method == "factoring",
			customer_excluded=load.receivable.customer in subsidiary.excluded,
			required=subsidiary.required,
			attached=[document.kind.value for document in documents],
			layout_problems=render.problems(DEFAULT_LAYOUT, load.receivable),
			document_problems=document_problems,
		)

	def _sell_batch(self, run: SubsidiaryRun, day: date, queued: dict[str, list[Document]]) -> None:
		name = f"{run.subsidiary.prefix}-B{len(run.batches) + 1}"
		folder = run.folder / name
		folder.mkdir(parents=True)
		files = self._make_files(run, name, day, queued, folder)
		factor_side = self.factor_sides[run.subsidiary.slug]
		self._submit(run, name, day, queued)
		self._deliver(factor_side, name, files)
		if run is not self.demo.subsidiaries[0]:
			self._deliver_again(factor_side, name, files)
		arrived = [
			replace(
				file,
				arrived=_sha256(factor_side.server.inbox / file.name) == file.sha256
				and factor_side.written[file.name] == 1,
			)
			for file in files
		]
		whole = sum(file.arrived for file in arrived)
		self.say(
			"Delivery", f"{name}: {whole} of {len(files)} files arrived once and whole, compared by SHA-256"
		)
		amount = sum((self.example.loads[number].receivable.amount for number in queued), ZERO)
		run.batches.append(SentBatch(name, day, folder, tuple(queued), amount, tuple(arrived)))
		for path in factor_side.factor.new_schedules():
			factor_side.factor.buy(path, day + DAY)
		_archive(factor_side.server.inbox, factor_side.server.root / "received" / name)
		factor_side.written.clear()
		without_holds = replace(factor_side.factor.scenario, held={})  # the better scans will be legible
		factor_side.factor.scenario = without_holds
		self._import(run, day + DAY, name)

	def _make_files(
		self, run: SubsidiaryRun, batch: str, day: date, queued: dict, folder: Path
	) -> list[SentFile]:
		"""Stamped packets and their schedule, in `folder`. The schedule is the last."""
		subsidiary, made, lines = run.subsidiary, [], []
		names = render.packet_names(
			DEFAULT_LAYOUT, queued, client_number=subsidiary.client_number, batch=batch, today=day
		)
		for number, documents in queued.items():
			load = self.example.loads[number]
			values = NoticeValues(subsidiary.name, subsidiary.client_number, load.receivable.customer, number)
			stamped = stamp_pdf(draw_invoice(subsidiary, load), subsidiary.notice, values, f"{number}.pdf")
			packet = build_packet(stamped, documents, invoice_name=f"{number}.pdf")
			(folder / names[number]).write_bytes(packet.content)
			made.append(SentFile(names[number], len(packet.content), packet.sha256, packet.pages))
			lines.append(ScheduleLine(load.receivable, names[number]))
		content = render.render(DEFAULT_LAYOUT, batch, subsidiary.client_number, lines, day)
		name = render.schedule_name(DEFAULT_LAYOUT, subsidiary.client_number, batch, day)
		(folder / name).write_bytes(content)
		made.append(SentFile(name, len(content), hashlib.sha256(content).hexdigest()))
		pages, total = sum(file.pages for file in made), sum(file.size for file in made)
		self.say(
			"Packets",
			f"{batch}: {counted(len(queued), 'packet')}, {counted(pages, 'page')}, {size(total)}, and {name}",
		)
		return made

	def _submit(self, run: SubsidiaryRun, batch: str, day: date, invoices) -> None:
		"""Enter the batch in the ledger. An invoice sent again leaves its earlier batch: it is in one live batch only."""
		live = {
			name: tuple(number for number in numbers if number not in invoices)
			for name, numbers in run.ledger.batches.items()
		}
		positions = {
			number: replace(position, state=InvoiceState.SUBMITTED, batch=batch)
			if number in invoices
			else position
			for number, position in run.ledger.positions.items()
		}
		run.ledger = replace(run.ledger, batches=live | {batch: tuple(invoices)}, positions=positions)
		for number in invoices:
			run.add_state(number, day, InvoiceState.SUBMITTED, f"queued, then in batch {batch}")

	def _deliver(self, factor_side: FactorSide, batch: str, files: list[SentFile]) -> None:
		"""Send; the very first delivery loses its connection on the way and continues where it stopped."""
		states = {file.name: FileState.PENDING for file in files}
		cut = not self.demo.cut_after

		def progress(name: str, state: FileState, sent: int) -> None:
			nonlocal cut
			states[name] = state
			done = sum(one is FileState.DELIVERED for one in states.values())
			if cut and done >= CUT_AFTER:
				cut = False
				self.demo.cut_after = done
				factor_side.server.drop_connections()

		for attempt in range(1, ATTEMPTS + 1):
			try:
				files_now = self._outgoing(batch, files, states)
				summary = deliver(
					factor_side.connection, files_now, progress, token=batch, journal=states.__getitem__
				)
				break
			except DeliveryError as error:
				if not error.retry or attempt == ATTEMPTS:
					raise
				done = sum(state is FileState.DELIVERED for state in states.values())
				self.say(
					"Delivery",
					f"{batch}: connection cut on purpose after {counted(done, 'file')}; continuing",
				)
		self.say(
			"Delivery",
			f"{batch}: {counted(summary.files, 'file')} by SFTP over {summary.channels} channels in {summary.seconds:.1f} s",
		)

	def _deliver_again(self, factor_side: FactorSide, batch: str, files: list[SentFile]) -> None:
		"""The same job once more, as if it had died before it saved anything."""
		before = factor_side.written.copy()
		states = {file.name: FileState.PENDING for file in files}
		deliver(
			factor_side.connection,
			self._outgoing(batch, files, states),
			lambda name, state, sent: states.update({name: state}),
			token=batch,
			journal=states.__getitem__,
		)
		recognised = sum(state is FileState.DELIVERED for state in states.values())
		self.demo.safety_checks.append(
			SafetyCheck(
				f"Batch {batch} is sent a second time by a job without the record of the first.",
				f"{recognised} of {len(files)} files were already there, whole. None was written again.",
				recognised == len(files) and factor_side.written == before,
			)
		)

	def _outgoing(
		self, batch: str, files: list[SentFile], states: dict[str, FileState]
	) -> list[OutgoingFile]:
		run = next(one for one in self.demo.subsidiaries if batch.startswith(one.subsidiary.prefix))
		folder = run.folder / batch
		return [
			OutgoingFile(
				file.name, folder / file.name, file.size, file.sha256, states[file.name], last=not file.pages
			)
			for file in files
		]

	# what comes back ------------------------------------------------------------------------------------------

	def _receive_payments(self, run: SubsidiaryRun, start: date, end: date) -> None:
		day = end + DAY
		if self.factor_sides[run.subsidiary.slug].factor.pay(run.subsidiary.client_number, start, end, day):
			self._import(run, day)

	def _import(self, run: SubsidiaryRun, day: date, batch: str = "") -> None:
		"""Fetch every report not seen yet, read it, match it, post it."""
		connection = self.factor_sides[run.subsidiary.slug].connection
		reports = run.folder / "reports"
		reports.mkdir(parents=True, exist_ok=True)
		for file in list_folder(connection, "outbox"):
			path = reports / file.name
			if path.exists():
				continue
			path.write_bytes(fetch_file(connection, file.name, "outbox"))
			result = reconcile(
				read_report(path.read_bytes(), path.name), self.example.receivables, run.ledger, batch
			)
			run.ledger.commit(result)
			entry = f"{run.subsidiary.prefix}-JE{len(run.imports) + 1}"
			run.post(ImportedReport(result, day, path, entry))
			for line in result.lines:
				if line.receivable:
					position = run.ledger.position(line.receivable)
					run.add_state(line.receivable.invoice_no, day, position.state, _note(line))
			outcomes = ", ".join(f"{count} {outcome.value}" for outcome, count in result.count().items())
			self.say(
				"Reconciled", f"{path.name}: {outcomes}; {counted(len(result.legs), 'leg')} posted as {entry}"
			)


def _note(line) -> str:
	"""What a report row meant for its invoice, in a few words."""
	notes = []
	for effect in line.effects:
		amounts = {name: f"{amount:,.2f}" for name, amount in effect.amounts.items()}
		notes.append(_NOTES.get(effect.event, "").format(**amounts))
	if line.line.reason:
		notes.append(line.line.reason)
	return ", ".join(text for text in notes if text)


_NOTES = {
	Event.PURCHASE: "{net} paid out",
	Event.PAYMENT: "{paid} paid",
	Event.SHORT_PAY: "{paid} paid, {short} short",
	Event.OVER_PAY: "{paid} paid, {over} too much",
	Event.CHARGEBACK: "{amount} taken back",
	Event.RESERVE_RELEASE: "reserve of {amount} released",
}


def _sha256(path: Path) -> str:
	return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _archive(inbox: Path, archive: Path) -> None:
	"""Move away what the factor has read."""
	archive.mkdir(parents=True)
	for path in sorted(inbox.iterdir()):
		shutil.move(path, archive / path.name)
