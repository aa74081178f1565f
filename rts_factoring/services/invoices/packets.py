"""The packet of an invoice, a private File: made in the background, and made again only when its input changes."""

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import frappe
from frappe.utils import flt

import rts_factoring
from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.documents.limits import SECONDS
from rts_factoring.core.documents.packet import Document, build_packet, find_bad, packet_key
from rts_factoring.core.eligibility import Reason
from rts_factoring.core.errors import (
	DocumentError,
	DocumentsRefused,
	FactoringError,
	NoticeError,
	Text,
	combined,
)
from rts_factoring.core.model import InvoiceState
from rts_factoring.core.notice.due import NoticeDecision
from rts_factoring.core.notice.notice import Notice
from rts_factoring.core.notice.printed import require_on, require_seen
from rts_factoring.services.common import files
from rts_factoring.services.common.errors import is_transient, plain_text
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import documents as invoice_documents
from rts_factoring.services.invoices import fingerprint, invoice_state, notices, packet_progress, page_checks

DAY = 24 * 3600  # seconds
PATIENT = 60  # seconds of processor time per file at the second attempt
OUT_OF_TIME = ("too_slow", "server_busy")
MAX_ERROR_TEXT = 300  # characters of another program's error


def ensure_packet(
	invoice: str, seconds: float = PATIENT, heartbeat: Callable[[], object] = lambda: None
) -> str:
	"""The name of the File of the invoice's packet. It is made if there is none of the current input, with `seconds` of
	processor time for each file. `heartbeat` is called before each file; nothing is open then.

	Rendering commits the open transaction, so call it with nothing open. Raises DocumentError or NoticeError, which
	concern this invoice only, and errors that may not occur at another attempt. A packet that is sent, or in the files of a
	batch, is never made again.
	"""
	try:
		try:
			return _ensure_packet(invoice, seconds, heartbeat)
		finally:
			packet_progress.clear(invoice)
	except FactoringError:
		raise
	except Exception as error:
		if is_transient(error):
			raise
		if not isinstance(error, frappe.ValidationError):
			frappe.log_error(
				f"Factoring packet of {invoice}",
				reference_doctype="Sales Invoice",
				reference_name=invoice,
				defer_insert=True,  # the caller rolls back
			)
		raise DocumentError("packet_failed", where=f"{invoice}.pdf", error=_error_text(error)) from error


def _ensure_packet(invoice: str, seconds: float, heartbeat: Callable[[], object]) -> str:
	doc = frappe.get_doc("Sales Invoice", invoice)
	kept = doc.factoring_packet if files.is_kept(doc.factoring_packet) else ""
	if kept and _is_sent(doc.name, doc.factoring_status):
		return kept
	_require_readable(doc)
	decision, values = notices.check_due(doc, doc.language)
	notice = _require_notice(decision, doc)
	key = _key(doc, notice)
	if kept and doc.factoring_packet_key == key:
		return kept
	documents = _documents(doc)
	names = [f"{doc.name}.pdf", *(document.file_name for document in documents)]

	def told(file: str) -> None:
		heartbeat()
		packet_progress.tell(doc.name, file, names.index(file) + 1 if file in names else 1, len(names))

	def verify(page, content: bytes) -> None:
		require_on(page, notice, values, names[0])
		require_seen(content, notice, values, names[0])

	told(names[0])
	printed = _print(doc)
	looks = (
		f"rts_factoring:stamp_seen:{fingerprint.of_format(doc, _format(doc))}:{fingerprint.of_text(notice)}"
	)
	seen = frappe.cache.get_value(looks)
	packet = build_packet(
		printed,
		documents,
		order=_order(doc.company),
		max_bytes=_max_bytes(doc.company),
		invoice_name=names[0],
		seconds=seconds,
		verify=None if seen else verify,
		told=told,
	)
	frappe.cache.set_value(looks, 1, expires_in_sec=DAY)  # a format that hides the stamp is found once
	file = _keep(doc, key, packet.content, notice)
	page_checks.judge_all(invoice_documents.attached([invoice]).get(invoice, ()))
	return file


