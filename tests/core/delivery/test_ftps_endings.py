"""FTPS servers that end a data connection without a word of TLS, as IIS does, and names that are not UTF-8."""

import os
import socket
import struct

import pytest

pytest.importorskip("pyftpdlib", reason="the FTP server of these tests (pyftpdlib) is not installed")

from pyftpdlib.handlers import DTPHandler, TLS_DTPHandler, TLS_FTPHandler

from rts_factoring.core.delivery import deliver, fetch_file, list_folder
from rts_factoring.core.errors import DeliveryError
from tests.support.delivery_faults import attempts_until_done
from tests.support.ftp_connections import to_ftp
from tests.support.ftp_server import FtpServer
from tests.support.sftp_servers import batch, contents

LATIN = "Liquidación año.xlsx"


class EndsByFin(TLS_DTPHandler):
	def _do_ssl_shutdown(self):
		DTPHandler.close(self)


class EndsByReset(TLS_DTPHandler):
	def _do_ssl_shutdown(self):
		self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
		DTPHandler.close(self)


class EndsBySilence(TLS_DTPHandler):
	"""Of what it received; what it sends has no other end than the connection's."""

	def _do_ssl_shutdown(self):
		if self.receive:
			os.dup(self.socket.fileno())  # so nothing tells the client that the server is done with it
		DTPHandler.close(self)


@pytest.fixture
def files(tmp_path):
	return batch(tmp_path / "files", sizes=(50_000, 3_000_000, 0))


@pytest.mark.parametrize("ending", [EndsByFin, EndsByReset, EndsBySilence])
def test_a_batch_is_delivered_in_one_attempt_and_leaves_no_part(tmp_path, files, ending):
	with FtpServer(tmp_path / "server", features={"dtp_handler": ending}) as server:
		assert attempts_until_done(to_ftp(server, operation_timeout=5), files) == 1
		assert server.found == contents(files)
		assert server.commands.count("STOR") == len(files)


def test_folders_and_reports_are_read_whole(tmp_path):
	report = os.urandom(1_000_000)
	with FtpServer(tmp_path / "server", features={"dtp_handler": EndsByFin}) as server:
		(server.folder / "purchase.xlsx").write_bytes(report)
		assert [file.name for file in list_folder(to_ftp(server))] == ["purchase.xlsx"]
		assert fetch_file(to_ftp(server), "purchase.xlsx", "inbox") == report


def test_a_listing_that_ends_by_a_reset_is_not_taken_for_whole(tmp_path):
	with FtpServer(tmp_path / "server", features={"dtp_handler": EndsByReset}) as server:
		with pytest.raises(DeliveryError) as caught:
			list_folder(to_ftp(server))
		assert (caught.value.code, caught.value.retry) == ("refused", True)


def test_a_report_that_is_cut_short_is_not_taken_for_whole(tmp_path):
	class Cut(EndsByFin):
		def send(self, data):
			if self.cmd == "RETR":
				if not super().send(bytes(data)[:1000]):
					return 0  # TLS is still busy with its handshake: asked again
				self.transfer_finished = True
				self._resp = ("226 Transfer complete.", self.log)
				self._do_ssl_shutdown()
				return len(data)
			return super().send(data)

	with FtpServer(tmp_path / "server", features={"dtp_handler": Cut}) as server:
		(server.folder / "purchase.xlsx").write_bytes(bytes(5000))
		with pytest.raises(DeliveryError) as caught:
			fetch_file(to_ftp(server), "purchase.xlsx", "inbox")
		assert (caught.value.code, caught.value.retry) == ("connection_lost", True)


class TestServerThatWritesLatin1:
	"""As many on Windows do, whatever the client says."""

	@pytest.fixture(params=["MLSD", "NLST"])
	def server(self, tmp_path, request):
		hidden = () if request.param == "MLSD" else ("MLST", "MLSD")
		known = {name: what for name, what in TLS_FTPHandler.proto_cmds.items() if name not in hidden}
		with FtpServer(tmp_path / "server", features={"proto_cmds": known, "encoding": "latin-1"}) as running:
			(running.folder / LATIN).write_bytes(b"report")
			yield running

	def test_its_files_stop_no_delivery(self, server, files):
		assert attempts_until_done(to_ftp(server), files) == 1
		assert server.found == {**contents(files), LATIN: b"report"}

	def test_a_report_with_such_a_name_is_listed_and_fetched(self, server):
		[found] = list_folder(to_ftp(server), "inbox", lambda file: file.name.endswith(".xlsx"))
		assert (found.name, found.size) == (LATIN, 6)
		assert found.modified
		assert fetch_file(to_ftp(server), LATIN, "inbox") == b"report"


def test_answers_in_latin_1_are_shown(tmp_path, files):
	def refused(self, *arguments):
		self.respond("553 Accès refusé.")

	with FtpServer(tmp_path / "server", features={"encoding": "latin-1", "ftp_STOR": refused}) as server:
		with pytest.raises(DeliveryError) as caught:
			deliver(to_ftp(server), files, lambda *step: None, token="T-1")
		assert "Acc\ufffds refus\ufffd" in caught.value.message
