"""Promise 2 on a server that shares no code with ours (asyncssh), and logins that ask for more than one thing."""

import random
from pathlib import Path

import paramiko
import pytest

pytest.importorskip("asyncssh", reason="the second SFTP server of these tests (asyncssh) is not installed")

from rts_factoring.core.delivery import FileState, deliver, fetch_file, list_folder, probe
from rts_factoring.core.errors import DeliveryError
from rts_factoring.sandbox.server import SandboxSession
from tests.support.asyncssh_server import AsyncServer
from tests.support.delivery_faults import KILLS, SCHEDULE, assert_kept, at_once, killed_until_done, until_done
from tests.support.openssh_server import make_key
from tests.support.sftp_servers import Journal, RecordingServer, batch, contents, to


@pytest.fixture
def files(tmp_path):
	return batch(tmp_path / "files")


@pytest.fixture
def server(tmp_path):
	with AsyncServer(tmp_path / "server") as running:
		yield running


def refusal(connection, files) -> DeliveryError:
	with pytest.raises(DeliveryError) as caught:
		deliver(connection, files, lambda *step: None, token="T-1")
	return caught.value


class TestAsyncssh:
	def test_a_batch_arrives_once_and_whole_and_the_schedule_last(self, server, files):
		journal, attempts = until_done(to(server), files)
		assert_kept(server, files)
		assert (journal.complete, attempts) == (True, 1)

	def test_a_second_run_without_a_journal_finds_its_own_files(self, server, files):
		until_done(to(server), files)
		until_done(to(server), files)
		assert_kept(server, files)

	def test_another_file_under_a_final_name_is_never_touched(self, server, files):
		(server.inbox / files[1].name).write_bytes(bytes(files[1].size))
		assert refusal(to(server), files).code == "foreign_file"
		assert server.found[files[1].name] == bytes(files[1].size)
		assert SCHEDULE not in server.found

	def test_a_wrong_host_key_stops_before_any_authentication(self, server, files):
		assert probe("127.0.0.1", server.port).sha256 == server.fingerprint
		assert refusal(to(server, host_key_sha256="SHA256:" + "A" * 43), files).code == "host_key_changed"
		assert (server.logins, server.found) == ([], {})

	def test_a_wrong_password_is_not_tried_again(self, server, files):
		assert refusal(to(server, password="wrong"), files).code == "login_refused"
		assert server.logins == ["rts"]

	def test_a_report_is_listed_and_fetched(self, server):
		(server.inbox / "purchase.xlsx").write_bytes(b"report" * 30_000)
		assert [(found.name, found.size) for found in list_folder(to(server))] == [("purchase.xlsx", 180_000)]
		assert fetch_file(to(server), "purchase.xlsx", "inbox") == b"report" * 30_000

	@pytest.mark.parametrize("channels", [1, 4])
	def test_the_line_drops_at_every_operation_in_turn(self, tmp_path, capsys, files, channels):
		with AsyncServer(tmp_path / "clean") as server:
			until_done(to(server, channels=channels), files)
			operations = server.operations
		dropped = 0
		for operation in range(1, operations + 1):
			with AsyncServer(tmp_path / f"server-{operation}") as server:
				server.drop_at = operation
				until_done(to(server, channels=channels), files)
				assert_kept(server, files)
				dropped += server.drops
		with capsys.disabled():
			print(
				f"\nasyncssh dropped each of {operations} operations over {channels} channels: {dropped} drops"
			)
		assert dropped >= operations - 4  # parallel channels make the number of operations vary a little

	def test_the_job_is_killed_at_random_moments(self, tmp_path, capsys, files):
		rng, kills, rounds, length = random.Random(20261103), 0, 0, 0.0
		while kills < KILLS // 4:
			with AsyncServer(tmp_path / f"server-{rounds}") as server:
				journal = tmp_path / f"journal-{rounds}"
				found, seconds = killed_until_done(to(server), files, journal, rng, length)
				assert_kept(server, files)
			kills, rounds, length = kills + found, rounds + 1, length or seconds
		with capsys.disabled():
			print(f"\nkilled {kills} times at random moments on asyncssh: {rounds} batches, all whole")

	def test_two_jobs_start_at_once(self, tmp_path, files):
		for number in range(5):
			with AsyncServer(tmp_path / f"server-{number}") as server:
				at_once(to(server), files, tmp_path / f"journal-{number}", shared=False)
				assert_kept(server, files)


class BothAsked(SandboxSession):
	"""A login by key that is only half a login: the password is asked for too."""

	def get_allowed_auths(self, username: str) -> str:
		return "password" if self.owner.keys_shown else "publickey"

	def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
		if key.get_base64() != self.owner.client_key:
			return paramiko.AUTH_FAILED
		self.owner.keys_shown += 1
		return paramiko.AUTH_PARTIALLY_SUCCESSFUL

	def check_auth_password(self, username: str, password: str) -> int:
		if not self.owner.keys_shown:
			return paramiko.AUTH_FAILED
		return SandboxSession.check_auth_password(self, username, password)


class TestKeyAndPassword:
	"""Where the server asks for both, both are sent; either alone opens nothing."""

	@pytest.fixture
	def key(self, tmp_path) -> Path:
		return make_key(tmp_path / "client_key", "gate five")

	@pytest.fixture
	def server(self, tmp_path, key, monkeypatch):
		monkeypatch.setattr("rts_factoring.sandbox.server.SandboxSession", BothAsked)
		with RecordingServer(tmp_path / "server") as running:
			running.client_key = Path(f"{key}.pub").read_text().split()[1]
			running.keys_shown = 0
			yield running

	def test_key_and_password_together_log_in(self, server, key, files):
		journal = Journal(files)
		both = to(server, private_key=key.read_text(), passphrase="gate five")
		deliver(both, files, journal.save, token="T-1")
		assert server.found == contents(files)
		assert set(journal.states.values()) == {FileState.DELIVERED}
		assert (server.keys_shown, server.auth_attempts) == (1, 1)

	def test_key_or_password_alone_does_not_log_in(self, server, key, files):
		only_key = to(server, private_key=key.read_text(), passphrase="gate five", password="")
		assert refusal(only_key, files).code == "login_refused"
		server.keys_shown = 0
		assert refusal(to(server), files).code == "login_refused"
		assert server.found == {}
