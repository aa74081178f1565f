"""One FTP control connection, by ftplib."""

from __future__ import annotations

import calendar
import ftplib  # nosec B402 # under TLS; in the clear only where a System Manager ticked so
import posixpath
import selectors
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

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

BLOCK = 1 << 16
MOST_BEYOND = 50_000_000  # bytes above its limit until a file is cut off
LONGEST_LINE = 8192  # bytes of a line of a listing
DIGEST_COMMANDS = ("XSHA256", "XSHA1", "XMD5")
LINE_TROUBLE = ("421", "425", "426")  # answers that speak of the line, and not of the file
ABSENT = ("no such", "not found", "cannot find", "could not find", "does not exist", "doesn't exist")
OTHER_REASONS = (
	*(
		"permission",
		"permitted",
		"privilege",
		"denied",
		"forbidden",
		"not allowed",
		"exist already",
		"already exists",
	),
	*("quota", "no space", "enough space", "disk space", "disk full", "disk is full"),
)

Returned = TypeVar("Returned")


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
		entries = FolderEntries(self.connection)
		if "MLST" in self.features or "MLSD" in self.features:

			def take(line: str) -> None:
				metadata, _space, name = line.partition(" ")
				values = dict(part.partition("=")[::2] for part in metadata.lower().split(";") if part)
				if values.get("type") not in ("cdir", "pdir"):
					entries.add(_remote_file(name, values))

			with self._classified_errors():
				self._list(f"MLSD {folder}".strip(), take)
			return entries.files
		with suppress(NotOnServer), self._classified_errors():  # many servers answer an empty folder so
			self._list(
				f"NLST {folder}".strip(), lambda name: entries.add(RemoteFile(posixpath.basename(name)))
			)
		return entries.files

	def with_metadata(self, folder: str, file: RemoteFile) -> RemoteFile:
		path = posixpath.join(folder, file.name)
		size, modified = file.size, file.modified
		if size is None:
			with suppress(RequestRefused), self._classified_errors():
				self._use_binary_mode()
				size = self._in_its_spelling(path, lambda: self.client.size(path))
		if modified is None:
			with suppress(RequestRefused), self._classified_errors():
				answer = self._in_its_spelling(path, lambda: self.client.sendcmd(f"MDTM {path}"))
				modified = _timestamp(answer[3:].strip())
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
		try:
			with open(local, "rb") as source, self._classified_errors():
				self._use_binary_mode()
				with self._transfer(f"STOR {path}") as data:
					while block := source.read(BLOCK):
						data.sendall(block)
						hasher.update(block)
		except NotOnServer as error:
			if _says_absent(str(error)) or not self._has_folder(posixpath.dirname(path)):
				raise
			raise RequestRefused(str(error)) from error
		if before_close:
			before_close()
		return Upload(hasher.result(), self.stat(path), self.stat(final) if final else None)

	def _has_folder(self, folder: str) -> bool:
		try:
			self.list_folder(folder)
		except NotOnServer:
			return False
		except RequestRefused:
			pass
		return True

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
			self._use_binary_mode()
			if ending := self._in_its_spelling(path, lambda: self._receive(f"RETR {path}", take)):
				size = self.with_metadata("", RemoteFile(path, modified=0)).size
				if size != progress.size and (size is not None or not _is_orderly(ending)):
					raise ending

	def close(self) -> None:
		if self.client.sock:
			with suppress(OSError):
				self.client.sock.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for an answer
		self.client.close()

	def _use_binary_mode(self) -> None:
		if self._text:
			self.client.voidcmd("TYPE I")
			self._text = False

	@contextmanager
	def _transfer(self, command: str) -> Iterator[socket.socket]:
		"""A data connection, and the server's word on the control connection that all of it went over."""
		with self.client.transfercmd(command) as data:
			try:
				yield data
			except (ConnectionError, ssl.SSLError):
				self._raise_refusal(data)
				raise
			_end_data(data)
			self.client.voidresp()

	def _raise_refusal(self, data: socket.socket) -> None:
		"""Raise the server's no, where it says why it cut off a transfer, as one whose disk is full does."""
		with suppress(OSError, EOFError):
			data.close()
			try:
				self.client.voidresp()
			except ftplib.error_temp as error:
				if not str(error).startswith(LINE_TROUBLE):
					raise

	def _receive(self, command: str, sink: Callable[[bytes], None]) -> OSError | None:
		"""Hand over all that comes on a data connection; returns how it ended where TLS does not vouch for that.

		IIS and others end it without a word of TLS, as whoever cuts it on the way would.
		"""
		ending = None
		with self._transfer(command) as data:
			try:
				while block := data.recv(BLOCK):
					sink(block)
			except (ssl.SSLEOFError, ConnectionError) as error:
				if not isinstance(data, ssl.SSLSocket):
					raise
				ending = error
		return ending

	def _list(self, command: str, take: Callable[[str], None]) -> None:
		"""The lines of a listing, whose names may be written in any way."""
		self._text = True
		self.client.voidcmd("TYPE A")
		rest = b""

		def split(block: bytes) -> None:
			nonlocal rest
			*lines, rest = (rest + block).split(b"\n")
			if max(map(len, (*lines, rest))) > LONGEST_LINE:
				raise ftplib.error_proto("a line without end")
			for line in lines:
				take(decoded_name(line.rstrip(b"\r")))

		ending = self._receive(command, split)
		if ending and (rest or not _is_orderly(ending)):
			raise RequestRefused(self.connection.scrub(ending))
		if rest:
			split(b"\n")

	def _in_its_spelling(self, path: str, request: Callable[[], Returned]) -> Returned:
		"""A request about a file that was listed, whose name the server may not write in UTF-8."""
		try:
			return request()
		except ftplib.error_perm:
			if not is_western(path):
				raise
			usual, self.client.encoding = self.client.encoding, WESTERN
			try:
				return request()
			finally:
				self.client.encoding = usual

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
			if text.startswith("550") and (_says_absent(text) or not _says_why(text)):
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


