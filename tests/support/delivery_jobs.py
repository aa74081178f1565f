"""Delivery jobs in processes of their own, so that they can be killed or started twice at once."""

import json
import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

from rts_factoring.core.delivery import Connection, FileState, OutgoingFile, deliver
from rts_factoring.core.errors import DeliveryError

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["rts_factoring.core.delivery"])


class FileJournal:
	"""States in an append-only file, one line each: it survives SIGKILL, and two jobs can share it."""

	def __init__(self, path: Path):
		self.path = path

	def save(self, name: str, state: FileState, size: int) -> None:
		line = json.dumps([name, state.value]) + "\n"
		descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
		try:
			os.write(descriptor, line.encode())
		finally:
			os.close(descriptor)

	def states(self) -> dict[str, FileState]:
		"""The last state saved of each file; what is delivered stays so."""
		found: dict[str, FileState] = {}
		for line in self.path.read_text().splitlines() if self.path.exists() else ():
			name, state = json.loads(line)
			if found.get(name) is not FileState.DELIVERED:
				found[name] = FileState(state)
		return found

	def read(self, name: str) -> FileState:
		return self.states().get(name, FileState.PENDING)


def job(
	connection: Connection,
	files: list[OutgoingFile],
	journal: Path,
	started=None,
	shared: bool = True,
	told=None,
) -> None:
	"""One attempt, as a background worker makes it. Ends with 0 delivered, 1 to be tried again, 2 given up."""
	notes = FileJournal(journal)
	states = notes.states()
	outgoing = [replace(file, state=states.get(file.name, FileState.PENDING)) for file in files]
	if started is not None:
		started.wait()
	try:
		deliver(connection, outgoing, notes.save, token="T-1", journal=notes.read if shared else None)
	except DeliveryError as error:
		if told is not None:
			told.put(f"{error.code}: {error}")
		os._exit(1 if error.retry else 2)
	os._exit(0)


def start(*arguments, **options):
	process = processes.Process(target=job, args=arguments, kwargs=options, daemon=True)
	process.start()
	return process
