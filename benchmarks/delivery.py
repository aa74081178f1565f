"""Delivery of a batch against OpenSSH's own client: 200 files of 300 kB, put + rename, same server, same run.

At 40 ms round trip (a delaying proxy) the aim is 12 times as fast; on loopback, where only processor time
counts, 1.3 times. Ours also verifies each file, keeps a journal and sends the last one last. `limit` is the least that
the protocol allows on a line of any bandwidth: the round trips that wait for each other. CHANNELS=10.
"""

import hashlib
import math
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.delay import delayed
from benchmarks.harness import alternately, report
from rts_factoring.core.delivery import Connection, FileState, OutgoingFile, deliver
from tests.support.openssh_server import SSHD, OpenSshServer

FILES = 200
SIZE = 300_000  # bytes
ROUND_TRIP = 0.04  # seconds
CHANNELS = int(os.environ.get("CHANNELS", "10"))
TRIPS_OF_A_FILE = 3  # open; write, close and stat together; rename
TRIPS_BEFORE = (
	13  # TCP 1, banner and keys 3, login 3, channel and subsystem 2 and those of the others 2, listing 2
)


class DeliveryRuns:
	"""Both ways to send the same files to the same server, each run into a folder of its own."""

	def __init__(self, server: OpenSshServer, sources: list[OutgoingFile], port: int):
		self.server = server
		self.sources = sources
		self.port = port
		self.number = 0

	def ours(self) -> None:
		folder = self._folder()
		states: dict[str, FileState] = {}
		connection = Connection(
			host="127.0.0.1",
			port=self.port,
			username=self.server.username,
			private_key=self.server.private_key,
			host_key_sha256=self.server.fingerprint,
			remote_folder=str(folder),
			channels=CHANNELS,
		)
		deliver(
			connection,
			self.sources,
			lambda name, state, size: states.update({name: state}),
			token=folder.name,
		)
		assert set(states.values()) == {FileState.DELIVERED}
		self._check(folder)

	def openssh(self) -> None:
		folder = self._folder()
		batch = self.server.work / "batch"
		lines = []
		for file in self.sources:
			lines.append(f"put {file.path} {folder}/.{file.name}.part\n")
			lines.append(f"rename {folder}/.{file.name}.part {folder}/{file.name}\n")
		batch.write_text("".join(lines))
		options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"]
		command = ["sftp", "-q", "-b", batch, "-P", str(self.port), "-i", self.server.client_key]
		for option in options:
			command += ["-o", option]
		subprocess.run([*command, f"{self.server.username}@127.0.0.1"], check=True, stdout=subprocess.DEVNULL)
		self._check(folder)

	def _folder(self) -> Path:
		self.number += 1
		folder = self.server.folder / f"{self.port}-{self.number}"
		folder.mkdir()
		return folder

	def _check(self, folder: Path) -> None:
		arrived = {path.name: path.stat().st_size for path in folder.iterdir()}
		assert arrived == {file.name: file.size for file in self.sources}, "not every file arrived whole"


def main() -> None:
	if not SSHD.exists():
		sys.exit("This benchmark needs OpenSSH's server (/usr/sbin/sshd).")
	with tempfile.TemporaryDirectory() as work:
		sources = make_files(Path(work))
		with OpenSshServer(Path(work) / "sshd") as server:
			near = DeliveryRuns(server, sources, server.port)
			near.ours()  # both have everything in the page cache
			ours, peer = alternately(3, near.ours, near.openssh)
			print(f"loopback: ours {ours:.2f} s, sftp -b {peer:.2f} s, {peer / ours:.2f} times as fast")
			loopback = {
				"loopback_ours": round(ours, 3),
				"loopback_peer": round(peer, 3),
				"loopback_ratio": round(peer / ours, 2),
			}
			with delayed(server.port, ROUND_TRIP) as port:
				far = DeliveryRuns(server, sources, port)
				ours, peer = alternately(int(os.environ.get("RUNS", "1")), far.ours, far.openssh)
			print(
				f"{ROUND_TRIP * 1000:.0f} ms: ours {ours:.2f} s, sftp -b {peer:.2f} s, {peer / ours:.2f} times as fast"
			)
			limit = least_seconds(CHANNELS)
			print(
				f"least by round trips over {CHANNELS} channels: {limit:.2f} s, {ours / limit:.2f} times that"
			)
			report(
				f"delivers {FILES} files of {SIZE // 1000} kB at {ROUND_TRIP * 1000:.0f} ms round trip",
				ours,
				peer,
				peer_name="OpenSSH sftp -b (put, rename)",
				channels=CHANNELS,
				limit=round(limit, 2),
				times_the_limit=round(ours / limit, 2),
				megabytes=FILES * SIZE / 1e6,
				load=[round(each, 1) for each in os.getloadavg()],
				**loopback,
			)


def least_seconds(channels: int) -> float:
	"""The round trips one after another: those before the first file, the files of the busiest channel, and the last file."""
	files = math.ceil((FILES - 1) / channels) + 1
	return (TRIPS_BEFORE + TRIPS_OF_A_FILE * files) * ROUND_TRIP


def make_files(folder: Path) -> list[OutgoingFile]:
	made = []
	for number in range(FILES):
		content = random.Random(number).randbytes(SIZE)
		path = folder / f"AF-{number:05}.pdf"
		path.write_bytes(content)
		digest = hashlib.sha256(content).hexdigest()
		made.append(OutgoingFile(path.name, path, SIZE, digest, last=number == FILES - 1))
	return made


if __name__ == "__main__":
	main()
