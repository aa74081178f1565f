"""What a delivery is told: where, as whom, how that server behaves, and which files."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ..errors import DeliveryError, short

PORTS = {"sftp": 22, "ftps": 21, "ftp": 21}


class FileState(str, Enum):
	"""How far a file got. Saved by the caller's journal before the next step is taken."""

	PENDING = "pending"
	SENDING = "sending"  # only on servers without rename: we began to write under the final name
	UPLOADED = "uploaded"  # every byte acknowledged and verified under the temporary name
	DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class HostKey:
	"""A server's public key as OpenSSH writes it: `ssh-ed25519`, `SHA256:...`."""

	type: str
	sha256: str


@dataclass(frozen=True, slots=True)
class RemoteFile:
	"""A file seen on the server; `size` in bytes, None where the server does not say."""

	name: str
	size: int | None = None
	is_folder: bool = False
	modified: float | None = None  # seconds since 1970, where the server says


@dataclass(frozen=True, slots=True)
class OutgoingFile:
	"""A file of a batch. `sha256` is the hex digest frozen at submit; files with `last` go after all others."""

	name: str
	path: Path
	size: int
	sha256: str
	state: FileState = FileState.PENDING
	last: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
	"""One subsidiary's way to the factor. Secrets never show in `repr`; timeouts are in seconds."""

	host: str
	username: str
	port: int = 0  # 0 is the protocol's own
	protocol: str = "sftp"  # sftp, ftps (explicit TLS) or ftp (needs `insecure`)
	password: str = field(default="", repr=False)
	private_key: str = field(default="", repr=False)  # OpenSSH or PEM text
	passphrase: str = field(default="", repr=False)
	host_key_sha256: str = ""  # pinned by a person; SFTP does not begin without it
	remote_folder: str = ""  # empty is the login folder
	insecure: bool = False  # allows plain FTP, where anyone on the way reads password and packets
	ca_certificate: str = ""  # PEM; trusted besides the system's own, for FTPS servers with a private CA
	private_networks: tuple[str, ...] | None = (
		None  # reached beside public addresses; None: all, for a command line
	)

	connect_timeout: float = 20
	banner_timeout: float = 20
	auth_timeout: float = 30
	operation_timeout: float = 60
	channels: int = 10  # OpenSSH allows so many on a connection, if nobody set another number

	can_rename: bool = True  # False: written under the final name from the start
	can_stat: bool = True  # False: names and sizes come from folder listings
	factor_removes_files: bool = False  # one that is gone after its upload was received
	temporary_folder: str = (
		""  # where temporary names are safe; with `factor_removes_files` and none, there are none
	)
	refuses_overwrite: bool = False  # a file that exists cannot be opened for writing again
	appends: bool = False  # writing to a file that exists adds to its end

	def check(self) -> None:
		"""Raises DeliveryError when the settings cannot work."""
		if not self.host.strip():
			raise DeliveryError("no_host")
		if self.protocol not in PORTS:
			raise DeliveryError("bad_protocol", protocol=f"{self.protocol!r}")
		if self.protocol == "ftp" and not self.insecure:
			raise DeliveryError("insecure_ftp", where=self.where)
		if self.protocol == "sftp" and not self.host_key_sha256.strip():
			raise DeliveryError("host_key_unconfirmed", where=self.where)

	@property
	def where(self) -> str:
		return f"{self.host}:{self.port or PORTS.get(self.protocol, 0)}"

	@property
	def writes_final_name(self) -> bool:
		"""True when no temporary name can be used."""
		return not self.can_rename or (self.factor_removes_files and not self.temporary_folder)

	@property
	def shares_temporary(self) -> bool:
		"""True when two jobs may write one temporary file: same bytes at same offsets, never truncated."""
		return self.protocol == "sftp" and not (self.refuses_overwrite or self.appends)

	def final_path(self, name: str) -> str:
		return posixpath.join(self.remote_folder, name)

	def temporary_path(self, name: str) -> str:
		return posixpath.join(self.temporary_folder or self.remote_folder, name)

	def scrub(self, text: object) -> str:
		"""`text` from a library or server, such as a banner: one short line without any secret of these settings."""
		text = str(text)
		for secret in (self.password, self.passphrase, self.private_key):
			if secret:
				text = text.replace(secret, "…")
		return short(" ".join("".join(c if c.isprintable() else " " for c in text).split()))
