"""Servers with odd habits: the switch for each, and promise 2 on them when the line drops at every operation."""

from contextlib import nullcontext
from dataclasses import replace

import pytest

from rts_factoring.core.delivery import FileState, deliver
from rts_factoring.core.errors import DeliveryError
from rts_factoring.sandbox.server import SandboxHandle, answering_errors
from tests.support.delivery_faults import attempts_until_done
from tests.support.sftp_servers import (
	AppearsLate,
	Appends,
	Encrypts,
	EncryptsForOthers,
	FaultyFiles,
	FaultyHandle,
	FaultyServer,
	HabitServer,
	Journal,
	NoLeadingDot,
	NoRename,
	NoStat,
	OneHandle,
	OnlyDocuments,
	OverwritingRename,
	RefusesOverwrite,
	ShowsLate,
	TakesFiles,
	TruncatesOnly,
	WriteOnly,
	batch,
	contents,
	take_away,
	taken,
	to,
)

SWITCHES = {
	"rename_refused": "Cannot Rename",
	"temporary_taken": "Removes Files at Once",
	"refused.temporary": "Cannot Rename",
	"damaged.larger": "Cannot Show Size",
}
SCHEDULE = "104233_A1_20261103.csv"

HABITS = {
	"no rename": (NoRename, {"can_rename": False}),
	"no stat": (NoStat, {"can_stat": False}),
	"no stat, and nobody said so": (NoStat, {}),
	"no rename and no stat": (
		type("Neither", (NoRename, NoStat), {}),
		{"can_rename": False, "can_stat": False},
	),
	"refuses to overwrite": (RefusesOverwrite, {"refuses_overwrite": True}),
	"refuses to overwrite or rename": (
		type("WriteOnce", (NoRename, RefusesOverwrite), {}),
		{"refuses_overwrite": True, "can_rename": False},
	),
	"appends": (Appends, {"appends": True}),
	"appends, no rename": (type("Tape", (NoRename, Appends), {}), {"appends": True, "can_rename": False}),
	"overwrites on rename": (OverwritingRename, {}),
	"refuses to overwrite, and nobody said so": (RefusesOverwrite, {}),
	"refuses to overwrite or rename, and nobody said so": (
		type("WriteOnce", (NoRename, RefusesOverwrite), {}),
		{"can_rename": False},
	),
	"appends, and nobody said so": (Appends, {}),
	"appends, no rename, and nobody said so": (
		type("Tape", (NoRename, Appends), {}),
		{"can_rename": False},
	),
	"no leading dot": (NoLeadingDot, {}),
	"no leading dot, and each attempt has its own name": (NoLeadingDot, {"refuses_overwrite": True}),
	"only documents": (OnlyDocuments, {"can_rename": False}),
	"truncates": (TruncatesOnly, {}),
	"truncates, no rename": (
		type("Blob", (NoRename, TruncatesOnly), {}),
		{"can_rename": False},
	),
	"one open file": (OneHandle, {}),
	"encrypts": (Encrypts, {}),
	"encrypts, no rename": (type("Vault", (NoRename, Encrypts), {}), {"can_rename": False}),
	"encrypts, overwrites on rename": (type("Safe", (OverwritingRename, Encrypts), {}), {}),
	"encrypts for others": (EncryptsForOthers, {"can_stat": False}),
	"shows late": (ShowsLate, {}),
	"appears late": (AppearsLate, {}),
	"appears late, no rename": (type("Queue", (NoRename, AppearsLate), {}), {"can_rename": False}),
}
LATE = ("shows late", "appears late", "appears late, no rename")  # each drop costs them seconds


@pytest.fixture
def files(tmp_path):
	return batch(tmp_path / "files", sizes=(20_000, 40_000, 0))


def refusal(connection, files) -> DeliveryError:
	with pytest.raises(DeliveryError) as caught:
		deliver(connection, files, lambda *step: None, token="T-1")
	return caught.value


