"""The demo's packets to the sandbox factor at 40 ms round trip, against paramiko's own way: put and rename, one by one.

Needs nothing but PyPI. Both log in once and verify: ours by the server's SHA-256, or by reading back where that
differs; paramiko's put by the size. See delivery.py for more and larger files against OpenSSH.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko

from benchmarks.delay import delayed
from benchmarks.harness import alternately, report
from rts_factoring.core.delivery import Connection, FileState, OutgoingFile, deliver

ROUND_TRIP = 0.04  # seconds
COMMAND = [sys.executable, "-m", "rts_factoring"]


@contextmanager
def sandbox(root: Path) -> Iterator[tuple[int, str]]:
	"""Port and fingerprint of a sandbox factor in a process of its own."""
	process = subprocess.Popen(
		[*COMMAND, "sandbox", "--port", "0", "--root", str(root)], stdout=subprocess.PIPE, text=True
	)
	try:
		told = [process.stdout.readline() for _ in range(3)]
		port, fingerprint = re.search(r":(\d+),", told[1]), re.search(r"SHA256:\S+", told[2])
		yield int(port[1]), fingerprint[0]
	finally:
		process.terminate()
		process.wait()


class Runs:
	"""Both ways to send the same files, each run into a folder of its own."""

	def __init__(self, root: Path, port: int, fingerprint: str, files: list[OutgoingFile]):
		self.root = root
		self.port = port
		self.fingerprint = fingerprint
		self.files = files
		self.number = 0

	def ours(self) -> None:
		folder = self._folder()
		states: dict[str, FileState] = {}
		connection = Connection(
			host="127.0.0.1",
			port=self.port,
			username="rts",
			password="sandbox",
			host_key_sha256=self.fingerprint,
			remote_folder=folder,
		)
		deliver(connection, self.files, lambda name, state, size: states.update({name: state}), token=folder)
		self._check(folder)

	def paramiko(self) -> None:
		folder = self._folder()
		client = paramiko.SSHClient()
		client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
		client.connect("127.0.0.1", self.port, "rts", "sandbox", look_for_keys=False, allow_agent=False)
		with client, client.open_sftp() as sftp:
			for file in self.files:
				sftp.put(str(file.path), f"{folder}/.{file.name}.part")
				sftp.rename(f"{folder}/.{file.name}.part", f"{folder}/{file.name}")
		self._check(folder)

	def _folder(self) -> str:
		self.number += 1
		(self.root / "inbox" / str(self.number)).mkdir()
		return f"inbox/{self.number}"

	def _check(self, folder: str) -> None:
		found = {path.name: digest(path) for path in (self.root / folder).iterdir()}
		assert found == {file.name: file.sha256 for file in self.files}, "not every file arrived whole"


def main() -> None:
	with tempfile.TemporaryDirectory() as work:
		root, made = Path(work) / "factor", Path(work) / "demo"
		subprocess.run([*COMMAND, "demo", "--out", str(made)], check=True, stdout=subprocess.DEVNULL)
		files = [
			OutgoingFile(f"{path.parent.name}-{path.name}", path, path.stat().st_size, digest(path))
			for path in sorted(made.glob("*/*-B*/*.pdf"))
			if "at-the-factor" not in path.parts
		]
		with sandbox(root) as (port, fingerprint), delayed(port, ROUND_TRIP) as far:
			runs = Runs(root, far, fingerprint, files)
			ours, peer = alternately(3, runs.ours, runs.paramiko)
		kilobytes = sum(file.size for file in files) // 1000
		print(f"{len(files)} packets, {kilobytes} kB: ours {ours:.2f} s, one by one {peer:.2f} s")
		report(
			f"delivers the demo's {len(files)} packets at {ROUND_TRIP * 1000:.0f} ms round trip",
			ours,
			peer,
			peer_name="paramiko put and rename, one by one",
		)


def digest(path: Path) -> str:
	return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
	main()
