"""One SFTP channel, with its requests pipelined.

What need not wait for another answer travels together, so a file takes three round trips: open; write, close, stat;
rename.
"""

from __future__ import annotations

import errno
import posixpath
import stat
import threading
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
	CMD_WRITE,
	SFTP_FLAG_CREATE,
	SFTP_FLAG_EXCL,
	SFTP_FLAG_READ,
	SFTP_FLAG_TRUNC,
	SFTP_FLAG_WRITE,
	SFTPError,
	int64,
)

from ..errors import DeliveryError
from .channel import (
	AlreadyExists,
	DownloadProgress,
	FileChannel,
	FolderEntries,
	NotOnServer,
	RequestRefused,
	Upload,
	connection_error,
)
from .connection import Connection, RemoteFile
from .digests import Hasher
from .file_names import WESTERN, decoded_name, is_western
from .sftp_requests import GONE, PendingRequests, SftpClient, read_attributes

BLOCK = 32_000  # bytes a write: with its header it still fits one SSH packet of 32 KiB
SMALLEST_BLOCK = 4_096  # bytes a read asks for of a server that answers with less than it was asked
ANSWER_PATIENCE = (
	2  # operation timeouts until an answer must be here whole; one that comes in crumbs is never silent
)
MAX_IN_FLIGHT = 64  # requests without an answer, 2 MB: fills 40 ms at 50 MB/s


