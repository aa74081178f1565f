"""What the engine asks of a server, whatever the protocol."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import DeliveryError, detail
from .connection import Connection, RemoteFile

LISTED = 200_000  # entries of one folder; a listing that goes on is no listing
PATIENCE = 10  # operation timeouts that many answers in a row may take together
SLOWEST = 10_000  # bytes a second, below which reading a file is given up after that
PLAIN = re.compile(r"(?!\.\.?$)[^/\\\x00-\x1f\x7f-\x9f]{1,255}")  # a name that leads nowhere else


class Refused(Exception):
	"""The server answered no to one request; the connection is alive."""


class Absent(Refused):
	"""The server says that there is no such file or folder."""


class Exists(Refused):
	"""The file to be created is there already."""


@dataclass(frozen=True, slots=True)
class Digests:
	"""Hex digests of the bytes that were sent; servers offer different ones."""

	size: int
	sha256: str
	sha1: str
	md5: str

	def matches(self, digest: str) -> bool:
		return digest.lower() in (self.sha256, self.sha1, self.md5)


@dataclass(frozen=True, slots=True)
class Sent:
	"""An upload: what was sent, and what then stood under its name and under the final name."""

	digests: Digests
	there: RemoteFile | None
	final: RemoteFile | None


class Hasher:
	"""Collects the digests of a stream; SHA-1 and MD5 only when a server wants them."""

	def __init__(self, weak: bool = False):
		self.size = 0
		self.weak = weak
		self._hashes = [hashlib.sha256()]
		if weak:
			self._hashes += [hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)]

	def update(self, block: bytes) -> None:
		self.size += len(block)
		for one in self._hashes:
			one.update(block)

	def result(self) -> Digests:
		found = [one.hexdigest() for one in self._hashes] + ["", ""]
		return Digests(self.size, found[0], found[1], found[2])


def digests(path: Path) -> Digests:
	"""All digests of a local file."""
	hasher = Hasher(weak=True)
	with open(path, "rb") as stream:
		while block := stream.read(1 << 18):
			hasher.update(block)
	return hasher.result()


class Entries:
	"""Collects a folder's entries as a server names them: the plain names, and neither without end nor for ever."""

	def __init__(self, connection: Connection):
		self.found: list[RemoteFile] = []
		self._where = connection.where
		self._count = 0
		self._end = time.monotonic() + PATIENCE * connection.operation_timeout

	def add(self, entry: RemoteFile) -> None:
		self._count += 1
		if self._count > LISTED:
			raise DeliveryError("too_many_files", where=self._where, most=f"{LISTED:,}")
		if time.monotonic() > self._end:
			raise TimeoutError
		if PLAIN.fullmatch(entry.name):
			self.found.append(entry)


class Pace:
	"""Gives up on a file that comes byte by byte."""

	def __init__(self, connection: Connection):
		self.size = 0
		self._end = time.monotonic() + PATIENCE * connection.operation_timeout

	def add(self, size: int) -> None:
		self.size += size
		if time.monotonic() > self._end + self.size / SLOWEST:
			raise TimeoutError


class Server(Protocol):
	"""One line to the server. Raises Refused for a no, DeliveryError with `retry` when the line is gone."""

	connection: Connection

	def look(self, path: str) -> RemoteFile | None:
		"""The file, or None when it is not there."""

	def listing(self, folder: str) -> list[RemoteFile]: ...

	def facts(self, folder: str, file: RemoteFile) -> RemoteFile:
		"""A listed file with the size and time that the listing left open, where the server tells them."""

	def upload(
		self,
		path: str,
		local: Path,
		*,
		reopen: bool = False,
		before_close: Callable[[], None] | None = None,
		final: str = "",
	) -> Sent:
		"""Write the file and look at it, and at `final` if given; every byte is acknowledged on return.

		A file that is there already is Exists, unless `reopen` writes over it from its start, untruncated.
		`before_close` is called when all is acknowledged and the file is still open, where that can be.
		"""

	def rename(self, old: str, new: str) -> None: ...

	def remove(self, path: str) -> None:
		"""Remove the file; that it is gone already is no error."""

	def remote_digest(self, path: str) -> str | None:
		"""The hex digest the server computes, or None when it cannot."""

	def read(self, path: str, sink: Callable[[bytes], None], limit: int) -> None:
		"""The file's bytes, and of a file above `limit` bytes a few more than that."""

	def close(self) -> None: ...


def line_error(connection: Connection, error: BaseException) -> DeliveryError:
	"""The error for a line that dropped, or a server that fell silent."""
	if isinstance(error, TimeoutError):
		return DeliveryError("timeout", where=connection.where, retry=True)
	problem = connection.scrub(error) or type(error).__name__
	return DeliveryError("connection_lost", where=connection.where, retry=True, problem=problem)


def refusal_error(connection: Connection, action: str, name: str, error: Exception) -> DeliveryError:
	"""The error for a server that says no to an action (list, read or send): a person must see to it."""
	if isinstance(error, Absent):
		return DeliveryError(f"folder_missing.{action}", where=connection.where, name=name)
	return DeliveryError(
		f"refused.{action}", where=connection.where, retry=True, name=name, answer=str(error)
	)


def folder_name(folder: str) -> str:
	"""A folder as a message names it."""
	return f"{folder!r}" if folder else detail("login_folder")


def cannot_look_error(connection: Connection, error: Exception) -> DeliveryError:
	"""The error for a server that neither shows one file nor lists the folder: nothing could be verified."""
	return DeliveryError("cannot_look", where=connection.where, answer=str(error))
