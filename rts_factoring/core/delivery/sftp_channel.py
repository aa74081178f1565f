"""One SFTP channel, with its requests pipelined.

paramiko waits for an answer after each request but writes, and drops the errors of pipelined writes. So
requests are sent through its request queue and every answer is read here: what need not wait for another
answer travels together, and a file takes three round trips (open; write, close, look; rename).
"""

from __future__ import annotations

import errno
import math
import posixpath
import stat
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import paramiko
from paramiko.sftp import (
	CMD_ATTRS,
	CMD_CLOSE,
	CMD_DATA,
	CMD_HANDLE,
	CMD_NAME,
	CMD_OPEN,
	CMD_OPENDIR,
	CMD_READ,
	CMD_READDIR,
	CMD_STAT,
	CMD_STATUS,
	CMD_WRITE,
	SFTP_FLAG_CREATE,
	SFTP_FLAG_EXCL,
	SFTP_FLAG_READ,
	SFTP_FLAG_WRITE,
	int64,
)

from ..errors import DeliveryError
from .connection import Connection, RemoteFile
from .server import Absent, Entries, Exists, Hasher, Pace, Refused, Sent, cannot_look_error, line_error

BLOCK = 32_000  # bytes a write: with its header it still fits one SSH packet of 32 KiB
SMALLEST = 4_096  # bytes a read asks for of a server that answers with less than it was asked
LATE = 2  # operation timeouts until an answer must be here whole; one that comes in crumbs never falls silent
IN_FLIGHT = 64  # requests without an answer, 2 MB: fills 40 ms at 50 MB/s
GONE = (EOFError, paramiko.SSHException, TimeoutError, ConnectionError)


class Client(paramiko.SFTPClient):
	"""Has a deadline for an answer as a whole, where a channel's timeout is for each piece of it."""

	due = math.inf

	def _read_all(self, n):
		content = bytearray()
		while len(content) < n:
			piece = self.sock.recv(n - len(content))
			if not piece:
				raise EOFError
			content += piece
			if time.monotonic() > self.due:
				raise TimeoutError
		return bytes(content)


