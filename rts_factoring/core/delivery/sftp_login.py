"""A login over SSH: whatever the server asks for, of what the settings have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import paramiko

from ..errors import DeliveryError, short
from .channel import connection_error, login_error
from .connection import Connection
from .private_keys import load_private_key
from .sftp_requests import GONE
from .ssh_transport import SshTransport

Prompt = tuple[str, bool]  # what the server asks, and whether the answer may be seen


def log_in(transport: SshTransport, connection: Connection) -> None:
	"""By key, password or questions, or by several of them where the server asks for several. Raises DeliveryError.

	Each credential is shown once: a server may lock the account of whoever repeats what it refused.
	"""
	credentials = _Credentials(transport, connection)
	try:
		allowed = _asked_first(transport, connection)
		while not transport.is_authenticated():
			method = credentials.next_of(allowed)
			if not method:
				raise credentials.error(allowed)
			try:
				allowed = method()
			except paramiko.BadAuthenticationType as error:
				allowed = error.allowed_types
			except paramiko.AuthenticationException as error:
				if "timeout" in str(error).lower():
					raise connection_error(connection, TimeoutError()) from None
				if not transport.is_active():  # as servers do to who failed; once more might lock the account
					raise credentials.error(allowed) from None
	except (OSError, *GONE) as error:
		raise connection_error(connection, error) from None


def _asked_first(transport: SshTransport, connection: Connection) -> list[str]:
	"""The methods a server offers, which it tells whoever tries to log in with nothing."""
	try:
		transport.auth_none(connection.username)
		return []
	except paramiko.BadAuthenticationType as error:
		return list(error.allowed_types)
	except paramiko.AuthenticationException as error:
		late = "timeout" in str(error).lower()
		raise connection_error(connection, TimeoutError() if late else EOFError()) from None


class _Credentials:
	"""What these settings have, each to be shown once."""

	def __init__(self, transport: SshTransport, connection: Connection):
		self._transport = transport
		self._connection = connection
		self._key = load_private_key(connection) if connection.private_key else None
		self._password = connection.password
		self._refused = self._was_asked = False
		self._question = ""

	def next_of(self, allowed: Sequence[str]) -> Callable[[], list[str]] | None:
		"""The next step, if one of the methods allowed can be served."""
		if "publickey" in allowed and self._key:
			return self._show_key
		if "password" in allowed and self._password:
			return self._show_password
		if "keyboard-interactive" in allowed and self._password and not self._was_asked:
			return self._answer_questions
		return None

	def error(self, allowed: Sequence[str]) -> DeliveryError:
		"""Why there is no login: a refusal, or something asked for that the settings do not have."""
		if self._question:
			return login_error(self._connection, "question", question=f"{short(self._question)!r}")
		if self._refused or not allowed:
			return login_error(self._connection)
		return login_error(self._connection, "method", methods=", ".join(allowed))

	def _show_key(self) -> list[str]:
		key, self._key = self._key, None
		if not key:
			raise login_error(self._connection)
		return self._shown(lambda: self._transport.auth_publickey(self._connection.username, key))

	def _show_password(self) -> list[str]:
		password, self._password = self._password, ""
		return self._shown(
			lambda: self._transport.auth_password(self._connection.username, password, fallback=False)
		)

	def _answer_questions(self) -> list[str]:
		self._was_asked = True
		try:
			return list(self._transport.auth_interactive(self._connection.username, self._answers))
		except paramiko.AuthenticationException:
			self._refused = not self._password  # it was given
			raise

	def _shown(self, show: Callable[[], list[str]]) -> list[str]:
		try:
			return show()
		except paramiko.BadAuthenticationType:
			raise
		except paramiko.AuthenticationException:
			self._refused = True
			raise

	def _answers(self, title: str, instructions: str, prompts: list[Prompt]) -> list[str]:
		"""The password for the one question whose answer is hidden, the user's name for one that may be seen."""
		answers = []
		for prompt, is_shown in prompts:
			if is_shown and "user" in prompt.lower():
				answers.append(self._connection.username)
			elif not is_shown and self._password:
				answers.append(self._password)
				self._password = ""  # nosec B105 # none
			else:
				self._question = self._connection.scrub(prompt)
				answers.append("")
		return answers
