"""Servers that lie or never come to an end: each ends in a clear error, within 10 seconds and 500 MB."""

import resource
import threading
import time
from contextlib import contextmanager

import paramiko
import pytest
from paramiko.sftp import CMD_DATA

from rts_factoring.core.delivery import FileState, deliver, fetch_file, list_folder
from rts_factoring.core.errors import DeliveryError
from rts_factoring.sandbox.server import SandboxFiles, SandboxHandle
from tests.support.sftp_servers import HabitServer, batch, contents, to

SECONDS, MEGABYTES = 10, 500
QUICK = {"operation_timeout": 0.4}


@contextmanager
def within_limits():
	begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
	yield
	assert time.monotonic() - begin < SECONDS
	assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024, "kB"


def refused():
	return pytest.raises(DeliveryError)


def entry(name, size=1) -> paramiko.SFTPAttributes:
	found = paramiko.SFTPAttributes()
	found.filename, found.longname, found.st_size, found.st_mode = name, name, size, 0o100644
	return found


class Endless(list):
	"""A listing whose rest is the whole listing."""

	def __getitem__(self, part):
		if isinstance(part, slice):
			return self if part.start else [entry(f"{time.monotonic_ns()}-{n}.xlsx") for n in range(250)]
		raise IndexError(part)

	def __len__(self):
		return 1


class Slow(Endless):
	def __getitem__(self, part):
		time.sleep(0 if part.start else 0.1)
		return self if part.start else [entry(f"{time.monotonic_ns()}.xlsx")]


class Boasting(list):
	"""Says two thousand million names, and sends one."""

	def __len__(self):
		return 2_000_000_000

	def __getitem__(self, part):
		return self


def listing(found) -> type:
	class Lists(SandboxFiles):
		def list_folder(self, path):
			return found

	return Lists


LISTINGS = {
	"endless": (Endless(), {"too_many_files", "timeout"}),
	"one name at a time, for ever": (Slow(), {"timeout"}),
	"more names announced than sent": (
		Boasting([entry("a.xlsx")]),
		{"too_many_files", "connection_lost", "timeout"},
	),
}


@pytest.mark.parametrize("case", LISTINGS)
def test_a_listing_without_end_is_given_up(tmp_path, case):
	found, codes = LISTINGS[case]
	with HabitServer(tmp_path / "server", listing(found)) as server, within_limits(), refused() as caught:
		list_folder(to(server, **QUICK))
	assert caught.value.code in codes


def test_a_delivery_does_not_wait_for_a_listing_without_end_either(tmp_path):
	files = batch(tmp_path / "batch", sizes=(1_000,))
	with HabitServer(tmp_path / "server", listing(Endless())) as server, within_limits(), refused():
		deliver(to(server, **QUICK), files, lambda *_: None, token="t")


def test_names_that_lead_elsewhere_are_not_in_a_listing(tmp_path):
	names = [
		"report.xlsx",
		"../../etc/passwd",
		"..",
		"/etc/passwd",
		"a\\b.xlsx",
		"a\nb.xlsx",
		"a\0b.xlsx",
		"x" * 65_000,
	]
	names += ["..xlsx", "Überweisung 3.xlsx"]
	with (
		HabitServer(tmp_path / "server", listing([entry(name) for name in names])) as server,
		within_limits(),
	):
		found = [one.name for one in list_folder(to(server))]
	assert found == ["..xlsx", "report.xlsx", "Überweisung 3.xlsx"]


def test_a_name_that_is_no_text_does_not_stop_the_listing(tmp_path):
	with HabitServer(tmp_path / "server", listing([entry(b"\xff\xfe.xlsx"), entry("good.xlsx")])) as server:
		assert "good.xlsx" in [one.name for one in list_folder(to(server))]


# files ----------------------------------------------------------------------------------------------------------------


class Lies(SandboxFiles):
	"""Says of each file that it is a petabyte, or empty."""

	said = 10**15

	def open(self, path, flags, attr):
		handle = SandboxFiles.open(self, path, flags, attr)
		if isinstance(handle, SandboxHandle):
			handle.stat = lambda: entry("x", self.said)
		return handle

	def stat(self, path):
		return entry("x", self.said)

	lstat = stat


