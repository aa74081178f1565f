"""`probe` and `sandbox` from the outside, over real SSH on loopback."""

import re
import signal
import socket
import subprocess
import threading
from contextlib import contextmanager

import pytest

from rts_factoring.core.schedule.layout import DEFAULT_LAYOUT
from rts_factoring.sandbox import SandboxServer
from tests.support.command_line import COMMAND, FIXTURES, command, refused


@contextmanager
def sandbox(root, *options):
	"""The command `sandbox` on a free port: its process, and what it said before it was ready."""
	process = subprocess.Popen(
		[*COMMAND, "sandbox", "--port", "0", "--root", str(root), *options],
		stdout=subprocess.PIPE,
		stderr=subprocess.PIPE,
		text=True,
	)
	try:
		yield process, "".join(process.stdout.readline() for _ in range(3))
	finally:
		process.kill()
		process.wait()
		process.stdout.close()
		process.stderr.close()


@pytest.fixture
def server(tmp_path):
	with SandboxServer(tmp_path / "factor", username="acme", password="right") as server:
		yield server


def test_the_sandbox_says_how_to_reach_it_and_stops_when_asked(tmp_path):
	with sandbox(tmp_path, "--user", "acme") as (process, said):
		port = re.search(r"127\.0\.0\.1:(\d+)", said)[1]
		fingerprint = re.search(r"SHA256:\S+", said)[0]
		assert "user acme" in said and "Password: sandbox" in said and "Ctrl-C" in said
		listing = command(
			*("probe", f"127.0.0.1:{port}", "--user", "acme", "--fingerprint", fingerprint),
			RTS_FACTORING_PASSWORD="sandbox",
		)
		assert "inbox" in listing.out and "outbox" in listing.out
		process.send_signal(signal.SIGTERM)
		assert process.wait(10) == 0
		assert process.stderr.read() == ""


def test_a_port_in_use_is_refused_in_words(server, tmp_path):
	said = refused(command("sandbox", "--port", server.port, "--root", tmp_path / "other"))
	assert said == f"Port {server.port} cannot be used (Address already in use). Choose another --port."


def test_probe_shows_the_host_key_without_a_login(server):
	found = command("probe", f"127.0.0.1:{server.port}", "--json").data
	assert found == {
		"host": "127.0.0.1",
		"port": server.port,
		"type": "ssh-ed25519",
		"sha256": server.fingerprint,
	}
	assert server.auth_attempts == 0


def test_probe_compares_the_key_with_the_one_given(server):
	where = f"127.0.0.1:{server.port}"
	assert "the one given" in command("probe", where, "--fingerprint", server.fingerprint).out
	assert server.fingerprint in refused(command("probe", where, "--fingerprint", "SHA256:other"))


def test_no_password_goes_to_a_server_with_another_key(server):
	result = command(
		*("probe", f"127.0.0.1:{server.port}", "--user", "acme", "--fingerprint", "SHA256:other"),
		RTS_FACTORING_PASSWORD="right",
	)
	assert "not the one that was confirmed" in refused(result)
	assert server.auth_attempts == 0


def test_a_login_needs_a_confirmed_key(server):
	result = command("probe", f"127.0.0.1:{server.port}", "--user", "acme", RTS_FACTORING_PASSWORD="right")
	assert result.status == 2 and "--fingerprint" in result.error
	assert server.auth_attempts == 0


def test_a_folder_is_listed_with_sizes(server):
	(server.outbox / "report.xlsx").write_bytes(b"12345")
	arguments = ("probe", f"127.0.0.1:{server.port}", "--user", "acme", "--fingerprint", server.fingerprint)
	found = command(*arguments, "--folder", "outbox", "--json", RTS_FACTORING_PASSWORD="right").data
	assert [(file["name"], file["size"], file["folder"]) for file in found["files"]] == [
		("report.xlsx", 5, False)
	]
	listing = command(*arguments, "--folder", "outbox", RTS_FACTORING_PASSWORD="right").out
	assert re.search(r"\b5  \d{4}-\d\d-\d\d \d\d:\d\d  report\.xlsx", listing)


def test_a_wrong_password_and_a_missing_folder_are_refused_and_the_password_is_not_shown(server):
	arguments = ("probe", f"127.0.0.1:{server.port}", "--user", "acme", "--fingerprint", server.fingerprint)
	said = refused(command(*arguments, RTS_FACTORING_PASSWORD="wrong-secret"))
	assert "refused the login of 'acme'" in said and "wrong-secret" not in said
	assert "'nowhere'" in refused(command(*arguments, "--folder", "nowhere", RTS_FACTORING_PASSWORD="right"))


def test_without_a_terminal_the_password_must_be_in_the_environment(server):
	arguments = ("probe", f"127.0.0.1:{server.port}", "--user", "acme", "--fingerprint", server.fingerprint)
	assert "RTS_FACTORING_PASSWORD" in refused(command(*arguments))
	assert server.auth_attempts == 0


def test_a_server_that_is_not_there_and_one_that_is_not_ssh_are_told_apart(server):
	with socket.create_server(("127.0.0.1", 0)) as web:
		threading.Thread(target=answer_as_a_web_server, args=(web,), daemon=True).start()
		said = refused(command("probe", f"127.0.0.1:{web.getsockname()[1]}", "--timeout", "5"))
		assert "no SSH session" in said
	server.stop()
	assert "cannot be reached" in refused(command("probe", f"127.0.0.1:{server.port}"))


def answer_as_a_web_server(listener):
	with listener.accept()[0] as line:
		line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_the_sandbox_knows_its_clients_by_name(tmp_path):
	factor = tmp_path / "factor"
	with sandbox(factor, "--client", "104233=Acme Freight LLC") as (process, _said):
		(factor / "inbox" / "AF-1.pdf").write_bytes(
			(FIXTURES / "paperwork" / "rate_confirmation.pdf").read_bytes()
		)
		line = "104233,AF-1,10/26/2026,Ridge Foods,MC-1,PO1,100.00,L1,A1,AF-1.pdf"
		header = ",".join(column.header for column in DEFAULT_LAYOUT.columns)
		(factor / "inbox" / "104233_A1_20261026.csv").write_text(f"{header}\r\n{line}\r\n", newline="")
		assert "bought" in process.stdout.readline()
		report = command("inspect", factor / "outbox" / "purchase_104233_A1_20261026.xlsx", "--json").data
	assert report["facts"]["client_name"] == "Acme Freight LLC"
	assert report["lines"][0]["invoice"] == "AF-1" and report["lines"][0]["purchased"] == "100.00"
