"""A small SFTP server on loopback that serves one folder, for rehearsals, the demo and tests."""

from __future__ import annotations

import errno
import hashlib
import hmac
import logging
import os
import socket
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from paramiko.common import (
	AUTH_FAILED,
	AUTH_SUCCESSFUL,
	OPEN_FAILED_RESOURCE_SHORTAGE,
	OPEN_SUCCEEDED,
)
from paramiko.sftp import CMD_EXTENDED_REPLY, SFTP_FAILURE, SFTP_OK

LOG = "rts_factoring.sandbox"
logging.getLogger(LOG).addHandler(logging.NullHandler())  # dropped lines are daily bread here
PRIVATE = ".sandbox"  # folder below the root that no client sees: host key and what the factor remembers
INBOX = "inbox"  # what clients send
OUTBOX = "outbox"  # what the factor answers

Observer = Callable[[str, str], None]
"""Called with what happened (`created`, `renamed`, `removed`, `closed`) and the path from the root."""


class SandboxServer:
	"""`with SandboxServer(root) as server: server.port, server.fingerprint`. Files stand in `root`.

	Accepts one user and password, on loopback unless told otherwise. `port` 0 takes a free one.
	"""

	def __init__(
		self,
		root: Path | str,
		port: int = 0,
		*,
		host: str = "127.0.0.1",
		username: str = "rts",
		password: str = "sandbox",
		max_channels: int = 10,
		observer: Observer | None = None,
	):
		self.root = Path(root).resolve()
		self.host = host
		self.port = port
		self.username = username
		self.password = password
		self.max_channels = max_channels
		self.auth_attempts = 0
		self.inbox = self.root / INBOX
		self.outbox = self.root / OUTBOX
		for folder in (self.inbox, self.outbox, self.root / PRIVATE):
			folder.mkdir(parents=True, exist_ok=True)
		self.key = _host_key(self.root / PRIVATE / "host_key")
		self._observer = observer
		self._transports: set[paramiko.Transport] = set()
		self._listener: socket.socket | None = None
		self._thread: threading.Thread | None = None

	@property
	def fingerprint(self) -> str:
		"""The host key as OpenSSH prints it: `SHA256:...`."""
		return self.key.fingerprint

	def __enter__(self) -> SandboxServer:
		self.start()
		return self

	def __exit__(self, *exc) -> None:
		self.stop()

	def start(self) -> None:
		self._listener = socket.create_server((self.host, self.port), backlog=64)
		self.port = self._listener.getsockname()[1]
		self._thread = threading.Thread(target=self._accept, name="sandbox-sftp", daemon=True)
		self._thread.start()

	def stop(self) -> None:
		"""Stop listening and drop every connection; the files stay."""
		if self._listener:
			with suppress(OSError):
				self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
			self._listener.close()
			self._listener = None
		if self._thread:
			self._thread.join(timeout=5)
		self.drop_connections()

	def drop_connections(self) -> None:
		for transport in list(self._transports):
			transport.close()
		self._transports.clear()

	def files(self, session: SandboxSession) -> paramiko.SFTPServerInterface:
		"""What answers the requests of one channel; test servers with other habits override this."""
		return SandboxFiles(session)

	def observe(self, what: str, path: Path) -> None:
		if self._observer:
			self._observer(what, path.relative_to(self.root).as_posix())

	def local_path(self, path: str) -> Path | None:
		"""Where a client's path is on disk, or None when it leads out of the root or to what is not theirs."""
		parts = [part for part in path.split("/") if part not in ("", ".")]
		if ".." in parts:
			parts = [part for part in os.path.normpath("/" + "/".join(parts)).split("/") if part]
		if PRIVATE in parts[:1] or "\0" in path:
			return None
		local = self.root.joinpath(*parts)
		inside = local.parent.resolve() if local != self.root else self.root
		return local if inside.is_relative_to(self.root) and not local.is_symlink() else None

	def _accept(self) -> None:
		while self._listener:
			try:
				sock, _ = self._listener.accept()
			except (OSError, AttributeError):
				return
			sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
			self._transports = {transport for transport in self._transports if transport.is_active()}
			with suppress(OSError, EOFError, paramiko.SSHException):
				self._serve(sock)

	def _serve(self, sock: socket.socket) -> None:
		transport = paramiko.Transport(sock)
		transport.daemon = True
		transport.set_log_channel(LOG)
		transport.add_server_key(self.key)
		transport.set_subsystem_handler("sftp", SandboxSubsystem)
		self._transports.add(transport)
		transport.start_server(event=threading.Event(), server=SandboxSession(self, transport))


class SandboxSession(paramiko.ServerInterface):
	"""One connection: who may log in, and how many channels it gets."""

	def __init__(self, owner: SandboxServer, transport: paramiko.Transport):
		self.owner = owner
		self.transport = transport
		self._lock = threading.Lock()
		self._channels = 0

	def get_allowed_auths(self, username: str) -> str:
		return "password"

	def check_auth_password(self, username: str, password: str) -> int:
		self.owner.auth_attempts += 1
		known = hmac.compare_digest(username.encode(), self.owner.username.encode())
		right = hmac.compare_digest(password.encode(), self.owner.password.encode())
		return AUTH_SUCCESSFUL if known and right else AUTH_FAILED

	def check_channel_request(self, kind: str, chanid: int) -> int:
		with self._lock:
			if kind != "session" or self._channels >= self.owner.max_channels:
				return OPEN_FAILED_RESOURCE_SHORTAGE
			self._channels += 1
		return OPEN_SUCCEEDED

	def channel_closed(self) -> None:
		with self._lock:
			self._channels -= 1