def make_packets(invoices: list[str], seconds: float = SECONDS) -> None:
	"""A background job: the packets of queued invoices, so that submitting a batch only sends.

	An invoice with a bad document becomes Not Ready; the others go on. One whose documents take longer than `seconds` is
	tried once more with more time, behind the others. A deadlock runs the job again.
	"""
	for invoice in invoices:
		if frappe.db.get_value("Sales Invoice", invoice, "factoring_status") != InvoiceState.QUEUED.value:
			continue
		try:
			ensure_packet(invoice, seconds)
		except FactoringError as error:
			frappe.db.rollback()
			if seconds < PATIENT and _is_out_of_time(error):
				_try_again(invoice)
			else:
				_mark_not_ready(invoice, error)
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError) as error:
			raise frappe.RetryBackgroundJobError from error
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a background job, one invoice at a time


def _is_sent(invoice: str, state: str | None) -> bool:
	"""True once the packet is one of a batch's files, sent or not."""
	return (state or "") not in invoice_state.RESENDABLE_STATES or bool(
		invoice_state.awaiting_delivery([invoice])
	)


def _require_readable(doc) -> None:
	"""Raises for all documents that are wrong when the company refuses pages that cannot be read and there are some."""
	if not page_checks.refused(doc.company):
		return
	rows = invoice_documents.attached([doc.name]).get(doc.name, ())
	page_checks.judge_all(rows)
	unread = page_checks.refusals(rows)
	if not unread:
		return
	try:
		bad = find_bad(_documents(doc))
	except DocumentsRefused as error:  # files are missing
		bad = list(error.errors)
	except DocumentError as error:
		bad = [error]
	raise combined([*unread, *bad])


def _errors(error: FactoringError) -> tuple[FactoringError, ...]:
	return error.errors if isinstance(error, DocumentsRefused) else (error,)


def _is_out_of_time(error: FactoringError) -> bool:
	return any(each.code in OUT_OF_TIME for each in _errors(error))


def _try_again(invoice: str) -> None:
	frappe.enqueue(
		"rts_factoring.services.invoices.packets.make_packets",
		queue="long",
		timeout=3600,
		enqueue_after_commit=True,
		invoices=[invoice],
		seconds=PATIENT,
	)


def _mark_not_ready(invoice: str, error: FactoringError) -> None:
	state = frappe.db.get_value("Sales Invoice", invoice, "factoring_status", for_update=True)
	if state == InvoiceState.QUEUED.value:
		reasons = [
			Reason(
				each.code,
				Text("{where}: {message}", {"where": each.where, "message": each.message}),
				each.hint,
			)
			for each in _errors(error)
		]
		invoice_state.mark_not_ready(invoice, reasons)


def _require_notice(decision: NoticeDecision, doc) -> Notice:
	if decision.problem:
		raise decision.problem
	if not decision.notice:
		raise NoticeError("not_factored", where=doc.name)
	return decision.notice


def _key(doc, notice: Notice) -> str:
	return packet_key(
		fingerprint.of_print(doc, _format(doc), doc.language),
		f"{notice.name}:{fingerprint.of_text(notice)}",
		[f"{row.kind}:{row.file}:{_hash(row.file)}" for row in doc.factoring_documents],
		_order(doc.company),
		_max_bytes(doc.company),
		rts_factoring.__version__,
	)


def _format(doc) -> str | None:
	return settings.require(doc.company).print_format or None


def _order(company: str) -> list[DocumentKind]:
	agreement = settings.require(company)
	return [DocumentKind(row.kind) for row in agreement.document_kinds] or list(DocumentKind)


def _max_bytes(company: str) -> int | None:
	return int(flt(settings.require(company).packet_size_cap) * 1000**2) or None


def _documents(doc) -> list[Document]:
	"""The documents with their content. Raises DocumentError; if files are missing, for all that are wrong."""
	documents, missing = [], []
	for row in doc.factoring_documents:
		try:
			file = _file(row.file)
			name = file.file_name or row.file.rsplit("/", 1)[-1]
			documents.append(Document(DocumentKind(row.kind or "Other"), name, _content(file)))
		except DocumentError as error:
			missing.append(error)
	if missing:
		raise combined([*missing, *find_bad(documents)])
	return documents


