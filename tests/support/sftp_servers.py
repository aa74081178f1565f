"""SFTP servers with the habits and faults that factors' servers have; all on the sandbox's server."""

import errno
import hashlib
import os
import random
import socket
import threading
from dataclasses import replace
from pathlib import Path

import paramiko

from rts_factoring.core.delivery import Connection, FileState, OutgoingFile
from rts_factoring.sandbox.server import SandboxFiles, SandboxHandle, SandboxServer, answering_errors

CHUNK = 64 * 1024  # bytes between two faults
SIZES = (150_000, 70_000, 1_000, 200_000)  # bytes of the packets; the schedule is the fifth file


class RecordingServer(SandboxServer):
	"""Remembers what appeared under which final name, in order."""

	def __init__(self, root: Path, **options):
		self.events: list[tuple[str, str]] = []
		super().__init__(root, observer=lambda what, path: self.events.append((what, path)), **options)

	@property
	def renamed(self) -> list[str]:
		"""Final names in the order in which they appeared, each as often as it did."""
		return [path.removeprefix("inbox/") for what, path in self.events if what == "renamed"]

	@property
	def found(self) -> dict[str, bytes]:
		"""Everything a client left in the inbox."""
		return {path.name: path.read_bytes() for path in self.inbox.iterdir()}


class FaultyServer(RecordingServer):
	"""Drops the connection at one operation, before or after doing it, or after so many bytes; then behaves."""

	def __init__(self, root: Path, **options):
		super().__init__(root, **options)
		self._lock = threading.Lock()
		self.arm()

	def arm(self, *, operation: int = 0, after: bool = False, at_byte: int = 0) -> None:
		self.operation, self.after, self.at_byte = operation, after, at_byte
		self.operations = self.bytes = self.drops = 0

	def files(self, session):
		return FaultyFiles(session)

	def due(self) -> bool:
		with self._lock:
			self.operations += 1
			return self.operations == self.operation

	def room(self, size: int) -> int:
		"""How many of these bytes may still be written before the line drops."""
		with self._lock:
			before, self.bytes = self.bytes, self.bytes + size
		return self.at_byte - before if before < self.at_byte <= before + size else size + 1

	def drop(self, session) -> None:
		self.drops += 1
		cut(session)


def cut(session) -> None:
	"""As when a cable is pulled: no farewell, no answer."""
	session.transport.sock.shutdown(socket.SHUT_RDWR)
	session.transport.packetizer.close()
	raise ConnectionAbortedError(errno.ECONNABORTED, "dropped by the test")


def faulty(method):
	def wrapped(self, *arguments):
		files = getattr(self, "files", self)
		owner = files.owner
		if not owner.due():
			return method(self, *arguments)
		answer = method(self, *arguments) if owner.after else None
		owner.drop(files.session)
		return answer

	return wrapped


class FaultyFiles(SandboxFiles):
	list_folder = faulty(SandboxFiles.list_folder)
	stat = faulty(SandboxFiles.stat)
	remove = faulty(SandboxFiles.remove)
	rename = faulty(SandboxFiles.rename)

	@faulty
	def open(self, path, flags, attr):
		opened = SandboxFiles.open(self, path, flags, attr)
		if isinstance(opened, SandboxHandle):
			opened.__class__ = FaultyHandle
		return opened


class FaultyHandle(SandboxHandle):
	read = faulty(SandboxHandle.read)

	@faulty
	def write(self, offset, data):
		room = self.files.owner.room(len(data))
		answer = SandboxHandle.write(self, offset, data[:room])
		if room <= len(data):
			self.files.owner.drop(self.files.session)
		return answer

	def close(self):
		asked = self.files.session.transport.is_active()
		if asked and self.descriptor >= 0 and self.files.owner.due():
			SandboxHandle.close(self)
			self.files.owner.drop(self.files.session)
		SandboxHandle.close(self)


class HabitServer(RecordingServer):
	"""`HabitServer(root, SomeFiles)`: files that behave as the class given."""

	def __init__(self, root: Path, kind: type, **options):
		self.kind = kind
		super().__init__(root, **options)

	def files(self, session):
		return self.kind(session)


