"""SFTP by paramiko: a pinned host key, a login, and several channels on one connection."""

from __future__ import annotations

import base64
import hashlib
import logging
import socket
from concurrent.futures import ThreadPoolExecutor

from ..errors import DeliveryError
from .addresses import open_socket
from .channel import unreachable_error
from .connection import Connection, HostKey
from .sftp_channel import SftpChannel
from .sftp_login import log_in
from .sftp_requests import GONE
from .ssh_transport import SshTransport

LOG = "rts_factoring.ssh"
logging.getLogger(LOG).addHandler(logging.NullHandler())  # what matters is raised; the rest is for debugging
OLD_KEYS = ("ssh-rsa", "ssh-dss")  # signed with SHA-1
KEY_FAMILIES = ("", "ed25519", "ecdsa", "rsa")  # "" is what both sides prefer


def probe(
	host: str, port: int = 22, timeout: float = 20, private_networks: tuple[str, ...] | None = None
) -> HostKey:
	"""The host key a server shows, without sending it any credential. DeliveryError when unreachable."""
	connection = Connection(
		host=host,
		username="",
		port=port,
		connect_timeout=timeout,
		banner_timeout=timeout,
		private_networks=private_networks,
	)
	transport = _start(connection, "")
	try:
		return _host_key(transport)
	finally:
		transport.close()


def fingerprint(key: bytes) -> str:
	return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


class SftpSession:
	"""One authenticated SSH connection and the channels that could be opened on it."""

	def __init__(self, connection: Connection, channels: int = 1):
		connection.check()
		self.connection = connection
		self.transport = _trusted_transport(connection)
		self.channels: list[SftpChannel] = []
		try:
			log_in(self.transport, connection)
			self.open(1)
			if channels > 1:
				self.open(channels)
		except BaseException:
			self.close()
			raise

	def open(self, channels: int) -> None:
		"""Open channels up to this number; a server that refuses more keeps those it granted."""
		wanted = channels - len(self.channels)
		with ThreadPoolExecutor(wanted) as pool:
			asked = [pool.submit(SftpChannel, self.transport, self.connection) for _ in range(wanted)]
		refusals = [error for one in asked if (error := one.exception())]
		granted = [one.result() for one in asked if not one.exception()]
		if not refusals or (self.channels and self.transport.is_active()):
			self.channels += granted
			return
		if not self.channels:
			raise _no_sftp(self.connection, refusals[0]) from None
		# some servers drop the whole connection instead of refusing: start over with one channel
		self.close()
		self.transport = _trusted_transport(self.connection)
		log_in(self.transport, self.connection)
		self.channels = [SftpChannel(self.transport, self.connection)]

	def close(self) -> None:
		self.transport.close()


def _host_key(transport: SshTransport) -> HostKey:
	key = transport.get_remote_server_key()
	return HostKey(key.get_name(), fingerprint(key.asbytes()))


def _trusted_transport(connection: Connection) -> SshTransport:
	"""A connection whose server proved to hold the pinned key. Nothing of ours was sent yet."""
	pinned = "SHA256:" + connection.host_key_sha256.strip().removeprefix("SHA256:").rstrip("=")
	shown: dict[str, str] = {}
	for family in KEY_FAMILIES:  # a server has a key of each kind, and any of them may be the pinned one
		if family and any(family in kind for kind in shown):
			continue
		try:
			transport = _start(connection, family)
		except DeliveryError as error:
			if shown and error.code == "no_agreement":
				continue
			raise
		key = _host_key(transport)
		if key.sha256 == pinned:
			return transport
		transport.close()
		shown[key.type] = key.sha256
	raise DeliveryError(
		"host_key_changed",
		where=connection.where,
		shown=", ".join(f"{kind} {value}" for kind, value in shown.items()),
		confirmed=pinned,
	)


def _start(connection: Connection, family: str) -> SshTransport:
	"""Connect and exchange keys, no further. `family` restricts the kind of host key asked for."""
	try:
		sock = open_socket(connection)
		sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
	except (OSError, UnicodeError) as error:
		raise unreachable_error(connection, error) from error
	transport = SshTransport(sock)
	try:
		transport.set_log_channel(LOG)
		transport.banner_timeout = connection.banner_timeout
		transport.handshake_timeout = connection.banner_timeout
		transport.auth_timeout = connection.auth_timeout
		transport.channel_timeout = connection.operation_timeout
		transport.daemon = True
		options = transport.get_security_options()
		options.ciphers = sorted(options.ciphers, key=lambda name: "gcm" not in name)  # fastest in Python
		options.kex = [
			name for name in options.kex if not name.endswith("sha1")
		]  # as paramiko 5 does by itself
		options.key_types = [kind for kind in options.key_types if kind not in OLD_KEYS]
		if family:
			options.key_types = [kind for kind in options.key_types if family in kind]
		transport.start_client(timeout=connection.banner_timeout + connection.connect_timeout)
		transport.get_remote_server_key()
		return transport
	except (OSError, *GONE) as error:
		transport.close()
		problem = connection.scrub(error)
		if "ncompatible" in problem or "no acceptable" in problem:
			raise DeliveryError(
				"no_agreement",
				where=connection.where,
				problem=problem,
				offered=connection.scrub(", ".join(_offered(transport, problem))),
			) from error
		raise DeliveryError(
			"handshake_failed", where=connection.where, retry=True, problem=problem
		) from error
	except BaseException:
		transport.close()
		raise


def _offered(transport: SshTransport, problem: str) -> list[str]:
	"""The algorithms the server offers for what no agreement was found on, as paramiko says it."""
	kinds = {"kex": "kex_algo_list", "host key": "server_key_algo_list", "mac": "server_mac_algo_list"}
	name = next((name for word, name in kinds.items() if word in problem), "server_encrypt_algo_list")
	return [
		str(one)
		for one in transport.offered.get(name, ())
		if not str(one).startswith(("ext-", "kex-strict-"))
	]


def _no_sftp(connection: Connection, error: BaseException) -> DeliveryError:
	if isinstance(error, DeliveryError):
		return error
	return DeliveryError("no_sftp", where=connection.where, retry=True, problem=connection.scrub(error))