@pytest.mark.parametrize("habit", HABITS)
def test_a_batch_arrives_whole(tmp_path, files, habit):
	kind, switches = HABITS[habit]
	with HabitServer(tmp_path / "server", kind) as server:
		assert attempts_until_done(to(server, **switches), files) == 1
		assert server.found == contents(files)
		created = [path for what, path in server.events if what in ("created", "renamed")]
		assert created[-1] == f"inbox/{SCHEDULE}"


@pytest.mark.parametrize("habit", [habit for habit in HABITS if habit not in LATE])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_the_line_drops_at_every_operation_in_turn(tmp_path, files, habit, after):
	kind, switches = HABITS[habit]
	faulty = type("Faulty", (FaultyFiles, kind), {"open": faulty_open(kind)})
	for name in ("stat", "rename", "list_folder", "remove"):
		setattr(faulty, name, with_faults(getattr(kind, name)))

	class Server(FaultyServer):
		def files(self, session):
			return faulty(session)

	with Server(tmp_path / "clean") as server:
		attempts_until_done(to(server, channels=1, **switches), files)
		operations = server.operations
	drops = 0
	for operation in range(1, operations + 1):
		with Server(tmp_path / f"server-{operation}") as server:
			server.arm(operation=operation, after=after)
			attempts_until_done(to(server, channels=1, **switches), files)
			assert server.found == contents(files), f"dropped at operation {operation}"
			drops += server.drops
	assert drops == operations


def with_faults(method):
	from tests.support.sftp_servers import faulty

	return faulty(method)


def faulty_open(kind):
	from tests.support.sftp_servers import faulty

	def opened(self, path, flags, attr):
		handle = kind.open(self, path, flags, attr)
		if not isinstance(handle, int):
			handle.__class__ = FaultyHandle
		return handle

	return faulty(opened)


@pytest.mark.parametrize(
	("kind", "code"),
	[
		(NoRename, "rename_refused"),
		(TakesFiles, "temporary_taken"),
		(OnlyDocuments, "refused.temporary"),
		(EncryptsForOthers, "damaged.larger"),
	],
)
def test_without_the_switch_the_error_names_it(tmp_path, files, kind, code):
	with HabitServer(tmp_path / "server", kind) as server:
		error = refusal(to(server), files)
		assert error.key == code
		assert SWITCHES[code] in error.hint
		assert SCHEDULE not in server.found


@pytest.mark.parametrize(
	("kind", "switch"),
	[
		(NoRename, {"can_rename": False}),
		(OnlyDocuments, {"can_rename": False}),
		(EncryptsForOthers, {"can_stat": False}),
	],
)
def test_once_the_switch_is_set_the_same_batch_goes_on(tmp_path, files, kind, switch):
	with HabitServer(tmp_path / "server", kind) as server:
		journal = Journal(files)
		for settings in ({}, switch):
			with pytest.raises(DeliveryError) if not settings else nullcontext():
				deliver(
					to(server, **settings), journal.outgoing, journal.save, token="T-1", journal=journal.read
				)
		assert journal.complete
		assert server.found == contents(files)


def test_a_batch_that_was_begun_under_final_names_goes_on_where_the_server_can_rename(tmp_path, files):
	with HabitServer(tmp_path / "server", OverwritingRename) as server:
		begun = [replace(files[0], state=FileState.SENDING), *files[1:]]
		(server.inbox / files[0].name).write_bytes(files[0].path.read_bytes()[:100])
		journal = Journal(begun)
		deliver(to(server), begun, journal.save, token="T-1", journal=journal.read)
		assert server.found == contents(files)


def test_a_file_that_stays_too_short_is_damaged_whatever_the_server_encrypts(tmp_path, files):
	class Loses(Encrypts):
		@answering_errors
		def open(self, path, flags, attr):
			opened = Encrypts.open(self, path, flags, attr)
			if isinstance(opened, SandboxHandle):
				opened.write = lambda offset, data: SandboxHandle.write(opened, offset, data[:-1])
			return opened

	with HabitServer(tmp_path / "server", Loses) as server:
		assert refusal(to(server), files).code == "damaged"
		assert SCHEDULE not in server.found


