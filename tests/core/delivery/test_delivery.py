"""Promise 2 on servers that behave: every file once, whole, under its final name, packets before schedule."""

import hashlib
import threading
from dataclasses import replace

import paramiko
import pytest

from rts_factoring.core.delivery import Connection, FileState, deliver, fetch_file, list_folder, probe
from rts_factoring.core.errors import DeliveryError
from tests.support.openssh_server import OpenSshServer, fingerprint_of, make_key, needs_sshd
from tests.support.sftp_servers import (
	FaultyServer,
	HabitServer,
	Journal,
	OverwritingRename,
	RecordingServer,
	batch,
	contents,
	to,
)


@pytest.fixture
def server(tmp_path):
	with RecordingServer(tmp_path / "server") as running:
		yield running


@pytest.fixture
def files(tmp_path):
	return batch(tmp_path / "files")


def run(connection, files, token="T-1"):
	journal = Journal(files)
	summary = deliver(connection, journal.outgoing, journal.save, token=token, journal=journal.read)
	return journal, summary


def refusal(connection, files, token="T-1") -> DeliveryError:
	with pytest.raises(DeliveryError) as caught:
		run(connection, files, token)
	return caught.value


def test_every_file_arrives_once_and_whole_and_the_schedule_last(server, files):
	journal, summary = run(to(server), files)
	assert server.found == contents(files)
	assert sorted(server.renamed) == sorted(file.name for file in files)
	assert server.renamed[-1] == "104233_A1_20261103.csv"
	assert journal.complete
	assert (summary.files, summary.bytes) == (5, sum(file.size for file in files))


def test_a_state_is_saved_before_the_step_that_follows_it(server, files):
	at_save = {}

	def save(name, state, size):
		at_save[name, state] = (server.inbox / name).exists()

	deliver(to(server), files, save, token="T-1")
	for file in files:
		assert at_save[file.name, FileState.UPLOADED] is False
		assert at_save[file.name, FileState.DELIVERED] is True


def test_the_journal_is_kept_in_the_callers_thread(server, files):
	threads = set()
	deliver(
		to(server),
		files,
		lambda *step: threads.add(threading.current_thread()),
		token="T-1",
		journal=lambda name: threads.add(threading.current_thread()) or FileState.PENDING,
	)
	assert threads == {threading.current_thread()}


def test_a_delivery_that_is_complete_sends_nothing_and_does_not_even_connect(server, files):
	done = [replace(file, state=FileState.DELIVERED) for file in files]
	assert deliver(to(server), done, print, token="T-1").files == 0
	assert server.auth_attempts == 0


def test_a_second_run_without_a_journal_finds_its_own_files_and_sends_none(server, files):
	run(to(server), files)
	before = list(server.renamed)
	journal, _ = run(to(server), files)
	assert journal.complete
	assert server.renamed == before


def test_another_file_under_a_final_name_is_never_touched_and_stops_the_batch(server, files):
	(server.inbox / files[1].name).write_bytes(b"somebody else's")
	error = refusal(to(server), files)
	assert (error.code, error.retry) == ("foreign_file", False)
	assert files[1].name in error.message
	assert server.found[files[1].name] == b"somebody else's"
	assert "104233_A1_20261103.csv" not in server.found


def test_another_file_of_the_same_size_is_told_apart_by_its_content(server, files):
	(server.inbox / files[0].name).write_bytes(bytes(files[0].size))
	assert refusal(to(server), files).code == "foreign_file"
	assert server.found[files[0].name] == bytes(files[0].size)


def test_a_foreign_file_that_comes_while_we_upload_survives_even_a_server_that_overwrites(tmp_path, files):
	with HabitServer(tmp_path / "server", OverwritingRename) as server:
		intruder = server.inbox / files[3].name

		def save(name, state, size):
			if name == files[2].name and state is FileState.UPLOADED:
				intruder.write_bytes(b"somebody else's")

		with pytest.raises(DeliveryError) as caught:
			deliver(to(server, channels=1), files, save, token="T-1")
		assert caught.value.code == "foreign_file"
		assert intruder.read_bytes() == b"somebody else's"
		assert [name for name in server.found if name.startswith(".")] == []


def test_a_crash_between_rename_and_its_record_is_recognised_as_delivered(server, files):
	(server.inbox / files[0].name).write_bytes(files[0].path.read_bytes())
	journal, _ = run(to(server), [replace(files[0], state=FileState.UPLOADED), *files[1:]])
	assert journal.complete
	assert files[0].name not in server.renamed


