"""Promise 2 on the FTP servers that most Linux machines run: ProFTPD, vsftpd and Pure-FTPd, over TLS."""

import os

import pytest

pytest.importorskip(
	"pyftpdlib", reason="what these tests share with the FTP server of the others (pyftpdlib)"
)

from rts_factoring.core.delivery import FileState, deliver, fetch_file, list_folder
from rts_factoring.core.errors import DeliveryError
from tests.support.debian_servers import ProFtpd, PureFtpd, VsFtpd, needs
from tests.support.delivery_faults import attempts_until_done
from tests.support.ftp_connections import to_ftp
from tests.support.sftp_servers import Journal, batch, contents

SCHEDULE = "104233_A1_20261103.csv"
LATIN = "Liquidación año.xlsx"

every_server = pytest.mark.parametrize("kind", [needs(ProFtpd), needs(VsFtpd), needs(PureFtpd)])


@pytest.fixture
def files(tmp_path):
	return batch(tmp_path / "files", sizes=(50_000, 2_000_000, 0))


@every_server
def test_a_batch_arrives_whole_in_one_attempt(files, kind):
	with kind() as server:
		assert attempts_until_done(to_ftp(server), files) == 1
		assert server.found == contents(files)
		assert attempts_until_done(to_ftp(server), files) == 1
		assert server.found == contents(files)


@every_server
def test_another_file_under_a_final_name_is_never_touched(files, kind):
	with kind() as server:
		(server.folder / files[1].name).write_bytes(bytes(files[1].size))
		(server.folder / files[1].name).chmod(0o644)
		with pytest.raises(DeliveryError) as caught:
			deliver(to_ftp(server), files, lambda *step: None, token="T-1")
		assert caught.value.code == "foreign_file"
		assert server.found[files[1].name] == bytes(files[1].size)
		assert SCHEDULE not in server.found


@every_server
@pytest.mark.parametrize("state", [FileState.UPLOADED, FileState.DELIVERED])
def test_a_job_that_dies_after_a_state_was_saved_is_continued(files, kind, state):
	class Killed(Exception):
		pass

	with kind() as server:
		journal = Journal(files)

		def save(name, saved, size):
			journal.save(name, saved, size)
			if saved is state:
				raise Killed

		for _ in files:
			with pytest.raises(Killed):
				deliver(to_ftp(server), journal.outgoing, save, token="T-1", journal=journal.read)
			if state is FileState.UPLOADED:
				break
		deliver(to_ftp(server), journal.outgoing, journal.save, token="T-1", journal=journal.read)
		assert journal.complete
		assert server.found == contents(files)


@every_server
def test_a_file_with_a_latin_1_name_stops_nothing_and_is_fetched(files, kind):
	with kind() as server:
		foreign = os.fsencode(server.folder) + b"/" + LATIN.encode("latin-1")
		with open(foreign, "wb") as target:
			target.write(b"report")
		assert attempts_until_done(to_ftp(server), files) == 1
		[found] = list_folder(to_ftp(server), "inbox", lambda file: file.name.endswith(".xlsx"))
		assert (found.name, found.size) == (LATIN, 6)
		assert fetch_file(to_ftp(server), LATIN, "inbox") == b"report"
		os.unlink(foreign)
		assert server.found == contents(files)


FORBIDS_DOTS = {
	"proftpd": (ProFtpd, r"PathDenyFilter (^|/)\."),
	"vsftpd": (VsFtpd, "deny_file={.*,*/.*}"),
	"pure-ftpd": (PureFtpd, "-x"),
}


@every_server
def test_a_leading_dot_that_is_forbidden_stops_nothing(files, kind):
	with kind(FORBIDS_DOTS[kind.program][1]) as server:
		assert attempts_until_done(to_ftp(server), files) == 1
		assert server.found == contents(files)


@pytest.mark.parametrize("kind", [needs(ProFtpd)])
def test_where_only_documents_may_be_written_the_error_names_the_setting(files, kind):
	with kind(r"PathAllowFilter \.(pdf|csv)$") as server:
		with pytest.raises(DeliveryError, match="Cannot Rename"):
			deliver(to_ftp(server), files, lambda *step: None, token="T-1")
		assert attempts_until_done(to_ftp(server, can_rename=False), files) == 1
		assert server.found == contents(files)


@pytest.mark.parametrize("kind", [needs(ProFtpd), needs(PureFtpd)])
def test_a_wrong_password_is_refused(kind):
	with kind() as server:
		with pytest.raises(DeliveryError) as caught:
			list_folder(to_ftp(server, password="wrong"))
		assert (caught.value.code, caught.value.retry) == ("login_refused", False)
