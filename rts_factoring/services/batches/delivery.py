"""The background job that brings a submitted batch to the factor; safe to run twice, at once, and after any death.

One job at a time has the claim on a batch (see delivery_claim). The files' own rows say how far each one got.
"""

import hashlib
from functools import partial

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from rts_factoring.core.delivery import Connection, FileState, OutgoingFile, deliver
from rts_factoring.core.errors import FactoringError
from rts_factoring.services.batches import batch_files, batch_status, delivery_claim, delivery_result
from rts_factoring.services.batches.batch_files import FILE_DOCTYPE
from rts_factoring.services.batches.batch_status import (
	DELIVERED,
	DOCTYPE,
	FAILED,
	QUEUED,
	READY,
	SENDING,
	show_progress,
)
from rts_factoring.services.common import background, site_identity
from rts_factoring.services.common.logs import Attempt
from rts_factoring.services.company import factor_server, settings, site_binding

TIMEOUT = 3 * 3600  # seconds a job may take


def enqueue(batch: str, after_commit: bool = True) -> None:
	"""Send the batch in the background, once the transaction that submitted it is committed.

	One job waits for each attempt. The number is in the job's name because Redis takes a killed job for a running one
	for a while.
	"""
	attempts = cint(frappe.db.get_value(DOCTYPE, batch, "attempts"))
	background.enqueue_once(
		"rts_factoring.services.batches.delivery.deliver_batch",
		queue="long",
		timeout=TIMEOUT,
		enqueue_after_commit=after_commit,
		job_id=f"rts_factoring:deliver:{batch}:{attempts}",
		batch=batch,
	)


def resume_due() -> list[str]:
	"""Start the jobs of batches that wait for another attempt, or whose job died. Returns their names."""
	unsent = frappe.get_all(
		DOCTYPE,
		filters={"docstatus": 1, "status": ("in", (QUEUED, SENDING))},
		fields=["name", "company", "status", "claimed_on", "next_attempt_on"],
		order_by="creation",
	)
	halted = {company for company in {row.company for row in unsent} if _halted(company)}
	due = [
		row.name for row in unsent if row.company not in halted and delivery_claim.is_due(row, now_datetime())
	]
	for name in due:
		enqueue(name, after_commit=False)
	return due


def retry(batch: str) -> None:
	"""A person asks for another attempt after the last one failed."""
	status = frappe.db.get_value(DOCTYPE, batch, "status", for_update=True)
	if status not in (FAILED, QUEUED):
		frappe.throw(
			_("The batch is {0}. Only a failed or queued batch can be tried again.").format(_(status))
		)
	delivery_claim.set_batch(batch, status=QUEUED, attempts=0, next_attempt_on=None, error="")
	enqueue(batch)


def mark_delivered(batch: str) -> None:
	"""A person brought the files to the factor. Throws while they are not made, or a job is at work."""
	status = frappe.db.get_value(DOCTYPE, batch, "status", for_update=True)
	doc = frappe.get_doc(DOCTYPE, batch)
	if status not in (READY, FAILED, QUEUED) or not doc.files:
		frappe.throw(
			_(
				"The batch is {0}. Its files can be marked as delivered once they are ready to download."
			).format(_(status))
		)
	table = frappe.qb.DocType(FILE_DOCTYPE)
	delivered = frappe.qb.update(table).set(table.state, "Delivered").set(table.error, "")
	delivered.set(table.delivered_on, now_datetime()).where(
		(table.parent == batch) & (table.state != "Delivered")
	).run()
	delivery_claim.set_batch(batch, status=DELIVERED, delivered_on=now_datetime(), error="")
	batch_status.mark_submitted(batch)
	doc.add_comment("Info", _("brought the files to the factor"))
	Attempt("Mark as Delivered", doc.company, batch, doc.attempts).succeeded(
		_("marked by {0}").format(frappe.session.user), sum(cint(row.size) for row in doc.files)
	)


def deliver_batch(batch: str) -> str:
	"""The job: make what is missing, send what is not delivered; returns the status the batch ended in.

	Commits after each step, so that a later job continues where this one died.
	"""
	if error := _halted(frappe.db.get_value(DOCTYPE, batch, "company")):
		delivery_claim.set_batch(
			batch, error=str(error)
		)  # it waits as it is, until a System Manager confirms the site
		delivery_claim.commit()
		return frappe.db.get_value(DOCTYPE, batch, "status")
	claim = acquire_claim(batch)
	if not claim:
		return frappe.db.get_value(DOCTYPE, batch, "status")
	doc = frappe.get_doc(DOCTYPE, batch)
	attempt = Attempt("Deliver", doc.company, batch, doc.attempts)
	try:
		if waits := _waits_for(doc):
			return delivery_result.postpone(doc, claim, waits)
		batch_files.prepare(doc, partial(delivery_claim.renew, batch, claim))
		if _enabled_agreement(doc.company).protocol == settings.DOWNLOAD:
			return delivery_result.make_ready_to_download(doc, claim)
		summary = _send(doc, claim)
		delivery_result.finish(doc, claim)
		attempt.succeeded(
			f"{summary.files} files over {summary.channels} channels, {summary.seconds:.1f} s", summary.bytes
		)
	except delivery_claim.ClaimLost:
		frappe.db.rollback()
	except Exception as error:
		frappe.db.rollback()
		delivery_result.after_failure(doc, claim, attempt, error)
	delivery_claim.commit()
	return frappe.db.get_value(DOCTYPE, batch, "status")


