"""The background job that brings a submitted batch to the factor; safe to run twice, at once, and after any death.

The batch's row is the lock: whoever changes its claim under `for update` works on it, and a claim nobody
renewed for LEASE seconds belongs to a dead job. The files' own rows say how far each one got.
"""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from rts_factoring.core import schedule
from rts_factoring.core.delivery import Connection, FileState, OutgoingFile, deliver
from rts_factoring.core.errors import FactoringError, NoticeError, PaperworkError
from rts_factoring.services import alerts, batches, queue, settings
from rts_factoring.services.batches import DELIVERED, DOCTYPE, FAILED, LEFT, QUEUED, READY, SENDING
from rts_factoring.services.logs import Attempt

FILE = "Factoring Batch File"
LEASE = 120  # seconds
PAUSES = (1, 5, 15, 60, 180, 480)  # minutes before the next attempt
TIMEOUT = 3 * 3600  # seconds a job may take
BY_HAND = "Download"  # the factor has no server: people bring it the files
ZIP_MODE = "All in One Zip"


def enqueue(batch: str) -> None:
	"""Send the batch in the background, once the transaction that submitted it is committed."""
	frappe.enqueue(
		"rts_factoring.services.deliveries.run",
		queue="long",
		timeout=TIMEOUT,
		enqueue_after_commit=True,
		batch=batch,
	)


def resume_due() -> list[str]:
	"""Start the jobs of batches that wait for another attempt, or whose job died. Returns their names."""
	found = frappe.get_all(
		DOCTYPE,
		filters={"docstatus": 1, "status": ("in", (QUEUED, SENDING))},
		fields=["name", "status", "claimed_on", "next_attempt_on"],
		order_by="creation",
	)
	due = [row.name for row in found if _is_due(row, now_datetime())]
	for name in due:
		enqueue(name)
	return due


def retry(batch: str) -> None:
	"""A person asks for another attempt after the last one failed."""
	status = frappe.db.get_value(DOCTYPE, batch, "status", for_update=True)
	if status not in (FAILED, QUEUED):
		frappe.throw(_("The batch is {0}; there is nothing to try again.").format(_(status)))
	_set(batch, status=QUEUED, attempts=0, next_attempt_on=None, error="")
	enqueue(batch)


def run(batch: str) -> str:
	"""The job: make what is missing, send what is not delivered; returns the status the batch ended in.

	Commits after each step, so that a later job continues where this one died.
	"""
	claim = _take(batch)
	if not claim:
		return frappe.db.get_value(DOCTYPE, batch, "status")
	doc = frappe.get_doc(DOCTYPE, batch)
	if waits := _waits_for(doc):
		return _wait(doc, waits)
	attempt = Attempt("Deliver", doc.company, batch, doc.attempts)
	try:
		_prepare(doc, claim)
		if settings.require(doc.company).protocol == BY_HAND:
			return _hand_over(doc, claim)
		summary = _send(doc, claim)
	except _ClaimLost:
		frappe.db.rollback()
	except Exception as error:
		frappe.db.rollback()
		_after_failure(doc, claim, attempt, error)
	else:
		_finish(doc, claim)
		attempt.succeeded(
			f"{summary.files} files over {summary.channels} channels, {summary.seconds:.1f} s", summary.bytes
		)
	_commit()
	return frappe.db.get_value(DOCTYPE, batch, "status")


# The lock


class _ClaimLost(Exception):
	"""Another job took the batch over, or it was cancelled."""


def _take(batch: str) -> str:
	"""A new claim on the batch, committed; empty when there is nothing to do, or a living job is at it."""
	row = frappe.db.get_value(
		DOCTYPE, batch, ["docstatus", "status", "claim", "claimed_on", "attempts"], as_dict=True, for_update=True
	)
	busy = row and row.status == SENDING and not _is_dead(row.claimed_on, now_datetime())
	if not row or row.docstatus != 1 or row.status not in (QUEUED, SENDING) or busy:
		frappe.db.rollback()
		return ""
	claim = frappe.generate_hash(length=16)
	_set(
		batch,
		status=SENDING,
		claim=claim,
		claimed_on=now_datetime(),
		attempts=cint(row.attempts) + 1,
		next_attempt_on=None,
	)
	_commit()
	_tell(batch, "status", SENDING)
	return claim


def _renew(batch: str, claim: str) -> None:
	"""Say that this job lives, and stop it when it no longer holds the batch. To be committed with what it saves."""
	held = frappe.db.get_value(DOCTYPE, batch, ["claim", "docstatus"], as_dict=True, for_update=True)
	if not held or held.claim != claim or held.docstatus != 1:
		raise _ClaimLost
	_set(batch, claimed_on=now_datetime())


def _is_dead(claimed_on: datetime | None, now: datetime) -> bool:
	return not claimed_on or (now - claimed_on).total_seconds() > LEASE


def _is_due(row, now: datetime) -> bool:
	if row.status == SENDING:
		return _is_dead(row.claimed_on, now)
	return not row.next_attempt_on or row.next_attempt_on <= now


# Making the files


