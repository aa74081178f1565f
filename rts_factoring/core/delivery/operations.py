"""What a caller may do on a server: deliver a batch, list a folder, fetch a file."""

from __future__ import annotations

import posixpath
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial

from ..errors import DeliveryError, short
from .batch_delivery import BatchDelivery
from .channel import RequestRefused, folder_name, refusal_error
from .connection import Connection, FileState, OutgoingFile, RemoteFile
from .ftp import FtpSession
from .sftp import SftpSession
from .workers import Workers

FILE_NAME = re.compile(r"[^/\\\x00-\x1f\x7f.][^/\\\x00-\x1f\x7f]{0,199}")

Progress = Callable[[str, FileState, int], object]
Journal = Callable[[str], FileState | None]
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
	`heartbeat()` is called every HEARTBEAT_INTERVAL seconds, however long one file takes. All are called in the
	caller's thread, and what they raise stops the delivery. `token` names this batch's delivery and stays the same
	over all attempts.
	"""
	_check(files, token)
	started = time.monotonic()
	todo = [file for file in files if file.state is not FileState.DELIVERED]
	if not todo:
		return Summary(0, 0, 0, 0.0)
	workers = Workers(heartbeat)
	states = SavedStates(files, progress, journal, workers)
	session = _open_session(connection, min(connection.channels, sum(not file.last for file in todo)))
	channels, one_by_one = session.channels, False
	try:
		delivery = workers.run(partial(BatchDelivery, connection, token, states, channels[0]))
		for last in (False, True):
			workers.share([file for file in todo if file.last is last], channels, delivery.deliver)
			done = [file for file in files if file.last is last]
			with suppress(DeliveryError) if last else nullcontext():  # once all is delivered, all is well
				workers.run(partial(delivery.remove_leftovers, channels[0], done))
	except DeliveryError as error:
		if error.code != "refused" or len(channels) == 1:
			raise
		one_by_one = True  # a server may take only one open file
	finally:
		workers.stopped.set()
		session.close()
		workers.join()
	if one_by_one:
		files = [replace(file, state=states.known(file)) for file in files]
		deliver(
			replace(connection, channels=1),
			files,
			progress,
			token=token,
			journal=journal,
			heartbeat=heartbeat,
		)
	sent = sum(file.size for file in todo)
	return Summary(len(todo), sent, len(channels), time.monotonic() - started)


def list_folder(
	connection: Connection,
	folder: str | None = None,
	wanted: Callable[[RemoteFile], bool] | None = None,
) -> list[RemoteFile]:
	"""Log in and list a folder (`remote_folder` when None), sorted by name. Raises DeliveryError.

	With `wanted` only those files, whose size and time are asked for one by one where listings do not tell.
	"""
	folder = connection.remote_folder if folder is None else folder
	session = _open_session(connection, 1)
	try:
		channel = session.channels[0]
		files = sorted(channel.list_folder(folder), key=lambda file: file.name)
		return [channel.with_metadata(folder, file) for file in files if wanted(file)] if wanted else files
	except RequestRefused as error:
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

	session = _open_session(connection, 1)
	try:
		session.channels[0].read(posixpath.join(folder, name), take, limit)
		return bytes(content)
	except RequestRefused as error:
		raise refusal_error(connection, "read", name, error) from error
	finally:
		session.close()


class SavedStates:
	"""The states of the files, saved and read in the caller's thread; used by the workers."""

	def __init__(
		self,
		files: Sequence[OutgoingFile],
		progress: Progress,
		journal: Journal | None,
		workers: Workers,
	):
		self._states = {file.name: file.state for file in files}
		self._progress = progress
		self._journal = journal
		self._workers = workers

	def save(self, file: OutgoingFile, state: FileState) -> None:
		"""Returns when the caller has saved the state."""
		self._states[file.name] = state
		size = 0 if state is FileState.PENDING else file.size
		self._workers.call_in_caller(self._progress, file.name, state, size)

	def known(self, file: OutgoingFile) -> FileState:
		"""The state this job saved last."""
		return self._states[file.name]

	def state(self, file: OutgoingFile) -> FileState:
		"""The state saved by now. A journal never goes back behind what this job knows."""
		known = self._states[file.name]
		if self._journal is None or known is FileState.DELIVERED:
			return known
		return FileState(self._workers.call_in_caller(self._journal, file.name))


def _open_session(connection: Connection, channels: int) -> SftpSession | FtpSession:
	kind = SftpSession if connection.protocol == "sftp" else FtpSession
	return kind(connection, max(channels, 1))


def _check(files: Sequence[OutgoingFile], token: str) -> None:
	names = [file.name for file in files]
	if bad := [name for name in names if not FILE_NAME.fullmatch(name)]:
		raise DeliveryError("bad_file_name.characters", names=_quoted(bad))
	counts = Counter(name.casefold() for name in names)
	if twice := [name for name in names if counts[name.casefold()] > 1]:
		raise DeliveryError("bad_file_name.twice", names=_quoted(twice))
	if not token:
		raise DeliveryError("no_token")


def _quoted(names: Sequence[str]) -> str:
	return ", ".join(f"{short(name)!r}" for name in names)
