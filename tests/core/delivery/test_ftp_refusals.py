"""FTP servers that say no: each answer is told as it is, and none lets a file pass for delivered."""

import pytest

pytest.importorskip("pyftpdlib", reason="the FTP server of these tests (pyftpdlib) is not installed")

from pyftpdlib.handlers import DTPHandler, TLS_DTPHandler
from pyftpdlib.log import logger

from rts_factoring.core.delivery import FileState, deliver
from rts_factoring.core.errors import DeliveryError
from tests.support.delivery_faults import attempts_until_done
from tests.support.ftp_connections import to_ftp
from tests.support.ftp_server import FtpServer
from tests.support.sftp_servers import Journal, batch, contents

SPACE = 300_000  # bytes that a full server still takes of a file


@pytest.fixture
def files(tmp_path):
	return batch(tmp_path / "files", sizes=(50_000, 150_000))


def refusal(connection, files, **options) -> DeliveryError:
	with pytest.raises(DeliveryError) as caught:
		deliver(connection, files, options.pop("save", lambda *step: None), token="T-1", **options)
	return caught.value


def answering(answer: str, *commands: str) -> type:
	"""A server that gives this answer to these commands."""

	def refuse(self, *arguments):
		self.respond(answer)

	return type("Refuses", (), {f"ftp_{command}": refuse for command in commands})


@pytest.mark.parametrize(
	"answer",
	[
		"550 There is not enough space on the disk.",
		"550 Not enough privileges.",
		"550 Operation not permitted",
		"550 Upload refused",
		"450 The file is busy.",
		"452 Insufficient storage space.",
		"552 Exceeded storage allocation.",
	],
)
def test_a_file_that_is_not_taken_is_told_with_the_servers_answer_and_tried_again(tmp_path, files, answer):
	with FtpServer(tmp_path / "server", habit=answering(answer, "STOR")) as server:
		error = refusal(to_ftp(server), files)
		assert (error.code, error.retry) == ("refused", True)
		assert answer in str(error)
		assert server.found == {}


@pytest.mark.parametrize("answer", ["550 No such file or directory.", "550 The system cannot find the path"])
def test_a_folder_that_is_missing_where_names_are_listed_without_a_word_is_said_so(tmp_path, files, answer):
	habit = type("Lists", (answering("502 Unknown.", "MLSD"), answering(answer, "STOR", "NLST")), {})
	with FtpServer(tmp_path / "server", habit=habit) as server:
		error = refusal(to_ftp(server), files)
		assert (error.key, error.retry) == ("folder_missing.send", False)


@pytest.mark.parametrize("tls", [True, False], ids=["ftps", "ftp"])
@pytest.mark.parametrize("answer", ["552 Quota exceeded.", "451 Failure writing to local file."])
def test_a_transfer_that_is_cut_off_is_told_with_the_servers_answer(tmp_path, tls, answer):
	class Full(TLS_DTPHandler if tls else DTPHandler):
		def handle_read_event(self):
			super().handle_read()
			if self.tot_bytes_received > SPACE:
				self._resp = (answer, logger.debug)
				self.close()

	files = batch(tmp_path / "files", sizes=(20_000_000,))
	protocol = {} if tls else {"protocol": "ftp", "insecure": True}
	with FtpServer(tmp_path / "server", tls=tls, features={"dtp_handler": Full}) as server:
		error = refusal(to_ftp(server, **protocol), files)
		assert (error.code, error.retry) == ("refused", True)
		assert answer in str(error)
		assert server.found == {}, "nothing is left behind on a server that is full"


@pytest.mark.parametrize("answer", ["550 Permission denied.", "550 Not enough privileges."])
class TestServerThatListsNothing:
	def server(self, tmp_path, answer) -> FtpServer:
		return FtpServer(tmp_path / "server", habit=answering(answer, "MLSD", "NLST", "LIST"))

	def test_a_batch_arrives_whole(self, tmp_path, files, answer):
		with self.server(tmp_path, answer) as server:
			assert attempts_until_done(to_ftp(server), files) == 1
			assert server.found == contents(files)

	def test_a_file_that_may_wait_for_its_final_name_does_not_pass_for_taken(self, tmp_path, files, answer):
		"""The job dies between upload and rename. Nobody can see the temporary file, and the factor takes what arrives."""

		class Killed(Exception):
			pass

		journal = Journal(files)

		def save(name, state, size):
			journal.save(name, state, size)
			if state is FileState.UPLOADED:
				raise Killed

		with self.server(tmp_path, answer) as server:
			(server.root / "drafts").mkdir()
			connection = to_ftp(server, factor_removes_files=True, temporary_folder="drafts")
			with pytest.raises(Killed):
				deliver(connection, files, save, token="T-1", journal=journal.read)
			error = refusal(connection, journal.outgoing, save=journal.save, journal=journal.read)
			assert (error.key, error.retry) == ("cannot_look.uploaded", False)
			assert FileState.DELIVERED not in journal.states.values()


def test_a_server_that_encrypts_the_login_alone_gets_no_file(tmp_path, files):
	with FtpServer(tmp_path / "server", habit=answering("534 No.", "PROT")) as server:
		error = refusal(to_ftp(server), files)
		assert (error.key, error.retry) == ("no_tls.files", False)
		assert "534 No." in str(error)
		assert server.found == {}