def _prepare(doc, claim: str) -> None:
	"""Packets and schedule, each with size and hash on its row. Once all are made they are never made again."""
	company = settings.require(doc.company)
	if not any(row.kind in ("Schedule", "Zip") for row in doc.files):
		_make_packets(doc, claim)
		doc.reload()
		_freeze_files(doc, company, claim)
	doc.reload()


def _make_packets(doc, claim: str) -> None:
	from rts_factoring.services import packets

	for row in doc.invoices:
		if row.packet or row.outcome in LEFT:
			continue
		try:
			packet = packets.ensure_packet(row.sales_invoice)  # rendering commits, so nothing may be open here
		except (PaperworkError, NoticeError) as error:
			frappe.db.rollback()
			_renew(doc.name, claim)
			queue.give_back(row.sales_invoice, str(error))
		else:
			_renew(doc.name, claim)
			frappe.db.set_value("Factoring Batch Invoice", row.name, "packet", packet, update_modified=False)
		_commit()
		_tell(doc.name, "invoice", row.sales_invoice)


def _freeze_files(doc, company, claim: str) -> None:
	"""Write the rows of all files in one transaction, the schedule's last."""
	rows = [row for row in doc.invoices if row.outcome not in LEFT]
	if not rows:
		raise FactoringError(
			"nothing_to_send",
			"No invoice of the batch could be made ready.",
			"Mend what each invoice names, cancel the batch and make a new one.",
			where=doc.name,
		)
	layout, lines = batches.schedule_lines(doc)
	day = frappe.utils.getdate(doc.batch_date)
	client = doc.client_number or ""
	content = schedule.render(layout, doc.name, client, lines, day)
	name = schedule.schedule_name(layout, client, doc.name, day)
	packets = [(row.file_name, row.packet) for row in rows]
	if layout.as_zip or company.zip_mode == ZIP_MODE:
		files = [_zip(doc, schedule.zip_name(layout, client, doc.name, day), packets, (name, content))]
	else:
		files = [_frozen(file_name, "Packet", packet) for file_name, packet in packets]
		files.append(_frozen(name, "Schedule", _keep(doc, name, content)))
	_renew(doc.name, claim)
	frappe.db.delete(FILE, {"parent": doc.name})
	for number, values in enumerate(files, 1):
		frappe.get_doc(
			{
				"doctype": FILE,
				"parent": doc.name,
				"parenttype": DOCTYPE,
				"parentfield": "files",
				"idx": number,
				"docstatus": 1,
				**values,
			}
		).db_insert()
	_commit()


def _frozen(file_name: str, kind: str, file: str) -> dict:
	path = _path(file)
	with path.open("rb") as content:
		digest = _digest(content)
	size = path.stat().st_size
	return {"file_name": file_name, "kind": kind, "file": file, "size": size, "sha256": digest.hexdigest()} | {
		"state": "Pending"
	}


def _digest(content):
	digest = hashlib.sha256()
	while block := content.read(1 << 20):
		digest.update(block)
	return digest


def _zip(doc, name: str, packets: list, schedule_entry: tuple[str, bytes]) -> dict:
	folder = Path(frappe.get_site_path("private", "files"))
	target = folder / f".{doc.name}-{frappe.generate_hash(length=8)}.zip"
	try:
		schedule.write_zip(target, [(file_name, _path(packet)) for file_name, packet in packets] + [schedule_entry])
		return _frozen(name, "Zip", _keep(doc, name, target.read_bytes()))
	finally:
		target.unlink(missing_ok=True)


def _keep(doc, file_name: str, content: bytes) -> str:
	"""A private File of the batch."""
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": file_name,
			"attached_to_doctype": DOCTYPE,
			"attached_to_name": doc.name,
			"is_private": 1,
			"content": content,
		}
	)
	file.flags.ignore_permissions = True
	return file.insert().name


def _path(file: str) -> Path:
	return Path(frappe.get_doc("File", file).get_full_path())


# Sending them


def _send(doc, claim: str):
	company = settings.require(doc.company)
	connection = settings.connection(company, remote_folder=doc.remote_folder or "")
	files = [
		OutgoingFile(
			name=row.file_name,
			path=_path(row.file),
			size=cint(row.size),
			sha256=row.sha256,
			state=FileState(row.state.lower()),
			last=row.kind != "Packet",
		)
		for row in doc.files
	]
	_commit()  # nothing is locked or open while the network is waited for
	return _deliver(connection, files, doc, claim)


def _deliver(connection: Connection, files: list[OutgoingFile], doc, claim: str):
	def progress(name: str, state: FileState, size: int) -> None:
		_renew(doc.name, claim)
		_save_state(doc.name, name, state)
		_commit()
		_tell(doc.name, name, state.value.title())

	def journal(name: str) -> FileState:
		_commit()  # ends the snapshot, so that the other job's states are seen
		state = frappe.db.get_value(FILE, {"parent": doc.name, "file_name": name}, "state")
		return FileState(state.lower())

	return deliver(connection, files, progress, token=_token(doc), journal=journal)


