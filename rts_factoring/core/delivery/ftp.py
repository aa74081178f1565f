"""FTP over explicit TLS, and plain FTP where a person allowed it; by ftplib, one connection."""

from __future__ import annotations

import calendar
import ftplib  # nosec B402 # under TLS; in the clear only where a System Manager ticked so
import posixpath
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ..errors import DeliveryError
from .connection import PORTS, Connection, RemoteFile
from .server import Absent, Entries, Exists, Hasher, Pace, Refused, Sent, cannot_look_error, line_error

BLOCK = 1 << 16
BEYOND = 50_000_000  # bytes above its limit until a file is cut off
HASH_COMMANDS = ("XSHA256", "XSHA1", "XMD5")


class FtpTls(ftplib.FTP_TLS):
	"""FTP_TLS whose data connections resume the control connection's TLS session, as careful servers demand."""

	def ntransfercmd(self, cmd, rest=None):
		conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
		if self._prot_p:
			session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
			conn = self.context.wrap_socket(conn, server_hostname=self.host, session=session)
		return conn, size


class FtpSession:
	"""One logged-in FTP connection; `servers` holds the one line it offers."""

	def __init__(self, connection: Connection, channels: int = 1):
		connection.check()
		self.connection = connection
		client = _connect(connection)
		try:
			_log_in(client, connection)
			self.servers = [FtpServer(client, connection)]
		except BaseException:
			client.close()
			raise

	def close(self) -> None:
		self.servers[0].close()


class FtpServer:
	"""One FTP control connection; used by one thread at a time."""

	def __init__(self, client: ftplib.FTP, connection: Connection):
		self.client = client
		self.connection = connection
		self._text = True  # listings leave the line in text mode, where sizes mean nothing
		self.features = self._features()
		self._hash = next((name for name in HASH_COMMANDS if name in self.features), "")

	def look(self, path: str) -> RemoteFile | None:
		name = posixpath.basename(path)
		if self.connection.can_stat:
			try:
				with self._asking():
					self._binary()
					return RemoteFile(name, self.client.size(path))
			except Absent:
				return None
			except Refused:
				pass  # no SIZE here: the listing tells
		try:
			return next((f for f in self.listing(posixpath.dirname(path)) if f.name == name), None)
		except Absent:
			raise
		except Refused as error:
			raise cannot_look_error(self.connection, error) from error

	def listing(self, folder: str) -> list[RemoteFile]:
		self._text = True
		entries = Entries(self.connection)
		if "MLST" in self.features or "MLSD" in self.features:

			def take(line: str) -> None:
				said, _space, name = line.partition(" ")
				facts = dict(fact.partition("=")[::2] for fact in said.lower().split(";") if fact)
				if facts.get("type") not in ("cdir", "pdir"):
					entries.add(_remote(name, facts))

			with self._asking():
				self.client.retrlines(f"MLSD {folder}".strip(), take)
			return entries.found
		with suppress(Absent), self._asking():  # many servers answer an empty folder so
			self.client.retrlines(
				f"NLST {folder}".strip(), lambda name: entries.add(RemoteFile(posixpath.basename(name)))
			)
		return entries.found

	def facts(self, folder: str, file: RemoteFile) -> RemoteFile:
		path = posixpath.join(folder, file.name)
		size, modified = file.size, file.modified
		if size is None:
			with suppress(Refused), self._asking():
				self._binary()
				size = self.client.size(path)
		if modified is None:
			with suppress(Refused), self._asking():
				modified = _moment(self.client.sendcmd(f"MDTM {path}")[3:].strip())
		return replace(file, size=size, modified=modified)

	def upload(
		self,
		path: str,
		local: Path,
		*,
		reopen: bool = False,
		before_close: Callable[[], None] | None = None,
		final: str = "",
	) -> Sent:
		if not reopen and self.look(path):
			raise Exists(path)
		hasher = Hasher(weak=bool(self._hash))
		with open(local, "rb") as source, self._asking():
			self.client.storbinary(f"STOR {path}", source, blocksize=BLOCK, callback=hasher.update)
		if before_close:
			before_close()
		return Sent(hasher.result(), self.look(path), self.look(final) if final else None)

	def rename(self, old: str, new: str) -> None:
		with self._asking():
			self.client.rename(old, new)

	def remove(self, path: str) -> None:
		try:
			with self._asking():
				self.client.delete(path)
		except Absent:
			pass

	def remote_digest(self, path: str) -> str | None:
		if not self._hash:
			return None
		try:
			with self._asking():
				return self.client.sendcmd(f"{self._hash} {path}").split()[-1]
		except Absent:
			raise
		except Refused:
			self._hash = ""
			return None

	def read(self, path: str, sink: Callable[[bytes], None], limit: int) -> None:
		pace = Pace(self.connection)

		def take(block: bytes) -> None:
			pace.add(len(block))
			sink(block)
			if pace.size > limit + BEYOND:  # stopping earlier would cost the line
				raise DeliveryError(
					"too_big.download", where=self.connection.where, name=path, most=f"{limit:,}"
				)

		with self._asking():
			self.client.retrbinary(f"RETR {path}", take, blocksize=BLOCK)

	def close(self) -> None:
		if self.client.sock:
			with suppress(OSError):
				self.client.sock.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for an answer
		self.client.close()

	def _binary(self) -> None:
		if self._text:
			self.client.voidcmd("TYPE I")
			self._text = False

	def _features(self) -> set[str]:
		try:
			with self._asking():
				lines = self.client.sendcmd("FEAT").splitlines()[1:-1]
		except Refused:
			return set()
		return {line.split()[0].upper() for line in lines if line.strip()}

	@contextmanager
	def _asking(self) -> Iterator[None]:
		"""Tells a server that says no from a server that is gone."""
		try:
			yield
		except ftplib.error_perm as error:
			text = self.connection.scrub(error)
			if text.startswith("550") and not _is_permission(text):
				raise Absent(text) from error
			raise Refused(text) from error
		except ftplib.error_temp as error:
			text = self.connection.scrub(error)
			if text.startswith("421"):
				raise line_error(self.connection, error) from error
			if text.startswith("450"):
				raise Absent(text) from error
			raise Refused(text) from error
		except (OSError, EOFError, ftplib.error_proto, ftplib.error_reply) as error:
			raise line_error(self.connection, error) from error