@pytest.mark.parametrize("kind", [NoRename, RefusesOverwrite, Appends])
def test_a_foreign_file_is_never_touched_where_the_final_name_is_the_only_name(tmp_path, files, kind):
	both = kind if kind is NoRename else type("Both", (NoRename, kind), {})
	with HabitServer(tmp_path / "server", both) as server:
		(server.inbox / files[1].name).write_bytes(b"somebody else's")
		error = refusal(to(server, can_rename=False), files)
		assert error.code == "foreign_file"
		assert server.found[files[1].name] == b"somebody else's"


def test_a_foreign_file_that_comes_between_look_and_write_survives_without_rename(tmp_path, files):
	with HabitServer(tmp_path / "server", NoRename) as server:

		def save(name, state, size):
			if state is FileState.SENDING and not server.found:
				(server.inbox / name).write_bytes(b"somebody else's")

		with pytest.raises(DeliveryError) as caught:
			deliver(to(server, can_rename=False, channels=1), files, save, token="T-1")
		assert caught.value.code == "foreign_file"
		assert server.found == {files[0].name: b"somebody else's"}


def test_a_drop_box_that_shows_nothing_is_said_so_before_anything_is_sent(tmp_path, files):
	with HabitServer(tmp_path / "server", WriteOnly) as server:
		error = refusal(to(server), files)
		assert (error.code, error.retry) == ("cannot_look", False)
		assert server.found == {}


class TestFactorRemovesFiles:
	"""The factor takes each file the moment it sees it."""

	def test_under_final_names_each_file_is_taken_once_and_the_schedule_last(self, tmp_path, files):
		with HabitServer(tmp_path / "server", TakesFiles) as server:
			attempts_until_done(to(server, factor_removes_files=True), files)
			assert_taken_once(server, files)

	def test_with_a_folder_for_temporary_names_no_half_file_is_taken(self, tmp_path, files):
		with HabitServer(tmp_path / "server", TakesFiles) as server:
			(server.root / "drafts").mkdir()
			attempts_until_done(to(server, factor_removes_files=True, temporary_folder="drafts"), files)
			assert_taken_once(server, files)
			assert list((server.root / "drafts").iterdir()) == []

	@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
	def test_with_a_folder_for_temporary_names_each_is_taken_once_when_the_line_drops(
		self, tmp_path, files, after
	):
		with TakingServer(tmp_path / "clean") as server:
			(server.root / "drafts").mkdir()
			attempts_until_done(to(server, factor_removes_files=True, temporary_folder="drafts"), files)
			operations = server.operations
		for operation in range(1, operations + 1):
			with TakingServer(tmp_path / f"server-{operation}") as server:
				(server.root / "drafts").mkdir()
				server.arm(operation=operation, after=after)
				attempts_until_done(to(server, factor_removes_files=True, temporary_folder="drafts"), files)
				assert_taken_once(server, files)
				assert list((server.root / "drafts").iterdir()) == []


class TakingServer(FaultyServer):
	def files(self, session):
		return FaultyTakesFiles(session)


class FaultyTakesFiles(FaultyFiles):
	@with_faults
	def rename(self, oldpath, newpath):
		answer = TakesFiles.__mro__[1].rename(self, oldpath, newpath)
		if answer == 0:
			take_away(self.owner, self.local(newpath))
		return answer


def assert_taken_once(server, files) -> None:
	found = taken(server)
	assert sorted(name[4:] for name in found) == sorted(file.name for file in files)
	assert {name[4:]: content for name, content in found.items()} == contents(files)
	assert list(found)[-1].endswith(SCHEDULE)
	assert server.found == {}
