"""The way in: open a session, hand the files to one thread a channel, keep the journal in the caller's thread."""

from __future__ import annotations

import posixpath
import queue
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

from ..errors import DeliveryError, short
from .connection import Connection, FileState, OutgoingFile, RemoteFile
from .ftp import FtpSession
from .job import Job
from .server import Refused, Server, folder_name, refusal_error
from .sftp import SftpSession

NAME = re.compile(r"[^/\\\x00-\x1f\x7f.][^/\\\x00-\x1f\x7f]{0,199}")

BEAT = 20  # seconds between two signs of life to the caller

Progress = Callable[[str, FileState, int], None]
Journal = Callable[[str], FileState]
Heartbeat = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Summary:
	"""What one call did, for the log; `seconds` includes login."""

	files: int
	bytes: int
	channels: int
	seconds: float


def deliver(
	connection: Connection,
	files: Sequence[OutgoingFile],
	progress: Progress,
	*,
	token: str,
	journal: Journal | None = None,
	heartbeat: Heartbeat | None = None,
) -> Summary:
	"""Bring every file to `delivered`; raises DeliveryError, after which it may be called again.

	`progress(name, state, bytes)` must have saved the state when it returns, and leaves `delivered` as it is
	when another job got there first; `journal(name)` reads the state saved by now, by whichever job;
	`heartbeat()` is called every BEAT seconds, however long one file takes. All are called in the caller's
	thread, and what they raise stops the delivery. `token` names this batch's delivery and stays the same over
	all attempts.
	"""
	_check(files, token)
	started = time.monotonic()
	todo = [file for file in files if file.state is not FileState.DELIVERED]
	if not todo:
		return Summary(0, 0, 0, 0.0)
	desk = _Desk(progress, journal, heartbeat, {file.name: file.state for file in files})
	session = _open(connection, min(connection.channels, sum(not file.last for file in todo)))
	try:
		job = desk.wait(Job, connection, token, desk, session.servers[0])
		for last in (False, True):
			desk.run(session.servers, [file for file in todo if file.last is last], job.deliver)
			with suppress(DeliveryError) if last else nullcontext():  # once all is delivered, all is well
				desk.wait(job.tidy, session.servers[0], [file for file in files if file.last is last])
	finally:
		desk.stopped.set()
		session.close()
		desk.join()
	sent = sum(file.size for file in todo)
	return Summary(len(todo), sent, len(session.servers), time.monotonic() - started)


def list_folder(
	connection: Connection,
	folder: str | None = None,
	wanted: Callable[[RemoteFile], bool] | None = None,
) -> list[RemoteFile]:
	"""Log in and list a folder (`remote_folder` when None), sorted by name. Raises DeliveryError.

	With `wanted` only those files, whose size and time are asked for one by one where listings do not tell.
	"""
	folder = connection.remote_folder if folder is None else folder
	session = _open(connection, 1)
	try:
		server = session.servers[0]
		found = sorted(server.listing(folder), key=lambda found: found.name)
		return [server.facts(folder, file) for file in found if wanted(file)] if wanted else found
	except Refused as error:
		raise refusal_error(connection, "list", folder_name(folder), error) from error
	finally:
		session.close()


def fetch_file(connection: Connection, name: str, folder: str = "", limit: int = 50_000_000) -> bytes:
	"""One remote file, such as a report in the inbox folder. DeliveryError `too_big` above `limit` bytes."""
	content = bytearray()

	def take(block: bytes) -> None:
		content.extend(block)
		if len(content) > limit:
			raise DeliveryError("too_big.download", where=connection.where, name=name, most=f"{limit:,}")

	session = _open(connection, 1)
	try:
		session.servers[0].read(posixpath.join(folder, name), take, limit)
		return bytes(content)
	except Refused as error:
		raise refusal_error(connection, "read", name, error) from error
	finally:
		session.close()


def _open(connection: Connection, channels: int) -> SftpSession | FtpSession:
	kind = SftpSession if connection.protocol == "sftp" else FtpSession
	return kind(connection, max(channels, 1))


def _check(files: Sequence[OutgoingFile], token: str) -> None:
	names = [file.name for file in files]
	if bad := [name for name in names if not NAME.fullmatch(name)]:
		raise DeliveryError("bad_file_name.characters", names=_quoted(bad))
	counts = Counter(name.casefold() for name in names)
	if twice := [name for name in names if counts[name.casefold()] > 1]:
		raise DeliveryError("bad_file_name.twice", names=_quoted(twice))
	if not token:
		raise DeliveryError("no_token")


