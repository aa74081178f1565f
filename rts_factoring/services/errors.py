"""Core errors as Frappe's, at the edge of a service: escaped, with what to do next on a line of its own."""

from contextlib import contextmanager

import frappe
from frappe import _
from frappe.utils import escape_html

from rts_factoring.core.errors import FactoringError


class Overtaken(frappe.ValidationError):
	"""Another posting of the company was committed after this transaction had begun to read: what it read is old."""


class FactoringValidationError(frappe.ValidationError):
	"""A core error on its way to a person; `code` is the core's."""

	code = ""


def as_frappe_error(error: FactoringError) -> Exception:
	"""The error to raise, its message already on the desk's message log."""
	where = f"<b>{escape_html(error.where)}</b>: " if error.where else ""
	hint = f"<br>{escape_html(_(error.hint))}" if error.hint else ""
	message = f"{where}{escape_html(_(error.message))}{hint}"
	try:
		frappe.throw(message, FactoringValidationError, title=_("Factoring"))
	except FactoringValidationError as raised:
		raised.code = error.code
		return raised


@contextmanager
def told_to_the_user():
	"""Core errors raised inside reach the desk as messages."""
	try:
		yield
	except FactoringError as error:
		raise as_frappe_error(error) from error