def _is_permission(text: str) -> bool:
	return any(
		word in text.lower()
		for word in ("permission", "denied", "exist already", "already exists", "forbidden")
	)


def _remote(name: str, facts: dict[str, str]) -> RemoteFile:
	size = int(facts["size"]) if facts.get("size", "").isdigit() else None
	return RemoteFile(name, size, facts.get("type") == "dir", _moment(facts.get("modify", "")))


def _moment(text: str) -> float | None:
	"""Seconds since 1970 of a time as MLSD and MDTM write it, in UTC."""
	try:
		return float(calendar.timegm(time.strptime(text[:14], "%Y%m%d%H%M%S")))
	except ValueError:
		return None


def _connect(connection: Connection) -> ftplib.FTP:
	"""Reach the server and, for FTPS, verify its certificate. No credential was sent yet."""
	secure = connection.protocol == "ftps"
	client = FtpTls(context=_context(connection)) if secure else ftplib.FTP()  # nosec B321 # checked before
	try:
		client.connect(connection.host, connection.port or PORTS["ftp"], timeout=connection.connect_timeout)
		if isinstance(client, FtpTls):
			client.sock.settimeout(connection.auth_timeout)
			client.auth()
		client.sock.settimeout(connection.operation_timeout)
		client.timeout = connection.operation_timeout  # of the data connections to come
		return client
	except ssl.SSLCertVerificationError as error:
		client.close()
		raise DeliveryError(
			"certificate_refused",
			where=connection.where,
			problem=connection.scrub(error.verify_message),
		) from error
	except ftplib.error_perm as error:
		client.close()
		raise DeliveryError("no_tls", where=connection.where, answer=connection.scrub(error)) from error
	except (OSError, EOFError, UnicodeError, ftplib.Error) as error:
		client.close()
		raise DeliveryError(
			"unreachable", where=connection.where, retry=True, problem=connection.scrub(error)
		) from error


def _context(connection: Connection) -> ssl.SSLContext:
	context = ssl.create_default_context()
	if connection.ca_certificate:
		context.load_verify_locations(cadata=connection.ca_certificate)
	return context


def _log_in(client: ftplib.FTP, connection: Connection) -> None:
	try:
		client.login(connection.username, connection.password)
		if isinstance(client, FtpTls):
			client.prot_p()
		return
	except ftplib.error_perm:
		pass
	except (OSError, EOFError, ftplib.Error) as error:
		raise line_error(connection, error) from None
	raise DeliveryError("login_refused", where=connection.where, user=f"{connection.username!r}")
