"""Rows that others are changing: a job waits for them, a person is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _


class BusyError(frappe.ValidationError):
	"""Another transaction holds what this one needs. Nothing was changed."""


def is_request() -> bool:
	"""Whether a person, or another system, waits for the answer."""
	return bool(getattr(frappe.local, "request", None))


@contextmanager
def refused_when_busy(what: str) -> Iterator[None]:
	"""A lock that cannot be had becomes a sentence with `what` as its subject: the name of a document or a company."""
	try:
		yield
	except (frappe.QueryTimeoutError, frappe.QueryDeadlockError) as error:
		try:
			frappe.throw(
				_(
					"{0} is being posted or changed by somebody else. Nothing was saved. Try again in a minute."
				).format(what),
				BusyError,
				title=_("Try Again"),
			)
		except BusyError as busy:
			raise busy from error


def take(doctype: str, name: str) -> None:
	"""Lock a document until the transaction ends. A request does not wait for whoever has it: it raises BusyError."""
	if is_request():
		with refused_when_busy(name):
			frappe.db.get_value(doctype, name, "name", for_update=True, wait=False)
	else:
		frappe.db.get_value(doctype, name, "name", for_update=True)
