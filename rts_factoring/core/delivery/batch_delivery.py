"""How one file gets from pending to delivered, whatever dies on the way.

Rename is the commit. A file is written under a temporary name that is the same for every attempt of this
delivery, at fixed offsets and never truncated, so that two jobs write the same bytes and cannot harm each
other; it is verified, saved as `uploaded`, and renamed, which succeeds for one job only. Whoever finds the
final name taken compares size and content: ours is delivered, anybody else's stops the batch.

Where a name cannot be shared (FTP, servers that append or refuse to overwrite) each attempt has its own
temporary name. Where there is no rename, `sending` is saved before the final name is first written. A size
that is not the one sent is no fault while the content reads back the same: some servers encrypt what they store.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

from ..errors import DeliveryError
from .channel import (
	AlreadyExists,
	FileChannel,
	NotOnServer,
	RequestRefused,
	Upload,
	folder_name,
	refusal_error,
)
from .connection import Connection, FileState, OutgoingFile, RemoteFile
from .digests import Digests, Hasher, file_digests
from .temporary_names import SHARED_KINDS, name_kinds, stem, stem_of

ENCRYPTION_OVERHEAD = 1_000_000  # bytes by which a file may show as larger than twice what was sent
ROUNDS = 4  # looks at a file that a parallel job keeps changing under us


class FileStates(Protocol):
	"""The states of the files as the caller saved them."""

	def save(self, file: OutgoingFile, state: FileState) -> None: ...

	def state(self, file: OutgoingFile) -> FileState: ...


class BatchDelivery:
	"""One attempt to deliver a batch; its methods are called from several threads, each with its own channel."""

	def __init__(self, connection: Connection, token: str, states: FileStates, channel: FileChannel):
		self.connection = connection
		self.token = token
		self.states = states
		self._kinds = name_kinds(connection)  # of temporary names, those left that the server may take
		self.files_before = self._files_by_name(channel, connection.remote_folder)

	def deliver(self, channel: FileChannel, file: OutgoingFile) -> None:
		"""Bring one file to `delivered`. Raises DeliveryError."""
		advance = self._write_in_place if self.connection.writes_final_name else self._write_and_rename
		absent = None
		try:
			for number in range(ROUNDS):
				try:
					if advance(channel, file, first=number == 0):
						return
				except NotOnServer as error:
					absent = error  # taken away while we looked, or there is no such folder
		except RequestRefused as error:
			raise refusal_error(self.connection, "send", file.name, error) from error
		except OSError as error:
			raise DeliveryError("packet_missing", name=file.name, problem=error.strerror) from error
		if absent:
			raise refusal_error(self.connection, "send", file.name, absent) from absent
		raise DeliveryError("busy", where=self.connection.where, retry=True, name=file.name)

	def remove_leftovers(self, channel: FileChannel, files: Iterable[OutgoingFile]) -> None:
		"""Remove temporary files that dead attempts left of these files, which are delivered."""
		folder = self.connection.temporary_folder or self.connection.remote_folder
		stems = {stem(self.token, file) for file in files}
		try:
			for name in self._files_by_name(channel, folder) or ():
				if stem_of(name) in stems:
					channel.remove(self.connection.temporary_path(name))
		except RequestRefused:
			pass  # these files are delivered; what is left over is only untidy

	def _write_and_rename(self, channel: FileChannel, file: OutgoingFile, first: bool) -> bool:
		"""One round over temporary name, verification and rename; False to look again."""
		state = self.states.state(file)
		if state is FileState.DELIVERED:
			return True
		if state is FileState.SENDING:  # begun under its final name, when the settings said so
			return self._write_in_place(channel, file, first)
		final = self.connection.final_path(file.name)
		there = (
			self._look_before(channel, file) if first and state is FileState.PENDING else channel.stat(final)
		)
		if there:
			self._check_ours(channel, file, there, state)
			self._remove_temporary(channel, file)
			self.states.save(file, FileState.DELIVERED)
			return True
		if state is FileState.UPLOADED:
			temporary, whole = self._find_uploaded(channel, file)
			if temporary is None:
				self._require_listed(channel, file)
				if not self._was_taken(channel, file):
					return False
				self.states.save(file, FileState.DELIVERED)
				return True
			if not whole:
				self.states.save(file, FileState.PENDING)
				return False
		else:
			temporary = self._upload(channel, file)
			if temporary is None:
				return False  # a parallel job was faster: look again
			self.states.save(file, FileState.UPLOADED)
		try:
			channel.rename(temporary, final)
		except RequestRefused as error:
			if not channel.stat(temporary) or channel.stat(final):
				return False
			raise DeliveryError(
				"rename_refused", where=self.connection.where, name=file.name, answer=str(error)
			) from error
		self.states.save(file, FileState.DELIVERED)
		return True

	def _write_in_place(self, channel: FileChannel, file: OutgoingFile, first: bool) -> bool:
		"""One round for servers where the final name is the only name."""
		state = self.states.state(file)
		if state is FileState.DELIVERED:
			return True
		final = self.connection.final_path(file.name)
		there = channel.stat(final)
		if there and (state is FileState.PENDING or self._is_ours(channel, file, there, state)):
			self._check_ours(channel, file, there, state)
			self.states.save(file, FileState.DELIVERED)
			return True
		if there and (there.size or 0) > file.size and self._is_longer(channel, file):
			raise self._foreign_file_error(file)
		if not there and state is FileState.UPLOADED:
			temporary, _whole = self._find_uploaded(channel, file)
			if temporary:  # from when the settings still said that the server can rename
				channel.remove(temporary)
				self.states.save(file, FileState.PENDING)
				return False
			if not self._was_taken(channel, file):
				return False
			self.states.save(file, FileState.DELIVERED)
			return True
		mine = state is not FileState.PENDING
		self.states.save(file, FileState.SENDING)
		if there and not self.connection.shares_temporary:
			channel.remove(final)
		try:
			sent = self._send_in_place(channel, file, reopen=mine and self.connection.shares_temporary)
		except AlreadyExists:
			self.states.save(file, FileState.PENDING)  # it appeared since we looked: it is not ours to write
			return False
		self._check_unchanged(file, sent.digests)
		if sent.uploaded and not self._is_whole(channel, final, file, sent.uploaded):
			self.states.save(file, FileState.SENDING)
			if (sent.uploaded.size or 0) > file.size:  # appended to what we had begun
				with suppress(RequestRefused):
					channel.remove(final)
			raise self._damaged_error(file, sent.uploaded)
		if not sent.uploaded:
			self._was_taken(channel, file)
		self.states.save(file, FileState.DELIVERED)
		return True

	def _send_in_place(self, channel: FileChannel, file: OutgoingFile, reopen: bool) -> Upload:
		"""Write under the final name; over what we had begun, or anew where the server does not open that again."""
		final = self.connection.final_path(file.name)

		def begin(reopen: bool) -> Upload:
			return channel.upload(
				final,
				file.path,
				reopen=reopen,
				before_close=lambda: self.states.save(file, FileState.UPLOADED),
			)

		if not reopen:
			return begin(False)
		try:
			return begin(True)
		except RequestRefused:
			channel.remove(final)
			return begin(False)

	def _upload(self, channel: FileChannel, file: OutgoingFile) -> str | None:
		"""The verified temporary file's path, or None when by now something stands under the final name."""
		final = self.connection.final_path(file.name)
		temporary, sent = self._send_temporary(channel, file, final)
		try:
			uploaded = sent.uploaded
			if not uploaded and not sent.final:
				uploaded = channel.stat_late(temporary, file.size)
			if uploaded:
				self._check_unchanged(file, sent.digests)
				whole = self._is_whole(channel, temporary, file, uploaded)
				if not whole and (uploaded := channel.stat_late(temporary, file.size) or uploaded):
					whole = self._same_size(file, uploaded)
				if not whole or (
					self._same_size(file, uploaded)
					and self._content_differs(channel, temporary, file, sent.digests)
				):
					raise self._damaged_error(file, uploaded)
		except NotOnServer:
			pass
		except DeliveryError as error:
			if error.code in ("packet_changed", "damaged"):
				channel.remove(temporary)
			raise
		else:
			if uploaded and not sent.final:
				return temporary
		if sent.final or channel.stat(final):
			channel.remove(temporary)
			return None
		raise DeliveryError("temporary_taken", where=self.connection.where, name=file.name)

	def _send_temporary(self, channel: FileChannel, file: OutgoingFile, final: str) -> tuple[str, Upload]:
		"""Write under the first kind of temporary name that the server takes; later files begin with that kind."""
		refusals: list[RequestRefused] = []
		kinds = self._kinds
		for number, kind in enumerate(kinds):
			path = self.connection.temporary_path(kind.name(stem(self.token, file)))
			try:
				sent = channel.upload(path, file.path, reopen=kind.shared, final=final)
			except RequestRefused as error:
				refusals.append(error)
				if not kind.shared:
					with suppress(RequestRefused):
						channel.remove(path)
				continue
			if number:
				self._kinds = kinds[number:]
			return path, sent
		if isinstance(refusals[0], NotOnServer):
			raise refusals[0]
		raise DeliveryError(
			"refused.temporary",
			where=self.connection.where,
			retry=True,
			name=file.name,
			answer=str(refusals[0]),
		)

	def _find_uploaded(self, channel: FileChannel, file: OutgoingFile) -> tuple[str | None, bool]:
		"""The temporary file an earlier attempt completed, and whether it still is whole."""
		ours = stem(self.token, file)
		folder = self.connection.temporary_folder or self.connection.remote_folder
		if self.connection.shares_temporary:
			for kind in SHARED_KINDS:
				path = self.connection.temporary_path(kind.name(ours))
				if there := channel.stat(path):
					return path, self._is_whole(channel, path, file, there)
		found: str | None = None
		names = [name for name in self._files_by_name(channel, folder) or () if stem_of(name) == ours]
		for path in map(self.connection.temporary_path, names):
			if there := channel.stat(path):
				found = path
				if self._is_whole(channel, path, file, there):
					return path, True
		return found, False

	def _require_listed(self, channel: FileChannel, file: OutgoingFile) -> None:
		"""A temporary file that has a name of its own is found by a listing alone: without one, nothing says that it is gone."""
		if (
			self._files_by_name(channel, self.connection.temporary_folder or self.connection.remote_folder)
			is None
		):
			raise DeliveryError("cannot_look.uploaded", where=self.connection.where, name=file.name)

	def _was_taken(self, channel: FileChannel, file: OutgoingFile) -> bool:
		"""An uploaded file that is under neither name: the factor took it, if it does that."""
		if self.connection.factor_removes_files:
			return True
		if channel.stat_late(self.connection.final_path(file.name), file.size):
			return False
		raise DeliveryError("vanished", where=self.connection.where, name=file.name)

	def _check_ours(
		self, channel: FileChannel, file: OutgoingFile, there: RemoteFile, state: FileState
	) -> None:
		if not self._is_ours(channel, file, there, state):
			raise self._foreign_file_error(file)

	def _is_ours(self, channel: FileChannel, file: OutgoingFile, there: RemoteFile, state: FileState) -> bool:
		"""Whether the file under the final name is this file: by size, then by the server's hash or by reading it."""
		path = self.connection.final_path(file.name)
		if not self._same_size(file, there):
			taken = state is FileState.UPLOADED and not self.connection.can_stat
			return self._reads_back_whole(channel, path, file, there, unreadable=taken)
		try:
			digest = channel.remote_digest(path)
			return bool(digest and file_digests(file.path).matches(digest)) or self._reads_back_same(
				channel, path, file
			)
		except NotOnServer:
			raise
		except RequestRefused:
			if there.size is None:
				return state is FileState.UPLOADED
			return state is not FileState.PENDING  # unreadable: believed only if we began it

	def _remove_temporary(self, channel: FileChannel, file: OutgoingFile) -> None:
		for kind in SHARED_KINDS if self.connection.shares_temporary else ():
			channel.remove(self.connection.temporary_path(kind.name(stem(self.token, file))))

	def _look_before(self, channel: FileChannel, file: OutgoingFile) -> RemoteFile | None:
		"""What stood under the final name when the job began; one listing for all files."""
		if self.files_before is None:
			return channel.stat(self.connection.final_path(file.name))
		return self.files_before.get(file.name)

	def _files_by_name(self, channel: FileChannel, folder: str) -> dict[str, RemoteFile] | None:
		"""Name to file, or None where the server lists nothing."""
		absent = NotOnServer()
		for _ in range(ROUNDS):
			try:
				return {file.name: file for file in channel.list_folder(folder)}
			except NotOnServer as error:
				absent = (
					error  # some servers say so when a file goes while they list, as a parallel job's does
				)
			except RequestRefused:
				return None
		raise refusal_error(self.connection, "list", folder_name(folder), absent) from absent

	def _same_size(self, file: OutgoingFile, there: RemoteFile) -> bool:
		return there.size is None or there.size == file.size

	def _is_whole(self, channel: FileChannel, path: str, file: OutgoingFile, there: RemoteFile) -> bool:
		"""Whether all that was sent is there, by size, or else by reading it back. Raises DeliveryError if neither tells."""
		if self._same_size(file, there):
			return True
		return self._reads_back_whole(channel, path, file, there, unreadable=not self.connection.can_stat)

	def _reads_back_whole(
		self, channel: FileChannel, path: str, file: OutgoingFile, there: RemoteFile, *, unreadable: bool
	) -> bool:
		"""Whether a file of another size has our content, as on a server that encrypts; `unreadable` if it cannot be read."""
		if (there.size or 0) > 2 * file.size + ENCRYPTION_OVERHEAD:
			return False
		try:
			return self._reads_back_same(channel, path, file)
		except NotOnServer:
			raise
		except RequestRefused:
			return unreadable

	def _is_longer(self, channel: FileChannel, file: OutgoingFile) -> bool:
		"""Whether the file under the final name is longer than ours, by reading it: its size may be another's."""
		size = 0

		def count(block: bytes) -> None:
			nonlocal size
			size += len(block)

		try:
			channel.read(self.connection.final_path(file.name), count, file.size)
		except RequestRefused:
			return True
		return size > file.size

	def _content_differs(self, channel: FileChannel, path: str, file: OutgoingFile, sent: Digests) -> bool:
		"""True when the server's hash is another and reading back confirms it; some servers hash wrongly."""
		digest = channel.remote_digest(path)
		if not digest or sent.matches(digest) or file_digests(file.path).matches(digest):
			return False
		return not self._reads_back_same(channel, path, file)

	def _reads_back_same(self, channel: FileChannel, path: str, file: OutgoingFile) -> bool:
		hasher = Hasher()
		channel.read(path, hasher.update, file.size)
		return hasher.result().sha256 == file.sha256

	def _check_unchanged(self, file: OutgoingFile, sent: Digests) -> None:
		if (sent.size, sent.sha256) != (file.size, file.sha256):
			raise DeliveryError("packet_changed", name=file.name)

	def _damaged_error(self, file: OutgoingFile, there: RemoteFile) -> DeliveryError:
		if self._same_size(file, there):
			return DeliveryError("damaged.content", where=self.connection.where, retry=True, name=file.name)
		return DeliveryError(
			"damaged.larger" if (there.size or 0) > file.size else "damaged.size",
			where=self.connection.where,
			retry=True,
			name=file.name,
			arrived=there.size,
			size=file.size,
		)

	def _foreign_file_error(self, file: OutgoingFile) -> DeliveryError:
		return DeliveryError("foreign_file", where=self.connection.where, name=file.name)
