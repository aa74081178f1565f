"""One posting of a company at a time."""

from __future__ import annotations

import frappe
from frappe import _

from rts_factoring.services.common import locks
from rts_factoring.services.common.errors import StaleReadError


def lock(company: str) -> None:
	"""Let only one posting of a company run at a time, until its transaction ends. Throws StaleReadError when another one was
	committed after this transaction began to read: after the wait it would still see the old data.

	A job that takes the lock before it reads anything never fails here. A request does not wait: BusyError.
	"""
	if locks.is_request():
		with locks.refused_when_busy(_("A report of {0}").format(company)):
			_lock_counter(company)
	counter, key = frappe.qb.DocType("Series"), _counter_of(company)
	frappe.qb.into(counter).columns("name", "current").insert(key, 0).on_duplicate_key_update(
		counter.current, counter.current
	).run()  # which also waits for whoever posts now
	current = frappe.qb.from_(counter).where(counter.name == key).select(counter.current)
	((latest,),) = current.for_update().run()
	seen = current.run()
	if latest != (seen[0][0] if seen else 0):
		frappe.throw(
			_(
				"Another report of {0} was posted or cancelled at the same moment. Look at the rows again, then try again."
			).format(company),
			StaleReadError,
			title=_("Try Again"),
		)
	frappe.qb.update(counter).set(counter.current, latest + 1).where(counter.name == key).run()


def is_locked(company: str) -> bool:
	"""Whether another transaction posts or cancels a report of the company. If none does, the lock is this one's."""
	try:
		_lock_counter(company)
	except frappe.QueryTimeoutError:
		return True
	return False


def forget(company: str) -> None:
	"""The company is being removed, and its counter with it."""
	frappe.db.delete("Series", {"name": _counter_of(company)})


def _lock_counter(company: str) -> None:
	"""Lock the company's counter, if it has one yet, without waiting for it."""
	counter, key = frappe.qb.DocType("Series"), _counter_of(company)
	query = frappe.qb.from_(counter).where(counter.name == key).select(counter.current)
	if query.run():  # a lock on a row that is not there would be one on its neighbours
		query.for_update(nowait=True).run()


def _counter_of(company: str) -> str:
	"""Number of postings of a company, beside Frappe's naming series: a row of its own, so that posting locks nothing else."""
	return f"rts_factoring:postings:{company}"
