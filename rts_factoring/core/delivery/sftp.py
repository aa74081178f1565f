"""SFTP by paramiko: a pinned host key, a login, and several channels on one connection."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import socket
from concurrent.futures import ThreadPoolExecutor

import paramiko

from ..errors import DeliveryError
from .addresses import open_socket
from .channel import connection_error, login_error, unreachable_error
from .connection import Connection, HostKey
from .sftp_channel import SftpChannel
from .sftp_requests import GONE

LOG = "rts_factoring.ssh"
logging.getLogger(LOG).addHandler(logging.NullHandler())  # what matters is raised; the rest is for debugging
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
			_log_in(self.transport, connection)
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
		_log_in(self.transport, self.connection)
		self.channels = [SftpChannel(self.transport, self.connection)]

	def close(self) -> None:
		self.transport.close()


def _host_key(transport: paramiko.Transport) -> HostKey:
	key = transport.get_remote_server_key()
	return HostKey(key.get_name(), fingerprint(key.asbytes()))


def _trusted_transport(connection: Connection) -> paramiko.Transport:
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


def _start(connection: Connection, family: str) -> paramiko.Transport:
	"""Connect and exchange keys, no further. `family` restricts the kind of host key asked for."""
	try:
		sock = open_socket(connection)
		sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
	except (OSError, UnicodeError) as error:
		raise unreachable_error(connection, error) from error
	transport = paramiko.Transport(sock)
	try:
		transport.set_log_channel(LOG)
		transport.banner_timeout = connection.banner_timeout
		transport.handshake_timeout = connection.banner_timeout
		transport.auth_timeout = connection.auth_timeout
		transport.channel_timeout = connection.operation_timeout
		transport.daemon = True
		options = transport.get_security_options()
		options.ciphers = sorted(options.ciphers, key=lambda name: "gcm" not in name)  # fastest in Python
		if family:
			options.key_types = [kind for kind in options.key_types if family in kind]
		transport.start_client(timeout=connection.banner_timeout + connection.connect_timeout)
		transport.get_remote_server_key()
		return transport
	except (OSError, *GONE) as error:
		transport.close()
		problem = connection.scrub(error)
		if "ncompatible" in problem or "no acceptable" in problem:
			raise DeliveryError("no_agreement", where=connection.where, problem=problem) from error
		raise DeliveryError(
			"handshake_failed", where=connection.where, retry=True, problem=problem
		) from error
	except BaseException:
		transport.close()
		raise


def _log_in(transport: paramiko.Transport, connection: Connection) -> None:
	"""By key, by password, or by both where the server asks for both."""
	key = load_private_key(connection) if connection.private_key else None
	more: list[str] = ["password"]
	try:
		if key:
			try:
				more = transport.auth_publickey(connection.username, key)
			except paramiko.AuthenticationException:
				if not connection.password:
					raise
		if (
			not transport.is_authenticated()
			and connection.password
			and {"password", "keyboard-interactive"} & {*more}
		):
			transport.auth_password(connection.username, connection.password)
		if transport.is_authenticated():
			return
	except paramiko.AuthenticationException as error:
		if "timeout" in str(error).lower():
			raise connection_error(connection, TimeoutError()) from None
	except (OSError, *GONE) as error:
		raise connection_error(connection, error) from None
	raise login_error(connection)


def load_private_key(connection: Connection) -> paramiko.PKey:
	"""The key of these settings, opened with its passphrase. DeliveryError `bad_private_key`."""
	text = connection.private_key.strip() + "\n"
	for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
		try:
			return kind.from_private_key(io.StringIO(text), password=connection.passphrase or None)
		except paramiko.PasswordRequiredException:
			break
		except Exception:  # nosec B112 # each class has its own ways to say that the key is of another kind
			continue
	raise DeliveryError("bad_private_key", where=connection.where)


def _no_sftp(connection: Connection, error: BaseException) -> DeliveryError:
	if isinstance(error, DeliveryError):
		return error
	return DeliveryError("no_sftp", where=connection.where, retry=True, problem=connection.scrub(error))
