"""Promise 2 when the line drops and the job dies: afterwards every file is there once, whole, schedule last."""

import random
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from rts_factoring.core.delivery import Connection
from tests.support.delivery_faults import (
	KILLS,
	PAIRS,
	SCHEDULE,
	assert_kept,
	at_once,
	killed_until_done,
	until_done,
)
from tests.support.openssh_server import OpenSshServer, needs_sshd
from tests.support.sftp_servers import (
	CHUNK,
	FaultyServer,
	HabitServer,
	OverwritingRename,
	RecordingServer,
	batch,
	contents,
	to,
)


@pytest.mark.parametrize("channels", [1, 4])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_the_line_drops_at_every_operation_in_turn(tmp_path, capsys, after, channels):
	files = batch(tmp_path / "files")
	with FaultyServer(tmp_path / "clean") as server:
		until_done(to(server, channels=channels), files)
		operations = server.operations
	dropped = retried = 0
	for operation in range(1, operations + 1):
		with FaultyServer(tmp_path / f"server-{operation}") as server:
			server.arm(operation=operation, after=after)
			journal, attempts = until_done(to(server, channels=channels), files)
			assert_kept(server, files)
			assert journal.complete
			dropped += server.drops
			retried += attempts - 1
	with capsys.disabled():
		when = "after" if after else "before"
		print(
			f"\ndropped {when} each of {operations} operations over {channels} channels: {dropped} drops, {retried} retries"
		)
	assert dropped >= operations - 2  # the parallel channels make the number of operations vary a little
	assert retried >= dropped - 3  # a drop while tidying up at the end needs no retry


@pytest.mark.parametrize("channels", [1, 4])
def test_the_line_drops_at_every_64_kib_in_turn(tmp_path, capsys, channels):
	files = batch(tmp_path / "files")
	total = sum(file.size for file in files)
	places = range(CHUNK, total, CHUNK)
	for at_byte in places:
		with FaultyServer(tmp_path / f"server-{at_byte}") as server:
			server.arm(at_byte=at_byte)
			_, attempts = until_done(to(server, channels=channels), files)
			assert (server.drops, attempts) == (1, 2)
			assert_kept(server, files)
	with capsys.disabled():
		print(f"\ndropped after each 64 KiB of {total:,} bytes over {channels} channels: {len(places)} drops")


def test_the_job_is_killed_at_random_moments(tmp_path, capsys):
	files = batch(tmp_path / "files")

	def one(number: int, rng: random.Random, length: float) -> tuple[int, float]:
		with RecordingServer(tmp_path / f"server-{number}") as server:
			found = killed_until_done(to(server), files, tmp_path / f"journal-{number}", rng, length)
			assert_kept(server, files)
		return found

	killed_many_times(one, capsys, "the sandbox server")


@needs_sshd
def test_the_job_is_killed_at_random_moments_on_openssh(tmp_path, capsys):
	files = batch(tmp_path / "files")
	with OpenSshServer(tmp_path / "sshd") as sshd:

		def one(number: int, rng: random.Random, length: float) -> tuple[int, float]:
			connection = folder_on(sshd, str(number))
			with factor_watching(connection, files):
				found = killed_until_done(connection, files, tmp_path / f"journal-{number}", rng, length)
			assert found_on(connection) == contents(files)
			return found

		killed_many_times(one, capsys, "OpenSSH")


def folder_on(sshd: OpenSshServer, name: str) -> Connection:
	folder = sshd.folder / name
	folder.mkdir()
	return Connection(
		host="127.0.0.1",
		port=sshd.port,
		username=sshd.username,
		private_key=sshd.private_key,
		host_key_sha256=sshd.fingerprint,
		remote_folder=str(folder),
	)


def found_on(connection: Connection) -> dict[str, bytes]:
	return {path.name: path.read_bytes() for path in Path(connection.remote_folder).iterdir()}


@contextmanager
def factor_watching(connection: Connection, files):
	"""OpenSSH keeps no list for us, so watch as a factor does: when the schedule shows, all packets are whole."""
	folder, over, missing = Path(connection.remote_folder), threading.Event(), ["no schedule"]

	def watch() -> None:
		while not over.wait(0.0005):
			if (folder / SCHEDULE).exists():
				missing[:] = [f.name for f in files if not is_whole(folder / f.name, f.size)]
				return

	watcher = threading.Thread(target=watch)
	watcher.start()
	try:
		yield
		watcher.join(1)
	finally:
		over.set()
		watcher.join()
	assert missing == []


def is_whole(path: Path, size: int) -> bool:
	return path.exists() and path.stat().st_size == size


def killed_many_times(one, capsys, where: str) -> None:
	rng = random.Random(20261103)
	_, length = one(0, rng, 0)
	kills = rounds = 0
	while kills < KILLS:
		rounds += 1
		kills += one(rounds, rng, length)[0]
	with capsys.disabled():
		print(
			f"\nkilled {kills} times at random moments of {length * 1000:.0f} ms on {where}: {rounds} batches, all whole"
		)


@pytest.mark.parametrize("shared", [True, False], ids=["one_journal", "a_journal_each"])
@pytest.mark.parametrize("kind", ["honest", "overwriting"])
def test_two_jobs_start_at_once(tmp_path, capsys, kind, shared):
	"""Even without the lock the service holds, and on a server whose rename overwrites."""
	files = batch(tmp_path / "files")
	retries = 0
	for number in range(PAIRS):
		root = tmp_path / f"server-{number}"
		with RecordingServer(root) if kind == "honest" else HabitServer(root, OverwritingRename) as server:
			retries += at_once(to(server), files, tmp_path / f"journal-{number}", shared)
			assert_kept(server, files)
	with capsys.disabled():
		journals = "one journal" if shared else "a journal each"
		print(f"\ntwo jobs at once {PAIRS} times, {kind} server, {journals}: {retries} retries")


@needs_sshd
def test_two_jobs_start_at_once_on_openssh(tmp_path, capsys):
	files = batch(tmp_path / "files")
	retries = 0
	with OpenSshServer(tmp_path / "sshd") as sshd:
		for number in range(PAIRS):
			connection = folder_on(sshd, str(number))
			with factor_watching(connection, files):
				retries += at_once(connection, files, tmp_path / f"journal-{number}", shared=False)
			assert found_on(connection) == contents(files)
	with capsys.disabled():
		print(f"\ntwo jobs at once {PAIRS} times, OpenSSH, a journal each: {retries} retries")