class SftpServer:
	"""One SFTP channel; used by one thread at a time."""

	def __init__(self, transport: paramiko.Transport, connection: Connection):
		self.connection = connection
		self.transport = transport
		self._stats = connection.can_stat
		self._hashes: bool | None = None  # whether the server answers check-file
		watchdog = threading.Timer(connection.operation_timeout, transport.close)
		watchdog.daemon = True
		watchdog.start()  # opening a subsystem has no timeout of its own
		try:
			channel = transport.open_session(timeout=connection.operation_timeout)
			channel.settimeout(connection.operation_timeout)
			channel.invoke_subsystem("sftp")
			self.channel = channel
			self.client = Client(channel)
		finally:
			watchdog.cancel()

	def look(self, path: str) -> RemoteFile | None:
		if self._stats:
			requests = self._requests()
			with self._asking():
				return self._stat_answer(requests, requests.send(CMD_STAT, path), path)
		return self._look_in_listing(path)

	def listing(self, folder: str) -> list[RemoteFile]:
		entries, requests = Entries(self.connection), self._requests()
		with self._asking():
			handle = self._handle(requests, CMD_OPENDIR, folder or ".")
			while True:
				try:
					kind, message = requests.answer(requests.send(CMD_READDIR, handle))
				except EOFError:  # the end of the list
					break
				if kind != CMD_NAME:
					raise paramiko.SFTPError("no names")
				for _ in range(message.get_int()):
					name, _long = message.get_binary(), message.get_binary()
					found = paramiko.SFTPAttributes._from_msg(message)
					entries.add(_remote(name.decode(errors="replace"), found))
			requests.answer(requests.send(CMD_CLOSE, handle))
		return entries.found

	def facts(self, folder: str, file: RemoteFile) -> RemoteFile:
		return file  # a listing says all that the server knows

	def upload(
		self,
		path: str,
		local: Path,
		*,
		reopen: bool = False,
		before_close: Callable[[], None] | None = None,
		final: str = "",
	) -> Sent:
		hasher = Hasher(weak=bool(self._hashes))
		requests = self._requests()
		with open(local, "rb") as source:
			handle = self._open(requests, path, reopen)
			try:
				with self._asking():
					writes = self._write(requests, handle, source, hasher)
					while before_close and writes:
						requests.answer(writes.popleft())
				if before_close:
					before_close()
			except BaseException:
				self._abandon(requests, handle)
				raise
		with self._asking():
			writes.append(requests.send(CMD_CLOSE, handle))
			looks = [requests.send(CMD_STAT, one) for one in (path, final) if one and self._stats]
			for number in writes:
				requests.answer(number)
			found = [self._stat_answer(requests, *look) for look in zip(looks, (path, final), strict=False)]
		if len(found) < 1 + bool(final):
			found = [self.look(one) for one in (path, final) if one]
		there, other = (*found, None)[:2]
		if there and there.size != hasher.size:
			there = self.look(path)  # a server may answer a look before it has closed the file
		return Sent(hasher.result(), there, other)

	def rename(self, old: str, new: str) -> None:
		with self._asking():
			self.client.rename(old, new)

	def remove(self, path: str) -> None:
		try:
			with self._asking():
				self.client.remove(path)
		except Absent:
			pass

	def remote_digest(self, path: str) -> str | None:
		if self._hashes is False:
			return None
		try:
			with self._asking(), self.client.open(path, "r") as source:
				digest = source.check("sha256,sha1,md5").hex()
		except Absent:
			raise
		except Refused:
			self._hashes = False
			return None
		self._hashes = True
		return digest

	def read(self, path: str, sink: Callable[[bytes], None], limit: int) -> None:
		"""What the server says of the file's size is not asked: it may lie."""
		requests, pace = self._requests(), Pace(self.connection)
		waiting: deque[int] = deque()
		block, asked = BLOCK, 0
		with self._asking():
			handle = self._handle(requests, CMD_OPEN, path, SFTP_FLAG_READ, paramiko.SFTPAttributes())
			while pace.size <= limit:
				while len(waiting) < IN_FLIGHT and asked <= limit:
					waiting.append(requests.send(CMD_READ, handle, int64(asked), block))
					asked += block
				try:
					kind, message = requests.answer(waiting.popleft())
				except EOFError:  # the end of the file
					break
				content = message.get_binary()
				if kind != CMD_DATA or not 0 < len(content) <= block:
					raise paramiko.SFTPError("no data")
				pace.add(len(content))
				sink(content)
				if len(content) < block:  # at the end, or from a server that gives less at a time
					self._skip(requests, waiting, pace)
					block, asked = max(len(content), SMALLEST), pace.size
			self._skip(requests, waiting, pace)
			requests.answer(requests.send(CMD_CLOSE, handle))

	def close(self) -> None:
		self.client.close()

	def _open(self, requests: _Requests, path: str, reopen: bool) -> bytes:
		"""A handle to write with; never truncates, and without `reopen` never opens what exists."""
		flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | (0 if reopen else SFTP_FLAG_EXCL)
		try:
			with self._asking():
				return self._handle(requests, CMD_OPEN, path, flags, paramiko.SFTPAttributes())
		except Absent:
			raise
		except Refused:
			if not reopen and self.look(path):
				raise Exists(path) from None
			raise

	def _requests(self) -> _Requests:
		return _Requests(self.client, LATE * self.connection.operation_timeout)

	def _handle(self, requests: _Requests, *request) -> bytes:
		kind, message = requests.answer(requests.send(*request))
		if kind != CMD_HANDLE:
			raise paramiko.SFTPError("no handle")
		return message.get_binary()

	def _write(self, requests: _Requests, handle: bytes, source: BinaryIO, hasher: Hasher) -> deque[int]:
		"""Write from the start; returns the writes that are not answered yet."""
		waiting: deque[int] = deque()
		while block := source.read(BLOCK):
			waiting.append(requests.send(CMD_WRITE, handle, int64(hasher.size), block))
			hasher.update(block)
			if len(waiting) > IN_FLIGHT:
				requests.answer(waiting.popleft())
		return waiting

	def _skip(self, requests: _Requests, waiting: deque[int], pace: Pace) -> None:
		"""Let the answers to reads pass that are of no use any more."""
		while waiting:
			with suppress(EOFError):
				requests.answer(waiting.popleft())
			pace.add(0)

	def _abandon(self, requests: _Requests, handle: bytes) -> None:
		"""Close what cannot be finished, so that the channel serves the next file."""
		if self.transport.is_active() and not self.channel.closed:
			try:
				requests.send(CMD_CLOSE, handle)
				requests.drain()
			except (OSError, *GONE):
				pass

	def _stat_answer(self, requests: _Requests, number: int, path: str) -> RemoteFile | None:
		try:
			kind, message = requests.answer(number)
		except FileNotFoundError:
			return None
		except OSError:
			if self.channel.closed or not self.transport.is_active():
				raise
			self._stats = False  # this server has no such request: the listing tells
			return self._look_in_listing(path)
		if kind != CMD_ATTRS:
			raise paramiko.SFTPError("no attributes")
		return _remote(posixpath.basename(path), paramiko.SFTPAttributes._from_msg(message))

	def _look_in_listing(self, path: str) -> RemoteFile | None:
		folder, name = posixpath.split(path)
		try:
			return next((found for found in self.listing(folder) if found.name == name), None)
		except Absent:
			raise
		except Refused as error:
			raise cannot_look_error(self.connection, error) from error

	@contextmanager
	def _asking(self) -> Iterator[None]:
		"""Tells a server that says no from a server that is gone."""
		self.client.due = time.monotonic() + LATE * self.connection.operation_timeout
		try:
			yield
		except (DeliveryError, Refused):
			raise
		except (*GONE, paramiko.SFTPError) as error:  # the latter: what it says makes no sense
			raise line_error(self.connection, error) from error
		except OSError as error:
			if self.channel.closed or not self.transport.is_active():
				raise line_error(self.connection, error) from error
			if error.errno == errno.ENOENT:
				raise Absent(str(error)) from error
			raise Refused(self.connection.scrub(error)) from error


