"""One FTP control connection, by ftplib."""

from __future__ import annotations

import calendar
import ftplib  # nosec B402 # under TLS; in the clear only where a System Manager ticked so
import posixpath
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

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

BLOCK = 1 << 16
MOST_BEYOND = 50_000_000  # bytes above its limit until a file is cut off
DIGEST_COMMANDS = ("XSHA256", "XSHA1", "XMD5")


class FtpChannel(FileChannel):
	"""One FTP control connection; used by one thread at a time."""

	def __init__(self, client: ftplib.FTP, connection: Connection):
		super().__init__(connection)
		self.client = client
		self._text = True  # listings leave the line in text mode, where sizes mean nothing
		self.features = self._features()
		self._digest_command = next((name for name in DIGEST_COMMANDS if name in self.features), "")
		self.can_digest = bool(self._digest_command)

	def stat(self, path: str) -> RemoteFile | None:
		name = posixpath.basename(path)
		if self.connection.can_stat:
			try:
				with self._classified_errors():
					self._use_binary_mode()
					return RemoteFile(name, self.client.size(path))
			except NotOnServer:
				return None
			except RequestRefused:
				pass  # no SIZE here: the listing tells
		return self._stat_by_listing(path)

	def list_folder(self, folder: str) -> list[RemoteFile]:
		self._text = True
		entries = FolderEntries(self.connection)
		if "MLST" in self.features or "MLSD" in self.features:

			def take(line: str) -> None:
				metadata, _space, name = line.partition(" ")
				values = dict(part.partition("=")[::2] for part in metadata.lower().split(";") if part)
				if values.get("type") not in ("cdir", "pdir"):
					entries.add(_remote_file(name, values))

			with self._classified_errors():
				self.client.retrlines(f"MLSD {folder}".strip(), take)
			return entries.files
		with suppress(NotOnServer), self._classified_errors():  # many servers answer an empty folder so
			self.client.retrlines(
				f"NLST {folder}".strip(), lambda name: entries.add(RemoteFile(posixpath.basename(name)))
			)
		return entries.files

	def with_metadata(self, folder: str, file: RemoteFile) -> RemoteFile:
		path = posixpath.join(folder, file.name)
		size, modified = file.size, file.modified
		if size is None:
			with suppress(RequestRefused), self._classified_errors():
				self._use_binary_mode()
				size = self.client.size(path)
		if modified is None:
			with suppress(RequestRefused), self._classified_errors():
				modified = _timestamp(self.client.sendcmd(f"MDTM {path}")[3:].strip())
		return replace(file, size=size, modified=modified)

	def upload(
		self,
		path: str,
		local: Path,
		*,
		reopen: bool = False,
		before_close: Callable[[], None] | None = None,
		final: str = "",
	) -> Upload:
		if not reopen and self.stat(path):
			raise AlreadyExists(path)
		hasher = Hasher(weak=bool(self.can_digest))
		with open(local, "rb") as source, self._classified_errors():
			self.client.storbinary(f"STOR {path}", source, blocksize=BLOCK, callback=hasher.update)
		if before_close:
			before_close()
		return Upload(hasher.result(), self.stat(path), self.stat(final) if final else None)

	def rename(self, old: str, new: str) -> None:
		with self._classified_errors():
			self.client.rename(old, new)

	def _remove(self, path: str) -> None:
		with self._classified_errors():
			self.client.delete(path)

	def _remote_digest(self, path: str) -> str:
		with self._classified_errors():
			return self.client.sendcmd(f"{self._digest_command} {path}").split()[-1]

	def read(self, path: str, sink: Callable[[bytes], None], limit: int) -> None:
		progress = DownloadProgress(self.connection)

		def take(block: bytes) -> None:
			progress.add(len(block))
			sink(block)
			if progress.size > limit + MOST_BEYOND:  # stopping earlier would cost the line
				raise DeliveryError(
					"too_big.download", where=self.connection.where, name=path, most=f"{limit:,}"
				)

		with self._classified_errors():
			self.client.retrbinary(f"RETR {path}", take, blocksize=BLOCK)

	def close(self) -> None:
		if self.client.sock:
			with suppress(OSError):
				self.client.sock.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for an answer
		self.client.close()

	def _use_binary_mode(self) -> None:
		if self._text:
			self.client.voidcmd("TYPE I")
			self._text = False

	def _features(self) -> set[str]:
		try:
			with self._classified_errors():
				lines = self.client.sendcmd("FEAT").splitlines()[1:-1]
		except RequestRefused:
			return set()
		return {line.split()[0].upper() for line in lines if line.strip()}

	@contextmanager
	def _classified_errors(self) -> Iterator[None]:
		"""Tells a server that says no from a server that is gone."""
		try:
			yield
		except ftplib.error_perm as error:
			text = self.connection.scrub(error)
			if text.startswith("550") and not _is_permission(text):
				raise NotOnServer(text) from error
			raise RequestRefused(text) from error
		except ftplib.error_temp as error:
			text = self.connection.scrub(error)
			if text.startswith("421"):
				raise connection_error(self.connection, error) from error
			if text.startswith("450"):
				raise NotOnServer(text) from error
			raise RequestRefused(text) from error
		except (OSError, EOFError, ftplib.error_proto, ftplib.error_reply) as error:
			raise connection_error(self.connection, error) from error


def _is_permission(text: str) -> bool:
	return any(
		word in text.lower()
		for word in ("permission", "denied", "exist already", "already exists", "forbidden")
	)


def _remote_file(name: str, values: dict[str, str]) -> RemoteFile:
	size = int(values["size"]) if values.get("size", "").isdigit() else None
	return RemoteFile(name, size, values.get("type") == "dir", _timestamp(values.get("modify", "")))


def _timestamp(text: str) -> float | None:
	"""Seconds since 1970 of a time as MLSD and MDTM write it, in UTC."""
	try:
		return float(calendar.timegm(time.strptime(text[:14], "%Y%m%d%H%M%S")))
	except ValueError:
		return None
