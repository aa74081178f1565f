"""What a delivery asks of one line to a server, whatever the protocol, and the limits on what a server may answer."""

from __future__ import annotations

import posixpath
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import DeliveryError, detail
from .connection import Connection, RemoteFile
from .digests import Digests

MAX_LISTED = 200_000  # entries of one folder; a listing that goes on is no listing
PATIENCE = 10  # operation timeouts that many answers in a row may take together
MINIMUM_SPEED = 10_000  # bytes a second, below which reading a file is given up after that
LATE = (
	0.1,
	0.5,
	2.0,
)  # seconds between looks at a file that the server does not show, or not all of it, as soon as it was written
PLAIN_NAME = re.compile(r"(?!\.\.?$)[^/\\\x00-\x1f\x7f-\x9f]{1,255}")  # leads nowhere else


class RequestRefused(Exception):
	"""The server answered no to one request; the connection is alive."""


class NotOnServer(RequestRefused):
	"""The server says that there is no such file or folder."""


class AlreadyExists(RequestRefused):
	"""The file to be created is there already."""


@dataclass(frozen=True, slots=True)
class Upload:
	"""What was sent, and what then stood under its name and under the final name."""

	digests: Digests
	uploaded: RemoteFile | None
	final: RemoteFile | None


class FileChannel(ABC):
	"""One line to the server; used by one thread at a time.

	Raises RequestRefused for a no, DeliveryError with `retry` when the line is gone.
	"""

	can_digest: bool | None = None  # whether the server computes digests; None is not known yet

	def __init__(self, connection: Connection):
		self.connection = connection

	@abstractmethod
	def stat(self, path: str) -> RemoteFile | None:
		"""The file, or None when it is not there."""

	def stat_late(self, path: str, size: int) -> RemoteFile | None:
		"""The file once the server shows it in this size; what it shows after some seconds if it never does."""
		there = self.stat(path)
		for pause in LATE:
			if there and there.size == size:
				break
			time.sleep(pause)
			there = self.stat(path)
		return there

	@abstractmethod
	def list_folder(self, folder: str) -> list[RemoteFile]: ...

	def with_metadata(self, folder: str, file: RemoteFile) -> RemoteFile:
		"""A listed file with the size and time that the listing left open, where the server tells them."""
		return file

	@abstractmethod
	def upload(
		self,
		path: str,
		local: Path,
		*,
		reopen: bool = False,
		before_close: Callable[[], None] | None = None,
		final: str = "",
	) -> Upload:
		"""Write the file and look at it, and at `final` if given; every byte is acknowledged on return.

		A file that is there already is AlreadyExists, unless `reopen` writes over it from its start, untruncated.
		`before_close` is called when all is acknowledged and the file is still open, where that can be.
		"""

	@abstractmethod
	def rename(self, old: str, new: str) -> None: ...

	def remove(self, path: str) -> None:
		"""Remove the file; that it is gone already is no error."""
		with suppress(NotOnServer):
			self._remove(path)

	def remote_digest(self, path: str) -> str | None:
		"""The hex digest the server computes, or None when it cannot."""
		if self.can_digest is False:
			return None
		try:
			digest = self._remote_digest(path)
		except NotOnServer:
			raise
		except RequestRefused:
			self.can_digest = False
			return None
		self.can_digest = True
		return digest

	@abstractmethod
	def read(self, path: str, sink: Callable[[bytes], None], limit: int) -> None:
		"""The file's bytes, and of a file above `limit` bytes a few more than that."""

	@abstractmethod
	def close(self) -> None: ...

	@abstractmethod
	def _remove(self, path: str) -> None: ...

	@abstractmethod
	def _remote_digest(self, path: str) -> str: ...

	def _stat_by_listing(self, path: str) -> RemoteFile | None:
		"""The file as the listing of its folder shows it, for servers that do not show a single file."""
		folder, name = posixpath.split(path)
		try:
			return next((file for file in self.list_folder(folder) if file.name == name), None)
		except NotOnServer:
			raise
		except RequestRefused as error:
			raise DeliveryError("cannot_look", where=self.connection.where, answer=str(error)) from error


class FolderEntries:
	"""Collects a folder's entries as a server names them: the plain names, and neither without end nor for ever."""

	def __init__(self, connection: Connection):
		self.files: list[RemoteFile] = []
		self._where = connection.where
		self._count = 0
		self._deadline = time.monotonic() + PATIENCE * connection.operation_timeout

	def add(self, entry: RemoteFile) -> None:
		self._count += 1
		if self._count > MAX_LISTED:
			raise DeliveryError("too_many_files", where=self._where, most=f"{MAX_LISTED:,}")
		if time.monotonic() > self._deadline:
			raise TimeoutError
		if PLAIN_NAME.fullmatch(entry.name):
			self.files.append(entry)


class DownloadProgress:
	"""Counts the bytes of a file that is read, and gives up on one that comes byte by byte."""

	def __init__(self, connection: Connection):
		self.size = 0
		self._deadline = time.monotonic() + PATIENCE * connection.operation_timeout

	def add(self, size: int) -> None:
		self.size += size
		if time.monotonic() > self._deadline + self.size / MINIMUM_SPEED:
			raise TimeoutError


def connection_error(connection: Connection, error: BaseException) -> DeliveryError:
	"""The error for a line that dropped, or a server that fell silent."""
	if isinstance(error, TimeoutError):
		return DeliveryError("timeout", where=connection.where, retry=True)
	problem = connection.scrub(error) or type(error).__name__
	return DeliveryError("connection_lost", where=connection.where, retry=True, problem=problem)


def unreachable_error(connection: Connection, error: BaseException) -> DeliveryError:
	return DeliveryError("unreachable", where=connection.where, retry=True, problem=connection.scrub(error))


def login_error(connection: Connection, why: str = "", **values: str) -> DeliveryError:
	key = f"login_refused.{why}" if why else "login_refused"
	user = f"{connection.username!r}"
	return DeliveryError(key, connection.where, False, user=user, **values)


def refusal_error(connection: Connection, action: str, name: str, error: Exception) -> DeliveryError:
	"""The error for a server that says no to an action (list, read or send): a person must see to it."""
	if isinstance(error, NotOnServer):
		return DeliveryError(f"folder_missing.{action}", where=connection.where, name=name)
	return DeliveryError(
		f"refused.{action}", where=connection.where, retry=True, name=name, answer=str(error)
	)


def folder_name(folder: str) -> str:
	"""A folder as a message names it."""
	return f"{folder!r}" if folder else detail("login_folder")