class LiesSmall(Lies):
	said = 0


@pytest.mark.parametrize("kind", [Lies, LiesSmall])
def test_a_file_is_what_it_holds_not_what_the_server_says_of_it(tmp_path, kind):
	content = bytes(range(256)) * 1_000
	with HabitServer(tmp_path / "server", kind) as server, within_limits():
		(server.outbox / "r.xlsx").write_bytes(content)
		assert fetch_file(to(server), "r.xlsx", "outbox") == content


@pytest.mark.parametrize("kind", [Lies, LiesSmall])
def test_a_packet_is_not_delivered_on_the_word_of_a_server_that_lies_about_sizes(tmp_path, kind):
	files, states = batch(tmp_path / "batch", sizes=(50_000,)), {}
	with HabitServer(tmp_path / "server", kind) as server, within_limits(), refused():
		deliver(
			to(server, **QUICK), files, lambda name, state, _size: states.update({name: state}), token="t"
		)
	assert FileState.DELIVERED not in states.values()


def reading(read) -> type:
	class Reads(SandboxFiles):
		def open(self, path, flags, attr):
			handle = SandboxFiles.open(self, path, flags, attr)
			if isinstance(handle, SandboxHandle):
				handle.read = read
			return handle

	return Reads


def crumbs(_offset, _length):
	time.sleep(0.1)
	return b"x"


READS = {
	"a file without end": (lambda _offset, length: bytes(length), {"too_big"}),
	"one byte at a time, for ever": (crumbs, {"timeout"}),
	"more than was asked for": (lambda _offset, length: bytes(length + 1), {"refused", "connection_lost"}),
}


@pytest.mark.parametrize("case", READS)
def test_a_file_that_is_none_is_given_up(tmp_path, case):
	read, codes = READS[case]
	with HabitServer(tmp_path / "server", reading(read)) as server, within_limits():
		(server.outbox / "r.xlsx").write_bytes(b"x")
		with pytest.raises(DeliveryError) as caught:
			fetch_file(to(server, **QUICK), "r.xlsx", "outbox")
	assert caught.value.code in codes


def test_a_server_that_gives_less_at_a_time_is_read_whole(tmp_path):
	content = bytes(range(256)) * 1_000

	def at_most(offset, length):
		return content[offset : offset + min(length, 5_000)] or paramiko.SFTP_EOF

	with HabitServer(tmp_path / "server", reading(at_most)) as server, within_limits():
		(server.outbox / "r.xlsx").write_bytes(content)
		assert fetch_file(to(server), "r.xlsx", "outbox") == content


def test_an_answer_that_comes_in_crumbs_is_given_up_although_the_line_is_never_silent(tmp_path, monkeypatch):
	"""Each piece of the answer renews the timeout of the channel; the answer as a whole has one too."""
	whole, stopped = paramiko.SFTPServer._send_packet, threading.Event()

	def trickle(self, kind, packet):
		if kind != CMD_DATA:
			return whole(self, kind, packet)
		content = packet.asbytes()
		for byte in (len(content) + 1).to_bytes(4, "big") + bytes([kind]) + content:
			if stopped.wait(0.1):
				return
			self.sock.send(bytes([byte]))

	monkeypatch.setattr(paramiko.SFTPServer, "_send_packet", trickle)
	with HabitServer(tmp_path / "server", SandboxFiles) as server, within_limits():
		(server.outbox / "r.xlsx").write_bytes(bytes(10_000))
		try:
			with pytest.raises(DeliveryError) as caught:
				fetch_file(to(server, **QUICK), "r.xlsx", "outbox")
		finally:
			stopped.set()
	assert caught.value.code == "timeout"


def test_the_server_the_hostile_ones_are_built_on_is_honest(tmp_path):
	files = batch(tmp_path / "batch")
	with HabitServer(tmp_path / "server", SandboxFiles) as server:
		deliver(to(server), files, lambda *_: None, token="t")
		assert server_inbox(server) == contents(files)


def server_inbox(server) -> dict[str, bytes]:
	return {path.name: path.read_bytes() for path in server.inbox.iterdir()}
