"""What the engine asks of a server, whatever the protocol."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import DeliveryError, Sentence
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
			raise DeliveryError(
				"too_many_files",
				Sentence("The server lists more than {0} files in one folder.", f"{LISTED:,}"),
				"Ask RTS to clear the folder.",
				where=self._where,
			)
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


def lost(connection: Connection, error: BaseException) -> DeliveryError:
	"""The line dropped, or the server fell silent."""
	if isinstance(error, TimeoutError):
		return DeliveryError(
			"timeout",
			"The server did not answer in time.",
			"It is tried again by itself; if it stays so, ask RTS whether the server is up.",
			where=connection.where,
			retry=True,
		)
	return DeliveryError(
		"connection_lost",
		Sentence("The connection broke ({0}).", connection.scrub(error) or type(error).__name__),
		"It is tried again by itself and continues where it stopped.",
		where=connection.where,
		retry=True,
	)


def refused(connection: Connection, what: str, error: Exception) -> DeliveryError:
	"""The server said no: a folder or a right is missing, which a person must see to."""
	if isinstance(error, Absent):
		return DeliveryError(
			"folder_missing",
			Sentence("{0}: no such file or folder on the server.", what),
			"Check the remote folder in the connection settings.",
			where=connection.where,
		)
	return DeliveryError(
		"refused",
		Sentence("{0}: the server refuses ({1}).", what, error),
		"Ask RTS whether this login may write there and whether the server is full.",
		where=connection.where,
		retry=True,
	)


def unseen(connection: Connection, error: Exception) -> DeliveryError:
	"""The server neither shows one file nor lists the folder, so nothing could be verified."""
	return DeliveryError(
		"cannot_look",
		Sentence(
			"This login may not look at files on the server ({0}), so a delivery could not be verified.",
			error,
		),
		"Ask RTS for the right to list the folder.",
		where=connection.where,
	)