class NoRename(SandboxFiles):
	def rename(self, oldpath, newpath):
		return paramiko.SFTP_OP_UNSUPPORTED


class NoStat(SandboxFiles):
	def stat(self, path):
		return paramiko.SFTP_OP_UNSUPPORTED

	lstat = stat


class OverwritingRename(SandboxFiles):
	"""Renames as `os.rename` does: what stood there is gone."""

	@answering_errors
	def rename(self, oldpath, newpath):
		os.rename(self.local(oldpath), self.local(newpath))
		self.owner.observe("renamed", self.local(newpath))
		return paramiko.SFTP_OK


class RefusesOverwrite(SandboxFiles):
	@answering_errors
	def open(self, path, flags, attr):
		if flags & (os.O_WRONLY | os.O_RDWR) and self.local(path).exists():
			raise FileExistsError(errno.EEXIST, "write once")
		return SandboxFiles.open(self, path, flags, attr)


class Appends(SandboxFiles):
	@answering_errors
	def open(self, path, flags, attr):
		if flags & (os.O_WRONLY | os.O_RDWR):
			flags |= os.O_APPEND
		return SandboxFiles.open(self, path, flags, attr)


class NoLeadingDot(SandboxFiles):
	@answering_errors
	def open(self, path, flags, attr):
		if Path(path).name.startswith("."):
			raise PermissionError(errno.EACCES, "hidden")
		return SandboxFiles.open(self, path, flags, attr)


class OnlyDocuments(SandboxFiles):
	"""Takes names that end in .pdf or .csv."""

	@answering_errors
	def open(self, path, flags, attr):
		if not path.endswith((".pdf", ".csv")):
			raise PermissionError(errno.EACCES, "another name")
		return SandboxFiles.open(self, path, flags, attr)


class TruncatesOnly(SandboxFiles):
	"""Opens files for writing as `sftp put` does, and in no other way; so does Azure Blob Storage."""

	def open(self, path, flags, attr):
		if flags & (os.O_WRONLY | os.O_RDWR) and not flags & os.O_TRUNC:
			return paramiko.SFTP_OP_UNSUPPORTED
		return SandboxFiles.open(self, path, flags, attr)


class OneHandle(SandboxFiles):
	"""One open file for each connection."""

	def open(self, path, flags, attr):
		if any(handle.descriptor >= 0 for handle in vars(self.session).get("handles", ())):
			return paramiko.SFTP_FAILURE
		opened = SandboxFiles.open(self, path, flags, attr)
		if isinstance(opened, SandboxHandle):
			self.session.handles = [opened]
		return opened