class _Requests:
	"""Requests in flight on one channel, and their answers in whatever order they come."""

	def __init__(self, client: Client, patience: float):
		self._client = client
		self._patience = patience  # seconds
		self._open: set[int] = set()
		self._answers: dict[int, tuple[int, paramiko.Message]] = {}

	def send(self, kind: int, *arguments) -> int:
		number = self._client._async_request(self, kind, *arguments)
		self._open.add(number)
		return number

	def answer(self, number: int) -> tuple[int, paramiko.Message]:
		"""Wait for this answer; OSError when the server says no."""
		self._client.due = time.monotonic() + self._patience
		while number not in self._answers:
			self._client._read_response()
		kind, message = self._answers.pop(number)
		if kind == CMD_STATUS:
			self._client._convert_status(message)
		return kind, message

	def drain(self) -> None:
		"""Wait until nothing is in flight, whatever the answers are."""
		for number in sorted(self._open):
			self._client.due = time.monotonic() + self._patience
			while number in self._open:
				self._client._read_response()

	def _async_response(self, kind: int, message: paramiko.Message, number: int) -> None:
		"""paramiko hands over an answer."""
		self._open.discard(number)
		self._answers[number] = (kind, message)


def _remote(name: str, found: paramiko.SFTPAttributes) -> RemoteFile:
	is_folder = found.st_mode is not None and stat.S_ISDIR(found.st_mode)
	return RemoteFile(name, found.st_size, is_folder, found.st_mtime)