def test_an_uploaded_file_that_is_nowhere_is_not_sent_again_without_asking(server, files):
	error = refusal(to(server), [replace(files[0], state=FileState.UPLOADED), *files[1:]])
	assert (error.code, error.retry) == ("vanished", False)
	assert files[0].name not in server.found


def test_an_uploaded_file_that_was_damaged_since_is_sent_again(server, files):
	class Stop(Exception):
		pass

	def save(name, state, size):
		if state is FileState.UPLOADED:
			raise Stop

	with pytest.raises(Stop):
		deliver(to(server, channels=1), files, save, token="T-1")
	[(name, content)] = server.found.items()
	(server.inbox / name).write_bytes(content[:-1])
	run(to(server), [replace(files[0], state=FileState.UPLOADED), *files[1:]])
	assert server.found == contents(files)


def test_a_packet_that_changed_since_submit_is_not_sent(server, files):
	files[2].path.write_bytes(b"x" * files[2].size)
	error = refusal(to(server), files)
	assert (error.code, error.retry) == ("packet_changed", False)
	assert not {files[2].name, "104233_A1_20261103.csv"} & set(server.found)


def test_a_packet_that_is_gone_is_named(server, files):
	files[2].path.unlink()
	error = refusal(to(server), files)
	assert (error.code, error.retry) == ("packet_missing", False)
	assert files[2].name in error.message


def test_what_a_dead_job_left_is_removed_and_other_batches_are_left_alone(tmp_path, files):
	with FaultyServer(tmp_path / "server") as server:
		server.arm(at_byte=1)
		with pytest.raises(DeliveryError):
			run(to(server, channels=1), files, token="other batch")
		[others] = server.found
		server.arm()
		run(to(server), files)
		ours = next(path for what, path in server.events if what == "created" and others not in path)
		(server.root / ours).write_bytes(b"of a job that was killed after a faster one had delivered")
		delivered = [replace(file, state=FileState.DELIVERED) for file in files]
		deliver(to(server), [*delivered[:-1], files[-1]], lambda *step: None, token="T-1")
		assert set(server.found) == {others, *contents(files)}


@pytest.mark.parametrize("name", ["../AF-1.pdf", "a/b.pdf", "..", ".hidden", "AF\n1.pdf", "", "C:\\x.pdf"])
def test_a_name_that_is_more_than_a_name_is_refused(server, files, name):
	assert refusal(to(server), [replace(files[0], name=name)]).code == "bad_file_name"
	assert server.auth_attempts == 0


def test_an_error_of_the_journal_stops_the_delivery_and_reaches_the_caller(server, files):
	def save(name, state, size):
		raise RuntimeError("database gone")

	with pytest.raises(RuntimeError, match="database gone"):
		deliver(to(server), files, save, token="T-1")
	assert server.renamed == []


def test_a_missing_folder_is_said_so(server, files):
	error = refusal(to(server, remote_folder="nowhere"), files)
	assert (error.code, error.retry) == ("folder_missing", False)
	assert "nowhere" in error.message


def test_a_listing_that_fails_because_a_file_went_meanwhile_is_asked_again(tmp_path, files):
	class Startled(OverwritingRename):
		def list_folder(self, path):
			self.owner.listed = getattr(self.owner, "listed", 0) + 1
			return paramiko.SFTP_NO_SUCH_FILE if self.owner.listed % 2 else super().list_folder(path)

	with HabitServer(tmp_path / "server", Startled) as server:
		journal, _ = run(to(server), files)
		assert journal.complete
		assert server.found == contents(files)


def test_a_line_that_drops_while_tidying_up_fails_no_delivery_that_is_complete(tmp_path, files):
	with FaultyServer(tmp_path / "clean") as server:
		run(to(server, channels=1), files)
		operations = server.operations
	with FaultyServer(tmp_path / "server") as server:
		server.arm(operation=operations)
		journal, _ = run(to(server, channels=1), files)
		assert (journal.complete, server.drops) == (True, 1)
		assert server.found == contents(files)