def _save_state(batch: str, file_name: str, state: FileState) -> None:
	"""A file that is delivered stays so, whatever a slower job says."""
	table = frappe.qb.DocType(FILE)
	query = frappe.qb.update(table).where((table.parent == batch) & (table.file_name == file_name))
	query = query.where(table.state != "Delivered").set(table.state, state.value.title())
	if state is FileState.DELIVERED:
		query = query.set(table.delivered_on, now_datetime()).set(table.error, "")
	if state is FileState.PENDING:
		query = query.set(table.attempts, table.attempts + 1)
	query.run()


def _token(doc) -> str:
	"""The same over all attempts of this batch, and no other's on the same server."""
	return hashlib.sha256(f"{frappe.local.site}/{doc.name}".encode()).hexdigest()[:12]


# How it ends


def _finish(doc, claim: str) -> None:
	_renew(doc.name, claim)
	_set(doc.name, status=DELIVERED, delivered_on=now_datetime(), claim="", claimed_on=None, error="")
	batches.mark_submitted(doc.name)
	_tell(doc.name, "status", DELIVERED, after_commit=True)


def _hand_over(doc, claim: str) -> str:
	"""The files wait for a person, who says when the factor has them."""
	_renew(doc.name, claim)
	_set(doc.name, status=READY, claim="", claimed_on=None, error="")
	_commit()
	_tell(doc.name, "status", READY)
	return READY


def mark_delivered(batch: str) -> None:
	"""A person brought the files to the factor. Throws while they are not made, or a job is at work."""
	status = frappe.db.get_value(DOCTYPE, batch, "status", for_update=True)
	doc = frappe.get_doc(DOCTYPE, batch)
	if status not in (READY, FAILED) or not doc.files:
		frappe.throw(_("The batch is {0}; its files cannot be marked as delivered.").format(_(status)))
	table = frappe.qb.DocType(FILE)
	frappe.qb.update(table).set(table.state, "Delivered").set(table.delivered_on, now_datetime()).where(
		(table.parent == batch) & (table.state != "Delivered")
	).run()
	_set(batch, status=DELIVERED, delivered_on=now_datetime(), error="")
	batches.mark_submitted(batch)
	doc.add_comment("Info", _("brought the files to the factor"))
	Attempt("Mark as Delivered", doc.company, batch, doc.attempts).succeeded(
		_("by hand, by {0}").format(frappe.session.user), sum(cint(row.size) for row in doc.files)
	)


def _after_failure(doc, claim: str, attempt: Attempt, error: Exception) -> None:
	"""Another attempt after a pause, while there is hope and patience; else the managers are told."""
	try:
		_renew(doc.name, claim)
	except _ClaimLost:
		return
	message = str(error) if isinstance(error, FactoringError) else _("Unexpected error; see the Error Log.")
	if not isinstance(error, FactoringError):
		frappe.log_error(title=f"Factoring Batch {doc.name}", reference_doctype=DOCTYPE, reference_name=doc.name)
	company = settings.find(doc.company)
	tries, allowed = cint(doc.attempts), cint(company.max_attempts) if company else 1
	hopeful = getattr(error, "retry", not isinstance(error, FactoringError))
	values = {"claim": "", "claimed_on": None, "error": message}
	if hopeful and tries < allowed:
		pause = timedelta(minutes=PAUSES[min(tries, len(PAUSES)) - 1])
		_set(doc.name, status=QUEUED, next_attempt_on=now_datetime() + pause, **values)
	else:
		_set(doc.name, status=FAILED, next_attempt_on=None, **values)
		alerts.tell_managers(
			doc.company,
			_("Factoring batch {0} could not be delivered").format(doc.name),
			message,
			DOCTYPE,
			doc.name,
			"batch_failed",
		)
	attempt.failed(error)
	_tell(doc.name, "status", FAILED, after_commit=True)


def _waits_for(doc) -> str | None:
	"""The earlier batch of the company that must be seen at the factor first, where the settings ask for it."""
	company = settings.require(doc.company)
	if not company.wait_for_first or not doc.split_from:
		return None
	seen = frappe.db.get_value(DOCTYPE, doc.split_from, ["seen_on", "docstatus"], as_dict=True)
	return doc.split_from if seen and seen.docstatus == 1 and not seen.seen_on else None


def _wait(doc, earlier: str) -> str:
	"""Waiting is no attempt."""
	_set(
		doc.name,
		status=QUEUED,
		claim="",
		claimed_on=None,
		attempts=cint(doc.attempts) - 1,
		next_attempt_on=now_datetime() + timedelta(minutes=PAUSES[1]),
		error=_("Waits until {0} was seen at the factor.").format(earlier),
	)
	_commit()
	return QUEUED


def _set(batch: str, **values) -> None:
	frappe.db.set_value(DOCTYPE, batch, values, update_modified=False)


def _commit() -> None:
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- each step of the job must survive its death


def _tell(batch: str, what: str, state: str, after_commit: bool = False) -> None:
	"""To whoever has the batch open; a form opened later reads the same from the rows."""
	frappe.publish_realtime(
		"factoring_batch_progress",
		{"batch": batch, "what": what, "state": state},
		doctype=DOCTYPE,
		docname=batch,
		after_commit=after_commit,
	)
