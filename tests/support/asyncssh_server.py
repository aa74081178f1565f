"""An SFTP server on asyncssh, which shares no code with the client's paramiko; it records, and drops when asked."""

import asyncio
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import asyncssh

OPERATIONS = ("open", "write", "close", "rename", "remove", "stat", "lstat", "fstat", "scandir")


class AsyncServer:
	"""`with AsyncServer(root) as server: server.port, server.fingerprint, server.found, server.renamed`."""

	username, password = "rts", "sandbox"

	def __init__(
		self,
		root: Path,
		methods: tuple[str, ...] = ("password",),
		questions: Sequence[list[tuple[str, bool]]] = ([("Password: ", False)],),
		key: Path | None = None,
		kind: type | None = None,
	):
		"""`methods` of logging in, the rounds of `questions`, and the client's `key`, whose public part is beside it. `kind` is
		a class of files with a habit of its own."""
		self.kind = kind or Files
		self.root = root
		self.methods = methods
		self.questions = questions
		self.client_key = key
		self.answered: list[list[str]] = []
		self.inbox = root / "inbox"
		self.inbox.mkdir(parents=True)
		self.key = asyncssh.generate_private_key("ssh-ed25519")
		self.renamed: list[str] = []
		self.logins: list[str] = []
		self.operations = self.drops = self.drop_at = 0
		self.victim = 0  # the process that is killed where the line would drop
		self.port = 0
		self._loop = asyncio.new_event_loop()
		self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

	@property
	def fingerprint(self) -> str:
		return self.key.get_fingerprint("sha256")

	@property
	def found(self) -> dict[str, bytes]:
		return {path.name: path.read_bytes() for path in self.inbox.iterdir()}

	def __enter__(self):
		self._thread.start()
		asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
		return self

	def __exit__(self, *exc):
		asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
		self._loop.call_soon_threadsafe(self._loop.stop)
		self._thread.join(10)
		self._loop.close()

	async def _listen(self) -> None:
		self._acceptor = await asyncssh.listen(
			"127.0.0.1",
			0,
			server_host_keys=[self.key],
			server_factory=lambda: _Login(self),
			sftp_factory=lambda channel: self.kind(self, channel),
		)
		self.port = self._acceptor.get_port()

	async def _end(self) -> None:
		self._acceptor.close()
		await self._acceptor.wait_closed()
		others = asyncio.all_tasks() - {asyncio.current_task()}
		for task in others:
			task.cancel()
		await asyncio.gather(*others, return_exceptions=True)

	def is_due(self) -> bool:
		self.operations += 1
		self.drops += self.operations == self.drop_at
		return self.operations == self.drop_at


class _Login(asyncssh.SSHServer):
	def __init__(self, owner: AsyncServer):
		self.owner = owner

	def begin_auth(self, username: str) -> bool:
		return True

	def password_auth_supported(self) -> bool:
		return "password" in self.owner.methods

	def validate_password(self, username: str, password: str) -> bool:
		self.owner.logins.append(username)
		return (username, password) == (self.owner.username, self.owner.password)

	def kbdint_auth_supported(self) -> bool:
		return "keyboard-interactive" in self.owner.methods

	def get_kbdint_challenge(self, username: str, lang: str, submethods: str):
		self.rounds = list(self.owner.questions)
		return "", "", "", self.rounds.pop(0)

	def validate_kbdint_response(self, username: str, responses):
		"""The next question, or whether the last answer is the password."""
		self.owner.answered.append(list(responses))
		if self.rounds:
			return "", "", "", self.rounds.pop(0)
		return self.validate_password(username, responses[-1])

	def public_key_auth_supported(self) -> bool:
		return "publickey" in self.owner.methods

	def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
		return key == asyncssh.read_public_key(f"{self.owner.client_key}.pub")


class Files(asyncssh.SFTPServer):
	def __init__(self, owner: AsyncServer, channel):
		super().__init__(channel, chroot=str(owner.root).encode())
		self.owner = owner

	def rename(self, oldpath: bytes, newpath: bytes):
		answer = super().rename(oldpath, newpath)
		self.owner.renamed.append(Path(newpath.decode()).name)
		return answer


def _dropping(name: str):
	method = getattr(Files, name)

	def wrapped(self, *arguments):
		if self.owner.is_due():
			if self.owner.victim:
				os.kill(self.owner.victim, signal.SIGKILL)
			self.connection.abort()
			raise asyncssh.SFTPConnectionLost("dropped by the test")
		return method(self, *arguments)

	return wrapped


for name in OPERATIONS:
	setattr(Files, name, _dropping(name))


class OnlyDocuments(Files):
	"""Takes names that end in .pdf or .csv."""

	def open(self, path: bytes, pflags: int, attrs):
		if not path.endswith((b".pdf", b".csv")):
			raise asyncssh.SFTPPermissionDenied("another name")
		return super().open(path, pflags, attrs)


class NoLeadingDot(Files):
	def open(self, path: bytes, pflags: int, attrs):
		if path.rpartition(b"/")[2].startswith(b"."):
			raise asyncssh.SFTPPermissionDenied("hidden")
		return super().open(path, pflags, attrs)


class TruncatesOnly(Files):
	"""Opens files for writing as `sftp put` does, and in no other way; so does Azure Blob Storage."""

	def open(self, path: bytes, pflags: int, attrs):
		if pflags & asyncssh.FXF_WRITE and not pflags & asyncssh.FXF_TRUNC:
			raise asyncssh.SFTPOpUnsupported("open without truncating")
		return super().open(path, pflags, attrs)


class OneHandle(Files):
	"""One open file for each connection."""

	opened = 0

	def open(self, path: bytes, pflags: int, attrs):
		if self.opened:
			raise asyncssh.SFTPFailure("too many handles")
		found = super().open(path, pflags, attrs)
		self.opened += 1
		return found

	def close(self, file_obj):
		self.opened -= 1
		return super().close(file_obj)


class Encrypts(Files):
	"""Shows the sizes of what it stores: whole blocks and a header. Reads back what was written."""

	def stat(self, path: bytes):
		return _as_stored(super().stat(path))

	def lstat(self, path: bytes):
		return _as_stored(super().lstat(path))

	def fstat(self, file_obj):
		return _as_stored(super().fstat(file_obj))

	async def scandir(self, path: bytes):
		async for name in super().scandir(path):
			name.attrs = _as_stored(name.attrs)
			yield name


def _as_stored(found):
	attributes = found if isinstance(found, asyncssh.SFTPAttrs) else asyncssh.SFTPAttrs.from_local(found)
	attributes.size = 64 + -(-attributes.size // 16) * 16
	return attributes