class TestTrust:
	def test_probe_shows_the_key_as_ssh_keygen_does_and_logs_nobody_in(self, server):
		assert probe("127.0.0.1", server.port).sha256 == server.fingerprint
		assert server.auth_attempts == 0

	def test_a_wrong_host_key_stops_before_any_authentication(self, server, files):
		error = refusal(to(server, host_key_sha256="SHA256:" + "A" * 43), files)
		assert (error.code, error.retry) == ("host_key_changed", False)
		assert server.fingerprint in error.message
		assert server.auth_attempts == 0
		assert server.found == {}

	def test_without_a_confirmed_key_nothing_is_sent(self, server, files):
		assert refusal(to(server, host_key_sha256=""), files).code == "host_key_unconfirmed"
		assert server.auth_attempts == 0

	def test_a_refused_login_is_not_tried_again(self, server, files):
		error = refusal(to(server, password="wrong"), files)
		assert (error.code, error.retry) == ("login_refused", False)
		assert server.auth_attempts == 1

	def test_no_secret_is_in_the_text_of_a_connection(self, server, files):
		connection = to(server, password="s3cret-word", passphrase="s3cret-phrase", private_key="s3cret-key")
		said = [repr(connection), str(connection)]
		for attempt in (connection, replace(connection, private_key="")):
			error = refusal(attempt, files)
			said += [str(error), repr(error.as_dict()), repr(error.__cause__)]
		assert "s3cret" not in " ".join(said)

	def test_a_server_that_repeats_the_password_is_not_quoted(self, server):
		connection = to(server, password="s3cret-word")
		assert "s3cret" not in connection.scrub("530 PASS s3cret-word refused")

	def test_a_missing_host_is_named_as_a_setting_to_make(self, files):
		assert refusal(Connection(host="", username="rts"), files).code == "no_host"

	def test_plain_ftp_needs_the_insecure_flag(self, files):
		assert (
			refusal(Connection(host="127.0.0.1", username="rts", protocol="ftp"), files).code
			== "insecure_ftp"
		)


class TestTimeouts:
	def test_a_server_that_never_speaks_is_given_up(self, files):
		import socket

		with socket.create_server(("127.0.0.1", 0)) as silent:
			connection = Connection(
				host="127.0.0.1",
				port=silent.getsockname()[1],
				username="rts",
				host_key_sha256="SHA256:x",
				banner_timeout=0.3,
				connect_timeout=0.3,
			)
			error = refusal(connection, files)
		assert error.retry

	def test_a_server_that_falls_silent_in_the_middle_is_given_up(self, tmp_path, files):
		released = threading.Event()

		class Silent(OverwritingRename):
			def rename(self, oldpath, newpath):
				released.wait(20)
				return paramiko.SFTP_FAILURE

		with HabitServer(tmp_path / "server", Silent) as server:
			try:
				error = refusal(to(server, operation_timeout=0.5), files)
			finally:
				released.set()
		assert (error.code, error.retry) == ("timeout", True)

	def test_nobody_listening_is_tried_again(self, files):
		connection = Connection(host="127.0.0.1", port=1, username="rts", host_key_sha256="SHA256:x")
		error = refusal(connection, files)
		assert (error.code, error.retry) == ("unreachable", True)


class TestChannels:
	def test_several_channels_share_one_connection_and_one_login(self, server, files):
		_, summary = run(to(server, channels=4), files)
		assert summary.channels == 4
		assert server.auth_attempts == 1

	def test_a_server_that_grants_fewer_gets_fewer(self, tmp_path, files):
		with RecordingServer(tmp_path / "server", max_channels=2) as server:
			_, summary = run(to(server, channels=8), files)
			assert summary.channels == 2
			assert server.found == contents(files)

	def test_a_server_that_hangs_up_on_the_second_channel_is_served_over_one(self, tmp_path, files):
		class HangsUp(RecordingServer):
			def files(self, session):
				self.opened = getattr(self, "opened", 0) + 1
				if self.opened == 2:
					session.transport.close()
				return super().files(session)

		with HangsUp(tmp_path / "server") as server:
			_, summary = run(to(server, channels=4), files)
			assert summary.channels == 1
			assert server.found == contents(files)


class TestFolders:
	def test_a_folder_lists_names_and_sizes(self, server, files):
		run(to(server), files)
		listed = {found.name: found.size for found in list_folder(to(server))}
		assert listed == {file.name: file.size for file in files}

	def test_a_report_is_fetched_whole(self, server):
		content = bytes(range(256)) * 1000
		(server.outbox / "purchase.xlsx").write_bytes(content)
		assert fetch_file(to(server), "purchase.xlsx", "outbox") == content

	def test_a_report_above_the_limit_is_refused(self, server):
		(server.outbox / "purchase.xlsx").write_bytes(bytes(1000))
		with pytest.raises(DeliveryError) as caught:
			fetch_file(to(server), "purchase.xlsx", "outbox", limit=999)
		assert caught.value.code == "too_big"


