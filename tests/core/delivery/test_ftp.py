"""Promise 2 over FTP with explicit TLS, and plain FTP only where a person allowed it."""

import hashlib
import os
from pathlib import Path

import pytest

pytest.importorskip("pyftpdlib", reason="the FTP server of these tests (pyftpdlib) is not installed")

from rts_factoring.core.delivery import FileState, deliver, fetch_file, list_folder
from rts_factoring.core.delivery.ftp import FtpTls
from rts_factoring.core.errors import DeliveryError
from tests.support.delivery_faults import at_once, attempts_until_done
from tests.support.delivery_jobs import FileJournal, start
from tests.support.ftp_connections import to_ftp
from tests.support.ftp_server import FtpServer, make_certificate
from tests.support.sftp_servers import batch, contents

SCHEDULE = "104233_A1_20261103.csv"


@pytest.fixture
def files(tmp_path):
	return batch(tmp_path / "files", sizes=(50_000, 150_000, 0))


@pytest.fixture
def server(tmp_path):
	with FtpServer(tmp_path / "server") as running:
		yield running


def refusal(connection, files) -> DeliveryError:
	with pytest.raises(DeliveryError) as caught:
		deliver(connection, files, lambda *step: None, token="T-1")
	return caught.value


def test_a_batch_arrives_once_and_whole_and_the_schedule_last(server, files):
	assert attempts_until_done(to_ftp(server), files) == 1
	assert server.found == contents(files)
	assert sorted(server.renamed) == sorted(file.name for file in files)
	assert server.renamed[-1] == SCHEDULE


def test_every_data_connection_resumes_the_tls_session(server, monkeypatch):
	resumed = []
	open_data = FtpTls.ntransfercmd

	def spy(self, cmd, rest=None):
		conn, size = open_data(self, cmd, rest)
		resumed.append(conn.session_reused)
		return conn, size

	monkeypatch.setattr(FtpTls, "ntransfercmd", spy)
	list_folder(to_ftp(server))
	assert resumed == [True]


def test_a_certificate_nobody_vouches_for_gets_no_credential(server, files):
	error = refusal(to_ftp(server, ca_certificate=""), files)
	assert (error.code, error.retry) == ("certificate_refused", False)
	assert "USER" not in server.commands


def test_a_certificate_for_another_host_gets_no_credential(tmp_path, server, files):
	other = make_certificate(tmp_path / "other.pem", "elsewhere.example")
	assert refusal(to_ftp(server, ca_certificate=other), files).code == "certificate_refused"
	assert "USER" not in server.commands


def test_a_server_without_tls_gets_no_credential(tmp_path, files):
	with FtpServer(tmp_path / "server", tls=False) as server:
		error = refusal(to_ftp(server), files)
		assert (error.code, error.retry) == ("no_tls", False)
		assert "USER" not in server.commands


def test_plain_ftp_works_only_with_the_insecure_flag(tmp_path, files):
	with FtpServer(tmp_path / "server", tls=False) as server:
		assert refusal(to_ftp(server, protocol="ftp"), files).code == "insecure_ftp"
		assert server.commands == []
		attempts_until_done(to_ftp(server, protocol="ftp", insecure=True), files)
		assert server.found == contents(files)


def test_a_wrong_password_is_not_tried_again_and_not_shown(server, files):
	error = refusal(to_ftp(server, password="s3cret-word"), files)
	assert (error.code, error.retry) == ("login_refused", False)
	assert "s3cret" not in f"{error} {error.as_dict()} {error.__cause__!r}"


def test_another_file_under_a_final_name_is_never_touched(server, files):
	(server.folder / files[1].name).write_bytes(bytes(files[1].size))
	assert refusal(to_ftp(server), files).code == "foreign_file"
	assert server.found[files[1].name] == bytes(files[1].size)
	assert SCHEDULE not in server.found


def test_a_second_run_without_a_journal_finds_its_own_files(server, files):
	attempts_until_done(to_ftp(server), files)
	before = list(server.renamed)
	attempts_until_done(to_ftp(server), files)
	assert server.renamed == before


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("can_rename", [True, False], ids=["rename", "no_rename"])
def test_the_line_drops_at_every_command_in_turn(tmp_path, after, can_rename):
	files = batch(tmp_path / "files", sizes=(70_000,))
	with FtpServer(tmp_path / "clean") as server:
		attempts_until_done(to_ftp(server, can_rename=can_rename), files)
		commands = len(server.commands)
	for command in range(1, commands + 1):
		with FtpServer(tmp_path / f"server-{command}") as server:
			server.drop_at, server.after = command, after
			attempts_until_done(to_ftp(server, can_rename=can_rename), files)
			assert server.drops == 1
			assert server.found == contents(files), f"dropped at {server.commands[command - 1]}"
			if can_rename:
				assert sorted(server.renamed) == sorted(file.name for file in files)
				assert server.renamed[-1] == SCHEDULE


