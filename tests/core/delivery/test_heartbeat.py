"""A delivery says that it lives however long a server takes, and stops when it is told so."""

import threading
import time
from itertools import pairwise

import pytest

from rts_factoring.core.delivery import deliver, workers
from rts_factoring.sandbox.server import SandboxFiles, SandboxHandle
from tests.support.sftp_servers import HabitServer, Journal, batch, contents, to

INTERVAL = 0.1  # seconds between two heartbeats
PATIENCE = 1.0  # seconds a slow answer takes: several heartbeats


@pytest.fixture(autouse=True)
def fast_heartbeat(monkeypatch):
	monkeypatch.setattr(workers, "HEARTBEAT_INTERVAL", INTERVAL)


@pytest.fixture
def files(tmp_path):
	return batch(tmp_path / "files", sizes=(40_000,))


class SlowWrite(SandboxFiles):
	def open(self, path, flags, attr):
		opened = SandboxFiles.open(self, path, flags, attr)
		if isinstance(opened, SandboxHandle):
			opened.__class__ = SlowHandle
		return opened


class SlowHandle(SandboxHandle):
	def write(self, offset, data):
		time.sleep(PATIENCE)
		return SandboxHandle.write(self, offset, data)


class SlowList(SandboxFiles):
	def list_folder(self, path):
		time.sleep(PATIENCE)
		return SandboxFiles.list_folder(self, path)


@pytest.mark.parametrize("kind", [SlowWrite, SlowList])
def test_the_caller_hears_that_the_job_lives_while_one_step_takes_long(tmp_path, files, kind):
	beats, threads = [], set()

	def heartbeat():
		beats.append(time.monotonic())
		threads.add(threading.current_thread())

	with HabitServer(tmp_path / "server", kind) as server:
		journal = Journal(files)
		started = time.monotonic()
		deliver(to(server), files, journal.save, token="T-1", journal=journal.read, heartbeat=heartbeat)
		ended = time.monotonic()
		assert server.found == contents(files)
	moments = [started, *beats, ended]
	silences = [later - earlier for earlier, later in pairwise(moments)]
	assert max(silences) < PATIENCE, silences
	assert threads == {threading.current_thread()}


def test_a_heartbeat_that_raises_stops_the_transfer(tmp_path, files):
	class Taken(Exception):
		pass

	def heartbeat():
		raise Taken

	with HabitServer(tmp_path / "server", SlowWrite) as server:
		with pytest.raises(Taken):
			deliver(to(server), files, Journal(files).save, token="T-1", heartbeat=heartbeat)
		assert server.renamed == []
