"""Deliver while the line drops and jobs die, until everything has arrived; how often is set by DELIVERY_KILLS and
DELIVERY_PAIRS, and FULL=1 is the long form.
"""

import os
import time
from pathlib import Path

from rts_factoring.core.delivery import FileState, deliver
from rts_factoring.core.errors import DeliveryError
from tests.support.delivery_jobs import FileJournal, processes, start
from tests.support.sftp_servers import Journal, RecordingServer, contents

FULL = bool(os.environ.get("FULL"))
KILLS = int(os.environ.get("DELIVERY_KILLS", 200 if FULL else 40))
PAIRS = int(os.environ.get("DELIVERY_PAIRS", 50 if FULL else 10))


SCHEDULE = "104233_A1_20261103.csv"


def until_done(connection, files) -> tuple[Journal, int]:
	"""As the service does it: attempt, and attempt again after what may pass. Returns the attempts needed."""
	journal = Journal(files)
	for attempt in range(1, 7):
		try:
			deliver(connection, journal.outgoing, journal.save, token="T-1", journal=journal.read)
			return journal, attempt
		except DeliveryError as error:
			assert error.retry, error
	raise AssertionError("never delivered")


def attempts_until_done(connection, files) -> int:
	return until_done(connection, files)[1]


def assert_kept(server: RecordingServer, files) -> None:
	assert server.found == contents(files)
	assert sorted(server.renamed) == sorted(file.name for file in files)  # each appeared exactly once
	assert server.renamed[-1] == SCHEDULE


def killed_until_done(connection, files, journal, rng, length: float) -> tuple[int, float]:
	"""Kill attempts at random moments of their work until one lives to its end; returns kills and its seconds."""
	kills = 0
	while True:
		begins = processes.Barrier(2)
		process = start(connection, files, journal, begins)
		begins.wait(60)
		started = time.monotonic()
		if length and kills < 3:
			process.join(rng.uniform(0, length))
			process.kill()  # SIGKILL
		process.join(60)
		if process.exitcode == 0:
			assert set(FileJournal(journal).states().values()) == {FileState.DELIVERED}
			return kills, time.monotonic() - started
		assert process.exitcode == -9, f"an attempt ended with {process.exitcode}"
		kills += 1


def at_once(connection, files, journal: Path, shared: bool) -> int:
	"""Two jobs let go at the same moment, each tried again until it is done; returns the retries."""
	begins, told, retries = processes.Barrier(2), processes.SimpleQueue(), 0
	journals = [journal.with_name(f"{journal.name}-{0 if shared else job}") for job in range(2)]
	jobs = [start(connection, files, path, begins, shared=shared, told=told) for path in journals]
	for process, path in zip(jobs, journals, strict=True):
		process.join(60)
		while process.exitcode == 1:
			retries += 1
			process = start(connection, files, path, shared=shared, told=told)
			process.join(60)
		assert process.exitcode == 0, process.exitcode if told.empty() else told.get()
		assert set(FileJournal(path).states().values()) == {FileState.DELIVERED}
	return retries
