"""Connection settings of FTP servers on loopback."""

from rts_factoring.core.delivery import Connection


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
