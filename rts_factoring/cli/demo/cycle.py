"""The whole cycle on the example: judge, pack, send, be bought, be paid, reconcile. Real files, real SSH, one process."""

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
from rts_factoring.core.documents.packet import Document, build_packet, check_document, guess_kind
from rts_factoring.core.eligibility import Candidate, check_eligibility
from rts_factoring.core.errors import DeliveryError, PaperworkError
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

from .example import PERIODS, SALE_DAYS, Example, Load, Subsidiary
from .paper import invoice_pdf, paper
from .record import Batch, Desk, Imported, Record, Sent, Trial
from .walls import try_walls

Say = Callable[[str, str], None]  # what, figures
ATTEMPTS = 5
CUT_AFTER = 4  # delivered files, then the line drops once
DAY = timedelta(days=1)


@dataclass
class OtherEnd:
	"""The factor's side of one subsidiary, and how we reach it."""

	server: SandboxServer
	factor: Factor
	connection: Connection
	written: Counter = field(default_factory=Counter)  # files by final name, as often as they appeared


class Cycle:
	def __init__(self, example: Example, folder: Path, factor_folder: Path, say: Say):
		self.example = example
		self.say = say
		self.factor_folder = factor_folder
		self.record = Record(
			folder, example.source, [self._desk(one, folder) for one in example.subsidiaries]
		)
		self.ends: dict[str, OtherEnd] = {}

	def run(self) -> Record:
		desks = self.record.desks
		with ExitStack() as stack:
			for desk in desks:
				self.ends[desk.subsidiary.slug] = self._connect(desk.subsidiary, stack)
			for number, day in enumerate(SALE_DAYS):
				for desk in desks:
					queued = self._judge(desk, day, again=number > 0)
					if queued:
						self._sell(desk, day, queued)
			for start, end in PERIODS:
				for desk in desks:
					self._collect(desk, start, end)
			try_walls(self.record, self.example, {slug: end.connection for slug, end in self.ends.items()})
			held = sum(trial.holds for trial in self.record.trials)
			self.say("Walls", f"{held} of {len(self.record.trials)} things that must not work did not work")
		return self.record

	def _desk(self, subsidiary: Subsidiary, folder: Path) -> Desk:
		ledger = FactoringLedger(
			subsidiary.name, subsidiary.policy, subsidiary.client_number, subsidiary.terms.currency
		)
		return Desk(subsidiary, self.example.of(subsidiary), ledger, folder / subsidiary.slug)

	def _connect(self, subsidiary: Subsidiary, stack: ExitStack) -> OtherEnd:
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
		return OtherEnd(server, factor, connection, written)

	# what goes ------------------------------------------------------------------------------------------------

	def _judge(self, desk: Desk, day: date, again: bool) -> dict[str, list[Document]]:
		"""Invoices that may go, with their paperwork. Judged again: those not ready, and the held with new paperwork."""
		queued = {}
		for load in desk.loads:
			number = load.receivable.invoice_no
			if again and number not in desk.subsidiary.later:
				continue
			documents = self._documents(desk.subsidiary, load, again)
			verdict = check_eligibility(
				self._candidate(desk.subsidiary, load, documents), desk.subsidiary.terms
			)
			desk.reasons[number] = verdict.reasons
			desk.step(number, day, verdict.state, " ".join(reason.text for reason in verdict.reasons))
			if verdict.state is InvoiceState.QUEUED:
				queued[number] = documents
		if queued or not again:
			rest = "" if again else f", {len(desk.loads) - len(queued)} not, each with its reason"
			self.say("Eligibility", f"{desk.subsidiary.name}: {counted(len(queued), 'invoice')} may go{rest}")
		return queued

	def _documents(self, subsidiary: Subsidiary, load: Load, again: bool) -> list[Document]:
		names = subsidiary.later.get(load.receivable.invoice_no, load.papers) if again else load.papers
		return [Document(guess_kind(name), name, paper(name, subsidiary, load)) for name in names]

	def _candidate(self, subsidiary: Subsidiary, load: Load, documents: list[Document]) -> Candidate:
		flaws = []
		for document in documents:
			try:
				check_document(document)
			except PaperworkError as error:
				flaws.append(str(error))
		return Candidate(
			load.receivable,
			factored=load.method == "factoring",
			customer_excluded=load.receivable.customer in subsidiary.excluded,
			required=subsidiary.required,
			attached=[document.kind.value for document in documents],
			layout_problems=render.problems(DEFAULT_LAYOUT, load.receivable),
			paperwork_problems=flaws,
		)

	def _sell(self, desk: Desk, day: date, queued: dict[str, list[Document]]) -> None:
		name = f"{desk.subsidiary.prefix}-B{len(desk.batches) + 1}"
		folder = desk.folder / name
		folder.mkdir(parents=True)
		files = self._make_files(desk, name, day, queued, folder)
		end = self.ends[desk.subsidiary.slug]
		self._submit(desk, name, day, queued)
		self._deliver(end, name, files)
		if desk is not self.record.desks[0]:
			self._deliver_again(end, name, files)
		arrived = [
			replace(
				file,
				arrived=_sha256(end.server.inbox / file.name) == file.sha256 and end.written[file.name] == 1,
			)
			for file in files
		]
		whole = sum(file.arrived for file in arrived)
		self.say(
			"Delivery", f"{name}: {whole} of {len(files)} files arrived once and whole, compared by SHA-256"
		)
		amount = sum((self.example.loads[number].receivable.amount for number in queued), ZERO)
		desk.batches.append(Batch(name, day, folder, tuple(queued), amount, tuple(arrived)))
		for path in end.factor.new_schedules():
			end.factor.buy(path, day + DAY)
		_sweep(end.server.inbox, end.server.root / "received" / name)
		end.written.clear()
		end.factor.scenario = replace(end.factor.scenario, held={})  # the better scans will be legible
		self._import(desk, day + DAY, name)

	def _make_files(self, desk: Desk, batch: str, day: date, queued: dict, folder: Path) -> list[Sent]:
		"""Stamped packets and their schedule, in `folder`. The schedule is the last."""
		subsidiary, made, lines = desk.subsidiary, [], []
		names = render.packet_names(
			DEFAULT_LAYOUT, queued, client_number=subsidiary.client_number, batch=batch, today=day
		)
		for number, documents in queued.items():
			load = self.example.loads[number]
			facts = NoticeValues(subsidiary.name, subsidiary.client_number, load.receivable.customer, number)
			stamped = stamp_pdf(invoice_pdf(subsidiary, load), subsidiary.notice, facts, f"{number}.pdf")
			packet = build_packet(stamped, documents, invoice_name=f"{number}.pdf")
			(folder / names[number]).write_bytes(packet.content)
			made.append(Sent(names[number], len(packet.content), packet.sha256, packet.pages))
			lines.append(ScheduleLine(load.receivable, names[number]))
		content = render.render(DEFAULT_LAYOUT, batch, subsidiary.client_number, lines, day)
		name = render.schedule_name(DEFAULT_LAYOUT, subsidiary.client_number, batch, day)
		(folder / name).write_bytes(content)
		made.append(Sent(name, len(content), hashlib.sha256(content).hexdigest()))
		pages, total = sum(file.pages for file in made), sum(file.size for file in made)
		self.say(
			"Packets",
			f"{batch}: {counted(len(queued), 'packet')}, {counted(pages, 'page')}, {size(total)}, and {name}",
		)
		return made

	def _submit(self, desk: Desk, batch: str, day: date, invoices) -> None:
		"""The ledger takes the batch. An invoice sent again leaves the batch it was in: it is in one live batch only."""
		live = {
			name: tuple(number for number in numbers if number not in invoices)
			for name, numbers in desk.ledger.batches.items()
		}
		positions = {
			number: replace(position, state=InvoiceState.SUBMITTED, batch=batch)
			if number in invoices
			else position
			for number, position in desk.ledger.positions.items()
		}
		desk.ledger = replace(desk.ledger, batches=live | {batch: tuple(invoices)}, positions=positions)
		for number in invoices:
			desk.step(number, day, InvoiceState.SUBMITTED, f"queued, then in batch {batch}")

	def _deliver(self, end: OtherEnd, batch: str, files: list[Sent]) -> None:
		"""Send; the very first delivery loses its line on the way and goes on where it stopped."""
		states = {file.name: FileState.PENDING for file in files}
		cut = not self.record.cut_after

		def progress(name: str, state: FileState, sent: int) -> None:
			nonlocal cut
			states[name] = state
			done = sum(one is FileState.DELIVERED for one in states.values())
			if cut and done >= CUT_AFTER:
				cut = False
				self.record.cut_after = done
				end.server.drop_connections()

		for attempt in range(1, ATTEMPTS + 1):
			try:
				files_now = self._outgoing(batch, files, states)
				summary = deliver(
					end.connection, files_now, progress, token=batch, journal=states.__getitem__
				)
				break
			except DeliveryError as error:
				if not error.retry or attempt == ATTEMPTS:
					raise
				done = sum(state is FileState.DELIVERED for state in states.values())
				self.say("Delivery", f"{batch}: line cut on purpose after {counted(done, 'file')}; going on")
		self.say(
			"Delivery",
			f"{batch}: {counted(summary.files, 'file')} by SFTP over {summary.channels} channels in {summary.seconds:.1f} s",
		)

	def _deliver_again(self, end: OtherEnd, batch: str, files: list[Sent]) -> None:
		"""The same job once more, as if it had died before saving anything."""
		before = end.written.copy()
		states = {file.name: FileState.PENDING for file in files}
		deliver(
			end.connection,
			self._outgoing(batch, files, states),
			lambda name, state, sent: states.update({name: state}),
			token=batch,
			journal=states.__getitem__,
		)
		found = sum(state is FileState.DELIVERED for state in states.values())
		self.record.trials.append(
			Trial(
				f"Batch {batch} is sent a second time by a job that remembers nothing of the first.",
				f"{found} of {len(files)} files were found whole under their final names; none was written again.",
				found == len(files) and end.written == before,
			)
		)

	def _outgoing(self, batch: str, files: list[Sent], states: dict[str, FileState]) -> list[OutgoingFile]:
		desk = next(one for one in self.record.desks if batch.startswith(one.subsidiary.prefix))
		folder = desk.folder / batch
		return [
			OutgoingFile(
				file.name, folder / file.name, file.size, file.sha256, states[file.name], last=not file.pages
			)
			for file in files
		]

	# what comes back ------------------------------------------------------------------------------------------

	def _collect(self, desk: Desk, start: date, end: date) -> None:
		day = end + DAY
		if self.ends[desk.subsidiary.slug].factor.pay(desk.subsidiary.client_number, start, end, day):
			self._import(desk, day)

	def _import(self, desk: Desk, day: date, batch: str = "") -> None:
		"""Fetch every report not seen yet, read it, match it, post it."""
		connection = self.ends[desk.subsidiary.slug].connection
		reports = desk.folder / "reports"
		reports.mkdir(parents=True, exist_ok=True)
		for found in list_folder(connection, "outbox"):
			path = reports / found.name
			if path.exists():
				continue
			path.write_bytes(fetch_file(connection, found.name, "outbox"))
			result = reconcile(
				read_report(path.read_bytes(), path.name), self.example.receivables, desk.ledger, batch
			)
			desk.ledger.commit(result)
			entry = f"{desk.subsidiary.prefix}-JE{len(desk.imports) + 1}"
			desk.post(Imported(result, day, path, entry))
			for line in result.lines:
				if line.receivable:
					position = desk.ledger.position(line.receivable)
					desk.step(line.receivable.invoice_no, day, position.state, _note(line))
			outcomes = ", ".join(f"{count} {outcome.value}" for outcome, count in result.count().items())
			self.say(
				"Reconciled", f"{path.name}: {outcomes}; {counted(len(result.legs), 'leg')} posted as {entry}"
			)


def _note(line) -> str:
	"""What a report row meant for its invoice, in a few words."""
	said = []
	for effect in line.effects:
		amounts = {name: f"{amount:,.2f}" for name, amount in effect.amounts.items()}
		said.append(_NOTES.get(effect.event, "").format(**amounts))
	if line.line.reason:
		said.append(line.line.reason)
	return ", ".join(text for text in said if text)


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


def _sweep(inbox: Path, archive: Path) -> None:
	"""The factor takes away what it has read."""
	archive.mkdir(parents=True)
	for path in sorted(inbox.iterdir()):
		shutil.move(path, archive / path.name)
