"""Connection settings of FTP servers on loopback, and deliveries to them."""

from rts_factoring.core.delivery import Connection, deliver
from rts_factoring.core.errors import DeliveryError
from tests.support.sftp_servers import Journal


def to_ftp(server, **settings) -> Connection:
	"""The connection settings of a test server that has `port`, `username`, `password` and perhaps `certificate`."""
	return Connection(
		**{
			"host": "127.0.0.1",
			"port": server.port,
			"username": server.username,
			"password": server.password,
			"protocol": "ftps",
			"ca_certificate": getattr(server, "certificate", ""),
			"remote_folder": "inbox",
			"operation_timeout": 10,
			**settings,
		}
	)


def attempts_until_done(connection, files) -> int:
	"""As the service does it: attempt, and attempt again after what may pass."""
	journal = Journal(files)
	for attempt in range(1, 7):
		try:
			deliver(connection, journal.outgoing, journal.save, token="T-1", journal=journal.read)
			return attempt
		except DeliveryError as error:
			assert error.retry, error
	raise AssertionError("never delivered")