def _quoted(names: Sequence[str]) -> str:
	return ", ".join(f"{short(name)!r}" for name in names)


class _Desk:
	"""Runs the workers, and does for them in the caller's thread what only that thread may do."""

	def __init__(
		self,
		progress: Progress,
		journal: Journal | None,
		heartbeat: Heartbeat | None,
		states: dict[str, FileState],
	):
		self._progress = progress
		self._journal = journal
		self._heartbeat = heartbeat
		self._beat_on = time.monotonic()
		self._states = states
		self._inbox: queue.Queue = queue.Queue()
		self._threads: list[threading.Thread] = []
		self.stopped = threading.Event()

	def save(self, file: OutgoingFile, state: FileState) -> None:
		"""Called by a worker; returns when the caller has saved the state."""
		self._states[file.name] = state
		self._ask(self._progress, file.name, state, 0 if state is FileState.PENDING else file.size)

	def state(self, file: OutgoingFile) -> FileState:
		"""The state saved by now. A journal never goes back behind what this job knows."""
		known = self._states[file.name]
		if self._journal is None or known is FileState.DELIVERED:
			return known
		return FileState(self._ask(self._journal, file.name))

	def run(
		self,
		servers: Sequence[Server],
		files: Sequence[OutgoingFile],
		work: Callable[[Server, OutgoingFile], None],
	) -> None:
		"""All files over all servers; the first error stops the rest and is raised."""
		todo: queue.SimpleQueue = queue.SimpleQueue()
		for file in files:
			todo.put(file)
		self._see_to([(self._work, server, todo, work) for server in servers[: len(files)]])

	def wait(self, function: Callable, *arguments: Any) -> Any:
		"""What the function returns; it may take as long as a server likes, and runs in a worker."""
		found: list[Any] = []
		self._see_to([(lambda: found.append(function(*arguments)),)])
		return found[0]

	def _see_to(self, tasks: Sequence[tuple]) -> None:
		"""Run each task in a thread of its own, and serve them from this one until all have ended."""
		errors: list[BaseException] = []
		self._threads = [
			threading.Thread(target=self._in_thread, args=(errors, *task), daemon=True) for task in tasks
		]
		for thread in self._threads:
			thread.start()
		running = len(self._threads)
		while running:
			try:
				self._beat()
				request = self._inbox.get(timeout=BEAT)
			except queue.Empty:
				continue
			except BaseException:
				self.stopped.set()
				raise
			if request is None:
				running -= 1
				continue
			answer, function, arguments = request
			try:
				answer.set_result(function(*arguments))
			except BaseException as error:
				answer.cancel()
				self.stopped.set()
				raise error
		if errors:
			raise min(errors, key=lambda error: getattr(error, "retry", False))

	def join(self) -> None:
		"""Wait for the workers, refusing what they still ask; the session is closed by now."""
		deadline = time.monotonic() + 10
		while time.monotonic() < deadline and any(thread.is_alive() for thread in self._threads):
			try:
				request = self._inbox.get(timeout=0.05)
			except queue.Empty:
				continue
			if request:
				request[0].cancel()

	def _ask(self, function: Callable, *arguments: Any) -> Any:
		answer: Future = Future()
		if self.stopped.is_set():
			raise _Stopped
		self._inbox.put((answer, function, arguments))
		try:
			return answer.result()
		except BaseException:
			raise _Stopped from None

	def _beat(self) -> None:
		if self._heartbeat and time.monotonic() >= self._beat_on + BEAT:
			self._heartbeat()
			self._beat_on = time.monotonic()

	def _work(self, server: Server, todo: queue.SimpleQueue, work: Callable) -> None:
		with suppress(queue.Empty):
			while not self.stopped.is_set():
				work(server, todo.get_nowait())

	def _in_thread(self, errors: list[BaseException], function: Callable, *arguments: Any) -> None:
		try:
			function(*arguments)
		except _Stopped:
			pass
		except BaseException as error:
			errors.append(error)
			self.stopped.set()
		finally:
			self._inbox.put(None)


class _Stopped(Exception):
	"""The delivery was stopped while this worker was busy."""