def acquire_claim(batch: str) -> str:
	"""A new claim on the batch, committed; empty when nothing is due, or another job is working on it.

	A batch whose job died at its last attempt is marked as failed here.
	"""
	fields = ["docstatus", "status", "company", "claimed_on", "attempts", "next_attempt_on"]
	row = frappe.db.get_value(DOCTYPE, batch, fields, as_dict=True, for_update=True)
	if (
		not row
		or row.docstatus != 1
		or row.status not in (QUEUED, SENDING)
		or not delivery_claim.is_due(row, now_datetime())
	):
		frappe.db.rollback()
		return ""
	claim = frappe.generate_hash(length=16)
	if row.status == SENDING and cint(row.attempts) >= delivery_result.max_attempts(row.company):
		delivery_claim.set_batch(batch, claim=claim)
		delivery_result.fail_as_killed(batch, claim)
		return ""
	delivery_claim.set_batch(
		batch,
		status=SENDING,
		claim=claim,
		claimed_on=now_datetime(),
		attempts=cint(row.attempts) + 1,
		next_attempt_on=None,
	)
	delivery_claim.commit()
	show_progress(batch, "status", SENDING)
	return claim


def _halted(company: str) -> FactoringError | None:
	"""The error that says why nothing may be sent on this site."""
	agreement = settings.find(company)
	key = agreement and site_binding.problem(agreement)
	return site_binding.as_error(agreement, key) if key else None


def _enabled_agreement(company: str):
	"""The company's settings; to send they must be enabled."""
	agreement = settings.find(company)
	if not agreement or not agreement.enabled:
		raise FactoringError("not_enabled", where=company)
	return agreement


def _waits_for(doc) -> str | None:
	"""The earlier batch of the company that must be seen at the factor first, where the settings ask for it.

	One that was cancelled holds nobody up.
	"""
	if not _enabled_agreement(doc.company).wait_for_first or not doc.split_from:
		return None
	seen = frappe.db.get_value(DOCTYPE, doc.split_from, ["seen_on", "docstatus"], as_dict=True)
	return doc.split_from if seen and seen.docstatus == 1 and not seen.seen_on else None


# Sending the files


def _send(doc, claim: str):
	files = [
		OutgoingFile(
			name=row.file_name,
			path=batch_files.file_path(doc, row.file, row.file_name),
			size=cint(row.size),
			sha256=row.sha256,
			state=FileState(row.state.lower()),
			last=row.kind != "Packet",
		)
		for row in doc.files
	]
	with factor_server.reached(_enabled_agreement(doc.company), doc.remote_folder or "") as connection:
		_count_attempt(doc.name)
		_commit_step(doc, claim)  # nothing is locked or open while the network is waited for
		return _deliver(connection, files, doc, claim)


def _deliver(connection: Connection, files: list[OutgoingFile], doc, claim: str):
	def progress(name: str, state: FileState, size: int) -> None:
		_save_state(doc.name, name, state)
		_commit_step(doc, claim)
		show_progress(doc.name, name, state.value.title())

	def heartbeat() -> None:
		delivery_claim.renew(doc.name, claim)
		delivery_claim.commit()

	def journal(name: str) -> FileState:
		delivery_claim.commit()  # ends the snapshot, so that the other job's states are seen
		state = frappe.db.get_value(FILE_DOCTYPE, {"parent": doc.name, "file_name": name}, "state")
		return FileState(state.lower())

	return deliver(connection, files, progress, token=_token(doc), journal=journal, heartbeat=heartbeat)


def _commit_step(doc, claim: str) -> None:
	"""Commit what was saved, and keep outside the database that it was: books put back to before it are then told apart."""
	steps = delivery_claim.renew(doc.name, claim, step=1)
	delivery_claim.commit()
	site_identity.write_mark(doc.company, site_identity.Mark(doc.name, steps))


def _save_state(batch: str, file_name: str, state: FileState) -> None:
	"""Save how far a file is. One that is delivered stays so, even if a slower job says otherwise."""
	table = frappe.qb.DocType(FILE_DOCTYPE)
	query = frappe.qb.update(table).where((table.parent == batch) & (table.file_name == file_name))
	query = query.where(table.state != "Delivered").set(table.state, state.value.title())
	if state is FileState.DELIVERED:
		query = query.set(table.delivered_on, now_datetime()).set(table.error, "")
	query.run()


def _count_attempt(batch: str) -> None:
	"""On each file that this attempt is about."""
	table = frappe.qb.DocType(FILE_DOCTYPE)
	unfinished = (table.parent == batch) & (table.state != "Delivered")
	frappe.qb.update(table).where(unfinished).set(table.attempts, table.attempts + 1).run()


def _token(doc) -> str:
	"""The same over all attempts of this batch, and no other's on the same server."""
	return hashlib.sha256(f"{frappe.local.site}/{doc.name}".encode()).hexdigest()[:12]