class Encrypts(SandboxFiles):
	"""Shows the sizes of what it stores: whole blocks and a header. Reads back what was written."""

	def stat(self, path):
		return self.as_stored(SandboxFiles.stat(self, path))

	lstat = stat

	def list_folder(self, path):
		listed = SandboxFiles.list_folder(self, path)
		return listed if isinstance(listed, int) else [self.as_stored(one) for one in listed]

	def as_stored(self, attributes):
		if not isinstance(attributes, int):
			attributes.st_size = 64 + -(-attributes.st_size // 16) * 16
		return attributes


class EncryptsForOthers(Encrypts):
	"""Lets nobody who sends read back."""

	@answering_errors
	def open(self, path, flags, attr):
		if not flags & (os.O_WRONLY | os.O_RDWR):
			raise PermissionError(errno.EACCES, "write only")
		return SandboxFiles.open(self, path, flags, attr)


class ShowsLate(SandboxFiles):
	"""Shows a file that was written as empty, and gives nothing of it, until it was asked for it three times."""

	late = paramiko.SFTPAttributes()
	late.st_size = 0

	def stat(self, path):
		looks = vars(self.owner).setdefault("looks", {})
		shown = SandboxFiles.stat(self, path)
		if isinstance(shown, int):
			return shown
		looks[path] = looks.get(path, 0) + 1
		return shown if looks[path] > 3 else self.late

	lstat = stat

	@answering_errors
	def open(self, path, flags, attr):
		opened = SandboxFiles.open(self, path, flags, attr)
		if not flags & (os.O_WRONLY | os.O_RDWR) and self.owner.looks.get(path, 0) < 3:
			opened.read = lambda offset, length: b""
		return opened


class AppearsLate(ShowsLate):
	"""Says that there is no such file, for so long."""

	late = paramiko.SFTP_NO_SUCH_FILE


class WriteOnly(SandboxFiles):
	"""A drop box: nothing can be listed, looked at or read back."""

	def list_folder(self, path):
		return paramiko.SFTP_PERMISSION_DENIED

	stat = lstat = list_folder

	@answering_errors
	def open(self, path, flags, attr):
		if not flags & (os.O_WRONLY | os.O_RDWR):
			raise PermissionError(errno.EACCES, "write only")
		return SandboxFiles.open(self, path, flags, attr)


class TakesFiles(SandboxFiles):
	"""Takes every file out of the inbox the moment it is there, as a folder watcher does."""

	@answering_errors
	def open(self, path, flags, attr):
		opened = SandboxFiles.open(self, path, flags, attr)
		if isinstance(opened, SandboxHandle):
			opened.__class__ = TakenHandle
		return opened

	@answering_errors
	def rename(self, oldpath, newpath):
		answer = SandboxFiles.rename(self, oldpath, newpath)
		if answer == paramiko.SFTP_OK:
			take_away(self.owner, self.local(newpath))
		return answer


class TakenHandle(SandboxHandle):
	def close(self):
		writing = self.descriptor >= 0
		SandboxHandle.close(self)
		if writing and self.files.session.transport.is_active():
			take_away(self.files.owner, self.path)


def take_away(server: SandboxServer, path: Path) -> None:
	"""Into the folder `taken`, under a number, so that a file taken twice is there twice."""
	if path.parent == server.inbox:
		taken = server.root / "taken"
		taken.mkdir(exist_ok=True)
		path.rename(taken / f"{len(list(taken.iterdir())):03} {path.name}")


def taken(server: SandboxServer) -> dict[str, bytes]:
	"""What the factor took, in order; the number shows a file taken twice."""
	return {path.name: path.read_bytes() for path in sorted((server.root / "taken").iterdir())}


def batch(folder: Path, seed: int = 0, sizes=SIZES) -> list[OutgoingFile]:
	"""Packets of random bytes and a schedule that goes last."""
	folder.mkdir(parents=True, exist_ok=True)
	rng = random.Random(seed)
	names = [f"AF-{10001 + number}.pdf" for number in range(len(sizes))] + ["104233_A1_20261103.csv"]
	files = []
	for name, size in zip(names, (*sizes, 900), strict=True):
		content = rng.randbytes(size)
		(folder / name).write_bytes(content)
		digest = hashlib.sha256(content).hexdigest()
		files.append(OutgoingFile(name, folder / name, size, digest, last=name.endswith(".csv")))
	return files


def contents(files: list[OutgoingFile]) -> dict[str, bytes]:
	return {file.name: file.path.read_bytes() for file in files}


def to(server: SandboxServer, **settings) -> Connection:
	"""The connection settings of a sandbox server."""
	return Connection(
		**{
			"host": "127.0.0.1",
			"port": server.port,
			"username": server.username,
			"password": server.password,
			"host_key_sha256": server.fingerprint,
			"remote_folder": "inbox",
			"operation_timeout": 20,
			**settings,
		}
	)


class Journal:
	"""What a caller keeps: the last state saved of each file, and every step on the way."""

	def __init__(self, files: list[OutgoingFile]):
		self.files = files
		self.states = {file.name: file.state for file in files}
		self.steps: list[tuple[str, FileState]] = []

	def save(self, name: str, state: FileState, size: int) -> None:
		self.steps.append((name, state))
		if self.states[name] is not FileState.DELIVERED:
			self.states[name] = state

	def read(self, name: str) -> FileState:
		return self.states[name]

	@property
	def outgoing(self) -> list[OutgoingFile]:
		"""The files as the next attempt of the job reads them."""
		return [replace(file, state=self.states[file.name]) for file in self.files]

	@property
	def complete(self) -> bool:
		return set(self.states.values()) == {FileState.DELIVERED}
