"""Core errors as Frappe's, at the edge of a service: escaped, with what to do next on a line of its own."""

import html
from collections.abc import Callable
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.utils import escape_html, strip_html
from redis.exceptions import RedisError
from rq.timeouts import BaseTimeoutException

from rts_factoring.core.errors import FactoringError, Text

TRANSIENT = (
	*(frappe.QueryDeadlockError, frappe.QueryTimeoutError, frappe.RetryBackgroundJobError),
	*(RedisError, BaseTimeoutException),
)
# MariaDB's own: too many connections, shutting down, killed, not reachable, gone, lost, record changed, lock, deadlock.
TRANSIENT_CODES = (1040, 1053, 1927, 2002, 2003, 2006, 2013, 2055, 1020, 1205, 1213)


class StaleReadError(frappe.ValidationError):
	"""Another posting of the company was committed after this transaction began to read, so what it read is old."""


class FactoringValidationError(frappe.ValidationError):
	"""A core error for a person; `code` is the core's."""

	code = ""


def throw_not_found(row, fieldname: str) -> None:
	"""Refuse a link of a table row as Frappe refuses one that does not exist. So nothing tells that another company has it."""
	label = _(row.meta.get_label(fieldname))
	missing = f"{_('Row')} #{row.idx}: {label}: {row.get(fieldname)}"
	frappe.throw(_("Could not find {0}").format(escape_html(missing)), frappe.LinkValidationError)


def translate(text: str, lang: str | None = None) -> str:
	"""A text of the core in the user's language, or in `lang`."""
	if not text:
		return ""
	if not isinstance(text, Text):
		return _(text, lang)
	values = {
		name: translate(value, lang) if isinstance(value, Text) else value
		for name, value in text.values.items()
	}
	return _(text.template, lang).format(**values)


def as_frappe_error(error: FactoringError, action: dict | None = None) -> Exception:
	"""The error to raise, its message already on the desk's message log. `action` is a button of the message, as frappe.msgprint
	takes it."""
	where = f"<b>{escape_html(error.where)}</b>: " if error.where else ""
	hint = f"<br>{escape_html(translate(error.hint))}" if error.hint else ""
	message = f"{where}{escape_html(translate(error.message))}{hint}"
	raised = FactoringValidationError(message)
	try:
		frappe.throw(message, FactoringValidationError, title=_("Factoring"), primary_action=action)
	except FactoringValidationError as shown:
		raised = shown
	raised.code = error.code
	return raised


def plain_text(error: Exception) -> str:
	"""The message of an error as text. Those of Frappe are HTML for the desk, with the texts in them escaped."""
	message = str(error)
	if not isinstance(error, frappe.ValidationError):
		return message
	return html.unescape(strip_html(message.replace("<br>", "\n")))


@contextmanager
def core_errors_as_frappe(action: Callable[[FactoringError], dict | None] | None = None):
	"""Raise core errors as Frappe's, with the message for the desk. `action` gives the button of the message, if it has one."""
	try:
		yield
	except FactoringError as error:
		raise as_frappe_error(error, action and action(error)) from error


def is_transient(error: BaseException | None) -> bool:
	"""True for errors that are not about the document: a deadlock, a lost connection, a job that ran out of time."""
	while error is not None:
		if isinstance(error, TRANSIENT) or frappe.db.is_interface_error(error):
			return True
		if isinstance(error, (frappe.db.OperationalError, frappe.db.InternalError)):
			code = error.args[0] if error.args else None
			if not isinstance(code, int) or code in TRANSIENT_CODES:
				return True
		error = error.__cause__ or error.__context__
	return False
