"""The habits of test_server_habits.py on servers that share no code with ours: asyncssh, and pyftpdlib for FTPS. And the job
is killed at the operations of those habits."""

import os
from pathlib import Path

import pytest

pytest.importorskip("asyncssh", reason="the second SFTP server of these tests (asyncssh) is not installed")
pytest.importorskip("pyftpdlib", reason="the FTP server of these tests (pyftpdlib) is not installed")

from rts_factoring.core.delivery import FileState, deliver
from rts_factoring.core.errors import DeliveryError
from tests.support.asyncssh_server import (
	AsyncServer,
	Encrypts,
	NoLeadingDot,
	OneHandle,
	OnlyDocuments,
	TruncatesOnly,
)
from tests.support.delivery_faults import FULL, attempts_until_done
from tests.support.delivery_jobs import FileJournal, start
from tests.support.ftp_connections import to_ftp
from tests.support.ftp_server import FtpServer
from tests.support.sftp_servers import batch, contents, to

HABITS = {
	"no leading dot": (NoLeadingDot, {}),
	"only documents": (OnlyDocuments, {"can_rename": False}),
	"truncates": (TruncatesOnly, {}),
	"truncates, no rename": (TruncatesOnly, {"can_rename": False}),
	"one open file": (OneHandle, {}),
	"encrypts": (Encrypts, {}),
}
KILLS_EACH = 0 if FULL else 4  # operations at which the job is killed; 0 is all


@pytest.fixture
def files(tmp_path):
	return batch(tmp_path / "files", sizes=(20_000, 40_000, 0))


@pytest.mark.parametrize("habit", HABITS)
def test_a_batch_arrives_whole_on_asyncssh(tmp_path, files, habit):
	kind, switches = HABITS[habit]
	with AsyncServer(tmp_path / "server", kind=kind) as server:
		assert attempts_until_done(to(server, **switches), files) == 1
		assert server.found == contents(files)


def test_without_the_switch_the_error_of_asyncssh_names_it(tmp_path, files):
	with AsyncServer(tmp_path / "server", kind=OnlyDocuments) as server:
		with pytest.raises(DeliveryError, match="Cannot Rename"):
			deliver(to(server), files, lambda *step: None, token="T-1")
		assert server.found == {}


@pytest.mark.parametrize("habit", HABITS)
def test_a_job_that_is_killed_at_an_operation_is_continued(tmp_path, files, habit):
	"""SIGKILL while the server does the operation; then another job, as a worker starts it."""
	kind, switches = HABITS[habit]
	with AsyncServer(tmp_path / "clean", kind=kind) as server:
		attempts_until_done(to(server, channels=1, **switches), files)
		operations = server.operations
	step = max(1, operations // KILLS_EACH) if KILLS_EACH else 1
	places = range(1 + len(habit) % step, operations + 1, step)
	killed = 0
	for operation in places:
		with AsyncServer(tmp_path / f"server-{operation}", kind=kind) as server:
			connection, journal = to(server, channels=1, **switches), tmp_path / f"journal-{operation}"
			killed += killed_at(server, operation, connection, files, journal)
			assert server.found == contents(files), f"killed at operation {operation}"
			assert set(FileJournal(journal).states().values()) == {FileState.DELIVERED}
	assert killed == len(places)


def killed_at(server: AsyncServer, operation: int, connection, files, journal: Path) -> bool:
	"""Whether the first job was killed; the others run to their end."""
	server.drop_at = operation
	for attempt in range(4):
		process = start(connection, files, journal)
		server.victim = process.pid if not attempt else 0
		process.join(60)
		if not attempt:
			died = process.exitcode == -9
		if process.exitcode == 0:
			return died
	raise AssertionError(f"never delivered; the last job ended with {process.exitcode}")


# FTPS -----------------------------------------------------------------------------------------------------------------


class FtpOnlyDocuments:
	def ftp_STOR(self, file, mode="w"):
		if not file.endswith((".pdf", ".csv")):
			self.respond("553 Only documents.")
			return None
		return super().ftp_STOR(file, mode)


class FtpNoLeadingDot:
	def ftp_STOR(self, file, mode="w"):
		if os.path.basename(file).startswith("."):
			self.respond("553 Hidden.")
			return None
		return super().ftp_STOR(file, mode)


class FtpEncrypts:
	"""Tells the sizes of what it stores. RETR gives what was sent."""

	def ftp_SIZE(self, path):
		if not os.path.isfile(path):
			return super().ftp_SIZE(path)
		size = os.path.getsize(path)
		self.respond(f"213 {64 + -(-size // 16) * 16}")
		return path


class FtpTruncates:
	"""Writes each file from its beginning."""

	def ftp_REST(self, line):
		self.respond("502 Command not implemented.")

	def ftp_APPE(self, file):
		self.respond("502 Command not implemented.")


FTP_HABITS = {
	"no leading dot": (FtpNoLeadingDot, {}),
	"only documents": (FtpOnlyDocuments, {"can_rename": False}),
	"truncates": (FtpTruncates, {}),
	"encrypts": (FtpEncrypts, {}),
}


def ftp_with(root: Path, habit: type) -> FtpServer:
	return FtpServer(root, habit=habit)


@pytest.mark.parametrize("habit", FTP_HABITS)
def test_a_batch_arrives_whole_on_pyftpdlib(tmp_path, files, habit):
	kind, switches = FTP_HABITS[habit]
	with ftp_with(tmp_path / "server", kind) as server:
		attempts_until_done(to_ftp(server, **switches), files)
		assert server.found == contents(files)


def test_without_the_switch_the_error_of_pyftpdlib_names_it(tmp_path, files):
	with ftp_with(tmp_path / "server", FtpOnlyDocuments) as server:
		with pytest.raises(DeliveryError, match="Cannot Rename"):
			deliver(to_ftp(server), files, lambda *step: None, token="T-1")
		assert server.found == {}
