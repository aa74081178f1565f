"""paramiko's SSH connection, for logins of several steps.

Its Transport asks for the login service again at every step, which some servers hang up on. Its
ServiceRequestingTransport asks once, but waits for ever and misses fast answers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import paramiko
from paramiko.common import cMSG_SERVICE_REQUEST, cMSG_USERAUTH_REQUEST

if TYPE_CHECKING:  # paramiko's own, which its stubs leave out

	class AuthOnlyHandler:
		def __init__(self, transport: paramiko.Transport): ...

		def wait_for_response(self, event: threading.Event) -> list[str]: ...

	class ServiceRequestingTransport(paramiko.Transport):
		auth_handler: Any
		_service_userauth_accepted: bool

		def _send_message(self, message: paramiko.Message) -> None: ...

		def _really_parse_kex_init(self, *arguments: Any, **options: Any) -> dict[str, Any]: ...
else:
	from paramiko.auth_handler import AuthOnlyHandler
	from paramiko.transport import ServiceRequestingTransport


class SshTransport(ServiceRequestingTransport):
	"""Remembers which algorithms the server offers, too."""

	def __init__(self, sock: Any):
		super().__init__(sock)
		self.offered: dict[str, Sequence[str]] = {}  # as paramiko names them, such as `kex_algo_list`

	def ensure_session(self) -> None:
		if self._service_userauth_accepted:
			return
		request = paramiko.Message()
		request.add_byte(cMSG_SERVICE_REQUEST)
		request.add_string("ssh-userauth")
		self._send_message(request)
		deadline = time.monotonic() + self.auth_timeout
		while not self._service_userauth_accepted:
			if not self.is_active():
				raise self.get_exception() or EOFError()
			if time.monotonic() > deadline:
				raise TimeoutError
			time.sleep(0.01)
		self.auth_handler = self.get_auth_handler()

	def get_auth_handler(self) -> AuthSteps:
		return AuthSteps(self)

	def auth_none(self, username: str) -> list[str]:
		self.ensure_session()
		allowed: list[str] = self.auth_handler.send_auth_request(username, "none", lambda message: None)
		return allowed

	def _really_parse_kex_init(self, *arguments: Any, **options: Any) -> dict[str, Any]:
		parsed = super()._really_parse_kex_init(*arguments, **options)
		self.offered = {name: list(value) for name, value in parsed.items() if isinstance(value, list)}
		return parsed


class AuthSteps(AuthOnlyHandler):
	"""The steps of one login."""

	def __init__(self, transport: SshTransport):
		super().__init__(transport)
		self._transport = transport

	def send_auth_request(
		self, username: str, method: str, finish_message: Callable[[paramiko.Message], None]
	) -> list[str]:
		"""The methods still asked for, empty when logged in; raises AuthenticationException."""
		self.auth_method, self.username = method, username
		request = paramiko.Message()
		request.add_byte(cMSG_USERAUTH_REQUEST)
		for text in (username, "ssh-connection", method):
			request.add_string(text)
		finish_message(request)
		self.auth_event = threading.Event()
		self._transport._send_message(request)
		return self.wait_for_response(self.auth_event)
