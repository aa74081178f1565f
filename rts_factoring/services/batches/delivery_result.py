"""How an attempt to deliver a batch ends: delivered, ready to download, to be tried again, or failed."""

from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from rts_factoring.core.errors import DeliveryError, FactoringError
from rts_factoring.services.batches import batch_status
from rts_factoring.services.batches.batch_files import FILE_DOCTYPE
from rts_factoring.services.batches.batch_status import (
	DELIVERED,
	DOCTYPE,
	FAILED,
	QUEUED,
	READY,
	show_progress,
)
from rts_factoring.services.batches.delivery_claim import ClaimLost, commit, renew, set_batch
from rts_factoring.services.common.logs import Attempt
from rts_factoring.services.company import alerts, settings

RETRY_MINUTES = (1, 5, 15, 60, 180, 480)  # minutes before the next attempt


def finish(doc, claim: str) -> None:
	renew(doc.name, claim)
	set_batch(doc.name, status=DELIVERED, delivered_on=now_datetime(), claim="", claimed_on=None, error="")
	batch_status.mark_submitted(doc.name)
	show_progress(doc.name, "status", DELIVERED, after_commit=True)


def make_ready_to_download(doc, claim: str) -> str:
	"""The files wait for a person, who brings them to the factor and marks them as delivered."""
	renew(doc.name, claim)
	set_batch(doc.name, status=READY, claim="", claimed_on=None, error="")
	commit()
	show_progress(doc.name, "status", READY)
	return READY


def after_failure(doc, claim: str, attempt: Attempt, error: Exception) -> None:
	"""Plan another attempt, or fail and notify the managers when no attempt is left or none can help."""
	try:
		renew(doc.name, claim)
	except ClaimLost:
		return
	message = (
		str(error)
		if isinstance(error, FactoringError)
		else _("An unexpected error occurred. See the Error Log.")
	)
	if not isinstance(error, FactoringError):
		frappe.log_error(
			title=f"Factoring Batch {doc.name}", reference_doctype=DOCTYPE, reference_name=doc.name
		)
	tries = cint(doc.attempts)
	can_retry = getattr(error, "retry", not isinstance(error, FactoringError))
	values = {"claim": "", "claimed_on": None, "error": message}
	if can_retry and tries < max_attempts(doc.company):
		status = QUEUED
		pause = timedelta(minutes=RETRY_MINUTES[min(tries, len(RETRY_MINUTES)) - 1])
		set_batch(doc.name, status=status, next_attempt_on=now_datetime() + pause, **values)
	else:
		status = FAILED
		set_batch(doc.name, status=status, next_attempt_on=None, **values)
		alerts.notify_managers(
			doc.company,
			_("Factoring batch {0} could not be delivered").format(doc.name),
			message,
			DOCTYPE,
			doc.name,
			"batch_failed",
		)
	frappe.db.set_value(
		FILE_DOCTYPE,
		{"parent": doc.name, "state": ("!=", "Delivered")},
		"error",
		message,
		update_modified=False,
	)
	attempt.failed(error)
	show_progress(doc.name, "status", status, after_commit=True)


def fail_as_killed(batch: str, claim: str) -> None:
	doc = frappe.get_doc(DOCTYPE, batch)
	attempt = Attempt("Deliver", doc.company, batch, doc.attempts)
	after_failure(doc, claim, attempt, DeliveryError("killed"))
	commit()


def max_attempts(company: str) -> int:
	"""Attempts before a person is asked."""
	agreement = settings.find(company)
	return cint(agreement.max_attempts) if agreement else 1


def postpone(doc, claim: str, earlier: str) -> str:
	"""Try again later. This does not count as an attempt."""
	renew(doc.name, claim)
	set_batch(
		doc.name,
		status=QUEUED,
		claim="",
		claimed_on=None,
		attempts=cint(doc.attempts) - 1,
		next_attempt_on=now_datetime() + timedelta(minutes=RETRY_MINUTES[1]),
		error=_("Waiting until {0} is seen at the factor.").format(earlier),
	)
	commit()
	return QUEUED