def test_two_jobs_start_at_once(tmp_path, files):
	for number in range(5):
		with FtpServer(tmp_path / f"server-{number}") as server:
			at_once(to_ftp(server), files, tmp_path / f"journal-{number}", shared=True)
			assert server.found == contents(files)


def test_a_killed_job_is_continued(tmp_path, server, files):
	class Killed(Exception):
		pass

	def save(name, state, size):
		FileJournal(tmp_path / "journal").save(name, state, size)
		if (name, state) == (files[1].name, FileState.UPLOADED):
			raise Killed

	with pytest.raises(Killed):
		deliver(to_ftp(server), files, save, token="T-1")
	process = start(to_ftp(server), files, tmp_path / "journal")
	process.join(30)
	assert process.exitcode == 0
	assert server.found == contents(files)
	assert sorted(server.renamed) == sorted(file.name for file in files)


@pytest.mark.parametrize("hidden", ["SIZE", "MLSD"])
def test_a_server_that_knows_fewer_commands_is_served_too(tmp_path, files, hidden):
	def unknown(self, *arguments):
		self.respond("502 Command not implemented.")

	with FtpServer(tmp_path / "server", features={f"ftp_{hidden}": unknown}) as server:
		attempts_until_done(to_ftp(server), files)
		attempts_until_done(to_ftp(server), files)
		assert server.found == contents(files)
		assert sorted(server.renamed) == sorted(file.name for file in files)


def test_the_hash_of_the_server_catches_what_its_size_does_not(tmp_path, files):
	def wrong(self, path):
		self.respond("250 " + hashlib.sha256(b"another").hexdigest())

	def damaged(self, path):
		"""Says what it holds, which is not what it was sent."""
		held = Path(path).read_bytes()
		Path(path).write_bytes(held[::-1])
		self.respond("250 " + hashlib.sha256(held[::-1]).hexdigest())

	for answer, expected in ((wrong, None), (damaged, "damaged")):
		with FtpServer(tmp_path / answer.__name__, features=with_hash(answer)) as server:
			if expected:
				assert refusal(to_ftp(server), files).code == expected
				assert SCHEDULE not in server.found
			else:  # a server that hashes wrongly is believed when reading back agrees
				attempts_until_done(to_ftp(server), files)
				assert server.found == contents(files)
			assert "XSHA256" in server.commands


def with_hash(answer) -> dict:
	from pyftpdlib.handlers import TLS_FTPHandler

	def on_connect(self):
		self._extra_feats.append("XSHA256")

	command = {"perm": "r", "auth": True, "arg": True, "help": "hash"}
	commands = {**TLS_FTPHandler.proto_cmds, "XSHA256": command}
	return {"ftp_XSHA256": answer, "on_connect": on_connect, "proto_cmds": commands}


def test_a_report_is_listed_and_fetched(server):
	(server.root / "outbox").mkdir()
	(server.root / "outbox" / "purchase.xlsx").write_bytes(b"report")
	assert [(found.name, found.size) for found in list_folder(to_ftp(server), "outbox")] == [
		("purchase.xlsx", 6)
	]
	assert fetch_file(to_ftp(server), "purchase.xlsx", "outbox") == b"report"


def test_size_and_time_are_asked_for_where_the_listing_does_not_tell(tmp_path):
	from pyftpdlib.handlers import TLS_FTPHandler

	def found(hidden: tuple[str, ...]):
		known = {name: what for name, what in TLS_FTPHandler.proto_cmds.items() if name not in hidden}
		features = {"proto_cmds": known}
		with FtpServer(tmp_path / "-".join(("server", *hidden)), features=features) as server:
			for name in ("purchase.xlsx", "readme.txt"):
				(server.folder / name).write_bytes(b"report")
				os.utime(server.folder / name, (1_793_000_000, 1_793_000_000))
			files = list_folder(to_ftp(server), "inbox", lambda file: file.name.endswith(".xlsx"))
			assert [file.name for file in files] == ["purchase.xlsx"]
			return files[0].size, files[0].modified

	plain = ("MLST", "MLSD")
	assert found(()) == found(plain) == (6, 1_793_000_000.0)
	assert found((*plain, "MDTM")) == (6, None)
	assert found((*plain, "MDTM", "SIZE")) == (None, None)


def test_a_folder_that_is_not_there_is_said_so(server, files):
	error = refusal(to_ftp(server, remote_folder="nowhere"), files)
	assert (error.code, error.retry) == ("folder_missing", False)
