"""The lock of a delivery: whoever changes a batch's claim under `for update` works on the batch.

A claim that nobody renewed for LEASE seconds belongs to a dead job.
"""

from datetime import datetime

import frappe
from frappe.utils import cint, now_datetime

from rts_factoring.services.batches.batch_status import DOCTYPE, SENDING

LEASE = 120  # seconds


class ClaimLost(Exception):
	"""Another job took the batch over, or it was cancelled."""


def renew(batch: str, claim: str, step: int = 0) -> int:
	"""Renew the claim, or stop this job when another one holds the batch. The caller commits it with what it saves.

	Returns how many steps the delivery has taken, this `step` included.
	"""
	fields = ["claim", "docstatus", "delivery_steps"]
	held = frappe.db.get_value(DOCTYPE, batch, fields, as_dict=True, for_update=True)
	if not held or held.claim != claim or held.docstatus != 1:
		raise ClaimLost
	steps = cint(held.delivery_steps) + step
	set_batch(batch, claimed_on=now_datetime(), delivery_steps=steps)
	return steps


def _is_dead(claimed_on: datetime | None, now: datetime) -> bool:
	return not claimed_on or (now - claimed_on).total_seconds() > LEASE


def is_due(row, now: datetime) -> bool:
	if row.status == SENDING:
		return _is_dead(row.claimed_on, now)
	return not row.next_attempt_on or row.next_attempt_on <= now


def set_batch(batch: str, **values) -> None:
	frappe.db.set_value(DOCTYPE, batch, values, update_modified=False)


def commit() -> None:
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- each step of the job must survive its death