class SftpChannel(FileChannel):
	"""One SFTP channel; used by one thread at a time."""

	def __init__(self, transport: paramiko.Transport, connection: Connection):
		super().__init__(connection)
		self.transport = transport
		self._can_stat = connection.can_stat
		watchdog = threading.Timer(connection.operation_timeout, transport.close)
		watchdog.daemon = True
		watchdog.start()  # opening a subsystem has no timeout of its own
		try:
			channel = transport.open_session(timeout=connection.operation_timeout)
			channel.settimeout(connection.operation_timeout)
			channel.invoke_subsystem("sftp")
			self.channel = channel
			self.client = SftpClient(channel)
		finally:
			watchdog.cancel()

	def stat(self, path: str) -> RemoteFile | None:
		if self._can_stat:
			requests = self._requests()
			with self._classified_errors():
				return self._stat_answer(requests, requests.send(CMD_STAT, path), path)
		return self._stat_by_listing(path)

	def list_folder(self, folder: str) -> list[RemoteFile]:
		entries, requests = FolderEntries(self.connection), self._requests()
		with self._classified_errors():
			handle = self._handle(requests, CMD_OPENDIR, folder or ".")
			while True:
				try:
					kind, message = requests.answer(requests.send(CMD_READDIR, handle))
				except EOFError:  # the end of the list
					break
				if kind != CMD_NAME:
					raise SFTPError("no names")
				for _ in range(message.get_int()):
					name, _long = message.get_binary(), message.get_binary()
					entries.add(_remote_file(decoded_name(name), read_attributes(message)))
			requests.answer(requests.send(CMD_CLOSE, handle))
		return entries.files

	def upload(
		self,
		path: str,
		local: Path,
		*,
		reopen: bool = False,
		before_close: Callable[[], None] | None = None,
		final: str = "",
	) -> Upload:
		hasher = Hasher(weak=bool(self.can_digest))
		requests = self._requests()
		with open(local, "rb") as source:
			handle = self._open(requests, path, reopen)
			try:
				with self._classified_errors():
					writes = self._write(requests, handle, source, hasher)
					while before_close and writes:
						requests.answer(writes.popleft())
				if before_close:
					before_close()
			except BaseException:
				self._abandon(requests, handle)
				raise
		with self._classified_errors():
			writes.append(requests.send(CMD_CLOSE, handle))
			paths = [path, final] if final else [path]
			asked = [requests.send(CMD_STAT, one) for one in paths] if self._can_stat else []
			for number in writes:
				requests.answer(number)
			stats = [self._stat_answer(requests, *one) for one in zip(asked, paths, strict=False)]
		if not asked:
			stats = [self.stat(one) for one in paths]
		uploaded = stats[0]
		if uploaded and uploaded.size != hasher.size:
			uploaded = self.stat(path)  # a server may answer before it has closed the file
		return Upload(hasher.result(), uploaded, stats[1] if final else None)

	def rename(self, old: str, new: str) -> None:
		with self._classified_errors():
			self.client.rename(old, new)

	def _remove(self, path: str) -> None:
		with self._classified_errors():
			self.client.remove(path)

	def _remote_digest(self, path: str) -> str:
		with self._classified_errors(), self.client.open(path, "r") as source:
			return source.check("sha256,sha1,md5").hex()

	def read(self, path: str, sink: Callable[[bytes], None], limit: int) -> None:
		"""What the server says of the file's size is not asked: it may lie."""
		requests, progress = self._requests(), DownloadProgress(self.connection)
		waiting: deque[int] = deque()
		block, asked = BLOCK, 0
		with self._classified_errors():
			handle = self._open_to_read(requests, path)
			while progress.size <= limit:
				while len(waiting) < MAX_IN_FLIGHT and asked <= limit:
					waiting.append(requests.send(CMD_READ, handle, int64(asked), block))
					asked += block
				try:
					kind, message = requests.answer(waiting.popleft())
				except EOFError:  # the end of the file
					break
				content = message.get_binary()
				if kind != CMD_DATA or not 0 < len(content) <= block:
					raise SFTPError("no data")
				progress.add(len(content))
				sink(content)
				if len(content) < block:  # at the end, or from a server that gives less at a time
					self._skip_answers(requests, waiting, progress)
					block, asked = max(len(content), SMALLEST_BLOCK), progress.size
			self._skip_answers(requests, waiting, progress)
			requests.answer(requests.send(CMD_CLOSE, handle))

	def close(self) -> None:
		self.client.close()

	def _open(self, requests: PendingRequests, path: str, reopen: bool) -> bytes:
		"""A handle to write with. With `reopen` it writes over what is there, untruncated; else it never opens what exists."""
		flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE
		try:
			with self._classified_errors():
				exclusive = 0 if reopen else SFTP_FLAG_EXCL
				return self._handle(requests, CMD_OPEN, path, flags | exclusive, paramiko.SFTPAttributes())
		except NotOnServer:
			raise
		except RequestRefused:
			if reopen:
				raise
			if self.stat(path):
				raise AlreadyExists(path) from None
		with self._classified_errors():  # some know neither of those, such as Azure's
			return self._handle(requests, CMD_OPEN, path, flags | SFTP_FLAG_TRUNC, paramiko.SFTPAttributes())

	def _open_to_read(self, requests: PendingRequests, path: str) -> bytes:
		"""A handle of a file that was listed, whose name the server may not write in UTF-8."""
		try:
			return self._handle(requests, CMD_OPEN, path, SFTP_FLAG_READ, paramiko.SFTPAttributes())
		except FileNotFoundError:
			if not is_western(path):
				raise
			raw = path.encode(WESTERN)
			return self._handle(requests, CMD_OPEN, raw, SFTP_FLAG_READ, paramiko.SFTPAttributes())

	def _requests(self) -> PendingRequests:
		return PendingRequests(self.client, ANSWER_PATIENCE * self.connection.operation_timeout)

	def _handle(self, requests: PendingRequests, kind: int, *arguments: object) -> bytes:
		answered, message = requests.answer(requests.send(kind, *arguments))
		if answered != CMD_HANDLE:
			raise SFTPError("no handle")
		return message.get_binary()

	def _write(
		self, requests: PendingRequests, handle: bytes, source: BinaryIO, hasher: Hasher
	) -> deque[int]:
		"""Write from the start; returns the writes that are not answered yet."""
		waiting: deque[int] = deque()
		while block := source.read(BLOCK):
			waiting.append(requests.send(CMD_WRITE, handle, int64(hasher.size), block))
			hasher.update(block)
			if len(waiting) > MAX_IN_FLIGHT:
				requests.answer(waiting.popleft())
		return waiting

	def _skip_answers(
		self, requests: PendingRequests, waiting: deque[int], progress: DownloadProgress
	) -> None:
		"""Let the answers to reads pass that are of no use any more."""
		while waiting:
			with suppress(EOFError):
				requests.answer(waiting.popleft())
			progress.add(0)

	def _abandon(self, requests: PendingRequests, handle: bytes) -> None:
		"""Close what cannot be finished, so that the channel serves the next file."""
		if self.transport.is_active() and not self.channel.closed:
			try:
				requests.send(CMD_CLOSE, handle)
				requests.drain()
			except (OSError, *GONE):
				pass

	def _stat_answer(self, requests: PendingRequests, number: int, path: str) -> RemoteFile | None:
		try:
			kind, message = requests.answer(number)
		except FileNotFoundError:
			return None
		except OSError:
			if self.channel.closed or not self.transport.is_active():
				raise
			self._can_stat = False  # this server has no such request: the listing tells
			return self._stat_by_listing(path)
		if kind != CMD_ATTRS:
			raise SFTPError("no attributes")
		return _remote_file(posixpath.basename(path), read_attributes(message))

	@contextmanager
	def _classified_errors(self) -> Iterator[None]:
		"""Tells a server that says no from a server that is gone."""
		self.client.set_timeout(ANSWER_PATIENCE * self.connection.operation_timeout)
		try:
			yield
		except (DeliveryError, RequestRefused):
			raise
		except (*GONE, SFTPError) as error:  # the latter: what it says makes no sense
			raise connection_error(self.connection, error) from error
		except OSError as error:
			if self.channel.closed or not self.transport.is_active():
				raise connection_error(self.connection, error) from error
			if error.errno == errno.ENOENT:
				raise NotOnServer(str(error)) from error
			raise RequestRefused(self.connection.scrub(error)) from error


def _remote_file(name: str, attributes: paramiko.SFTPAttributes) -> RemoteFile:
	is_folder = attributes.st_mode is not None and stat.S_ISDIR(attributes.st_mode)
	return RemoteFile(name, attributes.st_size, is_folder, attributes.st_mtime)