class SandboxSubsystem(paramiko.SFTPServer):
	"""paramiko's SFTP loop around the owner's choice of files; it runs in a thread of its own."""

	def __init__(self, channel: paramiko.Channel, name: str, session: SandboxSession):
		super().__init__(channel, name, session)
		self.server = session.owner.files(session)
		self._session = session

	if TYPE_CHECKING:  # paramiko's own, which its stubs leave out

		def _send_status(self, request_number: int, code: int) -> None: ...

		def _send_packet(self, kind: int, packet: paramiko.Message) -> None: ...

	def finish_subsystem(self) -> None:
		with suppress(OSError, EOFError, paramiko.SSHException):
			super().finish_subsystem()
		self._session.channel_closed()

	def _check_file(self, request_number: int, message: paramiko.Message) -> None:
		"""Hashes a whole file for the client. paramiko's own skips bytes of files above 64 KiB."""
		handle, algorithms = message.get_binary(), message.get_list()
		chosen = next((name for name in algorithms if name in ("sha256", "sha1", "md5")), None)
		if handle not in self.file_table or not chosen:
			self._send_status(request_number, SFTP_FAILURE)
			return
		hasher, offset = hashlib.new(chosen), 0
		while block := self.file_table[handle].read(offset, 1 << 18):
			if not isinstance(block, bytes):
				self._send_status(request_number, block)
				return
			hasher.update(block)
			offset += len(block)
		reply = paramiko.Message()
		reply.add_int(request_number)
		reply.add_string("check-file")
		reply.add_string(chosen)
		reply.add_bytes(hasher.digest())
		self._send_packet(CMD_EXTENDED_REPLY, reply)


def answering_errors(method):
	"""An OSError as the SFTP status that says the same."""

	def wrapped(*args):
		try:
			return method(*args)
		except OSError as error:
			return paramiko.SFTPServer.convert_errno(error.errno or errno.EIO)

	return wrapped


class SandboxFiles(paramiko.SFTPServerInterface):
	"""The files below the root, as an honest server keeps them; renaming never replaces a file."""

	def __init__(self, session: SandboxSession):
		self.owner = session.owner
		self.session = session

	def local(self, path: str) -> Path:
		local = self.owner.local_path(path)
		if not local:
			raise PermissionError(errno.EACCES, "outside of the sandbox")
		return local

	@answering_errors
	def list_folder(self, path: str):
		folder = self.local(path)
		hidden = PRIVATE if folder == self.owner.root else None
		listed = []
		with os.scandir(folder) as entries:
			for entry in entries:
				with suppress(FileNotFoundError):  # renamed or removed while we list
					attributes = entry.stat(follow_symlinks=False)
					if entry.name != hidden:
						listed.append(paramiko.SFTPAttributes.from_stat(attributes, entry.name))
		return listed

	@answering_errors
	def stat(self, path: str):
		return paramiko.SFTPAttributes.from_stat(os.lstat(self.local(path)))

	lstat = stat

	@answering_errors
	def open(self, path: str, flags: int, attr):
		local = self.local(path)
		created = not local.exists()
		descriptor = os.open(local, flags | getattr(os, "O_NOFOLLOW", 0), 0o644)
		if not stat.S_ISREG(os.fstat(descriptor).st_mode):
			os.close(descriptor)
			raise IsADirectoryError(errno.EISDIR, "not a file")
		if created:
			self.owner.observe("created", local)
		return SandboxHandle(self, local, descriptor, flags)

	@answering_errors
	def remove(self, path: str):
		local = self.local(path)
		os.remove(local)
		self.owner.observe("removed", local)
		return SFTP_OK

	@answering_errors
	def rename(self, oldpath: str, newpath: str):
		old, new = self.local(oldpath), self.local(newpath)
		if old.is_dir():
			if new.exists():
				raise FileExistsError(errno.EEXIST, "exists")
			os.rename(old, new)
		else:
			os.link(old, new)  # unlike rename, never replaces a file
			os.unlink(old)
		self.owner.observe("renamed", new)
		return SFTP_OK

	@answering_errors
	def mkdir(self, path: str, attr):
		os.mkdir(self.local(path))
		return SFTP_OK

	@answering_errors
	def rmdir(self, path: str):
		os.rmdir(self.local(path))
		return SFTP_OK

	def chattr(self, path: str, attr):
		return SFTP_OK  # times and rights mean nothing here


class SandboxHandle(paramiko.SFTPHandle):
	"""An open file, read and written at offsets."""

	def __init__(self, files: SandboxFiles, path: Path, descriptor: int, flags: int):
		super().__init__(flags)
		self.files = files
		self.path = path
		self.descriptor = descriptor

	@answering_errors
	def read(self, offset: int, length: int):
		return os.pread(self.descriptor, length, offset)

	@answering_errors
	def write(self, offset: int, data: bytes):
		done = 0
		while done < len(data):
			done += os.pwrite(self.descriptor, data[done:], offset + done)
		return SFTP_OK

	@answering_errors
	def stat(self):
		return paramiko.SFTPAttributes.from_stat(os.fstat(self.descriptor))

	def chattr(self, attr):
		return SFTP_OK

	def close(self) -> None:
		if self.descriptor >= 0:
			descriptor, self.descriptor = self.descriptor, -1
			os.close(descriptor)
			self.files.owner.observe("closed", self.path)


def _host_key(path: Path) -> paramiko.Ed25519Key:
	"""The key kept at `path`, made at first use, so that its fingerprint survives restarts."""
	if not path.exists():
		key = Ed25519PrivateKey.generate()
		text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
		with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
			target.write(text)
	return paramiko.Ed25519Key.from_private_key_file(str(path))
