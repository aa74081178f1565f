"""Names and answers of SFTP servers that are not UTF-8."""

import os

import paramiko
import pytest

pytest.importorskip("asyncssh", reason="the second SFTP server of these tests (asyncssh) is not installed")

from rts_factoring.core.delivery import deliver, fetch_file, list_folder
from rts_factoring.core.errors import DeliveryError
from rts_factoring.sandbox.server import SandboxFiles
from tests.support.asyncssh_server import AsyncServer
from tests.support.openssh_server import OpenSshServer, needs_sshd
from tests.support.sftp_servers import HabitServer, Journal, batch, contents, to

LATIN = "Liquidación año.xlsx"


@pytest.fixture
def files(tmp_path):
	return batch(tmp_path / "files", sizes=(20_000, 40_000))


def check(connection, folder, files) -> None:
	"""A Latin-1 name stops no delivery, is listed as a person reads it, and can be fetched."""
	foreign = os.fsencode(folder) + b"/" + LATIN.encode("latin-1")
	with open(foreign, "wb") as target:
		target.write(b"report")
	journal = Journal(files)
	deliver(connection, files, journal.save, token="T-1", journal=journal.read)
	assert journal.complete
	[found] = list_folder(connection, wanted=lambda file: file.name.endswith(".xlsx"))
	assert (found.name, found.size) == (LATIN, 6)
	assert fetch_file(connection, LATIN, connection.remote_folder) == b"report"
	os.unlink(foreign)
	assert {path.name: path.read_bytes() for path in folder.iterdir()} == contents(files)


@needs_sshd
def test_on_openssh(tmp_path, files):
	with OpenSshServer(tmp_path / "sshd") as sshd:
		check(
			to(sshd, password="", private_key=sshd.private_key, remote_folder=str(sshd.folder)),
			sshd.folder,
			files,
		)


def test_on_asyncssh(tmp_path, files):
	with AsyncServer(tmp_path / "server") as server:
		check(to(server), server.inbox, files)


def test_a_name_in_utf_8_is_fetched_as_it_is(tmp_path):
	with AsyncServer(tmp_path / "server") as server:
		(server.inbox / LATIN).write_bytes(b"report")
		assert [found.name for found in list_folder(to(server))] == [LATIN]
		assert fetch_file(to(server), LATIN, "inbox") == b"report"


def test_an_answer_in_latin_1_is_shown(tmp_path, files, monkeypatch):
	class Refuses(SandboxFiles):
		def open(self, path, flags, attr):
			return paramiko.SFTP_PERMISSION_DENIED

	meant = paramiko.SFTPServer._send_status

	def send(self, number, code, text=None):
		meant(self, number, code, b"Acc\xe8s refus\xe9" if code == paramiko.SFTP_PERMISSION_DENIED else text)

	monkeypatch.setattr(paramiko.SFTPServer, "_send_status", send)
	with (
		HabitServer(tmp_path / "server", Refuses) as server,
		pytest.raises(DeliveryError, match="Accès refusé"),
	):
		deliver(to(server), files, lambda *step: None, token="T-1")