def _file(file_url: str):
	"""The File of an attachment's address. Raises DocumentError when it is missing."""
	name = frappe.db.get_value("File", {"file_url": file_url}, order_by="creation desc")
	if not name:
		raise DocumentError("file_missing.deleted", where=(file_url or "").rsplit("/", 1)[-1])
	return frappe.get_doc("File", name)


def _content(file) -> bytes:
	try:
		return files.content(file)
	except (OSError, frappe.DoesNotExistError, frappe.ValidationError) as error:
		raise DocumentError("file_missing.unreadable", where=file.file_name) from error


def _hash(file_url: str) -> str:
	return frappe.db.get_value("File", {"file_url": file_url}, "content_hash", order_by="creation desc") or ""


def _print(doc) -> bytes:
	"""The stamped invoice as PDF in its own language. Raises when it contradicts its notice."""
	from frappe.translate import print_language

	ignored = frappe.local.flags.ignore_print_permissions
	frappe.local.flags.ignore_print_permissions = True
	frappe.local.factoring_remit_conflict = ""
	# Frappe keeps the language of a failed print, and uses the engine of the first print for later ones.
	lang, jenv = frappe.local.lang, getattr(frappe.local, "jenv", None)
	engine = frappe.local.form_dict.pop("pdf_generator", None)
	try:
		with print_language(doc.language or frappe.local.lang):
			printed = frappe.get_print("Sales Invoice", doc.name, _format(doc), as_pdf=True)
	except Exception as error:  # whatever a print format or letter head may do, and the PDF engine
		if is_transient(error):
			raise
		if "network error" in str(error) and not _site_answers():
			raise frappe.RetryBackgroundJobError(str(error)) from error
		raise DocumentError("print_failed", where=f"{doc.name}.pdf", error=_error_text(error)) from error
	finally:
		frappe.local.flags.ignore_print_permissions = ignored
		frappe.local.lang, frappe.local.jenv = lang, jenv
		frappe.local.form_dict.pop("pdf_generator", None)
		if engine:
			frappe.local.form_dict.pdf_generator = engine
	if passage := getattr(frappe.local, "factoring_remit_conflict", ""):
		raise DocumentError("remit_conflict", where=f"{doc.name}.pdf", passage=passage)
	return printed


def _site_answers() -> bool:
	"""False while the web server is down. PDF engines fetch style sheets and pictures from it."""
	url = urlsplit(frappe.utils.get_url())
	try:
		port = url.port or (443 if url.scheme == "https" else 80)
		socket.create_connection((url.hostname or "localhost", port), timeout=3).close()
	except (OSError, ValueError):
		return False
	return True


def _error_text(error: Exception) -> str:
	"""The text of an error, without markup and shortened. Errors not written for people are named."""
	text = " ".join(frappe.utils.strip_html(plain_text(error)).split())
	if len(text) > MAX_ERROR_TEXT:  # a traceback tells what happened at its end
		text = f"{text[: MAX_ERROR_TEXT // 3]} … {text[-MAX_ERROR_TEXT * 2 // 3 :]}"
	if isinstance(error, (frappe.ValidationError, frappe.PrintFormatError)) and text:
		return text
	return f"{type(error).__name__}: {text.rstrip('.')}."


def _keep(doc, key: str, content: bytes, notice: Notice) -> str:
	"""Store the packet and record its notice, unless another job was faster or the invoice was sent meanwhile."""
	now = frappe.db.get_value(
		"Sales Invoice",
		doc.name,
		["factoring_status", "factoring_packet", "factoring_packet_key", "factoring_notice"],
		as_dict=True,
		for_update=True,
	)
	if not now:
		raise frappe.DoesNotExistError(doc.name)  # it was deleted while it was printed
	before = now.factoring_packet
	is_current = now.factoring_packet_key == key or _is_sent(doc.name, now.factoring_status)
	if is_current and files.is_kept(before):
		return before
	file = files.save_private(f"{doc.name.replace('/', '-')}.pdf", content, "Sales Invoice", doc.name)
	invoice_state.write_fields([doc.name], factoring_packet=file.name, factoring_packet_key=key)
	notices.record_version(doc.name, notice)
	is_in_batch = before and frappe.db.exists("Factoring Batch Invoice", {"packet": before})
	if before and not is_in_batch and frappe.db.exists("File", before):
		frappe.delete_doc("File", before, force=True, ignore_permissions=True)
	return file.name
