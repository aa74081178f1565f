"""SFTP requests that travel together, on paramiko's SFTP client.

paramiko waits for an answer after each request but writes, and drops the errors of pipelined writes. So requests are
sent through its request queue and every answer is read here. That takes methods that paramiko keeps private; all of
them are named in this module and in `ssh_transport`, and `make test-paramiko` tests them with the oldest and the newest paramiko allowed.
"""

from __future__ import annotations

import errno
import math
import time
from typing import TYPE_CHECKING

import paramiko
from paramiko.sftp import CMD_STATUS, SFTP_EOF, SFTP_NO_SUCH_FILE, SFTP_OK, SFTP_PERMISSION_DENIED

from .file_names import decoded_name

GONE = (
	EOFError,
	paramiko.SSHException,
	TimeoutError,
	ConnectionError,
)  # how paramiko says that the line is dead
ERRNOS = {SFTP_NO_SUCH_FILE: errno.ENOENT, SFTP_PERMISSION_DENIED: errno.EACCES}


class SftpClient(paramiko.SFTPClient):
	"""Has a deadline for an answer as a whole, where a channel's timeout is for each piece of it."""

	deadline = math.inf  # as time.monotonic() counts

	if TYPE_CHECKING:  # paramiko's own, which its stubs leave out

		def _async_request(self, receiver: PendingRequests, kind: int, *arguments: object) -> int:
			"""Send a request, whose answer goes to the receiver's `_async_response`; returns its number."""

		def _read_response(self) -> object:
			"""Read one answer and hand it to its receiver."""

	def _convert_status(self, message: paramiko.Message) -> None:
		"""Raise EOFError or OSError for a status that is not OK; paramiko's own fails on text that is not UTF-8."""
		code, text = message.get_int(), decoded_name(message.get_binary())
		if code == SFTP_EOF:
			raise EOFError(text)
		if code != SFTP_OK:
			raise OSError(ERRNOS[code], text) if code in ERRNOS else OSError(text)

	def set_timeout(self, seconds: float) -> None:
		"""The seconds that the answers to come may take, from now."""
		self.deadline = time.monotonic() + seconds

	def _read_all(self, n: int) -> bytes:
		"""What paramiko reads every answer with."""
		content = bytearray()
		while len(content) < n:
			piece = self.sock.recv(n - len(content))
			if not piece:
				raise EOFError
			content += piece
			if time.monotonic() > self.deadline:
				raise TimeoutError
		return bytes(content)


class PendingRequests:
	"""Requests in flight on one channel, and their answers in whatever order they come."""

	def __init__(self, client: SftpClient, timeout: float):
		self._client = client
		self._timeout = timeout  # seconds for each answer
		self._unanswered: set[int] = set()
		self._answers: dict[int, tuple[int, paramiko.Message]] = {}

	def send(self, kind: int, *arguments: object) -> int:
		"""Send a request and return its number, without waiting."""
		number = self._client._async_request(self, kind, *arguments)
		self._unanswered.add(number)
		return number

	def answer(self, number: int) -> tuple[int, paramiko.Message]:
		"""Wait for this answer; OSError when the server says no, EOFError at an end."""
		self._client.set_timeout(self._timeout)
		while number not in self._answers:
			self._client._read_response()
		kind, message = self._answers.pop(number)
		if kind == CMD_STATUS:
			self._client._convert_status(message)
		return kind, message

	def drain(self) -> None:
		"""Wait until nothing is in flight, whatever the answers are."""
		for number in sorted(self._unanswered):
			self._client.set_timeout(self._timeout)
			while number in self._unanswered:
				self._client._read_response()

	def _async_response(self, kind: int, message: paramiko.Message, number: int) -> None:
		"""paramiko hands over an answer."""
		self._unanswered.discard(number)
		self._answers[number] = (kind, message)


def read_attributes(message: paramiko.Message) -> paramiko.SFTPAttributes:
	"""The attributes of a file that follow in an answer."""
	return paramiko.SFTPAttributes._from_msg(message)  # type: ignore[attr-defined, no-any-return] # not in its stubs