@needs_sshd
class TestOpenSsh:
	def test_openssh_takes_a_whole_batch(self, tmp_path, files):
		with OpenSshServer(tmp_path / "sshd") as sshd:
			_, summary = run(over_key(sshd), files)
			assert {path.name: path.read_bytes() for path in sshd.folder.iterdir()} == contents(files)
			last = max(sshd.folder.iterdir(), key=lambda path: path.stat().st_ctime_ns)
			assert last.name == "104233_A1_20261103.csv"
			assert summary.channels == 4

	def test_a_key_with_a_passphrase_logs_in(self, tmp_path, files):
		with OpenSshServer(tmp_path / "sshd", passphrase="gate five") as sshd:
			assert refusal(over_key(sshd), files).code == "bad_private_key"
			run(replace(over_key(sshd), passphrase="gate five"), files)
			assert len(list(sshd.folder.iterdir())) == 5

	@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "ed25519"])
	def test_any_host_key_of_the_server_may_be_the_pinned_one(self, tmp_path, files, kind):
		extra = {name: make_key(tmp_path / name, kind=name) for name in ("rsa", "ecdsa", "ed25519")}
		with OpenSshServer(
			tmp_path / "sshd", HostKey=f"{extra['rsa']}\nHostKey {extra['ecdsa']}\nHostKey {extra['ed25519']}"
		) as sshd:
			run(replace(over_key(sshd), host_key_sha256=fingerprint_of(extra[kind])), files)
			assert len(list(sshd.folder.iterdir())) == 5

	def test_probe_and_a_wrong_key_leave_no_login_in_the_servers_log(self, tmp_path, files):
		with OpenSshServer(tmp_path / "sshd") as sshd:
			assert probe("127.0.0.1", sshd.port).sha256 == sshd.fingerprint
			error = refusal(replace(over_key(sshd), host_key_sha256="SHA256:" + "A" * 43), files)
			assert error.code == "host_key_changed"
			assert "Accepted" not in sshd.log
			assert sshd.username not in sshd.log.replace(str(sshd.work), "")

	def test_the_servers_rename_never_replaces_a_foreign_file(self, tmp_path, files):
		with OpenSshServer(tmp_path / "sshd") as sshd:
			(sshd.folder / files[1].name).write_bytes(b"somebody else's")
			assert refusal(over_key(sshd), files).code == "foreign_file"
			assert (sshd.folder / files[1].name).read_bytes() == b"somebody else's"

	def test_a_folder_without_the_right_to_write_is_said_so(self, tmp_path, files):
		with OpenSshServer(tmp_path / "sshd", ForceCommand="internal-sftp -R") as sshd:
			error = refusal(replace(over_key(sshd), remote_folder=str(sshd.folder)), files)
			assert error.code == "refused"


def over_key(sshd: OpenSshServer) -> Connection:
	return Connection(
		host="127.0.0.1",
		port=sshd.port,
		username=sshd.username,
		private_key=sshd.private_key,
		host_key_sha256=sshd.fingerprint,
	)


def test_the_hash_of_the_server_catches_what_its_size_does_not(tmp_path, files):
	class Flips(OverwritingRename):
		"""Keeps another byte than it was sent, and tells the truth when asked for the hash."""

		def open(self, path, flags, attr):
			opened = super().open(path, flags, attr)
			if "AF-10003" in path and not isinstance(opened, int) and flags & 1:
				write = opened.write
				opened.write = lambda offset, data: write(offset, bytes([data[0] ^ 1]) + data[1:])
			return opened

	with HabitServer(tmp_path / "server", Flips) as server:
		error = refusal(to(server), files)
		assert (error.code, error.retry) == ("damaged", True)
		assert files[2].name not in server.found


def test_a_write_the_server_refuses_is_noticed_even_when_the_size_comes_out_right(
	tmp_path, files, monkeypatch
):
	from rts_factoring.sandbox.server import SandboxSubsystem

	class FailsOnce(OverwritingRename):
		def open(self, path, flags, attr):
			opened = super().open(path, flags, attr)
			if "AF-10004" in path and flags & 1:
				write = opened.write
				opened.write = lambda at, data: paramiko.SFTP_FAILURE if at == 64_000 else write(at, data)
			return opened

	monkeypatch.setattr(
		SandboxSubsystem, "_check_file", lambda self, number, message: self._send_status(number, 8)
	)
	with HabitServer(tmp_path / "server", FailsOnce) as server:
		error = refusal(to(server), files)
		assert (error.code, error.retry) == ("refused", True)
		assert not {files[3].name, "104233_A1_20261103.csv"} & set(server.found)


def test_a_server_that_hashes_wrongly_is_believed_when_reading_back_agrees(tmp_path, files, monkeypatch):
	from rts_factoring.sandbox import server as sandbox

	monkeypatch.setattr(sandbox.hashlib, "new", lambda name: hashlib.sha256(b"salt"))
	with RecordingServer(tmp_path / "server") as server:
		run(to(server), files)
		assert server.found == contents(files)
