"""The files of a batch on this side: packets and schedule, made in the background and then frozen by size and hash."""

import errno
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic

import frappe

from rts_factoring.core.errors import DocumentError, FactoringError, NoticeError
from rts_factoring.core.schedule import render
from rts_factoring.services.batches import batch_status, schedule_files
from rts_factoring.services.batches.batch_status import DOCTYPE, RELEASED_OUTCOMES
from rts_factoring.services.batches.delivery_claim import ClaimLost
from rts_factoring.services.common import files
from rts_factoring.services.company import settings

FILE_DOCTYPE = "Factoring Batch File"
ZIP_MODE = "All in One Zip"
HEARTBEAT_INTERVAL = 20  # seconds


def prepare(doc, renew: Callable[[], object]) -> None:
	"""Make packets and schedule, each with size and hash on its row. Once all are made they are never made again.

	Commits after each; `renew` is called before and while one takes long. A job which no longer holds the batch saves nothing of it.
	"""
	if not any(row.kind in ("Schedule", "Zip") for row in doc.files):
		_make_packets(doc, renew)
		doc.reload()
		_freeze_files(doc, renew)
	doc.reload()


def file_path(doc, file: str, file_name: str) -> Path:
	"""The path of a file of the batch. Throws for a File that belongs neither to the batch nor to one of its invoices, and for one
	that was deleted."""
	if not frappe.db.exists("File", file):
		raise FactoringError(
			"packet_missing", where=doc.name, name=file_name, problem=os.strerror(errno.ENOENT)
		)
	stored = frappe.get_doc("File", file)
	owners = {(DOCTYPE, doc.name), *(("Sales Invoice", row.sales_invoice) for row in doc.invoices)}
	if (stored.attached_to_doctype, stored.attached_to_name) not in owners:
		raise FactoringError("not_of_the_batch", where=doc.name)
	return Path(stored.get_full_path())


class _Heartbeat:
	"""Renews the claim while one packet takes long. A job that has lost it learns that when it saves what it made."""

	def __init__(self, renew: Callable[[], object]):
		self._renew, self._last = renew, monotonic()

	def __call__(self) -> None:
		if monotonic() >= self._last + HEARTBEAT_INTERVAL:
			with suppress(ClaimLost):
				self._renew()
			_commit()
			self._last = monotonic()


def _make_packets(doc, renew: Callable[[], object]) -> None:
	from rts_factoring.services.invoices import packets

	heartbeat = _Heartbeat(renew)

	for row in doc.invoices:
		if row.outcome in RELEASED_OUTCOMES or files.is_kept(row.packet):
			continue
		try:
			# rendering commits, so nothing may be open here
			packets.ensure_packet(row.sales_invoice, heartbeat=heartbeat)
		except (DocumentError, NoticeError) as error:
			frappe.db.rollback()
			renew()
			batch_status.return_invoice(row.sales_invoice, str(error))
		else:
			_commit()  # whoever holds the batch by now finds it made
			renew()
			packet = frappe.db.get_value(
				"Sales Invoice", row.sales_invoice, "factoring_packet", for_update=True
			)  # another job may have made it anew meanwhile
			frappe.db.set_value("Factoring Batch Invoice", row.name, "packet", packet, update_modified=False)
		_commit()
		batch_status.show_progress(doc.name, "invoice", row.sales_invoice)


def _freeze_files(doc, renew: Callable[[], object]) -> None:
	"""Write the rows of all files in one transaction, the schedule's last."""
	rows = [row for row in doc.invoices if row.outcome not in RELEASED_OUTCOMES]
	if not rows:
		raise FactoringError("nothing_to_send", where=doc.name)
	layout, lines = schedule_files.lines(doc)
	day = schedule_files.day(doc)
	client = doc.client_number or ""
	content = render.render(layout, doc.name, client, lines, day)
	name = render.schedule_name(layout, client, doc.name, day)
	packets = [(row.file_name, row.packet) for row in rows]
	if layout.as_zip or settings.require(doc.company).zip_mode == ZIP_MODE:
		files = [_zip(doc, render.zip_name(layout, client, doc.name, day), packets, (name, content))]
	else:
		files = [_file_row(doc, file_name, "Packet", packet) for file_name, packet in packets]
		files.append(_file_row(doc, name, "Schedule", _save_file(doc, name, content)))
	renew()
	frappe.db.delete(FILE_DOCTYPE, {"parent": doc.name})
	for number, values in enumerate(files, 1):
		frappe.get_doc(
			{
				"doctype": FILE_DOCTYPE,
				"parent": doc.name,
				"parenttype": DOCTYPE,
				"parentfield": "files",
				"idx": number,
				"docstatus": 1,
				**values,
			}
		).db_insert()
	_commit()


def _file_row(doc, file_name: str, kind: str, file: str) -> dict:
	path = file_path(doc, file, file_name)
	with path.open("rb") as content:
		digest = _digest(content)
	size = path.stat().st_size
	return {
		"file_name": file_name,
		"kind": kind,
		"file": file,
		"size": size,
		"sha256": digest.hexdigest(),
	} | {"state": "Pending"}


def _digest(content):
	digest = hashlib.sha256()
	while block := content.read(1 << 20):
		digest.update(block)
	return digest


def _zip(doc, name: str, packets: list, schedule_entry: tuple[str, bytes]) -> dict:
	folder = Path(frappe.get_site_path("private", "files"))
	target = folder / f".{doc.name}-{frappe.generate_hash(length=8)}.zip"
	try:
		render.write_zip(
			target,
			[(file_name, file_path(doc, packet, file_name)) for file_name, packet in packets]
			+ [schedule_entry],
		)
		return _file_row(doc, name, "Zip", _save_file(doc, name, target.read_bytes()))
	finally:
		target.unlink(missing_ok=True)


def _save_file(doc, file_name: str, content: bytes) -> str:
	"""A private File of the batch."""
	return files.save_private(file_name, content, DOCTYPE, doc.name).name


def _commit() -> None:
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- each step of the job must survive its death