def _end_data(data: socket.socket) -> None:
	"""Say by TLS and by TCP that nothing follows, without waiting for an answer that some servers never give."""
	with suppress(OSError), selectors.DefaultSelector() as selector:
		if isinstance(data, ssl.SSLSocket):
			selector.register(data, selectors.EVENT_WRITE)
			timeout = data.gettimeout()
			data.setblocking(False)
			while selector.select(timeout):
				try:
					data.unwrap()
				except ssl.SSLWantWriteError:
					continue
				break
	with suppress(OSError):
		data.shutdown(socket.SHUT_WR)


def _is_orderly(ending: OSError) -> bool:
	"""Whether TCP at least was ended in order. A reset takes what was on its way along (OpenSSL 1.1 cannot tell)."""
	return isinstance(ending, ssl.SSLEOFError) and ending.reason == "UNEXPECTED_EOF_WHILE_READING"


def _says_absent(answer: str) -> bool:
	return any(words in answer.lower() for words in ABSENT)


def _says_why(answer: str) -> bool:
	"""Whether a 550, which most servers answer for what is not there, is about something else."""
	return any(words in answer.lower() for words in OTHER_REASONS)


def _remote_file(name: str, values: dict[str, str]) -> RemoteFile:
	size = int(values["size"]) if values.get("size", "").isdigit() else None
	return RemoteFile(name, size, values.get("type") == "dir", _timestamp(values.get("modify", "")))


def _timestamp(text: str) -> float | None:
	"""Seconds since 1970 of a time as MLSD and MDTM write it, in UTC."""
	try:
		return float(calendar.timegm(time.strptime(text[:14], "%Y%m%d%H%M%S")))
	except ValueError:
		return None
