"""FTP over explicit TLS, and plain FTP where a person allowed it: one login and the one line it offers."""

from __future__ import annotations

import ftplib  # nosec B402 # under TLS; in the clear only where a System Manager ticked so
import socket
import ssl

from ..errors import DeliveryError
from .addresses import open_socket
from .channel import connection_error, login_error, unreachable_error
from .connection import Connection
from .ftp_channel import FtpChannel


class FtpTls(ftplib.FTP_TLS):
	"""FTP_TLS whose data connections resume the control connection's TLS session, as careful servers demand."""

	private_data = False  # whether data connections are encrypted, too

	def auth(self) -> str:
		answer = super().auth()
		if self.sock:
			self.file = self.sock.makefile("r", encoding=self.encoding, errors="replace")
		return answer

	def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
		data, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
		if self.private_data:
			session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
			data = self.context.wrap_socket(
				data, server_hostname=self.host, session=session, suppress_ragged_eofs=False
			)
		return data, size

	def prot_p(self) -> str:
		answer = super().prot_p()
		self.private_data = True
		return answer


class FtpSession:
	"""One logged-in FTP connection; `channels` holds the one line it offers."""

	def __init__(self, connection: Connection, channels: int = 1):
		connection.check()
		self.connection = connection
		client = _connect(connection)
		try:
			_log_in(client, connection)
			self.channels = [FtpChannel(client, connection)]
		except BaseException:
			client.close()
			raise

	def close(self) -> None:
		self.channels[0].close()


def _connect(connection: Connection) -> ftplib.FTP:
	"""Reach the server and, for FTPS, verify its certificate. No credential was sent yet."""
	secure = connection.protocol == "ftps"
	client = FtpTls(context=_context(connection)) if secure else ftplib.FTP()  # nosec B321 # checked before
	try:
		_greet(client, connection)
		if isinstance(client, FtpTls):
			_set_timeout(client, connection.auth_timeout)
			client.auth()
		_set_timeout(client, connection.operation_timeout)
		client.timeout = connection.operation_timeout  # of the data connections to come
		return client
	except ssl.SSLCertVerificationError as error:
		client.close()
		raise DeliveryError(
			"certificate_refused",
			where=connection.where,
			problem=connection.scrub(error.verify_message),
		) from error
	except ftplib.error_perm as error:
		client.close()
		raise DeliveryError("no_tls", where=connection.where, answer=connection.scrub(error)) from error
	except (OSError, EOFError, UnicodeError, ftplib.Error) as error:
		client.close()
		raise unreachable_error(connection, error) from error


def _greet(client: ftplib.FTP, connection: Connection) -> None:
	"""As ftplib's own `connect`, over a socket to an address that was checked. Data connections go to the same address."""
	client.host, client.timeout = connection.host, connection.connect_timeout
	client.sock = open_socket(connection)
	client.af = client.sock.family
	client.file = client.sock.makefile("r", encoding=client.encoding, errors="replace")
	client.welcome = client.getresp()


def _set_timeout(client: ftplib.FTP, seconds: float) -> None:
	if client.sock:
		client.sock.settimeout(seconds)


def _context(connection: Connection) -> ssl.SSLContext:
	context = ssl.create_default_context()
	if connection.ca_certificate:
		context.load_verify_locations(cadata=connection.ca_certificate)
	return context


def _log_in(client: ftplib.FTP, connection: Connection) -> None:
	try:
		client.login(connection.username, connection.password)
		if isinstance(client, FtpTls):
			_encrypt_files(client, connection)
		return
	except ftplib.error_perm:
		pass
	except (OSError, EOFError, ftplib.Error) as error:
		raise connection_error(connection, error) from None
	raise login_error(connection)


def _encrypt_files(client: FtpTls, connection: Connection) -> None:
	try:
		client.prot_p()
	except ftplib.error_perm as error:
		raise DeliveryError("no_tls.files", where=connection.where, answer=connection.scrub(error)) from error
